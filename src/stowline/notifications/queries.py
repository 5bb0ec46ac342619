"""Reads of messages."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.backorders.sign_up_models import SignUp
from stowline.core import outbox
from stowline.core.errors import NotFound
from stowline.core.hot import Hot
from stowline.notifications import preferences
from stowline.notifications.models import Message
from stowline.notifications.rules import State, message_id
from stowline.notifications.sign_in_models import SignInLink
from stowline.orders import queries as orders
from stowline.orders.models import Order
from stowline.receiving.models import Supplier
from stowline.receiving.report_models import SupplierReport
from stowline.stores import queries as stores

_m = Message.__table__.c  # type: ignore[attr-defined]
_LOCK = select(Message).where(col(Message.id) == sa.bindparam("id")).with_for_update().execution_options(populate_existing=True)
_ORDER_OF = Hot("SELECT order_id FROM message WHERE id = :id")
_EARLIER = Hot("SELECT 1 FROM message WHERE order_id = :order_id AND id < :id AND channel = :channel"
               " AND state IN ('held', 'sending') AND due <= :due LIMIT 1")  # fmt: skip
TAKEN_BACK = "the stock was taken back"
OPENED = "the parcel was opened again"


def message(session: Session, message_id: int) -> Message:
    """A message by its id. Raises NotFound."""
    found = session.get(Message, message_id)
    if found is None:
        raise NotFound("There is no such message.")
    return found


def lock(session: Session, message_id: int) -> Message:
    """A message, read anew and locked until the transaction ends. Raises NotFound."""
    found = session.exec(_LOCK, params={"id": message_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def lock_with_order(session: Session, message_id: int) -> tuple[Message, Order | None]:
    """A message as `lock` gives it, and its order, locked before it: everybody takes them in this order. Raises NotFound."""
    found = _ORDER_OF.one(session, id=message_id)
    order = orders.lock(session, found[0]) if found is not None and found[0] is not None else None
    return lock(session, message_id), order


def of_order(session: Session, order_id: int, limit: int = 200) -> list[Message]:
    """The messages of an order, first owed first."""
    return list(session.exec(select(Message).where(Message.order_id == order_id).order_by(col(Message.id)).limit(limit)))


def by_event(session: Session, order_id: int, events: Sequence[int], limit: int = 1000) -> dict[int, list[Message]]:
    """The messages that each of these events of an order owed, on every channel and copies too, first owed first."""
    query = select(Message).where(Message.order_id == order_id, col(Message.event_id).in_(events)).order_by(col(Message.id))
    found: dict[int, list[Message]] = {}
    for one in session.exec(query.limit(limit)):
        found.setdefault(one.event_id, []).append(one)
    return found


def copies(session: Session, message: Message, most: int = 20) -> list[Message]:
    """The copies of a message that were sent by hand, first one first."""
    return list(session.exec(select(Message).where(Message.copy_of_id == message.id).order_by(col(Message.id)).limit(most)))


def earlier_open(session: Session, message: Message) -> bool:
    """Whether a message of the same order by the same channel that was owed before this one has yet to go."""
    if message.order_id is None:
        return False
    session.flush()
    return _EARLIER.one(session, order_id=message.order_id, id=message.id, channel=message.channel, due=message.due) is not None


def listed(session: Session, *, state: str = "", before: int | None = None, limit: int = 50) -> list[Message]:
    """Messages, newest first, from before an id; of one state, or of all."""
    query = select(Message)
    if state:
        query = query.where(Message.state == state)
    if before is not None:
        query = query.where(col(Message.id) < before)
    return list(session.exec(query.order_by(col(Message.id).desc()).limit(limit)))


def counts(session: Session, at_most: int = 1000) -> dict[str, int]:
    """Messages by state, each counted to `at_most`."""
    found = {}
    for state in State:
        some = sa.select(_m.id).where(_m.state == state).limit(at_most).subquery()
        found[str(state)] = int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
    return found


WENT = (State.SENT, State.SENDING, State.UNKNOWN)
"""States of a message that has arrived, or may have."""


def told_of_parcel(session: Session, parcel_id: int, channel: str) -> bool:
    """Whether the shopper was told by this channel that this parcel is on its way (or may have been)."""
    query = sa.select(_m.id).where(_m.parcel_id == parcel_id, _m.kind == "shipped", _m.channel == channel, _m.state.in_(WENT))
    return session.execute(query.limit(1)).first() is not None


def withdrawn(session: Session, order_id: int, kind: str) -> int:
    """How many messages of a kind an order was owed that did not go, as the stock they told of was taken back."""
    query = sa.select(sa.func.count()).where(_m.order_id == order_id, _m.kind == kind, _m.state == State.SKIPPED, _m.reason == TAKEN_BACK)
    return int(session.execute(query).scalar_one())


def first_of_kind(session: Session, order_id: int, kind: str) -> int | None:
    """The message of a kind that an order was owed first, without those that were skipped."""
    query = sa.select(sa.func.min(_m.id)).where(_m.order_id == order_id, _m.kind == kind, _m.state != State.SKIPPED)
    found: int | None = session.execute(query).scalar_one()
    return found


def reopened(session: Session, parcel_id: int, kind: str) -> int:
    """How many messages of a kind about a parcel did not go, as it was opened again, counted by their events."""
    query = sa.select(sa.func.count(sa.distinct(_m.event_id))).where(_m.parcel_id == parcel_id, _m.kind == kind, _m.state == State.SKIPPED, _m.reason == OPENED)
    return int(session.execute(query).scalar_one())


def locale_of(session: Session, message: Message) -> str:
    """The language that its reader chose; else the one frozen on its order, or of its sign-up, or of its store; that of a
    supplier is the one that they are written to in.
    """
    if message.report_id is not None:
        of = select(Supplier.language).join(SupplierReport, col(SupplierReport.supplier_id) == col(Supplier.id))
        return session.exec(of.where(SupplierReport.id == message.report_id)).one() or "en"
    chosen = preferences.reader(session, message.store_id, message.recipient).locale
    return chosen or _frozen_locale(session, message)


def _frozen_locale(session: Session, message: Message) -> str:
    if message.order_id is not None:
        return session.get_one(Order, message.order_id).locale
    if message.sign_up_id is not None:
        return str(session.exec(select(SignUp.locale).where(SignUp.id == message.sign_up_id)).one())
    if message.kind == "sign-in-link":
        link = session.get(SignInLink, outbox.load(session, message.event_id).values["link_id"])
        return link.locale if link is not None else "en"
    return stores.store(session, message.store_id or 0).locale


def kinds_told(session: Session, parcel_id: int, channel: str) -> list[str]:
    """The kinds of message that told of a parcel by this channel, or may have."""
    query = sa.select(_m.kind).where(_m.parcel_id == parcel_id, _m.channel == channel, _m.state.in_(WENT))
    return list(session.execute(query.limit(100)).scalars())


def when_told(session: Session, store_id: int, channel: str, address: str, kinds: Collection[str], since: datetime) -> list[datetime]:
    """When messages of these kinds went to an address since then (or may have), the newest 100."""
    query = sa.select(sa.func.coalesce(_m.sent_at, _m.claimed_at)).where(
        _m.address == address, _m.store_id == store_id, _m.channel == channel, _m.kind.in_(kinds), _m.state.in_(WENT),
        sa.func.coalesce(_m.sent_at, _m.claimed_at) > since,
    )
    return list(session.execute(query.order_by(_m.id.desc()).limit(100)).scalars())


def heard_last(session: Session, message: Message, kinds: Collection[str]) -> datetime | None:
    """When a message of these kinds went last to the address of this one by its channel. Those of the same kind about other
    orders do not count: how many of them are enough is the cap's to say.
    """
    query = sa.select(sa.func.coalesce(_m.sent_at, _m.claimed_at)).where(
        _m.address == message.address, _m.store_id == message.store_id, _m.channel == message.channel, _m.kind.in_(kinds),
        _m.state.in_(WENT), _m.id != message.id, sa.or_(_m.kind != message.kind, _m.order_id.is_(None)),
    )
    return max(session.execute(query.order_by(_m.id.desc()).limit(20)).scalars(), default=None)


def went_before(session: Session, store_id: int, channel: str, address: str, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """When which kinds went to an address between two moments (or may have), the newest 200."""
    at = sa.func.coalesce(_m.sent_at, _m.claimed_at)
    query = sa.select(at, _m.kind).where(_m.address == address, _m.store_id == store_id, _m.channel == channel, _m.state.in_(WENT), at > since, at < until)
    return [(when, kind) for when, kind in session.execute(query.order_by(_m.id.desc()).limit(200))]


def of_orders(session: Session, order_ids: Sequence[int], most: int = 50_000) -> list[sa.Row[Any]]:
    """What is known of the messages of these orders without their texts, first owed first; no copies."""
    columns = (_m.id, _m.key, _m.kind, _m.channel, _m.order_id, _m.parcel_id, _m.event_id, _m.state, _m.reason, _m.recipient, _m.order_ref,
               _m.made_at, sa.func.coalesce(_m.sent_at, _m.claimed_at).label("went_at"))  # fmt: skip
    query = sa.select(*columns).where(_m.order_id.in_(order_ids), _m.copy_of_id.is_(None))
    return list(session.execute(query.order_by(_m.id).limit(most)))


def orders_of_store(store_id: int) -> sa.Select[Any]:
    """The ids of a store's orders, for use in another query."""
    return sa.select(Order.__table__.c.id).where(Order.__table__.c.store_id == store_id)  # type: ignore[attr-defined]


def orders_by_id(session: Session, order_ids: Sequence[int]) -> dict[int, Order]:
    """Orders by their id."""
    return {one.id or 0: one for one in session.exec(select(Order).where(col(Order.id).in_(order_ids)))}


def mail_id(message: Message, sender: str) -> str:
    """The Message-ID that a message has as a mail from this sender."""
    return message_id(message.key, sender.rpartition("@")[2])
