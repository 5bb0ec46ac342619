"""A small house with mugs in its bins and people with badges, served by a real process."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stowline import site, wiring
from stowline.catalog import service as catalog
from stowline.core import db
from stowline.people import service as people
from tests import tables
from tests.makers import Lines, Tablet
from tests.proof.day import sqlite_reader
from tests.services import StowlineProcess, stowline_process

MUGS = {"MUG-BL": "Mug, blue", "MUG-RD": "Mug, red", "CUP-S": "Espresso cup, stoneware", "BOWL-3": "Soup bowl, 0.6 l"}
BADGES = {"Maja Kowalska": ("0147", "2580", "picker"), "Paul Okafor": ("0148", "1470", "packer"),
          "Rosa Lind": ("0149", "3691", "receiver")}  # fmt: skip


@dataclass
class House:
    """The process, a program that has done what people did before, and a look into the database from outside."""

    stowline: StowlineProcess
    robot: Tablet
    file: Path

    @property
    def url(self) -> str:
        return self.stowline.url

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return sqlite_reader(self.file)(sql)

    def stock(self) -> list[tuple[Any, ...]]:
        """What lies where."""
        return self.rows(
            "SELECT location_id, product_id, condition, qty, bound FROM balance WHERE qty > 0 ORDER BY 1, 2"
        )

    def holder(self, task: str) -> str | None:
        """Who has a task now."""
        found = self.rows(f"SELECT label FROM task_lease WHERE task = '{task}' AND until > datetime('now')")
        return found[0][0] if found else None


def _people(url: str) -> str:
    os.environ["STOWLINE_DATABASE_URL"] = url
    db.forget()
    wiring.connect()
    try:
        tables.lay(url)
        with db.transaction() as session:
            site.init(session, "demo")
            catalog.add_products(session, list(MUGS.items()))
            for name, (badge, pin, role) in BADGES.items():
                people.add_user(session, name=name, badge=badge, pin=pin, roles=[role])
            return people.add_token(session, "before", ["scan", "api"])
    finally:
        db.forget()
        del os.environ["STOWLINE_DATABASE_URL"]
        db.forget()


@pytest.fixture
def settings() -> dict[str, str]:
    """What the process is told besides; a file of tests may tell it more."""
    return {}


@pytest.fixture
def house(tmp_path: Path, settings: dict[str, str]) -> Iterator[House]:
    """Stock in bins, nothing ordered yet; no SMTP server, so mails stay on the mailbox page."""
    file = tmp_path / "stowline.db"
    token = _people(f"sqlite:///{file}")
    with stowline_process(tmp_path, STOWLINE_MESSAGE_GRACE_S="0", **settings) as stowline, Lines() as lines:
        robot = Tablet(lines.to(stowline.url), token, "robot")
        robot.receive(dict.fromkeys(MUGS, 10), "PO-1")
        robot.follow("putaway:")
        yield House(stowline, robot, file)
