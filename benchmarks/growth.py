"""A house that has grown: a scan, the stock screens and the proof with 1,000,000 moves, beside an empty house.

    python benchmarks/growth.py [--rounds 5] [--seconds 4] [--only sqlite|postgresql]

Both houses are served at the same time and asked in turn, so that the machine's mood is the same for both. The scan is
an accepted product scan of a pick, one client after the other's answer; the grown house has 1,000,000 ledger rows,
50,000 products (a tenth of them in lots that end) and 20,000 bins. Goals: the scan's median grows by a fifth at most,
stock screens answer within 100 ms, `stowline check` stays under 300 MB.
"""

import argparse
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import time
import uuid
from typing import Any

from common import free_port, here, serving, tell
from scan import load, prepare

PRODUCTS, BINS, MOVES = 50_000, 20_000, 1_000_000
FIRST = 1000  # ids of what the benchmark of scans has made are below
UNITS = 1000
PAGES = ("/stock", "/stock?view=none", "/stock?q=GROWN-4", "/stock/GROWN-40000", "/stock/GROWN-40000/lots/L1", "/lots",
         "/expiring", "/arrivals", "/low-stock", "/bins", "/bins/G-15000", "/map", "/counts", "/adjustments",
         "/replenishment", "/products", "/api/v1/stock", "/api/v1/stock?sku=GROWN-40000", "/api/v1/stock/bins",
         "/api/v1/stock/lots", "/api/v1/stock/changes")  # fmt: skip


def grow() -> None:
    """Runs in a process of its own with the database's settings: rows written in bulk, books that add up."""
    import sqlalchemy as sa

    from stowline.core import db

    house = db.database()
    lot = "CASE WHEN {p} % 10 = 0 THEN 'L1' ELSE '' END"
    near, far = f"{FIRST} + {{p}} % {BINS}", f"{FIRST} + ({{p}} + 1) % {BINS}"
    product = f"i % {PRODUCTS}"
    moves = MOVES // PRODUCTS
    at = "'2026-11-20 10:00:00.000000'" if house.is_sqlite else "TIMESTAMPTZ '2026-11-20 10:00:00Z'"
    tables = {
        "product": (PRODUCTS, "id, sku, name, detail, lots, expires, fefo, created_at",
                    f"{FIRST} + i, 'GROWN-' || i, 'Thing ' || i, '', i % 10 = 0, i % 10 = 0, i % 10 = 0, {at}"),
        "barcode": (PRODUCTS, "code, kind, shown, product_id, quantity", f"'GROWN-' || i, 'sku', 'GROWN-' || i, {FIRST} + i, 1"),
        "location": (BINS, "id, code, kind, zone, sequence, aisle, bay, level, mixing, active",
                     f"{FIRST} + i, 'G-' || i, 'pick', 'G' || (i / 1000), i, 'A' || (i / 400), i / 4 % 100, i % 4, '', TRUE"),
        "printed_code": (BINS, "code, kind, ref, label", f"'G-' || i, 'bin', {FIRST} + i, 'G-' || i"),
        "lot": (PRODUCTS, "product_id, code, expires_on, received_at, held",
                f"{FIRST} + i, 'L1', {'' if house.is_sqlite else 'DATE '}'2027-05-01', {at}, ''"),
        "stock_level": (PRODUCTS, "product_id, on_hand, promised", f"{FIRST} + i, {UNITS}, 0"),
        "ledger": (MOVES, "at, product_id, from_id, to_id, lot, from_condition, to_condition, qty, reason, who",
                   (f"{at}, {FIRST} + {product}, CASE WHEN i < {PRODUCTS} THEN 4 ELSE {near.format(p=product)} END,"
                   f" CASE WHEN i < {PRODUCTS} THEN {near.format(p=product)} ELSE {far.format(p=product)} END,"
                   f" {lot.format(p=product)}, 'good', 'good', CASE WHEN i < {PRODUCTS} THEN {UNITS} ELSE 1 END, 'import', 'growth'")),
    }  # fmt: skip
    with house.transaction(bulk=True) as session:
        percent = "%" if house.is_sqlite else "%%"  # psycopg takes a single one for a place to fill

        def run(statement: str) -> None:
            session.connection().exec_driver_sql(statement.replace("%", percent))

        numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        for table, (many, columns, values) in tables.items():
            only = " WHERE i % 10 = 0" if table == "lot" else ""
            run(f"INSERT INTO {table} ({columns}) {numbers.format(many - 1)}SELECT {values} FROM n{only}")  # noqa: S608  (own words)
        for place, units in ((near, f"{UNITS - moves + 1}"), (far, f"{moves - 1}")):
            run(f"INSERT INTO balance (product_id, location_id, lot, serial, condition, qty, bound) {numbers.format(PRODUCTS - 1)}"  # noqa: S608
                f"SELECT {FIRST} + i, {place.format(p='i')}, {lot.format(p='i')}, '', 'good', {units}, 0 FROM n")  # fmt: skip
    if not house.is_sqlite:
        with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            for table in tables.keys() - {"stock_level"}:
                link.execute(sa.text("SELECT setval(pg_get_serial_sequence(:t, 'id'), 2000000)"), {"t": table})
            link.execute(sa.text("VACUUM ANALYZE"))
    house.close()


def _own(env: dict[str, str], *said: str) -> str:
    """What this script does in a process of its own, with a database's settings."""
    return subprocess.run([sys.executable, __file__, *said], env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


def sign_in(port: int) -> dict[str, str]:
    """A manager's session cookie."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("POST", "/login", "email=g%40example.test&password=tea+at+half+past+4",
                 {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}", "Accept": "text/html"})  # fmt: skip
    answer = link.getresponse()
    answer.read()
    cookie = answer.headers["Set-Cookie"]
    if answer.status != 303 or not cookie:
        raise SystemExit(f"nobody could sign in: {answer.status}")
    return {"Cookie": cookie.partition(";")[0], "Accept": "text/html,application/json"}


def pages(port: int, times: int) -> dict[str, tuple[float, float, float]]:
    """Each screen's (first, median, worst) of some answers, in ms; screens that this version lacks are left out."""
    link, head = http.client.HTTPConnection("127.0.0.1", port, timeout=60), sign_in(port)
    seen: dict[str, tuple[float, float, float]] = {}
    for path in PAGES:
        took = []
        for _ in range(times):
            began = time.perf_counter()
            link.request("GET", path, headers=head)
            answer = link.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1e3)
            if answer.status != 200:
                break
        if answer.status == 200:
            seen[path] = (took[0], statistics.median(took), max(took))
        else:
            print(f"  {path}: {answer.status}")
    return seen


WEIGHED = """
import resource, sys
from stowline.cli import cli
try:
    cli(sys.argv[1:])
except SystemExit as end:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, end.code, file=sys.stderr)
"""


def proof(env: dict[str, str], *more: str) -> tuple[float, float]:
    """`stowline check`: (seconds, peak MB of its process)."""
    before = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", WEIGHED, "check", *more], env=env, check=True, capture_output=True, text=True)
    peak, broken = done.stderr.split()[-2:]
    if broken != "0":
        raise SystemExit(f"the proof found breaches:\n{done.stdout}")
    return time.perf_counter() - before, int(peak) / 1024


def measure(name: str, small: dict[str, str], big: dict[str, str], command: str, rounds: int, seconds: float) -> None:
    """Both houses at the same time, asked in turn."""
    tokens, ports = [], [free_port(), free_port()]
    for env in (small, big):
        tokens.append(prepare(env))
        subprocess.run([sys.executable, "-m", "stowline", "user", "add", "--name", "Growth", "--email", "g@example.test",
                        "--password", "tea at half past 4", "--role", "admin"], env=env, check=True, capture_output=True)  # fmt: skip
    _own(big, "--grow")
    took: list[list[float]] = [[], []]
    with serving(small, [command, "--port", str(ports[0])], ports=ports[:1]), \
            serving(big, [command, "--port", str(ports[1])], ports=ports[1:]):  # fmt: skip
        for turn in range(rounds + 1):
            for n in (0, 1):
                seen = load([ports[n]], *tokens[n], seconds, clients=1)
                took[n] += [seen["p50"]] if turn else []
        screens = pages(ports[1], 15)
    empty, grown = (statistics.median(one) for one in took)
    check_s, check_mb = proof(big)
    rebuild_s, rebuild_mb = proof(big, "--rebuild")
    rows = [("median of a scan, empty house", f"{empty:.2f} ms  ({min(took[0]):.2f} to {max(took[0]):.2f})"),
            ("median of a scan, grown house", f"{grown:.2f} ms  ({min(took[1]):.2f} to {max(took[1]):.2f})"),
            ("grown / empty", f"{grown / empty:.2f}  (goal 1.2)"),
            ("stowline check", f"{check_s:.1f} s, {check_mb:.0f} MB  (goal 300 MB)"),
            ("stowline check --rebuild", f"{rebuild_s:.1f} s, {rebuild_mb:.0f} MB"),
            *((path, f"first {one[0]:.0f}, median {one[1]:.0f}, worst {one[2]:.0f} ms") for path, one in screens.items())]  # fmt: skip
    facts: dict[str, Any] = {"empty_ms": empty, "grown_ms": grown, "ratio": round(grown / empty, 3), "check_mb": check_mb,
                             "pages": {path: [round(n, 1) for n in one] for path, one in screens.items()}}  # fmt: skip
    tell(name, rows, facts)


def main() -> None:
    """Both databases, one after the other."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=4)
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--only", choices=["sqlite", "postgresql"])
    ask.add_argument("--grow", action="store_true", help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.grow:
        grow()
        return
    env = {k: v for k, v in os.environ.items() if not k.startswith("STOWLINE_")} | {"STOWLINE_LOG_LEVEL": "error"}
    if asked.only != "postgresql":
        folders = [here(f"growth-{name}").resolve() for name in ("empty", "grown")]
        envs = [env | {"STOWLINE_DATA_DIR": str(folder)} for folder in folders]
        measure("growth on SQLite", envs[0], envs[1], "up", asked.rounds, asked.seconds)
        for folder in folders:
            shutil.rmtree(folder)
    if asked.only != "sqlite":
        _postgresql(asked, env)


def _postgresql(asked: argparse.Namespace, env: dict[str, str]) -> None:
    import psycopg

    url = os.environ.get("STOWLINE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    names = [f"stowline_bench_{uuid.uuid4().hex[:8]}" for _ in range(2)]
    folder = here("growth").resolve()
    envs = [env | {"STOWLINE_DATABASE_URL": url.rpartition("/")[0] + f"/{name}", "STOWLINE_DATA_DIR": str(folder)} for name in names]
    with psycopg.connect(url, autocommit=True) as link:
        try:
            for name in names:
                link.execute(f"CREATE DATABASE {name}")
            measure("growth on PostgreSQL", envs[0], envs[1], "web", asked.rounds, asked.seconds)
        finally:
            for name in names:
                link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
