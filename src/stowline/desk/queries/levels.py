"""Stock as the API and the webhooks tell it: by product, by bin, by lot, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.models import Product
from stowline.desk.queries.keyset import Key, ordered
from stowline.desk.queries.kits import kit_rows
from stowline.inventory import queries as inventory
from stowline.inventory.models import Balance, Location, Lot
from stowline.inventory.queries import Level
from stowline.orders import queries as orders
from stowline.receiving import queries as receiving
from stowline.receiving.queries import Incoming

Row = dict[str, Any]
MOST_ARRIVALS = 20
_b, _p = Balance.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_l, _lot = Location.__table__.c, Lot.__table__.c  # type: ignore[attr-defined]
_OF_LOT = sa.and_(_b.lot != "", _lot.product_id == _b.product_id, _lot.code == _b.lot)


def figures(session: Session, levels: Sequence[Level]) -> list[Row]:
    """On hand, promised, free, waiting and incoming of these products; a kit's are what its parts make up."""
    ids = [level.product_id for level in levels]
    waiting, incoming = orders.waiting_units(session, ids), receiving.incoming_units(session, ids)
    rows = [
        {"sku": level.sku, "on_hand": level.on_hand, "promised": level.promised, "free": level.free,
         "waiting": waiting.get(level.product_id, 0), "incoming": incoming.get(level.product_id, 0)}
        for level in levels
    ]  # fmt: skip
    return kit_rows(session, levels, rows)


def told(session: Session, levels: Sequence[Level]) -> list[Row]:
    """The same with the name and, soonest first, the first 20 arrivals of each product."""
    due = receiving.incoming(session, [level.product_id for level in levels], each=MOST_ARRIVALS)
    return [
        {**row, "name": level.name, "arrivals": [_arrival(one) for one in due.get(level.product_id, [])]}
        for level, row in zip(levels, figures(session, levels), strict=True)
    ]


def _arrival(due: Incoming) -> Row:
    return {"ref": due.ref, "supplier": due.supplier, "units": due.units, "expected_from": due.expected_from,
            "expected_to": due.expected_to, "late": due.late()}  # fmt: skip


def changed(session: Session, *, after: int, limit: int) -> tuple[list[Row], int]:
    """(products that changed after a place in the feed, the place of the last of them). Call `feed.keep_up` before."""
    found = inventory.changes(session, after=after, limit=limit)
    rows = figures(session, [change.level for change in found])
    items = [{**row, "at": change.at} for change, row in zip(found, rows, strict=True)]
    return items, found[-1].number if found else after


@dataclass(frozen=True, slots=True)
class Only:
    """Which units are asked for: of a SKU, in a bin, of a lot; "" where it does not matter."""

    sku: str = ""
    lot: str = ""
    bin: str = ""

    def refuse_unknown(self, session: Session) -> None:
        """Raise NotFound for a SKU or a bin that nobody knows; a lot may be of any product."""
        if self.sku:
            inventory.level(session, self.sku)
        if self.bin:
            inventory.location_by_code(session, self.bin)


def by_bin(session: Session, only: Only, after: Key | None, limit: int) -> tuple[list[Row], Key | None]:
    """Units by product, bin, lot, serial and condition: (rows, the key of the next page)."""
    key = [_b.product_id, _b.location_id, _b.lot, _b.serial, _b.condition]
    query = (
        sa.select(*key, _p.sku, _l.code, _l.kind, _lot.expires_on, _b.qty, _b.bound)
        .select_from(Balance).join(Product, _p.id == _b.product_id).join(Location, _l.id == _b.location_id)
        .outerjoin(Lot, _OF_LOT).where(_b.qty > 0)
    )  # fmt: skip
    if only.sku:
        query = query.where(_p.sku == only.sku)
    if only.bin:
        query = query.where(_l.code == only.bin)
    if only.lot:
        query = query.where(*_of_lot(only.lot))
    found = session.execute(ordered(query, key, after, descending=False, most=limit)).all()
    rows = [
        {"sku": row.sku, "bin": row.code, "kind": row.kind, "lot": row.lot or None, "serial": row.serial or None,
         "condition": row.condition, "expires_on": row.expires_on, "on_hand": row.qty, "bound": row.bound}
        for row in found
    ]  # fmt: skip
    return rows, tuple(found[-1][:5]) if len(found) == limit else None


def _of_lot(code: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Units of lots of this name; by way of the lots, which are few, so that not all balances are walked."""
    return _b.lot == code, _b.lot != "", _b.product_id.in_(sa.select(_lot.product_id).where(_lot.code == code))


def by_lot(session: Session, only: Only, after: Key | None, limit: int) -> tuple[list[Row], Key | None]:
    """Units by product, lot and condition, added up over the bins: (rows, the key of the next page).

    What belongs to no lot stands under the lot None.
    """
    key = [_b.product_id, _b.lot, _b.condition]
    sums = (sa.func.sum(_b.qty), sa.func.sum(_b.bound), sa.func.count(sa.distinct(_b.location_id)))
    few = sa.select(_b.product_id).where(_b.qty > 0).distinct().order_by(_b.product_id).limit(limit + 1)
    query = sa.select(*key, *sums).where(_b.qty > 0).group_by(*key)
    if only.lot:
        few, query = few.where(*_of_lot(only.lot)), query.where(*_of_lot(only.lot))
    if after is not None:
        few = few.where(_b.product_id >= after[0])
    if only.sku:
        query = query.where(_b.product_id == sa.select(_p.id).where(_p.sku == only.sku).scalar_subquery())
    else:  # as many products as rows, and the one begun before, are enough: nothing beyond them is added up
        query = query.where(_b.product_id.in_(sa.select(few.subquery())))
    found = [tuple(row) for row in session.execute(ordered(query, key, after, descending=False, most=limit))]
    skus, ends = _names(session, [row[0] for row in found]), _last_days(session, [(row[0], row[1]) for row in found])
    rows = [
        {"sku": skus[product_id], "lot": lot or None, "condition": condition, "expires_on": ends.get((product_id, lot)),
         "on_hand": int(units), "bound": int(bound), "bins": bins}
        for product_id, lot, condition, units, bound, bins in found
    ]  # fmt: skip
    return rows, found[-1][:3] if len(found) == limit else None


def _names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    found = session.execute(sa.select(_p.id, _p.sku).where(_p.id.in_(sorted(set(ids)))))
    return {row.id: row.sku for row in found}


def _last_days(session: Session, lots: Sequence[tuple[int, str]]) -> dict[tuple[int, str], date | None]:
    named = {code for _, code in lots if code}
    if not named:
        return {}
    query = sa.select(_lot.product_id, _lot.code, _lot.expires_on).where(
        _lot.product_id.in_({product_id for product_id, _ in lots}), _lot.code.in_(named))  # fmt: skip
    return {(product_id, code): on for product_id, code, on in session.execute(query)}
