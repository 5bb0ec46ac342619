"""What if a purchase order came later, or with fewer units: who would be hit, before it happens. Nothing is stored until
a manager says so; then the revision is kept, and those whose days do not hold any more are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import promises, windows
from stowline.backorders import queries as backorders
from stowline.backorders.forecast import Forecast
from stowline.backorders.promises import Why
from stowline.backorders.queries import Promised, Queued
from stowline.backorders.windows import Arrival, Window
from stowline.core.errors import Conflict, Refused
from stowline.receiving import outlook, queries, revisions
from stowline.receiving.models import PurchaseOrder

MOST_DAYS, MOST_LINES, AT_ONCE = 365, 5_000, 500


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is supposed of a purchase order: so many days later, and so many units fewer, by SKU."""

    days: int = 0
    short: Mapping[str, int] | None = None

    def changes(self) -> bool:
        """Whether anything is supposed at all."""
        return bool(self.days) or any((self.short or {}).values())


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that would be promised later days, or none; `told` where its shopper would have to hear of it."""

    line: Queued
    stands: Promised | None
    would: Window
    told: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """Who would be hit; `cut` where only the first 5,000 waiting lines were looked at."""

    hits: Sequence[Hit]
    cut: bool

    @property
    def told_orders(self) -> int:
        """Orders whose shoppers would have to hear of it."""
        return len({hit.line.order_id for hit in self.hits if hit.told})

    @property
    def begins(self) -> date | None:
        """The first day that was promised and would not hold."""
        days = [hit.stands.window.p50 for hit in self.hits if hit.stands and hit.stands.window.p50]
        return min(days, default=None)


def hits(session: Session, order: PurchaseOrder, supposed: Supposed) -> Hits:
    """Who would be hit. Raises Refused for what cannot be supposed."""
    lines = _check(session, order, supposed)
    found: list[Hit] = []
    left = MOST_LINES
    for product_id, sku in sorted(lines.items()):
        supply = {product_id: _supposed(outlook.supply(session, [product_id])[product_id], order.ref, supposed, sku)}
        after, ahead, portion = None, 0, backorders.queue(session, product_id, None, 0, min(AT_ONCE, left))
        while portion:
            forecast = Forecast.read(session, supply, {line.store_id for line in portion})
            found += _hits(session, portion, forecast)
            left -= len(portion)
            after, ahead = portion[-1].place, portion[-1].ahead + portion[-1].units
            portion = backorders.queue(session, product_id, after, ahead, min(AT_ONCE, left)) if left else []
    return Hits(found, cut=not left)


def _check(session: Session, order: PurchaseOrder, supposed: Supposed) -> dict[int, str]:
    if order.closed_at is not None:
        raise Conflict(f"Purchase order {order.ref} is closed: nothing is expected on it.")
    if not -MOST_DAYS <= supposed.days <= MOST_DAYS:
        raise Refused(f"A purchase order is moved by at most {MOST_DAYS} days.", where="days")
    if supposed.days and order.expected_to is None:
        raise Refused(f"{order.ref} has no date that could move. Revise it first.", where="days")
    lines = queries.lines(session, order.id or 0)
    left: dict[str, int] = {}
    for line in lines:
        left[line.sku] = left.get(line.sku, 0) + line.left
    for sku, units in (supposed.short or {}).items():
        if units > left.get(sku, 0):
            raise Refused(f"Only {left.get(sku, 0):,} of {sku} are still to come on {order.ref}.", where=f"short.{sku}")
    return {line.product_id: line.sku for line in lines if line.left > 0}


def _supposed(arrivals: Sequence[Arrival], ref: str, supposed: Supposed, sku: str) -> list[Arrival]:
    found = []
    for one in arrivals:
        if one.ref != ref:
            found.append(one)
            continue
        units = one.units - (supposed.short or {}).get(sku, 0)
        if units > 0:
            found.append(replace(one, units=units, expected_from=_later(one.expected_from, supposed.days),
                                 expected_to=_later(one.expected_to, supposed.days)))  # fmt: skip
    return found


def _later(day: date | None, days: int) -> date | None:
    if day is None or not days:
        return day
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise Refused(f"{day} is no day that could move. Revise it first.", where="days") from None


def _hits(session: Session, lines: Sequence[Queued], forecast: Forecast) -> list[Hit]:
    standing = backorders.standing(session, [line.line_id for line in lines])
    telling = backorders.heard_of(session, {line.order_id for line in lines})
    found = []
    for line in lines:
        stands, would = standing.get(line.line_id), forecast.window(line.product_id, line.store_id, line.ahead, line.units)
        if stands is None or stands.window.p90 is None or (would.p90 is not None and would.p90 <= stands.window.p90):
            continue
        told = bool(windows.news(would, stands.told_p90, told=stands.told_at is not None))
        found.append(Hit(line, stands, would, told and line.order_id in telling))
    return found


def tell_now(session: Session, order: PurchaseOrder, supposed: Supposed, *, revision: int, why: str, say: str) -> bool:
    """It is so: keep the revision, and have all who wait promised anew; whose days do not hold is told `say`.

    `revision` is the one that the manager saw: another one that stands already is not revised again, so that a second
    click moves nothing twice. Answers whether anything was done. Raises Refused where nothing is supposed.
    """
    if not supposed.changes():
        raise Refused("Say how many days later, or how many units fewer.", where="days")
    lines = _check(session, order, supposed)
    session.execute(sa.select(PurchaseOrder.id).where(PurchaseOrder.id == order.id).with_for_update())  # type: ignore[call-overload]
    if queries.revision_count(session, order.id or 0) != revision:
        return False
    short = supposed.short or {}
    now: dict[str, int] = {}
    for line in queries.lines(session, order.id or 0):
        now[line.sku] = now.get(line.sku, 0) + line.quantity
    revisions.revise(
        session, order.id or 0, expected_from=_later(order.expected_from, supposed.days), why=why,
        expected_to=_later(order.expected_to, supposed.days), quantities={sku: now[sku] - n for sku, n in short.items() if n},
    )  # fmt: skip
    promises.mark(session, lines, Why(why, order.ref, say))
    return True
