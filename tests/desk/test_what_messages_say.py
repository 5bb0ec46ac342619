"""What a message says is what the books say: parcels, carriers' words, looks of the confirmation, what comes after."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from stowline.core import clock, db, outbox
from stowline.notifications import facts
from stowline.notifications.models import Message
from stowline.notifications.render import Rendered, render
from stowline.orders import queries as orders
from stowline.packing import queries as packing
from stowline.shipping import tracking
from stowline.shipping.events import MilestoneReached
from stowline.stores import brand
from tests.desk.conftest import House
from tests.makers import email_of
from tests.notifications.mail_lint import Parsed, linked_faults

DELIVERED = datetime(2026, 11, 28, 13, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """An event with whatever a sequence says."""

    order_id: int
    product_id: int = 0
    say: str = ""
    earned: int = 0
    balance: int = 0
    code: str = ""
    headline: str = ""
    texts: tuple[str, ...] = ()


def written(kind: str, fact: Any, ref: str = "", *, parcel: bool = False) -> Rendered:
    """A message of a kind as it would read now, caused by this event."""
    with db.transaction() as session:
        order = orders.by_ref(session, ref) if ref else None
        outbox.record(session, fact, subject=order.id if order else 0)
    with db.reading() as session:
        event = outbox.diary(session, (order.id or 0) if order else 0)[-1].id
        parcels = packing.parcels_of(session, order.id or 0) if order else []
        message = Message(kind=kind, key="", channel="email", recipient=email_of(ref or "first"), recipient_name="Ada Byron", store_id=1,
                          order_id=order.id if order else None, parcel_id=parcels[0].id if parcel else None, event_id=event,
                          due=clock.now(), made_at=clock.now())  # fmt: skip
        said = facts.gather(session, message) | {"unsubscribe_url": "https://kiln.example/u"}
        return render(kind, locale="en", brand=facts.brand_of(session, message), data=said)


def order_id(ref: str) -> int:
    with db.reading() as session:
        return orders.by_ref(session, ref).id or 0


def confirmed(ref: str) -> Rendered:
    return written("order-confirmed", Told(order_id(ref)), ref)


def voiced(**said: str) -> None:
    with db.transaction() as session:
        brand.set_brand(session, "demo", said)


# -- the parcel


@pytest.mark.parametrize(("kind", "milestone"), [
    ("in-transit", "in_transit"), ("out-for-delivery", "out_for_delivery"), ("delivered", "delivered"), ("delivery-failed", "attempt_failed"),
    ("delayed-in-transit", "delayed"), ("returned-to-sender", "returned_to_sender"),
])  # fmt: skip
def test_a_milestone_says_when_and_where_on_the_shoppers_clock_and_what_is_in_the_parcel(house: House, kind: str, milestone: str) -> None:
    robot = house.robot()
    robot.stock_up({"MUG": 4})
    robot.place("1042", {"MUG": 2})
    robot.ship_all()
    mail = written(kind, MilestoneReached(order_id("1042"), 1, "P-1", milestone, DELIVERED.isoformat(), "Nantes", "Heavy snow"), "1042", parcel=True)
    for part in (mail.text, mail.html):
        assert "2 ×" in part
        assert "Nantes, Saturday 28 November" in part
        assert re.search(r"HC\d{11}", part)
    assert [one for one in linked_faults(kind, Parsed(mail.html).raw["script"], known=False) if "addressRegion" not in one] == []
    assert ("Heavy snow" in mail.text) is (kind in ("delivery-failed", "delayed-in-transit", "returned-to-sender"))


def test_the_day_that_a_carrier_names_is_the_headline_and_one_that_is_over_is_not(house: House) -> None:
    robot = house.robot()
    robot.stock_up({"MUG": 4})
    robot.place("1042", {"MUG": 2})
    robot.ship_all()
    fact = MilestoneReached(order_id("1042"), 1, "P-1", "in_transit", DELIVERED.isoformat(), "Metz", "")
    assert "On its way to you" in written("in-transit", fact, "1042", parcel=True).text
    with db.transaction() as session:
        track = tracking.track_of(session, packing.parcels_of(session, order_id("1042"))[0].id or 0)
        track.eta = date(2026, 11, 30)
        session.add(track)
    mail = written("in-transit", fact, "1042", parcel=True)
    assert "Expected Monday 30 November" in mail.text
    assert json.loads(Parsed(mail.html).raw["script"])["expectedArrivalUntil"] == "2026-11-30"
    over = MilestoneReached(order_id("1042"), 1, "P-1", "delayed", "2026-12-02T08:00:00Z", "Metz", "")
    assert "30 November" not in written("delayed-in-transit", over, "1042", parcel=True).text


def test_what_was_waited_for_is_told_when_it_is_packed_and_the_rest_is_not(house: House) -> None:
    robot = house.robot()
    robot.stock_up({"MUG": 1})
    robot.add_product("TEAPOT")
    robot.place("1042", {"MUG": 1, "TEAPOT": 2})
    robot.receive({"TEAPOT": 2})
    robot.follow("putaway:")
    robot.ship_all()
    mail = written("item-processed", Told(order_id("1042")), "1042", parcel=True)
    assert mail.subject == "2 items you waited for are being packed: order 1042"
    assert "TEAPOT" in mail.text
    assert "MUG" not in mail.text


# -- the confirmation


def test_a_confirmation_says_by_when_it_leaves_unless_something_waits(house: House) -> None:
    robot = house.robot()
    robot.stock_up({"MUG": 4})
    robot.add_product("TEAPOT")
    with clock.stopped_at(datetime(2026, 11, 26, 8, tzinfo=UTC)):
        robot.place("here", {"MUG": 1}, placed_at="2026-11-26T08:00:00Z")
        robot.place("waits", {"MUG": 1, "TEAPOT": 1}, placed_at="2026-11-26T08:00:00Z")
        robot.place("late", {"MUG": 1}, placed_at="2026-10-01T08:00:00Z")
        said = "It is expected to leave our warehouse by Friday 27 November."
        assert said in confirmed("here").text
        assert said in confirmed("here").html
        for ref in ("waits", "late"):
            assert "by Friday" not in confirmed(ref).text
            assert "warehouse by" not in confirmed(ref).text



def test_a_first_order_is_welcomed_and_the_second_is_not(house: House) -> None:
    robot = house.robot()
    voiced(confirmation_look="welcome", greeting="Dear", sign_off="Warmly, Maud")
    robot.stock_up({"MUG": 4})
    ada = {"name": "Ada Byron", "email": "ada@example.test"}
    robot.place("first", {"MUG": 1}, customer=ada)
    robot.place("second", {"MUG": 1}, customer=ada)
    first, second = confirmed("first"), confirmed("second")
    assert "Your first order with us" in first.html
    assert "Your first order with us" not in second.html + second.text
    assert "Dear Ada Byron, thank you." in second.text
    assert "Warmly, Maud\n\n--" in second.text


def test_a_coupon_and_a_word_for_friends_are_shown_only_where_there_are_some(house: House) -> None:
    robot = house.robot()
    robot.stock_up({"MUG": 4})
    robot.place("1042", {"MUG": 1})
    voiced(confirmation_look="coupon")
    assert "For your next order" not in confirmed("1042").html
    voiced(coupon_code="THANKS-10", coupon_say="10 % off", referral_say="Give a friend 10", referral_url="https://kiln.example/friends?a=1")
    mail = confirmed("1042")
    for part in (mail.text, mail.html):
        assert "THANKS-10" in part
        assert "Give a friend 10" in part


def test_similar_items_are_what_others_took_too_and_is_here(house: House) -> None:
    robot = house.robot()
    voiced(confirmation_look="similar")
    robot.stock_up({"MUG": 9, "TEAPOT": 5, "BOWL": 2, "SPOON": 9})
    for n in range(2):
        robot.place(f"before-{n}", {"MUG": 1, "TEAPOT": 1, "BOWL": 1})
    robot.place("alone", {"SPOON": 1})
    robot.place("1042", {"MUG": 1})
    mail = confirmed("1042")
    assert "Goes well with it" in mail.html
    assert "- Thing TEAPOT (TEAPOT)" in mail.text, "often bought with a mug, and in stock"
    assert "BOWL" not in mail.text, "sold out"
    assert "SPOON" not in mail.text, "nobody took both"
    assert "Goes well with it" not in confirmed("alone").html


# -- between and after orders


@pytest.mark.usefixtures("house")
def test_an_account_is_welcomed_with_the_stores_code_or_without() -> None:
    assert "pay" not in written("welcome", Told(0)).text
    voiced(welcome_code="HELLO", welcome_say="10 % off your first order")
    mail = written("welcome", Told(0))
    assert "Code: HELLO" in mail.text
    assert "10 % off your first order" in mail.short


def test_who_was_long_away_and_had_to_wait_is_told_that_it_is_not_forgotten(house: House) -> None:
    robot = house.robot()
    robot.stock_up({"MUG": 1})
    robot.place("first", {"MUG": 1})
    assert "had to wait" not in written("win-back", Told(0)).text
    robot.add_product("TEAPOT")
    robot.place("again", {"TEAPOT": 1}, customer={"name": "Ada Byron", "email": email_of("first")})
    robot.receive({"TEAPOT": 1})
    assert "had to wait" in written("win-back", Told(0)).text


def test_a_week_after_delivery_the_shopper_is_asked_whether_all_is_well(house: House) -> None:
    robot = house.robot()
    robot.stock_up({"MUG": 4})
    robot.place("1042", {"MUG": 2})
    robot.ship_all()
    written("delivered", MilestoneReached(order_id("1042"), 1, "P-1", "delivered", DELIVERED.isoformat(), "", ""), "1042", parcel=True)
    mail = written("follow-up", Told(order_id("1042")), "1042")
    assert "was delivered on Saturday 28 November" in mail.text
    assert ("/problem" in mail.html, "/reviews" in mail.html) == (True, True)
    assert "2 × Thing MUG" in written("feedback", Told(order_id("1042")), "1042").text
    assert "120 points" in written("points", Told(order_id("1042"), earned=120, balance=480, code="CUP"), "1042").subject
    assert "thank you" in written("thank-you", Told(order_id("1042")), "1042").short


def test_a_long_wait_is_told_how_it_stands(house: House) -> None:
    robot = house.robot()
    robot.add_product("TEAPOT")
    robot.place("1042", {"TEAPOT": 2})
    with db.reading() as session:
        product_id = orders.lines(session, orders.by_ref(session, "1042").id or 0)[0].product_id
    mail = written("getting-ready", Told(order_id("1042"), product_id=product_id, say="The kiln is lit."), "1042")
    assert "for 2 of Thing TEAPOT" in mail.text
    assert "The kiln is lit." in mail.text
    assert "number 1 in line" in mail.text


@pytest.mark.usefixtures("house")
def test_news_are_the_stores_own_words() -> None:
    mail = written("news", Told(0, headline="Winter <glazes>", texts=("Moss, ash and blue.",)))
    assert mail.subject == "Winter <glazes>"
    assert "Winter &lt;glazes&gt;" in mail.html
    assert "Moss, ash and blue." in mail.text
