"""Stories about the command line: a house of one's own, and its commands, run in this process as `stowline …` runs them."""

import io
import json
import logging
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stowline.cli import main
from stowline.core import db


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The sentence of a command that was refused: on stderr, without a traceback, with exit code 2."""
        assert (self.code, self.out, "Traceback" in self.err) == (2, "", False), (self.code, self.out, self.err)
        return self.err.strip()


def stowline(*words: str) -> Said:
    """`stowline WORDS…` in this process. A defect, which would print a traceback, fails the test."""
    out, err = io.StringIO(), io.StringIO()
    argv, handlers, level = sys.argv, logging.root.handlers[:], logging.root.level
    sys.argv = ["stowline", *words]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as end:
        return Said(int(end.code or 0), out.getvalue(), err.getvalue())
    finally:
        sys.argv = argv
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    raise AssertionError("a command always ends with an exit code")


@dataclass(frozen=True, slots=True)
class House:
    """An installation on an SQLite file in a folder of its own."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "stowline.db"

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What stands in the database."""
        with sqlite3.connect(self.file) as connection:
            found = connection.execute(query, values).fetchall()
        connection.close()
        return found

    def write(self, name: str, content: str | bytes) -> str:
        """A file to import: its path."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def orders(self) -> dict[str, Mapping[str, int]]:
        """Every order: units by SKU."""
        found: dict[str, dict[str, int]] = {}
        for ref, sku, units in self.rows(
            "SELECT o.ref, p.sku, l.ordered FROM order_line l JOIN orders o ON o.id = l.order_id"
            " JOIN product p ON p.id = l.product_id ORDER BY l.id"
        ):
            found.setdefault(ref, {})[sku] = found.get(ref, {}).get(sku, 0) + units
        return dict(found)


@contextmanager
def house_at(folder: Path, monkeypatch: pytest.MonkeyPatch, *, like: Path | None = None) -> Iterator[House]:
    """A house whose settings this process has until the block ends; its database a copy of `like`, else none yet."""
    if like is not None:
        shutil.copy(like, folder / "stowline.db")
    monkeypatch.setenv("STOWLINE_DATA_DIR", str(folder))
    db.forget()
    yield House(folder)
    db.forget()
