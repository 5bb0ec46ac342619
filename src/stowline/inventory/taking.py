"""The first steps that scrap, quarantine and release share: a bin, units of one product out of it, and a reason.

A hand is `{}`, or `{"bin", "code"}` (somebody stands at a bin), or with `"product", "sku", "name", "units", "lot",
"serial", "condition"` (units of it are in hand), each holder for themselves. Nothing moves before the last scan, so undo
of these steps only forgets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from stowline.inventory import queries, which, wishes
from stowline.inventory.queries import Lies
from stowline.inventory.rules import CONDITIONS
from stowline.inventory.wishes import Wish
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Verdict, wants

Hand = dict[str, Any]
Now = tuple[dict[str, Any], dict[str, Any]]
APART = ("quarantine",)  # kinds of bins that what may not be sold lies in
COMMAND = "CMD:DONE"
_FINISH = "Finish with that first, or press “Undo”."
_KEYS = ("lot", "serial", "condition")


@dataclass(frozen=True, slots=True)
class Job:
    """What is done with the units: `kinds` of bins and `conditions` of units it begins with, and its words."""

    kind: str
    title: str
    kinds: tuple[str, ...]
    at: str
    conditions: tuple[str, ...] = CONDITIONS

    @property
    def task(self) -> str:
        """The task as the protocol writes it; there is one, for everybody."""
        return f"{self.kind}:"


def in_hand(session: Session, job: Job, holder: Holder) -> Hand:
    """What this holder has in hand."""
    return scanning.step(session, job.task, holder)


def keep(session: Session, job: Job, holder: Holder, hand: Hand) -> None:
    """Remember it."""
    scanning.set_step(session, job.task, holder, hand)


def of_bin(scan: Scan, hand: Hand) -> bool | Verdict:
    """Whether a bin was scanned; a question where the code may mean a bin or a product, and either makes sense."""
    seen = scan.one("bin", *(["product"] if hand else []))
    return seen if isinstance(seen, Verdict) else seen is not None and seen.kind == "bin"


def stand(session: Session, scan: Scan, job: Job, hand: Hand) -> Hand | Verdict:
    """The bin that somebody stands at."""
    seen = scan.one("bin")
    if isinstance(seen, Verdict):
        return seen
    if seen is None:
        return not_that(scan, job.at)
    if "product" in hand:
        return Verdict.refused(f"You hold {named(hand)}. {_FINISH}", seen=seen)
    place = queries.location(session, seen.ref)
    if place.kind not in job.kinds:
        why = "nothing in it was put apart" if job.kinds == APART else (
            "what lies in it is put apart already" if place.kind in APART else "what lies in it belongs to orders")  # fmt: skip
        return Verdict.refused(f"{place.code} is a {place.kind} bin: {why}. {job.at}", seen=seen)
    return {"bin": place.id, "code": place.code}


def take(session: Session, scan: Scan, job: Job, hand: Hand) -> Hand | Verdict:
    """The hand with the units of this scan. A refusal where the books have fewer: then the bin is to be counted."""
    seen = which.product(session, scan, hand["bin"])
    if isinstance(seen, Verdict):
        return seen
    if seen is None:
        return not_that(scan, f"Scan a product in {hand['code']}.")
    units = scan.units_of(seen)
    row = which.units(session, scan, seen, hand["bin"], units, conditions=job.conditions, spoken_for=True)
    if isinstance(row, Verdict):
        same = row.choices and hand.get("product") == seen.ref  # once said, it holds for what is added
        found = _said_before(session, hand) if same else None
        if found is None:
            return row
        row = found
    if "product" in hand and (hand["product"] != seen.ref or any(hand[key] != getattr(row, key) for key in _KEYS)):
        return Verdict.refused(f"You hold {named(hand)}. {_FINISH}", seen=seen)
    units += hand.get("units", 0)
    if units > row.qty:
        why = Wish(seen.ref, hand["bin"], -units, "", condition=row.condition, lot=row.lot, serial=row.serial)
        wishes.surprised(session, why)
        say = f"{hand['code']} has {row.qty} {row.name} by the books, not {units}. The bin will be counted."
        return Verdict.refused(say, hint=f"Take at most {row.qty}.", seen=seen)
    return {"bin": hand["bin"], "code": hand["code"], "product": seen.ref, "sku": row.sku, "name": row.name, "units": units,
            **{key: getattr(row, key) for key in _KEYS}}  # fmt: skip


def _said_before(session: Session, hand: Hand) -> Lies | None:
    inside = queries.in_bin(session, hand["bin"], product_id=hand["product"], number=hand["serial"] or hand["lot"], limit=which.MOST)
    return next((row for row in inside if all(hand[key] == getattr(row, key) for key in _KEYS)), None)


def not_that(scan: Scan, want: str) -> Verdict:
    """The wrong thing was scanned."""
    named_ = f"You scanned {scan.what()}." if scan.things else f"Nobody knows the code {scan.what()}."
    return Verdict.refused(f"{named_} {want}", seen=scan.things[0] if scan.things else None)


def named(hand: Hand) -> str:
    """What is in hand: "3 Mug, lot L1"."""
    which_ = f", serial {hand['serial']}" if hand["serial"] else f", lot {hand['lot']}" if hand["lot"] else ""
    return f"{hand['units']:,} {hand['name']}{which_}"


# --- what is wanted ---------------------------------------------------------------------------------------------------


def stepped_back(hand: Hand) -> str:
    """What an undo of a step says: what is in hand now."""
    return f"One step back: {named(hand)} in hand." if "product" in hand else "One step back."


def why(said: str, reasons: Mapping[str, str]) -> str | Verdict:
    """The reason that was chosen (`kind` of the scan: "why damaged"), or the question with the reasons there are."""
    chosen = said.removeprefix("why ")
    return chosen if chosen in reasons else Verdict("refused", "Choose a reason.", choices=choices(reasons))


def choices(reasons: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """Reasons as a question offers them."""
    return tuple({"kind": f"why {code}", "ref": COMMAND, "label": label} for code, label in reasons.items())


def task_of(job: Job) -> dict[str, Any]:
    """The task as a screen shows it; it never ends."""
    return {"task": job.task, "kind": job.kind, "title": job.title, "finished": False}


def want_place(job: Job) -> Now:
    """Nobody stands anywhere yet."""
    return wants("bin", say=job.at), task_of(job)


def want_units(job: Job, hand: Hand) -> Now:
    """At the bin, with nothing in hand."""
    return wants("product", bin=hand["code"], say=f"Scan what you take from {hand['code']}"), task_of(job)


def want_reason(job: Job, hand: Hand, say: str, reasons: Mapping[str, str]) -> Now:
    """Units in hand: a reason, or more units."""
    next_ = wants("command", code=COMMAND, bin=hand["code"], sku=hand["sku"], name=hand["name"], left=hand["units"],
                  detail=f"from {hand['code']}", lot=hand["lot"] or None, serial=hand["serial"] or None, say=say,
                  choices=list(choices(reasons)))  # fmt: skip
    return next_, task_of(job)


def want_target(job: Job, hand: Hand, code: str | None, say: str) -> Now:
    """Units in hand with a reason: the bin they go to."""
    next_ = wants("bin", code=code, bin=code, sku=hand["sku"], name=hand["name"], left=hand["units"],
                  detail=f"from {hand['code']}", lot=hand["lot"] or None, serial=hand["serial"] or None, say=say)  # fmt: skip
    return next_, task_of(job)
