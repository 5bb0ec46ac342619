"""What a page costs the database, told without a clock: statements, steps of SQLite's machine, and plans."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from stowline.core import db

GRAIN = 1000
BIG = ("orders", "order_line", "order_term", "message", "outbox", "scan", "parcel", "parcel_line", "label", "ledger")
"""Tables that grow with every order: none of them is ever read from end to end for a page."""


@dataclass
class Effort:
    """What was asked of the database while it was watched."""

    asked: list[tuple[str, Any]] = field(default_factory=list)
    steps: int = 0

    def count(self) -> int:
        """Called by SQLite every thousand steps."""
        self.steps += GRAIN
        return 0

    def plans(self, house: db.Database) -> list[str]:
        """How SQLite carries out what was asked: a line for each walk or sort, with the statement it belongs to."""
        lines = []
        with house.engine.connect() as connection:
            for statement, values in self.asked:
                if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                    lines += [f"{row[3]} in: {' '.join(statement.split())}" for row in rows]
        return lines


@contextmanager
def watched(house: db.Database) -> Iterator[Effort]:
    """Count what is asked through the house's reading connections until the block ends."""
    effort = Effort()

    def borrowed(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.set_progress_handler(effort.count, GRAIN)

    def given_back(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.set_progress_handler(None, 0)

    def asking(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        effort.asked.append((statement, values))

    hooks = (("checkout", borrowed), ("checkin", given_back), ("before_cursor_execute", asking))
    for name, call in hooks:
        sa.event.listen(house.engine, name, call)
    try:
        yield effort
    finally:
        for name, call in hooks:
            sa.event.remove(house.engine, name, call)


def long_walks(plans: list[str]) -> list[str]:
    """Walks of a big table that nothing ends, and sorts of one: a walk is short where a LIMIT ends it and no sort follows."""
    walk = re.compile(rf"SCAN (?:{'|'.join(BIG)})\b")
    sorted_ones = {line.partition(" in: ")[2] for line in plans if line.startswith("USE TEMP B-TREE FOR ORDER BY")}
    found = []
    for line in plans:
        statement = line.partition(" in: ")[2]
        if walk.match(line) and (" LIMIT " not in statement or statement in sorted_ones):
            found.append(line)
    return found
