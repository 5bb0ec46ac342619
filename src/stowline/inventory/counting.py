"""The count task: one bin, blind. Neither a reply nor the screen says what the books expect.

Steps of `count:BIN` (and of `count:`, which suggests the next bin and takes any):
  bin      the bin's code: the count begins
  product  each scan adds its units (quantity times pack); where units are told apart the lot or serial comes with the
           code, as a bare number, or it is asked for (lot, serial)
  DONE     all is counted; with nothing counted, the bin is scanned once more: it is empty
Commands: DONE, SKIP (leave the bin uncounted), UNDO. One counter at a time: the task `count:BIN` is leased.
"""

from dataclasses import replace
from typing import Any

from sqlmodel import Session

from stowline.inventory import closing, counts, naming, queries, settling, to_count
from stowline.inventory.models import Location
from stowline.inventory.sheets import CountSheet
from stowline.scanning import service as scanning
from stowline.scanning.service import LARGEST_QUANTITY, Holder, Scan, Seen, Verdict, wants

KIND, TASK = "count", "count:"
Now = tuple[dict[str, Any], dict[str, Any]]


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of a count task."""
    place, sheet = _under_way(session, scan.ref, scan.holder)
    if sheet is None:
        return _begin(session, scan, place)
    bin_ = queries.location(session, sheet.location_id)
    scanning.keep_lease(session, replace(scan, ref=bin_.code))
    sheet = counts.locked(session, sheet.id or 0)
    if scan.command:
        return _command(session, scan, sheet, bin_)
    seen = _seen(session, scan, sheet)
    if isinstance(seen, Verdict):
        return seen.then(*now(scan.ref, bin_, sheet))
    if seen is None:
        said = f"You scanned {scan.what()}." if scan.things else f"Nobody knows the code {scan.what()}."
        return Verdict.refused(f"{said} Scan the goods in {bin_.code}.",
                               seen=scan.things[0] if scan.things else None).then(*now(scan.ref, bin_, sheet))
    return _bin(session, scan, sheet, bin_, seen) if seen.kind == "bin" else _product(session, scan, sheet, bin_, seen)


def _under_way(session: Session, ref: str, holder: Holder) -> tuple[Location | None, CountSheet | None]:
    """(the bin of the task, the count that this holder is at): of `count:` the one begun last, unless it was put aside."""
    if ref:
        place = queries.location_by_code(session, ref)
        return place, counts.open_sheet(session, holder.key, place.id)
    sheet = counts.open_sheet(session, holder.key)
    if sheet is None:
        return None, None
    task = f"{TASK}{queries.location(session, sheet.location_id).code}"
    return None, sheet if scanning.last_holder(session, task) == holder.key else None


def at_hand(session: Session, holder: Holder) -> str:
    """The task of the bin that this holder counts under `count:`; `count:` itself where there is none."""
    _, sheet = _under_way(session, "", holder)
    return TASK if sheet is None else f"{TASK}{queries.location(session, sheet.location_id).code}"


def _begin(session: Session, scan: Scan, place: Location | None) -> Verdict:
    if scan.command:
        return Verdict.refused("Scan a bin first. “All counted” ends its count.").then(*_idle(session, scan.ref, scan.holder))
    seen = scan.one("bin")
    if isinstance(seen, Verdict):
        return seen.then(*_idle(session, scan.ref, scan.holder))
    if seen is None or (place is not None and seen.ref != place.id):
        want = f"Go to {place.code} and scan it." if place else "Scan the bin that you count."
        what = "" if seen is None else "Wrong bin. "
        named = f"You scanned {scan.what()}." if scan.things else f"Nobody knows the code {scan.what()}."
        return Verdict.refused(f"{what}{named} {want}", seen=scan.things[0] if scan.things else None).then(
            *_idle(session, scan.ref, scan.holder))
    bin_ = queries.location(session, seen.ref)
    counts.refuse(session, scan.holder, bin_)
    scanning.lease(session, f"{TASK}{bin_.code}", scan.holder)
    sheet = counts.begin(session, bin_, scan.holder)
    return Verdict.accepted(f"Bin {bin_.code}", hint="Scan everything that lies in it, then “All counted”.",
                            effect={"begun": sheet.id}).then(*now(scan.ref, bin_, sheet))


def _seen(session: Session, scan: Scan, sheet: CountSheet) -> Seen | Verdict | None:
    """What was scanned; the number that was asked for stands for its product."""
    asked = counts.hand(sheet)
    if not naming.is_bare(scan):
        return scan.one("product", "bin")
    if asked.get("ask") in ("lot", "serial"):
        return naming.answered(session, asked, scan)
    return naming.by_number(session, scan, sheet.location_id)


def _bin(session: Session, scan: Scan, sheet: CountSheet, bin_: Location, seen: Seen) -> Verdict:
    if seen.ref == sheet.location_id and counts.hand(sheet).get("ask") == "empty":
        return _finish(session, scan, sheet, bin_)
    if seen.ref == sheet.location_id:
        return Verdict.refused(f"You are counting {bin_.code}. Scan what lies in it, then “All counted”.", seen=seen).then(
            *now(scan.ref, bin_, sheet))
    if counts.hand(sheet).get("ask") == "empty":
        return Verdict.refused(f"You are counting {bin_.code}. Scan it once more if it is empty, or scan what lies in it.",
                               seen=seen).then(*now(scan.ref, bin_, sheet))
    return Verdict.refused(f"You are counting {bin_.code}. End it with “All counted”, or leave it with “Other work”.", seen=seen).then(
        *now(scan.ref, bin_, sheet))


def _product(session: Session, scan: Scan, sheet: CountSheet, bin_: Location, seen: Seen) -> Verdict:
    before = counts.hand(sheet)
    units = naming.units(scan, seen, before)
    if units > LARGEST_QUANTITY:
        return Verdict.refused(f"{seen.label}: {units:,} units in one scan are more than {LARGEST_QUANTITY:,}. Look again.",
                               seen=seen).then(*now(scan.ref, bin_, sheet))
    key = naming.key(session, scan, seen, units, before, sheet.location_id)
    if isinstance(key, Verdict):
        return key.then(*now(scan.ref, bin_, sheet))
    if isinstance(key, dict):
        counts.ask(session, sheet, key)
        return Verdict.accepted(f"{seen.label}: which {key['ask']}?", effect={"hand": before}).then(*now(scan.ref, bin_, sheet))
    entry = counts.add(session, sheet, key, units)
    if entry is None:
        say = f"Stock moved while you counted {seen.label}: count it again, from the first one on."
        return Verdict.conflict(say).then(*now(scan.ref, bin_, sheet))
    effect = {"entry": entry.id, "units": units, "name": seen.label}
    which = f", serial {key[2]}" if key[2] else f", lot {key[1]}" if key[1] else ""
    return Verdict.accepted(f"{seen.label}{which}: {entry.counted:,} counted", effect=effect).then(*now(scan.ref, bin_, sheet))


def _command(session: Session, scan: Scan, sheet: CountSheet, bin_: Location) -> Verdict:
    asked = counts.hand(sheet)
    if scan.command == "SKIP":
        counts.leave(session, sheet.id or 0)
        scanning.let_go(session, f"{TASK}{bin_.code}")
        return _over(session, scan, bin_, Verdict.accepted(f"{bin_.code} is left uncounted."), "Nothing was booked.")
    if scan.command != "DONE":
        return Verdict.no_use(*now(scan.ref, bin_, sheet))
    if asked.get("ask") in ("lot", "serial"):
        say = f"{asked['name']} is not counted yet: scan its {asked['ask']}, or press “Undo”."
        return Verdict.refused(say).then(*now(scan.ref, bin_, sheet))
    if not counts.entries(session, sheet.id or 0, limit=1):
        counts.ask(session, sheet, {"ask": "empty"})
        return Verdict.accepted(f"Nothing lies in {bin_.code}?", hint=f"Look behind it, then scan {bin_.code} once more.",
                                effect={"hand": asked}).then(*now(scan.ref, bin_, sheet))
    return _finish(session, scan, sheet, bin_)


def _finish(session: Session, scan: Scan, sheet: CountSheet, bin_: Location) -> Verdict:
    done = closing.finish(session, sheet.id or 0, scan.id)
    scanning.let_go(session, f"{TASK}{bin_.code}")
    effect = {"sheet": done.sheet, "asked": done.asked, "raised": done.raised, "settled": done.settled,
              "waiting": done.waiting}
    hint = "Stock moved meanwhile: somebody will count a part of it again." if done.again else None
    units = f"{done.units:,} {'unit' if done.units == 1 else 'units'}."
    return _over(session, scan, bin_, Verdict.accepted(f"{bin_.code} is counted: {units}", hint=hint, effect=effect), units)


def _over(session: Session, scan: Scan, bin_: Location, said: Verdict, summed_up: str) -> Verdict:
    """With this bin it is over: `count:` goes on to the next one, the task of the bin is done."""
    if not scan.ref:
        return said.then(*_idle(session, "", scan.holder))
    return said.then(wants("nothing", say=summed_up), _task(scan.ref, bin_.code, finished=True))


# --- undo, and what is wanted now -------------------------------------------------------------------------------------


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """The last scan is taken back: units, an answer, the end of the count, its beginning."""
    if "sheet" in effect:
        return _open_again(session, scan, effect)
    if "entry" in effect:
        row = counts.take_back(session, effect["entry"], effect["units"])
        say = f"Taken back: {effect['units']:,} {effect['name']}." if row else f"{effect['name']} is to be counted anew already."
    elif "begun" in effect:
        sheet = counts.locked(session, effect["begun"])
        counts.leave(session, effect["begun"])
        scanning.let_go(session, f"{TASK}{queries.location(session, sheet.location_id).code}")
        say = "Not counting there."
    else:
        _, sheet_ = _under_way(session, scan.ref, scan.holder)
        if sheet_ is not None:
            counts.ask(session, sheet_, effect["hand"])
        say = "Taken back."
    return Verdict.accepted(say).then(*_of(session, scan.ref, scan.holder))


def _open_again(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    sheet = settling.take_back(session, effect)
    bin_ = queries.location(session, sheet.location_id)
    scanning.lease(session, f"{TASK}{bin_.code}", scan.holder)
    return Verdict.accepted(f"{bin_.code} is being counted again, with what you had.").then(*now(scan.ref, bin_, sheet))


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a count task wants from this holder. Raises NotFound for an unknown bin, Conflict for one that somebody else
    must count.
    """
    next_, task = _of(session, ref, holder)
    return {"next": next_, "task": task}


def _of(session: Session, ref: str, holder: Holder) -> Now:
    _, sheet = _under_way(session, ref, holder)
    if sheet is not None:
        return now(ref, queries.location(session, sheet.location_id), sheet)
    return _idle(session, ref, holder)


def _idle(session: Session, ref: str, holder: Holder) -> Now:
    """No count is under way: which bin to go to."""
    if ref:
        bin_ = queries.location_by_code(session, ref)
        counts.refuse(session, holder, bin_)
        return wants("bin", code=bin_.code, bin=bin_.code, say=f"Go to {bin_.code} and scan it"), _task(ref, ref)
    found = to_count.suggested(session, holder)
    if found is None:
        return wants("bin", say="No bin waits. Scan the bin that you want to count"), _task(ref)
    return wants("bin", code=found, bin=found, say=f"Count {found} next, or scan another bin"), _task(ref)


def _task(ref: str, code: str = "", *, finished: bool = False) -> dict[str, Any]:
    return {"task": f"{TASK}{ref}", "kind": KIND, "title": f"Count {code}" if code else "Count", "finished": finished}


def now(ref: str, bin_: Location, sheet: CountSheet) -> Now:
    """What is wanted while a bin is counted."""
    asked, task = counts.hand(sheet), _task(ref, bin_.code)
    if asked.get("ask") == "empty":
        return wants("bin", code=bin_.code, bin=bin_.code, say=f"Scan {bin_.code} once more if it is empty"), task
    if asked:
        return wants(asked["ask"], bin=bin_.code, sku=asked["sku"], name=asked["name"],
                     say=f"Scan or type the {asked['ask']} of {asked['name']}"), task
    return wants("product", bin=bin_.code, say=f"Scan everything in {bin_.code}, then “All counted”"), task


def task_view(session: Session, ref: str, holder: Holder, limit: int = 60) -> list[dict[str, Any]]:
    """What this holder counted so far, for the screen's list, last scanned first; nobody sees what another one counts."""
    _, sheet = _under_way(session, ref, holder)
    return to_count.counted_so_far(session, sheet.id or 0, limit) if sheet else []
