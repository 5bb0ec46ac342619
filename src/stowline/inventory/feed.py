"""The change feed of stock: which products changed since a reader last looked, latest state only.

A change says no more than "not told yet" (`stock_level.told`, or a `stock_mark`); its number is given afterwards, when
it is committed. Whoever numbers holds the one row of `stock_feed_end` until the commit, so numbers become visible in
their order, and a reader that has seen one number will never be shown a lower one that was not there before. See
docs/decisions/0010-the-stock-feed.md.
"""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, db, timers
from stowline.core.hot import Hot
from stowline.inventory.models import StockFeed, StockFeedEnd, StockLevel, StockMark

AT_ONCE, MOST_PORTIONS = 1000, 2000
TIMER = "stock-feed"
EVERY = timedelta(days=1)
_UNTOLD = sa.text("NOT told")  # as in the partial index: another spelling would not use it
_end, _f = StockFeedEnd.__table__, StockFeed.__table__.c  # type: ignore[attr-defined]
_level, _mark = StockLevel.__table__, StockMark.__table__  # type: ignore[attr-defined]
_MARK = Hot("INSERT INTO stock_mark (product_id) VALUES (:p)")


def mark(session: Session, product_ids: Iterable[int]) -> None:
    """What waits for these products, or is on its way, changed: the feed tells them again. Locks nothing."""
    _MARK.many(session, [{"p": product_id} for product_id in sorted(set(product_ids))])


def untold(session: Session) -> bool:
    """Whether anything changed that has no number yet."""
    level = sa.select(_level.c.product_id).where(_UNTOLD).limit(1)
    mark = sa.select(_mark.c.product_id).limit(1)
    return session.execute(level).first() is not None or session.execute(mark).first() is not None


def number_changes(session: Session) -> int:
    """Give numbers to changes that are committed, at most 1,000 of each kind: how many products got one.

    Call it in a transaction of its own. It waits for nobody but another one that numbers: a level that a transaction
    holds right now is left for the next call.
    """
    last = session.execute(sa.select(_end.c.number).with_for_update()).scalar_one()
    told = sorted({*_take_levels(session), *_take_marks(session)})
    if not told:
        return 0
    numbered = session.connection().execute(_NUMBER, {"ids": told, "last": last, "at": clock.now()}).rowcount
    session.execute(sa.update(_end).values(number=last + numbered))
    return numbered


# Each product, and each kit that it is a part of: what can be sold of a kit changes with its parts.
_NUMBER = sa.text("""
    INSERT INTO stock_feed (product_id, number, at)
    SELECT product_id, :last + ROW_NUMBER() OVER (ORDER BY product_id), :at
    FROM (SELECT id AS product_id FROM product WHERE id IN :ids
          UNION SELECT kit_id FROM kit_part WHERE part_id IN :ids) AS changed
    WHERE TRUE
    ON CONFLICT (product_id) DO UPDATE SET number = excluded.number, at = excluded.at
""").bindparams(sa.bindparam("ids", expanding=True), sa.bindparam("at", type_=_f.at.type))


def _take_levels(session: Session) -> list[int]:
    free = sa.select(_level.c.product_id).where(_UNTOLD).order_by(_level.c.product_id).limit(AT_ONCE)
    ids = list(session.execute(free.with_for_update(skip_locked=True)).scalars())
    if ids:
        session.execute(sa.update(_level).where(_level.c.product_id.in_(ids)).values(told=True))
    return ids


def _take_marks(session: Session) -> list[int]:
    oldest = sa.select(_mark.c.id).order_by(_mark.c.id).limit(AT_ONCE)
    taken = sa.delete(_mark).where(_mark.c.id.in_(oldest.scalar_subquery())).returning(_mark.c.product_id)
    return list(session.execute(taken).scalars())


def keep_up() -> None:
    """Number what is not told yet, in a transaction of its own; none is opened where nothing changed."""
    with db.reading() as session:
        if not untold(session):
            return
    db.run(number_changes)


def every_day(_ref: str) -> None:
    """The timer's work: what nobody asked for is numbered too, so that marks do not heap up. Plans the next run."""
    for _ in range(MOST_PORTIONS):
        if not db.run(number_changes):
            break
    db.run(lambda session: timers.set_timer(session, TIMER, "", clock.now() + EVERY))


def end(session: Session) -> int:
    """The last number that was given."""
    return int(session.execute(sa.select(_end.c.number)).scalar_one())
