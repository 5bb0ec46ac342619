"""Making promises anew, by a timer: product by product, in portions of 500 lines, each a short transaction of its own."""

from functools import partial

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import queries
from stowline.backorders.forecast import Forecast, SupplyOf
from stowline.backorders.promise_models import PromiseDue
from stowline.backorders.promises import Why, alone, settle
from stowline.backorders.queries import Place
from stowline.core import db

PORTION, AT_ONCE, MOST_DUE = 500, 200, 50_000
_due = PromiseDue.__table__  # type: ignore[attr-defined]


def catch_up(supply_of: SupplyOf) -> int:
    """Make the promises anew that are due: how many are another now."""
    changed = 0
    while True:
        with db.reading() as session:
            product_ids = queries.due_products(session, AT_ONCE)
        if not product_ids:
            return changed
        changed += sum(product(product_id, supply_of) for product_id in product_ids)


def product(product_id: int, supply_of: SupplyOf) -> int:
    """All promises on one product. What was due when it began is done when the last portion is."""
    with db.reading() as session:
        rows = session.execute(sa.select(_due).where(_due.c.product_id == product_id).order_by(_due.c.id).limit(MOST_DUE)).all()
    if not rows:
        return 0
    told, done = next((row for row in reversed(rows) if row.say), rows[-1]), [row.id for row in rows]
    why = Why(told.cause, told.ref, told.say, all(row.ageing for row in rows))
    changed, after, ahead = 0, None, 0
    while True:
        n, after, ahead = db.run(partial(_portion, product_id=product_id, after=after, ahead=ahead, why=why, done=done, supply_of=supply_of))
        changed += n
        if after is None:
            return changed


def _portion(
    session: Session, *, product_id: int, after: Place | None, ahead: int, why: Why, done: list[int], supply_of: SupplyOf
) -> tuple[int, Place | None, int]:
    """The next lines of the queue: how many promises are another, from where to go on, and the units up to there."""
    alone(session, [product_id])
    lines = queries.queue(session, product_id, after, ahead, PORTION)
    changed = 0
    if lines:
        forecast = Forecast.read(session, supply_of(session, [product_id]), {line.store_id for line in lines})
        changed = settle(session, lines, forecast, why)
    if len(lines) < PORTION:
        for start in range(0, len(done), PORTION):  # not "up to the last one": ids do not commit in order
            session.execute(sa.delete(_due).where(_due.c.id.in_(done[start : start + PORTION])))
        return changed, None, 0
    return changed, lines[-1].place, lines[-1].ahead + lines[-1].units
