"""5,000 units in one receive scan, of the product and of a pallet's SSCC, and 1,200 orders that wait for them.

    python benchmarks/arrival.py [--runs 3] [--only sqlite|postgresql]

Half of the orders want this product alone, half wait for another one too. In process, each run on a fresh database: the
scan as the tablet sends it, commit included (who is served, the counters and states of 1,200 orders, an event in each
one's diary, slots and pack bench, the answer with its splits); the undo of the receipt; the same units again as an
announced pallet, by one scan of its SSCC; the confirming scan of each slot and of the bench. Beside it the same scan where nobody waits. The goal is 2 s for the scan.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from typing import Any

from common import here, middle, tell

ORDERS, UNITS = 1200, 5000


def measure_here() -> None:
    """Runs in a process of its own: an empty house, its waiting orders, the scans: seconds of each."""
    from stowline import site, wiring
    from stowline.catalog import service as products
    from stowline.core import db
    from stowline.core.access import Identity
    from stowline.core.barcode import sscc
    from stowline.floor import scans
    from stowline.orders import service as orders
    from stowline.orders.intake import api
    from stowline.people.rules import PERMISSIONS
    from stowline.receiving import notices
    from stowline.scanning.service import Asked
    from stowline.stores import queries as stores

    wiring.connect()
    house = db.database()
    db.upgrade(house.url)
    who = Identity("token", 1, "bench", PERMISSIONS, worker="maja")

    def scan(code: str, quantity: int = 1) -> tuple[float, dict[str, Any]]:
        asked = Asked(uuid.uuid4().hex, "receive:", code, quantity)
        began = time.perf_counter()
        status, reply = scans.carry_out(asked, who)
        assert status == 200, reply
        return time.perf_counter() - began, reply

    with house.transaction() as session:
        site.init(session, "bench")
        for sku in ("ALONE", "MUG", "POT"):
            products.add_product(session, sku=sku, name=f"Thing {sku}")
        store = stores.store_by_key(session, "bench")
        for n in range(ORDERS):
            lines = [{"sku": sku, "quantity": 1 + n % 4, "unit_price": "4.50"} for sku in (("MUG", "POT") if n % 2 else ("MUG",))]
            read = api.read({"ref": f"R{n:04d}", "store": "bench", "customer": {"name": "Ada", "email": f"a{n}@example.test"}, "lines": lines,
                             "address": {"name": "Ada", "line1": "1 St", "city": "London", "postcode": "SW1", "country": "GB"}})  # fmt: skip
            orders.place(session, store, read)  # type: ignore[arg-type]  (no mistakes in it)
        pallet = notices.Unit(sscc("4006381", 1), "pallet", [notices.Content("MUG", UNITS)])
        notices.announce(session, ref="ASN-1", units=[pallet])
    alone, _ = scan("ALONE", UNITS)
    whole, reply = scan("MUG", UNITS)
    splits = len(reply["next"]["splits"])
    back, _ = scan("CMD:UNDO")
    by_pallet, reply = scan(pallet.sscc)
    confirms = []
    while reply["next"]["want"] == "bin":
        took, reply = scan(reply["next"]["code"])
        confirms.append(took)
    with house.reading() as session:
        got = session.connection().exec_driver_sql("SELECT SUM(allocated), COUNT(*) FROM order_line WHERE allocated > 0").one()
        told = session.connection().exec_driver_sql("SELECT COUNT(*) FROM outbox WHERE name = 'BackorderFilled'").scalar_one()
    assert (got, told) == ((sum(1 + n % 4 for n in range(ORDERS)), ORDERS), 2 * ORDERS), (got, told)
    print(json.dumps({"alone": alone, "whole": whole, "pallet": by_pallet, "undo": back, "confirm": middle(confirms)[0], "worst": max(confirms),
                      "splits": splits, "kib": len(json.dumps(reply)) // 1024}))  # fmt: skip
    house.close()


def _own(env: dict[str, str]) -> dict[str, Any]:
    said = subprocess.run([sys.executable, __file__, "--measure"], env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def report(name: str, seen: list[dict[str, Any]]) -> None:
    """The table of one database."""

    def said(key: str) -> str:
        found = middle([one[key] for one in seen])
        return f"{found[0]:.3f} s  ({found[1]:.3f} to {found[2]:.3f})"

    tell(name, [
        (f"the scan of {UNITS:,} units for {ORDERS:,} waiting orders (goal 2 s)", said("whole")),
        ("the same units by one scan of a pallet's SSCC (goal 2 s)", said("pallet")),
        ("the first scan, nobody waits", said("alone")),
        ("undo of the scan", said("undo")),
        (f"confirming a slot or the bench, median of {seen[0]['splits']}", said("confirm")),
        ("the worst of them", said("worst")),
    ], {key: middle([one[key] for one in seen])[0] for key in seen[0]})  # fmt: skip


def main() -> None:
    """Both databases, one after the other."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--only", choices=["sqlite", "postgresql"])
    ask.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.measure:
        measure_here()
        return
    folder = here("arrival").resolve()
    env = {k: v for k, v in os.environ.items() if not k.startswith("STOWLINE_")}
    env |= {"STOWLINE_DATA_DIR": str(folder), "STOWLINE_LOG_LEVEL": "error"}
    if asked.only != "postgresql":
        report("arrival on SQLite", [_own(env | {"STOWLINE_DATABASE_URL": f"sqlite:///{folder}/{n}.db"}) for n in range(asked.runs)])
    if asked.only != "sqlite":
        postgresql(asked.runs, env, os.environ.get("STOWLINE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres"))
    shutil.rmtree(folder)


def postgresql(runs: int, env: dict[str, str], url: str) -> None:
    """Each run in a database of its own, dropped afterwards."""
    import psycopg

    own, seen = url.rpartition("/")[0], []
    with psycopg.connect(url, autocommit=True) as link:
        for _ in range(runs):
            name = f"stowline_bench_{uuid.uuid4().hex[:8]}"
            link.execute(f"CREATE DATABASE {name}")
            try:
                seen.append(_own(env | {"STOWLINE_DATABASE_URL": f"{own}/{name}"}))
            finally:
                link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    report("arrival on PostgreSQL", seen)


if __name__ == "__main__":
    main()
