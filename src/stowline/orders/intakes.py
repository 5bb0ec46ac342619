"""Taking orders and refunds in from outside: what was read becomes an order, a cancellation, fewer units to pick, or a row
in the intake errors list.
"""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.fields import Bad
from stowline.orders import queries, refunds, service
from stowline.orders.intake import shopify, shopify_refunds, woocommerce, woocommerce_refunds
from stowline.orders.intake.body import decode
from stowline.orders.intake.shape import IncomingOrder, IncomingRefund, Read, Skipped, Unreadable
from stowline.orders.models import IntakeError
from stowline.stores.queries import Store

READERS = {"shopify": shopify.read, "woocommerce": woocommerce.read}
RETRIED = 5
_errors = IntakeError.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an order that came in (new, known, skipped, cancelled or error) or of a refund (refunded, known, or
    waits for its order).
    """

    ref: str
    outcome: str
    say: str = ""
    where: str = ""


def take_in(session: Session, store: Store, platform: str, body: bytes) -> list[Taken]:
    """Every order and refund in a platform's body, each to its fate. What cannot be read or placed is kept with its payload."""
    return [settle(session, store, platform, one, body) for one in _read(session, store, platform, body)]


def _read(session: Session, store: Store, platform: str, raw: bytes) -> list[Read | IncomingRefund]:
    """What is in a body: refunds, or orders and then the refunds within them."""
    try:
        body = decode(raw)
    except Bad as bad:
        return [Unreadable(bad.say)]
    if platform == "shopify":
        alone = shopify_refunds.read(body)
        return [*alone] if alone is not None else [*shopify.read(body), *_fit(shopify_refunds.within(body))]
    alone = woocommerce_refunds.read(body)
    if alone is not None:
        return [*alone]
    told = refunds.told(session, store.id or 0, platform, woocommerce_refunds.listed(body))
    known = [woocommerce_refunds.as_told(one.shop_id, one.shop_order, [(str(n["line"]), int(n["units"])) for n in one.lines]) for one in told]
    return [*woocommerce.read(body, known), *_fit(woocommerce_refunds.within(body))]


def _fit(found: list[IncomingRefund | Unreadable]) -> list[IncomingRefund]:
    """Refunds within orders that can be read: the order itself says what is wrong with the others."""
    return [one for one in found if isinstance(one, IncomingRefund)]


def settle(session: Session, store: Store, platform: str, one: Read | IncomingRefund, body: bytes) -> Taken:
    """One order or refund that was read; kept with what was sent where it cannot be taken."""
    taken = _decided(session, store, one)
    if taken.outcome == "error":
        keep_error(session, store, platform, taken.ref, taken.say, taken.where, body)
    return taken


def _decided(session: Session, store: Store, one: Read | IncomingRefund) -> Taken:
    if isinstance(one, IncomingRefund):
        return _refunded(session, store, one)
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


def _refunded(session: Session, store: Store, one: IncomingRefund) -> Taken:
    outcome, order = refunds.hear(session, store.id or 0, one)
    if not one.ref:
        _try_again(session, store, one, order.ref if order else "")
    return Taken(order.ref if order else one.ref or one.shop_order, outcome)


def _try_again(session: Session, store: Store, one: IncomingRefund, ref: str) -> None:
    """Orders that could not be read because nobody knew what of them was refunded may be read now."""
    query = sa.select(_errors.c.id).where(
        _errors.c.solved_at.is_(None), _errors.c.store_id == store.id, _errors.c.platform == one.platform,
        _errors.c.ref.in_([one.shop_order, ref or one.shop_order]), _errors.c.field.like("%refunds"),
    )  # fmt: skip
    for error_id in session.execute(query.order_by(_errors.c.id).limit(RETRIED)).scalars().all():
        retry(session, error_id, store)


def _skipped(session: Session, store: Store, one: Skipped) -> Taken:
    """Cancelled in the shop: cancel ours too, if we hold it and nobody has begun; refunded: what is in hand is put back, too.
    Everything else is only left alone.
    """
    if one.why not in ("cancelled", "refunded"):
        return Taken(one.ref, "skipped", one.say)
    try:
        order = queries.by_ref(session, one.ref, store.key)
    except NotFound:
        return Taken(one.ref, "skipped", one.say)
    try:
        with session.begin_nested():
            service.cancel(session, order.id or 0, f"{one.why} in the shop")
        taken = Taken(one.ref, "cancelled", one.say)
    except Conflict as why:
        taken = Taken(one.ref, "skipped", why.say)
    if one.why == "refunded" and refunds.all_back(session, order) and taken.outcome == "skipped":
        return Taken(one.ref, "refunded", one.say)
    return taken


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
    reads = _read(session, store, error.platform, error.payload.encode())
    mine = [one for one in reads if getattr(one, "ref", "") == error.ref] or reads
    taken = _decided(session, store, mine[0]) if mine else Taken(error.ref, "error")
    for one in mine[1:]:
        if isinstance(one, IncomingRefund) and taken.outcome != "error":
            _decided(session, store, one)
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
