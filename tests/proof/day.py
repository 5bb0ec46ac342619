"""A warehouse day that is interrupted: goods, orders, a robot crew, and what every shopper is owed at the end."""

import json
import os
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg

from stowline import site, wiring
from stowline.catalog import service as catalog
from stowline.core import db
from stowline.notifications.queries import TAKEN_BACK
from stowline.people import service as people
from stowline.wiring import REACTIONS
from tests import tables
from tests.forked import Forked
from tests.services import SmtpSink, StowlineProcess, clean_env

PATIENCE_S = 90
MUGS = [f"MUG-{n:02}" for n in range(12)]
RUTH = ("ruth@example.test", "tea at half past 4")
Json = dict[str, Any]


@dataclass(frozen=True)
class Basket:
    """One order of the day: who wants what."""

    ref: str
    lines: dict[str, int]

    @property
    def email(self) -> str:
        return f"shopper-{self.ref.lower()}@example.test"

    def body(self) -> Json:
        """As the public contract wants it."""
        street = {"name": f"Shopper {self.ref}", "line1": "1 Main Street", "city": "Springfield",
                  "postcode": "SW1A 1AA", "country": "GB"}  # fmt: skip
        lines = [{"sku": sku, "quantity": units, "unit_price": "2.50"} for sku, units in self.lines.items()]
        customer = {"name": f"Shopper {self.ref}", "email": self.email}
        return {"ref": self.ref, "store": "demo", "customer": customer, "address": street, "lines": lines}


def baskets(count: int) -> list[Basket]:
    """Orders of one to three lines over a dozen mugs."""
    made = []
    for n in range(count):
        lines = {MUGS[(n * 5 + step * 3) % len(MUGS)]: (n + step) % 3 + 1 for step in range(n % 3 + 1)}
        made.append(Basket(f"K{1000 + n}", lines))
    return made


@dataclass
class Day:
    """The day at one Stowline: what is asked of it over HTTP, and what it wrote down."""

    stowline: StowlineProcess
    token: str
    query: Callable[[str], list[tuple[Any, ...]]]
    orders: list[Basket] = field(default_factory=list)

    # ------------------------------------------------------------ asking

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """One call of the API, sent again while nobody answers, as every client of ours does."""
        until = time.monotonic() + PATIENCE_S
        pause = threading.Event()
        while True:
            try:
                return self._call(method, path, body)
            except urllib.error.HTTPError as refused:
                raise AssertionError(f"{method} {path}: {refused.code} {refused.read().decode()}") from refused
            except (OSError, ValueError) as away:
                if time.monotonic() > until:
                    raise AssertionError(f"{method} {path} got no answer\n{self.stowline.log()}") from away
                pause.wait(0.05)

    def _call(self, method: str, path: str, body: Json | None) -> Json:
        request = urllib.request.Request(
            self.stowline.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: Json = json.loads(answer.read())
            return found

    def place(self, orders: Iterable[Basket]) -> None:
        """The shops send their orders, one after the other."""
        for basket in orders:
            self.call("POST", "/api/v1/orders", basket.body())
            self.orders.append(basket)

    def expect_goods(self, ref: str, wanted: Iterable[Basket]) -> None:
        """A purchase order of exactly what these orders need."""
        units: Counter[str] = Counter()
        for basket in wanted:
            units.update(basket.lines)
        lines = [{"sku": sku, "quantity": count} for sku, count in sorted(units.items())]
        self.call("POST", "/api/v1/purchase-orders", {"ref": ref, "supplier": "Kiln Works", "lines": lines})

    def crew(self, *, workers: int = 4, mistakes: float = 0.05, seconds: float = 600) -> Json:
        """`stowline crew` works until nothing is left to do; its report."""
        words = ("crew", "--url", self.stowline.url, "--token", self.token, "--workers", str(workers))
        done = self.stowline.cli(*words, "--mistakes", str(mistakes), "--json", seconds=seconds)
        report: Json = json.loads(done.stdout)
        return report

    # ------------------------------------------------------------ what it wrote down

    def count(self, what: str) -> int:
        """`SELECT COUNT(*) FROM what`."""
        return int(self.query(f"SELECT COUNT(*) FROM {what}")[0][0])

    def messages(self) -> dict[tuple[str, str], str]:
        """State by (kind, order); what was withdrawn because its goods were taken back does not count."""
        rows = self.query(f"SELECT kind, order_ref, state FROM message WHERE reason <> '{TAKEN_BACK}'")
        found = {(kind, ref): state for kind, ref, state in rows}
        assert len(found) == len(rows), "one message per fact"
        return found

    def messages_by_state(self) -> dict[str, int]:
        """How many messages are in each state."""
        return dict(self.query("SELECT state, COUNT(*) FROM message GROUP BY state"))

    def at_rest(self) -> bool:
        """Every event has its receipts and no message is on its way."""
        waits = self.count("outbox WHERE due IS NOT NULL") + self.count("message WHERE state IN ('held', 'sending')")
        return waits == 0

    def rest(self) -> None:
        """Wait until it is."""
        wait_for(self.at_rest, lambda: f"still open: {self._open()}\n{self.stowline.log()[-3000:]}")

    def _open(self) -> list[Any]:
        return [
            *self.query("SELECT id, name, due, rings, trouble FROM outbox WHERE due IS NOT NULL"),
            *self.query("SELECT id, kind, state, due, reason FROM message WHERE state IN ('held', 'sending')"),
            *self.query("SELECT kind, ref, due, rings, trouble FROM timer"),
        ]

    # ------------------------------------------------------------ what must be true at the end

    def prove_whole(self) -> None:
        """Every order is handed over, every invariant holds, every event has exactly the receipts it must have."""
        states = {b.ref: self.call("GET", f"/api/v1/orders/{quote(b.ref)}")["state"] for b in self.orders}
        assert states == dict.fromkeys(states, "handed_over")
        broken = [row for row in self.stowline.cli_json("check")["invariants"] if not row["holds"]]
        assert broken == []
        events = dict(self.query("SELECT name, COUNT(*) FROM outbox GROUP BY name"))
        assert events["OrderPlaced"] == events["ParcelHandedOver"] == len(self.orders)
        due = {(name, reaction): events[name] for name, reactions in REACTIONS.items() if name in events for reaction in reactions}
        heard = self.query("SELECT e.name, r.reaction, COUNT(*) FROM receipt r JOIN outbox e ON e.id = r.event_id GROUP BY e.name, r.reaction")
        assert {(name, reaction): n for name, reaction, n in heard} == due

    def prove_told(self, sink: SmtpSink, *, uncertain_at_most: int) -> list[tuple[str, str]]:
        """Each shopper got exactly what was owed. Which messages are not certain: those came once, or not at all.

        Who waited is told that the goods are here, and that they are packed, unless they left before that was said.
        """
        waited = self.query("SELECT DISTINCT o.ref FROM outbox e JOIN orders o ON o.id = e.subject WHERE e.name = 'BackorderFilled'")
        owed = {(kind, basket.ref) for basket in self.orders for kind in ("order-confirmed", "shipped")}
        owed |= {(kind, ref) for (ref,) in waited for kind in ("stock-arrived", "item-processed")}
        states = self.messages()
        assert set(states) == owed
        left = {key for key, state in states.items() if state == "skipped"}
        assert {kind for kind, _ in left} <= {"stock-arrived", "item-processed"}
        owed -= left
        states = {key: state for key, state in states.items() if key not in left}
        uncertain = sorted(key for key, state in states.items() if state == "unknown")
        assert set(states.values()) <= {"sent", "unknown"}
        assert len(uncertain) <= uncertain_at_most
        got = Counter((mail["X-Stowline-Message"], mail["X-Stowline-Order"]) for mail in sink.mails)
        ids = Counter(mail["Message-ID"] for mail in sink.mails)
        assert [again for again, times in ids.items() if times > 1] == []
        assert {key: got[key] for key in owed - set(uncertain)} == dict.fromkeys(owed - set(uncertain), 1)
        assert set(got) <= owed
        wrong = [mail["To"] for mail in sink.mails if f"-{mail['X-Stowline-Order'].lower()}@" not in mail["To"]]
        assert wrong == []
        return uncertain


class Part:
    """One of the scaled parts as a process: `stowline relay`, `stowline worker`."""

    def __init__(self, name: str, log: Path, env: dict[str, str], module: str = "stowline") -> None:
        self._name, self._module, self._log, self.env = name, module, log, env
        self._process: Forked | None = None

    def start(self) -> Self:
        """Start it."""
        self._process = Forked([self._name], clean_env(**self.env), self._log, self._log, module=self._module)
        return self

    def is_dead(self) -> bool:
        """Whether it ended."""
        return self._process is None or self._process.poll() is not None

    def exit_code(self) -> int | None:
        """What it ended with, -9 for SIGKILL; None while it runs."""
        return self._process.poll() if self._process else None

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def stop(self, seconds: float = 25) -> int:
        """SIGTERM, and its exit code."""
        assert self._process is not None
        self._process.terminate()
        try:
            return self._process.wait(seconds)
        finally:
            self._process.kill()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()


class OnPostgres:
    """What a proof reads of a database on PostgreSQL, and its clock, which it may put forward."""

    postgres: str

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            return connection.execute(sql).fetchall()

    def minutes_later(self) -> None:
        """Six minutes pass: what was rung without effect may be rung again, and who was sending is given up."""
        with psycopg.connect(self.postgres) as connection:
            connection.execute("UPDATE outbox SET due = due - interval '6 minutes' WHERE due IS NOT NULL")
            connection.execute("UPDATE timer SET due = due - interval '6 minutes' WHERE kind = 'message'")
            connection.execute("UPDATE message SET claimed_at = claimed_at - interval '6 minutes' WHERE state = 'sending'")


class Aside:
    """Things that go on while the test does something else; what they raise is raised by `result`."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(4)

    def do(self, what: Callable[..., Any], *values: Any, **more: Any) -> Future[Any]:
        return self._pool.submit(what, *values, **more)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()


def sqlite_reader(file: Any) -> Callable[[str], list[tuple[Any, ...]]]:
    """Reads a database file from outside, as another process does."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    return query


def wait_for(true: Callable[[], bool], told: Callable[[], str], seconds: float = PATIENCE_S) -> None:
    """Return once it is true; fail with what is told after so many seconds."""
    until, pause = time.monotonic() + seconds, threading.Event()
    while not true():
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds:g} s: {told()}")
        pause.wait(0.002)


def make_site(url: str) -> str:
    """An empty site with a dozen mugs in its catalogue and Ruth, who manages it: the token of its crew and its shop."""
    kept = os.environ.get("STOWLINE_DATABASE_URL")
    os.environ["STOWLINE_DATABASE_URL"] = url
    db.forget()
    wiring.connect()
    try:
        tables.lay(url)
        with db.transaction() as session:
            site.init(session, "demo")
            catalog.add_products(session, [(sku, f"Mug {sku}") for sku in MUGS])
            people.add_user(session, name="Ruth Adeyemi", roles=["manager"], email=RUTH[0], password=RUTH[1])
            return people.add_token(session, "proof", ["scan", "api"])
    finally:
        db.forget()
        del os.environ["STOWLINE_DATABASE_URL"]
        if kept is not None:
            os.environ["STOWLINE_DATABASE_URL"] = kept
        db.forget()
