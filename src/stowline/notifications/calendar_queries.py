"""Reads of the calendar: whom an entry is for, what stands on which day, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.cases.contact_models import Contact
from stowline.cases.queries import Tag
from stowline.core import clock
from stowline.core.errors import NotFound
from stowline.notifications import consents
from stowline.notifications.calendar_models import CalendarEntry, CalendarPerson
from stowline.notifications.models import Message
from stowline.notifications.preference_models import MarketingConsent, Preference
from stowline.notifications.queries import WENT
from stowline.notifications.sequence_models import SequenceRun
from stowline.notifications.suppression_models import Suppression
from stowline.orders.queries import Order
from stowline.orders.shoppers import Customer

_e, _p, _m = CalendarEntry.__table__.c, CalendarPerson.__table__.c, Message.__table__.c  # type: ignore[attr-defined]
_c, _o, _g = Customer.__table__.c, Order.__table__.c, MarketingConsent.__table__.c  # type: ignore[attr-defined]
_s, _w, _t = Suppression.__table__.c, Preference.__table__.c, Tag.__table__.c  # type: ignore[attr-defined]
_r, _k = SequenceRun.__table__.c, Contact.__table__.c  # type: ignore[attr-defined]
MOST_COUNTED, MOST_ON_PAGE = 100_000, 400


def entry(session: Session, entry_id: int) -> CalendarEntry:
    """An entry by its id. Raises NotFound."""
    found = session.get(CalendarEntry, entry_id)
    if found is None:
        raise NotFound("There is no such entry.")
    return found


# --- whom it is for ---------------------------------------------------------------------------------------------------


def audience(session: Session, found: CalendarEntry) -> sa.Select[Any]:
    """Ids of the customers whom an entry is for now, as a query: those who agreed to such mail, whose address is not
    suppressed, and who are as the entry asks. Each one is looked at once more when their message goes.
    """
    query = sa.select(_c.id).where(_c.store_id == found.store_id, _c.email.contains("@"), _agreed(session, found), ~_suppressed(found))
    ordered = sa.select(_o.id).where(_o.customer_id == _c.id)
    since = ordered.where(_o.placed_at >= clock.now() - timedelta(days=int(found.whom.get("days") or 0)))
    who = found.whom.get("who")
    if who == "recent":
        query = query.where(since.exists())
    elif who == "away":
        query = query.where(ordered.exists(), ~since.exists())
    if found.kind == "win-back" and who != "away":
        query = query.where(ordered.exists())
    if found.whom.get("tag"):
        query = query.where(sa.select(_t.id).where(_t.noun == "customer", _t.noun_id == _c.id, _t.tag == found.whom["tag"]).exists())
    return query


def _agreed(session: Session, found: CalendarEntry) -> sa.ColumnElement[bool]:
    mine = _g.store_id == _c.store_id, _g.address == _c.email, _g.channel == "email"
    newest = sa.select(_g.given).where(*mine).order_by(_g.id.desc()).limit(1).scalar_subquery()
    yes: sa.ColumnElement[bool] = newest.is_(True)
    if consents.soft_opt_in(session, found.store_id):
        yes = sa.or_(yes, sa.and_(newest.is_(None), sa.select(_o.id).where(_o.customer_id == _c.id).exists()))
    unwanted = sa.select(_w.id).where(_w.store_id == _c.store_id, _w.address == _c.email, _w.kind == found.kind, _w.channel == "email", _w.wanted.is_(False))
    return sa.and_(yes, ~unwanted.exists())


def _suppressed(found: CalendarEntry) -> sa.ColumnElement[bool]:
    stands = sa.or_(_s.until.is_(None), _s.until > clock.now()), sa.or_(_s.store_id.is_(None), _s.store_id == found.store_id)
    return sa.select(_s.id).where(_s.address == _c.email, _s.channel == "email", _s.lifted_at.is_(None), *stands).exists()


def count(session: Session, found: CalendarEntry) -> int:
    """How many it is for now, counted to 100,001."""
    some = audience(session, found).limit(MOST_COUNTED + 1).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def portion(session: Session, found: CalendarEntry, limit: int) -> list[int]:
    """The next customers it is for."""
    return list(session.execute(audience(session, found).where(_c.id > found.after_id).order_by(_c.id).limit(limit)).scalars())


# --- what stands on which day -----------------------------------------------------------------------------------------


def between(session: Session, store_id: int, first: datetime, end: datetime) -> list[CalendarEntry]:
    """The entries of a store from a moment until before another, in their order; 400 at most."""
    query = select(CalendarEntry).where(_e.store_id == store_id, _e.at >= first, _e.at < end)
    return list(session.exec(query.order_by(_e.at, _e.id).limit(MOST_ON_PAGE)))


def due_steps(session: Session, store_id: int, days: Sequence[tuple[datetime, datetime]]) -> list[dict[str, int]]:
    """How many steps of which sequence are due on each of these days (from, until before)."""
    sums = [sa.func.sum(sa.case((sa.and_(_r.next_at >= first, _r.next_at < end), 1), else_=0)) for first, end in days]
    mine = _r.store_id == store_id, _r.ended_at.is_(None), _r.next_at >= days[0][0], _r.next_at < days[-1][1]
    found: list[dict[str, int]] = [{} for _ in days]
    for row in session.execute(sa.select(_r.sequence, *sums).where(*mine).group_by(_r.sequence).order_by(_r.sequence)):
        for day, n in zip(found, row[1:], strict=True):
            if n:
                day[row[0]] = int(n)
    return found


# --- what came of it --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one variant of an entry: whose turn it was, to how many it went, and how many of those did what."""

    variant: str
    turns: int
    went: int
    ordered: int
    replied: int
    left: int


def came(session: Session, entry_id: int) -> list[Came]:
    """What came of each variant of an entry until now."""
    told = sa.func.coalesce(_m.sent_at, _m.claimed_at)

    def in_time(column: sa.ColumnElement[datetime]) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
        return column > told, column <= _p.counts_until

    ordered = sa.select(_o.id).where(_o.customer_id == _p.customer_id, *in_time(_o.placed_at)).exists()
    replied = sa.select(_k.id).where(_k.message_id == _m.id, *in_time(_k.at)).exists()
    left = sa.select(_g.id).where(_g.store_id == _m.store_id, _g.address == _c.email, _g.given.is_(False), *in_time(_g.at)).exists()
    went = _m.state.in_(WENT)
    sums = [sa.func.sum(sa.case((one, 1), else_=0)) for one in (went, *(sa.and_(went, what) for what in (ordered, replied, left)))]
    query = sa.select(_p.variant, sa.func.count(), *sums).select_from(CalendarPerson).join(Customer, _c.id == _p.customer_id)
    query = query.outerjoin(Message, _m.id == _p.message_id).where(_p.entry_id == entry_id).group_by(_p.variant).order_by(_p.variant)
    return [Came(row[0], *(int(n or 0) for n in row[1:])) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Fate:
    """How many messages of an entry stand so, and why."""

    state: str
    reason: str
    n: int


def fates(session: Session, entry_id: int) -> list[Fate]:
    """What became of an entry's messages, the commonest first."""
    n = sa.func.count().label("n")
    query = sa.select(_m.state, _m.reason, n).join(CalendarPerson, _p.message_id == _m.id).where(_p.entry_id == entry_id)
    return [Fate(*row) for row in session.execute(query.group_by(_m.state, _m.reason).order_by(sa.desc("n")).limit(30))]


def sent_of(session: Session, entry_id: int) -> bool:
    """Whether anything of an entry is held still."""
    query = sa.select(_m.id).join(CalendarPerson, _p.message_id == _m.id).where(_p.entry_id == entry_id, _m.state == "held")
    return session.execute(query.limit(1)).first() is not None
