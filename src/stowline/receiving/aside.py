"""Goods at the dock that do not belong: set aside with a case, never forgotten in a corner."""

from typing import Any

from sqlmodel import Session

from stowline.receiving import cases
from stowline.receiving.case_models import DockCase
from stowline.receiving.models import PurchaseOrder
from stowline.scanning.service import Scan, Seen, Verdict, shown

ASIDE = "units aside"  # the kind of a scan that sets it aside and opens a case
_OFFER = ({"kind": ASIDE, "ref": "", "label": "Set it aside: open a case"},)
Now = tuple[dict[str, Any], dict[str, Any]]


def wrong_item(session: Session, scan: Scan, order: PurchaseOrder, seen: Seen, units: int, now: Now) -> Verdict:
    """A product that the purchase order has not: refused, with the offer to set it aside."""
    if scan.choice != ASIDE:
        say = f"{seen.label} is not on {order.ref}. Set it aside, or take it in blind."
        return Verdict("refused", say, seen=seen.picture(), choices=_OFFER)
    case = cases.open_case(session, "wrong-item", units=units, purchase_order_id=order.id, product_id=seen.ref, scan_id=scan.id)
    return _opened(case, f"{units:,} {seen.label}", now)


def unknown(session: Session, scan: Scan, order: PurchaseOrder | None, now: Now) -> Verdict:
    """A code that is no product: refused, with the offer to set it aside where nobody knows it."""
    if scan.things:
        return Verdict.refused(f"You scanned {scan.what()}. Scan a product.", seen=scan.things[0])
    if scan.choice != ASIDE:
        slot = now[0].get("bin")
        what = f"Scan {slot}, or the next product." if slot else "Scan the product's barcode, or type its SKU."
        say = f"Nobody knows the code {scan.what()}. {what}"
        return Verdict("refused", say, choices=_OFFER)
    case = cases.open_case(session, "unknown-box", note=f"Code {shown(scan.code)}", scan_id=scan.id,
                           purchase_order_id=order.id if order else None)  # fmt: skip
    return _opened(case, "The box", now)


def _opened(case: DockCase, what: str, now: Now) -> Verdict:
    next_, task = now
    verdict = Verdict.accepted(f"{case.ref} is open: {what} set aside.", hint=f"{case.owner} sees to it. Write {case.ref} on it.",
                               effect={"case": case.id})  # fmt: skip
    return verdict.then({**next_, "case": case.ref}, task)


def undo(session: Session, effect: dict[str, Any]) -> Verdict:
    """The goods belong after all."""
    cases.withdraw(session, effect["case"])
    return Verdict.accepted("The case is taken back.")
