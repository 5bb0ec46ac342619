"""Web, relay and worker in processes of their own, on PostgreSQL and Redis: a worker is killed, the broker forgets."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from tests import services
from tests.proof.day import Aside, Day, OnPostgres, Part, baskets, make_site, wait_for
from tests.services import SmtpSink, StowlineProcess, plain_postgres

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]
ORDERS = 12


class Scaled(OnPostgres):
    """The parts of one installation, and its clock, which a test may put forward."""

    def __init__(self, postgres: str, redis_url: str, data_dir: Path, sink: SmtpSink) -> None:
        self.postgres, self.redis = plain_postgres(postgres), redis_url
        self.env = {"STOWLINE_DATABASE_URL": postgres, "STOWLINE_BROKER_URL": redis_url, "STOWLINE_SMTP_URL": sink.url,
                    "STOWLINE_MESSAGE_GRACE_S": "0", "STOWLINE_DATA_DIR": str(data_dir)}  # fmt: skip
        self.web = StowlineProcess(data_dir, ("web",), **self.env)
        self.relay = Part("relay", data_dir / "relay.log", self.env)
        self.worker = Part("worker", data_dir / "worker.log", self.env)
        self.day = Day(self.web, make_site(postgres), self.query)

    def waiting_in_redis(self) -> int:
        """How many ids the broker holds."""
        with redis.Redis.from_url(self.redis) as client:
            return sum(client.hlen(key) for key in client.scan_iter("dramatiq:*.msgs"))

    def forget(self) -> None:
        """Redis loses what it holds."""
        services.forget_all(self.redis)


@pytest.fixture
def scaled(fresh_postgres_url: str, redis_url: str, tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Scaled]:
    made = Scaled(fresh_postgres_url, redis_url, tmp_path, smtp_sink)
    with ExitStack() as parts:
        parts.enter_context(made.web)
        parts.enter_context(made.relay)
        yield made


def told(scaled: Scaled) -> Callable[[], str]:
    return lambda: f"{scaled.day.messages_by_state()}, {scaled.waiting_in_redis()} in Redis\n{scaled.web.log()[-2000:]}"


@pytest.mark.redis
@pytest.mark.postgres
def test_a_broker_that_forgets_and_a_worker_that_dies_leave_nothing_undone(scaled: Scaled, smtp_sink: SmtpSink) -> None:
    day, orders = scaled.day, baskets(ORDERS)
    day.place(orders)
    wait_for(lambda: scaled.waiting_in_redis() >= ORDERS, told(scaled))
    scaled.forget()
    with scaled.worker, Aside() as aside:
        assert day.count("receipt") == 0  # nobody rings for them now
        scaled.minutes_later()
        wait_for(lambda: day.count("outbox WHERE due IS NOT NULL") == 0, told(scaled))

        day.expect_goods("PO-SCALED", orders)
        crew = aside.do(day.crew)
        for handed in (1, ORDERS // 2):
            wait_for(lambda: day.count("outbox WHERE name = 'ParcelHandedOver'") >= handed, told(scaled))  # noqa: B023
            scaled.worker.kill()
            scaled.minutes_later()
            scaled.worker.start()
        report = crew.result()
        scaled.minutes_later()
        day.rest()
        day.prove_whole()
        day.prove_told(smtp_sink, uncertain_at_most=2)
        assert (report["orders"], report["aside"]) == (ORDERS, [])
        assert [scaled.worker.stop(20), scaled.relay.stop(20), scaled.web.stop(20)] == [0, 0, 0]
