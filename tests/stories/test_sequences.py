"""Sequences: what is said again and again while something lasts, ends at once when it is over, and is never too much."""

import itertools
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from stowline import wiring
from stowline.core import clock, db
from stowline.notifications import consents, sequence_runs, sequences
from stowline.notifications.sequence_models import SequenceRun
from stowline.notifications.sequence_rules import GETTING_READY, SEQUENCES
from stowline.orders import queries as orders
from tests.makers import Tablet, email_of
from tests.stories.conftest import House
from tests.stories.test_promises import work_off
from tests.stories.test_who_hears_what import say

BEGIN = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
one_database = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


def day(n: float) -> datetime:
    return BEGIN + timedelta(days=n)


def night(n: float) -> None:
    """The nightly look, and what is due that day."""
    with clock.stopped_at(day(n)):
        sequences.night("")
        sequences.work("")
        work_off()


def each_day(first: int, last: int) -> None:
    for n in range(first, last + 1):
        night(n)


def told(kind: str, email: str = "") -> list[tuple[int, str]]:
    """(days since the beginning, state) of each message of a kind, to one address or to all."""
    asked = sa.text("SELECT made_at, state, address FROM message WHERE kind = :k ORDER BY id")
    query = asked.columns(made_at=db.UtcDateTime)
    with db.reading() as session:
        rows = session.execute(query, {"k": kind}).all()
    return [((row.made_at - BEGIN).days, row.state) for row in rows if email in ("", row.address)]


def run_of(ref: str, sku: str) -> SequenceRun:
    with db.reading() as session:
        order = orders.by_ref(session, ref)
        product_id = next(line.product_id for line in orders.lines(session, order.id or 0) if line.sku == sku)
        found = sequence_runs.find(session, GETTING_READY, f"order:{order.id}:product:{product_id}")
        assert found is not None
        return found


def waiting(house: House, *refs: str, sku: str = "MUG", units: int = 2) -> Tablet:
    """Orders that wait for something nobody has bought yet."""
    desk = house.tablet()
    with clock.stopped_at(BEGIN):
        desk.add_product(sku)
        for ref in refs:
            assert desk.place(ref, {sku: units}).status == 201
        work_off()
    return desk


def test_who_waits_long_hears_every_ten_to_fourteen_days_until_it_is_here(house: House) -> None:
    desk = waiting(house, "A")
    each_day(1, 60)
    days = [n for n, _ in told("getting-ready")]
    assert {state for _, state in told("getting-ready")} == {"sent"}
    assert len(days) >= 2
    assert days[0] > 21, "nobody hears of a long wait before it is one"
    assert {10 <= later - earlier <= 14 for earlier, later in itertools.pairwise(days)} == {True}
    with clock.stopped_at(day(61)):
        desk.receive({"MUG": 5})
        work_off()
    assert run_of("A", "MUG").why == "nothing of it waits any more"
    each_day(62, 90)
    assert [n for n, _ in told("getting-ready")] == days
    assert desk.events("A").count("WaitGoesOn") == len(days)
    house.prove()


@one_database
def test_a_short_wait_and_an_order_told_in_silence_hear_nothing(house: House) -> None:
    desk = waiting(house, "A")
    with clock.stopped_at(BEGIN):
        soon = (BEGIN + timedelta(days=5)).date().isoformat()
        body = {"ref": "PO-1", "supplier": "Potters & Co", "lines": [{"sku": "MUG", "quantity": 9}], "expected_from": soon, "expected_to": soon}
        assert desk.post("/api/v1/purchase-orders", body).status == 201
        desk.add_product("JUG")
        desk.place("B", {"JUG": 1}, tell=False)
        work_off()
    each_day(1, 15)
    assert told("getting-ready") == []


@one_database
def test_each_product_of_an_order_is_told_of_and_never_two_in_one_breath(house: House) -> None:
    waiting(house)
    desk = house.tablet()
    with clock.stopped_at(BEGIN):
        desk.add_product("JUG")
        desk.place("A", {"MUG": 1, "JUG": 1})
        work_off()
    each_day(1, 50)
    days = [n for n, _ in told("getting-ready")]
    assert len(days) >= 4
    assert len(days) == len(set(days)), "a day between any two"
    assert {run_of("A", sku).step for sku in ("MUG", "JUG")} >= {2}


@one_database
def test_after_other_news_the_series_moves_on(house: House) -> None:
    waiting(house, "A")
    each_day(1, 30)
    run = run_of("A", "MUG")
    assert run.step >= 1
    nxt = (run.next_at - BEGIN).days
    with clock.stopped_at(day(nxt - 2)), db.transaction() as session:  # an apology, two days before
        session.execute(sa.text("UPDATE message SET kind = 'delay-apology', key = 'moved', sent_at = :t, claimed_at = :t"
                                " WHERE kind = 'backorder-notice'").bindparams(sa.bindparam("t", type_=db.UtcDateTime)), {"t": clock.now()})  # fmt: skip
    before = len(told("getting-ready"))
    each_day(nxt, nxt + 3)
    assert len(told("getting-ready")) == before
    each_day(nxt + 4, nxt + 15)
    assert len(told("getting-ready")) == before + 1, "it goes on with its next day"


def test_whatever_may_end_a_sequence_is_wired_to_it() -> None:
    for one in SEQUENCES.values():
        assert [event for event in one.ends if "sequences" not in wiring.REACTIONS[event]] == []


def orders_of(desk: Tablet, *refs: str) -> None:
    """Orders of people who agreed to marketing, long delivered."""
    with clock.stopped_at(BEGIN):
        for ref in refs:
            assert desk.place(ref, {"MUG": 1}).status == 201
            db.run(partial(consents.record, store_id=1, address=email_of(ref), channel="email", given=True, text="Yes", source="checkout"))
        desk.ship_all()
        work_off()


@one_database
def test_who_has_not_ordered_for_half_a_year_is_missed_once_and_who_did_is_not(house: House) -> None:
    desk = house.tablet()
    desk.stock_up({"MUG": 20})
    orders_of(desk, "A", "B", "C", "D")
    with clock.stopped_at(BEGIN + timedelta(days=100)):
        desk.place("A-2", {"MUG": 1}, customer={"name": "Ada Byron", "email": email_of("A")})
    db.run(partial(consents.record, store_id=1, address=email_of("B"), channel="email", given=False, text="No", source="mail"))
    night(190)
    assert told("win-back") == [], "the store does not send it"
    say("win-back", on=True)
    night(191)
    with db.reading() as session:
        begun = session.execute(sa.text("SELECT count(*) FROM sequence_run WHERE sequence = 'win-back'")).scalar_one()
    assert begun == 3, "everybody but who ordered since"
    with clock.stopped_at(day(191.1)):
        desk.place("D-2", {"MUG": 1}, customer={"name": "Ada Byron", "email": email_of("D")})
    each_day(192, 230)
    assert {email for email in (email_of(ref) for ref in "ABCD") if told("win-back", email)} == {email_of("C")}
    assert [state for _, state in told("win-back", email_of("C"))] == ["sent"], "once per last order"
    with db.reading() as session:
        whys = dict(session.execute(sa.text("SELECT address, why FROM sequence_run WHERE sequence = 'win-back'")).all())
    assert whys[email_of("B")] == "the shopper stopped marketing"
    assert whys[email_of("C")] == "it was said, once"


@one_database
def test_a_night_of_two_thousand_people_is_done_in_portions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = house.tablet()
    desk.stock_up({"MUG": 2})
    orders_of(desk, "A")
    with db.reading() as session:
        order_id = orders.by_ref(session, "A").id
    rows = [{"sequence": "win-back", "subject": f"person:{n}", "store_id": 1, "order_id": order_id, "address": f"p{n}@example.test", "step": 0,
             "began_at": BEGIN, "next_at": BEGIN, "why": ""} for n in range(2000)]  # fmt: skip
    with db.transaction() as session:
        session.execute(sa.insert(SequenceRun), rows)
    sizes: list[int] = []
    locked = sequence_runs.locked

    def counted(session: db.Session, ids: list[int]) -> list[SequenceRun]:
        sizes.append(len(ids))
        return locked(session, ids)

    monkeypatch.setattr(sequence_runs, "locked", counted)
    with clock.stopped_at(day(1)):
        sequences.work("")
    assert (sum(sizes), max(sizes)) == (2000, sequences.AT_ONCE)
    with db.reading() as session:
        assert session.execute(sa.text("SELECT count(*) FROM sequence_run WHERE ended_at IS NULL")).scalar_one() == 0


ENDS = {"chosen": "the shopper has chosen what becomes of it", "cancelled": "the order was cancelled", "came": "nothing of it waits any more"}


def end_by(desk: Tablet, way: str) -> None:
    if way == "cancelled":
        assert desk.post("/api/v1/orders/A/cancellation", {"reason": "changed my mind"}).status == 200
    elif way == "came":
        desk.receive({"MUG": 5})
    else:
        with db.reading() as session:
            order_id = orders.by_ref(session, "A").id or 0
        from stowline.backorders import offers  # noqa: PLC0415

        def choose(session: db.Session) -> str:
            offer = offers.make(session, order_id, "desk", "1", by="Ruth")
            assert offer is not None
            return offers.choose(session, offer.id or 0, "wait", by="Ruth").fate

        assert db.run(choose) == "chosen"


@one_database
@pytest.mark.parametrize("way", list(ENDS))
@pytest.mark.parametrize("turns", list(itertools.permutations(("end", "step", "react"))), ids="-".join)
def test_an_end_and_a_step_at_the_same_moment_in_any_order(house: House, way: str, turns: tuple[str, ...]) -> None:
    """Whatever comes first, nothing is owed after the end, and what is owed already does not go."""
    desk = waiting(house, "A")
    each_day(1, 22)
    due = run_of("A", "MUG").next_at
    ended = False
    with clock.stopped_at(due):
        for turn in turns:
            if turn == "end":
                end_by(desk, way)
                ended = True
            elif turn == "step":
                sequences.work("")
            elif ended:
                work_off()
        with db.reading() as session:
            said = session.execute(sa.text("SELECT count(*) FROM outbox WHERE name = 'WaitGoesOn'")).scalar_one()
        assert said == (1 if turns.index("step") < turns.index("end") else 0)
        work_off()
    with clock.stopped_at(due + timedelta(days=40)):
        sequences.work("")
        work_off()
    assert run_of("A", "MUG").why == ENDS[way]
    assert [state for _, state in told("getting-ready")] == ["skipped"] * said
