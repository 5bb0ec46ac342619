"""What was paid for units of an order line, as far as the order knows: its prices. Shares of a kit add up to the kit's price."""

from sqlmodel import Session

from stowline.core import money
from stowline.orders import kits, refunds
from stowline.orders import queries as orders
from stowline.orders.queries import LineView, Order
from stowline.returns import queries
from stowline.returns.rules import share


def line_totals(session: Session, order: Order) -> dict[int, int]:
    """What was paid for all units of each line, in minor units."""
    found: dict[int, int] = {}
    for sold in kits.as_sold(session, order.id or 0, orders.lines(session, order.id or 0)):
        if not sold.is_kit:
            found[sold.lines[0].id] = money.line_total(sold.unit_price, sold.lines[0].ordered, order.currency)
            continue
        total = money.line_total(sold.unit_price, sold.ordered, order.currency)
        pieces, before = sum(line.per_kit for line in sold.lines), 0
        for line in sold.lines:
            found[line.id] = share(total, pieces, before, line.per_kit)
            before += line.per_kit
    return found


def by_shop(session: Session, line_id: int, total: int, ordered: int) -> int:
    """What the shop paid back by itself for units of a line that had left, at most: beside what it was told to pay."""
    gone = refunds.gone_units(session, [line_id]).get(line_id, 0)
    units = queries.settled_as_refunded(session, line_id) + max(0, gone - queries.settled_units(session, line_id))
    return total * min(units, ordered) // ordered


def for_units(total: int, line: LineView, before: int, units: int) -> int:
    """What was paid for so many units of a line after the first `before`: all of them together are never more than its total."""
    return share(total, line.ordered, before, units)
