"""Providers that fail rest: after so many failures in a row nobody tries one for a while, then one message tries it."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.core.config import settings
from stowline.core.hot import Hot
from stowline.notifications.models import Message
from stowline.notifications.policy_models import Breaker

OPENS_AFTER = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)
_b = Breaker.__table__.c  # type: ignore[attr-defined]


def rest(failures: int) -> timedelta | None:
    """How long a provider rests after so many failures in a row, pure: twice as long each time; None: it does not yet."""
    if failures < OPENS_AFTER:
        return None
    return min(LONGEST_REST, FIRST_REST * 2.0 ** min(failures - OPENS_AFTER, 20))


def provider_of(message: Message) -> str:
    """Whose failures count together: the mail server for e-mail, a store's own provider for the other channels."""
    if message.channel == "email":
        return f"email:{settings().smtp_url.rpartition('@')[2].partition('?')[0] or 'mailbox'}"[:200]
    return f"{message.channel}:{message.store_id}"


_DOUBT = Hot("SELECT 1 FROM breaker WHERE provider = :provider")


def is_doubted(session: Session, provider: str) -> bool:
    """Whether a provider failed since it last took a message."""
    return _DOUBT.one(session, provider=provider) is not None


def open_until(session: Session, provider: str) -> tuple[datetime, str] | None:
    """Until when nobody tries a provider, and why; None: it may be tried. Whoever is first after a rest tries it alone:
    the others wait as long again.
    """
    row = session.execute(sa.select(_b.open_until, _b.failures, _b.say).where(_b.provider == provider)).one_or_none()
    if row is None or row.open_until is None:
        return None
    if row.open_until > clock.now():
        return row.open_until, row.say
    again = clock.now() + FIRST_REST
    mine = sa.update(Breaker).where(_b.provider == provider, _b.open_until == row.open_until).values(open_until=again)
    return None if session.execute(mine).rowcount else (again, row.say)  # type: ignore[attr-defined]


def failed(session: Session, provider: str, say: str) -> None:
    """The provider could not be reached, or wants to be left alone."""
    row = session.execute(sa.select(_b.failures).where(_b.provider == provider).with_for_update()).one_or_none()
    failures = (row.failures if row else 0) + 1
    pause = rest(failures)
    session.merge(Breaker(provider=provider, failures=failures, open_until=clock.now() + pause if pause else None, say=say[:500], at=clock.now()))
    session.flush()


def worked(session: Session, provider: str) -> None:
    """The provider took a message: its failures are forgotten. Writes only where there may be any."""
    if is_doubted(session, provider):
        session.execute(sa.delete(Breaker).where(_b.provider == provider))


def standing(session: Session) -> list[Breaker]:
    """Providers that rest now."""
    query = sa.select(Breaker).where(_b.open_until > clock.now()).order_by(_b.provider).limit(20)
    return list(session.execute(query).scalars())
