"""The receive task: product after product, against a purchase order or blind.

Steps of `receive:REF`: want product; a product of the order is counted in (its pack size times the quantity), the rest
of it is wanted next, then the rest of the order; CMD:DONE closes the order; CMD:SKIP is not needed, any open line may be scanned.
Steps of `receive:` (blind): want product, for ever.
"""

from typing import Any

from sqlmodel import Session

from stowline.receiving import queries, service
from stowline.receiving.models import PurchaseOrder
from stowline.receiving.queries import ExpectedLine
from stowline.scanning import service as scanning
from stowline.scanning.service import LARGEST_QUANTITY, Holder, Scan, Seen, Verdict, wants


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of a receive task."""
    if not scan.ref:
        return _blind(session, scan)
    order = queries.by_ref(session, scan.ref)
    scanning.keep_lease(session, scan)
    if order.closed_at is not None:
        return Verdict.conflict(f"Purchase order {order.ref} is closed. Take other goods in blind.").then(*_now(session, order))
    if scan.command == "DONE":
        return _done(session, order)
    return _against(session, scan, order)


def _against(session: Session, scan: Scan, order: PurchaseOrder) -> Verdict:
    seen = scan.one("product")
    if isinstance(seen, Verdict):
        return seen.then(*_now(session, order))
    if seen is None:
        return _not_a_product(scan).then(*_now(session, order))
    line = queries.line_for(session, order.id or 0, seen.ref)
    if line is None:
        return Verdict.refused(f"{seen.label} is not on {order.ref}. Set it aside, or take it in blind.", seen=seen).then(
            *_now(session, order))
    qty = scan.quantity * seen.units
    if qty > line.left:
        return _too_many(line, qty, seen).then(*_now(session, order))
    served = service.receive(session, product_id=seen.ref, sku=seen.sku, name=seen.label, qty=qty, line_id=line.id,
                             ref=order.ref)
    say = f"{line.name}: {line.received + qty} of {line.quantity}"
    effect = {"product": seen.ref, "qty": qty, "line": line.id}
    next_, task = _now(session, order, seen.ref)
    if next_["want"] == "nothing":
        scanning.let_go(session, scan.task)
    return Verdict.accepted(say, hint=_who(served) or next_.get("say"), effect=effect).then(next_, task)


def _who(served: list[tuple[str, int]]) -> str | None:
    """Whose waiting is over, in words."""
    if not served:
        return None
    return f"Waited for: {', '.join(f'{units} for order {ref}' for ref, units in served)}."


def _too_many(line: ExpectedLine, qty: int, seen: Seen) -> Verdict:
    if not line.left:
        return Verdict.refused(f"{line.name}: already {line.received} of {line.quantity}. Set the rest aside.", seen=seen)
    return Verdict.refused(
        f"{line.name}: {qty} are more than the {line.left} still expected. Receive {line.left}, set the rest aside.",
        seen=seen)


def _not_a_product(scan: Scan) -> Verdict:
    if scan.things:
        return Verdict.refused(f"You scanned {scan.what()}. Scan a product.", seen=scan.things[0])
    return Verdict.refused(f"Nobody knows the code {scan.what()}. Scan the product's barcode, or type its SKU.")


def _done(session: Session, order: PurchaseOrder) -> Verdict:
    service.close(session, order.id or 0)
    scanning.let_go(session, f"receive:{order.ref}")
    left = queries.open_units(session, order.id or 0)
    say = f"{order.ref} is closed" + (f", {_units(left)} short." if left else ".")
    hint = "More to come? Undo opens it again." if left else None
    return Verdict.accepted(say, hint=hint, effect={"closed": order.id}).then(*_now(session, order))


def _blind(session: Session, scan: Scan) -> Verdict:
    seen = scan.one("product")
    if isinstance(seen, Verdict):
        return seen.then(*_now_blind())
    if seen is None:
        return _not_a_product(scan).then(*_now_blind())
    qty = scan.quantity * seen.units
    if qty > LARGEST_QUANTITY:
        say = f"{seen.label}: {qty:,} units in one scan are more than {LARGEST_QUANTITY:,}. Scan them in parts."
        return Verdict.refused(say, seen=seen).then(*_now_blind())
    served = service.receive(session, product_id=seen.ref, sku=seen.sku, name=seen.label, qty=qty, line_id=None, ref="")
    effect = {"product": seen.ref, "qty": qty, "line": None}
    return Verdict.accepted(f"{seen.label}: {qty} received", hint=_who(served), effect=effect).then(*_now_blind())


def _units(n: int) -> str:
    """A number of units in words."""
    return f"{n:,} {'unit' if n == 1 else 'units'}"


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """Take a receipt, or the closing of the order, back."""
    if "closed" in effect:
        service.reopen(session, effect["closed"])
        return Verdict.accepted("The purchase order is open again.").then(*_of(session, scan.ref))
    service.take_back(session, product_id=effect["product"], qty=effect["qty"], line_id=effect["line"])
    one = effect["qty"] == 1
    return Verdict.accepted(f"Taken back: {_units(effect['qty'])} {'is' if one else 'are'} not received.").then(
        *_of(session, scan.ref, effect["product"]))


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a receive task wants now. Raises NotFound for an unknown purchase order."""
    _ = holder
    next_, task = _of(session, ref)
    return {"next": next_, "task": task}


def _of(session: Session, ref: str, product_id: int | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    return _now(session, queries.by_ref(session, ref), product_id) if ref else _now_blind()


def _now(session: Session, order: PurchaseOrder, product_id: int | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is wanted: the rest of the product in hand, else the first line that has units to come."""
    line = None if order.closed_at else _in_hand(session, order, product_id) or queries.next_open(session, order.id or 0)
    done, of = queries.progress(session, order.id or 0)
    task = {"task": f"receive:{order.ref}", "kind": "receive", "title": f"Receive {order.ref}", "stop": done,
            "stops": of, "unit": "line", "finished": line is None}
    if line is None:
        return wants("nothing", say=f"Nothing more is expected on {order.ref}."), task
    return wants("product", code=line.sku, sku=line.sku, name=line.name, done=line.received, of=line.quantity,
                 left=line.left, say=f"Scan {line.name}, or any other product of {order.ref}"), task


def _in_hand(session: Session, order: PurchaseOrder, product_id: int | None) -> ExpectedLine | None:
    line = queries.line_for(session, order.id or 0, product_id) if product_id else None
    return line if line and line.left else None


def _now_blind() -> tuple[dict[str, Any], dict[str, Any]]:
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


