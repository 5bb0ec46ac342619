"""Which shade a bin has on the map, and what each shade means: by how full it is, or by how often it is picked from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stowline.desk.queries.warehouse_map import Mapped

EMPTY, OVER = 0, 5
QUARTERS = (0.25, 0.5, 0.75)
TOP = (0.5, 0.8, 0.95)  # of the bins that are picked from: the busiest half, fifth and twentieth


@dataclass(frozen=True, slots=True)
class Shades:
    """`of` tells the shade, 0 to 5, of the bins in one box; `legend` is (shade, words); `say` a sentence on how to read it."""

    of: Callable[[Sequence[int]], int]
    legend: list[tuple[int, str]]
    say: str


def by_fill(found: Sequence[Mapped]) -> Shades:
    """By the share of the limit that a bin is nearest to; bins without a limit by units, against the fullest of them."""
    most = max((one.units for one in found if one.share is None), default=0)
    share = {one.spot.id: one.share if one.share is not None else (one.units / most if most else 0.0) for one in found}

    def of(ids: Sequence[int]) -> int:
        return _quarter(sum(share[id_] for id_ in ids) / len(ids))

    legend = [(0, "empty"), (1, "up to 25 %"), (2, "up to 50 %"), (3, "up to 75 %"), (4, "up to 100 %"), (5, "over its limit")]
    free = sum(one.share is None for one in found)
    say = f"{free:,} bins have no limit: they are compared with the fullest of them, {most:,} units." if free and most else ""
    return Shades(of, legend, say)


def _quarter(share: float) -> int:
    if share <= 0:
        return EMPTY
    if share > 1:
        return OVER
    return 1 + sum(share > edge for edge in QUARTERS)


def by_picks(found: Sequence[Mapped], picked: Mapping[int, int]) -> Shades:
    """By picks: the busiest twentieth of the bins that are picked from, fifth, half, and the others."""
    counts = sorted(n for one in found if (n := picked.get(one.spot.id, 0)))
    edges = sorted({counts[min(int(len(counts) * part), len(counts) - 1)] for part in TOP}) if counts else []

    def of(ids: Sequence[int]) -> int:
        n = max(picked.get(id_, 0) for id_ in ids)
        return 0 if n == 0 else 4 - sum(n < edge for edge in edges)

    return Shades(of, _steps(edges, counts), "Shaded by rank: the strongest shade is the busiest twentieth of the bins that were picked from.")


def _steps(edges: Sequence[int], counts: Sequence[int]) -> list[tuple[int, str]]:
    if not counts:
        return [(0, "no picks")]
    starts = [edge for edge in (counts[0], *edges) if edge >= counts[0]]
    starts = sorted(set(starts))
    ends = [start - 1 for start in starts[1:]]
    steps = [f"{start:,} to {end:,} picks" if end > start else f"{start:,} {'pick' if start == 1 else 'picks'}"
             for start, end in zip(starts, ends, strict=False)]  # fmt: skip
    words = [*steps, f"{starts[-1]:,} picks or more"]
    return [(0, "no picks"), *((5 - len(words) + n, word) for n, word in enumerate(words))]
