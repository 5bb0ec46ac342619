"""The mailbox: every message with its fate, one message as it reads, and what caused it."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from typing import Any

from sqlmodel import Session, select

from stowline.core import clock
from stowline.core.errors import NotFound
from stowline.desk import words
from stowline.desk.queries import diary, suppressions
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.notifications import facts, message_hooks, retention
from stowline.notifications import queries as messages
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.channels import DeliveryFailed, Envelope, as_mail
from stowline.notifications.models import Message
from stowline.notifications.render import Rendered, RenderFailed, render
from stowline.orders import queries as orders
from stowline.orders.queries import Search
from stowline.receiving import reports
from stowline.stores import queries as stores

_m = Message.__table__.c  # type: ignore[attr-defined]
VIEWS = {"all": "All", "held": "Held", "unknown": "Not certain", "dead": "Dead", "sent": "Sent", "skipped": "Skipped"}
SUBJECTS = {kind: entry.title for kind, entry in CATALOGUE.items()}
Row = dict[str, Any]


def page(session: Session, view: str, text: str, place: Place) -> Page[Message]:
    """Messages, newest first; text finds the orders they are about."""
    query = select(Message)
    if view != "all":
        query = query.where(_m.state.in_(("held", "sending")) if view == "held" else _m.state == view)
    if text:
        whose = [order.id for order in orders.search(session, Search(states=(), text=text), 500)]
        query = query.where(_m.order_id.in_(whose))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Message]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_m.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda message: (message.id or 0,))


def rows(session: Session, found: Sequence[Message]) -> list[Row]:
    """The rows of the sheet."""
    shops = {shop.id: shop.key for shop in stores.all_stores(session)}
    orders_of = reports.order_refs(session, [message.report_id for message in found if message.report_id])
    return [_row(message, shops.get(message.store_id, ""), orders_of.get(message.report_id or 0)) for message in found]


def _row(message: Message, store: str, purchase_order: str | None) -> Row:
    return {
        "id": message.id, "at": message.sent_at or message.made_at, "kind": message.kind, "title": SUBJECTS.get(message.kind, message.kind), "to": message.recipient or "nobody",
        "subject": message.subject or SUBJECTS.get(message.kind, message.kind), "channel": diary.CHANNELS.get(message.channel, message.channel),
        "state": message.state, "until": message.due if message.state == "held" else None,
        "reason": words.capital(message.reason) if message.reason else None, "ref": message.order_ref, "store_key": store,
        "purchase_order": purchase_order,
    }  # fmt: skip


def one(session: Session, message_id: int) -> Row:
    """One message with its text; what has not gone yet is written now, as it would go. Raises NotFound."""
    message = messages.message(session, message_id)
    rendered, trouble = _rendered(session, message)
    row = rows(session, [message])[0] | {
        "tries": _tries(message), "html": rendered.html or None, "text": rendered.text, "short": rendered.short,
        "subject": rendered.subject, "headers": _headers(session, message, rendered),
    }  # fmt: skip
    gone = retention.removed(message)
    preview = not message.html and not trouble and not gone
    return {"message": row, "trouble": trouble, "preview": preview, "trail": diary.of_event(session, message.event_id),
            "decidable": message.state in ("dead", "unknown"), "unsure": message.state == "unknown",
            "reports": suppressions.of_message(session, message_id),
            "copyable": message.state in ("sent", "skipped") and not gone, "removed": gone, "hung": _hung(session, message), "attempts": _attempts(session, message)}


def _hung(session: Session, message: Message) -> Row:
    """What hangs together with a message: its original, its copies, the one that told it, why it was forced, when it ends."""
    ends = message.expires_at if message.state in ("held", "dead", "unknown") else None
    return {"original": message.copy_of_id, "copies": [one.id for one in messages.copies(session, message)], "told_in": message.told_in_id,
            "forced": message.forced, "expires": ends, "sent_at": message.sent_at}  # fmt: skip


def _attempts(session: Session, message: Message) -> list[Row]:
    """What became of it, oldest first: posts of a webhook, the last try."""
    found = [{"at": one.at, "say": f"posted to the shop: {one.say}"} for one in message_hooks.tries_of(session, message.id or 0)]
    if message.claimed_at is not None:
        found.append({"at": message.claimed_at, "say": f"handed out, try {max(1, _tries(message))}"})
    if message.sent_at is not None:
        found.append({"at": message.sent_at, "say": "taken by the other side"})
    return sorted(found, key=lambda one: one["at"])


def _tries(message: Message) -> int:
    """How often it was sent or failed to be: `attempt` counts only what failed."""
    return message.attempt + (message.sent_at is not None)


def _rendered(session: Session, message: Message) -> tuple[Rendered, str]:
    """(the text, why there is none)."""
    if message.html or retention.removed(message):
        return Rendered(message.subject, message.html, message.text, message.short), ""
    title = SUBJECTS.get(message.kind, message.kind)
    try:
        data = facts.gather(session, message)
        return render(message.kind, locale=messages.locale_of(session, message), brand=facts.brand_of(session, message), data=data), ""
    except (RenderFailed, NotFound) as why:
        return Rendered(title, "", "", ""), f"It cannot be written: {why}"


def _headers(session: Session, message: Message, rendered: Rendered) -> list[tuple[str, str]]:
    """The mail's own headers, as the channel writes them; other channels have none."""
    if message.channel != "email":
        return [("Key", message.key)]
    try:
        brand = facts.brand_of(session, message)
    except NotFound as why:
        return [("From", f"nobody ({why})")]
    envelope = Envelope(
        kind=message.kind, order_ref=message.order_ref, message_id=messages.mail_id(message, brand.from_address),
        thread_id="<order>", to_address=message.recipient,
        to_name=message.recipient_name, brand=brand, rendered=rendered, date=message.sent_at or clock.now(),
        unsubscribe_url=facts.way_out(message),
    )  # fmt: skip
    try:
        mail = message_from_bytes(as_mail(envelope), policy=policy.default)
    except DeliveryFailed as why:
        return [("To", f"{message.recipient or 'nobody'} ({why})")]
    shown = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "X-Stowline-Message", "X-Stowline-Order")
    return [(name, str(mail[name])) for name in shown if mail[name]] + [("Key", message.key)]

