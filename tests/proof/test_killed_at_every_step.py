"""Killed from inside at every step between a scan and the mail server: the set of messages is the set that is owed.

Embedded, and as two relays and two workers on PostgreSQL with Redis or RabbitMQ. No mail comes twice; one whose acceptance
was lost says that it is not certain. The suite plays a few kills, `make proof` 210: 70 of each.
"""

import itertools
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.proof import dying
from tests.proof.conftest import OpenDay
from tests.proof.day import Aside, Day, OnPostgres, Part, baskets, make_site, wait_for
from tests.services import SmtpSink, StowlineProcess, plain_postgres, proof_is_full

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]
KILLS = 70 if proof_is_full() else 2
MOST_ORDERS, PORTION, EVERY_S = 6000, 25, 0.8
MODULE = "tests.proof.dying"
PATIENCE_S, KILLED = 12, -signal.SIGKILL
_NOTES = "stowline.notifications"
RELAY = ("stowline.core.outbox:claim", "stowline.core.timers:claim", "stowline.core.relay:Relay.ring_once")
WORKER = (
    f"{_NOTES}.announcing:keep", f"{_NOTES}.delivery:_written", f"{_NOTES}.delivery:_Claim._is_as_written", f"{_NOTES}.channels.smtp:SmtpChannel._write",
    f"{_NOTES}.delivery:_sent", f"{_NOTES}.channels.smtp:SmtpChannel._addressed", f"{_NOTES}.delivery:_look", f"{_NOTES}.delivery:_mark",
    "stowline.core.outbox:first_time", "stowline.core.timers:set_timer", f"{_NOTES}.delivery:_Claim.take", "stowline.core.timers:fire",
)  # fmt: skip


def places(steps: tuple[str, ...], first: int) -> Iterator[str]:
    """Every step, before and after, the first of these times, the next, the one after, and round again."""
    for turn in itertools.cycle(range(first, first + 3)):
        for step, when in itertools.product(steps, ("before", "after")):
            yield f"{step}:{when}:{turn}"


class Dying(StowlineProcess):
    """The embedded process, which may die before it ever answers."""

    module = MODULE
    deaths = 0

    def start(self, seconds: float = 60) -> "Dying":
        while True:
            try:
                super().start(seconds)
            except AssertionError:
                if self.exit_code() != KILLED:
                    raise
                self.deaths += 1
                self.env["DIE_AT"] = ""
            else:
                return self


def dead(process: Any) -> bool:
    """Whether it died within a while; where its step is never reached it is killed from outside, and does not count."""
    pause = threading.Event()
    for _ in range(PATIENCE_S * 20):
        if process.is_dead():
            assert process.exit_code() == KILLED, "it ended, and not by its step"
            return True
        pause.wait(0.05)
    process.kill()
    return False


def work_on(day: Day, over: threading.Event) -> None:
    """The crew works as long as orders come."""
    while not over.is_set():
        day.crew(mistakes=0.0, seconds=3000)  # while orders come there is always something left to do
    day.crew(mistakes=0.0)


def play(day: Day, kills: Callable[[], int]) -> int:
    """Orders come and are worked until there were enough `kills`: how many."""
    over, pause = threading.Event(), threading.Event()
    with Aside() as aside:
        crew, killing = aside.do(work_on, day, over), aside.do(kills)
        for n, basket in enumerate(baskets(MOST_ORDERS)):
            if killing.done():
                break
            if n % PORTION == 0:
                day.expect_goods(f"PO-{n}", baskets(MOST_ORDERS)[n : n + PORTION])
            day.place([basket])
            pause.wait(EVERY_S)
        over.set()
        crew.result()
        return int(killing.result())


def prove(day: Day, sink: SmtpSink, killed: int) -> None:
    day.prove_whole()
    uncertain = day.prove_told(sink, uncertain_at_most=killed)
    sys.stdout.write(f"{killed} kills at a step of their own; not certain: {len(uncertain)}\n")


@pytest.mark.parametrize("step", [*RELAY, *WORKER])
def test_a_step_that_somebody_is_to_die_at_is_there(step: str) -> None:
    owner, name = dying.found(step)
    assert callable(getattr(owner, name))


def test_the_embedded_process_dies_at_every_step(open_day: OpenDay, smtp_sink: SmtpSink) -> None:
    day = open_day()
    day.stowline.__class__ = Dying
    embedded, where = day.stowline, places(RELAY + WORKER, 3)

    def kill() -> int:
        killed = 0
        while killed < KILLS:
            embedded.kill()
            embedded.env["DIE_AT"] = next(where)
            embedded.start()
            killed += dead(embedded)
        embedded.env["DIE_AT"] = ""
        embedded.start() if embedded.is_dead() else None
        return killed

    with embedded:
        killed = play(day, kill)
        day.rest()
        prove(day, smtp_sink, killed + embedded.deaths)  # type: ignore[attr-defined]
        assert killed == KILLS
        assert embedded.stop() == 0


class Parts(OnPostgres):
    """A web process that lives, and two relays and two workers that die."""

    def __init__(self, postgres: str, broker: str, data_dir: Path, sink: SmtpSink) -> None:
        self.postgres = plain_postgres(postgres)
        env = {"STOWLINE_DATABASE_URL": postgres, "STOWLINE_BROKER_URL": broker, "STOWLINE_SMTP_URL": sink.url,
               "STOWLINE_MESSAGE_GRACE_S": "0", "STOWLINE_DATA_DIR": str(data_dir)}  # fmt: skip
        self.web = StowlineProcess(data_dir, ("web",), **env)
        self.relays = [Part("relay", data_dir / f"relay-{n}.log", dict(env), MODULE) for n in range(2)]
        self.workers = [Part("worker", data_dir / f"worker-{n}.log", dict(env), MODULE) for n in range(2)]
        self.day = Day(self.web, make_site(postgres), self.query)

    def kill(self) -> int:
        """One after the other, each at the next step of its kind; the other three go on meanwhile."""
        killed, turns = 0, itertools.cycle([*self.workers, *self.relays])  # where nothing comes by, the next one
        where = {id(part): places(WORKER if part in self.workers else RELAY, 1) for part in (*self.workers, *self.relays)}
        while killed < KILLS:
            part = next(turns)
            part.kill()
            part.env["DIE_AT"] = next(where[id(part)])
            killed += dead(part.start())
            sys.stdout.write(f"{killed} killed; {part.env['DIE_AT']}\n")
            part.env["DIE_AT"] = ""
            part.start()
        return killed

    def rest(self) -> None:
        """Nobody dies any more; time passes until everything is settled."""
        pause = threading.Event()
        for _ in range(60):
            if self.day.at_rest():
                return
            self.minutes_later()
            pause.wait(2)
        self.day.rest()


@pytest.fixture(params=["redis", "rabbitmq"])
def parts(request: pytest.FixtureRequest, fresh_postgres_url: str, tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Parts]:
    made = Parts(fresh_postgres_url, request.getfixturevalue(f"{request.param}_url"), tmp_path, smtp_sink)
    with ExitStack() as stack:
        stack.enter_context(made.web)
        for part in (*made.relays, *made.workers):
            stack.enter_context(part)
        yield made


@pytest.mark.postgres
@pytest.mark.skipif(not proof_is_full(), reason="a long proof: make proof")  # the suite kills one worker of several in test_scaled
def test_relays_and_workers_die_at_every_step(parts: Parts, smtp_sink: SmtpSink) -> None:
    killed = play(parts.day, parts.kill)
    wait_for(lambda: not any(part.is_dead() for part in (*parts.relays, *parts.workers)), lambda: "somebody is still dead")
    parts.rest()
    prove(parts.day, smtp_sink, killed)
    assert killed == KILLS
