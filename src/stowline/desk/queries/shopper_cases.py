"""Shoppers' cases for the desk: the queue, and one with all that helps to answer it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.cases import case_reads, case_rules, spikes
from stowline.cases import queries as cases
from stowline.cases.case_models import Case, CaseEntry
from stowline.core import clock
from stowline.desk.queries import message_metrics, support
from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.desk.queries.orders import customer
from stowline.orders import queries as orders
from stowline.orders.models import Order
from stowline.stores import queries as stores

VIEWS = {"open": "To answer", "mine": "Mine", "unowned": "Nobody's", "overdue": "Overdue", "waiting": "Waiting for the shopper", "solved": "Solved", "all": "All"}
BY_DUE = ("open", "mine", "unowned", "overdue")
CHIPS = {"open": "go", "waiting": "warn", "solved": "ok", "closed": "done"}
_c, _o, _e = Case.__table__.c, Order.__table__.c, CaseEntry.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]


def page(session: Session, view: str, text: str, store_id: int | None, user_id: int | None, place: Place) -> Page[Case]:
    """Cases: those to answer by the day on which they are due, others newest first; found by their number, the order or the shopper."""
    query = sa.select(Case).where(*_where(view, user_id))
    if store_id is not None:
        query = query.where(_c.store_id == store_id)
    if text:
        query = query.where(_fits(text))
    columns = [_c.due_at, _c.id] if view in BY_DUE else [_c.id]

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Case]:  # noqa: FBT001
        down = backwards if view in BY_DUE else not backwards
        return list(session.execute(ordered(query, columns, after, descending=down, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.due_at, one.id or 0) if view in BY_DUE else (one.id or 0,))


def _where(view: str, user_id: int | None) -> list[sa.ColumnElement[bool]]:
    is_open = _c.state == "open"
    return {
        "open": [is_open], "mine": [is_open, _c.owner_id == user_id], "unowned": [is_open, _c.owner == ""], "overdue": [is_open, _c.due_at < clock.now()],
        "waiting": [_c.state == "waiting"], "solved": [_c.state.in_(("solved", "closed"))], "all": [],
    }[view]  # fmt: skip


def _fits(text: str) -> sa.ColumnElement[bool]:
    number = text.upper().removeprefix("Q-")
    ident = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    found = sa.select(_o.id).where(sa.or_(_o.ref == text, starts_with(_o.ref, text), starts_with(_o.email, text), starts_with(_o.customer_name, text))).limit(500)
    return sa.or_(_c.id == ident, _c.order_id.in_(found))


def rows(session: Session, found: Sequence[Case]) -> list[Row]:
    """The rows of the queue."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    mine = {one.id: one for one in session.execute(sa.select(Order).where(_o.id.in_([one.order_id for one in found]))).scalars()}
    last = _last_said(session, [one.id or 0 for one in found])
    return [_row(one, mine[one.order_id], shops[one.store_id]) | {"said": last.get(one.id or 0, "")} for one in found]


def _row(one: Case, order: Order, shop: stores.Store) -> Row:
    return {
        "ref": one.ref, "what": case_rules.KINDS[one.kind], "state": one.state, "kind": CHIPS[one.state], "word": case_rules.STATES[one.state],
        "order": order.ref, "store": shop.name, "store_key": shop.key, "who": customer(order), "owner": one.owner, "due_at": one.due_at,
        "late": one.state == "open" and one.due_at < clock.now(), "spoke_at": one.spoke_at, "opened_at": one.opened_at, "opened_by": one.opened_by,
        "reopened": one.reopened, "solved_at": one.solved_at, "solved_by": one.solved_by, "closed_at": one.closed_at,
        "verdict": case_rules.VERDICTS.get(one.verdict, ""), "verdict_text": one.verdict_text,
    }  # fmt: skip


def _last_said(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """What was said last in each, without the notes."""
    newest = sa.select(sa.func.max(_e.id)).where(_e.case_id.in_(ids), _e.author != "note").group_by(_e.case_id)
    return dict(session.execute(sa.select(_e.case_id, _e.text).where(_e.id.in_(newest))).all())


def one(session: Session, ref: str) -> Row:
    """A case with what was said, the order beside it, and the ready answers filled for it. Raises NotFound."""
    case = case_reads.by_ref(session, ref)
    order, shop = orders.order(session, case.order_id), stores.store(session, case.store_id)
    photos = case_reads.photos(session, [case.id or 0])
    said = [
        {"id": entry.id, "author": entry.author, "who": entry.who or (customer(order) if entry.author == "shopper" else ""), "at": entry.at, "text": entry.text,
         "photos": [{"id": photo.id, "width": photo.width, "height": photo.height} for photo in photos.get(entry.id or 0, ())]}
        for entry in case_reads.entries(session, [case.id or 0], notes=True)[case.id or 0]
    ]  # fmt: skip
    about = [line.name for line in orders.lines(session, case.order_id) if line.id in case.lines]
    return {"case": _row(case, order, shop), "said": said, "about": about, "beside": support.one(session, case.order_id), "phone": order.phone}


def banner(session: Session) -> Row:
    """That very many ask, where they do: the alarm, and the ready answer that fits what most of them wait for."""
    alarms = [alarm for alarm in message_metrics.standing(session) if "asked" in alarm["say"]]
    key = spikes.snippet_key(session) if alarms else ""
    fits = next((one for one in cases.all_snippets(session) if one.key == key), None) if key else None
    return {"mail_alarms": alarms, "fits": {"id": fits.id, "key": fits.key, "title": fits.title} if fits else None}


# -- for programs ----------------------------------------------------------------------------------------------------


def after(session: Session, last: int, most: int, *, state: str, store_id: int | None) -> list[Case]:
    """Cases from after an id, oldest first."""
    query = sa.select(Case).where(_c.id > last)
    query = query.where(_c.state == state) if state else query
    query = query.where(_c.store_id == store_id) if store_id is not None else query
    return list(session.execute(query.order_by(_c.id).limit(most)).scalars())


def told(session: Session, found: Sequence[Case], *, whole: bool = False) -> list[Row]:
    """Cases as the API tells them; `whole`: with all that was said, notes too."""
    shops = {shop.id: shop.key for shop in stores.all_stores(session)}
    refs = dict(session.execute(sa.select(_o.id, _o.ref).where(_o.id.in_([one.order_id for one in found]))).all())
    said = case_reads.entries(session, [one.id or 0 for one in found], notes=True) if whole else {}
    return [
        {
            "ref": one.ref, "store": shops[one.store_id], "order": refs[one.order_id], "kind": one.kind, "state": one.state, "owner": one.owner or None, "opened_at": one.opened_at,
            "due_at": one.due_at if one.state == "open" else None, "answered_at": one.answered_at, "solved_at": one.solved_at, "closed_at": one.closed_at, "verdict": one.verdict or None,
            "entries": [{"author": entry.author, "who": entry.who or None, "text": entry.text, "at": entry.at} for entry in said.get(one.id or 0, ())],
        }
        for one in found
    ]  # fmt: skip
