"""What a waiting shopper may choose, as commands: what can be done now, and doing it.

Each is carried out in the caller's transaction, with stock levels and the order locked before. Stowline moves no money:
what is due is written as an instruction to the shop, under the offer's own key.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlmodel import Session, select

from stowline.backorders import holds, option_policies, stand_ins
from stowline.backorders.offer_models import Offer
from stowline.backorders.offer_rules import (
    CANCEL,
    CANCEL_ORDER,
    CREDIT,
    SHIP,
    SWAP,
    WAIT,
    Line,
    Option,
    Standing,
    possible,
)
from stowline.core import money
from stowline.inventory import service as inventory
from stowline.orders import instructions, kits
from stowline.orders import queries as order_reads
from stowline.orders import service as orders
from stowline.orders.kits import Sold
from stowline.orders.queries import LineView, Order

Lines = list[dict[str, Any]]


def standing(session: Session, order: Order) -> Standing:
    """The order as options look at it."""
    sold = kits.sold(session, order.id or 0)
    rest = sum(money.line_total(one.unit_price, one.ordered - one.cancelled, order.currency) for one in sold)
    lines = tuple(_line(one, part, order.currency) for one in sold for part in one.lines)
    return Standing(bool(order.held), order.ships, order.picked, order.packed, order.handed_over, order.allocated, rest, lines)


def _line(one: Sold, part: LineView, currency: str) -> Line:
    cost = 0 if one.is_kit else cost_of(part, part.waiting, currency)
    return Line(part.id, part.product_id, part.sku, part.name, part.waiting, one.is_kit, cost)


def cost_of(line: LineView, units: int, currency: str) -> int:
    """What so many units of a line cost, as cancelling them gives back."""
    wanted = line.ordered - line.cancelled
    return money.line_total(line.unit_price, wanted, currency) - money.line_total(line.unit_price, wanted - units, currency)


def now(session: Session, order: Order, offer_id: int | None = None) -> list[Option]:
    """What the order's shopper may choose now; units held for the offer are there for it."""
    stands = standing(session, order)
    others = stand_ins.found(session, order.store_id, stands.waiting, offer_id)
    return possible(stands, option_policies.of_store(session, order.store_id), others)


# --- carrying one out -------------------------------------------------------------------------------------------------


def carry_out(session: Session, order: Order, offer: Offer, option: Option, *, by: str) -> None:
    """Do it, whole. The order and its levels are locked, and the option was found possible under these locks."""
    _VERBS[option.kind](session, order, offer, option, f"chosen by {by}")


def take_back_waiting(session: Session, order: Order, offer: Offer) -> None:
    """Who chose to wait chooses something else: the fast way is theirs no more."""
    if offer.answer.get("fast"):
        orders.expedite(session, order.id or 0, on=False, why="another choice was made")
        call_back_fast(session, order, "another choice was made")


def call_back_fast(session: Session, order: Order, why: str) -> None:
    """The shop need not send it faster, if it has not heard of it: whichever choice to wait brought that."""
    for one in session.exec(select(Offer).where(Offer.order_id == order.id, Offer.choice == WAIT)):
        instructions.withdraw(session, _key(one, "expedite"), why)


def _key(offer: Offer, what: str) -> str:
    return f"offer:{offer.id}:{what}"


def _wait(session: Session, order: Order, offer: Offer, option: Option, why: str) -> None:
    if option.fast and not order.expedite:  # who waited before is on the fast way already: the shop hears it once
        orders.expedite(session, order.id or 0, why=why)
        instructions.owe(session, order, "expedite", key=_key(offer, "expedite"), why=f"free of charge; {why}")


def _ship(session: Session, order: Order, offer: Offer, option: Option, why: str) -> None:
    _ = offer, option, why
    orders.set_shipping(session, order.id or 0, parts="parts")


def _swap(session: Session, order: Order, offer: Offer, option: Option, why: str) -> None:
    """The held units go from the offer to the new line at once: nobody in line comes between."""
    assert option.line_id is not None
    assert option.product_id is not None
    held = holds.hand_over(session, offer.id or 0, option.product_id)
    new_line = orders.swap(session, option.line_id, option.product_id, option.units, why=why)
    lacks = order_reads.line(session, new_line)
    take = min(held, lacks.ordered - lacks.cancelled - lacks.allocated)
    if take:
        orders.raise_stage(session, order.id or 0, "allocated", {new_line: take})
    inventory.promise(session, {option.product_id: take - held})
    told = [_goods(option.sku, option.goods, option.units, money.line_total(lacks.unit_price, option.units, order.currency))]
    instructions.owe(session, order, "swap", key=_key(offer, "swap"), lines=told, why=f"in place of {option.instead_of}, at the same price; {why}")


def _credit(session: Session, order: Order, offer: Offer, option: Option, why: str) -> None:
    told = _cancelled(session, order, option, f"store credit, {why}")
    bonus = money.amount_text(option.bonus_minor, order.currency)
    more = f"; {bonus} {order.currency} of it is a bonus" if option.bonus_minor else ""
    instructions.owe(session, order, "store_credit", key=_key(offer, "credit"), lines=told, why=why + more,
                     amount_minor=option.amount_minor + option.bonus_minor)  # fmt: skip


def _cancel(session: Session, order: Order, offer: Offer, option: Option, why: str) -> None:
    told = _cancelled(session, order, option, why)
    if option.amount_minor:
        instructions.owe(session, order, "refund", key=_key(offer, "refund"), lines=told, why=why,
                         amount_minor=option.amount_minor)  # fmt: skip


def _cancelled(session: Session, order: Order, option: Option, why: str) -> Lines:
    """Cancel what waits, or all of it: the goods with what they cost."""
    sold = kits.sold(session, order.id or 0)
    if option.whole:
        told = [_goods(one.sku, one.name, n, money.line_total(one.unit_price, n, order.currency))
                for one in sold if (n := one.ordered - one.cancelled) > 0]  # fmt: skip
        orders.cancel(session, order.id or 0, why)
        return told
    waiting = [line for one in sold for line in one.lines if line.waiting > 0]
    return [_goods(line.sku, line.name, line.waiting, orders.cancel_units(session, line.id, line.waiting, why)) for line in waiting]


def _goods(sku: str, name: str, quantity: int, minor: int) -> dict[str, Any]:
    return {"sku": sku, "name": name, "quantity": quantity, "amount_minor": minor}


_VERBS: dict[str, Callable[[Session, Order, Offer, Option, str], None]] = {
    WAIT: _wait, SHIP: _ship, SWAP: _swap, CREDIT: _credit, CANCEL: _cancel, CANCEL_ORDER: _cancel,
}  # fmt: skip


def as_row(option: Option) -> dict[str, Any]:
    """An option as it is kept with its offer."""
    return asdict(option)
