"""Stores as managers see them: their policies, and what is kept for them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation.models import Reserve
from stowline.catalog.models import Product
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.desk.queries.order_stock import SHIPS
from stowline.inventory.models import StockLevel
from stowline.notifications import setups
from stowline.stores import brand
from stowline.stores import queries as stores
from stowline.stores.models import Store

SERVES = {"placed": "By the day they were placed", "ship_by": "By the day they must leave"}
SELF_SERVICE = {"until_picked": "Until the first unit is off the shelf", "until_released": "Until the order is on a pick list", "off": "Never: they ask us"}
_SHORT = {"complete": "complete", "parts": "in parts", "at_most": "in at most {} parcels"}
_r, _p, _s = Reserve.__table__.c, Product.__table__.c, StockLevel.__table__.c  # type: ignore[attr-defined]
UNSET: str = Store.model_fields["sender_email"].default
Row = dict[str, Any]


def rows(session: Session) -> list[Row]:
    """Every store with its policy in words, how many products units are kept of, and since when its messages are live."""
    query = sa.select(_r.store_id, sa.func.count()).group_by(_r.store_id)
    kept: dict[int, int] = {store_id: n for store_id, n in session.execute(query)}  # noqa: C416  (typed rows)
    live = setups.live_since(session)
    return [{"key": one.key, "name": one.name, "serves": SERVES[one.serves].lower(), "ships": _SHORT[one.ships].format(one.most_parcels),
             "urgent": one.urgent_units_per_day, "kept": kept.get(one.id or 0, 0), "live_at": live.get(one.id or 0)} for one in stores.all_stores(session)]  # fmt: skip


def view(store: Store) -> Row:
    """One store's own and its policy, as their forms show them."""
    return {
        "store": {"key": store.key, "name": store.name, "most_parcels": store.most_parcels or 2, "urgent": store.urgent_units_per_day},
        "own": {name: getattr(store, name) for name in brand.FIELDS | brand.VOICE}, "zones": sorted(available_timezones()), "sends": store.sender_email != UNSET,
        "looks": [{"value": key, "label": label, "chosen": key == store.confirmation_look} for key, label in brand.LOOKS.items()],
        "serves": [{"value": key, "label": label, "chosen": key == store.serves} for key, label in SERVES.items()],
        "self_service": [{"value": key, "label": label, "chosen": key == store.self_service} for key, label in SELF_SERVICE.items()],
        "ships": [{"value": key, "label": label, "chosen": key == store.ships} for key, label in SHIPS.items()],
    }  # fmt: skip


def kept(session: Session, store_id: int, place: Place) -> Page[sa.Row[Any]]:
    """A page of what is kept for a store, by SKU."""
    query = (
        sa.select(_p.sku, _p.name, _r.units, _r.until, _r.made_by, (_s.on_hand - _s.promised).label("free"))
        .join(Product, _p.id == _r.product_id).outerjoin(StockLevel, _s.product_id == _r.product_id)
        .where(_r.store_id == store_id)
    )  # fmt: skip

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[sa.Row[Any]]:  # noqa: FBT001
        return session.execute(ordered(query, [_p.sku], after, descending=backwards, most=most)).all()

    return walk(place, fetch, lambda row: (row.sku,))


def reserves(found: Sequence[sa.Row[Any]]) -> list[Row]:
    """The rows of the sheet."""
    return [{"sku": one.sku, "name": one.name, "units": one.units, "free": one.free or 0, "until": one.until, "who": one.made_by}
            for one in found]  # fmt: skip
