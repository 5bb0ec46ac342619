"""An order as its own shopper may see it: the day or the state first, then parcels, what waits, and whom to ask."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from stowline.core import clock, i18n
from stowline.core.countries import name_of
from stowline.notifications import facts
from stowline.notifications.render import mail_dir
from stowline.orders import queries as orders
from stowline.orders.models import Order
from stowline.orders.queries import LineView
from stowline.packing import queries as packing
from stowline.packing.models import Parcel
from stowline.packing.queries import Content
from stowline.receiving import queries as receiving
from stowline.receiving.queries import Incoming
from stowline.shipping import queries as shipping
from stowline.shipping import service as carriers
from stowline.stores import queries as stores
from stowline.stores.models import Store

MOST_SHOWN = 100
View = dict[str, Any]


def status(session: Session, order_id: int) -> tuple[View, Store]:
    """Everything the status page shows, and the store in whose name. Raises NotFound."""
    order = orders.order(session, order_id)
    store = stores.store(session, order.store_id)
    lines = orders.lines(session, order_id)
    parcels = packing.parcels_of(session, order_id)
    waiting = _waiting(session, order, [line for line in lines if line.waiting > 0])
    headline, say = _headline(order, parcels, waiting, _Days(order))
    return {
        "store": {"name": store.name, "href": store.url or None, "email": store.support_email or None},
        "order": {"ref": order.ref, "placed_at": order.placed_at, "total": order.total_minor, "currency": order.currency},
        "eyebrow": f"Order {order.ref}", "headline": headline, "say": say, "steps": _steps(order, parcels),
        "parcels": _parcels(session, parcels, whole=not waiting and order.packed >= order.ordered - order.cancelled),
        "waiting": waiting, "next": _next(lines), "address": _address(order), "time_zone": order.time_zone,
    }, store  # fmt: skip


class _Days:
    """Days as the shopper reads them, in the order's own time zone."""

    def __init__(self, order: Order) -> None:
        self.zone = ZoneInfo(order.time_zone)
        self.words = i18n.words(mail_dir() / "words", "en")
        self.year = clock.now().astimezone(self.zone).year

    def day(self, when: datetime) -> str:
        """ "Saturday 28 November"."""
        return i18n.day_name(when.astimezone(self.zone).date(), self.words, this_year=self.year)

    def window(self, window: View) -> str:
        """ "3 to 7 December"."""
        first, last = date.fromisoformat(window["from"]), date.fromisoformat(window["to"])
        return i18n.day_range(first, last, self.words, this_year=self.year)


def _headline(order: Order, parcels: Sequence[Parcel], waiting: View | None, days: _Days) -> tuple[str, str]:
    """The day first where there is one, else where the order stands; then a sentence or two."""
    if order.state == "cancelled":
        return "Your order was cancelled", "Nothing will be sent. Write to us if you did not expect this."
    if order.state == "on_hold":
        return "We are looking into your order", "It waits until a question is settled. Write to us if you want to know more."
    left = [parcel.handed_over_at for parcel in parcels if parcel.handed_over_at]
    if order.state in ("handed_over", "delivered", "returned") and left:
        return f"On its way since {days.day(max(left))}", "Everything you ordered has left our warehouse."
    if waiting:
        return _when_it_comes(waiting, days, some_left=bool(left))
    if order.packed and order.packed >= order.ordered - order.cancelled:
        return "Packed, waiting for the carrier", "It leaves our warehouse with the next pick-up."
    if order.picked:
        return "Being packed", "Your goods are off the shelf and on their way into a box."
    return "In stock, to be packed next", "Everything you ordered is set aside for you."


def _when_it_comes(waiting: View, days: _Days, *, some_left: bool) -> tuple[str, str]:
    rest = "The rest" if some_left else "It"
    say = "Part of your order is on its way already." if some_left else "We send it as soon as everything is here."
    if waiting["window"] is None:
        return "No date yet", f"{say} Nobody can name a day for what is missing. We write to you when we know it."
    return f"{rest} comes to us {days.window(waiting['window'])}", f"{say} That is the day our supplier named, not a promise."


def _steps(order: Order, parcels: Sequence[Parcel]) -> list[View]:
    """Ordered, packed, handed over: where the order as a whole is."""
    if order.state in ("cancelled", "on_hold"):
        return []
    wanted = order.ordered - order.cancelled
    reached = [True, order.allocated >= wanted, order.packed >= wanted, order.handed_over >= wanted]
    at = [order.placed_at, None, _last(parcel.sealed_at for parcel in parcels), _last(p.handed_over_at for p in parcels)]
    now = reached.index(False) if False in reached else len(reached)
    names = ("Ordered", "In stock", "Packed", "Handed to the carrier")
    return [
        {"label": name, "at": at[n] if reached[n] else None, "say": None, "state": "done" if n < now else "now" if n == now else ""}
        for n, name in enumerate(names)
    ]


def _last(moments: Any) -> datetime | None:  # noqa: ANN401  (moments, some not known)
    return max((moment for moment in moments if moment), default=None)


def _parcels(session: Session, parcels: Sequence[Parcel], *, whole: bool) -> list[View]:
    ids = [parcel.id or 0 for parcel in parcels]
    inside, labels = packing.contents_of(session, ids), shipping.live_labels(session, ids)
    of = f" of {len(parcels)}" if whole and len(parcels) > 1 else ""
    made = []
    for parcel in parcels:
        label = labels.get(parcel.id or 0)
        left = parcel.handed_over_at
        made.append({
            "title": f"Parcel {parcel.n}{of}", "state": "handed_over" if left else "being_packed" if parcel.state == "open" else "packed",
            "goods": _goods(inside[parcel.id or 0]), "carrier": carriers.carrier_name(label.carrier) if label else None,
            "tracking": label.tracking if label and left else None, "tracking_href": None,
            "events": [{"at": at, "say": say} for at, say in ((left, "Handed to the carrier"), (parcel.sealed_at, "Packed")) if at],
        })  # fmt: skip
    return made


def _goods(inside: Sequence[Content]) -> list[View]:
    return [{"sku": item.sku, "name": item.name, "say": None, "quantity": item.qty} for item in inside[:MOST_SHOWN]]


def _next(lines: Sequence[LineView]) -> list[View]:
    """What is set aside and not in a box yet."""
    return [{"sku": line.sku, "name": line.name, "say": None, "quantity": line.allocated - line.packed}
            for line in lines if line.allocated > line.packed][:MOST_SHOWN]


def _waiting(session: Session, order: Order, lines: Sequence[LineView]) -> View | None:
    """What has no stock yet: each product with its place in line and its days."""
    if not lines or order.held or order.state == "cancelled":
        return None
    places = orders.places_in_line(session, [line.id for line in lines])
    due = receiving.incoming(session, [line.product_id for line in lines])
    windows = [facts.expected(due.get(line.product_id, []), places[line.id]) for line in lines]
    days = _Days(order)
    goods = [{"sku": line.sku, "name": line.name, "quantity": line.waiting, "say": _place(places[line.id], window, days)}
             for line, window in zip(lines, windows, strict=True)]  # fmt: skip
    alone = len(lines) == 1
    return {
        "title": "Still to come", "goods": goods[:MOST_SHOWN], "window": _whole(windows), "say": _served(alone=alone),
        "ahead": places[lines[0].id] - 1 if alone and places[lines[0].id] <= 1000 else None,
        "due": _units(due.get(lines[0].product_id, [])) if alone else None,
    }  # fmt: skip


def _place(place: int, window: View | None, days: _Days) -> str:
    when = f"expected {days.window(window)}" if window else "no date yet"
    return f"{place:,} in line, {when}" if place <= 1000 else f"more than 1,000 in line, {when}"


def _served(*, alone: bool) -> str:
    what = "it" if alone else "them"
    return f"Whoever ordered first is served first. When stock comes and your turn is there, we pack {what} at once."


def _whole(windows: Sequence[View | None]) -> View | None:
    """The window that holds all of them; None as soon as one has no date."""
    known = [window for window in windows if window]
    if not known or len(known) < len(windows):
        return None
    return {"from": min(one["from"] for one in known), "to": max(one["to"] for one in known)}


def _units(due: Sequence[Incoming]) -> int:
    return sum(one.units for one in due)


def _address(order: Order) -> list[str]:
    """Whom and where to, without the street: a link may be passed on."""
    place = " ".join(part for part in (order.postcode, order.city) if part)
    return [line for line in (order.ship_name, place, name_of(order.country)) if line]
