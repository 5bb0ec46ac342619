"""Orders that were not taken, with what was sent."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, select

from stowline.core.errors import NotFound
from stowline.desk import words
from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.orders.models import IntakeError, Order
from stowline.stores import queries as stores
from stowline.stores.models import Store

_e, _o = IntakeError.__table__.c, Order.__table__.c  # type: ignore[attr-defined]
VIEWS = {"open": "Not taken", "solved": "Settled"}
PAYLOAD_SHOWN = 20_000
Row = dict[str, Any]


def page(session: Session, view: str, text: str, place: Place) -> Page[IntakeError]:
    """Intake errors, newest first; text is the beginning of an order's ref."""
    query = select(IntakeError).where(_e.solved_at.is_(None) if view == "open" else _e.solved_at.is_not(None))
    if text:
        query = query.where(starts_with(_e.ref, text))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[IntakeError]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_e.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda error: (error.id or 0,), size=20)


def rows(session: Session, found: Sequence[IntakeError]) -> list[Row]:
    """The rows of the page, each with its payload and, if it became one, its order."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    query = select(Order.store_id, Order.ref).where(_o.ref.in_([error.ref for error in found if error.ref]))
    taken = set(session.exec(query).all()) if found else set()
    return [_row(error, shops[error.store_id], taken=(error.store_id, error.ref) in taken) for error in found]


def _row(error: IntakeError, shop: Store, *, taken: bool) -> Row:
    cut = "" if len(error.payload) <= PAYLOAD_SHOWN else f"\n… {len(error.payload) - PAYLOAD_SHOWN:,} more characters"
    return {
        "id": error.id, "at": error.at, "store": shop.name, "store_key": shop.key, "ref": error.ref or None,
        "platform": words.platform(error.platform), "reason": error.say, "field": error.field or None,
        "payload": error.payload[:PAYLOAD_SHOWN] + cut, "tries": error.tries, "open": error.solved_at is None,
        "order_ref": error.ref if taken else None, "outcome": error.outcome, "solved_at": error.solved_at,
    }  # fmt: skip


def store_of(session: Session, error_id: int) -> Store:
    """The store an intake error came in for. Raises NotFound."""
    error = session.get(IntakeError, error_id)
    if error is None:
        raise NotFound("There is no such intake error.")
    return stores.store(session, error.store_id)
