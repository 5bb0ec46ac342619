"""What an invariant is, and how its query is asked: one moment of the database, bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.core.db import UtcDateTime

MOST_SHOWN = 20
MOST_COUNTED = 10_000
AT_ONCE = 2_000  # products that one part of a long query looks at, so that no sort outgrows the memory


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must hold, and the query whose every row (one text) breaks it.

    `do` says what to do when it is broken. `by_product` marks a query that is asked for one range of products after
    the other (`:low`, `:high`); `ask` takes the query's place where SQL cannot say it. Queries may use
    `:hour_ago` and `:two_days_ago`.
    """

    name: str
    say: str
    do: str
    breaches: str = ""
    by_product: bool = False
    ask: Callable[[Session], "Finding"] | None = None


@dataclass(slots=True)
class Finding:
    """What breaks an invariant: the first 20 breaches as sentences, and how many there are (counted to 10,000)."""

    shown: list[str] = field(default_factory=list)
    n: int = 0

    @property
    def holds(self) -> bool:
        """Nothing breaks it."""
        return not self.n

    def add(self, breach: str, n: int = 1) -> None:
        """One more; `n` of them where only the first is told."""
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(breach)
        self.n += n


def ask(session: Session, one: Invariant) -> Finding:
    """What breaks this invariant in what the session sees."""
    if one.ask is not None:
        return one.ask(session)
    found = Finding()
    for low, high in _ranges(session) if one.by_product else [(0, 0)]:
        _ask(session, one.breaches, low, high, found)
        if found.n >= MOST_COUNTED:
            break
    return found


def _ask(session: Session, breaches: str, low: int, high: int, found: Finding) -> None:
    query = (
        f"WITH found AS MATERIALIZED (SELECT * FROM ({breaches}) AS broken LIMIT {MOST_COUNTED})"  # noqa: S608  (ours)
        f" SELECT found.*, (SELECT COUNT(*) FROM found) FROM found LIMIT {MOST_SHOWN}"
    )
    rows = session.execute(_bound(query, low, high)).all()
    for say, _ in rows:
        found.add(str(say))
    found.n += rows[0][1] - len(rows) if rows else 0


def _bound(query: str, low: int, high: int) -> sa.TextClause:
    known: dict[str, sa.BindParameter[Any]] = {
        "low": sa.bindparam("low", low), "high": sa.bindparam("high", high),
        "hour_ago": sa.bindparam("hour_ago", clock.now() - timedelta(hours=1), UtcDateTime),
        "two_days_ago": sa.bindparam("two_days_ago", clock.now().date() - timedelta(days=2), sa.Date),
    }  # fmt: skip
    return sa.text(query).bindparams(*(bind for name, bind in known.items() if f":{name}" in query))


def _ranges(session: Session) -> list[tuple[int, int]]:
    """Ranges of product ids that cover all products, both ends included."""
    first, last = session.execute(sa.text("SELECT MIN(id), MAX(id) FROM product")).one()
    if first is None:
        return []
    return [(low, low + AT_ONCE - 1) for low in range(first, last + 1, AT_ONCE)]
