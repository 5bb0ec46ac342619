"""The put-away task: a product at the dock, then the bin it goes to.

Steps of `putaway:`, each holder for themselves: want product (at the dock); each further scan of it adds units in hand;
then want bin (one is suggested, with the reason; any picking or storage bin is taken); the bin scan moves the units.
"""

from typing import Any

from sqlmodel import Session

from stowline.core import outbox
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.queries import AtDock
from stowline.receiving.events import StockPutAway
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Seen, Verdict, wants

TASK = "putaway:"
Now = tuple[dict[str, Any], dict[str, Any]]


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of the put-away task."""
    hand = scanning.step(session, TASK, scan.holder)
    if scan.command:
        return Verdict.refused("Put away knows only UNDO. Scan a product or a bin.").then(*now(session, scan.holder))
    seen = scan.one("product", "bin") if hand else scan.one("product")
    if isinstance(seen, Verdict):
        return seen.then(*now(session, scan.holder))
    if seen is None:
        want = "the bin you put it in" if hand else "a product at the dock"
        return Verdict.refused(f"You scanned {scan.what()}. Scan {want}.",
                               seen=scan.things[0] if scan.things else None).then(*now(session, scan.holder))
    if seen.kind == "product":
        return _take(session, scan, seen, hand)
    return _put(session, scan, seen, hand)


def _take(session: Session, scan: Scan, seen: Seen, hand: dict[str, Any]) -> Verdict:
    if hand and hand["product"] != seen.ref:
        return Verdict.refused(f"You hold {hand['units']} {hand['name']}. Put them in a bin first.", seen=seen).then(
            *now(session, scan.holder))
    there = stock.at_dock(session, product_id=seen.ref, limit=1)
    units = scan.quantity * seen.units + (hand["units"] if hand else 0)
    free = max(there[0].qty - _in_other_hands(session, scan.holder, seen.ref), 0) if there else 0
    if units > free:
        say = f"{seen.label}: {free} stand at the dock, not {units}." if free else f"No {seen.label} stands at the dock."
        return Verdict.refused(say, seen=seen).then(*now(session, scan.holder))
    bin_, why = stock.suggest_bin(session, seen.ref)
    before = dict(hand)
    hand = {"product": seen.ref, "sku": seen.sku, "name": seen.label, "units": units, "from": there[0].location_id,
            "bin": bin_.code, "why": why}
    scanning.set_step(session, TASK, scan.holder, hand)
    return Verdict.accepted(f"{seen.label}: {units} in hand", hint=f"Into {bin_.code}: {why}.",
                            effect={"hand": before}).then(*_carry(hand))


def _in_other_hands(session: Session, holder: Holder, product_id: int) -> int:
    hands = scanning.steps(session, TASK)
    return sum(hand["units"] for key, hand in hands.items() if key != holder.key and hand["product"] == product_id)


def _put(session: Session, scan: Scan, seen: Seen, hand: dict[str, Any]) -> Verdict:
    target = stock.location(session, seen.ref)
    if target.kind not in ("pick", "storage"):
        return Verdict.refused(f"{target.code} is no bin to store in. Put it in {hand['bin']}.", seen=seen).then(*_carry(hand))
    docks = stock.at_dock(session, product_id=hand["product"])
    left = next((dock.qty for dock in docks if dock.location_id == hand["from"]), 0)
    scanning.set_step(session, TASK, scan.holder, {})
    if left < hand["units"]:
        return Verdict.conflict(f"Somebody else put {hand['name']} away: {left} stand at the dock. Take it again.").then(
            *now(session, scan.holder))
    inventory.move(session, product_id=hand["product"], from_id=hand["from"], to_id=seen.ref, qty=hand["units"],
                   because="putaway")
    outbox.record(session, StockPutAway(hand["sku"], hand["name"], hand["units"], target.code, hand["bin"]))
    effect = {"to": seen.ref, "was": hand}
    return Verdict.accepted(f"{hand['name']}: {hand['units']} in {target.code}", effect=effect).then(
        *now(session, scan.holder))


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """Give what is in hand back to the dock, or take what was put away into the hand again."""
    if "hand" in effect:
        scanning.set_step(session, TASK, scan.holder, effect["hand"])
        return Verdict.accepted("Put back to the dock.").then(*now(session, scan.holder))
    hand = effect["was"]
    inventory.move(session, product_id=hand["product"], from_id=effect["to"], to_id=hand["from"], qty=hand["units"],
                   because="undo")
    scanning.set_step(session, TASK, scan.holder, hand)
    return Verdict.accepted(f"Taken out again: {hand['units']} {hand['name']} in hand").then(*_carry(hand))


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What put-away wants from this holder now."""
    _ = ref
    next_, task = now(session, holder)
    return {"next": next_, "task": task}


def now(session: Session, holder: Holder) -> Now:
    """What this holder does next: carry what is in hand, or take what nobody else has in hand."""
    hands = scanning.steps(session, TASK)
    mine = hands.pop(holder.key, None) or scanning.step(session, TASK, holder)
    if mine:
        return _carry(mine)
    waiting = stock.at_dock(session, skip=[hand["product"] for hand in hands.values()], limit=1)
    return _fetch(waiting[0] if waiting else None)


def _task(*, finished: bool) -> dict[str, Any]:
    return {"task": TASK, "kind": "putaway", "title": "Put away", "finished": finished}


def _fetch(item: AtDock | None) -> Now:
    if item is None:
        return wants("nothing", say="The dock is clear."), _task(finished=True)
    return wants("product", code=item.sku, sku=item.sku, name=item.name, bin=item.bin, left=item.qty,
                 say=f"Take {item.qty} {item.name} from {item.bin}"), _task(finished=False)


def _carry(hand: dict[str, Any]) -> Now:
    next_ = wants("bin", code=hand["bin"], bin=hand["bin"], sku=hand["sku"], name=hand["name"], left=hand["units"],
                  say=f"Put {hand['units']} {hand['name']} into {hand['bin']}: {hand['why']}")
    return next_, _task(finished=False)


def task_view(session: Session, ref: str, limit: int = 60) -> list[dict[str, Any]]:
    """What stands at the docks, for the screen's list."""
    _ = ref
    return [{"name": r.name, "sku": r.sku, "bin": r.bin, "done": 0, "of": r.qty, "state": "open"}
            for r in stock.at_dock(session, limit=limit)]
