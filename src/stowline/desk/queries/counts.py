"""Numbers beside the sections and on the overview: counted so far and no further, and kept for a few seconds."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, db
from stowline.inventory import velocity
from stowline.inventory.adjustment_models import Adjustment
from stowline.inventory.models import CountRequest
from stowline.notifications.models import Message
from stowline.orders.models import IntakeError, Order, OrderLine
from stowline.orders.queries import Search
from stowline.packing.models import Parcel
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine
from stowline.stores.models import Store

MOST = 10_000
KEPT_S = 5.0
OPEN = Search().states
STATES = (*OPEN, "handed_over", "cancelled")
_kept: dict[tuple[str, str], tuple[float, Any]] = {}


def kept(name: str, make: Callable[[Session], Any]) -> Any:  # noqa: ANN401  (whatever was counted)
    """What `make` answers, remembered for `KEPT_S` seconds in this process."""
    key = (db.database().url, name)
    known = _kept.get(key)
    if known is not None and time.monotonic() - known[0] < KEPT_S:
        return known[1]
    with db.reading() as session:
        value = make(session)
    if len(_kept) > 200:
        _kept.clear()
    _kept[key] = (time.monotonic(), value)
    return value


def fresh(name: str, make: Callable[[Session], Any]) -> Any:  # noqa: ANN401  (whatever was counted)
    """The same, counted now: for the page whose rows stand under the number."""
    _kept.pop((db.database().url, name), None)
    return kept(name, make)


def forget() -> None:
    """Count anew: somebody just changed what is counted."""
    _kept.clear()


def shown(n: int) -> str:
    """ "1,306", or "10,000+" where counting stopped."""
    return f"{MOST:,}+" if n >= MOST else f"{n:,}"


def bounded(session: Session, query: sa.Select[Any], most: int = MOST) -> int:
    """How many rows a query has, counted to `most`."""
    return int(session.execute(sa.select(sa.func.count()).select_from(query.limit(most).subquery())).scalar_one())


def each(session: Session, column: Any, state: Any, names: Sequence[str]) -> dict[str, int]:  # noqa: ANN401  (columns)
    """How many rows are in each of these states, each counted to 10,000, in one statement."""
    some = [sa.select(column).where(state == name).limit(MOST).subquery() for name in names]
    counted = [sa.select(sa.func.count()).select_from(one).scalar_subquery() for one in some]
    return dict(zip(names, (int(n) for n in session.execute(sa.select(*counted)).one()), strict=True))


def orders_by_state(session: Session) -> dict[str, int]:
    """Orders by state, each counted to 10,000."""
    o = Order.__table__.c  # type: ignore[attr-defined]
    return each(session, o.id, o.state, STATES)


def states() -> dict[str, int]:
    """Orders by state, as they were at most 5 s ago."""
    found: dict[str, int] = kept("states", orders_by_state)
    return found


def waiting_lines(session: Session) -> int:
    """Order lines that wait for stock."""
    c = OrderLine.__table__.c  # type: ignore[attr-defined]
    return bounded(session, sa.select(c.id).where(c.ordered - c.cancelled > c.allocated))


def to_approve(session: Session) -> int:
    """Adjustments that wait for a second person, counted to 10,000."""
    c = Adjustment.__table__.c  # type: ignore[attr-defined]
    return bounded(session, sa.select(c.id).where(c.state == "waiting"))


def intake_errors(session: Session) -> int:
    """Orders that were not taken and that nobody has settled."""
    c = IntakeError.__table__.c  # type: ignore[attr-defined]
    return bounded(session, sa.select(c.id).where(c.solved_at.is_(None)))


def messages(session: Session) -> dict[str, int]:
    """Messages by state, each counted to 10,000."""
    c = Message.__table__.c  # type: ignore[attr-defined]
    return each(session, c.id, c.state, ("held", "sending", "sent", "skipped", "unknown", "dead"))


def parcels(session: Session, state: str) -> int:
    """Parcels in a state."""
    c = Parcel.__table__.c  # type: ignore[attr-defined]
    return bounded(session, sa.select(c.id).where(c.state == state))


def bins_to_count(session: Session) -> int:
    """Bins that somebody must count."""
    c = CountRequest.__table__.c  # type: ignore[attr-defined]
    return bounded(session, sa.select(c.id).where(c.done_at.is_(None)))


def counts_to_decide(session: Session) -> int:
    """Counts that contradict the books by much and wait for somebody else."""
    c = CountRequest.__table__.c  # type: ignore[attr-defined]
    return bounded(session, sa.select(c.id).where(c.done_at.is_(None), c.round > 1))


def late_orders(session: Session) -> int:
    """Open orders past the day to ship by: an index walk over the oldest of each state."""
    o, now = Order.__table__.c, clock.now()  # type: ignore[attr-defined]
    least = session.execute(sa.select(sa.func.min(Store.__table__.c.ship_within_days))).scalar_one() or 0  # type: ignore[attr-defined]
    before = sa.bindparam(None, now - timedelta(days=least), o.placed_at.type)
    ends = sa.bindparam(None, now, o.ship_by.type)
    return sum(bounded(session, sa.select(o.id).where(o.state == state, o.placed_at < before, o.ship_by < ends)) for state in OPEN)


def purchase_orders(session: Session) -> dict[str, int]:
    """Purchase orders that goods are still expected on, and how many of them are late."""
    o, n = PurchaseOrder.__table__.c, PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
    lacking = sa.select(n.id).where(n.purchase_order_id == o.id, n.received < n.quantity).exists()
    query = sa.select(o.id).where(o.closed_at.is_(None), lacking)
    return {"open": bounded(session, query), "late": bounded(session, query.where(o.expected_to < velocity.today()))}
