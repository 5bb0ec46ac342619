"""The demo's months before: goods that orders waited for came, sooner or later than the supplier had said, and went out at once.

This is what promises are learned from and measured by: which days were told, and on which day the parcel left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session

from stowline.core import clock, db
from stowline.demo import later
from stowline.demo.goods import Good
from stowline.demo.shift import Shift
from stowline.demo.shoppers import SHOPPERS
from stowline.demo.shops import HEARTH, RIDGE, Range, Shop
from stowline.orders import service as orders
from stowline.orders.intake.shape import IncomingLine, IncomingOrder
from stowline.receiving import outlook
from stowline.receiving import service as receiving
from stowline.shipping.service import CARRIERS
from stowline.stores import queries as stores

DELIVERIES, ORDERS_EACH = 15, 6
ORDERS = DELIVERIES * ORDERS_EACH
EVERY, LEAD = timedelta(days=5), timedelta(days=4)
SEED = 7
BEGINS = DELIVERIES * EVERY + timedelta(days=9)
SUPPLIERS = (("Brackwater Pottery", (0, 1, 3, 5)), ("Linden & Söhne", (0, 0, 0, 1)), ("Hollin Mill", (-1, 0, 1, 2)))
"""Who brought the goods, and how many days after the day that was agreed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One product that was ordered while there was none, and what brought it."""

    n: int
    shop: Shop
    good: Good
    placed: datetime
    came: datetime
    supplier: str

    @property
    def purchase_order(self) -> str:
        """Its number."""
        return f"PO-{4050 + self.n}"

    @property
    def refs(self) -> list[str]:
        """The orders that waited for it, numbered before the demo's first."""
        first = self.shop.first - (DELIVERIES - self.n) * ORDERS_EACH
        return [f"{self.shop.numbers}{first + k}" for k in range(ORDERS_EACH)]


def deliveries(rng: Random, sold: Range, now: datetime) -> Iterator[Delivery]:
    """The first one first, the last one gone before the demo's own days begin."""
    for n in range(DELIVERIES):
        shop = (HEARTH, RIDGE)[n % 2]
        supplier, late = SUPPLIERS[n % 3]
        placed = now - BEGINS + n * EVERY + timedelta(hours=2)
        came = placed + LEAD + timedelta(days=rng.choice(late), hours=1)
        good = rng.choice([good for good in sold.scarce if good in sold.of(shop)])
        yield Delivery(n, shop, good, placed, came, supplier)


def live_through(delivery: Delivery, rng: Random, receiver: Shift, packer: Shift) -> None:
    """Ordered, waited for, received and gone: each step at its own moment, with what followed from it."""
    units = [rng.choice((1, 1, 2)) for _ in delivery.refs]
    with db.transaction(bulk=True) as session, clock.stopped_at(delivery.placed):
        day = (delivery.placed + LEAD).date()
        receiving.enter(session, ref=delivery.purchase_order, supplier=delivery.supplier, lines=[(delivery.good.sku, sum(units))],
                        expected_from=day, expected_to=day)  # fmt: skip
        for ref, wanted in zip(delivery.refs, units, strict=True):
            _place(session, rng, delivery, ref, wanted)
    later.catch_up(delivery.came - timedelta(minutes=1))
    receiver.at = delivery.came
    with db.transaction(bulk=True) as session:
        receiver.with_session(session).receive(delivery.purchase_order, [(delivery.good.barcode, sum(units))], whole=True)
        packer.at = receiver.at
        packer.with_session(session).pack(delivery.refs, labelled=len(delivery.refs))
        for carrier in CARRIERS:
            packer.hand_over(carrier)
    later.catch_up(packer.at + timedelta(hours=1))
    with db.transaction(bulk=True) as session, clock.stopped_at(packer.at + timedelta(hours=1)):
        outlook.learn(session)


def _place(session: Session, rng: Random, delivery: Delivery, ref: str, units: int) -> None:
    shopper, address = rng.choice(SHOPPERS)
    orders.place(session, stores.store_by_key(session, delivery.shop.key), IncomingOrder(
        ref=ref, lines=(IncomingLine(delivery.good.sku, delivery.good.name, units, delivery.good.price),), customer=shopper,
        address=address, placed_at=delivery.placed, currency=str(delivery.shop.brand["currency"]), store=delivery.shop.key,
        platform="shopify"))  # fmt: skip
