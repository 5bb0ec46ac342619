"""Quarantine and release: units are put apart, so that nobody is sold them, and come back once somebody says so.

Steps of `quarantine:`, each holder for themselves: want bin; want product (each further scan adds units); want command: a
reason out of the `choices` of `next`, sent as `CMD:DONE` with its `kind`; want bin: the quarantine bin, which they go
into, damaged or on hold. Steps of `release:`: want bin (in quarantine); want product; for damaged units the reason why
they are good again; want bin: the bin that they go to, good. UNDO takes back one step, the move too.
"""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from stowline.core import outbox
from stowline.core.errors import NotFound
from stowline.inventory import adjustments, fill, queries, service, suggest, taking
from stowline.inventory.events import StockQuarantined, StockReleased
from stowline.inventory.models import Location
from stowline.inventory.rules import DAMAGED, GOOD, HOLD, PICKABLE
from stowline.inventory.taking import APART, Hand, Job, Now
from stowline.scanning.service import Holder, Scan, Verdict

_WORDS = {HOLD: "on hold"}
WHY = {"damaged": "Damaged", "suspect": "Suspect", "recall": "Recalled", "other": "Another reason"}
GOOD_AGAIN = {"repaired": "Repaired", "inspected": "Inspected, good"}


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two tasks: the job, its reasons, where units go and what the ledger calls it."""

    job: Job
    reasons: dict[str, str]
    to: tuple[str, ...]
    because: str


INTO = Way(
    Job("quarantine", "Quarantine", ("dock", "storage", "pick", "staging", "returns"), "Scan the bin that the goods lie in."),
    WHY, APART, "quarantine",
)  # fmt: skip
BACK = Way(
    Job("release", "Release", APART, "Scan the quarantine bin.", (DAMAGED, HOLD)), GOOD_AGAIN, PICKABLE, "release",
)  # fmt: skip


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of either task."""
    way = _way(scan.kind)
    hand = taking.in_hand(session, way.job, scan.holder)
    is_bin = taking.of_bin(scan, hand)
    if is_bin is True and _wants_target(way, hand):
        return _put(session, scan, way, hand)
    got = is_bin if isinstance(is_bin, Verdict) else _step(session, scan, way, hand, is_bin=is_bin)
    if isinstance(got, Verdict):
        return got.then(*_now(session, way, hand))
    taking.keep(session, way.job, scan.holder, got)
    say = f"{taking.named(got)} in hand" if "product" in got else f"You stand at {got['code']}"
    return Verdict.accepted(say, effect={"was": hand}).then(*_now(session, way, got))


def _step(session: Session, scan: Scan, way: Way, hand: Hand, *, is_bin: bool) -> Hand | Verdict:
    """The hand after a scan by which nothing moves yet."""
    if scan.command:
        return _reason(session, scan, way, hand)
    if is_bin or not hand:
        return taking.stand(session, scan, way.job, hand)
    got = taking.take(session, scan, way.job, hand)
    return {**got, "why": hand["why"]} if isinstance(got, dict) and "why" in hand else got


def _way(kind: str) -> Way:
    return INTO if kind == INTO.job.kind else BACK


def _wants_target(way: Way, hand: Hand) -> bool:
    """Whether all is known but the bin they go to."""
    return "product" in hand and ("why" in hand or (way is BACK and hand["condition"] == HOLD))


def _reason(session: Session, scan: Scan, way: Way, hand: Hand) -> Hand | Verdict:
    if scan.command != "DONE" or (_wants_target(way, hand) and not scan.choice):
        return Verdict.no_use(*_now(session, way, hand))
    if "product" not in hand:
        return Verdict.refused("Nothing is in hand. Scan the bin, then what you take from it.")
    why = taking.why(scan.choice, way.reasons)
    return why if isinstance(why, Verdict) else {**hand, "why": why}


# --- moving -----------------------------------------------------------------------------------------------------------


def _put(session: Session, scan: Scan, way: Way, hand: Hand) -> Verdict:
    seen = scan.one("bin")
    if seen is None or isinstance(seen, Verdict):
        return (seen or taking.not_that(scan, "Scan a bin.")).then(*_now(session, way, hand))
    place = queries.location(session, seen.ref)
    if place.kind not in way.to:
        what = "no quarantine bin" if way is INTO else "no bin to sell from"
        do = _target_say(way, hand, _suggested(session, way, hand))
        return Verdict.refused(f"{place.code} is {what}. {do}.", seen=seen).then(*_now(session, way, hand))
    held = way is BACK and bool(hand["lot"]) and service.is_held(session, hand["product"], hand["lot"])
    if held:
        say = f"Lot {hand['lot']} is held. Release the lot at the desk first, then its units."
        return Verdict.refused(say, seen=seen).then(*_now(session, way, hand))
    service.lock_levels(session, [hand["product"]])
    fit = fill.room(session, seen.ref, hand["product"], hand["lot"], lock=True)
    if not fit.takes(hand["units"]):
        return Verdict.refused(f"{place.code} does not take them: {fit.why}. Scan another bin.", seen=seen).then(*_now(session, way, hand))
    to = _move(session, way, hand, place)
    rest = {"bin": hand["bin"], "code": hand["code"]}
    taking.keep(session, way.job, scan.holder, rest)
    effect = {"was": hand, "to": place.id, "now": to}
    return Verdict.accepted(f"{taking.named(hand)}: in {place.code}, {_WORDS.get(to, to)}", effect=effect).then(*_now(session, way, rest))


def _move(session: Session, way: Way, hand: Hand, place: Location) -> str:
    """Units go to the bin, in the condition that is answered. Raises NotEnough or Conflict where a rival was quicker."""
    to = GOOD if way is BACK else DAMAGED if DAMAGED in (hand["why"], hand["condition"]) else HOLD
    why = way.reasons.get(hand.get("why", ""), "cleared")
    service.lose(session, product_id=hand["product"], from_id=hand["bin"], to_id=place.id or 0, qty=hand["units"],
                 because=way.because, condition=hand["condition"], to_condition=to, lot=hand["lot"], serial=hand["serial"],
                 why=f"put into quarantine: {why.lower()}")  # fmt: skip
    adjustments.settle_missing(session, hand["product"], hand["bin"], hand["lot"], hand["serial"])
    fact = StockQuarantined if way is INTO else StockReleased
    outbox.record(session, fact(hand["sku"], hand["units"], hand["code"], place.code, why))
    return to


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """One step back; units that moved go back to where they lay, in the condition they had."""
    way, hand = _way(scan.kind), effect["was"]
    if "to" in effect:
        service.lose(session, product_id=hand["product"], from_id=effect["to"], to_id=hand["bin"], qty=hand["units"],
                     because="undo", condition=effect["now"], to_condition=hand["condition"], lot=hand["lot"],
                     serial=hand["serial"], why=f"{way.job.title.lower()} was taken back")  # fmt: skip
    taking.keep(session, way.job, scan.holder, hand)
    say = f"Taken out again: {taking.named(hand)} in hand." if "to" in effect else taking.stepped_back(hand)
    return Verdict.accepted(say).then(*_now(session, way, hand))


# --- what is wanted ---------------------------------------------------------------------------------------------------


def wanted_into(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What quarantine wants from this holder now."""
    _ = ref
    return _wanted(session, INTO, holder)


def wanted_back(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What release wants from this holder now."""
    _ = ref
    return _wanted(session, BACK, holder)


def _wanted(session: Session, way: Way, holder: Holder) -> dict[str, Any]:
    next_, task = _now(session, way, taking.in_hand(session, way.job, holder))
    return {"next": next_, "task": task}


def _now(session: Session, way: Way, hand: Hand) -> Now:
    if not hand:
        return taking.want_place(way.job)
    if "product" not in hand:
        return taking.want_units(way.job, hand)
    if not _wants_target(way, hand):
        ask = "Why put {} apart?" if way is INTO else "What made {} good again?"
        return taking.want_reason(way.job, hand, ask.format(taking.named(hand)), way.reasons)
    code = _suggested(session, way, hand)
    return taking.want_target(way.job, hand, code, _target_say(way, hand, code))


def _target_say(way: Way, hand: Hand, code: str | None) -> str:
    where = code or ("a quarantine bin" if way is INTO else "a picking or storage bin")
    return f"Put {taking.named(hand)} into {where}"


def _suggested(session: Session, way: Way, hand: Hand) -> str | None:
    to = HOLD if way is INTO else GOOD
    try:
        return suggest.bin_for(session, hand["product"], hand["units"], hand["lot"], to).code
    except NotFound:
        return None


def apart_now(session: Session, limit: int = 60) -> list[dict[str, Any]]:
    """What lies in quarantine, for the screen's list."""
    return [{"name": f"{row.name}, {_told_apart(row)}", "sku": row.sku, "bin": row.bin, "done": 0, "of": row.qty, "state": "open"}
            for row in queries.set_apart(session, limit)]  # fmt: skip


def _told_apart(row: queries.Lies) -> str:
    which = f"serial {row.serial}, " if row.serial else f"lot {row.lot}, " if row.lot else ""
    return which + _WORDS.get(row.condition, row.condition)
