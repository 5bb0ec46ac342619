"""Units that somebody waited for, in a receiver's hand: into their slot of the backorder shelf, or across to the pack
bench. Receiving and put-away ask the same way.

What is to be put down stands in the holder's step as `"shelf": {"ids": [lines of the shelf], "rest": units for a bin,
"rest_bin": its code, "product": of which product}`. More of the same goods is put down together with what came before.
The slot is asked for, not insisted on: whoever scans something else leaves the units at the dock, kept for their order,
and put-away asks for them.
"""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from stowline.backorders import shelf as slots
from stowline.backorders import shelf_reads as shelf
from stowline.backorders.shelf_reads import Split
from stowline.core.errors import NotFound
from stowline.inventory import queries as stock
from stowline.inventory import suggest
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Seen, Verdict, wants

Json = dict[str, Any]
KEY = "shelf"
PLACES = ("backorder", "staging", "pack")


@dataclass(frozen=True, slots=True)
class Pending:
    """What a holder is to put down: each order's units in order; what of the arrival goes to a bin, and to which."""

    splits: list[Split]
    rest: int = 0
    rest_bin: str = ""
    expected: int = 0

    @property
    def first(self) -> Split:
        """What is to be put down next."""
        return self.splits[0]


def begin(session: Session, intake: slots.Intake, product_id: int, units: int, lot: str, before: Json, expected: int) -> Json:
    """The step for what just came: after what was pending `before` of the same goods. `units` are those fit for sale,
    `expected` those of the purchase order's line, 0 if it came blind.
    """
    ids = [*before.get("ids", []), *intake.ids]
    if not ids:
        return {}
    rest = before.get("rest", 0) + units - intake.units
    return {"ids": ids, "rest": rest, "rest_bin": _bin(session, product_id, rest, lot), "expected": expected, "product": product_id}


def pending_of(step: Json, product_id: int) -> Json:
    """What a holder's step says is still to be put down of this product: {} if that is nothing."""
    said: Json = step.get(KEY) or {}
    return said if said.get("product") == product_id else {}


def _bin(session: Session, product_id: int, units: int, lot: str) -> str:
    try:
        return suggest.bin_for(session, product_id, units, lot).code if units > 0 else ""
    except NotFound:
        return ""


def pending(session: Session, step: Json) -> Pending | None:
    """What is to be put down, by a holder's step; None if it is nothing, or nothing any more."""
    said = step.get(KEY) or {}
    splits = shelf.splits(session, said["ids"]) if said else []
    return Pending(splits, said["rest"], said["rest_bin"], said.get("expected", 0)) if splits else None


# --- a scan -----------------------------------------------------------------------------------------------------------


def answer(session: Session, scan: Scan, todo: Pending, step: Json) -> Verdict | None:
    """The answer to a scan while something is to be put down; None if the scan has to do with something else."""
    if scan.command == "SKIP":
        return _skip(session, scan, todo, step)
    seen = scan.one("bin")
    if isinstance(seen, Verdict) or seen is None or scan.command:
        return None
    place = stock.location(session, seen.ref)
    if place.kind not in PLACES or not _is_right(todo.first, seen, place.kind):
        return _wrong(todo.first, scan, seen)
    return _put_down(session, scan, todo, step)


def _is_right(split: Split, seen: Seen, kind: str) -> bool:
    return kind in ("staging", "pack") if split.slot_id is None else seen.ref == split.slot_id


def _wrong(split: Split, scan: Scan, seen: Seen) -> Verdict:
    into = "the pack bench" if split.slot_id is None else split.slot
    return Verdict.refused(f"Wrong slot. You scanned {scan.what()}. Put {split.units:,} {split.name} into {into}, order {split.order}, and scan it.",
                           seen=seen)  # fmt: skip


def _skip(session: Session, scan: Scan, todo: Pending, step: Json) -> Verdict:
    one = todo.first
    scanning.set_step(session, scan.task, scan.holder, _without(step, one))
    return Verdict.accepted(f"{one.units:,} {one.name} for order {one.order} put aside.",
                            hint="They stay at the dock for their order. The work Put away asks for them.", effect={"aside": step})  # fmt: skip


def _without(step: Json, split: Split) -> Json:
    """The step once a split is settled."""
    ids = [i for i in step[KEY]["ids"] if i not in split.ids]
    return {**{k: v for k, v in step.items() if k != KEY}, **({KEY: {**step[KEY], "ids": ids}} if ids else {})}


def _put_down(session: Session, scan: Scan, todo: Pending, step: Json) -> Verdict:
    one = todo.first
    scanning.set_step(session, scan.task, scan.holder, _without(step, one))
    effect: Json = {"shelved": list(one.ids), "slot": one.slot_id, "from": one.at_id, "step": step}
    if one.slot_id is None:
        effect["list"] = slots.cross(session, one)
        say = f"{one.units:,} {one.name} at the pack bench: order {one.order} can be packed"
        return Verdict.accepted(say, hint=_further(todo), effect=effect)
    complete = slots.put_in(session, one)
    hint = f"Order {one.order} is complete: it can be picked." if complete and len(todo.splits) == 1 else _further(todo)
    return Verdict.accepted(f"{one.slot}: {one.units:,} {one.name} for order {one.order}", hint=hint, effect=effect)


def _further(todo: Pending) -> str | None:
    """What comes after the one that was put down."""
    if len(todo.splits) > 1:
        return f"Next: {_asked(todo.splits[1], named=todo.splits[1].sku != todo.first.sku)}."
    return rest_of(todo.rest, todo.rest_bin) or None


def rest_of(rest: int, bin_: str) -> str:
    """Where the rest of an arrival goes, as a sentence; '' if there is none."""
    if rest <= 0:
        return ""
    return f"{rest:,} more {'goes' if rest == 1 else 'go'} to {bin_}." if bin_ else f"{rest:,} more wait to be put away."


def undo(session: Session, scan: Scan, effect: Json) -> str | None:
    """Take back what was put down, or put aside: what to say; None if the effect is of another kind."""
    if "aside" in effect:
        scanning.set_step(session, scan.task, scan.holder, effect["aside"])
        return "In your hand again."
    if "shelved" not in effect:
        return None
    split = shelf.put_down(session, effect["shelved"], effect["from"])
    if effect["slot"] is None:
        slots.cross_back(session, split, effect["list"])
    else:
        slots.put_back(session, split)
    scanning.set_step(session, scan.task, scan.holder, effect["step"])
    return f"Taken out again: {split.units:,} {split.name} for order {split.order}."


# --- in words ---------------------------------------------------------------------------------------------------------


def told(booked: str, todo: Pending, *, mixed: bool = False) -> tuple[str, str]:
    """What a receiver is told when units came that somebody waited for: (sentence, hint). `mixed`: several products came."""
    one, more = todo.first, len({split.order_id for split in todo.splits}) - 1
    after = f"{more:,} more {'order' if more == 1 else 'orders'} after it." if more else ""
    hint = [f"{booked}.", f"{_asked(one, named=mixed)}.", after, rest_of(todo.rest, todo.rest_bin)]
    return f"Don't put away: {_place(one)}, order {one.order}", " ".join(filter(None, hint))


def _place(split: Split) -> str:
    return "pack bench" if split.slot_id is None else f"slot {split.slot}"


def _asked(split: Split, *, named: bool = False) -> str:
    units = f"{split.units:,} {split.name}" if named else f"{split.units:,}" if split.units > 1 else "it"
    if split.slot_id is None:
        return f"Bring {units} to the pack bench, then scan {split.slot}"
    return f"Put {units} in {split.slot}, then scan the slot"


def asks(todo: Pending) -> Json:
    """What is wanted next: the slot of the first order, with every other order that is still to be served."""
    one = todo.first
    of = f" {one.serial}" if one.serial else f" of lot {one.lot}" if one.lot else ""
    into = f"Bring {one.units:,} {one.name}{of} to the pack bench" if one.slot_id is None else f"Put {one.units:,} {one.name}{of} into {one.slot}"
    return wants("bin", code=one.slot, bin=one.slot, sku=one.sku, name=one.name, left=one.units, order=one.order,
                 lot=one.lot or None, serial=one.serial or None, bench=True if one.slot_id is None else None,
                 splits=[{"slot": s.slot, "order": s.order, "units": s.units} for s in todo.splits],
                 expected=todo.expected or None, rest=todo.rest, rest_bin=todo.rest_bin or None, say=f"{into}, order {one.order}")  # fmt: skip


def in_receivers_hands(session: Session) -> set[int]:
    """Lines of the shelf that receivers are putting down at this moment."""
    return {i for step in scanning.steps_of_kind(session, "receive") for i in (step.get(KEY) or {}).get("ids", [])}


def next_at_dock(session: Session, holder: Holder, task: str, *, product_id: int | None = None) -> list[Split]:
    """What put-away asks this holder to bring to the shelf: what nobody else has in hand."""
    others = {i for key, step in scanning.steps(session, task).items() if key != holder.key for i in (step.get(KEY) or {}).get("ids", [])}
    return shelf.to_shelve(session, product_id=product_id, skip=others | in_receivers_hands(session))
