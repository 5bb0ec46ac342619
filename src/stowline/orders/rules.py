"""What an order's counters say, and what may still be done with it."""

from dataclasses import dataclass
from datetime import datetime

# Every state an order can be in, in the order of its life; on_hold and cancelled stand beside it.
STATES = ("placed", "backordered", "part_allocated", "allocated", "released", "picking", "picked", "packed",
          "handed_over", "delivered", "returned", "on_hold", "cancelled")
OPEN = ("placed", "backordered", "part_allocated", "allocated", "released", "picking", "picked", "packed", "on_hold")
WAITING_STATES = ("placed", "backordered", "part_allocated", "allocated")
"""Nobody has begun to pick it."""
STAGES = ("allocated", "released", "picked", "packed", "handed_over", "returned")

# How an order may go out: whole; in as many parcels as its goods come in; in at most so many, the last one complete.
SHIPS = ("complete", "parts", "at_most")
MOST_PARCELS = 20
# Among orders of the same priority: by the day they were placed, or by the day they must leave.
SERVES = ("placed", "ship_by")
URGENT, LEAST_URGENT = 0, 9


def marks(*, urgent: bool, fast: bool) -> str:
    """What sets an order apart from others, said after a task's name on the floor: ", urgent, expedite"."""
    return ", urgent" * bool(urgent) + ", expedite" * bool(fast)


@dataclass(frozen=True, slots=True)
class Counters:
    """Units of an order, summed over its lines; each stage counts what ever reached it."""

    ordered: int
    cancelled: int = 0
    allocated: int = 0
    released: int = 0
    picked: int = 0
    packed: int = 0
    handed_over: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """How an order may go out (`SHIPS`), and how many parcels of it are closed already."""

    ships: str = "complete"
    most_parcels: int | None = None
    parcels: int = 0

    @property
    def splits(self) -> bool:
        """Whether another part may go before the rest: the last parcel that there may be waits for all of it."""
        return self.ships == "parts" or (self.ships == "at_most" and self.parcels + 1 < (self.most_parcels or 0))


WHOLE = Way()


def serve_at(serves: str, placed_at: datetime, ship_by: datetime) -> datetime:
    """The moment by which an order stands in line among those of its priority, as its store serves (`SERVES`)."""
    return ship_by if serves == "ship_by" else placed_at


def derive_state(c: Counters, *, held: bool = False, way: Way = WHOLE) -> str:  # noqa: C901, PLR0911  (one line for each state)
    """The state that these counters mean: the furthest stage that all units reached that go out next, so it says where
    the order must be acted on next. An order whose pick ran short waits for stock again (part_allocated), is allocated
    when it came, and goes out once more; so does the rest of one that ships in parts.
    """
    wanted = c.ordered - c.cancelled
    if wanted <= 0:
        return "cancelled"
    if c.returned >= wanted:
        return "returned"
    if c.handed_over >= wanted:
        return "handed_over"
    if held:
        return "on_hold"
    goal = _goal(c, wanted, way)
    if c.packed >= goal:
        return "packed"
    if c.picked >= goal:
        return "picked"
    if c.released >= goal:
        return "picking" if c.picked > c.handed_over else "released"
    if c.allocated >= goal:
        return "allocated"
    return "part_allocated" if c.allocated else "backordered"


def _goal(c: Counters, wanted: int, way: Way) -> int:
    """How far the counters must come before the next parcel leaves: to all that is wanted; where the order may be
    split, to what is under way, or, if nothing is, to what is promised.
    """
    if way.ships == "complete":
        return wanted
    if c.released > c.handed_over:
        return c.released if way.splits or c.packed >= c.released else wanted
    return c.allocated if way.splits and c.allocated > c.handed_over else wanted


def why_not_cancel(c: Counters) -> str | None:
    """Why an order cannot be cancelled any more; None if it can."""
    if c.handed_over and c.handed_over >= c.ordered - c.cancelled:
        return "It is on its way to the shopper already. Open a return instead."
    if c.picked > c.handed_over:
        return "It is being picked or packed already. Undo the picks first, or hold the parcel at the pack station."
    return None


def why_not_ships(ships: str, most_parcels: int | None) -> str | None:
    """What is wrong with a rule of shipping; None if nothing is."""
    if ships not in SHIPS:
        return f"An order ships {', '.join(SHIPS[:-1])} or {SHIPS[-1]}."
    if ships == "at_most" and not (most_parcels and 2 <= most_parcels <= MOST_PARCELS):
        return f"Say how many parcels at most: 2 to {MOST_PARCELS}."
    return None


def why_not_drop(waiting: int, units: int) -> str | None:
    """Why so many units of a line cannot be taken off it; None if they can: only what has no stock yet can."""
    if units < 1:
        return "Say how many units: at least 1."
    if not waiting:
        return "Nothing of this line waits any more: its stock has come."
    if units > waiting:
        return f"Only {waiting:,} of them still {'waits' if waiting == 1 else 'wait'}."
    return None
