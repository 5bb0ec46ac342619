"""A kind of message as it would read, from made-up facts or of a real order; and a test of it to somebody's own address.

Nothing here is a message: no row is written, no shopper is told.
"""

import uuid
from datetime import timedelta

from sqlmodel import Session

from stowline.core import clock, outbox
from stowline.core.config import settings
from stowline.core.errors import NotFound, Refused
from stowline.notifications import back, facts, looks, queries, runs, suppressions
from stowline.notifications.channels import Envelope, for_settings
from stowline.notifications.models import Message
from stowline.notifications.policy_rules import kinds_of
from stowline.notifications.render import Brand, Rendered, RenderFailed, render, sample
from stowline.notifications.rules import message_id
from stowline.notifications.run_models import NoteRun
from stowline.orders.queries import Order
from stowline.packing import queries as packing
from stowline.people import queries as people
from stowline.people import service as audit
from stowline.stores import queries as stores
from stowline.stores.queries import Store

MOST_AN_HOUR = 20
NOTED = "sent a test message"
MOST_READ = 5_000
# Which event a message of a kind comes from; any other comes from whatever happened last.
EVENTS = {
    "order-confirmed": "OrderPlaced", "shipped": "ParcelHandedOver", "packed": "ParcelPacked", "item-processed": "ParcelPacked",
    "backorder-notice": "BackorderDue", "delay-apology": "PromiseChanged", "good-news": "PromiseChanged", "stock-arrived": "BackorderFilled",
    "return-received": "ReturnArrived", "return-inspected": "ReturnSettled", "refunded": "InstructionAcknowledged", "exchange-shipped": "ParcelHandedOver",
    "case-answer": "CaseAnswered", "case-closed": "CaseClosed",
    **dict.fromkeys(("in-transit", "out-for-delivery", "delivered", "delivery-failed", "delayed-in-transit", "returned-to-sender"), "MilestoneReached"),
}  # fmt: skip


def of_sample(kind: str, store: Store, locale: str, look: str, *, test: bool = False) -> Rendered:
    """A kind with made-up facts, in a store's brand and voice. Raises RenderFailed."""
    said = sample(kind) | ({"look": look} if look else {})
    return render(kind, locale=locale, brand=facts.brand(store), data=said, test=test)


def of_order(session: Session, kind: str, order: Order, locale: str, look: str, *, test: bool = False, store: Store | None = None) -> Rendered:
    """The same of a real order, as it stands now, in its store's brand or in that of a `store` which is not kept. Raises
    RenderFailed where it has nothing that such a message tells.
    """
    store = store or stores.store(session, order.store_id)
    try:
        said = facts.gather(session, _message(session, kind, order))
        if look:
            said |= looks.facts(session, order, store, look)
    except (LookupError, NotFound, TypeError, ValueError) as why:
        raise RenderFailed(f"Order {order.ref} has nothing that this message could tell yet.") from why
    return render(kind, locale=locale or order.locale, brand=facts.brand(store), data=said, test=test)


def fitting(session: Session, order: Order) -> frozenset[str]:
    """The kinds of which this order has something to tell: those it told or owes, and those its events may owe."""
    known = {one.kind for one in queries.of_order(session, order.id or 0)}
    happened = {kind for one in outbox.diary(session, order.id or 0, limit=MOST_READ) for kind in kinds_of(one.name, one.values)
                if back.is_told(session, kind, order, one)}  # fmt: skip
    return frozenset(known | (happened - {"item-processed"}))  # not every parcel holds what was waited for


def of_run(session: Session, run: NoteRun, order: Order, *, test: bool = False) -> Rendered:
    """What a run says of one of its orders, in its reader's language. Raises RenderFailed."""
    store = stores.store(session, order.store_id)
    about = Message(key="", kind=runs.KIND, channel="email", recipient=order.email, store_id=order.store_id, order_id=order.id,
                    event_id=0, due=clock.now(), made_at=clock.now())  # fmt: skip
    said = facts.of_any(order, about) | runs.words(run, order)
    return render(runs.KIND, locale=queries.locale_of(session, about), brand=facts.brand(store), data=said, test=test)


def _message(session: Session, kind: str, order: Order) -> Message:
    """The order's own message of this kind, or one that it could have."""
    known = [one for one in queries.of_order(session, order.id or 0) if one.kind == kind]
    if known:
        return Message(**known[-1].model_dump(exclude={"id"}))
    happened = outbox.diary(session, order.id or 0, limit=MOST_READ)
    fitting = [one for one in happened if one.name == EVENTS.get(kind)] or happened
    parcels = packing.parcels_of(session, order.id or 0)
    return Message(
        key="", kind=kind, channel="email", recipient=order.email, recipient_name=order.customer_name or order.ship_name,
        store_id=order.store_id, order_id=order.id, order_ref=order.ref, parcel_id=parcels[-1].id if parcels else None,
        event_id=fitting[-1].id, due=clock.now(), made_at=clock.now(),
    )  # fmt: skip


# --- a test -----------------------------------------------------------------------------------------------------------


def allow_test(session: Session, who: str, kind: str, to: str, store: Store, channel: str = "email") -> None:
    """Somebody wants a test sent: note it in the audit. Raises Refused for too many in an hour, an address that is not written
    to, and where there is no mail server.
    """
    if channel == "email" and not settings().smtp_url:
        raise Refused("No mail server is set, so a test has nowhere to go. Here one sees how it reads.", where="to")
    if not to:
        raise Refused("Say to which address." if channel == "email" else "Say to which number.", where="to")
    if why := suppressions.suppressed(session, channel, to, marketing=False, store_id=store.id):
        raise Refused(f"{to} is not written to: {why}.", where="to")
    if people.noted_since(session, who, NOTED, clock.now() - timedelta(hours=1), MOST_AN_HOUR) >= MOST_AN_HOUR:
        raise Refused(f"That were {MOST_AN_HOUR} tests within an hour. Wait a little.", where="to", status=429, code="too_many")
    audit.note(session, who, NOTED, f"{kind} to {to}")


def send_test(kind: str, rendered: Rendered, brand: Brand, to: str) -> None:
    """Send it at once, through the channel of mails. Raises DeliveryFailed with a sentence."""
    domain = brand.from_address.rpartition("@")[2]
    envelope = Envelope(
        kind=f"test-{kind}", order_ref="", message_id=message_id(f"test:{uuid.uuid4()}", domain), thread_id="", to_address=to, to_name="",
        brand=brand, rendered=rendered, date=clock.now(),
    )  # fmt: skip
    channel = for_settings(settings())
    try:
        channel.send(channel.prepare(envelope))
    finally:
        channel.close()  # a thread of the web keeps no connection open

