"""The back-in-stock message: what it says, whether it is still true, and the way out of the list."""

from typing import Any

from sqlmodel import Session

from stowline.backorders import sign_ups
from stowline.catalog import queries as catalog
from stowline.core import ids
from stowline.core.config import settings
from stowline.notifications.models import Message
from stowline.stores import queries as stores

WAY_OUT = "leave"


def leave_url(sign_up_id: int) -> str:
    """The signed address that takes a shopper off the list by POST; by GET it asks."""
    mark = ids.signature(settings().key(), WAY_OUT, str(sign_up_id))
    return f"{settings().public_url.rstrip('/')}/notify-off/{sign_up_id}-{mark}"


def facts(session: Session, message: Message) -> dict[str, Any]:
    """What the message says: the product, and how many there are. The button leads to the shop."""
    one = sign_ups.by_id(session, message.sign_up_id or 0)
    product, store = catalog.product(session, one.product_id), stores.store(session, one.store_id)
    return {"zone": store.time_zone, "product": product.name, "sku": product.sku, "since": one.since,
            "status_url": store.url, "leave_url": leave_url(one.id or 0)}


def untrue(session: Session, message: Message) -> str:
    """Why it must not go any more; empty if it may. Sold out again: the shopper is back in line, at the old place."""
    one = sign_ups.by_id(session, message.sign_up_id or 0)
    if one.state == "left":
        return "the shopper wants to hear no more of it"
    if one.state != "told":
        return "the sign-up is back in line"
    if sign_ups.free_for(session, one.store_id, [one.product_id])[one.product_id] <= 0:
        sign_ups.call_off(session, one.id or 0)
        return "sold out again; the shopper is back in line"
    return ""
