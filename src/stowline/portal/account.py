"""A shopper's account in a store: signing in by a link, the session of a browser, and what it may change."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, ids
from stowline.notifications import sign_in
from stowline.notifications.sign_in import ERASE, SIGN_IN
from stowline.orders import shoppers
from stowline.portal.account_models import ShopperSession

COOKIE = "stowline_shopper"
LASTS, ROTATES = timedelta(days=30), timedelta(hours=1)
LONGEST_SECRET = 100
_s = ShopperSession.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Who:
    """Who is signed in, and in which session."""

    session_id: int
    customer_id: int
    store_id: int
    csrf: str
    email: str
    name: str
    stale: bool


def ask_link(session: Session, store_id: int, address: str, locale: str) -> None:
    """Ask for a link; nobody learns whether the address is known."""
    sign_in.ask(session, store_id, address, locale, SIGN_IN)


def enter(session: Session, store_id: int, token: str, *, replaces: str = "") -> str | None:
    """Sign in by a link: the secret of a new session; None where the link is none, was used or is over. The session that the
    browser had ends.
    """
    address = sign_in.use(session, store_id, token, SIGN_IN)
    known = shoppers.by_address(session, store_id, address) if address else None
    if known is None:
        return None
    session.execute(sa.delete(ShopperSession).where(sa.or_(_s.expires_at < clock.now(), _s.secret_hash == ids.fingerprint(replaces))))
    secret, now = ids.new_secret(), clock.now()
    session.add(ShopperSession(customer_id=known.id or 0, store_id=store_id, secret_hash=ids.fingerprint(secret), csrf=ids.new_secret(),
                               began_at=now, rotated_at=now, expires_at=now + LASTS))  # fmt: skip
    session.flush()
    return secret


def current(session: Session, store_id: int, secret: str) -> Who | None:
    """Whose session of this store it is; None for any other secret, for one of another store, and once it is over."""
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    query = sa.select(ShopperSession).where(_s.secret_hash == ids.fingerprint(secret), _s.store_id == store_id, _s.expires_at > clock.now())
    row = session.execute(query).scalar_one_or_none()
    if row is None:
        return None
    known = shoppers.customer(session, row.customer_id)
    if known.store_id != store_id:
        return None
    stale = row.rotated_at < clock.now() - ROTATES
    return Who(row.id or 0, row.customer_id, row.store_id, row.csrf, known.email, known.name, stale)


def rotate(session: Session, who: Who) -> str:
    """A new secret for a session that goes on; the old one is nobody's."""
    secret = ids.new_secret()
    session.execute(sa.update(ShopperSession).where(_s.id == who.session_id).values(secret_hash=ids.fingerprint(secret), rotated_at=clock.now()))
    return secret


def leave(session: Session, who: Who) -> None:
    """Sign out in this browser."""
    session.execute(sa.delete(ShopperSession).where(_s.id == who.session_id))


def leave_everywhere(session: Session, who: Who) -> None:
    """Sign out in every browser, and let no link that is under way sign in."""
    session.execute(sa.delete(ShopperSession).where(_s.customer_id == who.customer_id))
    sign_in.call_in(session, who.store_id, who.email)


def ask_erasure(session: Session, who: Who, locale: str) -> None:
    """Ask for the link that confirms that everything is to be erased: who holds the browser may not hold the mailbox."""
    sign_in.ask(session, who.store_id, who.email, locale, ERASE)
