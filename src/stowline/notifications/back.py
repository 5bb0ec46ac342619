"""What messages say of goods that come back: the return that one is about, what came, what was found, what is paid."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import outbox
from stowline.core.outbox import Happened
from stowline.notifications import parcels
from stowline.notifications.models import Message
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.returns import queries as returns
from stowline.returns.queries import Rma

Facts = dict[str, Any]
FREE = "return"
"""The platform of an order that takes the place of goods that came back or never came."""
_GRADES = {"as_new": "new", "opened": "opened", "worn": "used", "damaged": "damaged", "other_item": "wrong"}
_INSTRUCTED = sa.text("SELECT rma_id FROM rma_settlement WHERE instruction_id = :i LIMIT 1")
_SENT = sa.text("SELECT rma_id FROM rma_settlement WHERE new_order_id = :o LIMIT 1")


def is_told(session: Session, kind: str, order: Order, happened: Happened) -> bool:
    """Whether an event of an order tells of a kind that depends on returns: an exchange is no ordinary parcel, and the other
    way round; money is told of once the shop paid it back for a return; what was found, where something was looked at.
    """
    if kind in {"shipped", "exchange-shipped"}:
        return (order.platform == FREE) == (kind == "exchange-shipped")
    if kind == "refunded":
        return about(session, order, happened) is not None
    if kind == "return-inspected":
        rma = about(session, order, happened)
        return rma is not None and bool(returns.inspections(session, rma.id or 0))
    return True


def about(session: Session, order: Order, happened: Happened) -> Rma | None:
    """The return that an event is about; None where it is about none."""
    if "rma" in happened.values:
        return returns.by_ref(session, str(happened.values["rma"]))
    if "instruction_id" in happened.values:
        found = session.execute(_INSTRUCTED, {"i": happened.values["instruction_id"]}).scalar_one_or_none()
    else:
        found = session.execute(_SENT, {"o": order.id}).scalar_one_or_none()
    return returns.by_id(session, int(found)) if found is not None else None


def _of(session: Session, order: Order, message: Message) -> tuple[Rma, Happened]:
    """The return of a message. Raises LookupError where there is none."""
    happened = outbox.load(session, message.event_id)
    rma = about(session, order, happened)
    if rma is None:
        raise LookupError("this event is about no return")
    return rma, happened


def received(session: Session, order: Order, message: Message) -> Facts:
    """A return is here: what is awaited in it."""
    rma, happened = _of(session, order, message)
    rows = [{"name": line.name, "sku": line.sku, "quantity": line.units - line.spared} for line in returns.lines(session, rma.id or 0)
            if line.order_line_id and line.units > line.spared]  # fmt: skip
    return {"return_ref": rma.ref, "received_at": rma.received_at or happened.at, "lines": rows}


def inspected(session: Session, order: Order, message: Message) -> Facts:
    """What was found, unit by unit, and what the shopper gets for it."""
    rma, _ = _of(session, order, message)
    lines = {line.id: line for line in returns.lines(session, rma.id or 0)}
    rows = [{"name": lines[one.line_id].name, "sku": lines[one.line_id].sku, "quantity": one.units, "grade": _GRADES[one.grade], "note": "", "photo_url": ""}
            for one in returns.inspections(session, rma.id or 0)]  # fmt: skip
    given = returns.settlements(session, rma.id or 0)
    paid = sum(one.amount_minor for one in given)
    outcome = "refund" if paid else "exchange" if any(one.new_order_id for one in given) else "nothing"
    return {"return_ref": rma.ref, "currency": order.currency, "outcome": outcome, "refund_minor": paid, "lines": rows}


def refunded(session: Session, order: Order, message: Message) -> Facts:
    """What the shop paid back for a return."""
    rma, happened = _of(session, order, message)
    lines = {line.id: line for line in returns.lines(session, rma.id or 0)}
    paid = [one for one in returns.settlements(session, rma.id or 0) if one.instruction_id == happened.values["instruction_id"]]
    rows = [{"name": lines[one.line_id].name, "sku": lines[one.line_id].sku, "quantity": one.units, "total_minor": one.amount_minor} for one in paid]
    return {"return_ref": rma.ref, "currency": order.currency, "amount_minor": sum(one.amount_minor for one in paid), "refunded_at": happened.at,
            "way": "", "lines": rows}  # fmt: skip


def exchanged(session: Session, order: Order, message: Message) -> Facts:
    """What takes the place of goods left, as any parcel does; a line says what it is instead of."""
    rma, _ = _of(session, order, message)
    said = parcels.shipped(session, order, message)
    instead = {line.exchange_id: line.name for line in returns.lines(session, rma.id or 0) if line.exchange_id and line.exchange_id != line.product_id}
    skus = {one.sku: instead[one.product_id] for one in orders.lines(session, order.id or 0) if one.product_id in instead}
    rows = [{**row, "instead_of": skus.get(row["sku"], "")} for row in said["parcel"]["lines"]]
    return {"return_ref": rma.ref, "parcel": {**said["parcel"], "lines": rows}, "arrives": said["arrives"], "delivery": said["delivery"]}


def untrue(session: Session, message: Message, order: Order) -> str:
    """Why it is not true any more that a return is here; empty if it is."""
    rma = about(session, order, outbox.load(session, message.event_id))
    return "" if rma is not None and rma.received_at is not None else "the arrival was taken back"
