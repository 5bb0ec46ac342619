"""The orders list: what the views hold, a page of it, and its rows for a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from stowline.cases import queries as cases
from stowline.core import clock, db, money
from stowline.desk import words
from stowline.desk.queries.counts import OPEN, states
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, walk
from stowline.desk.queries.why import reasons
from stowline.orders import queries as orders
from stowline.orders.models import Order
from stowline.orders.queries import URGENT, Search
from stowline.stores import queries as stores


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: its name on the page, the states it holds (none: all), and which end comes first."""

    label: str
    states: tuple[str, ...]
    newest_first: bool = False


VIEWS = {
    "open": View("Open", OPEN),
    "ready": View("Ready to pick", ("allocated",)),
    "waiting": View("Waiting", ("backordered", "part_allocated")),
    "held": View("On hold", ("on_hold",)),
    "working": View("In work", ("released", "picking", "picked", "packed")),
    "done": View("Handed over", ("handed_over",), newest_first=True),
    "cancelled": View("Cancelled", ("cancelled",), newest_first=True),
    "all": View("All", (), newest_first=True),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a manager asked the list for; `state` and `store` may be empty."""

    view: str = "open"
    store: str = ""
    state: str = ""
    text: str = ""
    tag: str = ""

    def search(self, session: Session) -> Search:
        """The search that the rooms know. Text alone looks through orders of every state. Raises NotFound (store)."""
        view = VIEWS[self.view]
        held = (self.state,) if self.state else () if self.text or self.tag else view.states
        store_id = stores.store_by_key(session, self.store).id if self.store else None
        return Search(states=held, store_id=store_id, text=self.text, newest_first=view.newest_first or bool(self.text),
                      only=tuple(cases.tagged(session, "order", self.tag)) if self.tag else None)


def key(order: Order) -> tuple[datetime, int]:
    """Where an order stands in the list."""
    return order.placed_at, order.id or 0


def page(session: Session, asked: Asked, place: Place) -> Page[Order]:
    """A page of orders by the day they were placed."""
    search = asked.search(session)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Order]:  # noqa: FBT001
        turned = replace(search, after=after, newest_first=search.newest_first != backwards)
        return orders.search(session, turned, most)

    return walk(place, fetch, key)


def rows(session: Session, found: Sequence[Order]) -> list[dict[str, Any]]:
    """The rows of the sheet."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    why = reasons(session, found)
    now = clock.now()
    return [
        {
            "ref": order.ref, "store": shops[order.store_id].name, "store_key": shops[order.store_id].key,
            "customer": customer(order), "state": order.state, "why": why.get(order.id or 0, ""),
            "ready": order.allocated - order.handed_over, "open": order.ordered - order.cancelled - order.handed_over,
            "placed_at": order.placed_at, "late": late(order, now), "urgent": urgent(order), "total": order.total_minor,
            "currency": order.currency, "ship_by": words.day(order.ship_by) if order.state in OPEN else "",
        }
        for order in found
    ]  # fmt: skip


def oldest(session: Session, most: int) -> list[dict[str, Any]]:
    """Rows of the open orders that were placed first."""
    return rows(session, orders.search(session, Asked().search(session), most))


def customer(order: Order) -> str:
    """Whose order it is, by the best name that is known."""
    return order.customer_name or order.ship_name or order.company or order.email or "no name"


def urgent(order: Order) -> bool:
    """Whether an open order goes before others everywhere."""
    return order.state in OPEN and order.priority == URGENT


def late(order: Order, now: datetime) -> bool:
    """Whether an open order has passed the moment it should have left by."""
    return order.state in OPEN and order.ship_by < now


def view_links(current: str, kept: str) -> list[dict[str, Any]]:
    """The saved views with their counts; `kept` is the rest of the query ("&store=kiln")."""
    counted = states()
    return [
        {"label": view.label, "href": f"/orders?view={name}{kept}", "current": name == current,
         "n": sum(counted[state] for state in view.states) if view.states else None}
        for name, view in VIEWS.items()
    ]


HEAD = ("ref", "store", "state", "customer", "email", "placed_at", "ship_by", "units", "promised", "waiting", "handed_over",
        "total", "currency", "city", "country")


def exported(asked: Asked) -> Iterator[list[tuple[Any, ...]]]:
    """Rows for a spreadsheet, in portions, each read by itself."""
    after: tuple[datetime, int] | None = None
    while True:
        with db.reading() as session:
            shops = {shop.id: shop.key for shop in stores.all_stores(session)}
            found = orders.search(session, replace(asked.search(session), after=after), SIZE * 10)
            portion = [_cells(order, shops[order.store_id]) for order in found]
        yield portion
        if len(found) < SIZE * 10:
            return
        after = key(found[-1])


def _cells(order: Order, store: str) -> tuple[Any, ...]:
    return (order.ref, store, order.state, customer(order), order.email, order.placed_at.isoformat(), order.ship_by.isoformat(),
            order.ordered - order.cancelled, order.allocated, order.ordered - order.cancelled - order.allocated,
            order.handed_over, money.amount_text(order.total_minor, order.currency), order.currency, order.city, order.country)
