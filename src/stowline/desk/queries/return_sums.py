"""Figures of returns: of what left in a time, how much came back, why, of which lot, in which store, and what it cost.

A return counts from when it is asked for; one that was refused or withdrawn does not. Units sent are those that were handed
over in the same time. Each question is one statement that adds up in the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.models import Product
from stowline.core import money
from stowline.inventory.models import Move
from stowline.orders.models import Order, OrderLine
from stowline.packing.models import Parcel, ParcelLine
from stowline.receiving.models import GoodsReceipt, PurchaseOrder, PurchaseOrderLine
from stowline.returns.cause_rules import Cost, Counted, Story, worst_first
from stowline.returns.models import Rma, RmaArrival, RmaInspection, RmaLine, RmaSettlement
from stowline.returns.queries import GOODS

MOST = 100
"""So many products, lots or stores are told, the worst first."""
_r, _n, _a, _i = Rma.__table__.c, RmaLine.__table__.c, RmaArrival.__table__.c, RmaInspection.__table__.c  # type: ignore[attr-defined]
_s, _p, _o, _l = RmaSettlement.__table__.c, Product.__table__.c, Order.__table__.c, OrderLine.__table__.c  # type: ignore[attr-defined]
_c, _pl = Parcel.__table__.c, ParcelLine.__table__.c  # type: ignore[attr-defined]
_LOST = ("scrap", "quarantine", "refurbish", "back_to_supplier")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which returns: since when, and of which store (None: all)."""

    since: datetime
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class OfProduct:
    """A product and its story."""

    id: int
    sku: str
    name: str
    story: Story


@dataclass(frozen=True, slots=True)
class OfLot:
    """A lot, and whom it was bought from ('' where nothing says it)."""

    product_id: int
    sku: str
    name: str
    lot: str
    counted: Counted
    supplier: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What the returns of one currency cost; the rates are minor units."""

    currency: str
    returns: int
    cost: Cost


def by_product(session: Session, asked: Asked) -> list[OfProduct]:
    """The products that came back, the worst first by the rate that is proven."""
    reasons: dict[int, dict[str, int]] = {}
    for product_id, reason, units in session.execute(_back(asked, _n.product_id, _n.reason)):
        reasons.setdefault(product_id, {})[reason] = int(units)
    sent = _sent_of(session, asked, list(reasons))
    counted = [(str(one), Counted(sent.get(one, 0), sum(said.values()))) for one, said in reasons.items()]
    ids = [int(key) for key in worst_first(counted)[:MOST]]
    known, by_id = dict(counted), _named(session, ids)
    lots, grades = _lots(session, asked, ids), _grades(session, asked, ids)
    return [OfProduct(one, *by_id[one], Story(known[str(one)], reasons[one], lots.get(one, {}), grades.get(one, {}))) for one in ids]


def by_reason(session: Session, asked: Asked) -> dict[str, int]:
    """Units back by reason."""
    return {reason: int(units) for reason, units in session.execute(_back(asked, _n.reason))}


def by_store(session: Session, asked: Asked) -> dict[int, Counted]:
    """Units sent and back by store."""
    sent = {store: int(units) for store, units in session.execute(_sent(asked, _o.store_id))}
    back = {store: int(units) for store, units in session.execute(_back(asked, _r.store_id))}
    return {store: Counted(sent.get(store, 0), back.get(store, 0)) for store in sorted(sent.keys() | back.keys())}


def by_lot(session: Session, asked: Asked) -> list[OfLot]:
    """The lots that came back, the worst first, with who delivered them."""
    found = _lots(session, asked, None)
    keys = {f"{product_id} {lot}": (product_id, lot) for product_id, some in found.items() for lot in some}
    rows = [(key, found[product_id][lot]) for key, (product_id, lot) in keys.items() if lot]
    worst = [keys[key] for key in worst_first(rows)[:MOST]]
    named, from_whom = _named(session, [product_id for product_id, _ in worst]), _suppliers(session, worst)
    return [OfLot(product_id, *named[product_id], lot, found[product_id][lot], from_whom.get((product_id, lot), "")) for product_id, lot in worst]


def totals(session: Session, asked: Asked) -> Counted:
    """All units sent, and all that came back."""
    stores = by_store(session, asked).values()
    return Counted(sum(one.sent for one in stores), sum(one.back for one in stores))


def spent(session: Session, asked: Asked, *, way: Mapping[str, int], work: Mapping[str, int]) -> list[Spent]:
    """What they cost by currency: `way` is one free way back, `work` one unit looked at, in minor units of each currency."""
    made: dict[str, dict[str, int]] = {}
    for currency, returns, free in session.execute(_counted(asked)):
        made[currency] = {"returns": int(returns), "ways": int(free or 0)}
    for currency, n in session.execute(_looked_at(asked)):
        made[currency]["units"] = int(n or 0)
    lost, replaced = _priced(session, _lost(asked)), _priced(session, _replaced(asked))
    return [
        Spent(currency, one["returns"], Cost(lost.get(currency, 0), replaced.get(currency, 0), one["ways"] * way.get(currency, 0), one["units"] * work.get(currency, 0)))
        for currency, one in sorted(made.items())
    ]


def _priced(session: Session, query: sa.Select[tuple[str, int, int]]) -> dict[str, int]:
    """Units at the price that they were sold at, by currency."""
    found: dict[str, int] = {}
    for currency, unit_price, units in session.execute(query):
        found[currency] = found.get(currency, 0) + money.line_total(int(unit_price), int(units), currency)
    return found


# --- statements -------------------------------------------------------------------------------------------------------


def _of(asked: Asked) -> list[sa.ColumnElement[bool]]:
    """The returns that count."""
    rules = [_r.asked_at >= asked.since, _r.state.not_in(("refused", "withdrawn"))]
    return rules if asked.store_id is None else [*rules, _r.store_id == asked.store_id]


def _back(asked: Asked, *by: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(*by, sa.func.sum(_n.units)).join(Rma, _r.id == _n.rma_id).where(*_of(asked)).group_by(*by)


def _sent(asked: Asked, *by: sa.ColumnElement[Any]) -> sa.Select[Any]:
    query = (
        sa.select(*by, sa.func.sum(_pl.qty)).select_from(Parcel).join(ParcelLine, _pl.parcel_id == _c.id).join(Order, _o.id == _c.order_id)
        .where(_c.handed_over_at >= asked.since).group_by(*by)
    )  # fmt: skip
    return query if asked.store_id is None else query.where(_o.store_id == asked.store_id)


def _sent_of(session: Session, asked: Asked, product_ids: Sequence[int]) -> dict[int, int]:
    wanted = set(product_ids)
    return {one: int(units) for one, units in session.execute(_sent(asked, _pl.product_id)) if one in wanted}


def _lots(session: Session, asked: Asked, product_ids: Sequence[int] | None) -> dict[int, dict[str, Counted]]:
    """Units of each lot that were sent, and that came; '' is what no lot is known of."""
    came = (
        sa.select(_a.product_id, _a.lot, sa.func.sum(_a.units)).join(Rma, _r.id == _a.rma_id)
        .where(*_of(asked), _a.undone_at.is_(None)).group_by(_a.product_id, _a.lot)
    )  # fmt: skip
    came = came.where(_a.lot != "") if product_ids is None else came.where(_a.product_id.in_(product_ids))
    back = {(product, lot): int(units) for product, lot, units in session.execute(came)}
    products = sorted({product for product, _ in back})
    query = _sent(asked, _pl.product_id, _pl.lot).where(_pl.product_id.in_(products))
    sent = {(product, lot): int(units) for product, lot, units in session.execute(query)}
    found: dict[int, dict[str, Counted]] = {}
    for product, lot in sent.keys() | back.keys():
        found.setdefault(product, {})[lot] = Counted(sent.get((product, lot), 0), back.get((product, lot), 0))
    return found


def _grades(session: Session, asked: Asked, product_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    query = (
        sa.select(_i.product_id, _i.grade, sa.func.sum(_i.units)).join(Rma, _r.id == _i.rma_id)
        .where(*_of(asked), _i.undone_at.is_(None), _i.product_id.in_(product_ids)).group_by(_i.product_id, _i.grade)
    )  # fmt: skip
    found: dict[int, dict[str, int]] = {}
    for product, grade, units in session.execute(query):
        found.setdefault(product, {})[grade] = int(units)
    return found


def _suppliers(session: Session, lots: Sequence[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Who delivered each lot: the receipt's scan is the one that moved it in."""
    move, receipt = Move.__table__.c, GoodsReceipt.__table__.c  # type: ignore[attr-defined]
    line, order = PurchaseOrderLine.__table__.c, PurchaseOrder.__table__.c  # type: ignore[attr-defined]
    query = (
        sa.select(move.product_id, move.lot, sa.func.min(order.supplier)).select_from(Move)
        .join(GoodsReceipt, sa.and_(receipt.scan_id == move.scan_id, receipt.product_id == move.product_id))
        .join(PurchaseOrderLine, line.id == receipt.purchase_order_line_id).join(PurchaseOrder, order.id == line.purchase_order_id)
        .where(move.lot.in_(sorted({lot for _, lot in lots})), move.product_id.in_(sorted({product for product, _ in lots})), receipt.undone_at.is_(None))
        .group_by(move.product_id, move.lot)
    )  # fmt: skip
    return {(product, lot): supplier for product, lot, supplier in session.execute(query)}


def _named(session: Session, product_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    query = sa.select(_p.id, _p.sku, _p.name).where(_p.id.in_(product_ids))
    return {one: (sku, name) for one, sku, name in session.execute(query)}


def _counted(asked: Asked) -> sa.Select[tuple[str, int, int]]:
    free = sa.func.sum(sa.case((sa.and_(_r.free_label, _r.received_at.is_not(None)), 1), else_=0))
    return sa.select(_o.currency, sa.func.count(), free).select_from(Rma).join(Order, _o.id == _r.order_id).where(*_of(asked)).group_by(_o.currency)


def _looked_at(asked: Asked) -> sa.Select[tuple[str, int]]:
    query = sa.select(_o.currency, sa.func.sum(_n.inspected)).select_from(RmaLine).join(Rma, _r.id == _n.rma_id).join(Order, _o.id == _r.order_id)
    return query.where(*_of(asked)).group_by(_o.currency)


def _replaced(asked: Asked) -> sa.Select[tuple[str, int, int]]:
    """Units that were sent in place of others, with the price that those were sold at."""
    query = (
        sa.select(_o.currency, _l.unit_price, sa.func.sum(_s.units)).select_from(RmaSettlement)
        .join(OrderLine, _l.id == _s.order_line_id).join(Rma, _r.id == _s.rma_id).join(Order, _o.id == _r.order_id)
    )  # fmt: skip
    return query.where(*_of(asked), _s.outcome.in_(GOODS)).group_by(_o.currency, _l.unit_price)


def _lost(asked: Asked) -> sa.Select[tuple[str, int, int]]:
    """Units that did not go back to stock, with the price that they were sold at."""
    query = (
        sa.select(_o.currency, _l.unit_price, sa.func.sum(_i.units)).select_from(RmaInspection).join(RmaLine, _n.id == _i.line_id)
        .join(OrderLine, _l.id == _n.order_line_id).join(Rma, _r.id == _i.rma_id).join(Order, _o.id == _r.order_id)
    )  # fmt: skip
    return query.where(*_of(asked), _i.undone_at.is_(None), _i.disposition.in_(_LOST)).group_by(_o.currency, _l.unit_price)
