"""Invariants of returns: what came is what was looked at, nothing comes back that did not leave, nobody is paid too much."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session

from stowline.desk.integrity.invariant import Finding, Invariant
from stowline.desk.integrity.stock import TELL
from stowline.orders import queries as orders
from stowline.returns import paid

_PORTION = 200
_SUMS = sa.text(
    "SELECT s.order_line_id, SUM(s.amount_minor) FROM rma_settlement s JOIN rma r ON r.id = s.rma_id WHERE r.order_id = :o"
    " GROUP BY s.order_line_id"
)


def _settled_orders(session: Session) -> Iterator[int]:
    """The orders that something was settled for, by id."""
    of_order = sa.text("SELECT DISTINCT r.order_id FROM rma_settlement s JOIN rma r ON r.id = s.rma_id WHERE r.order_id > :after ORDER BY r.order_id LIMIT :n")
    after = 0
    while found := list(session.execute(of_order, {"after": after, "n": _PORTION}).scalars()):
        yield from found
        after = found[-1]


def _paid_too_much(session: Session) -> Finding:
    found = Finding()
    for order_id in _settled_orders(session):
        order = orders.order(session, order_id)
        totals, ordered = paid.line_totals(session, order), {line.id: line.ordered for line in orders.lines(session, order_id)}
        for line_id, amount in session.execute(_SUMS, {"o": order_id}).all():
            back = int(amount) + paid.by_shop(session, line_id, totals[line_id], ordered[line_id])
            if back > totals[line_id]:
                found.add(f"order {order.ref}: {back} minor units are paid back for line {line_id}, {totals[line_id]} were paid")
        session.expire_all()
    return found


RETURNS = (
    Invariant(
        "a return is the sum of what came",
        "What a line of a return says came, and was looked at, is the sum of its arrivals and inspections; one that is inspected has all looked at.",
        TELL,
        """
        SELECT r.ref || ': ' || l.arrived || ' came by the line, ' || COALESCE(a.n, 0) || ' by its arrivals; ' || l.inspected || ' looked at, '
            || COALESCE(i.n, 0) || ' by its inspections'
        FROM rma_line l JOIN rma r ON r.id = l.rma_id
        LEFT JOIN (SELECT line_id, SUM(units) AS n FROM rma_arrival WHERE undone_at IS NULL GROUP BY line_id) a ON a.line_id = l.id
        LEFT JOIN (SELECT line_id, SUM(units) AS n FROM rma_inspection WHERE undone_at IS NULL GROUP BY line_id) i ON i.line_id = l.id
        WHERE l.arrived <> COALESCE(a.n, 0) OR l.inspected <> COALESCE(i.n, 0)
            OR (r.state IN ('inspected', 'settled') AND l.arrived <> l.inspected)
        """,
    ),
    Invariant(
        "what is returned came back by a return",
        "The units that an order line counts as returned are those that its returns say came.",
        TELL,
        """
        SELECT 'order ' || o.ref || ': ' || n.returned || ' returned by the line, ' || COALESCE(l.n, 0) || ' by its returns'
        FROM order_line n JOIN orders o ON o.id = n.order_id
        LEFT JOIN (SELECT order_line_id, SUM(arrived) AS n FROM rma_line WHERE order_line_id IS NOT NULL GROUP BY order_line_id) l
            ON l.order_line_id = n.id
        WHERE (n.returned > 0 OR l.n > 0) AND n.returned <> COALESCE(l.n, 0)
        """,
    ),
    Invariant(
        "no more is asked back than left",
        "Returned units, and those that returns speak for, are no more than were handed over.",
        "Refuse or withdraw one of the returns.",
        """
        SELECT 'order ' || o.ref || ': ' || n.handed_over || ' left, ' || (n.returned + l.n) || ' are returned or in returns'
        FROM order_line n JOIN orders o ON o.id = n.order_id
        JOIN (SELECT l.order_line_id, SUM(CASE WHEN r.state = 'settled' THEN l.spared WHEN r.state IN ('refused', 'withdrawn') THEN 0
                ELSE l.units - l.arrived END) AS n
            FROM rma_line l JOIN rma r ON r.id = l.rma_id WHERE l.order_line_id IS NOT NULL GROUP BY l.order_line_id) l ON l.order_line_id = n.id
        WHERE n.returned + l.n > n.handed_over
        """,
    ),
    Invariant(
        "only what is restocked is sold again",
        "Units that came back are good again only where somebody said that they go back to stock.",
        TELL,
        """
        SELECT r.ref || ': inspection ' || i.id || ' made good units of what goes to ' || i.disposition
        FROM rma_inspection i JOIN rma r ON r.id = i.rma_id WHERE i.condition = 'good' AND i.disposition <> 'restock'
        """,
    ),
    Invariant(
        "nobody is paid back more than they paid",
        "What is paid back for an order line, by returns and by the shop itself, is never more than was paid for it.",
        "Ask the shop to take back what was paid too much.",
        ask=_paid_too_much,
    ),
)

