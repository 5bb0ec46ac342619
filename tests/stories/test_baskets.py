"""A basket is left: its shopper is reminded once or twice if they agreed to that, and never once it is bought."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.core import clock, db
from stowline.notifications import baskets, consents, policies, sequence_runs, sequences
from stowline.notifications.sequence_rules import BASKET
from tests.makers import Reply, Tablet
from tests.stories.conftest import House
from tests.stories.test_promises import work_off
from tests.stories.test_what_shops_tell import told
from tests.stories.test_who_hears_what import say

BEGIN = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
INES = "ines@example.test"
one_database = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def feed(desk: Tablet, hours: float = 0, cart: str = "c1", **more: Any) -> Reply:
    """The shop says how a basket stood then; it is heard at that moment unless the clock stands."""
    lines = [{"sku": "MUG", "name": "Mug, blue", "quantity": 2, "price": "14.50"}]
    body = {"store": "demo", "cart": cart, "email": "Ines@example.test", "name": "Ines", "lines": lines, "url": "https://kiln.example/cart/5",
            "updated_at": at(hours).isoformat(), **more}  # fmt: skip
    with clock.stopped_at(at(hours)):
        return desk.post("/api/v1/carts", body)


def pass_to(hours: float) -> None:
    with clock.stopped_at(at(hours)):
        sequences.work("")
        work_off()


@pytest.fixture
def desk(house: House) -> Tablet:
    """A store that reminds of baskets, and Ines who agreed to it."""
    with clock.stopped_at(at(-100)):
        say("cart-reminder", on=True)
        db.run(partial(consents.record, store_id=1, address=INES, channel="email", given=True, text="Yes", source="checkout"))
    return house.tablet()


def run_of(cart: str = "c1") -> tuple[int, str]:
    with db.reading() as session:
        ident, time = session.execute(sa.text("SELECT id, time FROM basket WHERE ref = :r"), {"r": cart}).one()
        found = sequence_runs.find(session, BASKET, f"basket:{ident}:{time}")
    assert found is not None
    return found.step, found.why


@one_database
def test_a_basket_is_reminded_of_twice_and_later_when_it_is_touched_again(desk: Tablet) -> None:
    assert feed(desk).status == 201
    assert feed(desk, 2)["changed"], "two hours later it is touched again"
    assert not feed(desk, 1)["changed"], "news that come late change nothing"
    pass_to(5)
    assert told("cart-reminder") == []
    pass_to(6.1)
    assert [state for _, state, _ in told("cart-reminder")] == ["sent"]
    with db.reading() as session:
        text = session.execute(sa.text("SELECT text FROM message WHERE kind = 'cart-reminder'")).scalar_one()
    assert "29" in text
    assert "https://kiln.example/cart/5" in text
    pass_to(20)
    assert len(told("cart-reminder")) == 1
    pass_to(31)
    pass_to(90)
    assert [state for _, state, _ in told("cart-reminder")] == ["sent", "sent"]
    assert run_of() == (2, "it was said, twice")


@one_database
@pytest.mark.parametrize("way", ["bought", "emptied", "ordered"])
@pytest.mark.parametrize("when", ["before the step", "while it is held"])
def test_what_is_bought_is_reminded_of_no_more(desk: Tablet, way: str, when: str) -> None:
    desk.stock_up({"MUG": 5})
    feed(desk)
    if when == "while it is held":
        with clock.stopped_at(at(4.5)):
            sequences.work("")  # owed, and not announced yet
    with clock.stopped_at(at(4.6)):
        if way == "ordered":
            assert desk.place("A", {"MUG": 1}, customer={"name": "Ines", "email": INES}, placed_at=at(4.6).isoformat()).status == 201
        else:
            more: dict[str, Any] = {"bought": True} if way == "bought" else {"lines": []}
            feed(desk, 4.6, **more)
        work_off()
    pass_to(5)
    pass_to(40)
    assert [state for _, state, _ in told("cart-reminder")] == (["skipped"] if when == "while it is held" else [])
    assert run_of()[1] == {"bought": baskets.BOUGHT, "emptied": baskets.EMPTIED, "ordered": baskets.ORDERED}[way]


@one_database
def test_a_reminder_that_is_held_does_not_tell_one_person_of_anothers_basket(desk: Tablet) -> None:
    db.run(lambda session: policies.set_manners(session, 1, quiet_from=0, quiet_to=1439, cap=0, cap_days=7, digest=False))
    feed(desk)
    pass_to(4.1)
    assert [(address, state) for address, state, _ in told("cart-reminder")] == [(INES, "held")]
    feed(desk, 4.6, email="bo@example.test", lines=[{"sku": "GIFT", "name": "For Ines", "quantity": 1, "price": "9.00"}])
    pass_to(24)
    assert told("cart-reminder") == [(INES, "skipped", baskets.ANOTHERS)]


@one_database
def test_who_did_not_agree_is_not_reminded_and_two_baskets_are_not_told_of_in_one_breath(desk: Tablet) -> None:
    feed(desk, email="bo@example.test")
    feed(desk, cart="c2")
    feed(desk, cart="c3")
    pass_to(4.1)
    assert [(address, state) for address, state, _ in told("cart-reminder")] == [(INES, "sent")]
    assert run_of("c1") == (0, "no consent to marketing by e-mail is on record")
    pass_to(27)
    assert len(told("cart-reminder")) == 1
    pass_to(28.2)
    assert len(told("cart-reminder")) == 2, "a day later"


@one_database
def test_a_step_that_fails_stops_no_other_and_is_tried_again(desk: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(desk)
    feed(desk, cart="c2", email="bo@example.test")
    over = baskets.over
    with monkeypatch.context() as patch:
        def broken(session: db.Session, basket_id: int, time: int) -> str:
            if basket_id == 1:
                raise ZeroDivisionError("the shelf fell")
            return over(session, basket_id, time)

        patch.setattr(baskets, "over", broken)
        pass_to(4.1)
    assert run_of("c2")[1] == "no consent to marketing by e-mail is on record"
    with db.reading() as session:
        assert session.execute(sa.text("SELECT trouble FROM sequence_run WHERE ended_at IS NULL")).scalar_one() == "ZeroDivisionError: the shelf fell"
    pass_to(5.2)
    assert run_of("c1")[0] == 1


@one_database
def test_baskets_are_forgotten_and_one_that_is_filled_anew_begins_anew(desk: Tablet) -> None:
    feed(desk)
    feed(desk, 1, bought=True)
    assert feed(desk, 2)["state"] == "open"
    pass_to(6.1)
    assert len(told("cart-reminder")) == 1
    with clock.stopped_at(at(24 * 100)):
        sequences.night("")
        sequences.work("")
    with db.reading() as session:
        assert session.execute(sa.text("SELECT count(*) FROM basket")).scalar_one() == 0
        assert session.execute(sa.text("SELECT why FROM sequence_run ORDER BY id DESC LIMIT 1")).scalar_one() == baskets.GONE


@one_database
@pytest.mark.parametrize(("more", "where"), [
    ({"email": ""}, "email"), ({"updated_at": "yesterday"}, "updated_at"), ({"url": "javascript:alert(1)"}, "url"), ({"url": "https://kiln.example/a\u00a0b"}, "url"), ({"currency": "XXX"}, "currency"),
    ({"lines": [{"sku": "M", "name": "M", "quantity": 0, "price": "1"}]}, "lines[0].quantity"),
    ({"lines": [{"sku": "M", "name": "M", "quantity": 1, "price": "a lot"}]}, "lines[0].price"),
])  # fmt: skip
def test_a_basket_that_cannot_be_taken_is_refused_with_its_field(desk: Tablet, more: dict[str, Any], where: str) -> None:
    answer = feed(desk, **more)
    assert 400 <= answer.status < 500
    assert answer["where"] == where
