"""How often promises held: of the lines whose last unit left, how many had left by P50 and by P90; by month or supplier."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from stowline.backorders import queries as backorders
from stowline.backorders.queries import Kept
from stowline.core import db
from stowline.desk import words
from stowline.inventory import velocity

Row = dict[str, Any]
WAYS = {"month": "By month", "supplier": "By supplier"}
SINCE = {"3": "Three months", "12": "A year", "36": "Three years"}
THIN = 30
"""Promises under which a share says little."""
HEAD = ("supplier", "month", "promises", "told", "left_by_p50", "left_by_p90")
WIDTH, HEIGHT, LEFT, TOP = 640, 200, 44, 12


def since(months: str) -> date:
    """The first of the month so many months ago."""
    day = velocity.today().replace(day=1)
    for _ in range(int(months)):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def rows(session: Session, way: str, months: str) -> list[Row]:
    """The sheet, and after it the sum of all."""
    found: dict[str, Kept] = defaultdict(lambda: Kept(0, 0, 0, 0))
    total = Kept(0, 0, 0, 0)
    for supplier, month, kept in backorders.kept(session, since(months)):
        name = month if way == "month" else supplier or "no supplier"
        found[name], total = found[name].plus(kept), total.plus(kept)
    made = [_row(_named(name, way), kept) for name, kept in sorted(found.items())]
    return [*made, _row("All", total)] if made else []


def _named(name: str, way: str) -> str:
    return f"{date.fromisoformat(f'{name}-01'):%B %Y}" if way == "month" else name


def _row(name: str, kept: Kept) -> Row:
    p50, p90 = (100 * part / kept.n if kept.n else 0.0 for part in (kept.p50, kept.p90))
    return {"name": name, "n": kept.n, "told": kept.told, "p50": p50, "p90": p90, "say": verdict(kept.n, p50, p90)}


def verdict(n: int, p50: float, p90: float) -> str:
    """What the figures mean, in words."""
    if n < THIN:
        return f"{words.units(n, 'promise')}: too few to judge by"
    if p90 < 85:
        return "Told too early: more left after the last day than should"
    if p90 > 95 and p50 > 55:
        return "Told too late: days could be nearer"
    if p50 < 45:
        return "The last day holds; the first one is told too early"
    return "As it should be" if p50 <= 55 and p90 <= 95 else "A little careful"


def chart(found: Sequence[Row]) -> Row | None:
    """The picture: of each row the two shares, beside the lines where they should be."""
    bars = [row for row in found if row["name"] != "All"][-24:]
    if not bars:
        return None
    step = (WIDTH - LEFT) / len(bars)
    wide = min(step * 0.35, 22)
    return {
        "width": WIDTH, "height": HEIGHT + TOP + 26, "left": LEFT, "right": WIDTH, "base": TOP + HEIGHT,
        "lines": [{"y": _y(share), "say": f"{share} %"} for share in (50, 90)],
        "bars": [{"name": row["name"], "x50": LEFT + step * (n + 0.5) - wide, "x90": LEFT + step * (n + 0.5), "wide": wide,
                  "y50": _y(row["p50"]), "y90": _y(row["p90"]), "h50": HEIGHT * row["p50"] / 100, "h90": HEIGHT * row["p90"] / 100,
                  "middle": LEFT + step * (n + 0.5), "short": row["name"][:3] if len(bars) > 8 else row["name"][:14],
                  "thin": row["n"] < THIN} for n, row in enumerate(bars)],
    }  # fmt: skip


def _y(share: float) -> float:
    return TOP + HEIGHT * (1 - share / 100)


def exported(months: str) -> Iterator[list[tuple[Any, ...]]]:
    """Supplier by supplier and month by month, for a spreadsheet."""
    with db.reading() as session:
        found = backorders.kept(session, since(months))
    yield [(supplier, month, one.n, one.told, one.p50, one.p90) for supplier, month, one in found]


