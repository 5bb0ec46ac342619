"""Consent to marketing, kept as evidence: given and taken back, each a row that is never changed; the newest counts."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock
from stowline.notifications import suppressions
from stowline.notifications.preference_models import ConsentPolicy, MarketingConsent
from stowline.notifications.preference_rules import plain
from stowline.notifications.suppression_rules import MARKETING

__all__ = ["MarketingConsent"]

_c = MarketingConsent.__table__.c  # type: ignore[attr-defined]
MOST_SHOWN = 50


def standing(session: Session, store_id: int, address: str) -> dict[str, MarketingConsent]:
    """The newest row of each channel that a person was ever asked about, by channel."""
    newest = (
        sa.select(sa.func.max(_c.id)).where(_c.store_id == store_id, _c.address == plain(address)).group_by(_c.channel)
    )
    rows = session.exec(select(MarketingConsent).where(col(MarketingConsent.id).in_(newest)))
    return {row.channel: row for row in rows}


def history(session: Session, store_id: int, address: str, *, most: int = MOST_SHOWN) -> list[MarketingConsent]:
    """What is on record about a person, newest first."""
    query = select(MarketingConsent).where(_c.store_id == store_id, _c.address == plain(address))
    return list(session.exec(query.order_by(_c.id.desc()).limit(most)))


def record(
    session: Session,
    store_id: int,
    address: str,
    channel: str,
    *,
    given: bool,
    text: str,
    source: str,
    evidence: str = "",
    at: datetime | None = None,
) -> bool:
    """Put on record that a person agrees to marketing by a channel, or takes it back; whether that changed anything. `at` is
    when they said so (None: now).

    A withdrawal is recorded where nothing was on record, too: it ends what a store may send without asking.
    """
    before = standing(session, store_id, address).get(channel)
    if before is not None and before.given is given:
        return False
    session.add(MarketingConsent(
        store_id=store_id, address=plain(address), channel=channel, given=given, at=min(at or clock.now(), clock.now()), text=text[:2000],
        source=source[:160], evidence=evidence[:300],
    ))  # fmt: skip
    session.flush()
    if given:  # a new consent is a new beginning for somebody who was erased
        suppressions.lift_for(session, channel, suppressions.fingerprint(address), scope=MARKETING, store_id=store_id, who="the shopper", why=source)
    return True


def soft_opt_in(session: Session, store_id: int) -> bool:
    """Whether a store mails its own customers until they stop it."""
    policy = session.get(ConsentPolicy, store_id)
    return policy is not None and policy.soft_opt_in


def set_soft_opt_in(session: Session, store_id: int, *, allowed: bool) -> None:
    """Say whether it does."""
    session.merge(ConsentPolicy(store_id=store_id, soft_opt_in=allowed))
    session.flush()
