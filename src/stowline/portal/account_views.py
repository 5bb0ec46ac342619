"""What a shopper sees in their account: their orders with the day first, what they told the shop, and what is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from stowline.backorders import sign_ups
from stowline.catalog import queries as catalog
from stowline.core import countries, outbox, places, web
from stowline.notifications import facts, in_app, unsubscribe
from stowline.orders import address_book, shoppers
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.portal import queries
from stowline.portal.account import Who
from stowline.portal.reader import Reader
from stowline.returns import queries as returns
from stowline.stores.queries import Store

PAGE, NEWEST, MOST_LISTED = 10, 200, 20
View = dict[str, Any]


def home(store: Store) -> str:
    """Where the account of a store begins."""
    return f"/account/{web.segment(store.key)}"


def frame(store: Store) -> View:
    """What each page of the account has around it."""
    named = {"name": store.name, "href": store.url or None, "email": store.support_email or None}
    return {"store": named, "home": home(store), "accent": store.accent.removeprefix("#").lower()}


def hub(session: Session, store: Store, who: Who, reader: Reader, *, text: str, after: tuple[datetime, int] | None) -> View:
    """The orders, the newest first, and what else concerns the shopper."""
    found = orders.page_of(session, who.customer_id, text, after, PAGE + 1)
    more = found[PAGE - 1] if len(found) > PAGE else None
    ids = shoppers.order_ids(session, who.customer_id, NEWEST)
    return frame(store) | {
        "hello": who.name or who.email, "csrf": who.csrf, "q": text, "orders": [_order(session, one, reader) for one in found[:PAGE]],
        "older": web.cursor.encode(more.placed_at, more.id) if more else "", "is_first": after is None,
        "points": _points(session, ids, reader), "wishes": _wishes(session, store, who, reader),
        "returns": _returns(session, ids, reader), "news": _news(session, store, who, reader),
    }  # fmt: skip


def _order(session: Session, order: Order, reader: Reader) -> View:
    headline, _ = queries.standing(session, order, reader)
    return {"ref": order.ref, "href": facts.status_path(order.id or 0), "headline": headline,
            "placed": reader.day(order.placed_at), "total": reader.money(order.total_minor, order.currency)}  # fmt: skip


def _points(session: Session, order_ids: Sequence[int], reader: Reader) -> View | None:
    """What the shop told last; None where it tells of none."""
    told = outbox.diaries(session, order_ids, ["PointsEarned"], limit=NEWEST) if order_ids else []
    if not told:
        return None
    last = max(told, key=lambda one: (one.at, one.id)).values
    lacks = (last.get("next_at") or 0) - last["balance"]
    reward = reader.say("account.reward", code=last["code"], say=last["say"]) if last.get("code") else ""
    return {"balance": last["balance"], "next": reader.say("account.points_next", n=lacks) if lacks > 0 else "", "reward": reward}


def _wishes(session: Session, store: Store, who: Who, reader: Reader) -> list[View]:
    found = [one for one in sign_ups.of_person(session, store.id or 0, who.email, MOST_LISTED) if one.state != "left"]
    products = catalog.by_ids(session, [one.product_id for one in found])
    return [{"id": one.id, "name": products[one.product_id].name, "say": reader.say("account.since", day=reader.day(one.since))} for one in found]


def _returns(session: Session, order_ids: Sequence[int], reader: Reader) -> list[View]:
    if not order_ids:
        return []
    found = [one for some in returns.of_orders(session, order_ids).values() for one in some]
    newest = sorted(found, key=lambda one: one.id or 0, reverse=True)[:MOST_LISTED]
    words = {"refused": "refused", "withdrawn": "withdrawn", "settled": "settled"}
    return [{"ref": one.ref, "order": one.order_ref, "href": f"{facts.status_path(one.order_id)}/return/{web.segment(one.ref)}", "word": reader.say(f"account.return_{words.get(one.state, 'open')}"),
             "day": reader.day(one.asked_at)} for one in newest]  # fmt: skip


def _news(session: Session, store: Store, who: Who, reader: Reader) -> list[View]:
    """The newest messages that wait on the shopper's pages."""
    return [{"subject": one.subject, "href": f"{facts.status_path(one.order_id)}#news" if one.order_id else "", "day": reader.day(one.sent_at or one.made_at)}
            for one in in_app.of_person(session, store.id or 0, who.email, MOST_LISTED // 4)]  # fmt: skip


def details(session: Session, store: Store, who: Who, reader: Reader, *, edit: int | None, typed: dict[str, str] | None = None) -> View:
    """Name, addresses, payment, and what may be done with what is kept."""
    book = address_book.listed(session, who.customer_id)
    edited = next((one for one in book if one.id == edit), None)
    kept = {name: getattr(edited, name) for name in address_book.FIELDS} if edited else {"name": who.name}
    named = sorted((places.country(code, reader.calendar), code) for code in countries.NAMES)
    return frame(store) | {
        "hello": who.name or who.email, "csrf": who.csrf, "email": who.email, "name": (typed or {}).get("person", who.name),
        "addresses": [{"id": one.id, "lines": _lines(one, reader), "is_default": one.is_default} for one in book],
        "edit": edited.id if edited else None, "typed": {**dict.fromkeys(address_book.FIELDS, ""), **kept, **(typed or {})},
        "countries": [{"code": code, "name": name} for name, code in named], "full": len(book) >= address_book.MOST and edited is None,
        "payment": shoppers.customer(session, who.customer_id).payment, "preferences_href": unsubscribe.preferences_path(store.id or 0, who.email),
    }  # fmt: skip


def _lines(one: Any, reader: Reader) -> list[str]:  # noqa: ANN401  (an address of the book)
    return places.lines({name: getattr(one, name) for name in address_book.FIELDS}, reader.calendar)
