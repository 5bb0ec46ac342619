"""The receive task: product after product, against a purchase order or blind.

Steps of `receive:REF`: want product; a product of the order is counted in (its pack size times the quantity), the rest
of it is wanted next, then the rest of the order; CMD:DONE closes the order; any open line may be scanned. CMD:DAMAGED says
that the next scan is damaged goods (`marks.py`); what does not belong is set aside with a case (`aside.py`); an SSCC brings
all that is in it (`pallets.py`). `received` beside what is wanted next says what came just now, for its labels.
Steps of `receive:` (blind): want product, for ever.
Where units are not all alike (`hand.py`), what the code does not say is wanted next: lot, last day, each serial; then
they are in. CMD:SKIP puts them aside again.
Where somebody waited for units that came, the slot of the backorder shelf (or the pack bench) is wanted next, order by
order (`shelving.py`); whoever scans other goods leaves them at the dock. CMD:SKIP puts one order's aside.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from stowline.core.errors import Conflict
from stowline.inventory import queries as stock
from stowline.receiving import aside, marks, notice_queries, notices, pallets, queries, rules, service, shelving
from stowline.receiving import hand as hands
from stowline.receiving.hand import Hand
from stowline.receiving.models import PurchaseOrder
from stowline.receiving.queries import ExpectedLine
from stowline.scanning import service as scanning
from stowline.scanning.service import LARGEST_QUANTITY, Holder, Scan, Seen, Verdict, wants

Now = tuple[dict[str, Any], dict[str, Any]]


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of a receive task."""
    order = queries.by_ref(session, scan.ref) if scan.ref else None
    if order is not None:
        with suppress(Conflict):  # the lease says who is at it; at the dock several receive one order side by side
            scanning.keep_lease(session, scan)
        if order.closed_at is not None:
            say = f"Purchase order {order.ref} is closed. Take other goods in blind."
            return Verdict.conflict(say).then(*_now(session, order))
    step = scanning.step(session, scan.task, scan.holder)
    todo = shelving.pending(session, step)
    verdict = shelving.answer(session, scan, todo, step) if todo else None
    if verdict is None:
        verdict = _as_said(session, scan, order, step)
    return verdict if verdict.next else verdict.then(*_of(session, scan.ref, scan.holder))


def _as_said(session: Session, scan: Scan, order: PurchaseOrder | None, step: Hand) -> Verdict:
    """A command, what is lacking of the units in hand, or a product."""
    hand = _in(step)
    if scan.command:
        return _command(session, scan, order, hand)
    if hand:
        return _more_of(session, scan, order, step)
    return _product(session, scan, order, step)


def _in(step: Hand) -> Hand:
    """The units in hand that are not booked in yet, without what is to be shelved."""
    return {key: value for key, value in step.items() if key != shelving.KEY}


def _command(session: Session, scan: Scan, order: PurchaseOrder | None, hand: Hand) -> Verdict:
    if scan.command == "DAMAGED" and not hand:
        return marks.toggle(session, scan)
    if scan.command == "SKIP" and hand:
        scanning.set_step(session, scan.task, scan.holder, {})
        return Verdict.accepted(f"{hand['units']} {hand['name']} put aside: they are not received.", effect={"hand": hand})
    if scan.command != "DONE" or order is None:
        return Verdict.no_use(*_of(session, scan.ref, scan.holder))
    if hand:
        return Verdict.refused(f"You still hold {hand['units']} {hand['name']}. Receive them, or press “Undo”.")
    return _done(session, scan, order)


def _product(session: Session, scan: Scan, order: PurchaseOrder | None, step: Hand) -> Verdict:
    seen = scan.one("product", "handling-unit")
    if isinstance(seen, Verdict):
        return seen
    if seen is None:
        return aside.unknown(session, scan, order, _of(session, scan.ref, scan.holder))
    damaged = marks.damaged_next(session, scan)
    if seen.kind == "handling-unit":
        return _WHOLE if damaged else _all_in_it(session, scan, seen, order, step)
    qty = scan.units_of(seen)
    if qty > LARGEST_QUANTITY:
        say = f"{seen.label}: {qty:,} units in one scan are more than {LARGEST_QUANTITY:,}. Scan them in parts."
        return Verdict.refused(say, seen=seen)
    line = queries.hold_line(session, order.id or 0, seen.ref) if order else None
    if order is not None and line is None:
        return aside.wrong_item(session, scan, order, seen, qty, _of(session, scan.ref, scan.holder))
    over = line is not None and qty > line.left
    if line is not None and over and not _may_be_over(session, scan, order, line, qty):
        return _too_many(line, qty, seen)
    hand = {**hands.take(seen, qty, scan), "over": over, "damaged": damaged}
    return marks.used(session, scan, lambda: _book_or_ask(session, scan, order, step, hand))


def _all_in_it(session: Session, scan: Scan, seen: Seen, order: PurchaseOrder | None, step: Hand) -> Verdict:
    verdict = pallets.scan(session, scan, seen, order, step)
    if not verdict.effect:
        return verdict
    next_, task = _of(session, scan.ref, scan.holder)
    return verdict.then({**next_, "received": notices.label_of(session, seen.ref)}, task)


_WHOLE = Verdict.refused("A pallet or carton is not damaged as a whole. Scan the damaged goods in it one by one.")


def _may_be_over(session: Session, scan: Scan, order: PurchaseOrder | None, line: ExpectedLine, qty: int) -> bool:
    """Whether more than was ordered is taken in: somebody says so, or the supplier may send as much."""
    if scan.choice == pallets.OVER:
        return True
    allowed = rules.tolerance(line.quantity, queries.over_percent(session, order.supplier_id if order else None))
    return line.over + qty - line.left <= allowed


def _more_of(session: Session, scan: Scan, order: PurchaseOrder | None, step: Hand) -> Verdict:
    """The answer to what is still to be said of the units in the hand."""
    hand = _in(step)
    heard = hands.answer(hand, scan, hands.lacks(hand, _day_of(session, hand)))
    return heard if isinstance(heard, Verdict) else _book_or_ask(session, scan, order, step, heard)


def _day_of(session: Session, hand: Hand) -> Any:  # noqa: ANN401  (a date or None)
    """The last day of the lot in the hand, by our books."""
    return stock.lot_day(session, hand["product"], hand["lot"]) if hand["lot"] and hand["expires"] else None


def _book_or_ask(session: Session, scan: Scan, order: PurchaseOrder | None, before: Hand, hand: Hand) -> Verdict:
    want = hands.lacks(hand, _day_of(session, hand))
    if want:
        scanning.set_step(session, scan.task, scan.holder, hand)
        return Verdict.accepted(hands.ask(hand, want), effect={"hand": before})
    came, left = hands.came(hand)
    line = queries.hold_line(session, order.id or 0, hand["product"]) if order else None
    if order is not None and queries.is_closed(session, order.id or 0):
        return Verdict.conflict(f"Purchase order {order.ref} was closed just now. Take other goods in blind.")
    over = max(came.units - line.left, 0) if line is not None else 0
    if line is not None and over and not hand.get("over"):
        return Verdict.conflict(f"Somebody received {line.name} just now: {line.left} are still expected.")
    done = service.receive(session, product_id=hand["product"], sku=hand["sku"], name=hand["name"], came=came,
                           line_id=line.id if line else None, ref=order.ref if order else "", over=over,
                           damaged=bool(hand.get("damaged")))  # fmt: skip
    good = 0 if hand.get("damaged") or done.held else came.units
    begun = shelving.begin(session, done.intake, hand["product"], good, came.lot, shelving.pending_of(before, hand["product"]),
                            line.quantity if line else 0)
    after = {**left, **({shelving.KEY: begun} if begun else {})}
    if before or after:
        scanning.set_step(session, scan.task, scan.holder, after)
    effect = {"product": hand["product"], "qty": came.units, "line": line.id if line else None, "lot": came.lot,
              "serial": came.serial, "held": bool(done.held), "hand": before, "scan": scan.id, "served": done.line_ids,
              "kept": done.intake.ids, "over": over, "damaged": bool(hand.get("damaged"))}  # fmt: skip
    next_, task = _of(session, scan.ref, scan.holder, hand["product"])
    if next_["want"] == "nothing" and order is not None:
        scanning.let_go(session, scan.task)
    next_ = {**next_, "received": {"sku": hand["sku"], "name": hand["name"], "units": came.units}}
    say, hint = _told(session, done, _booked(hand, came, line), came, after, damaged=bool(hand.get("damaged")))
    return Verdict.accepted(say, hint=hint or (next_["say"] if order or left else None), effect=effect).then(next_, task)


def _told(session: Session, done: service.Receipt, booked: str, came: hands.Came, after: Hand, *, damaged: bool) -> tuple[str, str | None]:
    """What the receiver is told: where the units go, or what came and whose waiting is over."""
    if damaged:
        return booked, "Keep damaged goods apart: they go to quarantine."
    todo = shelving.pending(session, after) if done.intake.ids else None
    why = [f"{reason}: put away." for reason in list(done.intake.why)[:2]]
    if todo is not None:
        say, hint = shelving.told(booked, todo)
        return say, " ".join([hint, *why])
    return booked, _held(came, done.held) or " ".join([*why, *filter(None, [_who(done.served)])]) or None


def _booked(hand: Hand, came: hands.Came, line: ExpectedLine | None) -> str:
    which = f", serial {came.serial}" if came.serial else f", lot {came.lot}" if came.lot else ""
    which += ", damaged" if hand.get("damaged") else ""
    if line is None:
        return f"{hand['name']}{which}: {came.units} received"
    return f"{line.name}{which}: {line.received + line.over + came.units} of {line.quantity}"


def _held(came: hands.Came, held: str) -> str | None:
    return f"Lot {came.lot} is on hold: {held}. Put it into quarantine." if held else None


def _who(served: list[tuple[str, int]]) -> str | None:
    """Whose waiting is over, in words."""
    if not served:
        return None
    return f"Waited for: {', '.join(f'{units} for order {ref}' for ref, units in served)}."


def _too_many(line: ExpectedLine, qty: int, seen: Seen) -> Verdict:
    say = f"{line.name}: already {line.received} of {line.quantity}. Set the rest aside."
    if line.left:
        say = f"{line.name}: {qty} are more than the {line.left} still expected. Receive {line.left}, set the rest aside."
    return replace(pallets.offer_all(say, qty, line.left), seen=seen.picture())


def _done(session: Session, scan: Scan, order: PurchaseOrder) -> Verdict:
    scanning.set_step(session, scan.task, scan.holder, {})
    service.close(session, order.id or 0)
    scanning.let_go(session, f"receive:{order.ref}")
    left = queries.open_units(session, order.id or 0)
    say = f"{order.ref} is closed" + (f", {_units(left)} short." if left else ".")
    hint = "More to come? Undo opens it again." if left else None
    return Verdict.accepted(say, hint=hint, effect={"closed": order.id}).then(*_now(session, order))


def _units(n: int) -> str:
    """A number of units in words."""
    return f"{n:,} {'unit' if n == 1 else 'units'}"


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """Take a receipt, or the closing of the order, back."""
    if "closed" in effect:
        service.reopen(session, effect["closed"])
        return Verdict.accepted("The purchase order is open again.").then(*_of(session, scan.ref, scan.holder))
    shelved = shelving.undo(session, scan, effect)
    if shelved:
        return Verdict.accepted(shelved).then(*_of(session, scan.ref, scan.holder))
    if "mark" in effect:
        return marks.undo(session, scan, effect).then(*_of(session, scan.ref, scan.holder))
    if "case" in effect:
        return aside.undo(session, effect).then(*_of(session, scan.ref, scan.holder))
    if "pallet" in effect:
        units = pallets.undo(session, scan, effect)
        return _taken_back(units).then(*_of(session, scan.ref, scan.holder))
    if "qty" not in effect:
        scanning.set_step(session, scan.task, scan.holder, effect["hand"])
        return Verdict.accepted("One step back.").then(*_of(session, scan.ref, scan.holder))
    service.take_back(session, product_id=effect["product"], qty=effect["qty"], line_id=effect["line"],
                      lot=effect.get("lot", ""), serial=effect.get("serial", ""), held=effect.get("held", False),
                      ref=scan.ref, scan_id=effect.get("scan", ""), served=effect.get("served", ()),
                      kept=effect.get("kept", ()), damaged=effect.get("damaged", False))  # fmt: skip
    scanning.set_step(session, scan.task, scan.holder, effect.get("hand") or {})
    return _taken_back(effect["qty"]).then(*_of(session, scan.ref, scan.holder, effect["product"]))


def _taken_back(units: int) -> Verdict:
    return Verdict.accepted(f"Taken back: {_units(units)} {'is' if units == 1 else 'are'} not received.")


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a receive task wants now. Raises NotFound for an unknown purchase order."""
    next_, task = _of(session, ref, holder)
    return {"next": next_, "task": task}


def _of(session: Session, ref: str, holder: Holder, product_id: int | None = None) -> Now:
    next_, task = _unmarked(session, ref, holder, product_id)
    if next_["want"] == "nothing" or not marks.is_on(session, f"receive:{ref}", holder):
        return next_, task
    return {**next_, "damaged": True, "say": marks.SAY}, task


def _unmarked(session: Session, ref: str, holder: Holder, product_id: int | None) -> Now:
    """What is wanted, whatever was said of the next scan."""
    next_, task = _now(session, queries.by_ref(session, ref), product_id) if ref else _now_blind()
    step = scanning.step(session, f"receive:{ref}", holder)
    todo, hand = shelving.pending(session, step), _in(step)
    if todo:
        return shelving.asks(todo), {**task, "finished": False}
    if not hand:
        return next_, task
    want = hands.lacks(hand, _day_of(session, hand))
    said = wants(want, sku=hand["sku"], name=hand["name"], left=hand["units"], lot=hand["lot"] or None, say=hands.ask(hand, want))
    return said, {**task, "finished": False}


def _now(session: Session, order: PurchaseOrder, product_id: int | None = None) -> Now:
    """What is wanted: the rest of the product in hand, else the first line that has units to come."""
    line = None if order.closed_at else _in_hand(session, order, product_id) or queries.next_open(session, order.id or 0)
    done, of = queries.progress(session, order.id or 0)
    task = {"task": f"receive:{order.ref}", "kind": "receive", "title": f"Receive {order.ref}", "stop": done,
            "stops": of, "unit": "line", "finished": line is None}
    if line is None:
        return wants("nothing", say=f"Nothing more is expected on {order.ref}."), task
    return wants("product", code=line.sku, sku=line.sku, name=line.name, done=line.received, of=line.quantity,
                 left=line.left, say=_ask(session, order, line, product_id)), task


def _ask(session: Session, order: PurchaseOrder, line: ExpectedLine, product_id: int | None) -> str:
    """What to scan: whoever begins hears of the pallets that were announced."""
    pallets_too = "a pallet or carton, or " if product_id is None and notice_queries.any_open(session, order.id or 0) else ""
    return f"Scan {pallets_too}{line.name}, or any other product of {order.ref}"


def _in_hand(session: Session, order: PurchaseOrder, product_id: int | None) -> ExpectedLine | None:
    line = queries.line_for(session, order.id or 0, product_id) if product_id else None
    return line if line and line.left else None


def _now_blind() -> Now:
    task = {"task": "receive:", "kind": "receive", "title": "Receive, blind", "finished": False}
    return wants("product", say="Scan what came in"), task


def task_view(session: Session, ref: str, limit: int = 60) -> list[dict[str, Any]]:
    """The lines of the order for the screen's list, open ones first. Raises NotFound."""
    if not ref:
        return []
    order = queries.by_ref(session, ref)
    rows = sorted(queries.lines(session, order.id or 0), key=lambda line: line.left == 0)
    return [{"name": r.name, "sku": r.sku, "bin": None, "done": r.received, "of": r.quantity,
             "state": "done" if not r.left else "open"} for r in rows[:limit]]


