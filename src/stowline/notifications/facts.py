"""What a message says: the facts of an order, gathered at the moment the message goes."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from stowline.backorders import queries as backorders
from stowline.backorders.queries import Promised
from stowline.core import clock, i18n, ids, money, outbox, places
from stowline.core.config import settings
from stowline.notifications import (
    back,
    baskets,
    case_mails,
    choices,
    digests,
    looks,
    parcels,
    reports,
    runs,
    shoppers,
    sign_in,
    sign_ups,
    unsubscribe,
    waits,
)
from stowline.notifications.models import Message
from stowline.notifications.render import Brand, RenderFailed, mail_dir
from stowline.notifications.rules import KINDS
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.kits import Sold
from stowline.orders.queries import Order
from stowline.stores import queries as stores
from stowline.stores.queries import Store


def status_url(order_id: int) -> str:
    """The signed address of an order's own page; whoever has it may see the order."""
    return settings().public_url.rstrip("/") + status_path(order_id)


def status_path(order_id: int) -> str:
    """The same below the address of this house."""
    return f"/track/{order_id}-{ids.signature(settings().key(), 'track', str(order_id))}"


def brand(store: Store) -> Brand:
    """The store as its mails show it."""
    return Brand(store.name, store.sender_email, store.reply_to, store.accent, store.address_line,
                 store.support_email, store.url, store.greeting, store.sign_off)


def brand_of(session: Session, message: Message) -> Brand:
    """In whose name a message is written: its store's, or the house's."""
    return brand(stores.store(session, message.store_id)) if message.store_id is not None else reports.brand(session)


def gather(session: Session, message: Message) -> dict[str, Any]:
    """The facts that the message's kind asks for (see the kind's `sample.json`). Raises RenderFailed for one without."""
    if message.report_id is not None:
        return reports.facts(session, message)
    if message.kind == digests.KIND:
        return digests.facts(session, message, status_url) | _foot(message, message.recipient)
    if message.kind in _ABOUT_NO_ORDER:
        return _ABOUT_NO_ORDER[message.kind](session, message) | _foot(message, message.recipient)
    if message.kind not in _KINDS:
        raise RenderFailed(f"Nobody knows the facts of a message named {message.kind!r} yet.")
    order = orders.order(session, message.order_id or 0)
    return of_any(order, message) | _KINDS[message.kind](session, order, message)


def of_any(order: Order, message: Message) -> dict[str, Any]:
    """What every message about an order says, whatever its kind."""
    return {"order_ref": order.ref, "zone": order.time_zone, "customer_name": order.customer_name or order.ship_name,
            "status_url": status_url(order.id or 0)} | _foot(message, order.email)  # fmt: skip


def _foot(message: Message, email: str) -> dict[str, Any]:
    """What stands at the foot of every message to a shopper: where to say what they want to hear, and the way out."""
    store_id = message.store_id or 0
    out = {} if KINDS[message.kind].transactional else {"unsubscribe_url": unsubscribe.url(store_id, email)}
    return out | {"preferences_url": unsubscribe.preferences_url(store_id, email) if email else ""}


def way_out(message: Message) -> str:
    """Where mail programs unsubscribe by POST (RFC 8058) from what a message is about; '' where nobody can."""
    if message.sign_up_id:
        return sign_ups.leave_url(message.sign_up_id)
    marketing = message.channel == "email" and message.store_id and not KINDS[message.kind].transactional
    return unsubscribe.url(message.store_id or 0, message.recipient) if marketing else ""


def shown(session: Session, message: Message) -> list[Promised]:
    """The promises that every message about an order shows: those of all its lines that wait."""
    return backorders.waiting_promises(session, message.order_id or 0)


def address_lines(order: Order) -> list[str]:
    """The address as lines for people, in the order's language."""
    parts = {name: getattr(order, name) for name in ("company", "line1", "line2", "city", "region", "postcode", "country")}
    return places.lines({"name": order.ship_name, **parts}, i18n.words(mail_dir() / "words", order.locale))


def _confirmed(session: Session, order: Order, message: Message) -> dict[str, Any]:
    _ = message
    store = stores.store(session, order.store_id)
    everything = kits.sold(session, order.id or 0)
    sold = [line for line in everything if line.lines[0].substitute_for is None]  # as it was placed
    standing = backorders.standing(session, waits.short_parts(everything))
    instead = _came_instead(everything, standing)
    lines = [
        {"name": line.name, "sku": line.sku, "quantity": line.ordered, "waits": line.waiting, "parts": _parts(line),
         "expected": waits.expected_of(line, standing) if line.waiting > 0 else None, "instead": instead.get(line.lines[0].id, []),
         "total_minor": money.line_total(line.unit_price, line.ordered, order.currency)}
        for line in sold
    ]
    waiting = any(line["waits"] for line in lines) or any(other["waits"] for some in instead.values() for other in some)
    return looks.facts(session, order, store, store.confirmation_look) | {
        "placed_at": order.placed_at, "lines": lines, "total_minor": order.total_minor, "currency": order.currency,
        "address_lines": address_lines(order), "waits": waiting,
        "leaves_by": None if waiting or order.ship_by < clock.now() else order.ship_by,
    }  # fmt: skip


def _came_instead(sold: list[Sold], standing: Mapping[int, Promised]) -> dict[int, list[dict[str, Any]]]:
    """What comes in place of what was ordered, by the id of the line that was ordered; it may have run out meanwhile."""
    found: dict[int, list[dict[str, Any]]] = {}
    asked = kits.ordered_as(sold)
    for line in sold:
        if (first := asked.get(line.lines[0].id)) is not None and line.ordered > line.cancelled:
            found.setdefault(first.lines[0].id, []).append({
                "name": line.name, "quantity": line.ordered - line.cancelled, "waits": line.waiting,
                "expected": waits.expected_of(line, standing) if line.waiting > 0 else None,
            })  # fmt: skip
    return found


def _parts(line: Sold) -> list[dict[str, Any]]:
    return [{"name": part.name, "quantity": part.ordered} for part in line.parts]


def _waits(session: Session, order: Order, message: Message) -> dict[str, Any]:
    _ = message
    sold = kits.sold(session, order.id or 0)
    ready = [{"name": line.name, "sku": line.sku, "quantity": line.allocated} for line in sold if line.allocated]
    return {"waiting": waits.rows(session, sold), "ready": ready, "choices": choices.told(session, order, status_url(order.id or 0))}


def _moved(session: Session, order: Order, message: Message) -> dict[str, Any]:
    """A delay: what moved, from when to when, and what a manager wants to say about it."""
    sold = kits.sold(session, order.id or 0)
    said = outbox.load(session, message.event_id).values
    return {"moved": waits.moved(session, sold, order.id or 0), "say": said.get("say") or None,
            "choices": choices.told(session, order, status_url(order.id or 0))}


def _sooner(session: Session, order: Order, message: Message) -> dict[str, Any]:
    """What leaves sooner than was told, or has a day at last."""
    _ = message
    return {"moved": waits.sooner(session, order.id or 0)}


def _arrived(session: Session, order: Order, message: Message) -> dict[str, Any]:
    _ = message
    sold = kits.sold(session, order.id or 0)
    return {"arrived": waits.arrived(session, sold, order.id or 0), "waiting": waits.rows(session, sold)}


def _getting_ready(session: Session, order: Order, message: Message) -> dict[str, Any]:
    return shoppers.getting_ready(session, order, message, status_url(order.id or 0))


_KINDS = {"order-confirmed": _confirmed, "backorder-notice": _waits, "delay-apology": _moved, "good-news": _sooner, "stock-arrived": _arrived,
          "shipped": parcels.shipped, "item-processed": parcels.processed, "getting-ready": _getting_ready, runs.KIND: runs.facts,
          "return-received": back.received, "return-inspected": back.inspected, "refunded": back.refunded, "exchange-shipped": back.exchanged,
          "follow-up": lambda session, order, message: shoppers.follow_up(session, order, message, status_url(order.id or 0)), "thank-you": shoppers.thanks,
          "feedback": lambda session, order, message: shoppers.feedback(session, order, message, status_url(order.id or 0)), "points": shoppers.points,
          case_mails.ANSWER: lambda session, order, message: case_mails.answer(session, message, status_url(order.id or 0)),
          case_mails.CLOSED: lambda session, order, message: case_mails.closed(session, message, status_url(order.id or 0)),
          **dict.fromkeys(("packed", "in-transit", "out-for-delivery", "delivered", "delivery-failed", "delayed-in-transit",
                           "returned-to-sender"), parcels.milestone)}  # fmt: skip
_ABOUT_NO_ORDER = {baskets.KIND: baskets.facts, sign_in.KIND: sign_in.facts, "back-in-stock": sign_ups.facts, "welcome": shoppers.welcome, "win-back": shoppers.win_back,
                   "news": shoppers.own_words, "greeting-card": shoppers.own_words}
