"""Where each store hears its messages as webhooks: set it, change its secret, switch it, and post a message once more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import callout, clock, db, signing
from stowline.core.config import settings
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.outbox import Event
from stowline.notifications.channel_models import MessageHook, MessageHookTry
from stowline.notifications.channels.webhook import (
    GONE,
    Address,
    Told,
    WebhookChannel,
    body_of,
    post,
    webhook_id,
    words,
)
from stowline.notifications.models import Message
from stowline.notifications.render import Rendered
from stowline.stores import queries as stores

__all__ = [
    "Told", "address_of", "channel_of", "forget_old_secret", "new_secret", "note", "of_store", "replay", "set_hook", "switch", "test", "tries",
]  # fmt: skip
OVERLAP = timedelta(days=1)
KEPT_TRIES = 100
_t = MessageHookTry.__table__  # type: ignore[attr-defined]


def of_store(session: Session, store_id: int, *, lock: bool = False) -> MessageHook | None:
    """The store's webhook, if it has one."""
    query = select(MessageHook).where(MessageHook.store_id == store_id)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def set_hook(session: Session, store_id: int, url: str, *, who: str) -> MessageHook:
    """Post this store's messages there. A new one gets a secret; a changed address keeps its own and is tried again."""
    callout.refuse_address(url, private=settings().webhook_private)
    found = of_store(session, store_id, lock=True)
    if found is None:
        found = MessageHook(store_id=store_id, url=url, secret=signing.new_secret(), made_at=clock.now(), made_by=who[:120])
    found.url, found.active, found.why = url, True, ""
    session.add(found)
    session.flush()
    return found


def switch(session: Session, store_id: int, *, active: bool, why: str = "") -> MessageHook:
    """Post again, or no more. Raises NotFound."""
    found = _locked(session, store_id)
    found.active, found.why = active, "" if active else why[:300]
    session.add(found)
    session.flush()
    return found


def new_secret(session: Session, store_id: int) -> MessageHook:
    """A new secret; for a day the old one signs beside it. Raises Conflict while one is being changed already."""
    found = _locked(session, store_id)
    if found.old_secret and found.old_until and found.old_until > clock.now():
        raise Conflict("The secret is being changed already. Forget the old one first.")
    found.old_secret, found.old_until, found.secret = found.secret, clock.now() + OVERLAP, signing.new_secret()
    session.add(found)
    session.flush()
    return found


def forget_old_secret(session: Session, store_id: int) -> None:
    """Sign with the new secret alone."""
    found = _locked(session, store_id)
    found.old_secret, found.old_until = "", None
    session.add(found)
    session.flush()


def _locked(session: Session, store_id: int) -> MessageHook:
    found = of_store(session, store_id, lock=True)
    if found is None:
        raise NotFound("This store has no webhook for its messages.")
    return found


def address_of(hook: MessageHook) -> Address:
    """Where it is posted, with the secrets that sign now."""
    old = hook.old_secret if hook.old_until is None or hook.old_until > clock.now() else ""
    return Address(hook.url, hook.secret, old, private=settings().webhook_private)


# -- one message -----------------------------------------------------------------------------------------------------


def channel_of(session: Session, hook: MessageHook, message: Message) -> WebhookChannel:
    """The channel that brings this message to this address."""
    return WebhookChannel(address_of(hook), message.made_at, _data(session, message), _noting(hook.id or 0, message.id))


def _data(session: Session, message: Message) -> dict[str, Any]:
    event = session.exec(select(Event.name).where(Event.id == message.event_id)).one_or_none()
    store = stores.store(session, message.store_id).key if message.store_id else None
    return {"id": message.id, "kind": message.kind, "event": event, "store": store, "order": message.order_ref or None,
            "to": message.recipient}  # fmt: skip


def _noting(hook_id: int, message_id: int | None) -> Callable[[Told], None]:
    return lambda told: db.run(lambda session: note(session, hook_id, message_id, told))


def note(session: Session, hook_id: int, message_id: int | None, told: Told) -> None:
    """Write a try down; the last 100 are kept. An address that is gone is switched off."""
    hook = session.exec(select(MessageHook).where(MessageHook.id == hook_id).with_for_update()).one_or_none()
    if hook is None:
        return
    session.add(MessageHookTry(hook_id=hook_id, message_id=message_id, at=told.at, status=told.status, say=told.say, took_ms=told.took_ms))
    if told.status == GONE:
        hook.active, hook.why = False, "The address answered that it is gone (410)."
        session.add(hook)
    session.flush()
    of_it = sa.select(_t.c.id).where(_t.c.hook_id == hook_id)
    oldest_kept = of_it.order_by(_t.c.id.desc()).offset(KEPT_TRIES - 1).limit(1).scalar_subquery()
    session.execute(sa.delete(_t).where(_t.c.hook_id == hook_id, _t.c.id < oldest_kept))


def tries(session: Session, hook_id: int) -> list[MessageHookTry]:
    """The last tries, newest first."""
    query = select(MessageHookTry).where(MessageHookTry.hook_id == hook_id).order_by(col(MessageHookTry.id).desc())
    return list(session.exec(query.limit(KEPT_TRIES)))


def tries_of(session: Session, message_id: int, most: int = 20) -> list[MessageHookTry]:
    """The last tries to post a message, oldest first."""
    query = select(MessageHookTry).where(MessageHookTry.message_id == message_id).order_by(col(MessageHookTry.id).desc())
    return list(session.exec(query.limit(most)))[::-1]


def replay(message_id: int) -> Told:
    """Post a message that was sent as a webhook once more, as it was, under the same id: what came of it.

    For a receiver that lost what it knew. The message's own state stays. Raises NotFound, and Refused for a message that
    did not go this way.
    """
    with db.reading() as session:
        message = session.get(Message, message_id)
        if message is None:
            raise NotFound("There is no such message.")
        hook = of_store(session, message.store_id or 0)
        if message.channel != "webhook" or message.state != "sent" or hook is None:
            raise Refused("Only a message that went out as a webhook can be posted again.")
        data = {**_data(session, message), **words(Rendered(message.subject, message.html, message.text, message.short))}
        body, address, hook_id = body_of(message.kind, message.made_at, data), address_of(hook), hook.id or 0
    told, _ = post(address, webhook_id(message_id), body)
    _noting(hook_id, message_id)(told)
    return told


def test(store_id: int) -> Told:
    """Post a message that tells nothing, now: what came of it. Raises NotFound."""
    with db.reading() as session:
        hook = of_store(session, store_id)
        if hook is None:
            raise NotFound("This store has no webhook for its messages.")
        address, hook_id, store = address_of(hook), hook.id or 0, stores.store(session, store_id).key
    now = clock.now()
    told, _ = post(address, f"test_{int(now.timestamp())}", body_of("test", now, {"kind": "test", "store": store}))
    _noting(hook_id, None)(told)
    return told
