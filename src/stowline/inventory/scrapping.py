"""The scrap task: units that nobody can sell leave the books.

Steps of `scrap:`, each holder for themselves: want bin; want product (each further scan adds units); want command: a
reason out of the `choices` of `next`, sent as `CMD:DONE` with its `kind`. Then the units are scrapped at once, or, where
the reason allows fewer, the answer is the adjustment that waits for a second person. UNDO takes back one step, the
posted adjustment too, unless somebody decided on it meanwhile.
"""

from typing import Any

from sqlmodel import Session

from stowline.inventory import adjustments, reasons, taking
from stowline.inventory.adjustments import WAITING, TooFew, Wish, surprised
from stowline.inventory.taking import Hand, Job, Now
from stowline.inventory.wishes import COUNTABLE
from stowline.scanning.service import Holder, Scan, Verdict

JOB = Job("scrap", "Scrap", COUNTABLE, "Scan the bin that the goods lie in.")


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of the scrap task."""
    hand = taking.in_hand(session, JOB, scan.holder)
    if scan.command:
        return _command(session, scan, hand).then(*_now(session, taking.in_hand(session, JOB, scan.holder)))
    got = _step(session, scan, hand)
    if isinstance(got, Verdict):
        return got.then(*_now(session, hand))
    taking.keep(session, JOB, scan.holder, got)
    say = f"{taking.named(got)} in hand" if "product" in got else f"You stand at {got['code']}"
    return Verdict.accepted(say, effect={"was": hand}).then(*_now(session, got))


def _step(session: Session, scan: Scan, hand: Hand) -> Hand | Verdict:
    is_bin = taking.of_bin(scan, hand)
    if isinstance(is_bin, Verdict):
        return is_bin
    return taking.stand(session, scan, JOB, hand) if is_bin or not hand else taking.take(session, scan, JOB, hand)


def _command(session: Session, scan: Scan, hand: Hand) -> Verdict:
    if scan.command != "DONE":
        return Verdict.no_use(*_now(session, hand))
    if "product" not in hand:
        return Verdict.refused("Nothing is in hand. Scan the bin, then what you take from it.")
    why = taking.why(scan.choice, _reasons(session))
    if isinstance(why, Verdict):
        return why
    wish = Wish(hand["product"], hand["bin"], -hand["units"], why, condition=hand["condition"], lot=hand["lot"],
                serial=hand["serial"])  # fmt: skip
    try:
        row = adjustments.ask(session, wish, scan.holder.key.partition(":")[0])
    except TooFew as few:  # nothing was written yet: it looked before it did
        surprised(session, wish)
        return Verdict.conflict(few.say)
    taking.keep(session, JOB, scan.holder, {"bin": hand["bin"], "code": hand["code"]})
    effect = {"was": hand, "adjustment": row.ref}
    if row.state == WAITING:
        return Verdict.accepted(f"{row.ref} waits for approval: {taking.named(hand)}", hint="Put them aside, nothing is booked yet.",
                                effect=effect)  # fmt: skip
    return Verdict.accepted(f"Scrapped: {taking.named(hand)}", hint=f"{row.ref}. Take them out of {hand['code']}.", effect=effect)


def _reasons(session: Session) -> dict[str, str]:
    return {one.code: one.label for one in reasons.offered(session, "scrap")}


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """One step back."""
    if "adjustment" in effect:
        adjustments.take_back(session, effect["adjustment"], scan.holder.key.partition(":")[0])
    taking.keep(session, JOB, scan.holder, effect["was"])
    was = effect["was"]
    say = f"{effect['adjustment']} is taken back: {taking.named(was)} in hand." if "adjustment" in effect else taking.stepped_back(was)
    return Verdict.accepted(say).then(*_now(session, was))


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What scrap wants from this holder now."""
    _ = ref
    next_, task = _now(session, taking.in_hand(session, JOB, holder))
    return {"next": next_, "task": task}


def _now(session: Session, hand: Hand) -> Now:
    if not hand:
        return taking.want_place(JOB)
    if "product" not in hand:
        return taking.want_units(JOB, hand)
    return taking.want_reason(JOB, hand, f"Why scrap {taking.named(hand)}?", _reasons(session))
