"""Each store says who is told of what, when and how; what holds a message back always says why, and lets it go in time."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from stowline.core import broker, clock, db, outbox
from stowline.core.errors import Conflict
from stowline.notifications import (
    breakers,
    consents,
    delivery,
    policies,
    preferences,
    queries,
    replays,
    rules,
    service,
    suppressions,
)
from stowline.notifications.models import Message
from stowline.notifications.policy_rules import DEFAULTS, RANK, Conditions
from stowline.notifications.preferences import Reader
from stowline.orders import queries as orders
from stowline.orders.models import Order
from stowline.shipping.events import MilestoneReached
from tests.makers import Tablet, email_of
from tests.services import proof_is_full
from tests.stories.conftest import Founded, House, copy_postgres, copy_sqlite
from tests.stories.test_promises import work_off

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
_m = Message.__table__.c  # type: ignore[attr-defined]


@pytest.fixture(params=["sqlite", "postgres"] if proof_is_full() else ["sqlite"])
def house_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Founded]:
    """On PostgreSQL the same is told by test_on_every_channel and the proof of claims; with STOWLINE_PROOF=full all of it."""
    founded: Founded = request.getfixturevalue(f"founded_{request.param}")
    if request.param == "sqlite":
        yield Founded(copy_sqlite(founded, tmp_path / "stowline.db"), founded.token)
        return
    with copy_postgres(founded) as url:
        yield Founded(url, founded.token)


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet()
    tablet.stock_up({"MUG": 50})
    return tablet


def say(kind: str, **said: Any) -> None:
    db.run(lambda session: policies.set_policy(session, 1, kind, replace(policies.policy(session, 1, kind), **said)))


def messages(ref: str) -> dict[tuple[str, str], Message]:
    """By kind and channel."""
    with db.reading() as session:
        return {(one.kind, one.channel): one for one in queries.of_order(session, orders.by_ref(session, ref).id or 0)}


def fate(ref: str, kind: str, channel: str = "email") -> tuple[str, str]:
    one = messages(ref).get((kind, channel))
    return (one.state, one.reason) if one else ("none", "")


def reached(ref: str, milestone: str, parcel: int = 1) -> None:
    """The carrier says so of one of the order's parcels."""
    with db.transaction() as session:
        order = orders.by_ref(session, ref)
        ident, code = session.execute(sa.text("SELECT id, code FROM parcel WHERE order_id = :o AND n = :n"), {"o": order.id, "n": parcel}).one()
        outbox.record(session, MilestoneReached(order.id or 0, ident, code, milestone, clock.now().isoformat(), "Leipzig", ""), subject=order.id)


def at(moment: datetime) -> None:
    """What is due by then is done."""
    with clock.stopped_at(moment):
        work_off()


def test_a_store_switches_a_kind_off_and_the_timeline_says_so(maja: Tablet) -> None:
    say("order-confirmed", on=False)
    maja.place("1", {"MUG": 1})
    work_off()
    assert fate("1", "order-confirmed") == ("skipped", "this store does not send it")
    assert any(item["message_id"] for item in maja.get("/api/v1/orders/1/timeline")["items"])
    db.run(lambda session: policies.forget(session, 1, "order-confirmed"))
    maja.place("2", {"MUG": 1})
    work_off()
    assert fate("2", "order-confirmed")[0] == "sent"


def test_a_condition_that_an_order_does_not_meet_is_the_reason(maja: Tablet) -> None:
    say("order-confirmed", conditions=Conditions(least_minor=100_000))
    maja.place("1", {"MUG": 1})
    work_off()
    assert fate("1", "order-confirmed") == ("skipped", "policy: the order's total is below what this message asks for")


def test_a_delay_is_kept_and_an_undo_meanwhile_still_withdraws(maja: Tablet) -> None:
    say("shipped", grace_s=0, delay_s=3600)
    maja.place("1", {"MUG": 1})
    with clock.stopped_at(NOON):
        maja.ship_all()
        work_off()
        assert fate("1", "shipped")[0] == "held"
        maja.scan("handover:", "CMD:UNDO")
    at(NOON + timedelta(minutes=61))
    assert fate("1", "shipped")[0] in ("skipped", "sent")


def test_what_waited_for_too_long_is_of_no_use_any_more(maja: Tablet) -> None:
    say("order-confirmed", expires_s=3600)
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1})
        with db.transaction() as session:
            for event_id, reaction in outbox.claim(session):
                _ = event_id, reaction
    with clock.stopped_at(NOON + timedelta(minutes=1)):
        from stowline.core import broker  # noqa: PLC0415

        with db.reading() as session:
            event_id = session.execute(sa.text("SELECT max(id) FROM outbox WHERE name = 'OrderPlaced'")).scalar_one()
        broker.react(event_id, "announce")  # owed, but nobody sends for two hours
    at(NOON + timedelta(hours=2, minutes=2))
    assert fate("1", "order-confirmed")[0] == "skipped"
    assert "too late" in fate("1", "order-confirmed")[1]


def test_the_reader_s_night_is_quiet_by_sms_and_the_mail_goes_at_once(maja: Tablet) -> None:
    say("order-confirmed", channels=("email", "in-app"))
    with db.transaction() as session:
        preferences.set_reader(session, 1, email_of("1"), Reader("", "Asia/Tokyo", 21 * 60, 7 * 60, "+819012345678"))
        policies.set_manners(session, 1, quiet_from=22 * 60, quiet_to=6 * 60, cap=2, cap_days=7, digest=False)
    say("order-confirmed", channels=("email",), quiet=True)
    with clock.stopped_at(NOON):  # 21:00 in Tokyo
        maja.place("1", {"MUG": 1})
        maja.place("2", {"MUG": 1})
        work_off()
    assert fate("1", "order-confirmed") == ("held", "quiet hours until 07:00, Asia/Tokyo")
    assert fate("2", "order-confirmed")[0] == "sent", "nobody else's night"
    at(NOON + timedelta(hours=9, minutes=59))
    assert fate("1", "order-confirmed")[0] == "held"
    at(NOON + timedelta(hours=10))
    assert fate("1", "order-confirmed") == ("sent", "")


def test_nobody_gets_more_than_the_cap_and_what_is_too_much_waits(maja: Tablet) -> None:
    say("order-confirmed", capped=True)
    db.run(lambda session: policies.set_manners(session, 1, quiet_from=None, quiet_to=None, cap=2, cap_days=1, digest=False))
    with clock.stopped_at(NOON):
        for ref in "123":
            maja.place(ref, {"MUG": 1}, customer={"name": "Ines", "email": "ines@example.test"})
        work_off()
    states = sorted(fate(ref, "order-confirmed")[0] for ref in "123")
    assert states == ["held", "sent", "sent"]
    waits = next(ref for ref in "123" if fate(ref, "order-confirmed")[0] == "held")
    assert fate(waits, "order-confirmed")[1] == "the reader had 2 such messages in a day"
    at(NOON + timedelta(days=1, seconds=1))
    assert fate(waits, "order-confirmed")[0] == "sent"


def test_a_reader_who_stopped_a_kind_does_not_get_it_and_the_rest_goes_on(maja: Tablet) -> None:
    maja.place("1", {"MUG": 1})
    db.run(lambda session: preferences.choose(session, 1, email_of("1"), {("shipped", "email"): False}))
    with clock.stopped_at(NOON):
        maja.ship_all()
        work_off()
    at(NOON + timedelta(minutes=5))
    assert fate("1", "order-confirmed")[0] == "sent"
    assert fate("1", "shipped") == ("skipped", "the shopper does not want this kind by e-mail")


def test_marketing_needs_consent_and_unsubscribing_stops_no_receipt(maja: Tablet) -> None:
    say("feedback", on=True, delay_s=60)
    for ref in "12":
        maja.place(ref, {"MUG": 1})
    db.run(lambda session: consents.record(session, 1, email_of("2"), "email", given=True, text="Yes", source="checkout"))
    with clock.stopped_at(NOON):
        maja.ship_all()
        for ref in "12":
            reached(ref, "delivered")
        work_off()
    at(NOON + timedelta(minutes=5))
    assert fate("1", "feedback") == ("skipped", "no consent to marketing by e-mail is on record")
    assert fate("2", "feedback")[0] == "sent"
    assert {fate(ref, "delivered")[0] for ref in "12"} == {"sent"}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_order_the_milestones_come_in_no_message_goes_backwards(maja: Tablet, seed: int) -> None:
    """Every order of three milestones among five, by lot; what was sent only ever goes forward."""
    dice = random.Random(seed)
    say("in-transit", on=True)
    ways = list(itertools.permutations(("in_transit", "out_for_delivery", "attempt_failed", "delayed", "delivered"), 5))
    for n, way in enumerate(dice.sample(ways, 4)):
        ref = f"P-{n}"
        maja.place(ref, {"MUG": 1})
        with clock.stopped_at(NOON + timedelta(days=n)):
            maja.ship_all()
            work_off()
        moment = NOON + timedelta(days=n, minutes=10)
        for step, milestone in enumerate(way):
            with clock.stopped_at(moment + timedelta(minutes=step)):
                reached(ref, milestone)
                if dice.random() < 0.7:
                    work_off()
        at(moment + timedelta(minutes=30))
        went = sorted((one for one in messages(ref).values() if one.parcel_id and one.state == "sent" and one.kind in RANK),
                      key=lambda one: (one.sent_at, one.id))  # fmt: skip
        ranks = [RANK[one.kind] for one in went]
        assert ranks == sorted(ranks), (way, [one.kind for one in went])
        assert fate(ref, "delivered")[0] == "sent"
        assert all(one.reason for one in messages(ref).values() if one.state == "skipped")


def events_of(maja: Tablet, ref: str, moment: datetime) -> list[tuple[int, str]]:
    """An order waits, is filled, packed, handed over and delivered, and nobody reacts to any of it yet: what is to be done."""
    with clock.stopped_at(moment):
        maja.add_product(f"RARE-{ref}")
        maja.place(ref, {f"RARE-{ref}": 1})
        maja.receive({f"RARE-{ref}": 1}, f"PO-{ref}")
        maja.follow("putaway:")
        maja.ship_all()
        for milestone in ("in_transit", "out_for_delivery", "delivered"):
            reached(ref, milestone)
        with db.transaction() as session:
            return outbox.claim(session)


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_whatever_order_an_orders_events_are_heard_in_it_ends_the_same_and_no_message_goes_backwards(maja: Tablet) -> None:
    """Confirmed, filled, packed, handed over, three milestones: their reactions by lot, mails between them by lot."""
    dice, ends = random.Random(7), set()
    for kind in ("packed", "in-transit", "item-processed", "stock-arrived"):
        say(kind, on=True)
    for n in range(240 if proof_is_full() else 6):
        ref, moment = f"E-{n}", NOON + timedelta(days=n)
        rings = events_of(maja, ref, moment)
        dice.shuffle(rings)
        for step, (event_id, reaction) in enumerate(rings):
            with clock.stopped_at(moment + timedelta(minutes=3 * step)):
                broker.react(event_id, reaction)
            if dice.random() < 0.5:
                at(moment + timedelta(minutes=3 * step + 2))
        at(moment + timedelta(hours=12))
        found = messages(ref)
        went = sorted((one for one in found.values() if one.parcel_id and one.state == "sent" and one.kind in RANK), key=lambda one: (one.sent_at, one.id))
        ranks = [RANK[one.kind] for one in went]
        assert ranks == sorted(ranks), (rings, [one.kind for one in went])
        open_still = {key: (one.state, one.reason) for key, one in found.items() if one.state != "sent" and not (one.state == "skipped" and one.reason)}
        assert open_still.keys() <= {("follow-up", "email")}, open_still  # asked days later
        with db.reading() as session:
            order = orders.by_ref(session, ref)
        ends.add((order.state, order.handed_over, tuple(sorted(found)), fate(ref, "order-confirmed")[0], fate(ref, "delivered")[0]))
    assert len(ends) == 1, ends
    [(state, handed_over, owed, confirmed, delivered)] = ends
    assert (state, handed_over, confirmed, delivered) == ("handed_over", 1, "sent", "sent")
    assert {kind for kind, _ in owed} >= {"order-confirmed", "stock-arrived", "packed", "shipped", "in-transit", "out-for-delivery", "delivered"}


def test_a_box_that_is_opened_again_is_not_told_packed_until_it_is_closed_again(maja: Tablet) -> None:
    say("packed", on=True)
    maja.place("1", {"MUG": 1})
    bench = "pack:TOTE-01"

    def packed() -> list[tuple[str, str]]:
        with db.reading() as session:
            return [(one.state, one.reason) for one in queries.of_order(session, orders.by_ref(session, "1").id or 0) if one.kind == "packed"]

    with clock.stopped_at(NOON):
        maja.follow("pick:CART-1")
        for code in ("MUG", "CMD:DONE"):
            assert maja.scan(bench, code).status == 200
        work_off()
        assert maja.scan(bench, "CMD:UNDO").status == 200
    at(NOON + timedelta(minutes=3))
    assert packed() == [("skipped", "the parcel was opened again")]
    with clock.stopped_at(NOON + timedelta(minutes=4)):
        assert maja.scan(bench, "CMD:DONE").status == 200
        work_off()
    at(NOON + timedelta(minutes=7))
    assert packed() == [("skipped", "the parcel was opened again"), ("sent", "")]


def test_an_order_in_two_parcels_is_asked_after_once_it_has_all_come_and_is_closed_then(maja: Tablet) -> None:
    maja.add_product("CUP")
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1, "CUP": 1}, ships="parts")
        maja.ship_all()
        work_off()
    with clock.stopped_at(NOON + timedelta(days=1)):
        reached("1", "delivered")
        work_off()
    assert (fate("1", "delivered")[0], fate("1", "follow-up")[0]) == ("sent", "none"), "a cup is still to come"
    with clock.stopped_at(NOON + timedelta(days=3)):
        maja.receive({"CUP": 1})
        maja.follow("putaway:")
        maja.ship_all()
        work_off()
    with clock.stopped_at(NOON + timedelta(days=4)):
        for _ in range(2):
            reached("1", "delivered", parcel=2)
        work_off()
    at(NOON + timedelta(days=8, hours=23))
    assert (fate("1", "follow-up")[0], maja.events("1").count("OrderClosed")) == ("held", 0)
    at(NOON + timedelta(days=9, hours=1))
    assert (fate("1", "follow-up"), maja.events("1").count("OrderClosed")) == (("sent", ""), 1)
    assert "Closed: 4 days from the order to the door" in [one["say"] for one in maja.get("/api/v1/orders/1/timeline")["items"]]


def test_a_provider_that_fails_rests_and_one_message_tries_it(maja: Tablet) -> None:
    with clock.stopped_at(NOON):
        for _ in range(breakers.OPENS_AFTER):
            db.run(lambda session: breakers.failed(session, "email:mailbox", "It hung up."))
        maja.place("1", {"MUG": 1})
        maja.place("2", {"MUG": 1})
        work_off()
        assert fate("1", "order-confirmed") == ("held", "its channel fails: It hung up.")
        assert messages("1")["order-confirmed", "email"].attempt == 0
    with clock.stopped_at(NOON + breakers.FIRST_REST + timedelta(seconds=1)), db.transaction() as session:
        assert breakers.open_until(session, "email:mailbox") is None, "one tries it"
        assert breakers.open_until(session, "email:mailbox") is not None, "the others wait"
    at(NOON + timedelta(minutes=5))
    assert {fate(ref, "order-confirmed") for ref in "12"} == {("sent", "")}
    with db.reading() as session:
        assert breakers.standing(session) == []


def test_rest_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [breakers.rest(n) for n in (1, 4)] == [None, None]
    assert [breakers.rest(n) for n in (5, 6, 7, 99)] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120), timedelta(minutes=15)]


def test_a_dead_message_that_is_sent_again_keeps_its_key_and_must_still_be_of_use(maja: Tablet) -> None:
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1})
        work_off()
    one = messages("1")["order-confirmed", "email"]
    with db.transaction() as session:
        session.execute(sa.update(Message).where(_m.id == one.id).values(state="dead", sent_at=None, reason="gone"))
    with clock.stopped_at(NOON + timedelta(days=15)):
        db.run(lambda session: service.send_again(session, one.id or 0))
        work_off()
    again = messages("1")["order-confirmed", "email"]
    assert (again.key, again.state) == (one.key, "skipped")
    assert "too late" in again.reason


def test_what_the_house_does_by_itself_is_kept_for_every_kind_there_is() -> None:
    assert all(DEFAULTS[kind].channels == ("email",) for kind in rules.KINDS)


def kill(ref: str, reason: str) -> int:
    """The order's confirmation is dead."""
    one = messages(ref)["order-confirmed", "email"]
    with db.transaction() as session:
        session.execute(sa.update(Message).where(_m.id == one.id).values(state="dead", sent_at=None, reason=reason))
    return one.id or 0


def test_dead_messages_are_sent_again_by_their_cause(maja: Tablet) -> None:
    for ref in "123":
        maja.place(ref, {"MUG": 1})
    work_off()
    kill("1", "The mail server refused it: 550 5.7.1 <a@example.test> try 8f3a2b1c9d")
    kill("2", "The mail server refused it: 550 5.7.1 <b@example.test> try 77aa0012ff")
    kill("3", "No connection to the mail server.")
    with db.reading() as session:
        causes = replays.causes(session)
    assert [one.messages for one in causes] == [2, 1]
    assert "example.test" not in causes[0].say
    assert db.run(lambda session: replays.replay(session, causes[0].say)) == 2
    at(clock.now() + timedelta(minutes=1))
    assert [fate(ref, "order-confirmed")[0] for ref in "123"] == ["sent", "sent", "dead"]
    assert db.run(replays.replay) == 1
    assert db.run(replays.replay) == 0


def test_a_copy_goes_as_the_first_one_did_and_what_policy_forbids_needs_a_reason(maja: Tablet) -> None:
    maja.place("1", {"MUG": 1})
    work_off()
    first = messages("1")["order-confirmed", "email"]
    copy = db.run(lambda session: replays.send_copy(session, first.id or 0, who="Ruth"))
    work_off()
    with db.reading() as session:
        again = queries.message(session, copy)
    assert (again.state, again.html, again.copy_of_id) == ("sent", first.html, first.id)
    maja.post("/api/v1/orders/1/cancellation", {"reason": "changed my mind"})
    with pytest.raises(Conflict, match="It is not to go: the order was cancelled"):
        db.run(lambda session: replays.send_copy(session, first.id or 0, who="Ruth"))
    forced = db.run(lambda session: replays.send_copy(session, first.id or 0, who="Ruth", why="the shopper asked for it by phone"))
    work_off()
    with db.reading() as session:
        one = queries.message(session, forced)
    assert (one.state, one.forced) == ("sent", "Ruth: the shopper asked for it by phone")
    db.run(lambda session: suppressions.suppress(session, "email", email_of("1"), scope="all", store_id=None, why="it bounced", source="test"))
    with pytest.raises(Conflict, match="It cannot go"):
        db.run(lambda session: replays.send_copy(session, first.id or 0, who="Ruth", why="please"))


def kept_back(maja: Tablet, refs: str, *, cap: int) -> list[str]:
    """All of these orders of one shopper are delivered, and she is asked how it was: the orders whose question waits for the cap."""
    say("feedback", on=True, delay_s=60)
    db.run(lambda session: policies.set_manners(session, 1, quiet_from=None, quiet_to=None, cap=cap, cap_days=1, digest=True))
    db.run(lambda session: consents.record(session, 1, "ines@example.test", "email", given=True, text="Yes", source="checkout"))
    for ref in refs:
        maja.place(ref, {"MUG": 1}, customer={"name": "Ines", "email": "ines@example.test"})
    with clock.stopped_at(NOON):
        maja.ship_all()
        for ref in refs:
            reached(ref, "delivered")
        work_off()
    at(NOON + timedelta(minutes=5))
    states = {ref: fate(ref, "feedback")[0] for ref in refs}
    assert set(states.values()) == {"held", "sent"}
    return [ref for ref, state in states.items() if state == "held"]


def test_what_waits_for_the_cap_comes_in_one_mail(maja: Tablet) -> None:
    """Five orders of one shopper, five questions how it was: two come, the others in one mail when there is room."""
    rest = kept_back(maja, "12345", cap=2)
    assert len(rest) == 3
    at(NOON + timedelta(days=1, minutes=10))
    told = [messages(ref)["feedback", "email"] for ref in rest]
    assert len({one.told_in_id for one in told}) == 1
    assert {one.state for one in told} == {"skipped"}
    with db.reading() as session:
        digest = queries.message(session, told[0].told_in_id or 0)
    assert (digest.kind, digest.state, digest.recipient) == ("digest", "sent", "ines@example.test")
    assert all(one.subject in digest.html for one in told)
    assert digest.subject == f"3 things from Demo: {told[0].subject}"


def test_a_digest_that_was_written_when_one_of_its_orders_is_cancelled_is_written_anew(maja: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = kept_back(maja, "1234", cap=1)
    gone = min((messages(ref)["feedback", "email"] for ref in rest), key=lambda one: one.id or 0)
    look, looked = delivery._look, list[int]()

    def look_then_cancel(ident: int) -> object:
        ready = look(ident)
        if ready is not None and not looked:
            looked.append(ident)
            db.run(lambda session: session.execute(sa.update(Order).where(col(Order.id) == gone.order_id).values(state="cancelled")))
        return ready

    monkeypatch.setattr(delivery, "_look", look_then_cancel)
    at(NOON + timedelta(days=1, minutes=10))
    with db.reading() as session:
        told = queries.message(session, gone.id or 0)
        digest = queries.message(session, told.told_in_id or 0)
    assert (looked, digest.kind, digest.state) == ([digest.id], "digest", "sent")
    assert told.subject not in digest.text
    assert digest.subject.startswith("2 things from Demo")
