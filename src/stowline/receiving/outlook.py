"""What is on its way, told to those who promise it: receiving knows deliveries and how late suppliers were, backorders
makes windows of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import outcomes, promises, recalculating
from stowline.backorders.forecast import Supply
from stowline.backorders.promises import Why
from stowline.backorders.windows import Arrival
from stowline.core import clock, db, timers
from stowline.inventory import velocity
from stowline.inventory.events import StockFreed, StockLeaving
from stowline.orders.events import DemandDropped, OrderEntered, PlacesChanged
from stowline.receiving import queries
from stowline.receiving.events import SupplyChanged
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderRevision
from stowline.receiving.queries import Came

NIGHT = "promises-nightly"
EVERY, LEARN_EVERY = timedelta(minutes=1), timedelta(hours=6)
MOST_ARRIVALS = 100
_o, _l = PurchaseOrder.__table__.c, PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
_v = PurchaseOrderRevision.__table__.c  # type: ignore[attr-defined]
Agreed = tuple[datetime, date | None]


def supply(session: Session, product_ids: Sequence[int]) -> Supply:
    """What open purchase orders will bring of these products; of each the first hundred deliveries."""
    soonest = (_o.expected_to.is_(None), _o.expected_to, _o.id, _l.id)
    ranked = (
        sa.select(_l.product_id, _o.ref, _o.supplier_id, _o.supplier, (_l.quantity - _l.received).label("units"),
                  _o.expected_from, _o.expected_to,
                  sa.func.row_number().over(partition_by=_l.product_id, order_by=soonest).label("n"))
        .join(PurchaseOrder, _o.id == _l.purchase_order_id)
        .where(_l.product_id.in_(list(product_ids)), _l.received < _l.quantity, _o.closed_at.is_(None))
        .subquery()
    )  # fmt: skip
    *columns, n = ranked.c
    found: dict[int, list[Arrival]] = {product_id: [] for product_id in product_ids}
    for product_id, *rest in session.execute(sa.select(*columns).where(n <= MOST_ARRIVALS).order_by(ranked.c.product_id, n)):
        found[product_id].append(Arrival(*rest))
    return {product_id: _together(arrivals) for product_id, arrivals in found.items()}


def _together(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """A product on several lines of one purchase order is one delivery."""
    found: dict[str, Arrival] = {}
    for one in arrivals:
        units = one.units + (found[one.ref].units if one.ref in found else 0)
        found[one.ref] = Arrival(one.ref, one.supplier_id, one.supplier, units, one.expected_from, one.expected_to)
    return list(found.values())


# --- hooks ------------------------------------------------------------------------------------------------------------


def on_entered(session: Session, fact: OrderEntered) -> None:
    """An order stands in line: it is promised what it waits for."""
    promises.on_entered(session, fact, supply)


def on_supply_changed(session: Session, fact: SupplyChanged) -> None:
    """What is on its way is otherwise."""
    promises.mark(session, fact.product_ids, Why(fact.cause, fact.ref))


def on_dropped(session: Session, fact: DemandDropped) -> None:
    """An order wants fewer units: those behind it move up."""
    promises.mark(session, fact.product_ids, Why("somebody before them left the line"))


def on_places_changed(session: Session, fact: PlacesChanged) -> None:
    """Some stand before others now."""
    promises.mark(session, fact.product_ids, Why(fact.why))


def on_freed(session: Session, fact: StockFreed) -> None:
    """Units were promised: those behind move up."""
    promises.mark(session, fact.product_ids, Why("stock came"))


def on_leaving(session: Session, fact: StockLeaving) -> None:
    """Units were taken from those who had them: they wait again."""
    promises.mark(session, [fact.product_id], Why(fact.why))


# --- timers -----------------------------------------------------------------------------------------------------------


def catch_up(_ref: str) -> None:
    """The timer's work: make anew what is due, and plan the next run."""
    with db.reading() as session:
        fresh = outcomes.last_learned(session, LEARN_EVERY)
    if not fresh:
        db.run(learn)
    recalculating.catch_up(supply)
    db.run(_next_run)


def _next_run(session: Session) -> None:
    """Whatever was marked since keeps its own, earlier run."""
    with_more = session.execute(sa.text("SELECT 1 FROM promise_due LIMIT 1")).first() is not None
    timers.set_timer(session, promises.TIMER, "", clock.now() + (promises.SOON if with_more else EVERY))


def nightly(session: Session, _ref: str) -> None:
    """A day passed: goods that are late are not expected yesterday, and what was learned is learned anew."""
    learn(session)
    promises.mark_all(session, Why("a day passed", ageing=True))
    timers.set_timer(session, NIGHT, "", velocity.midnight() + timedelta(minutes=5))


# --- how late suppliers were -------------------------------------------------------------------------------------------


def learn(session: Session) -> None:
    """Learn how many days suppliers were off their word, of the deliveries of the last 400 days."""
    outcomes.learn(session, slips(session, clock.now() - outcomes.REMEMBERED))


def slips(session: Session, since: datetime) -> dict[int, list[list[tuple[int, float]]]]:
    """Days from the last expected day to the day units came, by supplier (0: none is named): a list for each purchase order.

    A purchase order that was revised has several expected days. Each weighs as long as it was in force: as somebody
    who asked at any moment of the wait would have been told. Lines weigh by their units.
    """
    came: dict[str, list[Came]] = defaultdict(list)
    for one in queries.arrival_history(session, since):
        came[one.ref].append(one)
    agreed = _agreed(session, came)
    found: dict[int, list[list[tuple[int, float]]]] = defaultdict(list)
    for ref, lines in came.items():
        case = [(days, weight * line.units) for line in lines for days, weight in off_by(agreed.get(ref, []), line.last_at)]
        if case:
            found[lines[0].supplier_id or 0].append(case)
    return dict(found)


def _agreed(session: Session, refs: Iterable[str]) -> dict[str, list[Agreed]]:
    """When which last day was agreed, by purchase order, the first first."""
    wanted, found = sorted(refs), defaultdict[str, list[Agreed]](list)
    for start in range(0, len(wanted), 500):
        query = sa.select(_o.ref, _v.at, _v.expected_to).join(PurchaseOrder, _o.id == _v.purchase_order_id)
        for ref, at, day in session.execute(query.where(_o.ref.in_(wanted[start : start + 500])).order_by(_o.ref, _v.n)):
            found[ref].append((at, day))
    return found


def off_by(agreed: Sequence[Agreed], came_at: datetime) -> list[tuple[int, float]]:
    """(days off, share of the wait) for each day that was agreed until the units came."""
    came, begins = velocity.day_of(came_at), [at for at, _ in agreed if at < came_at]
    ends = [*begins[1:], came_at]
    spans = [(day, (end - at).total_seconds()) for (_, day), at, end in zip(agreed, begins, ends, strict=False)]
    whole = sum(seconds for _, seconds in spans)
    return [((came - day).days, seconds / whole) for day, seconds in spans if day is not None and whole > 0]
