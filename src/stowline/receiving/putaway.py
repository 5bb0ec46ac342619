"""The put-away task: units at the dock, then the bin they go to.

Steps of `putaway:`, each holder for themselves: want product (or a lot or serial that stands at the dock); each further
scan of the same goods adds units in hand; then want bin: one is suggested with the reason, or as many as fit it; any
other picking or storage bin that takes them is accepted, and the override is kept with the reason that the suggestion
had. What may not be sold (a held lot, damaged units) goes to quarantine. The bin scan moves the units.

What is kept for an order at the dock comes first: its product, then its slot of the backorder shelf (`shelving.py`). What
lies in a slot and is nobody's any more is taken from there as from the dock.
"""

from typing import Any

from sqlmodel import Session

from stowline.backorders import shelf_reads as shelf
from stowline.core import outbox
from stowline.core.errors import NotFound
from stowline.inventory import fill, suggest, which
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.queries import AtDock, Lies
from stowline.receiving import overrides, shelving
from stowline.receiving.events import StockPutAway
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Seen, Verdict, wants

TASK = "putaway:"
MOST = 500  # rows of one product at the docks
CONDITIONS = ("good", "hold", "damaged")
Hand = dict[str, Any]
Now = tuple[dict[str, Any], dict[str, Any]]


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of the put-away task."""
    hand = scanning.step(session, TASK, scan.holder)
    todo = shelving.pending(session, hand)
    if todo:
        return _shelve(session, scan, todo, hand)
    hand = {} if shelving.KEY in hand else hand  # settled by somebody else
    if scan.command:
        return Verdict.no_use(*now(session, scan.holder))
    seen = scan.one("bin", "product") if hand else None
    if isinstance(seen, Verdict):
        return seen.then(*_carry(hand))
    if seen is not None and seen.kind == "bin":
        return _put(session, scan, seen, hand)
    found = _product(session, scan, hand)
    if isinstance(found, Verdict):
        return found.then(*now(session, scan.holder))
    if found is None:
        want = "the bin you put it in" if hand else "a product at the dock"
        return Verdict.refused(f"You scanned {scan.what()}. Scan {want}.",
                               seen=scan.things[0] if scan.things else None).then(*now(session, scan.holder))
    return _take(session, scan, found, hand)


def _shelve(session: Session, scan: Scan, todo: shelving.Pending, hand: Hand) -> Verdict:
    """A scan while units for an order are in hand: their slot, or CMD:SKIP."""
    verdict = shelving.answer(session, scan, todo, hand)
    if verdict is None and scan.command:
        return Verdict.no_use(*now(session, scan.holder))
    if verdict is None:
        one = todo.first
        say = f"You hold {one.units:,} {one.name} for order {one.order}. Put them into {one.slot} first."
        verdict = Verdict.refused(say, seen=scan.things[0] if scan.things else None)
    return verdict.then(*now(session, scan.holder))


def _product(session: Session, scan: Scan, hand: Hand) -> Seen | Verdict | None:
    """The product that was scanned, by its code or by the number of a lot or serial at a dock."""
    seen = scan.one("product")
    if seen is not None:
        return seen
    docks = [hand["from"]] if hand else stock.docks(session)
    for dock in docks:
        found = which.product(session, scan, dock)
        if found is not None:
            return found
    return None


# --- taking from the dock ---------------------------------------------------------------------------------------------


def _take(session: Session, scan: Scan, seen: Seen, hand: Hand) -> Verdict:
    if hand and hand["product"] != seen.ref:
        return Verdict.refused(f"You hold {hand['units']} {hand['name']}. Put them in a bin first.", seen=seen).then(*_carry(hand))
    kept = None if hand else _kept(session, scan, seen)
    if kept is not None:
        return _take_kept(session, scan, kept)
    there = stock.at_dock(session, product_id=seen.ref, unfit=True, limit=MOST)
    if not there:
        return Verdict.refused(f"No {seen.label} stands at the dock. Scan what does.", seen=seen).then(*now(session, scan.holder))
    dock = hand["from"] if hand else _dock(scan, there)
    units = scan.units_of(seen)
    row = which.units(session, scan, seen, dock, units, conditions=CONDITIONS)
    if isinstance(row, Verdict):
        return row.then(*now(session, scan.holder))
    problem = _other_goods(hand, row) or _too_many(session, scan.holder, hand, seen, row, units, dock)
    if problem:
        return Verdict.refused(problem, seen=seen).then(*now(session, scan.holder))
    after = _with_suggestion(session, _more(hand, seen, dock, row, units))
    if hand and row.serial and after["part"] < after["units"]:  # serials are put down as they were taken: together
        say = f"{hand['bin']} has no room for one more {hand['name']}. Put the {hand['units']} in your hand there first."
        return Verdict.refused(say, seen=seen).then(*_carry(hand))
    scanning.set_step(session, TASK, scan.holder, after)
    some = f"{after['part']} of them into" if after["part"] < after["units"] else "Into"
    return Verdict.accepted(f"{_named(after)}: {after['units']} in hand", hint=f"{some} {after['bin']}: {after['why']}.",
                            effect={"hand": dict(hand)}).then(*_carry(after))


def _kept(session: Session, scan: Scan, seen: Seen) -> shelf.Split | None:
    """What is kept at the dock for an order, of the goods that were scanned."""
    number = "" if seen in scan.things else scan.number
    for one in shelving.next_at_dock(session, scan.holder, TASK, product_id=seen.ref):
        right = scan.lot in ("", one.lot) and number in ("", one.lot, one.serial)
        if right and (not one.serial or one.serial in (scan.serial, number)):
            return one
    return None


def _take_kept(session: Session, scan: Scan, one: shelf.Split) -> Verdict:
    """Units for an order are in hand: all of them, however many were scanned."""
    after = {shelving.KEY: {"ids": list(one.ids), "rest": 0, "rest_bin": ""}}
    scanning.set_step(session, TASK, scan.holder, after)
    booked = f"{one.name}: {one.units:,} in hand"
    say, hint = shelving.told(booked, shelving.Pending([one]))
    return Verdict.accepted(say, hint=hint, effect={"hand": {}}).then(*now(session, scan.holder))


def _dock(scan: Scan, there: list[AtDock]) -> int:
    """The dock that the units stand at: where the lot or serial that the code names is, else the first."""
    named = (row for row in there if scan.lot in ("", row.lot) and scan.serial in ("", row.serial))
    return next(named, there[0]).location_id


def _other_goods(hand: Hand, row: Lies) -> str:
    """One lot in one condition at a time: what goes into a bin together is alike."""
    if not hand or (hand["lot"], hand["condition"]) == (row.lot, row.condition):
        return ""
    return f"You hold {hand['units']} {_named(hand)}. Put them in a bin first."


def _too_many(session: Session, holder: Holder, hand: Hand, seen: Seen, row: Lies, units: int, place: int) -> str:
    """Why so many units may not be taken; '' if they may."""
    if row.serial and row.serial in (hand["serials"] if hand else []):
        return f"Serial {row.serial} is in your hand already."
    others = [one for key, one in scanning.steps(session, TASK).items() if key != holder.key]
    mine = 0 if row.serial or not hand else hand["units"]
    free = max(row.qty - row.bound - sum(_of(one, seen.ref, row) for one in others if one.get("from") == place), 0)
    if mine + units <= free:
        return ""
    if not free:
        return f"No {seen.label} stands at the dock for you. Somebody else holds it, or it is put away."
    held = f" You hold {mine:,} of them already." if mine else ""
    where = "stand at the dock" if row.kind == "dock" else f"lie free in {row.bin}"
    return f"{seen.label}: {free:,} {where}, not {mine + units:,}.{held}"


def _of(hand: Hand, product_id: int, row: Lies) -> int:
    """How many of these units are in a hand."""
    if (hand["product"], hand["lot"], hand["condition"]) != (product_id, row.lot, row.condition):
        return 0
    return int(row.serial in hand["serials"]) if row.serial else int(hand["units"])


def _more(hand: Hand, seen: Seen, dock: int, row: Lies, units: int) -> Hand:
    serials = [*(hand["serials"] if hand else []), *([row.serial] if row.serial else [])]
    return {"product": seen.ref, "sku": seen.sku, "name": seen.label, "units": units + (hand["units"] if hand else 0),
            "from": dock, "lot": row.lot, "serials": serials, "condition": row.condition}  # fmt: skip


def _with_suggestion(session: Session, hand: Hand) -> Hand:
    """The hand with the bin for it, the reason, and how many of the units that bin takes."""
    spot = suggest.bin_for(session, hand["product"], hand["units"], hand["lot"], hand["condition"])
    return {**hand, "bin": spot.code, "bin_id": spot.location_id, "why": spot.why, "part": spot.units}


# --- into the bin -----------------------------------------------------------------------------------------------------


def _put(session: Session, scan: Scan, seen: Seen, hand: Hand) -> Verdict:
    target = stock.location(session, seen.ref)
    fit_kinds = stock.PICKABLE if hand["condition"] == "good" else ("quarantine",)
    if target.kind not in fit_kinds:
        why = "is no bin to store in" if hand["condition"] == "good" else "is no place for goods that may not be sold"
        return Verdict.refused(f"{target.code} {why}. Put it in {hand['bin']}.", seen=seen).then(*_carry(hand))
    if hand["lot"]:  # a lot that is held just now goes on hold as it arrives: its level changes
        inventory.lock_levels(session, [hand["product"]])
    units = hand["part"] if target.id == hand["bin_id"] and not hand["serials"] else hand["units"]
    fit = fill.room(session, seen.ref, hand["product"], hand["lot"], lock=True)
    if not fit.takes(units):
        fresh = _with_suggestion(session, hand)
        scanning.set_step(session, TASK, scan.holder, fresh)
        return Verdict.refused(f"{units} {hand['name']} cannot go there: {fit.why}. Put it in {fresh['bin']}.", seen=seen).then(
            *_carry(fresh))  # fmt: skip
    return _put_down(session, scan, hand, target.code, seen.ref, units)


def _put_down(session: Session, scan: Scan, hand: Hand, code: str, place: int, units: int) -> Verdict:
    left = sum(_left(session, hand, serial) for serial in hand["serials"] or [""])
    scanning.set_step(session, TASK, scan.holder, {})
    if left < hand["units"]:
        return Verdict.conflict(f"Somebody else put {hand['name']} away: {left} stand at the dock. Take it again.").then(
            *now(session, scan.holder))
    _move(session, hand, hand["from"], place, units, "putaway")
    outbox.record(session, StockPutAway(hand["sku"], hand["name"], units, code, hand["bin"], hand["why"]))
    overridden = place != hand["bin_id"]
    if overridden:
        overrides.note(session, product_id=hand["product"], lot=hand["lot"], units=units, advised_id=hand["bin_id"],
                       location_id=place, why=hand["why"], who=scan.who, scan_id=scan.id)  # fmt: skip
    effect = {"to": place, "was": hand, "units": units, "scan": scan.id if overridden else ""}
    hint = f"{hand['bin']} was suggested: {hand['why']}." if overridden else _carry_on(session, scan, hand, hand["units"] - units)
    return Verdict.accepted(f"{_named(hand)}: {units} in {code}", hint=hint, effect=effect).then(*now(session, scan.holder))


def _carry_on(session: Session, scan: Scan, hand: Hand, left: int) -> str | None:
    """What is left in hand gets its bin; where none has room it stands at the dock as before, and that is said."""
    if not left:
        return None
    try:
        scanning.set_step(session, TASK, scan.holder, _with_suggestion(session, {**hand, "units": left}))
    except NotFound:
        return f"No bin has room for the other {left:,}: they stay at the dock."
    return None


def _left(session: Session, hand: Hand, serial: str) -> int:
    qty, bound = stock.quantity(session, hand["product"], hand["from"], hand["condition"], hand["lot"], serial)
    return qty - bound


def _move(session: Session, hand: Hand, from_id: int, to_id: int, units: int, because: str) -> None:
    rows = [(serial, 1) for serial in sorted(hand["serials"])] or [("", units)]
    for serial, n in rows:
        inventory.move(session, product_id=hand["product"], from_id=from_id, to_id=to_id, qty=n, because=because,
                       condition=hand["condition"], lot=hand["lot"], serial=serial)  # fmt: skip


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """Give what is in hand back to the dock, or take what was put away into the hand again."""
    shelved = shelving.undo(session, scan, effect)
    if shelved:
        return Verdict.accepted(shelved).then(*now(session, scan.holder))
    if "hand" in effect:
        scanning.set_step(session, TASK, scan.holder, effect["hand"])
        say = f"One step back: {effect['hand']['units']} {_named(effect['hand'])} in hand." if effect["hand"] else "Put back to the dock."
        return Verdict.accepted(say).then(*now(session, scan.holder))
    hand, units = effect["was"], effect["units"]
    _move(session, hand, effect["to"], hand["from"], units, "undo")
    overrides.forget(session, effect["scan"])
    scanning.set_step(session, TASK, scan.holder, hand)
    return Verdict.accepted(f"Taken out again: {hand['units']} {_named(hand)} in hand").then(*_carry(hand))


# --- what is wanted ---------------------------------------------------------------------------------------------------


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What put-away wants from this holder now."""
    _ = ref
    next_, task = now(session, holder)
    return {"next": next_, "task": task}


def now(session: Session, holder: Holder) -> Now:
    """What this holder does next: carry what is in hand, or take what nobody else has in hand."""
    hands = scanning.steps(session, TASK)
    mine = hands.pop(holder.key, None) or scanning.step(session, TASK, holder)
    todo = shelving.pending(session, mine)
    if todo:
        return shelving.asks(todo), _task(finished=False)
    if mine and shelving.KEY not in mine:
        return _carry(mine)
    kept = shelving.next_at_dock(session, holder, TASK)
    if kept:
        return _fetch_kept(kept[0])
    taken = [hand["product"] for hand in hands.values() if "product" in hand]
    waiting = stock.at_dock(session, skip=taken, unfit=True, limit=1)
    return _fetch(waiting[0] if waiting else None)


def _task(*, finished: bool) -> dict[str, Any]:
    return {"task": TASK, "kind": "putaway", "title": "Put away", "finished": finished}


def _fetch(item: AtDock | None) -> Now:
    if item is None:
        return wants("nothing", say="The dock is clear."), _task(finished=True)
    which_ones = f", serial {item.serial}" if item.serial else f", lot {item.lot}" if item.lot else ""
    return wants("product", code=item.serial or item.lot or item.sku, sku=item.sku, name=item.name, bin=item.bin,
                 left=item.qty, lot=item.lot or None, serial=item.serial or None,
                 say=f"Take {item.qty} {item.name}{which_ones} from {item.bin}"), _task(finished=False)


def _fetch_kept(one: shelf.Split) -> Now:
    """Units that are kept at the dock for an order."""
    return wants("product", code=one.serial or one.lot or one.sku, sku=one.sku, name=one.name, bin=one.at, left=one.units,
                 lot=one.lot or None, serial=one.serial or None, order=one.order,
                 say=f"Take {one.units:,} {one.name} from {one.at} for order {one.order}"), _task(finished=False)  # fmt: skip


def _named(hand: Hand) -> str:
    """The goods in hand, with what they are told apart by."""
    return f"{hand['name']}, lot {hand['lot']}" if hand["lot"] else str(hand["name"])


def _carry(hand: Hand) -> Now:
    units = hand["units"] if hand["serials"] else hand["part"]
    of = f" of {hand['units']}" if units < hand["units"] else ""
    next_ = wants("bin", code=hand["bin"], bin=hand["bin"], sku=hand["sku"], name=hand["name"], left=units,
                  lot=hand["lot"] or None, say=f"Put {units}{of} {_named(hand)} into {hand['bin']}: {hand['why']}")
    return next_, _task(finished=False)


def task_view(session: Session, ref: str, limit: int = 60) -> list[dict[str, Any]]:
    """What stands at the docks, for the screen's list."""
    _ = ref
    kept = [{"name": r.name, "sku": r.sku, "bin": r.slot, "done": 0, "of": r.units, "state": "open"}
            for r in shelf.to_shelve(session, limit=limit)]
    free = stock.at_dock(session, unfit=True, limit=limit - len(kept)) if len(kept) < limit else []
    return kept + [{"name": r.name, "sku": r.sku, "bin": r.bin, "done": 0, "of": r.qty, "state": "open"} for r in free]
