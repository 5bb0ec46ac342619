"""The demo's two stores and what was ordered from them, before anything is written to a database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from stowline.demo import goods
from stowline.demo.goods import Good, Kit
from stowline.demo.shoppers import SHOPPERS
from stowline.orders.intake.shape import IncomingLine, IncomingOrder

PRODUCTS, ORDERS, SCARCE = 300, 133, 9
EARLIEST = timedelta(days=5)
BUSY_SINCE = timedelta(hours=47)
UNITS = (1, 1, 1, 1, 2, 2, 3, 4)
LINES = (1, 1, 2, 2, 2, 3, 3, 4)
WAIT_EVERY = 7
"""Every so many orders one asks for a product that has run out."""
GIFT_EVERY = 11
"""Every so many orders of the home store have a gift box."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A store: its key, name and brand, and how its order numbers begin."""

    key: str
    name: str
    numbers: str
    first: int
    brand: dict[str, Any]


HEARTH = Shop("hearth", "Hearth & Kiln", "HK-", 4817, {
    "currency": "EUR", "time_zone": "Europe/Berlin", "sender_email": "orders@hearth.example.test",
    "reply_to": "help@hearth.example.test", "support_email": "help@hearth.example.test", "support_phone": "+44 20 7946 0018", "support_hours": "Monday to Friday, 9 to 17", "accent": "#7a3b1e",
    "address_line": "Töpferhof 8, 99423 Weimar, Germany", "url": "https://hearth.example.test",
    "ship_within_days": 2, "confirmation_look": "similar", "sign_off": "Warmly, the people at Hearth & Kiln",
    "welcome_code": "WELCOME-10", "welcome_say": "10 % off your first order",
})
RIDGE = Shop("ridge", "Far Ridge Outdoor", "FR", 20361, {
    "currency": "GBP", "time_zone": "Europe/London", "sender_email": "hello@ridge.example.test",
    "reply_to": "support@ridge.example.test", "support_email": "support@ridge.example.test", "accent": "#2f5233",
    "address_line": "Unit 4, Old Slate Works, Kendal LA9 6NX, United Kingdom",
    "url": "https://ridge.example.test", "ship_within_days": 2, "confirmation_look": "reassurance",
})


@dataclass(frozen=True, slots=True)
class Wish:
    """An order that will be placed, in which store."""

    shop: Shop
    incoming: IncomingOrder


@dataclass(frozen=True, slots=True)
class Range:
    """What is sold where; `scarce` products have run out or nearly so."""

    home: list[Good]
    outdoor: list[Good]
    scarce: list[Good]

    @property
    def gift(self) -> Kit:
        """The kit that the home store sells."""
        return goods.gift_box([good for good in self.home if good not in self.scarce])

    def all(self) -> list[Good]:
        """Every product."""
        return self.home + self.outdoor

    def of(self, shop: Shop) -> list[Good]:
        """What a store sells."""
        return self.home if shop is HEARTH else self.outdoor


def make_range(rng: Random) -> Range:
    """300 products, the last few of either store scarce."""
    home = goods.make(rng, goods.HOME, 180, 1)
    outdoor = goods.make(rng, goods.OUTDOOR, PRODUCTS - len(home), 181)
    return Range(home, outdoor, home[-5:] + outdoor[-4:])


def make_wishes(rng: Random, sold: Range, now: datetime) -> list[Wish]:
    """The orders of the last days in the order they were placed, the last of them minutes ago."""
    numbers = {HEARTH.key: HEARTH.first, RIDGE.key: RIDGE.first}
    wishes = []
    for n, at in enumerate(_moments(rng, now)):
        shop = HEARTH if rng.random() < 0.6 else RIDGE
        numbers[shop.key] += 1
        lines = _lines(rng, sold, shop, scarce=n % WAIT_EVERY == WAIT_EVERY - 1)
        if shop is HEARTH and numbers[shop.key] % GIFT_EVERY == 0:
            lines += (IncomingLine(sold.gift.sku, sold.gift.name, 1, sold.gift.price),)
        shopper, address = rng.choice(SHOPPERS)
        wishes.append(Wish(shop, IncomingOrder(
            ref=f"{shop.numbers}{numbers[shop.key]}", lines=lines, customer=shopper, address=address, placed_at=at,
            currency=str(shop.brand["currency"]), priority=1 if rng.random() < 0.04 else 5, store=shop.key,
            note="A present: no invoice in the box." if rng.random() < 0.05 else "",
        )))
    return wishes


def _moments(rng: Random, now: datetime) -> list[datetime]:
    """A few orders of the days before, some of them late by now, and many of the last two days."""
    old = [now - EARLIEST + rng.random() * (EARLIEST - BUSY_SINCE) for _ in range(24)]
    fresh = [now - timedelta(minutes=2) - rng.random() * BUSY_SINCE for _ in range(ORDERS - len(old))]
    return sorted(moment.replace(microsecond=0) for moment in old + fresh)


def _lines(rng: Random, sold: Range, shop: Shop, *, scarce: bool) -> tuple[IncomingLine, ...]:
    """Different products, the first ones of the range far more often than the last."""
    plenty = [good for good in sold.of(shop) if good not in sold.scarce]
    rank = [1 / (n + 8) for n in range(len(plenty))]
    wanted = list(dict.fromkeys(rng.choices(plenty, rank, k=rng.choice(LINES))))
    if scarce:
        wanted.append(rng.choice([good for good in sold.scarce if good in sold.of(shop)]))
    return tuple(IncomingLine(good.sku, good.name, rng.choice(UNITS), good.price) for good in wanted)
