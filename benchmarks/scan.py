"""Accepted pick scans over HTTP, beside the least that a database must do for one pick, in one run on one machine.

    python benchmarks/scan.py [--seconds 6] [--runs 5] [--only sqlite|postgresql]

The bare pick is balance -, ledger +, event +, line +, commit: in SQLite through `sqlite3` with synchronous=FULL, one
writer; in PostgreSQL through pgbench (if it is installed) with as many clients. Ours is `POST /scans` of an accepted
product scan with everything it does, 16 clients, each on a cart of its own; the load shares the machine.
Goals (design/speed.md): 1. SQLite >= 0.5 (first version >= 0.2); 2. PostgreSQL, 2 web processes >= 0.35 (0.12);
3. at half of that peak p99 / p50 <= 5 and no scan over 250 ms.
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from common import free_port, here, middle, serving, tell

CLIENTS = 16
UNITS = 1_000_000


def bare_sqlite(folder: Path, seconds: float) -> float:
    """Bare picks a second: one writer, one commit a pick, durable."""
    link = sqlite3.connect(folder / f"bare-{uuid.uuid4().hex[:6]}.db", isolation_level=None)
    link.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE balance (p INTEGER PRIMARY KEY, qty INTEGER CHECK (qty >= 0));"
        "CREATE TABLE line (id INTEGER PRIMARY KEY, picked INTEGER);"
        "CREATE TABLE ledger (id INTEGER PRIMARY KEY, p INTEGER, qty INTEGER, at TEXT);"
        "CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT, at TEXT);"
    )
    link.executemany("INSERT INTO balance VALUES (?, ?)", [(n, 10**9) for n in range(100)])
    link.executemany("INSERT INTO line VALUES (?, 0)", [(n,) for n in range(100)])
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        n = done % 100
        link.execute("BEGIN IMMEDIATE")
        link.execute("UPDATE balance SET qty = qty - 1 WHERE p = ? AND qty >= 1", (n,))
        link.execute("INSERT INTO ledger (p, qty, at) VALUES (?, 1, '2026-11-27')", (n,))
        link.execute("INSERT INTO event (body, at) VALUES ('{\"picked\": 1}', '2026-11-27')")
        link.execute("UPDATE line SET picked = picked + 1 WHERE id = ?", (n,))
        link.execute("COMMIT")
        done += 1
    link.close()
    return done / seconds


PGBENCH = """\\set n random(1, 100)
BEGIN;
UPDATE bare_balance SET qty = qty - 1 WHERE p = :n AND qty >= 1;
INSERT INTO bare_ledger (p, qty, at) VALUES (:n, 1, now());
INSERT INTO bare_event (body, at) VALUES ('{"picked": 1}', now());
UPDATE bare_line SET picked = picked + 1 WHERE id = :n;
COMMIT;
"""


def bare_postgresql(url: str, folder: Path, seconds: float) -> float | None:
    """Bare picks a second by pgbench; None where it is not installed."""
    tool = shutil.which("pgbench") or next(
        (str(p) for p in sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None)  # fmt: skip
    if tool is None:
        return None
    import psycopg

    with psycopg.connect(url, autocommit=True) as link:
        link.execute("DROP TABLE IF EXISTS bare_balance, bare_line, bare_ledger, bare_event")
        link.execute("CREATE TABLE bare_balance (p int PRIMARY KEY, qty bigint CHECK (qty >= 0))")
        link.execute("CREATE TABLE bare_line (id int PRIMARY KEY, picked bigint)")
        link.execute("CREATE TABLE bare_ledger (id bigserial PRIMARY KEY, p int, qty int, at timestamptz)")
        link.execute("CREATE TABLE bare_event (id bigserial PRIMARY KEY, body text, at timestamptz)")
        link.execute("INSERT INTO bare_balance SELECT n, 1000000000 FROM generate_series(1, 100) n")
        link.execute("INSERT INTO bare_line SELECT n, 0 FROM generate_series(1, 100) n")
    script = folder / "pick.sql"
    script.write_text(PGBENCH)
    done = subprocess.run([tool, "-n", "-f", str(script), "-c", str(CLIENTS), "-j", "2", "-T", str(int(max(seconds, 2))),
                           "-M", "prepared", url], capture_output=True, text=True, check=True)
    return float(re.search(r"tps = ([0-9.]+)", done.stdout).group(1))  # type: ignore[union-attr]


def prepare(env: dict[str, str]) -> tuple[str, list[str]]:
    """A database with a released pick list for each client: (token, SKUs)."""
    made = subprocess.run([sys.executable, __file__, "--prepare"], env=env, check=True, capture_output=True, text=True)
    token, *skus = made.stdout.split()
    return token, skus


def prepare_here() -> None:
    """Runs in a process of its own with the database's settings: sixteen carts of one tote, one long line each."""
    from stowline import site, wiring
    from stowline.catalog import service as goods
    from stowline.core import db
    from stowline.core.config import settings
    from stowline.inventory import queries as stock
    from stowline.inventory import service as inventory
    from stowline.orders import service as orders
    from stowline.orders.intake.shape import IncomingLine, IncomingOrder
    from stowline.people import service as people
    from stowline.picking import service as picking
    from stowline.picking import waves
    from stowline.scanning.service import Holder, lease
    from stowline.stores import queries as stores

    db.upgrade(settings().database())
    wiring.connect()
    skus = [f"SKU-{n}" for n in range(CLIENTS)]
    with db.transaction() as session:
        site.init(session, "bench")
        token = people.add_token(session, "bench", ["scan", "api"])
        for n, sku in enumerate(skus):
            product, _ = goods.add_product(session, sku=sku, name=f"Thing {n}")
            place = stock.location_by_code(session, f"A-{n // 4 + 1:02d}-{n % 4 + 1}")
            inventory.move(session, product_id=product.id or 0, from_id=stock.ADJUSTMENT, to_id=place.id or 0, qty=UNITS,
                           because="import")
            picking.add_cart(session, f"B-{n}", [f"BT-{n}"])
            orders.place(session, stores.store_by_key(session, "bench"),
                         IncomingOrder(ref=f"B{n}", lines=(IncomingLine(sku, f"Thing {n}", UNITS),)))
    by_order = {}
    for n in range(CLIENTS):
        with db.transaction() as session:
            waves.release_to_cart(session, f"B-{n}")
            from stowline.picking import queries

            found = queries.open_list(session, f"B-{n}")
            stop = queries.next_stop(session, found.id)
            picking.reach(session, found.id, f"B-{n}", stop.from_id, stop.bin)
            lease(session, f"pick:B-{n}", Holder(f"t1:bench-{n}", f"bench-{n}"), seconds=86400)
            by_order[n] = stop.sku
    print(token, *[by_order[n] for n in range(CLIENTS)])


def load(
    ports: list[int], token: str, skus: list[str], seconds: float, rate: float = 0.0, clients: int = CLIENTS
) -> dict[str, float]:
    """What the clients saw."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("_load.py")), ",".join(map(str, ports)), token, str(clients),
         str(seconds), str(rate), *skus], check=True, capture_output=True, text=True)  # fmt: skip
    seen: dict[str, float] = json.loads(done.stdout)
    if seen["failed"]:
        raise SystemExit(f"{seen['failed']} scans were not accepted")
    return seen


def measure(name: str, env: dict[str, str], commands: list[list[str]], ports: list[int],
            bare: Callable[[], float | None], runs: int, seconds: float, goal: float, first: float) -> None:
    """Bare and ours in turn, and the latency at half of the peak."""
    token, skus = prepare(env)
    peers, ours = [], []
    with serving(env, *commands, ports=ports):
        load(ports, token, skus, 2)  # warm up
        for _ in range(runs):
            peer = bare()
            if peer is None:
                print(f"{name}: pgbench is not installed; nothing to compare with")
                return
            peers.append(peer)
            seen = load(ports, token, skus, seconds)
            ours.append(seen["accepted"] / seen["seconds"])
        peak, low, high = middle(ours)
        half = load(ports, token, skus, seconds * 2, rate=peak / 2)
    limit, limit_low, limit_high = middle(peers)
    rows = [
        ("bare picks a second", f"{limit:,.0f}  ({limit_low:,.0f} to {limit_high:,.0f})"),
        ("accepted pick scans a second over HTTP", f"{peak:,.0f}  ({low:,.0f} to {high:,.0f})"),
        ("ratio", f"{peak / limit:.2f}  (goal {goal}, first version {first})"),
        ("at half of that: p50, p95, p99, worst", f"{half['p50']}, {half['p95']}, {half['p99']}, {half['worst']} ms"),
        ("p99 / p50", f"{half['p99'] / half['p50']:.1f}  (goal 5)"),
    ]
    tell(name, rows, {"bare": limit, "ours": peak, "ratio": round(peak / limit, 3), "half": half})


def main() -> None:
    """Both databases, one after the other."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=6)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--only", choices=["sqlite", "postgresql"])
    ask.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.prepare:
        prepare_here()
        return
    folder = here("scan").resolve()
    env = {k: v for k, v in os.environ.items() if not k.startswith("STOWLINE_")}
    env |= {"STOWLINE_DATA_DIR": str(folder), "STOWLINE_LOG_LEVEL": "error"}
    if asked.only != "postgresql":
        port = free_port()
        measure("scan on SQLite, one process", env, [["up", "--port", str(port)]], [port],
                lambda: bare_sqlite(folder, asked.seconds / 2), asked.runs, asked.seconds, 0.5, 0.2)
    url = os.environ.get("STOWLINE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    if asked.only != "sqlite":
        _postgresql(asked, env, folder, url)
    shutil.rmtree(folder)


def _postgresql(asked: argparse.Namespace, env: dict[str, str], folder: Path, url: str) -> None:
    import psycopg

    name = f"stowline_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
    own = url.rpartition("/")[0] + f"/{name}"
    ports = [free_port(), free_port()]
    try:
        measure("scan on PostgreSQL, two web processes", env | {"STOWLINE_DATABASE_URL": own},
                [["web", "--port", str(p)] for p in ports], ports,
                lambda: bare_postgresql(own, folder, asked.seconds / 2), asked.runs, asked.seconds, 0.35, 0.12)
    finally:
        with psycopg.connect(url, autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
