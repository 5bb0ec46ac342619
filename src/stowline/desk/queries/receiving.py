"""Purchase orders: what is expected, how far it is in, and who waits for it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.cases import queries as cases
from stowline.catalog.models import Product
from stowline.core.config import settings
from stowline.desk import words
from stowline.desk.queries import diary, discrepancies
from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import velocity
from stowline.orders import queries as orders
from stowline.orders.models import OrderLine
from stowline.receiving import built, report
from stowline.receiving import queries as receiving
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine, Supplier

_o, _n = PurchaseOrder.__table__.c, PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
_l, _p = OrderLine.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
VIEWS = {"open": "Expected", "late": "Late", "all": "All"}
WORDS = {"open": ("", "Expected"), "part_received": ("go", "Coming in"), "received": ("ok", "All in"), "closed": ("done", "Closed")}
NEVER = date(9999, 12, 31)
Row = dict[str, Any]


def _expected() -> sa.ColumnElement[Any]:
    return sa.func.coalesce(_o.expected_to, sa.bindparam(None, NEVER, _o.expected_to.type), type_=_o.expected_to.type)


def suppliers(session: Session) -> dict[str, str]:
    """The first 500 suppliers by name, id to name, for a choice."""
    rows = session.execute(sa.select(Supplier.id, Supplier.name).order_by(Supplier.name).limit(500))  # type: ignore[call-overload]
    return {str(row[0]): row[1] for row in rows}


def page(session: Session, view: str, text: str, place: Place, supplier_id: int | None = None, tag: str = "") -> Page[PurchaseOrder]:
    """Purchase orders (of one supplier, with one tag): those that are open by the day they are due, all of them newest first."""
    query = select(PurchaseOrder)
    if supplier_id is not None:
        query = query.where(_o.supplier_id == supplier_id)
    if tag:
        query = query.where(_o.id.in_(cases.tagged(session, "purchase_order", tag)))
    if view != "all":
        query = query.where(_o.closed_at.is_(None), _lacking())
    if view == "late":
        query = query.where(_o.expected_to < velocity.today())
    if text:
        query = query.where(sa.or_(starts_with(_o.ref, text), starts_with(_o.supplier, text), _o.id.in_(_with_sku(text))))
    columns = [_o.id] if view == "all" else [_expected(), _o.id]

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[PurchaseOrder]:  # noqa: FBT001
        down = backwards != (view == "all")
        return list(session.execute(ordered(query, columns, after, descending=down, most=most)).scalars())

    return walk(place, fetch, (lambda o: (o.id or 0,)) if view == "all" else (lambda o: (o.expected_to or NEVER, o.id or 0)))


def _lacking() -> sa.ColumnElement[bool]:
    return sa.select(_n.id).where(_n.purchase_order_id == _o.id, _n.received < _n.quantity).exists()


def _with_sku(sku: str) -> sa.Select[Any]:
    return sa.select(_n.purchase_order_id).join(Product, _p.id == _n.product_id).where(_p.sku == sku).limit(500)


def rows(session: Session, found: Sequence[PurchaseOrder]) -> list[Row]:
    """The rows of the sheet, added up for the whole page at once."""
    ids = [order.id or 0 for order in found]
    query = sa.select(_n.purchase_order_id, sa.func.count(), sa.func.sum(_n.quantity), sa.func.sum(_n.received)).where(
        _n.purchase_order_id.in_(ids)).group_by(_n.purchase_order_id)  # fmt: skip
    sums = {i: (int(lines), int(units), int(received)) for i, lines, units, received in session.execute(query)}
    fills = _fills(session, ids)
    made = []
    for order in found:
        lines, units, received = sums.get(order.id or 0, (0, 0, 0))
        state = _state(order, units, received)
        made.append({
            "ref": order.ref, "supplier": order.supplier, "state": state, "lines": lines, "units": units, "received": received,
            "expected": words.window(order.expected_from, order.expected_to) or None,
            "late": _late(order, state), "fills": fills.get(order.id or 0, 0),
        })  # fmt: skip
    return made


def _state(order: PurchaseOrder, units: int, received: int) -> str:
    if received >= units:
        return "received"
    if order.closed_at is not None:
        return "closed"
    return "part_received" if received else "open"


def _late(order: PurchaseOrder, state: str) -> bool:
    return state in ("open", "part_received") and order.expected_to is not None and order.expected_to < velocity.today()


def _fills(session: Session, ids: list[int]) -> dict[int, int]:
    """Units that orders wait for and that each of these purchase orders still brings."""
    left = (_n.quantity - _n.received).label("left")
    lacking = sa.select(_n.product_id).where(_n.purchase_order_id.in_(ids), _n.received < _n.quantity)
    waits = (
        sa.select(_l.product_id, sa.func.sum(_l.ordered - _l.cancelled - _l.allocated).label("units"))
        .where(_l.product_id.in_(lacking), _l.ordered - _l.cancelled > _l.allocated)
        .group_by(_l.product_id)
        .subquery()
    )
    served = sa.case((waits.c.units < left, waits.c.units), else_=left)
    query = (
        sa.select(_n.purchase_order_id, sa.func.sum(served)).select_from(PurchaseOrderLine)
        .join(PurchaseOrder, _o.id == _n.purchase_order_id).join(waits, waits.c.product_id == _n.product_id)
        .where(_n.purchase_order_id.in_(ids), _n.received < _n.quantity, _o.closed_at.is_(None))
        .group_by(_n.purchase_order_id)
    )  # fmt: skip
    return {i: int(units) for i, units in session.execute(query)}


def one(session: Session, ref: str) -> Row:
    """One purchase order with its lines and the scans that brought them in. Raises NotFound."""
    order = receiving.by_ref(session, ref)
    row = rows(session, [order])[0]
    lines = receiving.lines(session, order.id or 0, limit=500)
    waits = orders.waiting_units(session, [line.product_id for line in lines])
    kind, word = WORDS[row["state"]]
    reports = discrepancies.sent(session, order.id or 0)
    return {
        "revisions": _revisions(session, order), "days": {"from": order.expected_from or "", "to": order.expected_to or ""},
        "wrong": [{"what": report.KINDS[one.kind], "sku": one.sku, "name": one.name, "units": one.units, "note": one.note, "photos": one.photos}
                  for one in report.of_order(session, order)[:200]],
        "pallets": built.of_order(session, order.id or 0), "to_stack": _to_stack(session, order, lines),
        "no_prefix": "" if settings().gs1_prefix else built.NO_PREFIX,
        "tags": cases.tags(session, "purchase_order", [order.id or 0])[order.id or 0],
        "supplier": _supplier(session, order), "reports": reports,
        "po": {**row, "state_kind": kind, "state_word": word, "closed": order.closed_at is not None},
        "lines": [{"sku": line.sku, "name": line.name, "ordered": line.quantity, "received": line.received,
                   "over": line.over, "damaged": line.damaged,
                   "waiting": waits.get(line.product_id, 0), "why": None} for line in lines],
        "lines_say": f"the first 500 of {row['lines']:,} lines" if row["lines"] > len(lines) else "",
        "trail": discrepancies.in_trail(diary.of_task(session, f"receive:{ref}"), reports),
        "floor_href": f"/floor/task/{words.segment(f'receive:{ref}')}" if order.closed_at is None else None,
    }  # fmt: skip


def _to_stack(session: Session, order: PurchaseOrder, lines: Sequence[receiving.ExpectedLine]) -> list[Row]:
    """What came and stands on no pallet yet, by product; the first 100 products."""
    free = built.not_on_pallets(session, order.id or 0)
    first = {line.product_id: line for line in reversed(lines)}
    found = [{"sku": line.sku, "name": line.name, "units": free[line.product_id]} for line in reversed(first.values())
             if free.get(line.product_id)]  # fmt: skip
    return found[:100]


def _supplier(session: Session, order: PurchaseOrder) -> Row | None:
    """Who delivers it, and whether they can be written to."""
    found = session.get(Supplier, order.supplier_id) if order.supplier_id else None
    return {"id": found.id, "name": found.name, "email": found.email} if found else None


def _revisions(session: Session, order: PurchaseOrder) -> list[Row]:
    """What was agreed over time, the latest first, and how far it moved: days of the last day expected, and units."""
    found = receiving.revisions(session, order.id or 0)
    earlier = [*found[1:], None]
    return [
        {"n": one.n, "at": one.at, "who": one.who, "why": one.why, "units": one.units,
         "expected": words.window(one.expected_from, one.expected_to) or "no date",
         "slip": (one.expected_to - was.expected_to).days if was and one.expected_to and was.expected_to else 0,
         "more": one.units - was.units if was else 0}
        for one, was in zip(found, earlier, strict=False)
    ]  # fmt: skip
