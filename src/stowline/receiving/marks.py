"""What a receiver says of the next scan: that it is damaged goods. Kept beside the step of the task until that scan."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Verdict

SAY = "The next scan counts as damaged goods. Scan it, or press “Damaged” again"
DAMAGED = "condition damaged"  # the kind by which a program says the same of one scan


def _task(scan: Scan) -> str:
    return f"mark:{scan.task}"


def damaged_next(session: Session, scan: Scan) -> bool:
    """Whether this scan is of damaged goods: by its kind, or by the key pressed before."""
    return scan.choice == DAMAGED or bool(scanning.step(session, _task(scan), scan.holder))


def is_on(session: Session, task: str, holder: Holder) -> bool:
    """Whether this holder said so of their next scan at the task."""
    return bool(scanning.step(session, f"mark:{task}", holder))


def toggle(session: Session, scan: Scan) -> Verdict:
    """The key “Damaged”: on, and off again."""
    on = not scanning.step(session, _task(scan), scan.holder)
    put(session, scan, on=on)
    if not on:
        return Verdict.accepted("The next scan is good again.", effect={"mark": True})
    return Verdict.accepted("The next scan is damaged goods.", hint="Scan one of them. They are counted, and nobody is promised them.", effect={"mark": False})


def put(session: Session, scan: Scan, *, on: bool) -> None:
    """Set or clear it."""
    scanning.set_step(session, _task(scan), scan.holder, {"damaged": True} if on else {})


def used(session: Session, scan: Scan, book: Callable[[], Verdict]) -> Verdict:
    """Book goods in; what was said of them is used up with them, and stands where they were refused."""
    if not is_on(session, scan.task, scan.holder):
        return book()
    put(session, scan, on=False)
    verdict = book()
    if not verdict.effect:
        put(session, scan, on=True)
    return verdict


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """As it was before the key."""
    put(session, scan, on=effect["mark"])
    return Verdict.accepted("The next scan is damaged goods again." if effect["mark"] else "The next scan is good again.")
