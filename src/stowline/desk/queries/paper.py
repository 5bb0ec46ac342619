"""What packing slips show: the goods in the box, what follows later and when."""

from datetime import date

from sqlmodel import Session

from stowline.core.countries import name_of
from stowline.desk import words
from stowline.inventory import queries as stock
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.kits import Held, Sold
from stowline.orders.models import Order
from stowline.packing import queries as packing
from stowline.packing.models import Parcel
from stowline.packing.slip import LaterLine, SlipLine, SlipView
from stowline.receiving import queries as receiving
from stowline.stores import queries as stores


def parcel_slip(session: Session, parcel: Parcel) -> SlipView:
    """The slip that goes into a parcel."""
    order = orders.order(session, parcel.order_id)
    sold = kits.sold(session, order.id or 0)
    inside = kits.gathered(sold, packing.units_in(session, parcel.id or 0))
    lines = tuple(line for item in inside for line in _packed(item))
    packed_at = parcel.sealed_at or parcel.opened_at
    count = len(packing.parcels_of(session, order.id or 0))
    date = f"{packed_at.day} {packed_at:%B %Y}"
    return _slip(session, order, lines, sold, parcel=parcel.code, number=parcel.n, count=count, date=date)


def order_slip(session: Session, order: Order) -> SlipView:
    """The slip of an order's last parcel; before anything is packed, of what is promised to it, with its bins."""
    parcels = packing.parcels_of(session, order.id or 0)
    if parcels:
        return parcel_slip(session, parcels[-1])
    sold = kits.sold(session, order.id or 0)
    ready = [line for one in sold for line in one.lines if line.allocated]
    bins = stock.pickable(session, [line.product_id for line in ready]) if ready else {}
    found = {line.id: _bin(bins.get(line.product_id, [])) for line in ready}
    return _slip(session, order, tuple(line for one in sold for line in _ready(one, found)), sold)


def _packed(item: Held) -> list[SlipLine]:
    """What is in the box of one thing sold; units that make up no whole kit say what they are for."""
    why = f" (for {item.kit})" if item.kit else f" (in place of {item.instead})" if item.instead else ""
    name = item.name + why
    return [SlipLine(item.sku, name, item.quantity), *(SlipLine(sku, part, n, part=True) for sku, part, n in item.parts)]


def _ready(one: Sold, bins: dict[int, str]) -> list[SlipLine]:
    """What is promised of one thing sold, with its bins; a kit stands above its parts."""
    there = [line for line in one.lines if line.allocated]
    lines = [SlipLine(line.sku, line.name, line.allocated, bins[line.id], part=one.is_kit) for line in there]
    return [SlipLine(one.sku, one.name, one.allocated), *lines] if one.is_kit and lines else lines


def _bin(bins: list[stock.Free]) -> str:
    return bins[0].code if bins else ""


def _slip(
    session: Session, order: Order, lines: tuple[SlipLine, ...], sold: list[Sold], *, parcel: str = "", number: int = 1, count: int = 1,
    date: str = "",
) -> SlipView:  # fmt: skip
    store = stores.store(session, order.store_id)
    place = " ".join(part for part in (order.postcode, order.city) if part)
    address = (order.company, order.line1, order.line2, place, order.region, name_of(order.country))
    later = _later(session, sold, packed=bool(parcel))
    return SlipView(
        store=store.name, order=order.ref, parcel=parcel, recipient=order.ship_name or order.customer_name, lines=lines,
        later=later, address=tuple(part for part in address if part), country_code=order.country, color=store.accent,
        number=number, count=count, date=date, thanks=f"Thank you for your order at {store.name}.",
        support=f"Questions? {store.support_email}" if store.support_email else "", fast=order.expedite,
    )  # fmt: skip


def _later(session: Session, sold: list[Sold], *, packed: bool) -> tuple[LaterLine, ...]:
    """What is owed beyond this parcel (or, before packing, what has no stock), each with its days if they are known."""
    owed = [(one, one.ordered - one.cancelled - (one.packed if packed else one.allocated)) for one in sold]
    owed = [(one, n) for one, n in owed if n > 0]
    short = [line for one, _ in owed for line in one.lines if line.waiting > 0]
    due = receiving.incoming(session, [line.product_id for line in short]) if short else {}
    places = orders.places_in_line(session, [line.id for line in short])
    return tuple(LaterLine(one.sku, one.name, n, _when(one, due, places)) for one, n in owed)


def _when(one: Sold, due: dict[int, list[receiving.Incoming]], places: dict[int, int]) -> str:
    """The days of the arrival that serves what is missing; of a kit, those of the part that comes last."""
    if one.waiting <= 0:
        return "in stock"
    short = [line for line in one.lines if line.waiting > 0]
    arrivals = [words.server_of(due.get(line.product_id, []), places[line.id]) for line in short]
    known = [arrival for arrival in arrivals if arrival is not None and not arrival.late()]
    if len(known) < len(arrivals):
        return ""
    return words.due(max(known, key=lambda arrival: arrival.expected_to or date.max))
