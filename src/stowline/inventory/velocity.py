"""How often each bin and product is picked, day by day: added up from the ledger by a timer, each line exactly once.

`daily_pick` answers how hot a bin is, what a product sells a day, and which products are fast; asking the ledger itself
would mean to read it whole.

Exactly once, though ledger ids do not commit in order. SQLite has one writer at a time: what has a lower id is there. On
PostgreSQL a line may appear after one with a higher id, so the highest id that is seen (`seen`) is not counted at
once. First it is noted together with `number`, the number of the noting transaction, which that transaction gets only
after it has looked. Whoever drew an id up to `seen` had a number before (a pick changes its pick line, then the bin,
then it writes the ledger), so theirs is lower; once no transaction below `number` is at work (`pg_snapshot_xmin`), every
line up to `seen` is there or never will be. Mark and sums change in one transaction under the lock of the mark.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, db, timers
from stowline.core.config import settings
from stowline.inventory import pace
from stowline.inventory.models import DailyPick, Location, Move, PickMark, Velocity
from stowline.inventory.rules import PICKABLE

TIMER = "daily-picks"
EVERY, GRADE_EVERY = timedelta(minutes=2), timedelta(hours=6)
PORTION, MOST_PORTIONS = 5_000, 400  # ledger lines of one transaction, and transactions of one run
_HANDS = ("tote", "staging")  # where a picker puts what was picked

_d, _m, _v = DailyPick.__table__, PickMark.__table__, Velocity.__table__  # type: ignore[attr-defined]
_ledger, _from, _to = Move.__table__, Location.__table__.alias("f"), Location.__table__.alias("t")  # type: ignore[attr-defined]
Key = tuple[date, int, int]
Graded = tuple[int, int, str, int]


def picks_by_bin(session: Session, since: date, location_ids: Iterable[int] | None = None) -> dict[int, int]:
    """How often each bin was picked from since a day (of all bins, or of these); a bin without picks is left out."""
    query = sa.select(_d.c.location_id, sa.func.sum(_d.c.picks)).where(_d.c.day >= since).group_by(_d.c.location_id)
    if location_ids is not None:
        query = query.where(_d.c.location_id.in_(list(location_ids)))
    return {bin_: int(picks) for bin_, picks in session.execute(query) if picks > 0}


def units_by_day(session: Session, product_ids: Iterable[int], since: date) -> dict[int, dict[date, int]]:
    """Units of these products that were picked each day since a day; days without picks are left out."""
    ids, found = sorted(set(product_ids)), defaultdict[int, dict[date, int]](dict)
    for start in range(0, len(ids), 500):
        query = (
            sa.select(_d.c.product_id, _d.c.day, sa.func.sum(_d.c.units))
            .where(_d.c.product_id.in_(ids[start : start + 500]), _d.c.day >= since)
            .group_by(_d.c.product_id, _d.c.day)
        )
        for product_id, day, units in session.execute(query):
            found[product_id][day] = int(units)
    return dict(found)


def expected_units(session: Session, product_ids: Iterable[int], days: int) -> dict[int, int]:
    """Units of each of these products that will probably be picked within so many days, today included (see
    `pace.expected`); products that nobody expects to sell are left out.
    """
    now = today()
    since = first_day(session)
    sold = units_by_day(session, product_ids, now - timedelta(days=pace.DAYS))
    soon = {product: pace.expected(units, now, days, since) for product, units in sold.items()}
    return {product: units for product, units in soon.items() if units > 0}


def grades(session: Session, product_ids: Iterable[int]) -> dict[int, str]:
    """How fast these products are: A, B or C; one that was not picked within four weeks is C."""
    ids = sorted(set(product_ids))
    found = dict.fromkeys(ids, "C")
    for start in range(0, len(ids), 500):
        query = sa.select(_v.c.product_id, _v.c.grade).where(_v.c.product_id.in_(ids[start : start + 500]))
        found.update(dict(session.execute(query).all()))
    return found


def first_day(session: Session) -> date | None:
    """The first day that anything was picked in this house."""
    return session.execute(sa.select(sa.func.min(_d.c.day))).scalar_one_or_none()


def today() -> date:
    """The warehouse's day."""
    return day_of(clock.now())


def day_of(moment: datetime) -> date:
    """The warehouse's day of a moment."""
    return moment.astimezone(ZoneInfo(settings().time_zone)).date()


def midnight() -> datetime:
    """When the warehouse's next day begins, in UTC, whatever summer time does."""
    begins = datetime.combine(today() + timedelta(days=1), datetime.min.time(), ZoneInfo(settings().time_zone))
    return begins.astimezone(UTC)


# --- counting ---------------------------------------------------------------------------------------------------------


def catch_up(_ref: str = "") -> None:
    """The timer's work: count what came since, grade products anew if it is time, and plan the next run."""
    for _ in range(MOST_PORTIONS):
        if not db.run(count_some):
            break
    _grade_if_due()
    with db.transaction() as session:
        timers.set_timer(session, TIMER, "", clock.now() + EVERY)


def count_some(session: Session) -> bool:
    """Count one portion of the ledger, or note how far it may be counted next; whether there was anything to do.

    Must be the first thing in its transaction.
    """
    last = session.execute(sa.select(sa.func.max(_ledger.c.id))).scalar_one() or 0
    number = _own_number(session)  # after the look at the ledger, see above
    mark = session.execute(sa.select(_m).with_for_update()).one()
    seen = last if number is None else mark.seen
    if number is not None and mark.seen <= mark.counted < last:
        session.execute(sa.update(_m).values(seen=last, number=number))
        return True
    if seen <= mark.counted or not _settled(session, number, mark.number):
        return False
    until = min(mark.counted + PORTION, seen)
    _add(session, _picked(session, mark.counted, until))
    session.execute(sa.update(_m).values(counted=until))
    return True


def _own_number(session: Session) -> int | None:
    """The number of this transaction on PostgreSQL: higher than that of any that has begun to write."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    return int(session.execute(sa.text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")).scalar_one())


def _settled(session: Session, own: int | None, number: int) -> bool:
    """Whether every transaction below `number` has ended. One that is higher than our own was noted in another
    database, before this one was restored from its copy: nothing of it is under way here.
    """
    if own is None or number > own:
        return True
    oldest = sa.text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
    return int(session.execute(oldest).scalar_one()) >= number


def _picked(session: Session, after: int, until: int) -> dict[Key, tuple[int, int]]:
    """(picks, units) by day, product and bin of the ledger's lines from after one to another; undone ones are below 0."""
    undone = sa.and_(_ledger.c.reason == "undo", _from.c.kind.in_(_HANDS), _to.c.kind.in_(PICKABLE))
    query = (
        sa.select(_ledger.c.at, _ledger.c.product_id, _ledger.c.from_id, _ledger.c.to_id, _ledger.c.qty, _ledger.c.reason)
        .join(_from, _from.c.id == _ledger.c.from_id)
        .join(_to, _to.c.id == _ledger.c.to_id)
        .where(_ledger.c.id > after, _ledger.c.id <= until, sa.or_(_ledger.c.reason == "pick", undone))
    )
    found: dict[Key, tuple[int, int]] = {}
    for at, product, from_id, to_id, qty, reason in session.execute(query):
        one, bin_ = (1, from_id) if reason == "pick" else (-1, to_id)
        key = day_of(at), product, bin_
        picks, units = found.get(key, (0, 0))
        found[key] = picks + one, units + one * qty
    return found


def _add(session: Session, sums: Mapping[Key, tuple[int, int]]) -> None:
    rows = [
        {"day": day, "p": product, "l": bin_, "picks": picks, "units": units}
        for (day, product, bin_), (picks, units) in sorted(sums.items())
    ]
    if rows:
        session.connection().execute(_ADD, rows)


_ADD = sa.text(
    "INSERT INTO daily_pick (day, product_id, location_id, picks, units) VALUES (:day, :p, :l, :picks, :units)"
    " ON CONFLICT (day, product_id, location_id) DO UPDATE SET picks = daily_pick.picks + excluded.picks,"
    " units = daily_pick.units + excluded.units"
).bindparams(sa.bindparam("day", type_=sa.Date))


# --- grades and what is expected ---------------------------------------------------------------------------------------


def _grade_if_due() -> None:
    with db.reading() as session:
        last = session.execute(sa.select(_m.c.graded_at)).scalar_one()
    if last is None or clock.now() - last >= GRADE_EVERY or day_of(last) != today():
        grade_all()


def grade_all() -> None:
    """Grade every product by how often it was picked within four weeks, and note what is expected of it within the days
    that pick faces must cover. Long, so it writes in portions.
    """
    with db.reading() as session:
        now = _graded(session)
        was = {row.product_id: tuple(row)[1:] for row in session.execute(sa.select(*_v.c))}
    changed = sorted(product for product in now if was.get(product) != now[product])
    gone = sorted(was.keys() - now.keys())
    for start in range(0, max(len(changed), len(gone)), 500):
        part = {product: now[product] for product in changed[start : start + 500]}
        _write_grades(part, gone[start : start + 500])
    with db.transaction() as session:
        session.execute(sa.update(_m).values(graded_at=clock.now()))


def _graded(session: Session) -> dict[int, Graded]:
    """(picks, units, grade, expected units) of each product that was picked within four weeks."""
    now, since, cover = today(), first_day(session), settings().cover_days
    picks: dict[int, int] = defaultdict(int)
    units: dict[int, dict[date, int]] = defaultdict(dict)
    query = (
        sa.select(_d.c.product_id, _d.c.day, sa.func.sum(_d.c.picks), sa.func.sum(_d.c.units))
        .where(_d.c.day >= now - timedelta(days=pace.DAYS))
        .group_by(_d.c.product_id, _d.c.day)
    )
    for product, day, n, sold in session.execute(query.execution_options(yield_per=5000)):
        picks[product] += int(n)
        units[product][day] = int(sold)
    return {
        product: (picks[product], max(sum(units[product].values()), 0), grade, pace.expected(units[product], now, cover, since))
        for product, grade in pace.grades(picks).items()
    }


def _write_grades(rows: Mapping[int, Graded], gone: list[int]) -> None:
    with db.transaction() as session:
        if rows:
            values = [{"p": p, "n": n, "u": units, "g": grade, "e": soon} for p, (n, units, grade, soon) in rows.items()]
            session.connection().execute(_GRADE, values)
        if gone:
            session.execute(sa.delete(_v).where(_v.c.product_id.in_(gone)))


_GRADE = sa.text(
    "INSERT INTO velocity (product_id, picks, units, grade, expected) VALUES (:p, :n, :u, :g, :e)"
    " ON CONFLICT (product_id) DO UPDATE SET picks = excluded.picks, units = excluded.units, grade = excluded.grade,"
    " expected = excluded.expected"
)
