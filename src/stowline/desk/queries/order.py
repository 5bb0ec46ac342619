"""One order as managers see it: facts, lines with their reason, parcels, what may be done with it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from stowline.allocation import queries as allocation
from stowline.backorders import queries as backorders
from stowline.cases import queries as cases
from stowline.core import clock
from stowline.core.countries import name_of
from stowline.desk import words
from stowline.desk.queries import offers, promises
from stowline.desk.queries.counts import OPEN
from stowline.desk.queries.orders import customer, urgent
from stowline.desk.queries.products import dock_units
from stowline.inventory import queries as stock
from stowline.notifications import facts
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.kits import Held, Sold
from stowline.orders.models import Order
from stowline.orders.queries import LineView
from stowline.packing import photos
from stowline.packing import queries as packing
from stowline.packing.models import Parcel
from stowline.packing.queries import Content
from stowline.picking import queries as picking
from stowline.receiving import queries as receiving
from stowline.shipping import queries as shipping
from stowline.shipping import service as carriers
from stowline.shipping import tracking_queries as tracking
from stowline.shipping.tracking_queries import Way
from stowline.stores import queries as stores

MOST_LINES = 300
STEPS_SHOWN = 20
Row = dict[str, Any]


def view(session: Session, order: Order) -> Row:
    """Everything the page shows but the trail."""
    parcels = packing.parcels_of(session, order.id or 0)
    inside = packing.contents_of(session, [parcel.id or 0 for parcel in parcels])
    sold = kits.sold(session, order.id or 0)
    shown = _first(sold)
    return {
        "order": _facts(session, order), "lines": _lines(session, order, shown, parcels, inside),
        "lines_say": f"the first {len(shown)} of {len(sold):,} lines" if len(shown) < len(sold) else "",
        "parcels": _parcels(session, sold, parcels, inside), "may": may(order), "facts_more": _more(order), "choice": offers.card(session, order),
        "tags": cases.tags(session, "order", [order.id or 0])[order.id or 0],
        "milestones": [(code, tracking.WORDS[code]) for code in tracking.MOVES], "shopper_href": facts.status_url(order.id or 0), "messages_say": _messages_say(order),
    }  # fmt: skip


def _facts(session: Session, order: Order) -> Row:
    store = stores.store(session, order.store_id)
    place = " ".join(part for part in (order.postcode, order.city) if part)
    lines = (order.ship_name, order.company, order.line1, order.line2, place, order.region, name_of(order.country))
    return {
        "ref": order.ref, "store": store.name, "store_key": store.key, "state": order.state, "placed_at": order.placed_at,
        "customer": customer(order), "email": order.email or None, "address": [line for line in lines if line],
        "total": order.total_minor, "currency": order.currency, "units": order.ordered, "handed_over": order.handed_over,
        "hold_reason": order.held or None, "urgent": urgent(order), "fast": order.expedite and order.state in OPEN,
    }  # fmt: skip


def _messages_say(order: Order) -> str:
    if not order.tell:
        return "none: imported in silence"
    return f"email, {words.language(order.locale)}, {words.city(order.time_zone)} time" if order.email else "none: no e-mail address is known"


def _more(order: Order) -> list[tuple[str, str]]:
    late = order.state in OPEN and order.ship_by < clock.now()
    more = [("Ship by", words.day(order.ship_by) + (", late" if late else ""))] if order.state in OPEN else []
    if order.priority != 5:
        more.append(("Priority", str(order.priority)))
    if order.ships != "complete":
        more.append(("Ships", "in parts" if order.ships == "parts" else f"in at most {order.most_parcels} parcels"))
    if order.expedite:
        more.append(("Parcels", "by the fast way"))
    return [*more, ("Came by", words.platform(order.platform)), ("Phone", order.phone), ("Note", order.note)]


def may(order: Order) -> dict[str, bool]:
    """What the buttons offer; the verbs check again."""
    over = order.state in ("cancelled", "handed_over", "delivered", "returned")
    return {
        "cancel": not over and order.picked <= order.handed_over,
        "hold": not over and not order.held and order.released <= order.handed_over,
        "release": bool(order.held), "tell": not over and not order.tell and bool(order.email),
    }  # fmt: skip


def _first(sold: list[Sold]) -> list[Sold]:
    """As many lines as a page shows, the parts of kits counted too; one at least."""
    rows = 0
    shown: list[Sold] = []
    for one in sold:
        rows += 1 + len(one.parts)
        if rows > MOST_LINES and shown:
            break
        shown.append(one)
    return shown


def _lines(
    session: Session, order: Order, sold: list[Sold], parcels: list[Parcel], inside: dict[int, list[Content]]
) -> list[Row]:
    """A row for each line; that of a kit counts whole kits, and has a row for each of its parts below."""
    why = _Why(session, order, [line for one in sold for line in one.lines], _names(parcels, inside))
    rows = []
    for one in sold:
        if one.is_kit:
            rows.append(_row(one, _kit_say(one), part="", kit=True))
        rows += [_row(line, why.of(line), part=f"{line.per_kit:,} in each kit" if one.is_kit else "") for line in one.lines]
    return rows


def add_why(session: Session, order: Order, lines: Sequence[Row]) -> None:
    """Add to each line of an order (as `orders.views` tells them), and to each part of a kit, why it stands where it stands."""
    parcels, sold = packing.parcels_of(session, order.id or 0), kits.sold(session, order.id or 0)
    names = _names(parcels, packing.contents_of(session, [parcel.id or 0 for parcel in parcels]))
    why = _Why(session, order, [line for one in sold for line in one.lines], names)
    for one, row in zip(sold, lines, strict=True):
        row["why"] = _kit_say(one) if one.is_kit else why.of(one.lines[0])
        for part, inside in zip(one.parts, row.get("parts", []), strict=True):
            inside["why"] = why.of(part)


def _row(line: Sold | LineView, why: str, *, part: str, kit: bool = False) -> Row:
    return {
        "sku": line.sku, "name": line.name, "quantity": line.ordered, "promised": line.allocated, "waiting": line.waiting,
        "picked": line.picked, "packed": line.packed, "handed_over": line.handed_over, "cancelled": line.cancelled,
        "why": why, "part": part, "kit": kit,
    }  # fmt: skip


def _kit_say(kit: Sold) -> str:
    """A kit has no stock and no bin; its parts' rows say where they are."""
    missing = [part.name for part in kit.parts if part.waiting > 0]
    lacks = f" Lacks {words.joined(missing[:3])}{' and more' if len(missing) > 3 else ''}." if missing else ""
    return f"Sold as one, picked as its parts.{lacks}"


class _Why:
    """Why each line of one order stands where it stands; what is asked of other rooms is asked once for all lines."""

    def __init__(self, session: Session, order: Order, lines: list[LineView], parcels: dict[int, list[str]]) -> None:
        self.held = bool(order.held)
        waiting = [line for line in lines if line.waiting > 0]
        ready = [line.product_id for line in lines if line.allocated > line.released]
        self.places = orders.places_in_line(session, [line.id for line in waiting])
        self.due = receiving.incoming(session, [line.product_id for line in waiting]) if waiting else {}
        self.standing = backorders.standing(session, [line.id for line in waiting])
        self.bins = stock.pickable(session, ready) if ready else {}
        self.dock = dock_units(session, ready)
        tote = picking.tote_of(session, order.id or 0)
        self.tote = f"{tote.code}, {tote.color}" if tote else "the staging place"
        self.parcels = parcels
        self.said = allocation.why(session, [line.id for line in lines], self.places)

    def of(self, line: LineView) -> str:
        """The sentences for one line."""
        said = [self._gone(line), self._picked(line), self._released(line), self._promised(line), self._waiting(line)]
        return " ".join(words.capital(one) for one in said if one)

    def _gone(self, line: LineView) -> str:
        return f"in parcel {'; '.join(self.parcels[line.id])}" if line.id in self.parcels else ""

    def _picked(self, line: LineView) -> str:
        n = line.picked - line.packed
        return f"{words.units(n)} in {self.tote}" if n else ""

    def _released(self, line: LineView) -> str:
        n = line.released - line.picked
        return f"{words.units(n)} on a pick list" if n else ""

    def _promised(self, line: LineView) -> str:
        n = line.allocated - line.released
        if not n:
            return ""
        bins = self.bins.get(line.product_id, [])
        if bins:
            named = words.joined([one.code for one in bins[:3]])
            return f"{words.units(n)} promised, to be picked from {named}"
        if self.dock.get(line.product_id):
            return f"{words.units(n)} promised, still at the dock: put away first"
        return f"{words.units(n)} promised; none lies in a bin for picking"

    def _waiting(self, line: LineView) -> str:
        said = self.said[line.id]
        if line.waiting > 0:
            coming = [promises.coming(self.places.get(line.id, 1), self.standing.get(line.id), self.due.get(line.product_id, []))]
            said = [*said[:1], *(coming if not self.held else []), *said[1:]]
        return " ".join(words.capital(one) for one in said)


def _names(parcels: list[Parcel], inside: dict[int, list[Content]]) -> dict[int, list[str]]:
    """The parcels of each order line, as its reason names them."""
    found: dict[int, list[str]] = {}
    for parcel in parcels:
        left = f", handed over {words.day(parcel.handed_over_at)}" if parcel.handed_over_at else ""
        for item in inside[parcel.id or 0]:
            there = found.setdefault(item.order_line_id, [])
            there += [] if f"{parcel.code}{left}" in there else [f"{parcel.code}{left}"]
    return found


def _named(item: Held) -> str:
    """A thing in a parcel: "3 Mug", "1 Gift box (2 Mug, 1 Box)"."""
    parts = ", ".join(f"{n:,} {name}" for _, name, n in item.parts[:5])
    more = ", …" if len(item.parts) > 5 else ""
    return f"{item.quantity:,} {item.name}" + (f" ({parts}{more})" if parts else "")


def _parcels(session: Session, sold: list[Sold], parcels: list[Parcel], inside: dict[int, list[Content]]) -> list[Row]:
    labels = shipping.live_labels(session, [parcel.id or 0 for parcel in parcels])
    ways = tracking.ways(session, [parcel.id or 0 for parcel in parcels], most=STEPS_SHOWN)
    taken = photos.of_parcels(session, [parcel.id or 0 for parcel in parcels])
    rows = []
    for parcel in parcels:
        label, way = labels.get(parcel.id or 0), ways.get(parcel.id or 0, tracking.NO_WAY)
        named = [_named(item) for item in kits.gathered(sold, packing.by_line(inside[parcel.id or 0]))]
        rest = f" and {len(named) - 5:,} more" if len(named) > 5 else ""
        rows.append({
            "code": parcel.code, "contents": "; ".join(named[:5]) + rest, "state": parcel.state, "weight_g": parcel.weight_g,
            "carrier": way.carrier or (carriers.carrier_name(label.carrier) if label else ""),
            "tracking": way.number or (label.tracking if label else None), "way": _way(way),
            "tracking_href": None, "label_href": f"/parcels/{parcel.code}/label" if label else None,
            "slip_href": f"/parcels/{parcel.code}/slip", "photos": [{"id": one.id, "who": one.who, "at": one.at} for one in taken[parcel.id or 0]],
        })  # fmt: skip
    return rows


def _way(way: Way) -> Row | None:
    """Where a parcel is by its carrier: the milestone, the day it is expected, and the last steps; None where nothing is known."""
    if not way.steps and way.eta is None:
        return None
    steps = [{"at": one.at, "word": one.word, "place": one.place, "say": one.say} for one in way.steps]
    return {"kind": way.kind, "word": way.word, "eta": words.day(way.eta) if way.eta and way.open else None, "steps": steps}
