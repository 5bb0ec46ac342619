"""Makes the demo, once, in an empty database; says how to get in every time."""

import os
import sqlite3
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core import clock, db
from stowline.core.config import settings
from stowline.core.errors import Refused
from stowline.demo import afterwards, asked, crowd, earlier, later, shops, wanted, ways
from stowline.demo.days import TODAY, YESTERDAY, Days
from stowline.inventory import count_plan, velocity
from stowline.orders.models import Order
from stowline.people import service as people
from stowline.people.models import Audit, User
from stowline.stores.models import Store

SEED = 20
BEGUN, MADE = "demo begun", "demo made"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANY = ("0.0.0.0", "::")  # noqa: S104  (compared with, not bound to)


def prepare(host: str, port: int, *, fresh: bool = False, say: Callable[[str], None] = print) -> None:
    """Bring the schema to head, make the demo unless it is there, and say the address and the logins.

    `fresh` makes it anew. Raises Refused for a database that holds other data, or a demo that was left half made.
    """
    url = f"http://{'127.0.0.1' if host in ANY else host}:{port}"
    os.environ.setdefault("STOWLINE_PUBLIC_URL", url)  # links in the demo's mails lead to the demo
    db.forget()
    if fresh:
        _clear()
    db.upgrade(settings().database())
    if not _is_there():
        say(f"Making the demo: 2 stores, {shops.PRODUCTS} products, 400 bins, {shops.ORDERS + earlier.ORDERS} orders. Half a minute.")
        make(Random(SEED))
    with db.transaction() as session:
        token = crowd.crew_token(session, settings().data_dir / "demo-crew.token")
    say(_how_to_get_in(host, url, token))


def make(rng: Random) -> None:
    """The demo, in an empty database. The same `rng` makes the same demo, told from now."""
    now = clock.now()
    sold = shops.make_range(rng)
    days = Days(rng, sold, shops.make_wishes(rng, sold, now), now)
    with db.transaction(bulk=True) as session, clock.stopped_at(now - earlier.BEGINS):
        people.note(session, "demo", BEGUN)
        days.open_doors(session)
    days.live_through_earlier()
    with db.transaction(bulk=True) as session, clock.stopped_at(now - shops.EARLIEST - timedelta(days=1)):
        days.fill_bins(session)
        days.expect_goods(session)
    for before, work in ((YESTERDAY, days.work_yesterday), (TODAY, days.work_today)):
        with db.transaction(bulk=True) as session:
            days.orders_until(session, before)
            work(session)
        later.catch_up(now - before / 2)
        later.night(now - before / 2)
    with db.transaction(bulk=True) as session:
        days.orders_until(session, timedelta())
        days.decide(session)
        ways.tell(session, now)
        afterwards.happen(session, now)
    later.catch_up(now)
    with db.transaction() as session, clock.stopped_at(now - timedelta(hours=3)):
        wanted.sign_up(session)
        asked.answer(session)
    with clock.stopped_at(now):
        velocity.catch_up()  # what is picked often is counted often
        db.run(count_plan.plan_today)
    with db.transaction() as session:
        people.note(session, "demo", MADE)


def _is_there() -> bool:
    with db.reading() as session:
        notes = _notes(session)
        others = [name for name, table in _DATA.items() if session.exec(select(table).limit(1)).first() is not None]
    if MADE in notes:
        return True
    if BEGUN in notes:
        raise Refused("A demo was begun here and not finished. `stowline demo --fresh` makes it anew.")
    if others:
        raise Refused(f"This database has {', '.join(others)} of its own; the demo is made in an empty one only. "
                      "Set STOWLINE_DATA_DIR to an empty folder. `stowline up` starts what is here.")
    return False


_DATA: dict[str, type] = {"stores": Store, "products": Product, "orders": Order, "people": User}


def _notes(session: Session) -> set[str]:
    return set(session.exec(select(Audit.what).where(col(Audit.what).in_([BEGUN, MADE]))))


def _clear() -> None:
    """Forget a demo, so that it can be made anew. Raises Refused where the database is none, or is in use."""
    if not db.database().is_sqlite:
        raise Refused("Only a demo in an SQLite file can be made anew. Name another, empty database.")
    file = Path(settings().database().removeprefix("sqlite:///"))
    if not file.exists():
        return
    with db.reading() as session:
        if sa.inspect(session.connection()).has_table("audit") and not _notes(session):
            _is_there()  # says what else is here
    db.forget()
    _lock(file)
    for name in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        name.unlink(missing_ok=True)


def _lock(file: Path) -> None:
    """Leaving the write-ahead log needs the file for oneself: the surest sign that no program works on it."""
    connection = sqlite3.connect(file, timeout=1)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        raise Refused("Stowline is running on this database. Stop it first.") from None
    finally:
        connection.close()


def _how_to_get_in(host: str, url: str, token: str) -> str:
    people_ = "\n".join(f"  {one.role:9} {one.email:22} {one.badge}   {one.name}" for one in crowd.LOGINS)
    open_door = "" if host in LOOPBACK else (
        f"\nAnybody who can reach {host} can sign in with these logins. Do not put the demo on an open network.\n")
    return f"""
Stowline  {url}

  role      e-mail                 badge   name
{people_}

Sign in with e-mail and password {crowd.PASSWORD}, or with badge and PIN {crowd.PIN}: both are the same for all.
{open_door}
Robots work through ten orders:
  {_command()} crew --orders 10 --url {url} --token {token}
"""


def _command() -> str:
    """How this program was called, as short as it can be written from here."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m stowline"
    try:
        return str(called.absolute().relative_to(Path.cwd()))
    except ValueError:
        return called.name
