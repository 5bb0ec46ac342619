"""What packing slips show: the goods in the box, what follows later and when."""

from sqlmodel import Session

from stowline.core.countries import name_of
from stowline.desk import words
from stowline.inventory import queries as stock
from stowline.orders import queries as orders
from stowline.orders.models import Order
from stowline.orders.queries import LineView
from stowline.packing import queries as packing
from stowline.packing.models import Parcel
from stowline.packing.slip import LaterLine, SlipLine, SlipView
from stowline.receiving import queries as receiving
from stowline.stores import queries as stores


def parcel_slip(session: Session, parcel: Parcel) -> SlipView:
    """The slip that goes into a parcel."""
    order = orders.order(session, parcel.order_id)
    inside = packing.contents(session, parcel.id or 0)
    lines = tuple(SlipLine(item.sku, item.name, item.qty) for item in inside)
    packed_at = parcel.sealed_at or parcel.opened_at
    count = len(packing.parcels_of(session, order.id or 0))
    date = f"{packed_at.day} {packed_at:%B %Y}"
    return _slip(session, order, lines, parcel=parcel.code, number=parcel.n, count=count, date=date)


def order_slip(session: Session, order: Order) -> SlipView:
    """The slip of an order's last parcel; before anything is packed, of what is promised to it, with its bins."""
    parcels = packing.parcels_of(session, order.id or 0)
    if parcels:
        return parcel_slip(session, parcels[-1])
    ready = [line for line in orders.lines(session, order.id or 0) if line.allocated]
    bins = stock.pickable(session, [line.product_id for line in ready]) if ready else {}
    lines = tuple(SlipLine(line.sku, line.name, line.allocated, _bin(bins.get(line.product_id, []))) for line in ready)
    return _slip(session, order, lines)


def _bin(bins: list[stock.Free]) -> str:
    return bins[0].code if bins else ""


def _slip(
    session: Session, order: Order, lines: tuple[SlipLine, ...], *, parcel: str = "", number: int = 1, count: int = 1,
    date: str = "",
) -> SlipView:  # fmt: skip
    store = stores.store(session, order.store_id)
    place = " ".join(part for part in (order.postcode, order.city) if part)
    address = (order.company, order.line1, order.line2, place, order.region, name_of(order.country))
    later = _later(session, orders.lines(session, order.id or 0), packed=bool(parcel))
    return SlipView(
        store=store.name, order=order.ref, parcel=parcel, recipient=order.ship_name or order.customer_name, lines=lines,
        later=later, address=tuple(part for part in address if part), country_code=order.country, color=store.accent,
        number=number, count=count, date=date, thanks=f"Thank you for your order at {store.name}.",
        support=f"Questions? {store.support_email}" if store.support_email else "",
    )  # fmt: skip


def _later(session: Session, lines: list[LineView], *, packed: bool) -> tuple[LaterLine, ...]:
    """What is owed beyond this parcel (or, before packing, what has no stock), each with its days if they are known."""
    owed = [(line, line.ordered - line.cancelled - (line.packed if packed else line.allocated)) for line in lines]
    owed = [(line, n) for line, n in owed if n > 0]
    due = receiving.incoming(session, [line.product_id for line, _ in owed if line.waiting > 0]) if owed else {}
    places = orders.places_in_line(session, [line.id for line, _ in owed if line.waiting > 0])
    return tuple(LaterLine(line.sku, line.name, n, _when(line, due, places)) for line, n in owed)


def _when(line: LineView, due: dict[int, list[receiving.Incoming]], places: dict[int, int]) -> str:
    if line.waiting <= 0:
        return "in stock"
    arrival = words.server_of(due.get(line.product_id, []), places[line.id])
    return "" if arrival is None or arrival.late() else words.due(arrival)
