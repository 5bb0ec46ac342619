"""Decisions about bins, on plain values."""

from dataclasses import dataclass
from datetime import date, timedelta

REAL = ("dock", "storage", "pick", "staging", "tote", "pack", "ship", "backorder", "quarantine", "returns")
VIRTUAL = ("supplier", "customer", "scrap", "adjustment")
KINDS = REAL + VIRTUAL
PICKABLE = ("pick", "storage")  # where a pick line may take from and put-away may go to

GOOD, DAMAGED, HOLD = "good", "damaged", "hold"
CONDITIONS = (GOOD, DAMAGED, HOLD)
REASONS = (
    "receive", "putaway", "move", "replenish", "pick", "pack", "seal", "handover", "short", "count", "adjust", "scrap",
    "quarantine", "release", "hold", "undo", "import", "return",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Free:
    """Unbound good units of a product in a bin, of one lot or serial, with the bin's place on the walk.

    `ends` is the lot's last day where what ends first goes out first (FEFO), else None.
    """

    location_id: int
    code: str
    sequence: int
    qty: int
    lot: str = ""
    serial: str = ""
    ends: date | None = None

    @property
    def key(self) -> tuple[int, str, str]:
        """What tells these units from others of the product."""
        return self.location_id, self.lot, self.serial


Taken = list[tuple[Free, int]]


def take_from(bins: list[Free], wanted: int) -> Taken | None:
    """Which bins to take `wanted` units from; None if they do not suffice.

    What ends first goes first. Among equals: one bin that has them all if there is one (the fullest walk saved), else
    the fullest first, so that few stops are made.
    """
    plan: Taken = []
    for day in sorted({b.ends or date.max for b in bins}):
        left = wanted - sum(units for _, units in plan)
        if left > 0:
            plan += _fewest_stops([b for b in bins if (b.ends or date.max) == day], left)
    return plan if sum(units for _, units in plan) >= wanted > 0 else None


def _fewest_stops(rows: list[Free], wanted: int) -> Taken:
    """As many of `wanted` units as there are, out of few bins."""
    bins: dict[int, list[Free]] = {}
    for row in rows:
        bins.setdefault(row.location_id, []).append(row)
    holds = {place: sum(row.qty for row in inside) for place, inside in bins.items()}
    enough = [place for place, units in holds.items() if units >= wanted]
    if enough:
        places = [min(enough, key=lambda place: (bins[place][0].sequence, place))]
    else:
        places = sorted(bins, key=lambda place: (-holds[place], bins[place][0].sequence, place))
    plan: Taken = []
    for row in (row for place in places for row in sorted(bins[place], key=lambda row: (row.lot, row.serial))):
        if wanted > 0:
            plan.append((row, min(wanted, row.qty)))
            wanted -= plan[-1][1]
    return plan


def sold_until(expires_on: date, min_days_left: int) -> date:
    """The last day on which units may be sold that must have so many days left."""
    return expires_on - timedelta(days=min_days_left)


def needs_approval(units: int, approve_above: int | None) -> bool:
    """Whether so many units (signed) need a second person's word; None: never, 0: always."""
    return approve_above is not None and abs(units) > approve_above
