"""The rows of sequences under way: begin, take a step, move on, end. One for each sequence and subject, ever."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock
from stowline.core.errors import NotFound, Refused
from stowline.notifications.models import Message
from stowline.notifications.preference_rules import plain
from stowline.notifications.queries import WENT
from stowline.notifications.rules import KINDS, State
from stowline.notifications.sequence_models import SequencePace, SequenceRun
from stowline.notifications.sequence_rules import BREATH, Pace, clear_of

_r, _p = SequenceRun.__table__.c, SequencePace.__table__.c  # type: ignore[attr-defined]
_m = Message.__table__.c  # type: ignore[attr-defined]
_MARKETING = [kind.name for kind in KINDS.values() if not kind.transactional]
LIMITS = {"long_days": (1, 365), "every_from": (3, 60), "every_to": (3, 60), "cart_again_h": (0, 240), "away_days": (14, 1500)}


# --- how a store paces them -------------------------------------------------------------------------------------------


def pace(session: Session, store_id: int) -> Pace:
    """How a store paces its sequences; the house's own way where it said nothing."""
    row = session.execute(sa.select(_p.long_days, _p.every_from, _p.every_to, _p.cart_again_h, _p.away_days).where(_p.store_id == store_id)).one_or_none()
    return Pace(*row) if row else Pace()


def set_pace(session: Session, store_id: int, wanted: Pace) -> None:
    """Keep how a store paces its sequences. Raises Refused with the field."""
    for one in fields(Pace):
        least, most = LIMITS[one.name]
        if not least <= getattr(wanted, one.name) <= most:
            raise Refused(f"Give a number from {least} to {most}.", where=one.name)
    if wanted.every_from > wanted.every_to:
        raise Refused("The range of days ends before it begins.", where="every_to")
    session.merge(SequencePace(store_id=store_id, **{one.name: getattr(wanted, one.name) for one in fields(Pace)}))
    session.flush()


# --- the rows ---------------------------------------------------------------------------------------------------------


def begin(session: Session, runs: Iterable[SequenceRun]) -> int:
    """Begin these sequences, but for those that began before: how many are new."""
    new = 0
    for one in runs:
        known = sa.select(_r.id).where(_r.sequence == one.sequence, _r.subject == one.subject)
        if session.execute(known).first() is None:
            one.address, one.began_at = plain(one.address), clock.now()
            session.add(one)
            session.flush()
            new += 1
    return new


def due(session: Session, limit: int) -> list[tuple[int, int | None]]:
    """Sequences whose next step is due, first due first: [(id, id of the order)]."""
    query = sa.select(_r.id, _r.order_id).where(_r.ended_at.is_(None), _r.next_at <= clock.now())
    return [(row.id, row.order_id) for row in session.execute(query.order_by(_r.next_at, _r.id).limit(limit))]


def locked(session: Session, ids: Sequence[int]) -> list[SequenceRun]:
    """Of these, those that are due still, locked in order of id."""
    query = select(SequenceRun).where(col(SequenceRun.id).in_(ids), col(SequenceRun.ended_at).is_(None),
                                      col(SequenceRun.next_at) <= clock.now())  # fmt: skip
    return list(session.exec(query.order_by(col(SequenceRun.id)).with_for_update().execution_options(populate_existing=True)))


def of_order(session: Session, order_id: int) -> list[SequenceRun]:
    """The sequences of an order that are under way, locked."""
    query = select(SequenceRun).where(SequenceRun.order_id == order_id, col(SequenceRun.ended_at).is_(None))
    return list(session.exec(query.order_by(col(SequenceRun.id)).with_for_update().execution_options(populate_existing=True)))


def is_any_of(session: Session, order_id: int) -> bool:
    """Whether any sequence of an order is under way."""
    query = sa.select(_r.id).where(_r.order_id == order_id, _r.ended_at.is_(None))
    return session.execute(query.limit(1)).first() is not None


def find(session: Session, sequence: str, subject: str) -> SequenceRun | None:
    """The sequence of a subject, as it stands."""
    query = select(SequenceRun).where(SequenceRun.sequence == sequence, SequenceRun.subject == subject)
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def lock_one(session: Session, sequence: str, subject: str) -> SequenceRun | None:
    """The sequence of a subject, locked."""
    query = select(SequenceRun).where(SequenceRun.sequence == sequence, SequenceRun.subject == subject)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).one_or_none()


def of_person(session: Session, sequence: str, store_id: int, address: str) -> list[SequenceRun]:
    """The sequences of a kind that are under way for a person, locked."""
    query = select(SequenceRun).where(SequenceRun.store_id == store_id, SequenceRun.address == plain(address),
                                      SequenceRun.sequence == sequence, col(SequenceRun.ended_at).is_(None))  # fmt: skip
    return list(session.exec(query.order_by(col(SequenceRun.id)).with_for_update().execution_options(populate_existing=True)))


def failed(session: Session, ident: int, until: datetime, why: str) -> None:
    """A step went wrong: it is tried again then, and what it was is kept to be shown."""
    session.execute(sa.update(SequenceRun).where(_r.id == ident, _r.ended_at.is_(None)).values(next_at=until, trouble=why[:300]))


def stepped(session: Session, run: SequenceRun, next_at: datetime) -> None:
    """A step is taken; the next one is due then."""
    run.step, run.last_at, run.next_at, run.trouble = run.step + 1, clock.now(), next_at, ""
    session.add(run)
    session.flush()


def move_on(session: Session, run: SequenceRun, until: datetime) -> None:
    """Nothing is said now; look again then."""
    run.next_at, run.trouble = until, ""
    session.add(run)
    session.flush()


def end(session: Session, run: SequenceRun, why: str) -> None:
    """It is over, and why."""
    run.ended_at, run.why = clock.now(), why[:200]
    session.add(run)
    session.flush()


def end_by_hand(session: Session, store_id: int, ident: int, who: str) -> bool:
    """Somebody ends a sequence of a store; whether that changed anything. Raises NotFound."""
    query = select(SequenceRun).where(SequenceRun.id == ident, SequenceRun.store_id == store_id)
    run = session.exec(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if run is None:
        raise NotFound("There is no such sequence.")
    if run.ended_at is not None:
        return False
    end(session, run, f"{who} ended it")
    return True


# --- never two in one breath ------------------------------------------------------------------------------------------


def taken_until(session: Session, run: SequenceRun) -> datetime | None:
    """Until when the person of a sequence has heard enough of sequences and marketing; None: they may hear of it now."""
    if not run.address:
        return None
    now = clock.now()
    steps = sa.select(sa.func.max(_r.last_at)).where(_r.store_id == run.store_id, _r.address == run.address, _r.id != run.id)
    last = [session.execute(steps).scalar_one(), _last_marketing(session, run.store_id, run.address)]
    return clear_of(max((one for one in last if one is not None), default=None), now)


def _last_marketing(session: Session, store_id: int, address: str) -> datetime | None:
    """When marketing went to an address last, or will have gone within a breath by what is held."""
    newest = sa.select(_m.id, _m.state, _m.due, sa.func.coalesce(_m.sent_at, _m.claimed_at, _m.due).label("at")).where(
        _m.address == address, _m.store_id == store_id, _m.kind.in_(_MARKETING), sa.or_(_m.state.in_(WENT), sa.and_(_m.state == State.HELD, _m.due < clock.now() + BREATH)))  # fmt: skip
    rows = session.execute(newest.order_by(_m.id.desc()).limit(20)).all()
    return max((row.due if row.state == State.HELD else row.at for row in rows), default=None)


