"""What of an order may come back now, for which reasons, and what the shopper may choose for it, by the store's policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from stowline.core import clock
from stowline.orders import queries as orders
from stowline.orders.queries import LineView as OrderLineView
from stowline.orders.queries import Order
from stowline.returns import paid, policies, queries
from stowline.returns import policy_rules as rules
from stowline.returns.policy_rules import Policy, Said
from stowline.returns.queries import Gone
from stowline.returns.rules import OUR_FAULT, REASONS, returnable


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that may be given for a line: what may be wanted then, whether the label is free, and whether the goods may
    be kept (for all `units` of the line that are left).
    """

    reason: str
    outcomes: tuple[str, ...]
    free: bool
    keep: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order that left, with the units of it that may come back. Without any, `why_not` says why; otherwise
    `reasons` says what may be given, and `not_now` why the other reasons may not. `until` is the last moment for goods that
    are fine, `fault_until` for what was our fault; `delivered` and
    `lost`: a carrier said so. `paid_minor` is what was paid for the units that are left.
    """

    line_id: int
    product_id: int
    sku: str
    name: str
    kit_id: int | None
    handed_over: int
    returned: int
    awaited: int
    units: int
    paid_minor: int
    delivered: bool
    lost: bool
    until: datetime | None
    fault_until: datetime | None
    reasons: tuple[Reason, ...]
    not_now: Mapping[str, Said]
    why_not: Said | None


@dataclass(frozen=True, slots=True)
class Eligible:
    """What of an order may come back."""

    order_id: int
    order_ref: str
    currency: str
    policy: Policy
    lines: tuple[Line, ...]

    @property
    def any(self) -> bool:
        """Whether anything may."""
        return any(line.units and line.reasons for line in self.lines)


def eligible(session: Session, order: Order) -> Eligible:
    """What of this order may come back now, line by line; lines that have not left at all are not told of."""
    policy = policies.of(session, order.store_id)
    left, spoken, totals = queries.gone(session, order.id or 0), queries.awaited(session, order.id or 0), paid.line_totals(session, order)
    lines = tuple(_line(policy, one, left[one.id], spoken.get(one.id, 0), totals[one.id])
                  for one in orders.lines(session, order.id or 0) if one.handed_over and one.id in left)  # fmt: skip
    return Eligible(order.id or 0, order.ref, order.currency, policy, lines)


def _line(policy: Policy, one: OrderLineView, gone: Gone, spoken: int, total: int) -> Line:
    units = returnable(one.handed_over, one.returned, spoken)
    worth = paid.for_units(total, one, one.handed_over - units, units)
    now, not_now, given = clock.now(), {}, []
    for reason in REASONS:
        no = rules.why_not(policy, reason, now, left_at=gone.left_at, since=gone.since, delivered=gone.delivered, lost=gone.lost)
        if no is not None:
            not_now[reason] = no
        elif units:
            given.append(Reason(reason, rules.outcomes_for(policy, reason), rules.is_free(policy, reason), rules.is_kept(policy, reason, worth)))
    why_not = None if given else Said("return-nothing-left") if not units else not_now[OUR_FAULT[-1]]
    return Line(one.id, one.product_id, one.sku, one.name, one.kit_id, one.handed_over, one.returned, spoken, units, worth, gone.delivered, gone.lost,
                rules.until(policy, "disliked", gone.since), rules.until(policy, "damaged", gone.since), tuple(given), not_now, why_not)  # fmt: skip
