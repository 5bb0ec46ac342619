"""A shift in which shoppers whose goods wait are offered choices, and click: keep waiting, ship what is there, a
substitute, credit, cancel; and in which an offer or an order that comes and goes at once leaves the books as they were.
"""

import uuid
from functools import partial
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import rule

from stowline.backorders import offers
from stowline.backorders.offer_models import Offer
from stowline.core import db
from stowline.orders import queries as orders
from stowline.orders import refunds
from stowline.orders import service as order_service
from stowline.orders.intake.shape import IncomingRefund, RefundedLine
from tests.makers import STORE
from tests.stories.shift import CLUB, GOODS, KIT, Shift, units

goods = st.dictionaries(st.sampled_from((*GOODS, KIT)), units, min_size=1)


class ShiftWithChoices(Shift):
    """One warehouse, three workers, and shoppers who choose."""

    @rule(ref=Shift.placed)
    def offer_choices(self, ref: str) -> None:
        """The desk offers what can be done now; an older offer of the order ends."""
        self.decide(ref, lambda session, order_id: offers.make_by_hand(session, order_id, "ruth"))

    @rule(ref=Shift.placed, data=st.data())
    def click(self, ref: str, data: st.DataObject) -> None:
        """The shopper chooses; the same click again answers the same and changes nothing."""
        with db.reading() as session:
            order = orders.by_ref(session, ref)
            offer = offers.latest(session, order.id or 0)
            names = [one.name for one in offers.choices(session, offer, order)] if offer else []
        assume(offer and names)
        assert offer
        pick = partial(offers.choose, offer_id=offer.id or 0, name=data.draw(st.sampled_from(names)), by="the shopper")
        assert db.run(pick).fate in {"chosen", "same"}
        before = self.books()
        assert db.run(pick).fate == "same"
        assert self.books() == before

    @rule(ref=Shift.placed)
    def an_offer_that_nobody_answers_leaves_the_books_as_they_were(self, ref: str) -> None:
        with db.reading() as session:
            before_it = offers.latest(session, orders.by_ref(session, ref).id or 0)
        if before_it is not None:
            self.expire(before_it.id or 0)
        before = self.books()
        made = self.at_the_desk("ruth", lambda s: offers.make_by_hand(s, orders.by_ref(s, ref).id or 0, "ruth").id)
        if made is not None:
            self.expire(made)
        assert self.books() == before

    @rule(ref=Shift.placed, line=st.integers(0, 2), many=units, back=st.booleans())
    def the_shop_refunds(self, ref: str, line: int, many: int, back: bool) -> None:  # noqa: FBT001
        """Units of a line, or more than there are, wherever they are by now; told again, nothing changes."""
        said = IncomingRefund(uuid.uuid4().hex, ref, lines=(RefundedLine(f"{ref}.{line}", many, back=back),), platform="shopify")

        def hear(session: Any) -> str:
            return refunds.hear(session, orders.by_ref(session, ref).store_id, said)[0]

        assert db.run(hear) == "refunded"
        before = self.books()
        assert db.run(hear) == "known"
        assert self.books() == before

    @rule(lines=goods, store=st.sampled_from((STORE, CLUB)))
    def an_order_that_is_cancelled_at_once_leaves_the_books_as_they_were(self, lines: dict[str, int], store: str) -> None:
        before = self.books()
        ref = self.order(lines, store=store)
        db.run(lambda s: order_service.cancel(s, orders.by_ref(s, ref).id or 0, "changed my mind"))
        after = self.books()
        for name in ("bins", "levels", "picks", "lists", "totes", "parcels", "slots", "shelf"):
            assert after[name] == before[name]
        for name in ("lines", "orders"):
            assert set(before[name]) <= set(after[name])

    def expire(self, offer_id: int) -> None:
        """The day of an offer has come."""

        def end(session: Any) -> None:
            table = Offer.__table__  # type: ignore[attr-defined]
            session.execute(table.update().where(table.c.id == offer_id).values(ends_at=table.c.made_at))

        db.run(end)
        db.run(partial(offers.expire, offer_id=offer_id))
