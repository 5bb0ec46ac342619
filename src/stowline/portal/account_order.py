"""Where an order of a signed-in shopper goes, and the default address of their book, to which it may go instead."""

from typing import Any

from sqlmodel import Session

from stowline.core import places
from stowline.core.errors import NotFound
from stowline.notifications import facts
from stowline.orders import address_book
from stowline.orders import queries as orders
from stowline.orders.address_models import CustomerAddress
from stowline.orders.queries import Order
from stowline.orders.readdress import Address
from stowline.portal import change_rules as rules
from stowline.portal import changes, queries
from stowline.portal.account import Who
from stowline.portal.account_views import home
from stowline.portal.reader import Reader
from stowline.stores.queries import Store

View = dict[str, Any]


def address_path(store: Store, order_id: int) -> str:
    """The page of the account on which an order is sent to its shopper's own address."""
    return f"{home(store)}/orders/{facts.status_path(order_id).rpartition('/')[2]}/address"


def mine(session: Session, who: Who, order_id: int | None) -> Order:
    """An order of theirs; anybody else's is as if there were none. Raises NotFound."""
    order = orders.order(session, order_id) if order_id is not None else None
    if order is None or order.customer_id != who.customer_id or order.store_id != who.store_id:
        raise NotFound("There is no such order.")
    return order


def page(session: Session, store: Store, who: Who, order: Order, reader: Reader) -> tuple[str, View]:
    """The template and its view: the address with its button, or why it is not to be had."""
    book = address_book.default(session, who.customer_id)
    back = {"back": reader.say("next.back"), "back_href": facts.status_path(order.id or 0)}
    frame = queries.frame(store, order, reader) | {"accent": store.accent.removeprefix("#").lower(), **back}
    if book is not None and _as_one(book) == _of(order):
        return "shop/choice.html", frame | {"title": reader.say("change.mine_same"), "says": [", ".join(_lines(book, reader))]}
    if why := why_not(session, order):
        return "shop/choice.html", frame | {"title": reader.say("late.title"), "says": [reader.say(f"late.{why}")]}
    if book is None or book.country != order.country:
        key = "mine_none" if book is None else "mine_country"
        said = reader.say(f"change.{key}", country=places.country(order.country, reader.calendar))
        return "shop/choice.html", frame | {"title": reader.say("change.mine"), "says": [said], "back": reader.say("change.mine_book"), "back_href": f"{home(store)}/details"}
    return "shop/change.html", frame | {
        "action": address_path(store, order.id or 0), "mark": "", "hidden": {"csrf": who.csrf}, "headline": reader.say("change.mine"),
        "say": reader.say("change.mine_say"), "lines": _lines(book, reader), "button": reader.say("change.address_button"),
        "fields": [], "choices": [], "proof": None, "bad": "", "trouble": "",
    }  # fmt: skip


def why_not(session: Session, order: Order) -> str:
    """The key of why the order can go nowhere else; "" where it can."""
    one = changes.stand(session, order)
    return rules.OFF if one.policy == rules.OFF else rules.why_not_address(one)


def send_there(session: Session, who: Who, order: Order) -> None:
    """Send what has not left of it to their default address, if that can still be; else nothing is changed, and the page says why."""
    book = address_book.default(session, who.customer_id)
    if book is not None and book.country == order.country and changes.stand(session, order).policy != rules.OFF:
        changes.change_address(session, order.id or 0, _as_one(book))


def _as_one(book: CustomerAddress) -> Address:
    return Address(ship_name=book.name, line1=book.line1, city=book.city, postcode=book.postcode, line2=book.line2, company=book.company, region=book.region)


def _of(order: Order) -> Address:
    return Address(order.ship_name, order.line1, order.city, order.postcode, order.line2, order.company, order.region)


def _lines(book: CustomerAddress, reader: Reader) -> list[str]:
    place = " ".join(part for part in (book.postcode, book.city) if part)
    said = (book.name, book.company, book.line1, book.line2, place, book.region, places.country(book.country, reader.calendar))
    return [line for line in said if line]
