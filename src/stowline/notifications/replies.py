"""Taking in what shoppers answer: a reply finds the message it answers, with it its order, and becomes a contact."""

from sqlmodel import Session, col, select

from stowline.cases import contacts
from stowline.cases.contacts import Said
from stowline.core.config import settings
from stowline.notifications import return_path
from stowline.notifications.models import Message
from stowline.notifications.reply_rules import Reply, names
from stowline.notifications.rules import thread_id
from stowline.orders import shoppers
from stowline.orders.queries import Order
from stowline.stores import queries as stores


def take(session: Session, reply: Reply, *, source: str, store_id: int | None = None) -> tuple[int, bool] | None:
    """Keep a reply: its contact's id and whether that is new. None where we wrote it ourselves.

    `store_id` is the store for which it was handed in: a reply never joins another store's order then.
    """
    if _is_ours(session, reply.address):
        return None
    message = answered(session, reply, store_id)
    order = _order(session, message, reply, store_id)
    shop = order.store_id if order else message.store_id if message else store_id or _addressed(session, reply)
    said = Said(reply.ident, "mail", source, reply.at, store_id=shop, order_id=order.id if order else None, message_id=message.id if message else None,
                answers=message.kind if message else "", address=reply.address, name=reply.name, subject=reply.subject, text=reply.text)  # fmt: skip
    return contacts.keep(session, said)


def answered(session: Session, reply: Reply, store_id: int | None) -> Message | None:
    """The message of ours that it answers: by the token in the address it went to, else by a Message-ID that it names."""
    key = settings().key()
    tokens = (return_path.message_of(one, key) for one in reply.marks)
    by_token = next((found for found in (session.get(Message, one) for one in tokens if one) if found), None)
    found = by_token or _by_mail_id(session, reply.ids)
    return found if found is not None and store_id in (None, found.store_id) else None


def _by_mail_id(session: Session, ids: tuple[str, ...]) -> Message | None:
    wanted = [one.lower() for one in ids if len(one) == 32]
    known = {one.mark: one for one in session.exec(select(Message).where(col(Message.mark).in_(wanted)).limit(len(ids) + 1))} if wanted else {}
    return next((known[one] for one in wanted if one in known), None)


def _order(session: Session, message: Message | None, reply: Reply, store_id: int | None) -> Order | None:
    if message is not None and message.order_id is not None:
        return session.get(Order, message.order_id)
    keys = {shop.id or 0: shop.key for shop in stores.all_stores(session) if store_id in (None, shop.id)}
    theirs = shoppers.orders_of(session, reply.address, list(keys))
    threads = {_thread(keys[one.store_id], one.ref): one for one in theirs}
    by_thread = next((threads[one] for one in reply.ids if one in threads), None)
    return by_thread or next((one for one in theirs if names(reply.subject, one.ref)), None)


def _thread(store: str, ref: str) -> str:
    """The left half of the thread's id that all mails of an order name."""
    return thread_id(store, ref, "x").strip("<>").partition("@")[0]


def _is_ours(session: Session, address: str) -> bool:
    own = {one.casefold() for shop in stores.all_stores(session) for one in (shop.sender_email, shop.reply_to) if one}
    return contacts.plain(address) in own


def _addressed(session: Session, reply: Reply) -> int | None:
    """The store that it was written to."""
    to = {contacts.plain(one) for one in reply.to}
    fits = [shop.id for shop in stores.all_stores(session) if {shop.sender_email.casefold(), shop.reply_to.casefold(), shop.support_email.casefold()} & to]
    return fits[0] if len(fits) == 1 else None

