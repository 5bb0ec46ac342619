"""What managers' pages share: reading the address, keyset pagers, choices, spreadsheets."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from litestar.response import Stream

from stowline.core import web
from stowline.core.errors import BadRequest
from stowline.desk.queries.keyset import Key, Page, Place
from stowline.inventory import velocity

AnyRequest = Request[Any, Any, Any]
LONGEST_SEARCH = 200
_FORMULA = re.compile(r"(^|[;\t\n\r])(?=\s{0,20}[=+\-@＝＋－＠]|[\t\r])")
"""Where a formula may begin: some spreadsheets split a cell at semicolons, some pass over blanks, some take full-width
signs for plain ones.
"""


def text(said: str) -> str:
    """A search text, without surrounding white space. Raises BadRequest for one that no name is as long as."""
    if len(said) > LONGEST_SEARCH:
        raise BadRequest(f"A search has at most {LONGEST_SEARCH} characters.", where="q")
    return said.strip()


def one_of(said: str, known: Iterable[str], where: str) -> str:
    """A choice that the page offers. Raises BadRequest for any other."""
    if said not in known:
        raise BadRequest(f"There is no {where} “{said[:40]}” here.", where=where)
    return said


def place(after: str, before: str, *types: type) -> Place:
    """Where the page begins, from its two cursors. Raises BadRequest for what no page of ours wrote."""
    if after and before:
        raise BadRequest("A page begins after one row or before one, not both.", where="after")
    if before:
        return Place(before=_key(before, types))
    return Place(after=_key(after, types)) if after else Place()


def _key(cursor: str, types: Sequence[type]) -> Key:
    values = web.cursor.decode(cursor, *types)
    if any(isinstance(value, datetime) and value.tzinfo is None for value in values):
        raise BadRequest("This page marker cannot be read. Start again from the first page.", where="after")
    return values


def pager(page: Page[Any], path: str, kept: Mapping[str, str], order: str = "") -> dict[str, Any]:
    """The pager under a sheet; `kept` is the rest of the query, `order` says what comes first. An empty list says it itself."""
    n = len(page.rows)
    return {
        "say": f"{n:,} shown{f', {order}' if order else ''}" if n else "",
        "earlier": _link(path, kept, before=page.earlier) if page.earlier else None,
        "later": _link(path, kept, after=page.later) if page.later else None,
    }  # fmt: skip


def _link(path: str, kept: Mapping[str, str], **keys: Key) -> str:
    return path + query(kept, **{name: web.cursor.encode(*key) for name, key in keys.items()})


def query(kept: Mapping[str, str], **more: str) -> str:
    """ "?view=open&q=mug", without what is empty; "" if nothing is left."""
    said = {name: value for name, value in {**kept, **more}.items() if value}
    return f"?{urlencode(said)}" if said else ""


def choices(options: Mapping[str, str], chosen: str) -> list[dict[str, Any]]:
    """The options of a select, value to label."""
    return [{"value": value, "label": label, "chosen": value == chosen} for value, label in options.items()]


def views(path: str, known: Mapping[str, str], current: str, counted: Mapping[str, int | None]) -> list[dict[str, Any]]:
    """Saved views of a page, name to label, with what is counted of them."""
    return [{"label": label, "href": f"{path}?view={name}", "n": counted.get(name), "current": name == current}
            for name, label in known.items()]


def spreadsheet(name: str, head: Sequence[str], portions: Iterator[list[tuple[Any, ...]]]) -> Stream:
    """Rows as a CSV file, sent while they are read; the first portion at once, so that a refusal is still an answer."""
    first = next(portions, [])
    file = f"{name}-{velocity.today():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Stream(_csv(head, chain([first], portions)), media_type="text/csv", headers=headers)


def _csv(head: Sequence[str], portions: Iterable[list[tuple[Any, ...]]]) -> Iterator[bytes]:
    yield "\ufeff".encode() + _lines([head])  # the mark by which spreadsheets know UTF-8
    for portion in portions:
        if portion:
            yield _lines([_safe(cell) for cell in row] for row in portion)


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue().encode()


def _safe(cell: object) -> object:
    """A text that a spreadsheet would run as a formula is told as text."""
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell
