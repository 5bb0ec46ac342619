"""From an event to the mail server: how many mails a second, and how long after its scan a mail is there.

    python benchmarks/events.py [--orders 2000] [--runs 5] [--only sqlite|postgresql]

The limit is smtplib alone: mails of the same size, built each time, on one kept connection, to the same server. Ours:
orders are placed while nothing runs; then the product starts, and each of them is confirmed by mail. From the first mail to
the last: event, message, policy, gates, rendering, claim, SMTP, outcome. Then 20 receive scans a second, each of one unit
that the next order has waited for, of a hundred products in turn: the seconds from sending the scan to the last dot of the
shopper's mail, grace 0.
SQLite in one process; PostgreSQL with a web process, a relay and two workers on Redis. Goal 7 (design/speed.md): half of
the limit; p95 within 1 s.
"""

import argparse
import contextlib
import http.client
import json
import os
import shutil
import smtplib
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

from common import free_port, here, middle, serving, tell

RATE, SCANS, PRODUCTS = 20, 400, 100
LIMIT_MAILS = 1000
POSTGRES = os.environ.get("STOWLINE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("STOWLINE_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


@contextlib.contextmanager
def sink(file: Path) -> Iterator[int]:
    """The mail server: its port."""
    program = [sys.executable, str(Path(__file__).with_name("_sink.py")), str(file)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def arrived(file: Path, kind: str) -> list[tuple[float, str]]:
    """When mails of this kind came, and about which order."""
    rows = [line.split() for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")] if file.exists() else []
    return [(float(row[0]), row[1]) for row in rows if row[2] == kind]


def wait_for(file: Path, kind: str, count: int) -> list[tuple[float, str]]:
    """The same, once there are so many."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        found = arrived(file, kind)
        if len(found) >= count:
            return found
        time.sleep(0.2)
    raise SystemExit(f"only {len(arrived(file, kind))} of {count} mails ({kind}) came within 300 s")


def limit(port: int, html: int, text: int) -> float:
    """Mails a second by smtplib alone, with parts of so many characters."""
    rich, plain = ("<p>lorem ipsum dolor</p>\n" * (size // 24) for size in (html, text))
    with smtplib.SMTP("127.0.0.1", port, "bench") as line:
        began = time.perf_counter()
        for n in range(LIMIT_MAILS):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "Bench <shop@example.test>", f"Ada <a{n}@example.test>", f"Order {n}"
            mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="example.test")
            mail["X-Stowline-Message"] = "limit"
            mail.set_content(plain)
            mail.add_alternative(rich, subtype="html")
            line.send_message(mail)
        return LIMIT_MAILS / (time.perf_counter() - began)


def prepare_here(count: int) -> None:
    """Runs in a process of its own with the database's settings: so many orders, each for one of a hundred mugs that are not
    there yet.
    """
    from stowline import site, wiring
    from stowline.catalog import service as products
    from stowline.core import db
    from stowline.core.config import settings
    from stowline.orders import service as orders
    from stowline.orders.intake import api
    from stowline.people import service as people
    from stowline.receiving import service as receiving
    from stowline.stores import queries as stores

    db.upgrade(settings().database())
    wiring.connect()
    with db.transaction() as session:
        site.init(session, "bench")
        skus = [sku_of(n) for n in range(PRODUCTS)]
        for sku in skus:
            products.add_product(session, sku=sku, name=f"Stoneware mug, glazed in blue, {sku}")
        token = people.add_token(session, "bench", ["scan", "api"])
        receiving.enter(session, ref="PO-1", supplier="Kiln Works", lines=[(sku, count) for sku in skus])
    for first in range(0, count, 500):
        with db.transaction() as session:
            store = stores.store_by_key(session, "bench")
            for n in range(first, min(first + 500, count)):
                read = api.read({"ref": f"E{n:05d}", "store": "bench", "customer": {"name": "Ada Lovelace", "email": f"a{n}@example.test"},
                                 "lines": [{"sku": sku_of(n), "quantity": 1, "unit_price": "4.50"}],
                                 "address": {"name": "Ada Lovelace", "line1": "1 Main Street", "city": "London", "postcode": "SW1A 1AA", "country": "GB"}})  # fmt: skip
                orders.place(session, store, read)  # type: ignore[arg-type]  (no mistakes in it)
    print(token)


def sku_of(n: int) -> str:
    """Which mug the n-th order waits for."""
    return f"MUG-{n % PRODUCTS:03}"


def scan(line: http.client.HTTPConnection, token: str, sku: str) -> None:
    """One unit is received."""
    body = {"scan_id": str(uuid.uuid4()), "task": "receive:PO-1", "code": sku, "quantity": 1}
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Worker": "bench"}
    line.request("POST", "/scans", json.dumps(body), head)
    answer = line.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise SystemExit(f"a scan was not accepted: {said.decode()}")


def latencies(file: Path, port: int, token: str) -> list[float]:
    """Seconds from sending each of the scans to its shopper's mail: a unit goes to who has waited longest for it."""
    sent, turn = [], time.time()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for n in range(SCANS):
        turn += 1 / RATE
        time.sleep(max(0.0, turn - time.time()))
        sent.append(time.time())
        scan(line, token, sku_of(n))
    line.close()
    came = {ref: at for at, ref in wait_for(file, "stock-arrived", SCANS)}
    return sorted(came[f"E{n:05d}"] - at for n, at in enumerate(sent))


def once(env: dict[str, str], count: int, folder: Path, broker: str) -> dict[str, float]:
    """One run on a fresh database."""
    file, port = folder / f"{uuid.uuid4().hex[:8]}.mails", free_port()
    commands = [["web", "--port", str(port)], ["relay"], ["worker"], ["worker"]] if broker else [["up", "--port", str(port)]]
    with sink(file) as smtp:
        bare = limit(smtp, 9000, 900)
        env = env | {"STOWLINE_SMTP_URL": f"smtp://127.0.0.1:{smtp}", "STOWLINE_MESSAGE_GRACE_S": "0"}
        env |= {"STOWLINE_BROKER_URL": broker} if broker else {}
        made = subprocess.run([sys.executable, __file__, "--prepare", "--orders", str(count)], env=env, check=True, capture_output=True, text=True)
        with serving(env, *commands, ports=[port]):
            moments = sorted(at for at, _ in wait_for(file, "order-confirmed", count))
            time.sleep(3)  # what the first part leaves to do is done
            late = latencies(file, port, made.stdout.split()[-1])
    ours = (count - 1) / (moments[-1] - moments[0])
    return {"bare": bare, "ours": ours, "ratio": ours / bare, "p50": late[len(late) // 2], "p95": late[int(len(late) * 0.95)], "worst": late[-1]}


def report(name: str, seen: list[dict[str, float]]) -> None:
    """The table of one database."""

    def said(key: str, form: str) -> str:
        return "{}  ({} to {})".format(*[format(one, form) for one in middle([run[key] for run in seen])])

    tell(name, [
        ("smtplib alone, mails a second", said("bare", ",.0f")),
        ("event to mail, mails a second", said("ours", ",.0f")),
        ("ratio (goal 0.5)", said("ratio", ".2f")),
        (f"scan to mail at {RATE} scans a second: p50", said("p50", ".2f") + " s"),
        ("p95 (goal 1 s)", said("p95", ".2f") + " s"),
        ("worst", said("worst", ".2f") + " s"),
    ], {key: round(middle([run[key] for run in seen])[0], 3) for key in seen[0]})  # fmt: skip


def on_postgresql(runs: int, env: dict[str, str], count: int, folder: Path) -> list[dict[str, float]]:
    """Each run in a database of its own, dropped afterwards, and a Redis that holds nothing else of ours."""
    import psycopg

    seen: list[dict[str, Any]] = []
    with psycopg.connect(POSTGRES, autocommit=True) as link:
        for _ in range(runs):
            name = f"stowline_bench_{uuid.uuid4().hex[:8]}"
            link.execute(f"CREATE DATABASE {name}")
            try:
                seen.append(once(env | {"STOWLINE_DATABASE_URL": f"{POSTGRES.rpartition('/')[0]}/{name}"}, count, folder, REDIS))
            finally:
                link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return seen


def main() -> None:
    """Both databases, one after the other."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--orders", type=int, default=2000)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--only", choices=["sqlite", "postgresql"])
    ask.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.prepare:
        prepare_here(asked.orders)
        return
    folder = here("events").resolve()
    env = {k: v for k, v in os.environ.items() if not k.startswith("STOWLINE_")}
    env |= {"STOWLINE_DATA_DIR": str(folder), "STOWLINE_LOG_LEVEL": "error"}
    if asked.only != "postgresql":
        runs = [env | {"STOWLINE_DATABASE_URL": f"sqlite:///{folder}/{n}.db"} for n in range(asked.runs)]
        report("events to mails on SQLite, one process", [once(one, asked.orders, folder, "") for one in runs])
    if asked.only != "sqlite":
        report("events to mails on PostgreSQL, a relay and two workers on Redis", on_postgresql(asked.runs, env, asked.orders, folder))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
