"""The demo's days, in the order in which they happened: orders come in, carts go round, parcels leave, goods wait."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from sqlmodel import Session

from stowline.core import author, barcode, clock, db
from stowline.demo import building, counts, crowd, earlier
from stowline.demo.goods import Good
from stowline.demo.shift import Shift
from stowline.demo.shops import HEARTH, RIDGE, Range, Wish
from stowline.notifications import setups
from stowline.orders import intakes
from stowline.orders import queries as order_reads
from stowline.orders import service as orders
from stowline.orders.models import Order
from stowline.people import service as people
from stowline.receiving import cases, notices
from stowline.receiving import queries as receipts
from stowline.receiving import service as receiving
from stowline.scanning.service import Holder
from stowline.shipping.service import CARRIERS
from stowline.stores import queries as stores
from stowline.stores import service as store_verbs

IN_A_FILE = (timedelta(hours=26), timedelta(hours=38))
"""Orders of the time between came as a file, in silence: their shoppers hear nothing."""

YESTERDAY, TODAY = timedelta(hours=22), timedelta(minutes=95)


class Days:
    """What the demo is made of, and the steps that make it; each takes a session of its own."""

    def __init__(self, rng: Random, sold: Range, wishes: list[Wish], now: datetime) -> None:
        self._rng, self._sold, self._wishes, self._now = rng, sold, wishes, now

    def open_doors(self, session: Session) -> None:
        """Stores, building, catalogue, people."""
        for shop in (HEARTH, RIDGE):
            store_verbs.open_store(session, shop.key, shop.name, **shop.brand)
        setups.leave(session, stores.store_by_key(session, HEARTH.key), "the demo")  # the other shows how messages are set up
        building.build(session)
        building.list_goods(session, self._sold)
        crowd.hire(session)

    def live_through_earlier(self) -> None:
        """The months before, while the shelves were still empty: what came went out again."""
        with db.reading() as session:
            receiver, packer = self._shift(session, "receiver", earlier.BEGINS), self._shift(session, "packer", earlier.BEGINS)
        rng = Random(earlier.SEED)  # of its own, so that the days that follow stay what they are
        for delivery in earlier.deliveries(rng, self._sold, self._now):
            earlier.live_through(delivery, rng, receiver, packer)

    def fill_bins(self, session: Session) -> None:
        """The opening stock of the days that are told."""
        building.fill_bins(session, self._rng, self._sold, self._wishes)

    def expect_goods(self, session: Session) -> None:
        """Three purchase orders: one late, one for today, one for next week. They bring what has run out, and more."""
        today = self._now.date()
        short = building.demand(self._wishes, self._sold.scarce)
        plan = (
            ("PO-4101", "Brackwater Pottery", today - timedelta(days=7), today - timedelta(days=4), self._sold.scarce[:3]),
            ("PO-4102", "Linden & Söhne", today, today, self._sold.scarce[3:7]),
            ("PO-4103", "Hollin Mill", today + timedelta(days=6), today + timedelta(days=8), self._sold.scarce[7:]),
        )
        for ref, supplier, first, last, goods in plan:
            more = self._rng.sample(self._sold.all()[:250], 3)
            lines = [(good.sku, short.get(good.sku, 0) + self._rng.choice((6, 12, 18))) for good in [*goods, *more]]
            told = timedelta(days=9 if ref == "PO-4101" else 0)
            receiving.enter(session, ref=ref, supplier=supplier, lines=lines, expected_from=first - told, expected_to=last - told)
            if ref == "PO-4102":
                _announce(session, ref, lines[2:], today)  # two of them come before it
        order = receipts.by_ref(session, "PO-4101")
        receiving.revise(session, order.id or 0, expected_from=today - timedelta(days=7), expected_to=today - timedelta(days=4),
                         why="Mail of the supplier: the kiln stands still")  # fmt: skip

    def orders_until(self, session: Session, before: timedelta) -> None:
        """Take in the next orders, up to so long before now, each at its own moment."""
        places = {shop.key: stores.store_by_key(session, shop.key) for shop in (HEARTH, RIDGE)}
        for wish in self._next(self._now - before):
            at = wish.incoming.placed_at or self._now
            with clock.stopped_at(at):
                in_a_file = IN_A_FILE[0] < self._now - at < IN_A_FILE[1]
                incoming = replace(wish.incoming, platform="csv" if in_a_file else "shopify")
                orders.place(session, places[wish.shop.key], incoming, tell=not in_a_file)

    def _next(self, until: datetime) -> Iterable[Wish]:
        while self._wishes and (self._wishes[0].incoming.placed_at or until) <= until:
            yield self._wishes.pop(0)

    def work_yesterday(self, session: Session) -> None:
        """Two carts are picked, packed and handed over; some bins are counted."""
        picker, packer = self._shift(session, "picker", YESTERDAY), self._shift(session, "packer", YESTERDAY)
        for cart in (1, 2):
            picker.pick(f"CART-{cart}")
            packer.at = max(packer.at, picker.at)
            packer.pack(building.totes_on(cart), labelled=6)
        for carrier in CARRIERS:
            packer.hand_over(carrier)
        receiver = self._shift(session, "receiver", YESTERDAY)
        receiver.at = picker.at = packer.at
        counts.yesterday(session, self._sold.all(), receiver, picker)

    def work_today(self, session: Session) -> None:
        """One cart is packed (two parcels lack their label), one is picked, one half picked; goods stand at the dock."""
        picker, packer = self._shift(session, "picker", TODAY), self._shift(session, "packer", TODAY)
        receiver = self._shift(session, "receiver", TODAY)
        self._take_in_what_was_waited_for(session, receiver)
        picker.pick("CART-3")
        packer.at = picker.at
        packer.pack(building.totes_on(3), labelled=4)
        picker.pick("CART-1")
        picker.pick("CART-2", part=0.5)
        receiver.receive_blind([(good.case, 2) for good in self._in_cases()])
        owner = people.find_user(session, crowd.LOGINS[0].badge)
        with clock.stopped_at(receiver.at), author.acting(next(one for one in crowd.LOGINS if one.role == "receiver").name):
            cases.open_case(session, "unknown-box", note="A wet box without a label, beside the second door", owner_id=owner.id)

    def _take_in_what_was_waited_for(self, session: Session, receiver: Shift) -> None:
        """The first goods of today's purchase order have come: they fill slots of the backorder shelf."""
        due = receipts.lines(session, receipts.by_ref(session, "PO-4102").id or 0)
        units = {line.sku: line.left for line in due}
        receiver.receive("PO-4102", [(good.barcode, units[good.sku]) for good in self._sold.scarce[3:5]])

    def _in_cases(self) -> list[Good]:
        return [good for good in self._sold.home if good.case and good not in self._sold.scarce][:2]

    def _shift(self, session: Session, role: str, before: timedelta) -> Shift:
        login = next(one for one in crowd.LOGINS if one.role == role)
        person = people.find_user(session, login.badge)
        return Shift(session, self._rng, Holder(f"u{person.id}", person.name), self._now - before, self._sold.all())

    def decide(self, session: Session) -> None:
        """People at desks: two orders on hold, one cancelled; two that could not be read; a count and adjustments."""
        ready = order_reads.search(session, order_reads.Search(states=("allocated",), newest_first=True), 12)
        for order, why in zip(ready[4:6], ("The shopper asks for another address", "The payment is being checked"),
                              strict=True):
            with self._soon_after(order):
                orders.hold(session, order.id or 0, why)
        with self._soon_after(ready[8]):
            orders.cancel(session, ready[8].id or 0, "The shopper ordered twice by mistake")
        for key, body in _UNREADABLE:
            intakes.take_in(session, stores.store_by_key(session, key), "shopify", body)
        with clock.stopped_at(self._now - timedelta(minutes=20)):
            counts.today(session, self._sold.all(), people.find_user(session, crowd.LOGINS[0].badge))

    def _soon_after(self, order: Order) -> AbstractContextManager[None]:
        return clock.stopped_at(min(order.placed_at + timedelta(minutes=9), self._now))


def _announce(session: Session, ref: str, lines: list[tuple[str, int]], day: date) -> None:
    """A pallet with two cartons that brings half of a purchase order, and says so."""
    codes = [barcode.sscc("4006381", n) for n in (4102, 4103, 4104)]
    half = [notices.Content(sku, units // 2) for sku, units in lines if units > 1]
    cartons = [notices.Unit(codes[n], "carton", half[n - 1 :: 2]) for n in (1, 2)]
    notices.announce(session, ref=f"ASN-{ref[3:]}", purchase_order=ref, units=[notices.Unit(codes[0], "pallet", (), cartons)],
                     expected_on=day, carrier="Northway")  # fmt: skip


_CUT_OFF = b'{"id": 7301, "name": "HK-4790", "currency": "EUR", "line_items": [{"id": 1, "sku": "MUG'
_HALF_A_TARP = (
    b'{"id": 8102, "name": "FR20333", "currency": "GBP", "financial_status": "paid", "line_items": [{"id": 1, '
    b'"sku": "TRP-RIP-OLE", "name": "Tarp", "quantity": 1.5, "price": "64.90", "requires_shipping": true}]}'
)
_UNREADABLE = ((HEARTH.key, _CUT_OFF), (RIDGE.key, _HALF_A_TARP))
