"""Makes the demo, once, in an empty database; says how to get in every time."""

import os
import sqlite3
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import broker, clock, db, outbox
from stowline.core.config import settings
from stowline.core.errors import Refused
from stowline.core.timers import Timer
from stowline.demo import crowd, shops
from stowline.demo.days import TODAY, YESTERDAY, Days
from stowline.people import service as people
from stowline.tables import metadata

SEED = 20
BEGUN, MADE = "demo begun", "demo made"
SOON = timedelta(seconds=1)
OURS = ("outbox", "audit", "alembic_version", "location")  # what a database without data may hold rows in
Say = Callable[[str], None]


def prepare(host: str, port: int, *, fresh: bool = False, say: Say = print) -> None:
    """Bring the schema to head, make the demo unless it is there, and say the address and the logins.

    `fresh` makes it anew. Raises Refused for a database that holds other data, or a demo that was not finished.
    """
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104  (it is compared, not bound)
    os.environ.setdefault("STOWLINE_PUBLIC_URL", url)  # links in the demo's mails lead to the demo
    settings.cache_clear()
    if fresh:
        _clear()
    db.upgrade(settings().database())
    if not _is_there():
        say(f"Making the demo: 2 stores, {shops.PRODUCTS} products, 400 bins, {shops.ORDERS} orders. A few seconds.")
        make(Random(SEED))
    with db.transaction() as session:
        token = crowd.new_token(session)
    say(_how_to_get_in(host, url, token))
