"""Every fact has its consequences, each once: outbox, receipts, relay, timers, over every broker there is."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dramatiq
import pytest
import sqlalchemy as sa

from stowline import tables
from stowline.core import clock, db, outbox, timers
from stowline.core.broker import make_broker
from stowline.core.errors import Refused
from stowline.core.outbox import Happened
from stowline.core.relay import Relay
from stowline.worker import Hands
from tests import services

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
PATIENCE_S = 30


@dataclass(frozen=True)
class TeaServed:
    """A fact of a tea room, not of a warehouse."""

    table: int


@dataclass(frozen=True)
class LampLit:
    """A fact that nobody reacts to."""

    lamp: str


class TeaRoom:
    """A tea room's books: what became of each pot, and which reactions fail today."""

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []
        self.fails: set[str] = set()
        self._changed = threading.Condition()

    def reaction(self, name: str) -> Callable[[db.Session, Happened], None]:
        def react(session: db.Session, happened: Happened) -> None:
            if name in self.fails:
                raise ZeroDivisionError(f"{name} cannot")
            db.after_commit(session, lambda: self._note(name, happened.values["table"]))

        return react

    def verb(self, session: db.Session, ref: str) -> None:
        if "verb" in self.fails:
            raise ZeroDivisionError(ref)
        db.after_commit(session, lambda: self._note("verb", int(ref)))

    def work(self, ref: str) -> None:
        self._note("work", int(ref))

    def _note(self, name: str, number: int) -> None:
        with self._changed:
            self.done.append((name, number))
            self._changed.notify_all()

    def wait_for(self, *done: tuple[str, int]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: set(done) <= set(self.done), PATIENCE_S), self.done


@pytest.fixture
def room(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TeaRoom]:
    """The tea room with its own registries, on a database of its own."""
    monkeypatch.setenv("STOWLINE_DATABASE_URL", fresh_database_url)
    monkeypatch.setattr(outbox, "_reactions", defaultdict(list))
    for registry in ("_verbs", "_works"):
        monkeypatch.setattr(timers, registry, {})
    db.forget()
    engine = sa.create_engine(fresh_database_url)
    tables.metadata().create_all(engine, [tables.metadata().tables[name] for name in ("outbox", "receipt", "timer")])
    engine.dispose()
    made = TeaRoom()
    outbox.react("TeaServed", {"wash": made.reaction("wash"), "bill": made.reaction("bill")}.items())
    timers.verb("refill", made.verb)
    timers.work("deliver", made.work)
    yield made
    db.forget()


def serve(*places: int) -> list[int]:
    """Tea is served at these tables: the events' ids."""
    with db.transaction() as session:
        for place in places:
            outbox.record(session, TeaServed(place), subject=place)
        return list(session.execute(sa.text("SELECT id FROM outbox ORDER BY id")).scalars())


def claimed() -> list[tuple[int, str]]:
    with db.transaction() as session:
        return outbox.claim(session)


def open_events() -> int:
    with db.reading() as session:
        return outbox.open_count(session)


def react(event_id: int, reaction: str) -> None:
    """What the actor does."""
    make_broker("").get_actor("react").fn(event_id, reaction)


# ---------------------------------------------------------------- facts and receipts


def test_a_fact_is_kept_with_what_was_done_and_lost_with_what_was_not(room: TeaRoom) -> None:
    serve(4)
    with pytest.raises(ZeroDivisionError), db.transaction() as session:  # noqa: PT012  (one transaction)
        outbox.record(session, TeaServed(5), subject=5)
        raise ZeroDivisionError
    with db.reading() as session:
        assert [h.values for h in outbox.diary(session, 4)] == [{"table": 4}]
        assert outbox.diary(session, 5) == []
    assert room.done == []


def test_a_fact_nobody_reacts_to_is_written_down_and_never_rung(room: TeaRoom) -> None:
    with db.transaction() as session:
        outbox.record(session, LampLit("door"), subject=1)
    assert (claimed(), open_events()) == ([], 0)
    with db.reading() as session:
        assert [h.name for h in outbox.diary(session, 1)] == ["LampLit"]
    assert room.done == []


def test_an_event_rests_when_every_reaction_has_its_receipt(room: TeaRoom) -> None:
    [tea] = serve(4)
    assert sorted(claimed()) == [(tea, "bill"), (tea, "wash")]
    react(tea, "wash")
    assert open_events() == 1
    react(tea, "bill")
    assert open_events() == 0
    assert sorted(room.done) == [("bill", 4), ("wash", 4)]


def test_a_reaction_that_is_rung_again_does_nothing_again(room: TeaRoom) -> None:
    [tea] = serve(4)
    with ThreadPoolExecutor(8) as many:
        list(many.map(lambda _: react(tea, "wash"), range(16)))
    assert room.done == [("wash", 4)]


def test_a_reaction_that_fails_leaves_no_receipt_and_is_rung_again_later(room: TeaRoom) -> None:
    room.fails.add("wash")
    with clock.stopped_at(NOON):
        [tea] = serve(4)
        claimed()
        react(tea, "wash")
        react(tea, "bill")
        assert claimed() == []
        with db.reading() as session:
            assert "wash cannot" in session.execute(sa.text("SELECT trouble FROM outbox")).scalar_one()
    room.fails.clear()
    with clock.stopped_at(NOON + outbox.RING_AGAIN):
        assert claimed() == [(tea, "wash")]  # the other one has its receipt
        react(tea, "wash")
        assert open_events() == 0
        with db.reading() as session:
            assert session.execute(sa.text("SELECT trouble FROM outbox")).scalar_one() is None
    assert sorted(room.done) == [("bill", 4), ("wash", 4)]


def test_a_reaction_that_was_taken_out_of_the_house_keeps_no_event_open(room: TeaRoom) -> None:
    serve(4)
    outbox.react("TeaServed", ())
    assert (claimed(), open_events()) == ([], 0)
    assert room.done == []


def test_two_relays_never_ring_for_the_same_event(room: TeaRoom) -> None:
    teas = serve(*range(50))
    with ThreadPoolExecutor(4) as relays:
        rung = [ring for rings in relays.map(lambda _: claimed(), range(8)) for ring in rings]
    assert sorted(rung) == sorted((tea, name) for tea in teas for name in ("wash", "bill"))
    assert room.done == []


def test_after_a_start_everything_open_is_due_at_once(room: TeaRoom) -> None:
    with clock.stopped_at(NOON):
        [first, second] = serve(1, 2)
        claimed()
        for name in ("wash", "bill"):
            react(first, name)
        assert claimed() == []
        with db.transaction() as session:
            outbox.ring_all_again(session)
        assert {event for event, _ in claimed()} == {second}
    assert len(room.done) == 2


def test_a_scan_is_named_by_all_it_causes(room: TeaRoom) -> None:
    token = outbox.cause.set("scan-7")
    serve(4)
    outbox.cause.reset(token)
    serve(5)
    with db.reading() as session:
        assert [h.scan_id for place in (4, 5) for h in outbox.diary(session, place)] == ["scan-7", None]
    assert room.done == []


# ---------------------------------------------------------------- timers


def set_timer(kind: str, ref: str, due: datetime) -> None:
    with db.transaction() as session:
        timers.set_timer(session, kind, ref, due)


def fires() -> list[tuple[int, bool]]:
    with db.transaction() as session:
        return timers.claim(session)


def next_due() -> datetime | None:
    with db.reading() as session:
        return timers.next_due(session)


def test_a_timer_fires_when_it_is_due_and_is_gone(room: TeaRoom) -> None:
    set_timer("refill", "4", NOON)
    with clock.stopped_at(NOON - timedelta(seconds=1)):
        assert fires() == []
    with clock.stopped_at(NOON):
        [(timer, is_work)] = fires()
        timers.fire(timer)
        timers.fire(timer)
    assert (room.done, is_work, next_due()) == ([("verb", 4)], False, None)


def test_a_new_plan_takes_the_place_of_the_old_one_and_can_be_given_up(room: TeaRoom) -> None:
    set_timer("refill", "4", NOON)
    set_timer("refill", "4", NOON + timedelta(hours=1))
    assert next_due() == NOON + timedelta(hours=1)
    with db.transaction() as session:
        timers.cancel(session, "refill", "4")
        timers.cancel(session, "refill", "4")
    assert (next_due(), room.done) == (None, [])


def test_a_verb_that_fails_is_tried_again_after_growing_pauses(room: TeaRoom) -> None:
    room.fails.add("verb")
    set_timer("refill", "4", NOON)
    at, pauses = NOON, []
    for _ in range(4):
        with clock.stopped_at(at):
            [(timer, _)] = fires()
            make_broker("").get_actor("fire").fn(timer)
        later = next_due()
        assert later is not None
        pauses.append(later - at)
        at = later
    assert pauses == [timers.RING_AGAIN * n for n in (1, 2, 4, 8)]
    room.fails.clear()
    with clock.stopped_at(at):
        timers.fire(fires()[0][0])
    assert (room.done, next_due()) == ([("verb", 4)], None)


def test_work_that_is_planned_anew_while_it_is_done_stays_planned(room: TeaRoom) -> None:
    def deliver(ref: str) -> None:
        room.work(ref)
        set_timer("deliver", ref, NOON + timedelta(hours=2))

    timers.work("deliver", deliver)
    set_timer("deliver", "4", NOON)
    with clock.stopped_at(NOON):
        [(timer, is_work)] = fires()
        timers.fire(timer)
    assert (room.done, is_work, next_due()) == ([("work", 4)], True, NOON + timedelta(hours=2))


def test_work_that_is_planned_anew_for_the_moment_of_its_next_ring_stays_planned(room: TeaRoom) -> None:
    timers.work("deliver", lambda ref: set_timer("deliver", ref, NOON + timers.RING_AGAIN))
    set_timer("deliver", "4", NOON)
    with clock.stopped_at(NOON):
        timers.fire(fires()[0][0])
    assert (room.done, next_due()) == ([], NOON + timers.RING_AGAIN)


@pytest.mark.parametrize("rings", [1, 2, 3])
def test_a_ring_that_a_broker_brings_again_leaves_alone_what_was_planned_anew(room: TeaRoom, rings: int) -> None:
    def watch(ref: str) -> None:
        room.work(ref)
        set_timer("watch", ref, NOON + timedelta(hours=2))  # the same moment each time

    timers.work("watch", watch)
    set_timer("watch", "4", NOON)
    with clock.stopped_at(NOON):
        [(timer, _)] = fires()
        for _ in range(rings):
            make_broker("").get_actor("work").fn(timer)
    assert (room.done, next_due()) == ([("work", 4)], NOON + timedelta(hours=2))


# ---------------------------------------------------------------- relay and brokers


@pytest.fixture(params=["memory", "redis", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest) -> str:
    """Each broker there is."""
    return "" if request.param == "memory" else str(request.getfixturevalue(f"{request.param}_url"))


@contextmanager
def at_work(broker: dramatiq.Broker) -> Iterator[None]:
    """Relay and workers in this process."""
    hands, relay = Hands(broker).start(), Relay(broker)
    relay.start()
    try:
        yield
    finally:
        relay.stop()
        hands.stop(10)


@pytest.mark.parametrize("fresh_database_url", ["sqlite"], indirect=True)
def test_over_any_broker_each_consequence_comes_once(room: TeaRoom, broker_url: str) -> None:
    broker = make_broker(broker_url)
    broker.flush_all()
    with at_work(broker):
        [tea, *_] = serve(1, 2, 3)
        set_timer("refill", "4", clock.now())
        set_timer("deliver", "5", clock.now())
        broker.get_actor("react").send(tea, "wash")  # brokers may say a thing twice
        room.wait_for(*[(name, place) for name in ("wash", "bill") for place in (1, 2, 3)], ("verb", 4), ("work", 5))
    broker.close()
    assert len(room.done) == len(set(room.done)) == 8
    assert open_events() == 0


def test_a_broker_that_forgets_is_rung_again(room: TeaRoom, redis_url: str) -> None:
    broker = make_broker(redis_url)
    with clock.stopped_at(NOON):
        serve(1, 2)
        assert Relay(broker).ring_once()
        services.forget_all(redis_url)
        assert not Relay(broker).ring_once()
    with clock.stopped_at(NOON + outbox.RING_AGAIN), at_work(broker):
        room.wait_for(*[(name, place) for name in ("wash", "bill") for place in (1, 2)])
    broker.close()
    assert open_events() == 0


def test_reactions_that_end_at_the_same_moment_close_their_event(room: TeaRoom) -> None:
    [tea] = serve(1)
    both = threading.Barrier(2)

    def take(reaction: str) -> None:
        both.wait(PATIENCE_S)
        with db.transaction() as session:
            assert outbox.first_time(session, tea, reaction)
            time.sleep(0.2)  # long enough for the other one to look

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, ("wash", "bill")))
    assert open_events() == 0


def test_a_broker_of_an_unknown_kind_is_refused_with_a_sentence() -> None:
    with pytest.raises(Refused, match="starts with redis:// or amqp://"):
        make_broker("carrier-pigeon://loft")
