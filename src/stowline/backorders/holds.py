"""Units of stock that are held for an offer: promised to nobody's line, and free for nobody else.

Stock levels are locked by the caller, in the order of the house.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.backorders import shelf_reads
from stowline.backorders.offer_models import StockHold
from stowline.inventory import service as inventory
from stowline.inventory.events import StockLeaving

_h = StockHold.__table__  # type: ignore[attr-defined]


def of_offer(session: Session, offer_id: int) -> dict[int, int]:
    """Units held for an offer, by product."""
    query = sa.select(_h.c.product_id, _h.c.units).where(_h.c.offer_id == offer_id)
    return dict(session.execute(query).all())


def of_order_products(session: Session, offer_ids: list[int]) -> set[int]:
    """The products of which units are held for these offers."""
    return set(session.execute(sa.select(_h.c.product_id).where(_h.c.offer_id.in_(offer_ids))).scalars())


def hold(session: Session, offer_id: int, wanted: Mapping[int, int], until: datetime) -> None:
    """Hold free units of these products, which the caller found free under its lock."""
    rows = [{"offer_id": offer_id, "product_id": p, "units": n, "until": until} for p, n in sorted(wanted.items()) if n > 0]
    if rows:
        session.execute(sa.insert(_h), rows)
        inventory.promise(session, {row["product_id"]: row["units"] for row in rows})  # type: ignore[misc]


def release(session: Session, offer_id: int) -> set[int]:
    """Hold nothing for this offer any more: the products of which units are free now. The caller serves who waits."""
    held = of_offer(session, offer_id)
    if held:
        session.execute(sa.delete(_h).where(_h.c.offer_id == offer_id))
        inventory.promise(session, {product_id: -units for product_id, units in held.items()})
    return set(held)


def hand_over(session: Session, offer_id: int, product_id: int) -> int:
    """End one hold without freeing its units: they stay promised, to whatever line the caller says at once."""
    units = of_offer(session, offer_id).get(product_id, 0)
    session.execute(sa.delete(_h).where(_h.c.offer_id == offer_id, _h.c.product_id == product_id))
    return units


def promised(session: Session, line_ids: Sequence[int]) -> int:
    """Units that are promised to these order lines and on no pick list yet."""
    return sum(shelf_reads.unreleased(session, line_ids).values())


def on_leaving(session: Session, fact: StockLeaving) -> None:
    """Good units are about to leave the count: what is held for a mere choice goes before what is promised to an order."""
    short = fact.units - inventory.lock_levels(session, [fact.product_id]).get(fact.product_id, 0)
    query = select(StockHold).where(StockHold.product_id == fact.product_id).order_by(col(StockHold.offer_id).desc()).limit(500)
    for one in session.exec(query) if short > 0 else ():
        if short <= 0:
            break
        take = min(short, one.units)
        mine = _h.c.offer_id == one.offer_id, _h.c.product_id == one.product_id
        if take == one.units:
            session.execute(sa.delete(_h).where(*mine))
        else:
            session.execute(sa.update(_h).where(*mine).values(units=_h.c.units - take))
        inventory.promise(session, {one.product_id: -take})
        short -= take
