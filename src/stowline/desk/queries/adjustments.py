"""Adjustments for managers: the list with those that wait first, one with its move and its files, what to adjust."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog import queries as catalog
from stowline.catalog.models import Product
from stowline.core import db
from stowline.desk.queries import products
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import adjustments as verbs
from stowline.inventory import attachments, reasons
from stowline.inventory import queries as inventory
from stowline.inventory.adjustment_models import Adjustment, AdjustReason
from stowline.inventory.models import Location, Move
from stowline.inventory.sheets import CountEntry

VIEWS = {"waiting": "Waiting for approval", "posted": "Posted", "ended": "Refused or taken back", "all": "All"}
STATES = {
    "waiting": ("warn", "Waits for approval"), "posted": ("ok", "Posted"), "refused": ("bad", "Refused"),
    "withdrawn": ("", "Withdrawn"), "undone": ("", "Taken back"),
}  # fmt: skip
_OF_VIEW = {"waiting": ("waiting",), "posted": ("posted",), "ended": ("refused", "withdrawn", "undone")}
_a, _e = Adjustment.__table__.c, CountEntry.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """What of them is shown: a state or a view, a reason, and the beginning of a product, a person or a ref."""

    view: str = "all"
    reason: str = ""
    text: str = ""
    product_id: int | None = None


def page(session: Session, search: Search, place: Place, size: int = SIZE) -> Page[Adjustment]:
    """Adjustments, newest first; those that wait, oldest first."""
    query = select(Adjustment)
    states = _OF_VIEW.get(search.view, (search.view,) if search.view in STATES else ())
    if states:
        query = query.where(_a.state.in_(states) if len(states) > 1 else _a.state == states[0])
    if search.reason:
        query = query.where(_a.reason == search.reason)
    if search.product_id is not None:
        query = query.where(_a.product_id == search.product_id)
    if search.text:
        query = query.where(_found_by(session, search.text))
    newest = search.view != "waiting"

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Adjustment]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_a.id], after, descending=newest != backwards, most=most)).scalars())

    return walk(place, fetch, lambda row: (row.id or 0,), size)


def _found_by(session: Session, text: str) -> sa.ColumnElement[bool]:
    number = text.upper().removeprefix("ADJ-")
    found = [starts_with(_a.who, text), starts_with(_a.decided_by, text), _a.product_id.in_(products.found_by(session, text))]
    if number.isascii() and number.isdigit() and len(number) < 10:
        found.append(_a.id == int(number))
    return sa.or_(*found)


def rows(session: Session, found: Sequence[Adjustment]) -> list[Row]:
    """Adjustments with the names of all they point at."""
    p, places = Product.__table__.c, Location.__table__.c  # type: ignore[attr-defined]
    ids = sa.select(p.id, p.sku, p.name).where(p.id.in_({row.product_id for row in found}))
    names = {id_: (sku, name) for id_, sku, name in session.execute(ids)}
    bins = dict(session.execute(sa.select(places.id, places.code).where(places.id.in_({row.location_id for row in found}))).all())
    labels = {one.code: one.label for one in session.exec(select(AdjustReason))}
    return [
        {**row.model_dump(exclude={"id", "product_id", "location_id", "asked_by", "decided_key", "move_id", "back_id"}),
         "ref": row.ref, "sku": names[row.product_id][0], "name": names[row.product_id][1], "bin": bins[row.location_id],
         "reason_say": labels.get(row.reason, row.reason), "state_kind": STATES[row.state][0],
         "state_word": STATES[row.state][1], "goes": reasons.GOES_TO[row.goes_to] if row.units < 0 else "into the books"}
        for row in found
    ]  # fmt: skip


def one(session: Session, ref: str) -> Row:
    """One adjustment with its move, its files and how many lie there now. Raises NotFound."""
    row = verbs.by_ref(session, ref)
    there, bound = inventory.quantity(session, row.product_id, row.location_id, row.condition, row.lot, row.serial)
    ids = [move_id for move_id in (row.move_id, row.back_id) if move_id]
    moves = list(session.exec(select(Move).where(col(Move.id).in_(ids)).order_by(col(Move.id))))
    return {"adjustment": rows(session, [row])[0], "there": there, "bound": bound, "moves": moves,
            "files": attachments.of(session, row), "asked_by": row.asked_by, "counted_out": _counted_out(session, row)}  # fmt: skip


def _counted_out(session: Session, row: Adjustment) -> int:
    """Units that a count found to be gone since this was asked for: perhaps the very ones."""
    query = sa.select(sa.func.sum(-_e.posted)).where(
        _e.product_id == row.product_id, _e.location_id == row.location_id, _e.lot == row.lot, _e.serial == row.serial,
        _e.posted < 0, _e.at >= row.asked_at)  # fmt: skip
    return int(session.execute(query).scalar_one() or 0)


def told(session: Session, found: Sequence[Adjustment]) -> list[Row]:
    """As the API tells them."""
    names = ("ref", "sku", "bin", "lot", "serial", "condition", "to_condition", "goes_to", "units", "reason", "note", "state",
             "who", "device", "scan_id", "asked_at", "decided_by", "decided_at", "decided_why")  # fmt: skip
    empty = ("lot", "serial", "device", "decided_by", "decided_why")
    return [{name: row[name] or None if name in empty else row[name] for name in names} for row in rows(session, found)]


def offered(session: Session, sku: str) -> list[Row]:
    """Where a product lies, to choose what is adjusted."""
    product = catalog.product_by_sku(session, sku)
    return [{"bin": row.bin, "kind": row.kind, "lot": row.lot, "serial": row.serial, "condition": row.condition, "on_hand": row.qty,
             "promised": row.bound, "expires_on": row.expires_on} for row in inventory.in_bins(session, product.id or 0)]  # fmt: skip


HEAD = (
    "ref", "asked_at", "state", "sku", "name", "bin", "lot", "serial", "condition", "to_condition", "units", "reason", "note",
    "who", "device", "scan_id", "decided_by", "decided_at", "decided_why",
)  # fmt: skip


def exported(search: Search) -> Iterator[list[tuple[Any, ...]]]:
    """Rows for a spreadsheet, in portions, each read by itself."""
    after: Key | None = None
    while True:
        with db.reading() as session:
            found = page(session, search, Place(after=after), SIZE * 10)
            portion = rows(session, found.rows)
        yield [tuple(row[name] for name in HEAD) for row in portion]
        after = found.later
        if after is None:
            return
