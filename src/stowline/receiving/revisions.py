"""What was agreed with the supplier: every revision of a purchase order stays, so that slips can be learned from them."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.backorders import promises
from stowline.core import author, clock, hooks, outbox
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.inventory import feed
from stowline.receiving import queries, rules
from stowline.receiving.events import PurchaseOrderRevised, SupplyChanged
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderRevision
from stowline.receiving.queries import ExpectedLine

_lines = PurchaseOrderLine.__table__  # type: ignore[attr-defined]
_rev = PurchaseOrderRevision.__table__  # type: ignore[attr-defined]
FIRST = "As entered"


FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
"""Days that can be counted from, in both directions, without leaving the calendar."""


def refuse_days(first: date | None, last: date | None) -> None:
    """Raises Refused for a range of days that ends before it begins, and for a day that nobody can mean."""
    for name, day in (("expected_from", first), ("expected_to", last)):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise Refused(f"{day} is no day on which goods come. Leave it out where there is no date.", where=name)
    if first and last and last < first:
        raise Refused("The goods cannot be expected to come before they are expected.", where="expected_to")


def begin(session: Session, order: PurchaseOrder, lines: Sequence[tuple[str, int]]) -> None:
    """Keep revision 1: the purchase order as it was entered, as (SKU, units)."""
    _keep(session, order, 1, FIRST, lines)


def revise(
    session: Session, order_id: int, *, expected_from: date | None, expected_to: date | None,
    quantities: Mapping[str, int] | None = None, why: str,
) -> int:  # fmt: skip
    """The supplier says otherwise: days, and units by SKU (those not named stay). Answers the number of the revision that
    stands now; what changes nothing is no revision.

    Raises Conflict for a closed purchase order, Refused for fewer units than came or a SKU that is not on it.
    """
    order = session.exec(select(PurchaseOrder).where(PurchaseOrder.id == order_id).with_for_update()).one_or_none()
    if order is None:
        raise NotFound("There is no such purchase order.")
    session.refresh(order)
    expected_to = expected_to or expected_from
    refuse_days(expected_from, expected_to)
    before = queries.lines(session, order_id, limit=10_000)
    given = _given(order, before, quantities or {})
    days = (order.expected_from, order.expected_to), (expected_from, expected_to)
    say = rules.changed(order.ref, days, (sum(one.quantity for one in before), sum(given.values())))
    after = [(one.sku, given[one.id]) for one in before]
    number = _last(session, order_id)
    if not say and after == [(one.sku, one.quantity) for one in before]:
        return number
    if order.closed_at is not None:
        raise Conflict(f"Purchase order {order.ref} is closed. Open it again first.")
    _set_units(session, before, given)
    order.expected_from, order.expected_to = expected_from, expected_to
    session.add(order)
    session.flush()
    _keep(session, order, number + 1, why, after)
    _tell(session, order, before, say or f"{order.ref} brings other goods", why)
    return number + 1


def _given(order: PurchaseOrder, before: Sequence[ExpectedLine], quantities: Mapping[str, int]) -> dict[int, int]:
    """Units of every line by its id, after the revision."""
    given = {one.id: one.quantity for one in before}
    for sku, units in quantities.items():
        mine = [rules.Line(one.id, one.sku, one.quantity, one.received) for one in before if one.sku == sku]
        came = sum(line.received for line in mine)
        if not mine:
            raise Refused(f"{sku} is not on {order.ref}. Enter another purchase order for it.", where="lines")
        if units < came:
            raise Refused(f"{came:,} of {sku} came in already, so {units:,} are too few.", where="lines")
        given.update(rules.spread(mine, units))
    return given


def _set_units(session: Session, before: Sequence[ExpectedLine], given: Mapping[int, int]) -> None:
    for one in before:
        if given[one.id] == one.quantity:
            continue
        mine = sa.update(_lines).where(_lines.c.id == one.id, _lines.c.received <= given[one.id])
        came = _lines.c.received + _lines.c.over  # what was more than ordered may be what is ordered now
        n = given[one.id]
        new = {"quantity": n, "received": sa.case((came < n, came), else_=n), "over": sa.case((came > n, came - n), else_=0)}
        if not session.execute(mine.values(new)).rowcount:  # type: ignore[attr-defined]
            raise Conflict(f"More of {one.sku} came in just now. Look at what is still open.")


def _tell(session: Session, order: PurchaseOrder, before: Sequence[ExpectedLine], say: str, why: str) -> None:
    touched = sorted({one.product_id for one in before})
    promises.alone(session, touched)
    feed.mark(session, touched)
    outbox.record(session, PurchaseOrderRevised(order.ref, say, why))
    hooks.tell(session, SupplyChanged(tuple(touched), say, order.ref))


def _last(session: Session, order_id: int) -> int:
    query = sa.select(sa.func.max(_rev.c.n)).where(_rev.c.purchase_order_id == order_id)
    return int(session.execute(query).scalar_one_or_none() or 0)


def _keep(session: Session, order: PurchaseOrder, n: int, why: str, lines: Sequence[tuple[str, int]]) -> None:
    session.execute(sa.insert(_rev), {
        "purchase_order_id": order.id, "n": n, "at": clock.now(), "who": author.current().who, "why": why[:200],
        "expected_from": order.expected_from, "expected_to": order.expected_to, "lines": msgspec.json.encode(lines).decode(),
    })  # fmt: skip
