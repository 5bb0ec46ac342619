"""Promises on one product that many wait for: making them, making them anew, and what a scan and an order pay for it.

    python benchmarks/promises.py [--runs 3] [--lines 10000] [--only sqlite|postgresql]

In process, each run on a fresh database: so many one-line orders wait for one product, three purchase orders bring it.
All of them are promised by the timer's work; one purchase order is revised and all are promised anew; a day passes and
nothing changes; one more order is placed, with the promise in its own transaction, and one for a product that is there;
and a what-if of one purchase order.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
from common import here, middle, tell


def _order(n: int, sku: str) -> Any:  # noqa: ANN401  (no mistakes in it)
    from stowline.orders.intake import api

    return api.read({"ref": f"R{n:05d}", "store": "bench", "customer": {"name": "Ada", "email": "ada@example.test"},
                     "lines": [{"sku": sku, "quantity": 1 + n % 4, "unit_price": "4.50"}],
                     "address": {"name": "Ada", "line1": "1 St", "city": "London", "postcode": "SW1", "country": "GB"}})  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure_here(lines: int) -> None:
    """Runs in a process of its own: seconds of each."""
    import sqlalchemy as sa

    from stowline import site, wiring
    from stowline.backorders import promises
    from stowline.backorders.promises import Why
    from stowline.catalog import service as products
    from stowline.core import db
    from stowline.inventory import velocity
    from stowline.orders import service as orders
    from stowline.receiving import outlook, queries, revisions, service, what_if
    from stowline.stores import queries as stores

    wiring.connect()
    house = db.database()
    db.upgrade(house.url)
    today = velocity.today()

    def place(n: int, sku: str) -> float:
        return _timed(lambda: db.run(lambda s: orders.place(s, stores.store_by_key(s, "bench"), _order(n, sku))))

    with house.transaction() as session:
        site.init(session, "bench")
        for sku in ("MUG", "POT"):
            products.add_product(session, sku=sku, name=f"Thing {sku}")
        for n in range(3):
            due = today + timedelta(days=10 * (n + 1))
            service.enter(session, ref=f"PO-{n}", supplier="Potters & Co", lines=[("MUG", lines)], expected_from=due, expected_to=due)
    for start in range(0, lines, 500):
        with house.transaction() as session:
            store = stores.store_by_key(session, "bench")
            for n in range(start, min(lines, start + 500)):
                orders.place(session, store, _order(n, "MUG"), tell=False)
    found = {"first": _timed(lambda: outlook.catch_up(""))}

    def revise(session: Any) -> None:  # noqa: ANN401
        due = today + timedelta(days=25)
        revisions.revise(session, queries.by_ref(session, "PO-0").id or 0, expected_from=due, expected_to=due, why="late")

    found["revise"] = _timed(lambda: db.run(revise))
    found["anew"] = _timed(lambda: outlook.catch_up(""))
    db.run(lambda s: promises.mark_all(s, Why("a day passed", ageing=True)))
    found["same"] = _timed(lambda: outlook.catch_up(""))
    found["mark"] = min(_timed(lambda: db.run(lambda s: promises.mark(s, [1], Why("x")))) for _ in range(20))
    outlook.catch_up("")
    found["place"] = middle([place(lines + n, "MUG") for n in range(20)])[0]
    found["place_alone"] = middle([place(lines + 100 + n, "POT") for n in range(20)])[0]
    with house.reading() as session:
        found["what_if"] = _timed(lambda: what_if.hits(session, queries.by_ref(session, "PO-1"), what_if.Supposed(days=7)))
        made = session.execute(sa.text("SELECT COUNT(*) FROM promise_standing WHERE p90 IS NOT NULL AND product_id = 1")).scalar_one()
    assert made == lines + 20, made
    print(json.dumps(found))
    house.close()


def report(name: str, lines: int, seen: list[dict[str, Any]]) -> None:
    """The table of one database."""

    def said(key: str) -> str:
        found = middle([one[key] for one in seen])
        return f"{found[0]:.4f} s  ({found[1]:.4f} to {found[2]:.4f})"

    tell(name, [
        (f"{lines:,} lines that wait are promised", said("first")), ("a purchase order is revised", said("revise")),
        ("all of them are promised anew", said("anew")), ("the same, where nothing changes", said("same")),
        ("the mark that a scan leaves, best of 20", said("mark")), ("an order behind all of them is placed and promised", said("place")),
        ("an order for a product that nothing is on its way of", said("place_alone")), ("a what-if, 5,000 lines looked at", said("what_if")),
    ], {key: middle([one[key] for one in seen])[0] for key in seen[0]})  # fmt: skip


def main() -> None:
    """Both databases, one after the other."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--lines", type=int, default=10_000)
    ask.add_argument("--only", choices=["sqlite", "postgresql"])
    ask.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.measure:
        measure_here(asked.lines)
        return

    def own(env: dict[str, str]) -> dict[str, Any]:
        call = [sys.executable, __file__, "--measure", "--lines", str(asked.lines)]
        found: dict[str, Any] = json.loads(subprocess.run(call, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout)
        return found

    folder = here("promises").resolve()
    env = {k: v for k, v in os.environ.items() if not k.startswith("STOWLINE_")}
    env |= {"STOWLINE_DATA_DIR": str(folder), "STOWLINE_LOG_LEVEL": "error"}
    if asked.only != "postgresql":
        seen = [own(env | {"STOWLINE_DATABASE_URL": f"sqlite:///{folder}/{n}.db"}) for n in range(asked.runs)]
        report("promises on SQLite", asked.lines, seen)
    if asked.only != "sqlite":
        url = os.environ.get("STOWLINE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
        seen = []
        with psycopg.connect(url, autocommit=True) as link:
            for _ in range(asked.runs):
                name = f"stowline_bench_{uuid.uuid4().hex[:8]}"
                link.execute(f"CREATE DATABASE {name}")
                try:
                    seen.append(own(env | {"STOWLINE_DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}))
                finally:
                    link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        report("promises on PostgreSQL", asked.lines, seen)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
