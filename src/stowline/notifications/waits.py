"""What waits and what arrived, as messages and the shopper's page tell it: whole kits, places in line, windows of days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from stowline.backorders import promises
from stowline.backorders import queries as backorders
from stowline.backorders.queries import Promised
from stowline.core import outbox
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.kits import Sold

MOST_TOLD = 200
"""Waiting lines that a message tells of."""
MOST_READ = 5_000
Days = dict[str, str]


def short_parts(lines: Sequence[Sold]) -> list[int]:
    """Ids of the order lines that wait."""
    return [part.id for line in lines for part in line.lines if part.waiting > 0]


def place_of(line: Sold, places: Mapping[int, int]) -> int:
    """The place in line of what was sold: of a kit, that of the part which waits longest."""
    return max(places[part.id] for part in line.lines if part.waiting > 0)


def expected_of(line: Sold, standing: Mapping[int, Promised]) -> Days | None:
    """The window in which all that is missing leaves the house, of a kit the latest of its parts'; None: no date yet."""
    known = [standing[part.id].days if part.id in standing else None for part in line.lines if part.waiting > 0]
    return _latest(known)


def told_of(line: Sold, standing: Mapping[int, Promised]) -> Days | None:
    """The window that was told, the same way; None: that there is no date, or nothing."""
    parts = [standing[part.id] for part in line.lines if part.waiting > 0 and part.id in standing]
    days = [{"from": one.told_p50.isoformat(), "to": one.told_p90.isoformat()} if one.told_p50 and one.told_p90 else None for one in parts]
    return _latest(days)


def _latest(known: Sequence[Days | None]) -> Days | None:
    dated = [days for days in known if days is not None]
    if not dated or len(dated) < len(known):
        return None
    return {"from": max(days["from"] for days in dated), "to": max(days["to"] for days in dated)}


def rows(session: Session, lines: Sequence[Sold]) -> list[dict[str, Any]]:
    """What waits of these lines: how many, the place in line, the window."""
    waiting = [line for line in lines if line.waiting > 0][:MOST_TOLD]
    ids = short_parts(waiting)
    places, standing = orders.places_in_line(session, ids, at_most=10_000), backorders.standing(session, ids)
    return [
        {"name": line.name, "sku": line.sku, "quantity": line.waiting, "place_in_line": place_of(line, places),
         "expected": expected_of(line, standing)} for line in waiting
    ]  # fmt: skip


def moved(session: Session, lines: Sequence[Sold], order_id: int, *, good: bool = False) -> list[dict[str, Any]]:
    """The same, only of lines whose promise goes beyond what was told (or is better news), with what was told."""
    owed = {one.line_id: one for one in promises.owed_news(session, order_id, good=good)}
    mine = [line for line in lines if any(part.id in owed for part in line.lines)]
    standing = backorders.standing(session, short_parts(mine))
    told = [told_of(line, standing) for line in mine if line.waiting > 0]
    return [row | {"told": was} for row, was in zip(rows(session, mine), told, strict=False)]


def sooner(session: Session, order_id: int) -> list[dict[str, Any]]:
    """What has better days than were told, or days at last; a kit only where all that it waits for has."""
    return [row for row in moved(session, kits.sold(session, order_id), order_id, good=True) if row["expected"]]


def arrived(session: Session, lines: Sequence[Sold], order_id: int) -> list[dict[str, Any]]:
    """What these lines waited for and have now: units of a product (or of what stands in for it), or whole kits that got a part."""
    net, asked = _came(session, order_id), kits.ordered_as(lines)
    found = []
    for line in lines:
        came = max((net[part.sku] for part in line.lines), default=0)
        units = line.allocated if line.is_kit else min(came, line.allocated)
        if came > 0 and units > 0:
            first = asked.get(line.lines[0].id)
            found.append({"name": line.name, "sku": line.sku, "quantity": units, "instead_of": first.name if first else ""})
    return found[:MOST_TOLD]


def _came(session: Session, order_id: int) -> Counter[str]:
    """Units that came for an order while it waited, less those that were taken back, by SKU."""
    net: Counter[str] = Counter()
    for one in outbox.diary(session, order_id, limit=MOST_READ):
        if one.name in ("BackorderFilled", "PromiseTakenBack"):
            net[one.values["sku"]] += one.values["units"] * (1 if one.name == "BackorderFilled" else -1)
    return net
