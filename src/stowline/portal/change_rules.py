"""What a shopper may still change by themselves, decided on plain values: "" where they may, else the key of the reason."""

from dataclasses import dataclass

UNTIL_PICKED, UNTIL_RELEASED, OFF = "until_picked", "until_released", "off"
ADDRESS, CANCEL, PARTS, MERGE = "address", "cancellation", "parts", "merge"
DEEDS = (ADDRESS, CANCEL, PARTS, MERGE)


@dataclass(frozen=True, slots=True)
class Stand:
    """An order, as far as its shopper may change it. `labelled`: a parcel of it has its label and has not left."""

    state: str
    held: bool
    ships: str
    has_kit: bool
    wanted: int
    allocated: int
    released: int
    picked: int
    packed: int
    handed_over: int
    labelled: bool
    policy: str

    @property
    def over(self) -> bool:
        """Whether nothing is left to go out."""
        return self.state in ("cancelled", "returned", "handed_over", "delivered") or self.handed_over >= self.wanted


def why_not_address(one: Stand) -> str:
    """Until the label is printed."""
    if one.over:
        return "over_cancelled" if one.state == "cancelled" else "over_left"
    return "labelled" if one.labelled else ""


def why_not_cancel(one: Stand) -> str:
    """Until the first unit is off the shelf; by the store's policy until it stands on a pick list."""
    if one.over:
        return "over_cancelled" if one.state == "cancelled" else "over_left"
    if one.packed > one.handed_over:
        return "packed"
    begun = one.released if one.policy == UNTIL_RELEASED else one.picked
    return "picked" if begun > one.handed_over else ""


def why_not_line(one: Stand, released: int, handed_over: int, left: int, *, of_kit: bool) -> str:
    """A line of its own goes until it stands on a pick list; a kit's part never."""
    if one.over or left <= 0:
        return "over_cancelled" if one.state == "cancelled" or left <= 0 else "over_left"
    if of_kit:
        return "kit"
    return "picked" if released > handed_over else ""


def why_not_parts(one: Stand, wish: str) -> str:
    """Send what is here (`parts`), or wait for all of it again (`complete`): while something waits and nothing is begun."""
    if one.over or one.held or one.has_kit or one.allocated >= one.wanted:
        return "nothing_waits"
    if one.released > one.handed_over:
        return "picked"
    return "nothing_here" if wish == "parts" and one.allocated <= one.handed_over else ""
