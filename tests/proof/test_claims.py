"""Two workers want the same message, or a worker and a cancellation the same order: one of them has it, and nobody both.

The suite plays a share; `make proof` 10,000 claims and 2,000 cancellations, half of them on each database.
"""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial

import pytest
import sqlalchemy as sa

from stowline.core import broker, clock, db, outbox, timers
from stowline.core.config import settings
from stowline.notifications import delivery
from stowline.notifications.channels import for_settings
from stowline.notifications.models import Message
from stowline.orders import queries as orders
from stowline.orders import service as order_verbs
from tests.makers import Tablet
from tests.services import ROOT, SmtpSink, proof_is_full
from tests.stories.conftest import House, app, founded_postgres, founded_sqlite, fresh, house, house_url
from tests.stories.test_promises import work_off

__all__ = ["app", "founded_postgres", "founded_sqlite", "house", "house_url"]  # fixtures of the stories

CLAIMS, CANCELLATIONS = (5_000, 1_000) if proof_is_full() else (60, 25)
_m = Message.__table__.c  # type: ignore[attr-defined]
Deliver = Callable[[int], None]


@pytest.fixture
def maja(house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> Tablet:
    """Mails go to a real server."""
    monkeypatch.setenv("STOWLINE_SMTP_URL", smtp_sink.url)
    settings.cache_clear()
    fresh()
    tablet = house.tablet()
    tablet.stock_up({"MUG": 10})
    return tablet


@contextmanager
def two_workers() -> Iterator[list[Deliver]]:
    """Two processes on PostgreSQL, two threads on SQLite, where one process has the file."""
    embedded = os.environ["STOWLINE_DATABASE_URL"].startswith("sqlite")
    with ExitStack() as stack:
        yield [(_thread if embedded else _process)(stack) for _ in range(2)]


def _thread(stack: ExitStack) -> Deliver:
    """It keeps its line to the mail server until the end."""
    pool = stack.enter_context(ThreadPoolExecutor(1))
    stack.callback(lambda: pool.submit(for_settings(settings()).close).result(30))
    return lambda ident: pool.submit(delivery.deliver, str(ident)).result(60)


def _process(stack: ExitStack) -> Deliver:
    command = [sys.executable, "-m", "tests.proof.claimer"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    stack.callback(worker.wait, 30)
    assert worker.stdin is not None
    assert worker.stdout is not None
    stack.callback(worker.stdin.close)
    told, heard = worker.stdin, worker.stdout
    stack.callback(heard.close)
    assert heard.readline() == "ready\n"

    def deliver(ident: int) -> None:
        told.write(f"{ident}\n")
        told.flush()
        assert heard.readline() == "done\n"

    return deliver


def both(*deeds: Callable[[], object]) -> None:
    """At the same moment, as near as threads come to it."""
    gate = threading.Barrier(len(deeds))
    faults: list[BaseException] = []

    def run(deed: Callable[[], object]) -> None:
        gate.wait(30)
        try:
            deed()
        except BaseException as fault:  # noqa: BLE001  (told by the test itself)
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults, faults


def confirmation(ref: str) -> Message:
    with db.reading() as session:
        order_id = orders.by_ref(session, ref).id
        found: Message = session.execute(sa.select(Message).where(_m.order_id == order_id, _m.kind == "order-confirmed")).scalar_one()
        return found


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_two_workers_who_claim_one_message_send_it_once(maja: Tablet, smtp_sink: SmtpSink) -> None:
    maja.place("1", {"MUG": 1})
    work_off()
    one, before = confirmation("1"), len(smtp_sink.mails)
    with two_workers() as workers:
        for n in range(CLAIMS):
            with db.transaction() as session:  # the same message as another one: not sent yet
                fresh_one = {"state": "held", "key": f"claim:{n}", "sent_at": None, "claimed_at": None, "due": clock.now()}
                session.execute(sa.update(Message).where(_m.id == one.id).values(fresh_one))
            both(*[partial(worker, one.id or 0) for worker in workers])
    sent = Counter(str(mail["Message-ID"]) for mail in smtp_sink.mails[before:])
    assert len(sent) == CLAIMS
    assert set(sent.values()) == {1}
    assert confirmation("1").state == "sent"


def test_who_comes_second_to_a_claim_leaves_the_watch_over_it_standing(maja: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one dies with the message in hand: it is found to be not certain, and not forgotten."""
    maja.place("1", {"MUG": 1})
    with db.transaction() as session:
        rings = outbox.claim(session)
    for event_id, reaction in rings:
        broker.react(event_id, reaction)
    look = delivery._look

    def look_and_be_overtaken(number: int) -> delivery._Ready | None:
        ready = look(number)
        assert ready is not None
        first = delivery._Claim(number, ready)
        first.take()
        first.end()
        return ready

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(delivery, "_look", look_and_be_overtaken)
        fire_what_is_due()
    assert confirmation("1").state == "sending"
    with clock.stopped_at(clock.now() + delivery.LOST_AFTER):
        fire_what_is_due()
    assert confirmation("1").state == "unknown"


def fire_what_is_due() -> None:
    with db.transaction() as session:
        fires = timers.claim(session)
    for timer_id, _ in fires:
        timers.fire(timer_id)


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_no_message_follows_a_cancellation_that_came_first(maja: Tablet, smtp_sink: SmtpSink) -> None:
    dice, fates, pause_s = random.Random(11), Counter[str](), 0.1
    with two_workers() as workers:
        for n in range(CANCELLATIONS):
            ref = f"C-{n}"
            maja.place(ref, {"MUG": 1})
            with db.transaction() as session:

                rings = outbox.claim(session)
            for event_id, reaction in rings:
                broker.react(event_id, reaction)
            before = len(smtp_sink.mails)
            worker = partial(workers[n % 2], confirmation(ref).id or 0)
            both(worker, partial(after, dice.random() * pause_s, partial(cancel, ref)))
            state = judged(ref, mailed=len(smtp_sink.mails) - before)
            fates[state] += 1
            pause_s *= 1.1 if state == "skipped" else 0.9  # a worker renders first: find where the two meet, on any machine
    assert sum(fates.values()) == CANCELLATIONS
    assert set(fates) <= {"sent", "skipped"}
    assert len(fates) == 2, f"only one of them ever won: {fates}"


def after(pause_s: float, deed: Callable[[], object]) -> None:
    time.sleep(pause_s)
    deed()


def cancel(ref: str) -> None:
    db.run(lambda session: order_verbs.cancel(session, orders.by_ref(session, ref).id or 0, "changed my mind"))


def judged(ref: str, *, mailed: int) -> str:
    """What became of it: sent only if it was claimed before the order was cancelled, both under the order's lock."""
    work_off()
    one = confirmation(ref)
    assert mailed == (one.state == "sent"), (ref, one.state, mailed)
    if one.state == "sent":
        assert one.claimed_at is not None
        assert one.claimed_at < cancelled_at(one), "it was claimed after the cancellation"
    else:
        assert one.reason == "the order was cancelled"
    return one.state


def cancelled_at(one: Message) -> datetime:

    with db.reading() as session:
        return next(event.at for event in outbox.diary(session, one.order_id or 0) if event.name == "OrderCancelled")
