"""Kits as stock and product pages tell them: a kit lies nowhere, so its figures are what its parts make up.

On hand is how many kits the good units of its parts make; free, how many their free units make; promised is the
difference: kits that cannot be made any more because units of a part are promised, to whichever order. Waiting is kits
that orders lack a part for, incoming how many more could be made once all that is bought has come. Several kits may
count on the same units of a part: each figure is the answer to one question about one kit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.catalog.queries import Part
from stowline.inventory.models import StockLevel
from stowline.inventory.queries import Level
from stowline.orders import queries as orders
from stowline.receiving import queries as receiving

Row = dict[str, Any]
AT_ONCE = 500
_s = StockLevel.__table__.c  # type: ignore[attr-defined]


def kit_rows(session: Session, levels: Sequence[Level], rows: Sequence[Row]) -> list[Row]:
    """The rows of these products, those of kits with a kit's figures and `kit`, its parts as {"sku", "units"}."""
    recipes = catalog.recipes(session, [level.product_id for level in levels])
    if not recipes:
        return list(rows)
    made = _figures(session, recipes)
    return [
        {**row, **made[level.product_id], "kit": told(recipes[level.product_id])} if level.product_id in recipes else row
        for level, row in zip(levels, rows, strict=True)
    ]


def told(parts: Sequence[Part]) -> list[Row]:
    """The parts of one kit for machines."""
    return [{"sku": part.sku, "units": part.units} for part in parts]


def _figures(session: Session, recipes: Mapping[int, Sequence[Part]]) -> dict[int, dict[str, int]]:
    ids = sorted({part.product_id for parts in recipes.values() for part in parts})
    there, coming = _levels(session, ids), receiving.incoming_units(session, ids)
    lacking = orders.waiting_kits(session, list(recipes))
    found = {}
    for kit_id, parts in recipes.items():
        on_hand = catalog.whole_kits((there[part.product_id][0], part.units) for part in parts)
        free = catalog.whole_kits((there[part.product_id][1], part.units) for part in parts)
        in_all = catalog.whole_kits(
            (there[part.product_id][0] + coming.get(part.product_id, 0), part.units) for part in parts
        )
        found[kit_id] = {"on_hand": on_hand, "promised": on_hand - free, "free": free, "waiting": lacking.get(kit_id, 0),
                         "incoming": in_all - on_hand}
    return found


def _levels(session: Session, product_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(on hand, free) by product."""
    found = dict.fromkeys(product_ids, (0, 0))
    for start in range(0, len(product_ids), AT_ONCE):
        query = sa.select(_s.product_id, _s.on_hand, _s.on_hand - _s.promised)
        rows = session.execute(query.where(_s.product_id.in_(product_ids[start : start + AT_ONCE])))
        found.update({product_id: (on_hand, free) for product_id, on_hand, free in rows})
    return found


def of_product(session: Session, product_id: int) -> Row:
    """What the page of a product shows of kits: its parts, with their stock, and the kits that it is a part of."""
    parts = catalog.recipe(session, product_id)
    there = _levels(session, [part.product_id for part in parts])
    return {
        "parts": [
            {"sku": part.sku, "name": part.name, "units": part.units, "free": there[part.product_id][1],
             "makes": catalog.whole_kits([(there[part.product_id][1], part.units)])}
            for part in parts
        ],
        "kits": [{"sku": kit.sku, "name": kit.name, "units": kit.units} for kit in catalog.kits_with(session, product_id)],
    }  # fmt: skip
