"""Returns as the desk lists and shows them, and as programs read them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog import queries as catalog
from stowline.core import clock, money
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, walk
from stowline.inventory import queries as stock
from stowline.orders import queries as orders
from stowline.orders.instruction_models import Instruction
from stowline.returns import arriving, photos, policies, queries
from stowline.returns.models import Rma
from stowline.returns.queries import DISPOSITIONS, GRADES, KINDS, OPEN, OUTCOMES, REASONS, WORDS
from stowline.stores import queries as stores

_r = Rma.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]
VIEWS = {"requested": "To decide", "coming": "Coming back", "received": "Here", "inspected": "To settle", "open": "All open", "done": "Done", "all": "All"}
STATES: dict[str, tuple[str, ...]] = {
    "requested": ("requested",), "coming": ("approved", "in_transit"), "received": ("received",), "inspected": ("inspected",),
    "open": tuple(OPEN), "done": ("settled", "refused", "withdrawn"), "all": (),
}  # fmt: skip
CHIPS = {"requested": "warn", "approved": "go", "refused": "bad", "withdrawn": "done", "in_transit": "go", "received": "wait", "inspected": "warn", "settled": "ok"}
AGES = {"": "Any age", "3": "Older than 3 days", "14": "Older than 14 days", "30": "Older than 30 days"}


def page(session: Session, view: str, place: Place, *, text: str = "", store_id: int | None = None, age: str = "", size: int = SIZE, state: str = "") -> Page[Rma]:
    """Returns, newest first; what waits for somebody longest first."""
    query = select(Rma)
    wanted = (state,) if state else STATES[view]
    if wanted:
        query = query.where(_r.state.in_(wanted))
    if store_id is not None:
        query = query.where(_r.store_id == store_id)
    if age:
        query = query.where(_r.asked_at < clock.now() - timedelta(days=int(age)))
    if text:
        query = query.where(sa.or_(_r.ref == text.upper(), _r.order_ref == text, _r.tracking == text))
    down = not (view in ("requested", "received", "inspected") and not state)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Rma]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_r.id], after, descending=down != backwards, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.id or 0,), size)


def counted(session: Session) -> dict[str, int]:
    """Open returns by view."""
    by_state = queries.counts(session)
    return {view: sum(by_state.get(state, 0) for state in states) for view, states in STATES.items() if view not in {"done", "all"}}


def waits(session: Session) -> int:
    """Returns that wait for somebody at the desk."""
    by_state = queries.counts(session)
    return by_state.get("requested", 0) + by_state.get("inspected", 0)


def rows(session: Session, found: Sequence[Rma]) -> list[Row]:
    """The rows of the sheet."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    lines = queries.lines_of(session, [one.id or 0 for one in found])
    return [_row(one, shops[one.store_id].key, shops[one.store_id].name, lines.get(one.id or 0, [])) for one in found]


def _row(one: Rma, store_key: str, store: str, lines: Sequence[queries.LineView]) -> Row:
    return {
        "ref": one.ref, "order": one.order_ref, "store_key": store_key, "store": store, "what": KINDS[one.kind], "state": one.state,
        "word": WORDS[one.state], "chip": CHIPS[one.state], "units": sum(line.units for line in lines), "arrived": sum(line.arrived for line in lines),
        "goods": [(line.units, line.name) for line in lines[:3]], "more": max(0, len(lines) - 3),
        "reasons": ", ".join(dict.fromkeys(REASONS[line.reason] for line in lines)),
        "outcomes": ", ".join(dict.fromkeys(OUTCOMES[line.outcome] for line in lines)), "asked_at": one.asked_at, "asked_by": one.asked_by,
    }  # fmt: skip


def export(session: Session, view: str, **asked: Any) -> Iterator[list[tuple[Any, ...]]]:  # noqa: ANN401  (the filters of `page`)
    """Every row of the list for a spreadsheet, in portions."""
    place = Place()
    while True:
        found = page(session, view, place, size=200, **asked)
        yield [(row["ref"], row["order"], row["store_key"], row["what"], row["word"], row["units"], row["arrived"], row["reasons"],
                row["outcomes"], row["asked_at"].isoformat()) for row in rows(session, found.rows)]  # fmt: skip
        if found.later is None:
            return
        place = Place(after=found.later)


HEAD = ("return", "order", "store", "kind", "state", "units", "arrived", "reasons", "outcomes", "asked_at")


# --- one ------------------------------------------------------------------------------------------------------------------


def one(session: Session, ref: str) -> Row:
    """A return with all that the page of it shows. Raises NotFound."""
    rma = queries.by_ref(session, ref)
    lines, order = queries.lines(session, rma.id or 0), orders.order(session, rma.order_id)
    swaps = catalog.by_ids(session, [line.exchange_id for line in lines if line.exchange_id])
    named = {line.id: line for line in lines}
    came = queries.arrivals(session, rma.id or 0)
    hints = [hint for hint in [arriving.weight_hint(session, rma), *(row.hint for row in came)] if hint]
    store = stores.store(session, rma.store_id)
    return {
        "rma": rows(session, [rma])[0] | {
            "note": rma.note, "why": rma.why, "decided_by": rma.decided_by, "decided_at": rma.decided_at, "tracking": rma.tracking, "carrier": rma.carrier,
            "claim": rma.claim, "free_label": rma.free_label, "weight_g": rma.weight_g, "kind": rma.kind, "counted": rma.counted_at is not None, "order_id": rma.order_id,
        },
        "currency": order.currency, "hints": hints,
        "lines": [{"id": line.id, "sku": line.sku, "name": line.name, "units": line.units, "reason": REASONS[line.reason], "outcome": line.outcome,
                   "outcome_word": OUTCOMES[line.outcome], "note": line.note, "swap": swaps[line.exchange_id].name if line.exchange_id in swaps else None,
                   "arrived": line.arrived, "inspected": line.inspected, "spared": line.spared, "settled": line.settled, "to_settle": line.to_settle,
                   "strange": line.order_line_id is None} for line in lines],
        "found": [{"at": row.at, "name": named[row.line_id].name, "units": row.units, "grade": GRADES[row.grade], "what": DISPOSITIONS[row.disposition],
                   "bin": stock.location(session, row.to_id).code if row.condition else "", "which": row.serial or row.lot, "who": row.who}
                  for row in queries.inspections(session, rma.id or 0)],
        "money": _money(session, rma, named), "photos": photos.photos(session, rma), "most_photos": photos.MOST,
        "policy": [policies.in_english(said, store.currency) for said in policies.explained(policies.of(session, rma.store_id))],
    }  # fmt: skip


def _money(session: Session, rma: Rma, named: dict[int, queries.LineView]) -> list[Row]:
    """What was given, with what became of it: the instruction's state, or the new order."""
    made = queries.settlements(session, rma.id or 0)
    ids = [row.instruction_id for row in made if row.instruction_id]
    states = {one.id: (one.state, one.ref) for one in session.exec(select(Instruction).where(col(Instruction.id).in_(ids)))}
    return [
        {"at": row.at, "who": row.who, "name": named[row.line_id].name, "units": row.units, "what": OUTCOMES[row.outcome], "paid": row.paid_minor,
         "fee": row.fee_minor, "label": row.label_minor, "cut": row.cut_minor, "cut_why": row.cut_why, "amount": row.amount_minor,
         "instruction": states.get(row.instruction_id, ("", ""))[0], "shop_ref": states.get(row.instruction_id, ("", ""))[1],
         "new_order": orders.order(session, row.new_order_id).ref if row.new_order_id else None} for row in made
    ]  # fmt: skip


def told(session: Session, found: Sequence[Rma]) -> list[Row]:
    """Returns as programs read them."""
    shops = {shop.id: shop.key for shop in stores.all_stores(session)}
    lines = queries.lines_of(session, [one.id or 0 for one in found])
    return [
        {"ref": one.ref, "order": one.order_ref, "store": shops[one.store_id], "kind": one.kind, "state": one.state, "note": one.note, "why": one.why,
         "tracking": one.tracking or None, "carrier": one.carrier or None, "free_label": one.free_label, "asked_at": one.asked_at,
         "decided_at": one.decided_at, "received_at": one.received_at, "settled_at": one.settled_at,
         "lines": [{"sku": line.sku, "name": line.name, "quantity": line.units, "reason": line.reason, "outcome": line.outcome, "note": line.note,
                    "arrived": line.arrived, "inspected": line.inspected, "spared": line.spared, "settled": line.settled} for line in lines.get(one.id or 0, [])],
         "settlements": [_given(session, row) for row in queries.settlements(session, one.id or 0)]} for one in found
    ]  # fmt: skip


def _given(session: Session, row: Any) -> Row:  # noqa: ANN401  (a settlement)
    currency = session.execute(sa.text("SELECT o.currency FROM orders o JOIN rma r ON r.order_id = o.id WHERE r.id = :r"), {"r": row.rma_id}).scalar_one()
    amount = money.amount_text(row.amount_minor, currency)
    return {"outcome": row.outcome, "quantity": row.units, "amount": amount, "currency": currency, "instruction": row.instruction_id,
            "order": orders.order(session, row.new_order_id).ref if row.new_order_id else None}  # fmt: skip
