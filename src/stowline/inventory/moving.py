"""The move task: units from bin to bin, by scan. The bin, what is taken from it, the bin it goes to.

Steps of `move:`, each holder for themselves:

- want bin: a picking or storage bin, where the units lie;
- want product: a product, lot or serial of that bin, as often as wanted; or the bin once more: all that is free in it;
  CMD:SHORT: fewer lie there than the books say, the bin is put on the list of bins to count;
- want bin, or more of the product: another bin takes what is in hand, all of it or (the reason is said) nothing;
  CMD:DONE: put back into its bin.

Nothing moves before the last scan. Units that pick lists need stay where they are. UNDO goes one scan back.
"""

from typing import Any

from sqlmodel import Session

from stowline.core import hooks, outbox
from stowline.core.errors import Refused
from stowline.inventory import fill, queries, service, which
from stowline.inventory.events import StockMoved, UnitsNeeded
from stowline.inventory.models import Location
from stowline.inventory.queries import Lies
from stowline.inventory.rules import DAMAGED, GOOD, PICKABLE
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Seen, Verdict, wants

TASK = "move:"
MOVABLE = (GOOD, DAMAGED)  # what is on hold stays until it is released or put into quarantine
MOST = 200  # rows of one bin that are moved at once
Step = dict[str, Any]
Now = tuple[dict[str, Any], dict[str, Any]]
_ELSEWHERE = {
    "dock": "goods at the dock take the work Put away",
    "quarantine": "what goes in or comes out takes the work Quarantine or Release",
    "tote": "a tote moves with its cart",
    "backorder": "what is in it is for an order; what is not takes the work Put away",
}


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of the move task."""
    step = scanning.step(session, TASK, scan.holder)
    if scan.command:
        return _command(session, scan, step)
    seen = scan.one("bin", "tote", *(["product"] if step else []))
    if isinstance(seen, Verdict):
        return seen.then(*_now(step))
    if seen is not None and seen.kind != "product":
        return _bin(session, scan, step, seen)
    if not step:
        return _not(scan, "Scan the bin you take from").then(*_now(step))
    return _take(session, scan, step)


def _bin(session: Session, scan: Scan, step: Step, seen: Seen) -> Verdict:
    place = queries.location(session, seen.ref) if seen.kind == "bin" else queries.location_by_code(session, seen.code)
    if place.kind not in PICKABLE:
        why = _ELSEWHERE.get(place.kind, "moves go between picking and storage bins")
        return Verdict.refused(f"{place.code}: {why}. {_ask(step)}.", seen=seen).then(*_now(step))
    if not step:
        return _stand(session, scan, place)
    if place.id != step["from"]:
        return _put(session, scan, step, place, seen)
    if step["hand"]:
        return Verdict.refused(f"It came from {place.code}. Scan the bin it goes to, or press “Put back”.", seen=seen).then(
            *_now(step))  # fmt: skip
    return _take_all(session, scan, step)


def _stand(session: Session, scan: Scan, place: Location) -> Verdict:
    step: Step = {"from": place.id, "bin": place.code, "hand": []}
    scanning.set_step(session, TASK, scan.holder, step)
    free = sum(row.qty - row.bound for row in _movable(session, step))
    hint = f"{free:,} may be moved: scan what you take, or the bin again for all of it." if free else (
        "The books have nothing in it that may be moved. Press “Undo” for another bin.")  # fmt: skip
    return Verdict.accepted(f"You stand at {place.code}", hint=hint, effect={"was": {}}).then(*_now(step))


# --- what is taken ----------------------------------------------------------------------------------------------------


def _take(session: Session, scan: Scan, step: Step) -> Verdict:
    seen = which.product(session, scan, step["from"])
    if isinstance(seen, Verdict):
        return seen.then(*_now(step))
    if seen is None:
        return _not(scan, f"Scan what you take from {step['bin']}").then(*_now(step))
    units = scan.units_of(seen)
    row = which.units(session, scan, seen, step["from"], units, conditions=MOVABLE, spoken_for=True)
    if isinstance(row, Verdict):
        return row.then(*_now(step))
    mine = _in_hand(step, seen.ref, row)
    others = _in_other_hands(session, scan.holder, step, seen.ref, row)
    if mine + units + others > row.qty - row.bound:
        return Verdict.refused(_too_many(session, step, seen, row, units, mine, others), seen=seen).then(*_now(step))
    hand = _with(step["hand"], _item(seen.ref, row, units))
    after = {**step, "hand": hand}
    scanning.set_step(session, TASK, scan.holder, after)
    return Verdict.accepted(f"{_named(seen.label, row)}: {mine + units:,} in hand", effect={"was": step}).then(*_now(after))


def _take_all(session: Session, scan: Scan, step: Step) -> Verdict:
    """The bin was scanned once more: all of it that nobody needs."""
    hand, stays = [], 0
    inside = queries.in_bin(session, step["from"], limit=MOST)
    for row in (row for row in inside if row.condition in MOVABLE):
        product_id = row.product_id
        free = row.qty - row.bound - _in_other_hands(session, scan.holder, step, product_id, row)
        stays += row.qty - max(free, 0)
        if free > 0:
            hand.append(_item(product_id, row, free))
    if not hand:
        return Verdict.refused(f"Nothing in {step['bin']} may be moved: {stays:,} units are spoken for."
                               if stays else f"Nothing in {step['bin']} may be moved.").then(*_now(step))  # fmt: skip
    after = {**step, "hand": hand}
    scanning.set_step(session, TASK, scan.holder, after)
    units = sum(item["units"] for item in hand)
    hint = f"{stays:,} units stay: pick lists or other hands have them." if stays else None
    what = f"All that is free in {step['bin']}"
    if len(inside) == MOST:
        what, hint = f"From {step['bin']}", f"More may lie there. Take these to their bin, then scan {step['bin']} again."
    return Verdict.accepted(f"{what}: {units:,} {'unit' if units == 1 else 'units'} in hand", hint=hint,
                            effect={"was": step}).then(*_now(after))  # fmt: skip


def _movable(session: Session, step: Step) -> list[Lies]:
    return [row for row in queries.in_bin(session, step["from"], limit=MOST) if row.condition in MOVABLE]


def _item(product_id: int, row: Lies, units: int) -> Step:
    return {"product": product_id, "sku": row.sku, "name": row.name, "lot": row.lot, "serial": row.serial,
            "condition": row.condition, "units": units}  # fmt: skip


def _same(item: Step, product_id: int, row: Lies) -> bool:
    return (item["product"], item["lot"], item["serial"], item["condition"]) == (
        product_id, row.lot, row.serial, row.condition)  # fmt: skip


def _in_hand(step: Step, product_id: int, row: Lies) -> int:
    return sum(item["units"] for item in step["hand"] if _same(item, product_id, row))


def _in_other_hands(session: Session, holder: Holder, step: Step, product_id: int, row: Lies) -> int:
    others = (other for key, other in scanning.steps(session, TASK).items() if key != holder.key)
    return sum(_in_hand(other, product_id, row) for other in others if other["from"] == step["from"])


def _with(hand: list[Step], more: Step) -> list[Step]:
    """What is in hand with some more: the same goods add up."""
    keys = ("product", "lot", "serial", "condition")
    for n, item in enumerate(hand):
        if all(item[key] == more[key] for key in keys):
            return [*hand[:n], {**item, "units": item["units"] + more["units"]}, *hand[n + 1 :]]
    return [*hand, more]


def _too_many(session: Session, step: Step, seen: Seen, row: Lies, units: int, mine: int, others: int) -> str:
    """Why so many may not be taken: too few lie there, or pick lists need them."""
    what, total, free = _named(seen.label, row), row.qty, max(row.qty - row.bound - mine - others, 0)
    if not row.bound:
        held = f" You hold {mine:,} already." if mine else ""
        held += f" Somebody else holds {others:,}." if others else ""
        return f"{what}: {free:,} of {total:,} in {step['bin']} can be taken, not {units:,}.{held}"
    needed = UnitsNeeded(seen.ref, step["from"], row.lot, row.serial)
    hooks.tell(session, needed)
    by = f" ({', '.join(needed.tasks[:3])})" if needed.tasks else ""
    left = f"Take {free:,}." if free > 0 else "Leave them there."
    return f"{what}: {row.bound:,} of {total:,} in {step['bin']} are for pick lists{by}. {left}"


def _named(name: str, row: Lies) -> str:
    return name + (f", serial {row.serial}" if row.serial else f", lot {row.lot}" if row.lot else "") + (
        f", {row.condition}" if row.condition != GOOD else "")  # fmt: skip


# --- where it goes ----------------------------------------------------------------------------------------------------


def _put(session: Session, scan: Scan, step: Step, place: Location, seen: Seen) -> Verdict:
    if not step["hand"]:
        return Verdict.refused(f"You stand at {step['bin']} with empty hands. Scan what you take, or press “Undo”.", seen=seen).then(
            *_now(step))  # fmt: skip
    goods = sorted(step["hand"], key=lambda item: (item["product"], item["lot"], item["serial"], item["condition"]))
    service.lock_levels(session, [item["product"] for item in goods])
    for item in goods:
        there, bound = queries.quantity(session, item["product"], step["from"], item["condition"], item["lot"], item["serial"])
        if there - bound < item["units"]:
            scanning.set_step(session, TASK, scan.holder, {})
            return Verdict.conflict(f"{there - bound:,} free {item['name']} lie in {step['bin']} by now, not {item['units']:,}."
                                    " Put all of it back and begin again.").then(*_now({}))  # fmt: skip
    for item in goods:
        _move(session, item, step, place)
    scanning.set_step(session, TASK, scan.holder, {})
    units = sum(item["units"] for item in goods)
    what = goods[0]["name"] if len(goods) == 1 else f"units of {len(goods)} kinds"
    return Verdict.accepted(f"{units:,} {what}: from {step['bin']} to {place.code}",
                            effect={"was": step, "to": place.id, "moved": goods}).then(*_now({}))  # fmt: skip


def _move(session: Session, item: Step, step: Step, place: Location) -> None:
    """One kind of units into the bin. Raises Refused, so that nothing of the rest moves either, if it does not fit."""
    fit = fill.room(session, place.id or 0, item["product"], item["lot"], lock=True)
    if not fit.takes(item["units"]):
        raise Refused(f"{item['units']:,} {item['name']} cannot go there: {fit.why}. Scan another bin.")
    service.move(session, product_id=item["product"], from_id=step["from"], to_id=place.id or 0, qty=item["units"],
                 because="move", condition=item["condition"], lot=item["lot"], serial=item["serial"])  # fmt: skip
    outbox.record(session, StockMoved(item["sku"], item["name"], item["units"], step["bin"], place.code))


# --- commands and undo ------------------------------------------------------------------------------------------------


def _command(session: Session, scan: Scan, step: Step) -> Verdict:
    if scan.command == "DONE" and step:
        scanning.set_step(session, TASK, scan.holder, {})
        units = sum(item["units"] for item in step["hand"])
        say = f"Put {units:,} units back into {step['bin']}." if units else f"You left {step['bin']}."
        return Verdict.accepted(say, effect={"was": step}).then(*_now({}))
    if scan.command == "SHORT" and step:
        return _short(session, step)
    return Verdict.no_use(*_now(step))


def _short(session: Session, step: Step) -> Verdict:
    """Fewer lie there than the books say: a count tells, not the mover. The product last taken, or all in the bin."""
    hand = step["hand"]
    rows = [(row.product_id, row.lot, row.serial) for row in queries.in_bin(session, step["from"], limit=50)]
    if hand:
        rows = [(hand[-1]["product"], hand[-1]["lot"], hand[-1]["serial"])]
    if not rows:
        return Verdict.refused(f"The books have nothing in {step['bin']} either.").then(*_now(step))
    for product_id, lot, serial in sorted(set(rows)):
        service.ask_for_count(session, product_id=product_id, location_id=step["from"], lot=lot, serial=serial,
                              why="Fewer than the books say, seen while moving", kind="surprise")  # fmt: skip
    return Verdict.accepted(f"{step['bin']} will be counted.", hint="Go on with what is there.").then(*_now(step))


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """One scan back: what was put down is in hand again, what was taken is back in its bin."""
    was = effect["was"]
    for item in effect.get("moved", ()):
        service.move(session, product_id=item["product"], from_id=effect["to"], to_id=was["from"], qty=item["units"],
                     because="undo", condition=item["condition"], lot=item["lot"], serial=item["serial"])  # fmt: skip
    scanning.set_step(session, TASK, scan.holder, was)
    say = f"Taken out again: {_what(was)} in hand" if "moved" in effect else "One step back"
    return Verdict.accepted(f"{say}.").then(*_now(was))


# --- what is wanted ---------------------------------------------------------------------------------------------------


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a move wants from this holder now."""
    _ = ref
    next_, task = _now(scanning.step(session, TASK, holder))
    return {"next": next_, "task": task}


def task_view(session: Session, ref: str) -> list[dict[str, Any]]:
    """A move has no list of its own."""
    _ = session, ref
    return []


def _now(step: Step) -> Now:
    task = {"task": TASK, "kind": "move", "title": "Move", "finished": False}
    if not step:
        return wants("bin", say=_ask(step)), task
    if not step["hand"]:
        return wants("product", bin=step["bin"], say=_ask(step)), task
    units = sum(item["units"] for item in step["hand"])
    first = step["hand"][0] if len(step["hand"]) == 1 else {"sku": None, "name": None}
    return wants("bin", sku=first["sku"], name=first["name"], left=units, say=_ask(step),
                 detail=f"from {step['bin']}"), task  # fmt: skip


def _ask(step: Step) -> str:
    """What is to be scanned next, in words without their full stop."""
    if not step:
        return "Scan the bin you take from"
    if not step["hand"]:
        return f"Scan what you take from {step['bin']}, or the bin again for all of it"
    go = "goes" if sum(item["units"] for item in step["hand"]) == 1 else "go"
    return f"Scan the bin that {_what(step)} {go} to, or more from {step['bin']}"


def _what(step: Step) -> str:
    """What is in hand: "4 Mug", "11 units of 2 kinds"."""
    units, kinds = sum(item["units"] for item in step["hand"]), len(step["hand"])
    return f"{units:,} {step['hand'][0]['name'] if kinds == 1 else f'units of {kinds} kinds'}"


def _not(scan: Scan, want: str) -> Verdict:
    if scan.things:
        return Verdict.refused(f"You scanned {scan.what()}. {want}.", seen=scan.things[0])
    return Verdict.refused(f"Nobody knows the code {scan.what()}. {want}.")
