"""Where units that somebody waited for go: to the pack bench, into a slot, or into a bin. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# What a line of the shelf may become. It waits at the dock (open), lies in its slot, is handed to a pick list
# (consumed), or is for nobody any more (dropped). An undo brings it one state back.
BECOMES: dict[str, tuple[str, ...]] = {
    "open": ("on_shelf", "consumed", "dropped"),
    "on_shelf": ("open", "consumed", "dropped"),
    "consumed": ("open",),
    "dropped": (),
}
LIVE = ("open", "on_shelf")

BENCH, SLOT, BIN = "bench", "slot", "bin"
BEING_PICKED, NO_SLOT, TOO_LARGE = "is being picked already", "No slot is free", "is too large for a free slot"


def may_become(state: str, after: str) -> bool:
    """Whether a line of the shelf may go from one state to another."""
    return after in BECOMES[state]


@dataclass(frozen=True, slots=True)
class Size:
    """How much room something takes or gives: units, cubic millimetres, grams; None where a slot has no limit."""

    units: int
    volume_mm3: int | None = 0
    weight_g: int | None = 0

    def holds(self, goods: "Size") -> bool:
        """Whether so much fits in."""
        room = (self.volume_mm3, self.weight_g)
        need = (goods.volume_mm3 or 0, goods.weight_g or 0)
        return goods.units <= self.units and all(limit is None or n <= limit for limit, n in zip(room, need, strict=True))


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """An empty slot that is kept for nobody, with what it holds."""

    location_id: int
    code: str
    size: Size
    sequence: int


@dataclass(frozen=True, slots=True)
class Served:
    """Units of an arrival that were promised to an order line."""

    order_id: int
    line_id: int
    units: int


@dataclass(frozen=True, slots=True)
class Waiter:
    """An order that was just served: `came` units now; `due` it still owes its shopper, `lacks` of them have no stock.
    `need` is what it will take on the shelf until it is complete. `picking`: part of it is on a pick list or in a tote.
    """

    order_id: int
    ref: str
    came: int
    due: int
    lacks: int
    need: Size
    picking: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order's units go: `slot_id` for a slot; `why` a bin, in words without a full stop."""

    order_id: int
    to: str
    slot_id: int | None = None
    why: str = ""


def by_size(slots: Iterable[FreeSlot]) -> list[FreeSlot]:
    """The smallest first; among equals along the walk."""
    far = 1 << 62
    return sorted(slots, key=lambda s: (s.size.units, s.size.volume_mm3 or far, s.size.weight_g or far, s.sequence, s.location_id))


def places(waiters: Sequence[Waiter], kept: Mapping[int, int], free: Iterable[FreeSlot], across: int) -> list[Place]:
    """Where the units of each order go, in the order of service.

    An order with a slot (`kept`: order -> slot) keeps it. One that this arrival alone makes complete goes across to the
    pack bench, at most `across` of them. Others get the smallest free slot that holds them; else a bin.
    """
    left, found = by_size(free), []
    for one in waiters:
        if one.picking:
            found.append(Place(one.order_id, BIN, why=f"Order {one.ref} {BEING_PICKED}"))
        elif one.order_id in kept:
            found.append(Place(one.order_id, SLOT, kept[one.order_id]))
        elif across > 0 and not one.lacks and one.came == one.due:
            across -= 1
            found.append(Place(one.order_id, BENCH))
        else:
            slot = next((s for s in left if s.size.holds(one.need)), None)
            if slot is not None:
                left.remove(slot)
                found.append(Place(one.order_id, SLOT, slot.location_id))
            else:
                found.append(Place(one.order_id, BIN, why=f"Order {one.ref} {TOO_LARGE}" if left else NO_SLOT))
    return found
