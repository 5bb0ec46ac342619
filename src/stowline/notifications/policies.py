"""What each store says of each kind: read it, change it; and how politely it writes."""

from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, whole
from stowline.notifications import policy_rules
from stowline.notifications.policy_models import MessageManners, MessagePolicy
from stowline.notifications.policy_rules import CHANNELS, DAY, Policy
from stowline.notifications.rules import HOUSES_OWN, KINDS, UNSENT

LONGEST_DELAY, LONGEST_GRACE, LONGEST_WAIT = 90 * DAY, 3600, 60 * DAY
_p = MessagePolicy.__table__.c  # type: ignore[attr-defined]


def policy(session: Session, store_id: int | None, kind: str) -> Policy:
    """How a store tells of a kind; the house's own way where it said nothing, or where no store sends it."""
    row = session.execute(sa.select(_p.said).where(_p.store_id == store_id, _p.kind == kind)).scalar() if store_id else None
    return policy_rules.policy_of(kind, row or {})


def all_of(session: Session, store_id: int) -> dict[str, Policy]:
    """The policy of every kind that a store may send."""
    said = dict(session.execute(sa.select(_p.kind, _p.said).where(_p.store_id == store_id)).all())
    return {kind: policy_rules.policy_of(kind, said.get(kind, {})) for kind in KINDS if kind not in UNSENT | HOUSES_OWN}


def is_said(session: Session, store_id: int, kind: str) -> bool:
    """Whether a store said anything of a kind."""
    return session.execute(sa.select(_p.kind).where(_p.store_id == store_id, _p.kind == kind)).first() is not None


def said_kinds(session: Session, store_id: int) -> set[str]:
    """The kinds of which a store says something otherwise than the house."""
    rows = session.execute(sa.select(_p.kind, _p.said).where(_p.store_id == store_id))
    return {kind for kind, said in rows if said and kind in KINDS}


def known(session: Session, store_id: int, kind: str) -> Policy:
    """How a store tells of a kind. Raises NotFound for a kind that no store sends."""
    if kind not in KINDS or kind in HOUSES_OWN:
        raise NotFound(f"There is no message named {kind[:40]}.", where="kind")
    return policy(session, store_id, kind)


def set_policy(session: Session, store_id: int, kind: str, wanted: Policy) -> Policy:
    """Keep how a store tells of a kind, from the next event on. Raises NotFound for a kind nobody knows, Refused for what cannot be."""
    if kind not in KINDS:
        raise NotFound(f"There is no message named {kind}.", where="kind")
    wanted = checked(wanted)
    session.merge(MessagePolicy(store_id=store_id, kind=kind, said=policy_rules.told(kind, wanted)))
    session.flush()
    return wanted


def checked(wanted: Policy) -> Policy:
    """A policy as it may be kept, its channels in their order. Raises Refused for what cannot be."""
    wanted = replace(wanted, channels=tuple(one for one in CHANNELS if one in wanted.channels))
    if wanted.on and not wanted.channels:
        raise Refused("Choose at least one channel, or switch the message off.", where="channels")
    _check(wanted)
    return wanted


def _check(wanted: Policy) -> None:
    for name, value, least, most in (
        ("delay_s", wanted.delay_s, 0, LONGEST_DELAY), ("grace_s", wanted.grace_s or 0, 0, LONGEST_GRACE),
        ("expires_s", wanted.expires_s, 60, LONGEST_WAIT),
    ):  # fmt: skip
        try:
            whole(value, name, what="The time", least=least, most=most)
        except Bad as bad:
            raise Refused(bad.say, where=name) from None


def forget(session: Session, store_id: int, kind: str) -> None:
    """The house's own way again."""
    session.execute(sa.delete(MessagePolicy).where(_p.store_id == store_id, _p.kind == kind))


def manners(session: Session, store_id: int | None) -> MessageManners:
    """How politely a store writes; the house's own way where it said nothing."""
    found = session.exec(select(MessageManners).where(MessageManners.store_id == store_id)).one_or_none()
    return found or MessageManners(store_id=store_id or 0, cap=2, cap_days=7, digest=True)


def set_manners(
    session: Session, store_id: int, *, quiet_from: int | None, quiet_to: int | None, cap: int, cap_days: int, digest: bool
) -> None:
    """Keep how politely a store writes. Raises Refused."""
    session.merge(checked_manners(store_id, quiet_from=quiet_from, quiet_to=quiet_to, cap=cap, cap_days=cap_days, digest=digest))
    session.flush()


def checked_manners(store_id: int, *, quiet_from: int | None, quiet_to: int | None, cap: int, cap_days: int, digest: bool) -> MessageManners:
    """How politely a store writes, as it may be kept. Raises Refused for what cannot be."""
    if (quiet_from is None) != (quiet_to is None):
        raise Refused("Quiet hours have a beginning and an end.", where="quiet_to")
    if not (0 <= cap <= 50 and 1 <= cap_days <= 90):
        raise Refused("At most 50 messages in 1 to 90 days.", where="cap")
    return MessageManners(store_id=store_id, quiet_from=quiet_from, quiet_to=quiet_to, cap=cap, cap_days=cap_days, digest=digest)
