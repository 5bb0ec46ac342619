"""Taking orders in from outside: what was read becomes an order, a cancellation, or a row in the intake errors list."""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.orders import queries, service
from stowline.orders.intake import shopify, woocommerce
from stowline.orders.intake.shape import IncomingOrder, Read, Skipped, Unreadable
from stowline.orders.models import IntakeError
from stowline.stores.queries import Store

READERS = {"shopify": shopify.read_bytes, "woocommerce": woocommerce.read_bytes}
_errors = IntakeError.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one order that came in: new, known, skipped, cancelled or error."""

    ref: str
    outcome: str
    say: str = ""
    where: str = ""


def take_in(session: Session, store: Store, platform: str, body: bytes) -> list[Taken]:
    """Every order in a platform's body, each to its fate. What cannot be read or placed is kept with its payload."""
    return [settle(session, store, platform, one, body) for one in READERS[platform](body)]


def settle(session: Session, store: Store, platform: str, one: Read, body: bytes) -> Taken:
    """One order that was read; kept with what was sent where it cannot be taken."""
    taken = _decided(session, store, one)
    if taken.outcome == "error":
        keep_error(session, store, platform, taken.ref, taken.say, taken.where, body)
    return taken


def _decided(session: Session, store: Store, one: Read) -> Taken:
    if isinstance(one, Unreadable):
        return Taken(one.ref, "error", one.say, one.where)
    if isinstance(one, Skipped):
        return _skipped(session, store, one)
    return _placed(session, store, one)


def _placed(session: Session, store: Store, one: IncomingOrder) -> Taken:
    try:
        with session.begin_nested():
            _, new = service.place(session, store, one, create_products=True)
    except Refused as why:
        return Taken(one.ref, "error", why.say, why.where or "")
    return Taken(one.ref, "new" if new else "known")


def _skipped(session: Session, store: Store, one: Skipped) -> Taken:
    """Cancelled in the shop: cancel ours too, if we hold it and nobody has begun. Everything else is only left alone."""
    if one.why in ("cancelled", "refunded"):
        try:
            order = queries.by_ref(session, one.ref, store.key)
            with session.begin_nested():
                service.cancel(session, order.id or 0, f"{one.why} in the shop")
            return Taken(one.ref, "cancelled", one.say)
        except NotFound:
            pass
        except Conflict as why:
            return Taken(one.ref, "skipped", why.say)
    return Taken(one.ref, "skipped", one.say)


def keep_error(session: Session, store: Store, platform: str, ref: str, say: str, where: str, body: bytes) -> None:
    """Put what came in on the intake errors list; the same body again only counts another try."""
    text = body.decode("utf-8", "replace").replace("\x00", "␀")
    key = hashlib.sha256(f"{store.id}:{platform}:{ref}:".encode() + body).hexdigest()
    known = session.execute(sa.select(_errors.c.id).where(_errors.c.key == key)).scalar_one_or_none()
    if known is not None:
        session.execute(sa.update(_errors).where(_errors.c.id == known).values(
            tries=_errors.c.tries + 1, say=say[:500], field=where[:200], solved_at=None))
        return
    session.execute(sa.insert(_errors), {
        "store_id": store.id, "platform": platform, "key": key, "ref": ref[:100], "say": say[:500],
        "field": where[:200], "payload": text, "at": clock.now(), "tries": 1, "outcome": ""})


def retry(session: Session, error_id: int, store: Store) -> Taken:
    """Read a kept payload once more: its order may be possible by now. Raises NotFound."""
    error = session.get(IntakeError, error_id)
    if error is None:
        raise NotFound("There is no such intake error.")
    reads = READERS[error.platform](error.payload.encode())
    mine = [one for one in reads if getattr(one, "ref", "") == error.ref] or reads
    taken = _decided(session, store, mine[0]) if mine else Taken(error.ref, "error")
    error.tries += 1
    if taken.outcome == "error":
        error.say = taken.say[:500] or error.say
    else:
        error.solved_at, error.outcome = clock.now(), taken.outcome
    session.add(error)
    session.flush()
    return taken


def dismiss(session: Session, error_id: int) -> None:
    """A person looked at it and lets it be. Raises NotFound."""
    error = session.get(IntakeError, error_id)
    if error is None:
        raise NotFound("There is no such intake error.")
    error.solved_at, error.outcome = clock.now(), "dismissed"
    session.add(error)
    session.flush()
