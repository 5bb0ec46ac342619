"""A contact as the API is given it."""

from typing import Any

from sqlmodel import Session

from stowline.cases import contact_rules as rules
from stowline.cases.contacts import Said
from stowline.core import clock, fields, ids
from stowline.core.fields import Bad
from stowline.orders import queries as orders
from stowline.stores import queries as stores


def read(session: Session, asked: dict[str, Any]) -> Said:
    """What was said, with the places of what cannot be taken. Raises Bad, and NotFound for a store or an order."""
    channel, kind = asked["channel"].strip(), asked["kind"].strip()
    if channel not in rules.CHANNELS:
        raise Bad(f"There is no channel {fields.shown(channel)}. There are: {', '.join(rules.CHANNELS)}.", "channel")
    if kind and kind not in rules.ABOUT:
        raise Bad(f"A contact is about one of: {', '.join(rules.ABOUT)}. {fields.shown(kind)} is none.", "kind")
    shop = stores.store_by_key(session, asked["store"])
    ref = fields.text(asked["ref"], "ref", what="The ref", longest=100)
    order = orders.by_ref(session, asked["order"].strip(), shop.key) if asked["order"].strip() else None
    address = fields.email(asked["email"], "email") or (order.email if order else "")
    at = fields.moment(asked["at"], "at") or clock.now()
    subject = fields.text(asked["subject"], "subject", what="The subject", longest=300)
    text = fields.prose(asked["text"], "text", what="The text", longest=20_000)
    return Said(f"{shop.id}:{ref or ids.new_secret('own_')}", channel, "api", at, store_id=shop.id, order_id=order.id if order else None, address=address, subject=subject,
                text=text, about=kind, ref=ref)  # fmt: skip
