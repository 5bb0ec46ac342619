"""What messages say to a shopper between and after orders: welcome, is all well, thank you, points, we miss you."""

from typing import Any

from sqlmodel import Session

from stowline.catalog import page_queries
from stowline.core import outbox
from stowline.notifications import choices, looks, parcels, waits
from stowline.notifications.models import Message
from stowline.orders import kits, shoppers
from stowline.orders.queries import Order
from stowline.stores import queries as stores

Facts = dict[str, Any]
MOST_READ = 5_000
HAD_TO_WAIT = ("BackorderDue", "BackorderFilled")


# --- about no order ---------------------------------------------------------------------------------------------------


def welcome(session: Session, message: Message) -> Facts:
    """An account was opened: the store's code for a first order, if it has one."""
    store = stores.store(session, message.store_id or 0)
    return _person(session, message) | {"code": looks.code(store.welcome_code, store.welcome_say)}


def win_back(session: Session, message: Message) -> Facts:
    """Long away: since when, and what the store has for them. Who had to wait last time is told that it is not forgotten."""
    store = stores.store(session, message.store_id or 0)
    last = shoppers.last_order(session, store.id or 0, message.recipient)
    names = {one.name for one in outbox.diary(session, last.id or 0, limit=MOST_READ)} if last else set()
    own = " ".join(outbox.load(session, message.event_id).values.get("texts", ()))  # of an entry of the calendar
    return _person(session, message) | {
        "since": last.placed_at if last else message.made_at, "waited": any(name in names for name in HAD_TO_WAIT),
        "gift": looks.code(store.win_back_code, store.win_back_say), "news": own or store.win_back_news or None,
    }  # fmt: skip


def own_words(session: Session, message: Message) -> Facts:
    """News and cards: the words are the store's own, and come with the event."""
    said = outbox.load(session, message.event_id).values
    texts = [text for text in said.get("texts", ()) if text] or [said["headline"]]
    return _person(session, message) | {"headline": said["headline"], "texts": texts}


def _person(session: Session, message: Message) -> Facts:
    store = stores.store(session, message.store_id or 0)
    return {"zone": store.time_zone, "customer_name": message.recipient_name, "status_url": store.url}


# --- about an order ---------------------------------------------------------------------------------------------------


def follow_up(session: Session, order: Order, message: Message, page: str) -> Facts:
    """Is all well? What was delivered, when, and where on the order's `page` to say that something is not right, or how it is."""
    return {"delivered_at": _delivered_at(session, order, message), "lines": _bought(session, order),
            "problem_url": f"{page}/problem", "review_url": f"{page}/reviews"}  # fmt: skip


def thanks(session: Session, order: Order, message: Message) -> Facts:
    """Nothing but the order."""
    _ = session, order, message
    return {}


def feedback(session: Session, order: Order, message: Message, page: str) -> Facts:
    """What was bought, and where on the order's `page` it is rated."""
    _ = message
    return {"lines": _bought(session, order), "review_url": f"{page}/reviews"}


def points(session: Session, order: Order, message: Message) -> Facts:
    """Points are counted elsewhere: what an order earned, what there is now, and the reward come with the event."""
    said = outbox.load(session, message.event_id).values
    reward = looks.code(said.get("code") or "", said.get("say") or "")
    if reward is not None:
        reward["until"] = said.get("until") or None
    store = stores.store(session, order.store_id)
    return {"earned": said["earned"], "balance": said["balance"], "next_at": said.get("next_at") or None, "reward": reward,
            "status_url": store.url}  # fmt: skip


def getting_ready(session: Session, order: Order, message: Message, page: str) -> Facts:
    """How it stands with one product that an order waits long for, with the store's words on it where there are some, and
    the choices that are open on the order's `page`.
    """
    said = outbox.load(session, message.event_id).values
    sold = [line for line in kits.sold(session, order.id or 0) if line.product_id == said["product_id"]]
    rows = waits.rows(session, sold)
    first = rows[0] if rows else {"quantity": sold[0].ordered - sold[0].cancelled, "expected": None, "place_in_line": None}
    return {"product": sold[0].name, "sku": sold[0].sku, "since": order.placed_at, "say": said.get("say") or None, "guide": _guide(session, said["product_id"], order.locale),
            "choices": choices.told(session, order, page), "quantity": first["quantity"], "expected": first["expected"], "place_in_line": first["place_in_line"]}  # fmt: skip


def _guide(session: Session, product_id: int, locale: str) -> str | None:
    """How to get ready for a product, as its page says it; None where it says nothing in this language."""
    said = page_queries.words(session, product_id, locale)
    return said.guide or None if locale.startswith(said.locale.partition("-")[0]) else None


def _bought(session: Session, order: Order) -> list[Facts]:
    return [{"name": line.name, "sku": line.sku, "quantity": line.handed_over} for line in kits.sold(session, order.id or 0)
            if line.handed_over]  # fmt: skip


def _delivered_at(session: Session, order: Order, message: Message) -> Any:  # noqa: ANN401  (a moment, or RFC 3339 text)
    """When the carrier delivered the last parcel; else when what led to this message happened."""
    came = [parcels.seen_at(one) for one in outbox.diary(session, order.id or 0, limit=MOST_READ)
            if one.name == "MilestoneReached" and one.values.get("milestone") == "delivered"]  # fmt: skip
    return came[-1] if came else parcels.seen_at(outbox.load(session, message.event_id))
