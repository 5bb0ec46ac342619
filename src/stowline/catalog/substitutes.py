"""Products that may take another's place, unit for unit, where the shopper agreed to it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries
from stowline.catalog.events import SubstitutesChanged
from stowline.catalog.models import Product, Substitute
from stowline.core import clock, hooks
from stowline.core.errors import Refused

MOST = 20
Months = tuple[int | None, int | None]
_table = Substitute.__table__  # type: ignore[attr-defined]


def add(session: Session, sku: str, substitute: str, *, from_month: int | None = None, to_month: int | None = None) -> bool:
    """Let a product take the place of `sku`, after those that may already; again: its months are changed. Whether that is new.

    Raises NotFound for a SKU nobody knows, Refused for kits, for itself, and for months that are none.
    """
    product, other = queries.product_by_sku(session, sku), _other(session, substitute)
    _check(session, product, other, from_month, to_month)
    there = queries.substitutes(session, [product.id or 0]).get(product.id or 0, [])
    mine = sa.and_(_table.c.product_id == product.id, _table.c.substitute_id == other.id)
    known = [one for one in there if one.substitute_id == other.id]
    if known:
        if (known[0].from_month, known[0].to_month) == (from_month, to_month):
            return False
        session.execute(sa.update(_table).where(mine).values(from_month=from_month, to_month=to_month))
        hooks.tell(session, SubstitutesChanged(product.id or 0))
        return True
    if len(there) >= MOST:
        raise Refused(f"A product has at most {MOST} substitutes. Take one off first.", where="sku")
    last = session.execute(sa.select(sa.func.max(_table.c.position)).where(_table.c.product_id == product.id)).scalar_one()
    session.execute(sa.insert(_table).values(product_id=product.id, substitute_id=other.id, position=(last or 0) + 1,
                                             from_month=from_month, to_month=to_month, since=clock.now()))  # fmt: skip
    hooks.tell(session, SubstitutesChanged(product.id or 0))
    return True


def put(session: Session, sku: str, wanted: Sequence[tuple[str, Months]]) -> bool:
    """Let exactly these take the place of `sku`, the first choice first, each with its months; whether that is new.

    Raises NotFound and Refused as `add`, with the place in the list (`substitutes[1].sku`); then nothing is changed.
    """
    product = queries.product_by_sku(session, sku)
    there = queries.substitutes(session, [product.id or 0]).get(product.id or 0, [])
    if [(one.sku, (one.from_month, one.to_month)) for one in there] == list(wanted):
        return False
    if len(wanted) > MOST:
        raise Refused(f"A product has at most {MOST} substitutes.", where="substitutes")
    with session.begin_nested():
        session.execute(sa.delete(_table).where(_table.c.product_id == product.id))
        for n, (other, (first, last)) in enumerate(wanted):
            if other in [known for known, _ in wanted[:n]]:
                raise Refused(f"{other} stands in the list twice.", where=f"substitutes[{n}].sku")
            try:
                add(session, sku, other, from_month=first, to_month=last)
            except Refused as why:
                raise Refused(why.say, where=f"substitutes[{n}].{why.where}") from None
    return True


def remove(session: Session, sku: str, substitute: str) -> None:
    """It may take its place no more; what was swapped stays swapped. Nothing happens if it might not."""
    product, other = queries.product_by_sku(session, sku), _other(session, substitute)
    session.execute(sa.delete(_table).where(_table.c.product_id == product.id, _table.c.substitute_id == other.id))


def _other(session: Session, sku: str) -> Product:
    ids = queries.ids_of(session, [sku])
    if sku not in ids:
        raise Refused(f"There is no product {sku}. Add it to the catalogue first.", where="sku")
    return queries.product(session, ids[sku])


def _check(session: Session, product: Product, other: Product, from_month: int | None, to_month: int | None) -> None:
    if product.id == other.id:
        raise Refused("A product cannot take its own place.", where="sku")
    if queries.recipes(session, [product.id or 0, other.id or 0]):
        raise Refused("A kit neither takes another product's place nor has a substitute.", where="sku")
    if (from_month is None) != (to_month is None):
        raise Refused("Give both months, or none for all the year.", where="to_month" if to_month is None else "from_month")
    for name, month in (("from_month", from_month), ("to_month", to_month)):
        if month is not None and not 1 <= month <= 12:
            raise Refused("A month is 1 to 12.", where=name)
