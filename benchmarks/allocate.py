"""One pass of allocation: 100,000 open lines, an arrival of 5,000 lines; beside the least a database must do for it.

    python benchmarks/allocate.py [--runs 3] [--only sqlite|postgresql]

Every product has twenty waiting lines (1 to 3 units) and gets ten units at once. Ours is `allocation.fill` of all 5,000
products in one transaction, commit included: who is served, the counters of lines and orders, each order's state, an
event in each order's diary, the levels. The limit is SQL alone: one statement that finds who is served (a window over
the waiting lines) and raises the lines, one for the orders, one for the levels, and the commit; no state, no event.
Besides: one more unit of a product for which 50,000 lines wait, as a receive scan raises it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from common import here, middle, tell

PRODUCTS, PER_PRODUCT, ARRIVES, QUEUE = 5_000, 20, 10, 50_000
FIRST, LONG = 1000, 999
SERVED = """
    SELECT w.id, w.order_id, CASE WHEN w.n < s.on_hand - s.promised - w.before THEN w.n ELSE s.on_hand - s.promised - w.before END AS take
    FROM (SELECT id, order_id, product_id, ordered - cancelled - allocated AS n,
        SUM(ordered - cancelled - allocated) OVER (PARTITION BY product_id ORDER BY priority, serve_at, id)
            - (ordered - cancelled - allocated) AS before
        FROM order_line WHERE product_id >= 1000 AND NOT held AND {waits}) AS w
    JOIN stock_level s ON s.product_id = w.product_id WHERE w.before < s.on_hand - s.promised
"""


def fill_the_books() -> None:
    """Runs in a process of its own: the house, its products, 100,000 waiting lines and one long queue, in bulk."""
    from stowline import site
    from stowline.core import db

    house = db.database()
    db.upgrade(house.url)
    lite = house.is_sqlite
    at = "datetime('2026-10-01', '+' || i || ' seconds')" if lite else "TIMESTAMPTZ '2026-10-01Z' + i * INTERVAL '1 second'"
    lines = PRODUCTS * PER_PRODUCT
    units = f"CASE WHEN i < {lines} THEN 1 + i % 3 ELSE 1 END"
    with house.transaction(bulk=True) as session:
        site.init(session, "bench")
        percent = "%" if lite else "%%"

        def run(table: str, many: int, columns: str, values: str) -> None:
            numbers = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {many - 1}) "  # noqa: S608  (own words)
            statement = f"INSERT INTO {table} ({columns}) {numbers}SELECT {values} FROM n"  # noqa: S608  (own words)
            session.connection().exec_driver_sql(statement.replace("%", percent))

        run("product", PRODUCTS + 1, "id, sku, name, detail, created_at",
            f"{LONG} + i, 'P-' || i, 'Thing ' || i, '', {'CURRENT_TIMESTAMP' if lite else 'now()'}")  # fmt: skip
        run("stock_level", PRODUCTS + 1, "product_id, on_hand, promised", f"{LONG} + i, 0, 0")
        run("orders", lines + QUEUE, "id, store_id, ref, customer_name, email, ship_name, company, line1, line2, city, region,"
            " postcode, country, phone, currency, total_minor, priority, placed_at, ship_by, serve_at, entered_at, locale,"
            " time_zone, platform, tell, held, note, state, ordered, cancelled, allocated, released, picked, packed, handed_over,"
            " returned", f"1000 + i, 1, 'R' || i, '', '', '', '', '', '', '', '', '', '', '', 'EUR', 100, 5, {at}, {at}, {at}, {at},"
            f" 'en', 'UTC', 'api', FALSE, '', '', 'backordered', {units}, 0, 0, 0, 0, 0, 0, 0")  # fmt: skip
        run("order_line", lines + QUEUE, "id, order_id, product_id, position, name, unit_price, priority, placed_at, serve_at,"
            " held, ordered, cancelled, allocated, released, picked, packed, handed_over, returned",
            f"1000 + i, 1000 + i, CASE WHEN i < {lines} THEN {FIRST} + i % {PRODUCTS} ELSE {LONG} END, 1, 'Thing', 10000, 5,"
            f" {at}, {at}, FALSE, {units}, 0, 0, 0, 0, 0, 0, 0")  # fmt: skip
        session.connection().exec_driver_sql("ANALYZE")
    house.close()


def measure_here(mode: str) -> None:
    """Runs in a process of its own on filled books: seconds of one pass, and of one unit for the long queue."""
    from stowline import wiring
    from stowline.allocation import service as allocation
    from stowline.core import db

    wiring.connect()
    house = db.database()
    with house.transaction() as session:
        session.connection().exec_driver_sql(f"UPDATE stock_level SET on_hand = on_hand + {ARRIVES} WHERE product_id >= {FIRST}")  # noqa: S608
    began = time.perf_counter()
    with house.transaction() as session:
        if mode == "limit":
            _in_sql_alone(session, lite=house.is_sqlite)
        else:
            allocation.fill(session, range(FIRST, FIRST + PRODUCTS))
    whole, single = time.perf_counter() - began, []
    for _ in range(20 if mode == "ours" else 0):
        began = time.perf_counter()
        with house.transaction() as session:
            session.connection().exec_driver_sql(f"UPDATE stock_level SET on_hand = on_hand + 1 WHERE product_id = {LONG}")  # noqa: S608
            allocation.fill(session, [LONG])
        single.append(time.perf_counter() - began)
    with house.reading() as session:
        got = session.connection().exec_driver_sql("SELECT SUM(allocated), COUNT(*) FROM order_line WHERE allocated > 0 AND product_id >= 1000")
        units, lines = got.one()
    assert units == PRODUCTS * ARRIVES, units
    print(json.dumps({"pass": whole, "one": middle(single)[0] if single else 0, "lines": lines}))
    house.close()


def _in_sql_alone(session: Any, *, lite: bool) -> None:  # noqa: ANN401  (imported late)
    run = session.connection().exec_driver_sql
    served = SERVED.format(waits="allocated < ordered - cancelled" if lite else "ordered - cancelled > allocated")
    run(f"CREATE TEMP TABLE served AS {served}")
    run("UPDATE order_line SET allocated = allocated + s.take FROM served s WHERE s.id = order_line.id")
    run("UPDATE orders SET allocated = allocated + s.take FROM (SELECT order_id, SUM(take) AS take FROM served GROUP BY order_id) s"
        " WHERE s.order_id = orders.id")  # fmt: skip
    run(f"UPDATE stock_level SET promised = promised + {ARRIVES} WHERE product_id >= {FIRST}")  # noqa: S608


def _own(env: dict[str, str], *said: str) -> str:
    return subprocess.run([sys.executable, __file__, *said], env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


def report(name: str, passes: dict[str, list[float]], one: list[float], lines: int) -> None:
    ours, limit = middle(passes["ours"]), middle(passes["limit"])
    tell(name, [
        (f"ours: {lines:,} lines of {PRODUCTS * PER_PRODUCT:,} served in one pass", f"{ours[0]:.2f} s  ({ours[1]:.2f} to {ours[2]:.2f})"),
        ("the same in SQL alone, no states, no events", f"{limit[0]:.2f} s  ({limit[1]:.2f} to {limit[2]:.2f})"),
        ("ratio", f"{ours[0] / limit[0]:.1f}"),
        (f"one unit more for a queue of {QUEUE:,}", f"{1000 * middle(one)[0]:.1f} ms"),
    ], {"ours": ours[0], "limit": limit[0], "one_ms": 1000 * middle(one)[0]})  # fmt: skip


def sqlite(runs: int, env: dict[str, str], folder: Path) -> None:
    passes: dict[str, list[float]] = {"ours": [], "limit": []}
    one, lines = [], 0
    filled = folder / "filled.db"
    _own(env | {"STOWLINE_DATABASE_URL": f"sqlite:///{filled}"}, "--fill")
    for n in range(runs):
        for mode, seen in passes.items():
            copy = folder / f"{mode}{n}.db"
            shutil.copy(filled, copy)
            told = json.loads(_own(env | {"STOWLINE_DATABASE_URL": f"sqlite:///{copy}"}, "--measure", mode))
            seen.append(told["pass"])
            if mode == "ours":
                one.append(told["one"])
                lines = told["lines"]
            copy.unlink()
    report("allocation on SQLite", passes, one, lines)


def postgresql(runs: int, env: dict[str, str], url: str) -> None:
    import psycopg

    name = f"stowline_bench_{uuid.uuid4().hex[:8]}"
    own = url.rpartition("/")[0]
    passes: dict[str, list[float]] = {"ours": [], "limit": []}
    one, lines = [], 0
    with psycopg.connect(url, autocommit=True) as link:
        try:
            link.execute(f"CREATE DATABASE {name}")
            _own(env | {"STOWLINE_DATABASE_URL": f"{own}/{name}"}, "--fill")
            for _ in range(runs):
                for mode, seen in passes.items():
                    link.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
                    told = json.loads(_own(env | {"STOWLINE_DATABASE_URL": f"{own}/{name}_copy"}, "--measure", mode))
                    seen.append(told["pass"])
                    if mode == "ours":
                        one.append(told["one"])
                        lines = told["lines"]
                    link.execute(f"DROP DATABASE {name}_copy WITH (FORCE)")
        finally:
            for each in (f"{name}_copy", name):
                link.execute(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")
    report("allocation on PostgreSQL", passes, one, lines)


def main() -> None:
    """Both databases, one after the other."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--only", choices=["sqlite", "postgresql"])
    ask.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    ask.add_argument("--measure", choices=["ours", "limit"], help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.fill:
        fill_the_books()
        return
    if asked.measure:
        measure_here(asked.measure)
        return
    folder = here("allocate").resolve()
    env = {k: v for k, v in os.environ.items() if not k.startswith("STOWLINE_")}
    env |= {"STOWLINE_DATA_DIR": str(folder), "STOWLINE_LOG_LEVEL": "error"}
    if asked.only != "postgresql":
        sqlite(asked.runs, env, folder)
    if asked.only != "sqlite":
        postgresql(asked.runs, env, os.environ.get("STOWLINE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres"))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
