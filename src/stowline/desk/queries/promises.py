"""Places in line and windows of days, for the API and for managers' pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from stowline.backorders import queries as backorders
from stowline.backorders.queries import Promised
from stowline.catalog import queries as catalog
from stowline.desk import words
from stowline.notifications import waits
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.kits import Sold
from stowline.orders.queries import LineView, WaitingLine
from stowline.receiving.queries import Incoming

Row = dict[str, Any]
After = tuple[Any, int]


def add_places(session: Session, order_id: int, lines: Sequence[Row]) -> None:
    """Add to each line of an order (as `orders.views` tells them) its place in line and its window, None where nothing
    waits; a kit has those of the part that comes last, and each of its parts its own.
    """
    sold = kits.sold(session, order_id)
    ids = waits.short_parts(sold)
    places, standing = orders.places_in_line(session, ids), backorders.standing(session, ids)
    for line, row in zip(sold, lines, strict=True):
        row.update(_told(line, places, standing))
        for part, inside in zip(line.parts, row.get("parts", []), strict=True):
            inside.update(_told_part(part, places, standing))


def _told(line: Sold, places: Mapping[int, int], standing: Mapping[int, Promised]) -> Row:
    if line.waiting <= 0:
        return {"place": None, "window": None}
    return {"place": waits.place_of(line, places), "window": waits.expected_of(line, standing)}


def _told_part(part: LineView, places: Mapping[int, int], standing: Mapping[int, Promised]) -> Row:
    if part.waiting <= 0:
        return {"place": None, "window": None}
    return {"place": places[part.id], "window": standing[part.id].days if part.id in standing else None}


def waiting(session: Session, sku: str, after: After | None, limit: int) -> tuple[list[Row], After | None]:
    """Lines that wait (for a product, or all), oldest first, and the key to go on after. Raises NotFound for an unknown SKU."""
    product_id = catalog.product_by_sku(session, sku).id if sku else None
    found = orders.waiting_lines(session, product_id=product_id, after=after, limit=limit)
    ids = [line.line_id for line in found]
    places, standing = orders.places_in_line(session, ids), backorders.standing(session, ids)
    rows = [_row(line, places[line.line_id], standing.get(line.line_id)) for line in found]
    return rows, (found[-1].placed_at, found[-1].line_id) if len(found) == limit else None


def _row(line: WaitingLine, place: int, stands: Promised | None) -> Row:
    arrivals = stands.window.arrivals if stands else ()
    return {
        "ref": line.order_ref, "sku": line.sku, "name": line.name, "units": line.units, "placed_at": line.placed_at,
        "place": place, "window": stands.days if stands else None,
        "arrivals": [{"ref": ref, "units": units} for ref, units in arrivals],
    }  # fmt: skip


def coming(place: int, stands: Promised | None, due: Sequence[Incoming]) -> str:
    """What serves a line that waits, and when it leaves: "60 due 3 to 7 Dec on PO-6, leaves 8 to 10 Dec"."""
    said = _served(stands, due, place)
    return f"{said}, leaves {words.window(stands.window.p50, stands.window.p90)}" if stands and stands.window.dated else said


def _served(stands: Promised | None, due: Sequence[Incoming], place: int) -> str:
    """The deliveries that serve a line, as they were found when it was promised; until then as far as can be guessed."""
    known = {one.ref: one for one in due}
    found = [known[ref] for ref, _ in stands.window.arrivals if ref in known] if stands else []
    if not found:
        return words.coming(due, place)
    return words.joined([words.coming([one], 1) for one in found[:3]]) + (" and more" if len(found) > 3 else "")
