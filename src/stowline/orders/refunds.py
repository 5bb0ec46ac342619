"""Refunds that shops made: each is known by the shop's own number and worked once, however often and in whichever order it
comes. One that comes before its order waits for it.

What is here still is not sent any more; what had left is written down, so that a return does not pay for it again. Units
that were cancelled here before for another reason are taken to be those that the shop pays for. What was sold is followed
by the shop's number of it (`OrderLine.shop_line`): to the parts of a kit, to what came in its place, and to the order
that it goes with. Stock levels are locked before the orders, as everywhere.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog import queries as catalog
from stowline.core import clock, outbox, timers
from stowline.inventory import service as inventory
from stowline.orders import dropping, queries
from stowline.orders.events import RefundedByShop
from stowline.orders.instruction_models import Instruction
from stowline.orders.instruction_rules import FOR_RETURN, State
from stowline.orders.intake.shape import IncomingRefund, RefundedLine
from stowline.orders.models import Order, OrderLine
from stowline.orders.refund_models import ShopRefund, ShopRefundLine

TIMER = "shop-refund"
LOOK_AGAIN = timedelta(minutes=1)  # for an order that was being placed at the very moment in which its refund came
MOST = 500
REASON = "refunded by the shop"
_r, _n = ShopRefund.__table__, ShopRefundLine.__table__  # type: ignore[attr-defined]
_o, _l = Order.__table__.c, OrderLine.__table__.c  # type: ignore[attr-defined]


def hear(session: Session, store_id: int, said: IncomingRefund) -> tuple[str, Order | None]:
    """A shop tells of a refund: `refunded`, `known`, or `waits` for its order; and the order."""
    query = select(ShopRefund).where(ShopRefund.store_id == store_id, ShopRefund.platform == said.platform, ShopRefund.shop_id == said.shop_id)
    known = session.exec(query.with_for_update()).one_or_none()
    order = _order(session, store_id, said)
    if known is not None and (known.order_id is not None or order is None):
        return ("known" if known.order_id is not None else "waits"), order
    if order is None and said.ref:
        return "waits", None  # it comes again within its order, when that is taken in
    refund = known or _kept(session, store_id, said)
    if order is None:
        timers.set_timer(session, TIMER, str(refund.id), clock.now() + LOOK_AGAIN)
        return "waits", None
    _work(session, refund, order)
    return "refunded", order


def _order(session: Session, store_id: int, said: IncomingRefund) -> Order | None:
    """The order of a refund; one from before shops' numbers were kept is known by its ref, and gets its number."""
    query = select(Order).where(Order.store_id == store_id)
    found = session.exec(query.where(Order.shop_id == said.shop_order, Order.platform == said.platform)).first()
    ref = said.ref or (said.shop_order if said.platform == "woocommerce" else "")
    if found is None and ref:
        found = session.exec(query.where(Order.ref == ref, Order.shop_id == "", Order.platform == said.platform)).first()
        if found is not None:
            found.shop_id = said.shop_order
            session.add(found)
    return found


def _kept(session: Session, store_id: int, said: IncomingRefund) -> ShopRefund:
    lines = [{"line": one.shop_line, "units": one.units, "sku": one.sku, "back": one.back} for one in said.lines]
    made = ShopRefund(store_id=store_id, platform=said.platform, shop_id=said.shop_id, shop_order=said.shop_order, amount=said.amount[:40],
                      lines=lines, at=said.at or clock.now(), heard_at=clock.now())  # fmt: skip
    session.add(made)
    session.flush()
    return made


def on_placed(session: Session, order: Order, taken_off: Iterable[str]) -> None:
    """An order was just placed: refunds that its lines are less of already are done, those that waited for it are worked."""
    if not order.shop_id:
        return
    mine = select(ShopRefund).where(ShopRefund.store_id == order.store_id, ShopRefund.platform == order.platform)
    for number in taken_off:
        known = session.exec(mine.where(ShopRefund.shop_id == number)).one_or_none()
        refund = known or _kept(session, order.store_id, IncomingRefund(number, order.shop_id, platform=order.platform))
        refund.order_id = order.id
        session.add(refund)
    session.flush()
    waits = mine.where(ShopRefund.shop_order == order.shop_id, col(ShopRefund.order_id).is_(None)).order_by(col(ShopRefund.id))
    for refund in session.exec(waits.limit(MOST).with_for_update()).all():
        _work(session, refund, order)


def look(session: Session, ref: str) -> None:
    """The timer's verb: a refund that waited looks for its order once more."""
    refund = session.exec(select(ShopRefund).where(ShopRefund.id == int(ref)).with_for_update()).one_or_none()
    if refund is None or refund.order_id is not None:
        return
    order = _order(session, refund.store_id, IncomingRefund(refund.shop_id, refund.shop_order, platform=refund.platform))
    if order is not None:
        _work(session, refund, order)


def all_back(session: Session, order: Order) -> bool:
    """The shop paid all of an order back: nothing that is here still is sent. Whether that changed anything. WooCommerce says
    no more than that, so it is a refund of all that was sold; Shopify tells its refunds, which are worked after this.
    """
    mine = list(session.exec(select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.shop_line != "").order_by(col(OrderLine.id))))
    numbers = [line.shop_line for line in mine]
    if order.platform == "woocommerce" and mine:
        # the first line has what was ordered: those that came in its place share its number, with fewer units
        sold = {line.shop_line: RefundedLine(line.shop_line, line.ordered // line.per_kit) for line in reversed(mine)}
        all_of_it = IncomingRefund(f"all of {order.shop_id}", order.shop_id, lines=tuple(sold.values()), platform=order.platform)
        return hear(session, order.store_id, all_of_it)[0] == "refunded"
    found = False
    for line in _locked(session, order, numbers):
        n = line.ordered - line.cancelled - line.take_out - line.handed_over
        if n > 0:
            found = True
            dropping.take_off(session, line.id or 0, n, REASON)
    return found


def stayed(session: Session, line_ids: Sequence[int]) -> None:
    """Units of these lines did not leave after all: those of them that a shop paid for as gone are here, and are not sent any
    more. Levels and order are locked.
    """
    for line_id in line_ids:
        gone = gone_units(session, [line_id]).get(line_id, 0)
        here = gone - queries.line(session, line_id).handed_over if gone else 0
        query = select(ShopRefundLine).where(ShopRefundLine.order_line_id == line_id, ShopRefundLine.gone > 0)
        for row in session.exec(query.order_by(col(ShopRefundLine.refund_id).desc()).limit(MOST)).all() if here > 0 else ():
            n = min(here, row.gone)
            row.off, row.gone, here = row.off + n, row.gone - n, here - n
            session.add(row)
            session.flush()
            if n:
                dropping.take_off(session, line_id, n, REASON)


def told(session: Session, store_id: int, platform: str, numbers: Sequence[str]) -> list[ShopRefund]:
    """Refunds that were heard with their lines, by the shop's numbers."""
    query = select(ShopRefund).where(ShopRefund.store_id == store_id, ShopRefund.platform == platform, col(ShopRefund.shop_id).in_(list(numbers[:MOST])))
    return list(session.exec(query.limit(MOST)))


# --- one refund is worked ---------------------------------------------------------------------------------------------


def _work(session: Session, refund: ShopRefund, order: Order) -> None:
    """What the refund takes off is off, once and for all."""
    _adopt(session, order, refund.lines)
    numbers = [str(one["line"]) for one in refund.lines]
    touched = _locked(session, order, numbers)
    refund.order_id = order.id
    session.add(refund)
    session.flush()
    sums = [0, 0, 0]
    for one in refund.lines:
        for lines, units in _groups(_sold(session, order.store_id, [str(one["line"])]), int(one["units"])):
            sums = [a + b for a, b in zip(sums, _take(session, refund, lines, units, back=bool(one["back"])), strict=True)]
    goods = _named(session, refund.lines, touched)
    for subject in sorted({order.id or 0, *(line.order_id for line in touched)}):
        its = queries.order(session, subject)
        outbox.record(session, RefundedByShop(subject, its.ref, refund.platform, refund.shop_id, refund.at.isoformat(),
                                              _amount(refund, its), goods, *sums), subject=subject)  # fmt: skip


def _sold(session: Session, store_id: int, numbers: Sequence[str]) -> list[OrderLine]:
    """The lines of what was sold, in whichever order of the store they stand, read anew."""
    query = select(OrderLine).join(Order, _o.id == _l.order_id).where(_o.store_id == store_id, _l.shop_line.in_(list(numbers)), _l.shop_line != "")
    return list(session.exec(query.order_by(_l.id).limit(MOST * 20).execution_options(populate_existing=True)))


def _locked(session: Session, order: Order, numbers: Sequence[str]) -> list[OrderLine]:
    """The same, with their levels and orders locked; two orders may become one just before."""
    found: list[OrderLine] = []
    held: set[int] = set()
    for _ in range(3):
        found = _sold(session, order.store_id, numbers)
        wanted = {order.id or 0, *(line.order_id for line in found)}
        if wanted <= held:
            return found
        inventory.lock_levels(session, sorted({line.product_id for line in found}))
        queries.lock_all(session, wanted)
        held |= wanted
    return found


def _adopt(session: Session, order: Order, said: Sequence[dict[str, Any]]) -> None:
    """Lines from before shops' numbers were kept get theirs by the SKU."""
    skus = {str(one["sku"]): str(one["line"]) for one in said if one.get("sku")}
    if not skus:
        return
    kits = {kit_id: kit.sku for kit_id, kit in queries.kits_of(session, order.id or 0).items()}
    for view in queries.lines(session, order.id or 0):
        number = skus.get(kits[view.kit_id] if view.kit_id is not None else view.sku)
        if number:
            session.execute(sa.update(OrderLine).where(_l.id == view.id, _l.shop_line == "").values(shop_line=number))


def _groups(lines: Sequence[OrderLine], units: int) -> list[tuple[list[OrderLine], int]]:
    """What was sold as (lines that stand for each other, units): each part of a kit by itself."""
    plain = [line for line in lines if line.kit_id is None]
    groups = [([line], units * line.per_kit) for line in lines if line.kit_id is not None]
    return [*groups, (plain, units)] if plain else groups


def _take(session: Session, refund: ShopRefund, lines: Sequence[OrderLine], units: int, *, back: bool) -> list[int]:
    """Refunded units of lines that stand for each other: [off, of these to be put back, gone]."""
    before = _before(session, [line.id or 0 for line in lines])
    left = sum(line.handed_over for line in lines) - sum(gone for _, gone in before.values())
    wanted, leave = sum(line.ordered - line.cancelled for line in lines), sum(line.take_out for line in lines)
    told = 0 if back or left <= 0 else max(0, _told(session, lines) - sum(gone for _, gone in before.values()))
    gone = min(units, max(0, left), units if back else told)
    other = max(0, lines[0].ordered - wanted + leave - sum(off for off, _ in before.values()))
    matched = min(units - gone, other)
    here = wanted - leave - sum(line.handed_over for line in lines)
    off = min(units - gone - matched, max(0, here))
    gone += min(units - gone - matched - off, max(0, left - gone))
    _note(session, refund, lines[0], off=matched)
    put_back, fewer, rest = 0, off, gone
    for line in lines:
        n = min(fewer, line.ordered - line.cancelled - line.take_out - line.handed_over)
        m = min(rest, line.handed_over - before.get(line.id or 0, (0, 0))[1])
        fewer, rest = fewer - n, rest - m
        _note(session, refund, line, off=n, gone=m)
        put_back += n - dropping.take_off(session, line.id or 0, n, REASON) if n else 0
    return [matched + off, put_back, gone]


def _told(session: Session, lines: Sequence[OrderLine]) -> int:
    """Units of these goods that came back, and for which the shop was told to pay: such a refund is that, whatever the shop
    calls it, and takes nothing off that is here.
    """
    skus = {catalog.product(session, line.product_id).sku for line in lines}
    query = select(Instruction.lines).where(
        col(Instruction.order_id).in_({line.order_id for line in lines}), Instruction.kind == "refund", col(Instruction.state) != State.WITHDRAWN,
        col(Instruction.why).startswith(FOR_RETURN),
    )  # fmt: skip
    return sum(int(one["quantity"]) for rows in session.exec(query.limit(MOST)) for one in rows if one["sku"] in skus)


def _before(session: Session, line_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(off, gone) by line, of all refunds until now."""
    query = sa.select(_n.c.order_line_id, sa.func.sum(_n.c.off), sa.func.sum(_n.c.gone)).where(_n.c.order_line_id.in_(line_ids))
    return {line_id: (int(off), int(gone)) for line_id, off, gone in session.execute(query.group_by(_n.c.order_line_id))}


def gone_units(session: Session, line_ids: Sequence[int]) -> dict[int, int]:
    """Units by line that had left when the shop paid for them."""
    return {line_id: gone for line_id, (_, gone) in _before(session, line_ids).items()} if line_ids else {}


def _note(session: Session, refund: ShopRefund, line: OrderLine, *, off: int = 0, gone: int = 0) -> None:
    if not off and not gone:
        return
    row = session.get(ShopRefundLine, (refund.id or 0, line.id or 0)) or ShopRefundLine(refund_id=refund.id or 0, order_line_id=line.id or 0)
    row.off, row.gone = row.off + off, row.gone + gone
    session.add(row)
    session.flush()


def _named(session: Session, said: Sequence[dict[str, Any]], lines: Sequence[OrderLine]) -> str:
    """ "2 Mug, 1 Cup": what the refund is for, as it was sold here."""
    kits = {one.id: one.name for order_id in {line.order_id for line in lines if line.kit_id} for one in queries.kits_of(session, order_id).values()}
    names = {line.shop_line: kits.get(line.kit_id or 0, line.name) for line in reversed(lines)}
    return ", ".join(f"{one['units']:,} {names.get(str(one['line']), one['sku'] or 'of what is not shipped')}" for one in said)[:300]


def _amount(refund: ShopRefund, order: Order) -> str:
    return f"{refund.amount} {order.currency}" if refund.amount and refund.amount[-1:].isdigit() else refund.amount
