"""Decisions about bins, on plain values."""

from dataclasses import dataclass

REAL = ("dock", "storage", "pick", "staging", "tote", "pack", "ship", "backorder", "quarantine", "returns")
VIRTUAL = ("supplier", "customer", "scrap", "adjustment")
KINDS = REAL + VIRTUAL
PICKABLE = ("pick", "storage")  # where a pick line may take from and put-away may go to

GOOD, DAMAGED, HOLD = "good", "damaged", "hold"
REASONS = ("receive", "putaway", "move", "pick", "pack", "seal", "handover", "short", "count", "undo", "import", "return")


@dataclass(frozen=True, slots=True)
class Free:
    """Unbound good units of a product in a bin, with the bin's place on the walk."""

    location_id: int
    code: str
    sequence: int
    qty: int


def take_from(bins: list[Free], wanted: int) -> list[tuple[Free, int]] | None:
    """Which bins to take `wanted` units from: one that has them all if there is one (the fullest walk saved), else
    the fullest first so that few stops are made; None if they do not suffice.
    """
    enough = [b for b in bins if b.qty >= wanted]
    if enough:
        return [(min(enough, key=lambda b: (b.sequence, b.location_id)), wanted)]
    plan, left = [], wanted
    for b in sorted(bins, key=lambda b: (-b.qty, b.sequence)):
        if left <= 0:
            break
        plan.append((b, min(left, b.qty)))
        left -= plan[-1][1]
    return plan if left <= 0 else None
