"""A return as its shopper follows it: where it stands, what was found, what is paid back and when; and all of an order's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from stowline.core.barcode import qr_svg
from stowline.notifications import facts
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.portal.reader import Reader
from stowline.portal.sendback_review import breakdown
from stowline.returns import eligibility, photos, policies, preview, queries
from stowline.returns.preview import MONEY, Money, Wish
from stowline.returns.queries import OPEN, LineView, Rma

View = dict[str, Any]
_KIND = {"refused": "bad", "withdrawn": "done", "settled": "ok", "requested": "warn", "approved": "go"}
_WAITS = ("approved", "in_transit")
_PAID = ("acknowledged", "settled")


def card(session: Session, order: Order, reader: Reader) -> View | None:
    """The card of an order's page: the returns there are, and whether more may come back; None where there is nothing to say."""
    if not order.handed_over:
        return None
    found = queries.of_order(session, order.id or 0)[:20]
    may = eligibility.eligible(session, order).any
    if not found and not may:
        return None
    here = f"{facts.status_path(order.id or 0)}/return"
    rows = [{"href": f"{here}/{one.ref}", "ref": one.ref, "kind": _KIND.get(one.state, "go"), "word": word(one, reader), "at": reader.day(one.asked_at)} for one in found]
    return {"rows": rows, "href": here if may else ""}


def word(rma: Rma, reader: Reader) -> str:
    """Where it stands, in a word or two."""
    return reader.say(f"sendback.state_{rma.state}")


def is_awaited(session: Session, rma: Rma) -> bool:
    """Whether its goods are to be sent."""
    return rma.state in _WAITS and any(one.to_come for one in queries.lines(session, rma.id or 0))


def status(session: Session, order: Order, rma: Rma, reader: Reader) -> View:
    """Everything the page of a return shows beside the frame."""
    lines = queries.lines(session, rma.id or 0)
    comes = any(one.to_come for one in lines)
    key = _key(rma, comes=comes)
    return {
        "rma": {"ref": rma.ref, "kind": _KIND.get(rma.state, "go"), "word": word(rma, reader), "asked": reader.moment(rma.asked_at)},
        "headline": reader.say(f"sendback.head_{key}"), "say": reader.say(f"sendback.say_{key}"), "why": rma.why if rma.state in {"refused", "withdrawn"} else "",
        "steps": _steps(rma, lines, reader), "goods": _goods(session, rma, lines, reader), "note": rma.note, **_settled(session, order, rma, lines, reader),
        "photos": _photos(session, order, rma, reader), "send": _send(order, rma, reader) if rma.state in _WAITS and comes else None,
        "way": {"carrier": rma.carrier, "number": rma.tracking} if rma.state == "in_transit" and rma.tracking else None,
        "claim": rma.claim, "may_withdraw": rma.state in {"requested", "approved", "in_transit"} and not any(one.settled for one in lines),
    }  # fmt: skip


def _key(rma: Rma, *, comes: bool) -> str:
    """Which sentences fit: a lost parcel's, those of goods that need not come, or the state's."""
    if rma.state in {"requested", "approved", "settled"} and rma.kind == "claim":
        return f"claim_{rma.state}"
    return "approved_keep" if rma.state == "approved" and not comes else rma.state


def _steps(rma: Rma, lines: Sequence[LineView], reader: Reader) -> list[View]:
    """Asked, approved, on its way, arrived, inspected, settled; of what need not come back, only what happens to it."""
    if rma.state in {"refused", "withdrawn"}:
        return []
    at: list[tuple[str, datetime | None]] = [("requested", rma.asked_at), ("approved", rma.decided_at)]
    if not (rma.kind == "claim" or all(one.spared == one.units for one in lines)):
        at += [("in_transit", rma.sent_at), ("received", rma.received_at), ("inspected", rma.inspected_at)]
    at.append(("settled", rma.settled_at))
    names = [name for name, _ in at]
    reached = names.index(rma.state) if rma.state in names else 1
    steps = []
    for n, (name, moment) in enumerate(at):
        state = "done" if n <= reached else "now" if n == reached + 1 else ""
        label = reader.say(f"sendback.step_{name}" if state != "now" else f"sendback.now_{name}")
        steps.append({"label": label, "say": reader.day(moment) if moment and n <= reached else None, "state": state})
    return steps


def _goods(session: Session, rma: Rma, lines: Sequence[LineView], reader: Reader) -> list[View]:
    """Each line with what was asked, and what was found of it."""
    found: dict[int, list[str]] = {}
    for one in queries.inspections(session, rma.id or 0):
        found.setdefault(one.line_id, []).append(reader.say("sendback.found", n=one.units, grade=reader.say(f"sendback.grade_{one.grade}")))
    comma = reader.say("sendback.comma")
    return [{"sku": one.sku, "name": one.name, "quantity": one.units, "parts": [], "say": reader.together(
        reader.say("sendback.asked", reason=reader.say(f"sendback.reason_{one.reason}"), outcome=reader.say(f"sendback.outcome_{one.outcome}")),
        reader.say("sendback.was_found", what=comma.join(found[one.id])) if one.id in found else "",
        reader.say("sendback.kept") if one.spared and one.reason != "not_received" and rma.state != "requested" else "",
    )} for one in lines]  # fmt: skip


def _settled(session: Session, order: Order, rma: Rma, lines: Sequence[LineView], reader: Reader) -> View:
    """What was paid back, what is to be, and the orders that go out instead."""
    rows = queries.settlements(session, rma.id or 0)
    given = [Money(one.paid_minor, one.fee_minor, one.label_minor, one.cut_minor) for one in rows if one.outcome in MONEY]
    expected = [] if rma.state not in OPEN else [one for one in preview.money_of(session, order, policies.of(session, order.store_id), [
        Wish(one.order_line_id, one.units - one.settled, one.reason, one.outcome) for one in lines
        if one.order_line_id and one.outcome in MONEY and one.units > one.settled]) if one]  # fmt: skip
    new = dict.fromkeys(one.new_order_id for one in rows if one.new_order_id)
    return {
        "money": breakdown(given, order.currency, reader), "cuts": list(dict.fromkeys(one.cut_why for one in rows if one.cut_why)),
        "payments": [_payment(session, ident, reader) for ident in dict.fromkeys(one.instruction_id for one in rows if one.instruction_id)],
        "expected": breakdown(expected, order.currency, reader),
        "orders": [{"ref": one.ref, "href": facts.status_path(one.id or 0)} for one in (orders.order(session, ident) for ident in new if ident)],
    }  # fmt: skip


def _payment(session: Session, ident: int, reader: Reader) -> str:
    """What became of what the shop was told to pay: done only where the shop, or a person for it, said so."""
    one = instruction_queries.one(session, ident)
    amount, way = reader.money(one.amount_minor, one.currency), "credit" if one.kind == "store_credit" else "refund"
    if one.state in _PAID and one.settled_at:
        return reader.say(f"sendback.paid_{way}", amount=amount, day=reader.day(one.settled_at))
    return reader.say(f"sendback.owed_{way}", amount=amount, day=reader.day(one.made_at))


def _send(order: Order, rma: Rma, reader: Reader) -> View:
    """How to send it: who pays, and what is shown at a counter."""
    return {"free": reader.say("sendback.label_free" if rma.free_label else "sendback.label_paid"), "code": rma.tracking or rma.ref,
            "qr": qr_svg(rma.tracking or rma.ref), "label_href": f"{facts.status_path(order.id or 0)}/return/{rma.ref}/label"}  # fmt: skip


def _photos(session: Session, order: Order, rma: Rma, reader: Reader) -> list[View]:
    """Their own, and those that show what was found."""
    here = f"{facts.status_path(order.id or 0)}/return/{rma.ref}/photos"
    return [{"src": f"{here}/{one.id}", "say": reader.say("sendback.photo_yours" if one.by == "shopper" else "sendback.photo_found", n=n)}
            for n, one in enumerate(photos.photos(session, rma), 1)]  # fmt: skip
