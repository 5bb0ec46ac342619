"""The link that signs a shopper in: asked for with an address, sent there if the store knows it, good once and briefly.

Whoever asks hears the same, after the same statements, whether the address is known or not: that is looked up by the
worker that sends the mail.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock, ids, outbox
from stowline.core.config import settings
from stowline.core.outbox import Happened
from stowline.notifications import announcing, policies
from stowline.notifications.customer_events import SignInAsked
from stowline.notifications.models import Message
from stowline.notifications.preference_rules import plain
from stowline.notifications.render import Rendered
from stowline.notifications.rules import message_key
from stowline.notifications.sign_in_models import SignInLink
from stowline.orders import shoppers
from stowline.stores import queries as stores

KIND = "sign-in-link"
SIGN_IN, ERASE = "sign-in", "erase"
LASTS, KEPT = timedelta(minutes=15), timedelta(days=1)
MOST = 5
"""Links that go to one address within the time that one lasts; who asks for more hears the same, and nothing is sent."""
_LINK = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)
_l = SignInLink.__table__.c  # type: ignore[attr-defined]


def ask(session: Session, store_id: int, address: str, locale: str, purpose: str = SIGN_IN) -> int:
    """Somebody asks for a link, and gives this address."""
    now = clock.now()
    link = SignInLink(store_id=store_id, address=plain(address), locale=locale, purpose=purpose, mark=ids.new_secret()[:43], asked_at=now,
                      expires_at=now + LASTS)  # fmt: skip
    session.add(link)
    session.flush()
    outbox.record(session, SignInAsked(store_id, link.id or 0))
    return link.id or 0


def announce(session: Session, happened: Happened) -> None:
    """Owe the mail, if the store knows the address; and forget links that are long over."""
    session.execute(sa.delete(SignInLink).where(_l.expires_at < clock.now() - KEPT))
    link = session.get(SignInLink, happened.values["link_id"])
    if link is None:
        return
    known = shoppers.by_address(session, link.store_id, link.address)
    if known is None or _asked_before(session, link) >= MOST:
        return
    row = announcing.owed(KIND, "email", link.address, happened, policies.policy(session, None, KIND))
    key = message_key(KIND, channel="email", recipient=link.address, link=link.id or 0)
    announcing.keep(session, row | {"key": key, "store_id": link.store_id, "recipient_name": known.name, "scan_id": None, "expires_at": link.expires_at})


def _asked_before(session: Session, link: SignInLink) -> int:
    same = _l.store_id == link.store_id, _l.address == link.address, _l.asked_at > link.asked_at - LASTS, _l.id < link.id
    return int(session.execute(sa.select(sa.func.count()).select_from(SignInLink).where(*same)).scalar_one())


def facts(session: Session, message: Message) -> dict[str, Any]:
    """What the mail says: the link, and for how long it is good."""
    link = session.get_one(SignInLink, outbox.load(session, message.event_id).values["link_id"])
    store = stores.store(session, link.store_id)
    return {"zone": store.time_zone, "customer_name": message.recipient_name, "status_url": _url(store.key, link),
            "minutes": int(LASTS.total_seconds()) // 60, "erases": link.purpose == ERASE}  # fmt: skip


def untrue(session: Session, message: Message) -> str:
    """Why the mail must not go any more; '' if it may."""
    link = session.get(SignInLink, outbox.load(session, message.event_id).values["link_id"])
    if link is None or link.expires_at <= clock.now():
        return "the link is over"
    return "the link was used" if link.used_at else ""


def without_link(kind: str, written: Rendered) -> Rendered:
    """A mail as it is kept: its link is for its reader alone. Where mails go to the built-in mailbox, that is how they are read."""
    if kind != KIND or not settings().smtp_url:
        return written
    return replace(written, html=_LINK.sub("…", written.html), text=_LINK.sub("…", written.text), short=_LINK.sub("…", written.short))


# --- using it ---------------------------------------------------------------------------------------------------------


def look(session: Session, store_id: int, token: str, purpose: str) -> SignInLink | None:
    """The link that this text is, if it is of this store, for this purpose, not used and not over. Changes nothing."""
    found = _LINK.fullmatch(token)
    link = session.get(SignInLink, int(found[1])) if found and int(found[1]) < 2**63 else None
    if found is None or link is None or not ids.same(found[2], _mark(link)) or found[1] != str(link.id):
        return None
    fits = link.store_id == store_id and link.purpose == purpose and link.used_at is None and link.expires_at > clock.now()
    return link if fits else None


def use(session: Session, store_id: int, token: str, purpose: str) -> str | None:
    """Use a link up: the address that it was sent to; None where it is none, or was used. Others of the address are over, too."""
    link = look(session, store_id, token, purpose)
    if link is None:
        return None
    now = clock.now()
    unused = sa.update(SignInLink).where(_l.used_at.is_(None), _l.expires_at > now).values(used_at=now)
    if not session.execute(unused.where(_l.id == link.id).returning(_l.id)).first():
        return None
    session.execute(unused.where(_l.store_id == store_id, _l.address == link.address, _l.purpose == purpose))
    return link.address


def token_of(link: SignInLink) -> str:
    """The text of a link."""
    return f"{link.id}-{_mark(link)}"


def links_of(session: Session, store_id: int, address: str) -> list[SignInLink]:
    """The links that were asked for with an address, the newest first."""
    query = select(SignInLink).where(SignInLink.store_id == store_id, SignInLink.address == plain(address))
    return list(session.exec(query.order_by(col(SignInLink.id).desc()).limit(50)))


def _mark(link: SignInLink) -> str:
    return ids.signature(settings().key(), "account", link.purpose, str(link.store_id), str(link.id), link.mark)


def _url(store_key: str, link: SignInLink) -> str:
    step = "erasure" if link.purpose == ERASE else "link"
    return f"{settings().public_url.rstrip('/')}/account/{store_key}/{step}/{token_of(link)}"


def call_in(session: Session, store_id: int, address: str) -> None:
    """No link that was sent to this address is good any more."""
    mine = _l.store_id == store_id, _l.address == plain(address), _l.used_at.is_(None)
    session.execute(sa.update(SignInLink).where(*mine).values(used_at=clock.now()))
