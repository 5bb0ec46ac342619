"""A substitute takes the place of what waits, where the shopper agreed and nobody waits for the substitute.

At once when an order is placed (its levels are locked with those of its substitutes already); when free units of a
substitute come, a timer looks in a transaction of its own, so that all levels are locked in their order.
"""

from collections.abc import Sequence

from sqlmodel import Session

from stowline.allocation import queries
from stowline.allocation.queries import Agreed
from stowline.allocation.rules import FOR_ALL, open_to
from stowline.catalog import queries as catalog
from stowline.core import clock, timers
from stowline.inventory import service as inventory
from stowline.orders import service as orders
from stowline.orders.events import OrderSettled

TIMER = "substitute"
AT_ONCE = 100
WHY = "the shopper takes a substitute"


def on_settled(session: Session, fact: OrderSettled) -> None:
    """An order stands in line: what of it waits, though a substitute is free, is swapped."""
    swap_all(session, queries.agreed(session, order_id=fact.order_id))


def on_time(session: Session, ref: str) -> None:
    """The timer's verb: free units of a product take the place of what waits, first in line first."""
    stands = catalog.stands_in_for(session, [int(ref)])
    lines = queries.agreed(session, product_ids=list(stands), limit=AT_ONCE) if stands else []
    swapped = swap_all(session, lines)
    if swapped and len(lines) == AT_ONCE:
        timers.set_timer(session, TIMER, ref, clock.now())


def swap_all(session: Session, lines: Sequence[Agreed]) -> int:
    """Swap each line's waiting units for its first substitute in season that has them all free: how many lines."""
    if not lines:
        return 0
    stands = catalog.substitutes(session, {line.product_id for line in lines})
    others = {one.substitute_id for some in stands.values() for one in some}
    free = inventory.lock_levels(session, sorted({line.product_id for line in lines} | others))
    kept = queries.kept(session, sorted(others))
    done, month = 0, clock.now().month
    for line in lines:
        for one in stands.get(line.product_id, []):
            there = open_to(free[one.substitute_id], kept.get(one.substitute_id, {}))
            if one.fits(month) and there.get(line.store_id, there[FOR_ALL]) >= line.units:
                orders.swap(session, line.line_id, one.substitute_id, line.units, why=WHY)
                free[one.substitute_id] -= line.units
                done += 1
                break
    return done
