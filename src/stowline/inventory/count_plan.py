"""The plan of counts: which bins are due today, and which the books emptied. A timer's work, never on the way of a scan."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import clock, timers
from stowline.inventory import tally, velocity
from stowline.inventory.counts import SLACK
from stowline.inventory.models import Balance, CountRequest, DailyPick, Location, Move
from stowline.inventory.rules import PICKABLE
from stowline.inventory.sheets import DONE, CountPlan, CountSheet
from stowline.inventory.tally import Due, Pace

TIMER = "count-plan"
EVERY = timedelta(hours=1)
DAYS = 90  # of picks that make a product's class
PORTION = 20_000  # lines of the ledger that are looked through at once
WHO = "Stowline"
_b, _l, _p = Balance.__table__.c, Location.__table__.c, DailyPick.__table__.c  # type: ignore[attr-defined]
_asked, _sheet, _ledger = CountRequest.__table__.c, CountSheet.__table__.c, Move.__table__.c  # type: ignore[attr-defined]


def every_hour(session: Session, _ref: str) -> None:
    """The timer's verb: look into emptied bins, make the day's plan once, and come again."""
    more = ask_for_emptied(session)
    plan_today(session)
    timers.set_timer(session, TIMER, "", clock.now() + (timedelta(0) if more else EVERY))


def plan_today(session: Session) -> int:
    """Ask for the counts of today, unless it was done today: how many were asked for."""
    row, today = session.exec(select(CountPlan).with_for_update()).one(), velocity.today()
    if row.planned_on is not None and row.planned_on >= today:
        return 0
    row.began_on = row.began_on or today
    row.planned_on = today
    session.add(row)
    session.flush()
    pace = Pace({"A": row.a_days, "B": row.b_days, "C": row.c_days}, row.per_day, row.began_on, row.work_days)
    chosen = tally.due_today(_bins(session, row, today), today, pace, _undone(session))
    return sum(_request(session, location_id, "plan", "Its turn by plan", today) for location_id in chosen)


def _undone(session: Session) -> int:
    query = sa.select(sa.func.count()).where(_asked.kind == "plan", _asked.done_at.is_(None)).select_from(CountRequest)
    return int(session.execute(query).scalar_one())


def _bins(session: Session, row: CountPlan, today: date) -> list[Due]:
    """Every bin that may be picked from and that nobody is asked to count: its class is that of the fastest product in it."""
    fast = _classes(session, row, today)
    grades: dict[int, str] = {}
    inside = sa.select(_b.location_id, _b.product_id).where(_b.qty > 0).distinct()
    for location_id, product_id in session.execute(inside.execution_options(yield_per=2000)):
        grades[location_id] = min(grades.get(location_id, "C"), fast.get(product_id, "C"))
    last = sa.select(_sheet.location_id, sa.func.max(_sheet.done_at).label("at")).where(_sheet.state == DONE).group_by(
        _sheet.location_id).subquery()
    asked = sa.select(_asked.location_id).where(_asked.done_at.is_(None))
    query = (
        sa.select(_l.id, sa.type_coerce(last.c.at, CountSheet.__table__.c.done_at.type))  # type: ignore[attr-defined]
        .outerjoin(last, last.c.location_id == _l.id)
        .where(_l.kind.in_(PICKABLE), _l.active, _l.id.not_in(asked))
    )
    return [Due(location_id, grades.get(location_id, "C"), velocity.day_of(at) if at else None)
            for location_id, at in session.execute(query)]


def _classes(session: Session, row: CountPlan, today: date) -> dict[int, str]:
    picks = sa.select(_p.product_id, sa.func.sum(_p.picks)).where(_p.day > today - timedelta(days=DAYS)).group_by(_p.product_id)
    return tally.classes({product: int(n) for product, n in session.execute(picks)}, row.a_share, row.b_share)


def ask_for_emptied(session: Session) -> bool:
    """Ask for a look into bins that picks have emptied by the books since the last time; whether there are more to see.

    Lines of the ledger that came late to the disk are seen the next time: each look begins a little before the last end.
    """
    row = session.exec(select(CountPlan).with_for_update()).one()
    last = session.execute(sa.select(sa.func.max(_ledger.id))).scalar_one() or 0
    since, until = max(row.read_to - SLACK, 0), min(row.read_to + PORTION, last)
    row.read_to = until
    session.add(row)
    session.flush()
    if row.emptied:
        for location_id in _emptied(session, since, until):
            _request(session, location_id, "empty", "The books say that it is empty now", None)
    return until < last


def _emptied(session: Session, since: int, until: int) -> list[int]:
    """Bins that were picked from and hold nothing now, unless they were counted after that."""
    picked = (
        sa.select(_ledger.from_id.label("bin"), sa.func.max(_ledger.at).label("at"))
        .where(_ledger.id > since, _ledger.id <= until, _ledger.reason == "pick")
        .group_by(_ledger.from_id)
        .subquery()
    )
    full = sa.select(_b.product_id).where(_b.location_id == picked.c.bin, _b.qty > 0)
    since_then = sa.select(_sheet.id).where(_sheet.location_id == picked.c.bin, _sheet.state == DONE,
                                            _sheet.done_at > picked.c.at)
    asked = sa.select(_asked.id).where(_asked.location_id == picked.c.bin, _asked.done_at.is_(None))
    query = sa.select(picked.c.bin).where(~sa.exists(full), ~sa.exists(since_then), ~sa.exists(asked)).order_by(picked.c.bin)
    return list(session.execute(query).scalars())


def _request(session: Session, location_id: int, kind: str, why: str, due_on: date | None) -> int:
    """Ask for a count of a whole bin: 1 if nobody asked for it before."""
    values = {"l": location_id, "k": kind, "w": why, "at": clock.now(), "u": tally.PRIORITY[kind], "by": WHO, "due": due_on}
    done = session.execute(_ASK, values)
    return int(done.rowcount)  # type: ignore[attr-defined]


_ASK = sa.text(
    "INSERT INTO count_request (location_id, why, at, kind, priority, who, due_on)"
    " VALUES (:l, :w, :at, :k, :u, :by, :due) ON CONFLICT DO NOTHING"
).bindparams(
    sa.bindparam("at", type_=CountRequest.__table__.c.at.type),  # type: ignore[attr-defined]
    sa.bindparam("due", type_=sa.Date),
)
