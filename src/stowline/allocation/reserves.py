"""Units of a product that are kept for the orders of one store: a level, until a day or until it is ended."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation import service
from stowline.allocation.events import ReserveEnded, ReserveSet
from stowline.allocation.models import Reserve
from stowline.catalog import queries as catalog
from stowline.core import clock, outbox, timers
from stowline.core.errors import Refused
from stowline.inventory import service as inventory
from stowline.stores import queries as stores

TIMER = "reserve-ends"
MOST = 1_000_000
_reserves = Reserve.__table__  # type: ignore[attr-defined]


def keep(session: Session, product_id: int, store_id: int, units: int, until: datetime | None, who: str) -> Reserve:
    """Keep so many free units of a product for a store, in place of what was kept for it before; what others were
    promised already stays theirs. Raises Refused for a kit, and for a number or a moment that makes no sense.
    """
    if not 1 <= units <= MOST:
        raise Refused(f"Say how many units are kept: 1 to {MOST:,}.", where="units")
    if until is not None and until <= clock.now():
        raise Refused("A reserve ends in the future.", where="until")
    if catalog.recipes(session, [product_id]):
        raise Refused("A kit has no stock of its own. Keep units of its parts.", where="sku")
    inventory.lock_levels(session, [product_id])
    made = Reserve(product_id=product_id, store_id=store_id, units=units, until=until, made_by=who[:120], made_at=clock.now())
    made = session.merge(made)
    session.flush()
    timers.cancel(session, TIMER, _ref(product_id, store_id))
    if until is not None:
        timers.set_timer(session, TIMER, _ref(product_id, store_id), until)
    sku, store = catalog.product(session, product_id).sku, stores.store(session, store_id)
    outbox.record(session, ReserveSet(sku, store.key, units, until.isoformat() if until else "", who))
    service.fill(session, [product_id])
    return made


def end(session: Session, product_id: int, store_id: int) -> bool:
    """Keep nothing for a store any more; what was kept goes to who waits. Whether there was anything kept."""
    inventory.lock_levels(session, [product_id])
    mine = sa.and_(_reserves.c.product_id == product_id, _reserves.c.store_id == store_id)
    if not session.execute(sa.delete(_reserves).where(mine)).rowcount:  # type: ignore[attr-defined]
        return False
    session.expire_all()
    timers.cancel(session, TIMER, _ref(product_id, store_id))
    sku, store = catalog.product(session, product_id).sku, stores.store(session, store_id)
    outbox.record(session, ReserveEnded(sku, store.key))
    service.fill(session, [product_id])
    return True


def on_time(session: Session, ref: str) -> None:
    """The timer's verb: the reserve ends."""
    product_id, _, store_id = ref.partition(":")
    end(session, int(product_id), int(store_id))


def _ref(product_id: int, store_id: int) -> str:
    return f"{product_id}:{store_id}"
