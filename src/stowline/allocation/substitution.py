"""A substitute takes the place of what waits, where the shopper agreed and nobody waits for the substitute.

At once when an order is placed (its levels are locked with those of its substitutes already); when free units of a
substitute come, or a product gets other substitutes, a timer looks in a transaction of its own, so that all levels are
locked in their order.
"""

from collections.abc import Sequence

from sqlmodel import Session

from stowline.allocation import queries
from stowline.allocation.events import BackorderFilled
from stowline.allocation.queries import Agreed
from stowline.allocation.rules import FOR_ALL, open_to
from stowline.catalog import queries as catalog
from stowline.catalog.events import SubstitutesChanged
from stowline.core import clock, outbox, timers
from stowline.inventory import service as inventory
from stowline.orders import service as orders
from stowline.orders.events import OrderSettled

TIMER = "substitute"
CHANGED = "substitutes-changed"
AT_ONCE = 100
WHY = "the shopper takes a substitute"


def on_settled(session: Session, fact: OrderSettled) -> None:
    """An order stands in line: what of it waits, though a substitute is free, is swapped."""
    swap_all(session, queries.agreed(session, order_id=fact.order_id), news=not fact.placed)


def on_time(session: Session, ref: str) -> None:
    """The timer's verb: free units of a product take the place of what waits, first in line first."""
    stands = catalog.stands_in_for(session, [int(ref)])
    most = queries.free(session, int(ref))
    lines = queries.agreed(session, product_ids=list(stands), most=most, limit=AT_ONCE) if stands else []
    swapped = swap_all(session, lines)
    if swapped and len(lines) == AT_ONCE:
        timers.set_timer(session, TIMER, ref, clock.now())


def on_changed(session: Session, fact: SubstitutesChanged) -> None:
    """A product has other substitutes than before: who agreed already, and waits, is looked at once that stands."""
    timers.set_timer(session, CHANGED, str(fact.product_id), clock.now())


def look(session: Session, ref: str) -> None:
    """The timer's verb: what waits for this product is swapped, if one of its substitutes is free.

    Its levels come first: who is just placing an order, or notes that a shopper agrees, holds the product's level until
    all is written, so either they see the new substitute or they are seen here.
    """
    product_id = int(ref)
    others = [one.substitute_id for one in catalog.substitutes(session, [product_id]).get(product_id, [])]
    free = inventory.lock_levels(session, [product_id, *others])
    most = max((free[other] for other in others), default=0)
    lines = queries.agreed(session, product_ids=[product_id], most=most, limit=AT_ONCE) if most > 0 else []
    if swap_all(session, lines) and len(lines) == AT_ONCE:
        timers.set_timer(session, CHANGED, ref, clock.now())


def swap_all(session: Session, lines: Sequence[Agreed], *, news: bool = True) -> int:
    """Swap each line's waiting units for its first substitute in season that has them all free: how many lines. That they
    need not wait any more is `news` to who waited before, told as any stock that comes.
    """
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
                if news:
                    outbox.record(session, BackorderFilled(line.order_id, one.sku, line.units), subject=line.order_id)
                free[one.substitute_id] -= line.units
                done += 1
                break
    return done
