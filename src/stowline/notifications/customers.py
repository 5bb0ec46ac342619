"""What shops tell of their shoppers: an account was opened, points were earned. Each is told once, however often it comes."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlmodel import Session

from stowline.core import outbox
from stowline.core.errors import Conflict
from stowline.core.outbox import Happened
from stowline.notifications import announcing, consents, policies, preferences, suppressions
from stowline.notifications.customer_events import CustomerRegistered, PointsEarned
from stowline.notifications.preferences import Reader
from stowline.notifications.rules import message_key
from stowline.notifications.suppression_rules import MARKETING
from stowline.orders import queries as orders
from stowline.orders import shoppers

KIND = "welcome"
MOST_READ = 5_000


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said to marketing by a channel, when, to which sentence, and where it stood."""

    channel: str
    given: bool
    at: datetime
    text: str
    source: str


# --- an account -------------------------------------------------------------------------------------------------------


def register(session: Session, store_id: int, email: str, name: str, reads: Reader, said: list[Consent], payment: str = "") -> tuple[int, bool, int]:
    """Somebody opened an account: the customer's id, whether that is new, and how many consents were. What they chose by
    themselves stays: only what was not said yet is filled in, and a consent counts only if nothing newer is on record.
    """
    customer_id, new = shoppers.register(session, store_id, email, name)
    if payment:
        shoppers.set_payment(session, customer_id, payment)
    own = preferences.reader(session, store_id, email)
    preferences.set_reader(session, store_id, email, replace(
        own, locale=own.locale or reads.locale, time_zone=own.time_zone or reads.time_zone, phone=own.phone or reads.phone))  # fmt: skip
    kept = sum(_consent(session, store_id, email, one) for one in said)
    if new:
        outbox.record(session, CustomerRegistered(store_id, customer_id))
    return customer_id, new, kept


def _consent(session: Session, store_id: int, email: str, said: Consent) -> bool:
    newest = consents.standing(session, store_id, email).get(said.channel)
    erased = suppressions.since(session, said.channel, suppressions.fingerprint(email), scope=MARKETING, store_id=store_id)
    if (newest is not None and newest.at >= said.at) or (said.given and erased is not None and erased >= said.at):
        return False
    return consents.record(session, store_id, email, said.channel, given=said.given, text=said.text, source=said.source,
                           evidence=f"the shop says, of {said.at.isoformat(timespec='seconds')}", at=said.at)  # fmt: skip


def welcome(session: Session, happened: Happened) -> None:
    """Owe the welcome, once for each customer, on every channel of the store's policy."""
    store_id, customer = happened.values["store_id"], shoppers.customer(session, happened.values["customer_id"])
    policy = policies.policy(session, store_id, KIND)
    for channel in policy.channels:
        address = customer.email if channel in ("in-app", "webhook") else preferences.address_for(session, store_id, customer.email, channel)
        key = message_key(KIND, channel=channel, recipient=address, store=store_id, customer=customer.id or 0)
        row = announcing.owed(KIND, channel, address, happened, policy) | {"key": key, "store_id": store_id, "recipient_name": customer.name}
        why = announcing.unreachable(session, store_id, channel, address) if policy.on else announcing.NOT_SENT
        announcing.keep(session, announcing.silenced(row, why))


# --- points -----------------------------------------------------------------------------------------------------------


def earned(session: Session, store: str, ref: str, said: PointsEarned) -> bool:
    """Points of an order, as its shop counts them; whether that is new. Raises NotFound, and Conflict where other ones
    were told of the order before.
    """
    order = orders.lock(session, orders.by_ref(session, ref, store).id or 0)
    fact = replace(said, order_id=order.id or 0, order_ref=order.ref)
    known = [one.values for one in outbox.diary(session, order.id or 0, limit=MOST_READ) if one.name == "PointsEarned"]
    if known and known[0] != asdict(fact):
        raise Conflict("Other points were told of this order before, and its shopper hears of those.")
    if not known:
        outbox.record(session, fact, subject=order.id)
    return not known
