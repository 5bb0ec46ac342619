"""Pallets that are built here: each gets the next SSCC under the warehouse's own GS1 company prefix.

An SSCC is extension digit, company prefix, serial and check digit (GS1 General Specifications, 3.2). Serials begin at 0;
when all of one extension digit are used, the next digit follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog import queries as catalog
from stowline.core import author, barcode, clock, outbox
from stowline.core.config import settings
from stowline.core.errors import BadRequest, Conflict, NotFound, Refused
from stowline.receiving.events import PalletBuilt, PalletTakenApart
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine
from stowline.receiving.pallet_models import BuiltPallet, BuiltPalletLine, SsccSeries
from stowline.scanning import service as scanning

KIND = "built-pallet"
MOST_PRODUCTS, MOST_UNITS = 200, 1_000_000
_s, _b, _i = SsccSeries.__table__, BuiltPallet.__table__.c, BuiltPalletLine.__table__.c  # type: ignore[attr-defined]
_n = PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
_NEW = sa.text("INSERT INTO sscc_series (prefix, upcoming) VALUES (:prefix, 0) ON CONFLICT (prefix) DO NOTHING")
NO_PREFIX = "No GS1 company prefix is set, so a pallet can get no SSCC of its own. Set STOWLINE_GS1_PREFIX, then build the pallet."


def next_sscc(session: Session) -> str:
    """The next SSCC under our prefix. Whoever draws one waits for who draws before; what is rolled back is drawn again.

    Raises Refused where no prefix is set or all numbers are used.
    """
    prefix = settings().gs1_prefix
    if not prefix:
        raise Refused(NO_PREFIX)
    session.execute(_NEW, {"prefix": prefix})
    drawn = sa.update(_s).where(_s.c.prefix == prefix).values(upcoming=_s.c.upcoming + 1).returning(_s.c.upcoming - 1)
    number = int(session.execute(drawn).scalar_one())
    extension, serial = divmod(number, 10 ** (16 - len(prefix)))
    if extension > 9:
        raise Refused(f"All SSCCs under the prefix {prefix} are used. Set another STOWLINE_GS1_PREFIX.")
    return barcode.sscc(prefix, serial, extension)


def build(session: Session, units: Mapping[str, int], *, press: str, order: PurchaseOrder | None = None) -> BuiltPallet:
    """A pallet of these units by SKU, of a purchase order if one is named. The same press again is the same pallet.

    Raises Refused for nothing on it, an unknown SKU, or more than came on the purchase order and stands on no pallet yet.
    """
    if not 8 <= len(press) <= 64:
        raise BadRequest("This page is incomplete. Load it again, then build the pallet.", where="press")
    if order is not None:
        session.execute(sa.select(col(PurchaseOrder.id)).where(col(PurchaseOrder.id) == order.id).with_for_update())
    known = session.exec(select(BuiltPallet).where(BuiltPallet.press == press)).one_or_none()
    wanted = {sku: n for sku, n in units.items() if n}
    if known is not None:
        return _same(session, known, wanted, order)
    if not wanted:
        raise Refused("Nothing stands on this pallet. Give the units of at least one product.")
    ids = _products(session, wanted)
    if order is not None:
        _refuse_more_than_came(session, order, {ids[sku]: n for sku, n in wanted.items()}, {ids[sku]: sku for sku in wanted})
    made = BuiltPallet(sscc=next_sscc(session), press=press, purchase_order_id=order.id if order else None, at=clock.now(),
                       who=author.current().who)  # fmt: skip
    session.add(made)
    session.flush()
    session.add_all([BuiltPalletLine(pallet_id=made.id or 0, product_id=ids[sku], units=n) for sku, n in wanted.items()])
    session.flush()
    scanning.print_code(session, made.sscc, KIND, made.id or 0, f"pallet {made.sscc}")
    outbox.record(session, PalletBuilt(made.sscc, order.ref if order else "", sum(wanted.values()), made.who))
    return made


def _same(session: Session, known: BuiltPallet, wanted: Mapping[str, int], order: PurchaseOrder | None) -> BuiltPallet:
    """The pallet that a press built. Raises Conflict where the press comes again with something else."""
    [row] = rows(session, [known])
    if row.order_id != (order.id if order else None) or {sku: n for sku, _, n in row.contents} != wanted:
        raise Conflict(f"This page built pallet {known.sscc} already. Load it again to build another one.")
    return known


def _products(session: Session, wanted: Mapping[str, int]) -> dict[str, int]:
    """The ids of the products, by SKU."""
    if len(wanted) > MOST_PRODUCTS:
        raise Refused(f"A pallet has at most {MOST_PRODUCTS} products.")
    ids = catalog.ids_of(session, list(wanted))
    for sku, n in wanted.items():
        if sku not in ids:
            raise Refused(f"There is no product {sku}.", where=f"units.{sku}")
        if not 0 < n <= MOST_UNITS:
            raise Refused(f"{sku}: a pallet has 1 to {MOST_UNITS:,} units.", where=f"units.{sku}")
    return ids


def _refuse_more_than_came(session: Session, order: PurchaseOrder, wanted: Mapping[int, int], skus: Mapping[int, str]) -> None:
    free = not_on_pallets(session, order.id or 0)
    for product_id, n in wanted.items():
        left = free.get(product_id, 0)
        if n > left:
            raise Refused(f"{skus[product_id]}: {n:,} are more than the {left:,} that came on {order.ref} and stand on no pallet yet.",
                          where=f"units.{skus[product_id]}")  # fmt: skip


def not_on_pallets(session: Session, order_id: int) -> dict[int, int]:
    """Units of each product that came on a purchase order and stand on no pallet that was built here."""
    came = sa.select(_n.product_id, sa.func.sum(_n.received + _n.over)).where(_n.purchase_order_id == order_id)
    found = {product_id: int(units) for product_id, units in session.execute(came.group_by(_n.product_id))}
    on = (
        sa.select(_i.product_id, sa.func.sum(_i.units)).join(BuiltPallet, _b.id == _i.pallet_id)
        .where(_b.purchase_order_id == order_id, _b.apart_at.is_(None)).group_by(_i.product_id)
    )  # fmt: skip
    for product_id, units in session.execute(on):
        found[product_id] = max(found.get(product_id, 0) - int(units), 0)
    return found


def take_apart(session: Session, sscc: str) -> BuiltPallet:
    """The pallet is one no more; its SSCC is never used again. Again changes nothing. Raises NotFound."""
    pallet = by_sscc(session, sscc)
    done = session.execute(
        sa.update(BuiltPallet).where(_b.id == pallet.id, _b.apart_at.is_(None)).values(apart_at=clock.now())
    )
    if done.rowcount:  # type: ignore[attr-defined]
        outbox.record(session, PalletTakenApart(sscc, author.current().who))
    return pallet


def by_sscc(session: Session, sscc: str) -> BuiltPallet:
    """A pallet that was built here. Raises NotFound."""
    found = session.exec(select(BuiltPallet).where(BuiltPallet.sscc == sscc)).one_or_none()
    if found is None:
        raise NotFound(f"No pallet {sscc[:40]} was built here.")
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A pallet for pages and paper; its contents are (SKU, name, units)."""

    sscc: str
    at: datetime
    who: str
    apart: bool
    order_id: int | None
    contents: tuple[tuple[str, str, int], ...]


def rows(session: Session, found: Sequence[BuiltPallet]) -> list[Row]:
    """These pallets with what stands on them."""
    ids = [one.id or 0 for one in found]
    lines = session.execute(sa.select(_i.pallet_id, _i.product_id, _i.units).where(_i.pallet_id.in_(ids)).order_by(_i.product_id)).all()
    goods = catalog.by_ids(session, [line[1] for line in lines])
    inside: dict[int, list[tuple[str, str, int]]] = {}
    for pallet_id, product_id, units in lines:
        inside.setdefault(pallet_id, []).append((goods[product_id].sku, goods[product_id].name, units))
    return [Row(one.sscc, one.at, one.who, one.apart_at is not None, one.purchase_order_id, tuple(inside.get(one.id or 0, ())))
            for one in found]  # fmt: skip


def of_order(session: Session, order_id: int, *, limit: int = 50) -> list[Row]:
    """The latest pallets that were built of a purchase order, the newest first."""
    query = select(BuiltPallet).where(BuiltPallet.purchase_order_id == order_id).order_by(col(BuiltPallet.id).desc())
    return rows(session, list(session.exec(query.limit(limit))))


def told(session: Session, pallet_id: int) -> str:
    """What stands on a pallet, in words."""
    found = session.get(BuiltPallet, pallet_id)
    if found is None or found.apart_at is not None:
        return "It was taken apart."
    return ", ".join(f"{units:,} {name}" for _, name, units in rows(session, [found])[0].contents)


def refuse_apart(pallet: BuiltPallet) -> None:
    """No label for what is no pallet any more. Raises Conflict."""
    if pallet.apart_at is not None:
        raise Conflict(f"Pallet {pallet.sscc} was taken apart. Build a new one; it gets a number of its own.")
