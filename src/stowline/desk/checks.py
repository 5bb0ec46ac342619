"""Every invariant of the floor, proved on the live database: each a query for its breaches."""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.core.db import UtcDateTime
from stowline.orders import queries as orders
from stowline.orders.service import Counters, derive_state

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must hold, and the query whose every row breaks it."""

    name: str
    say: str
    breaches: str


INVARIANTS = (
    Invariant(
        "balance is the sum of the ledger",
        "What the books have in a bin is what ever came into it less what left it.",
        """
        SELECT 'product ' || k.p || ' in ' || k.l || ' ' || k.c || ': balance ' || COALESCE(b.qty, 0) || ', ledger ' || k.n
        FROM (SELECT p, l, c, SUM(n) AS n FROM (
            SELECT product_id AS p, to_id AS l, to_condition AS c, qty AS n FROM ledger WHERE to_id > 4
            UNION ALL SELECT product_id, from_id, from_condition, -qty FROM ledger WHERE from_id > 4) AS m
            GROUP BY p, l, c) AS k
        LEFT JOIN balance b ON b.product_id = k.p AND b.location_id = k.l AND b.condition = k.c
        WHERE COALESCE(b.qty, 0) <> k.n
        """,
    ),
    Invariant(
        "no balance without a ledger",
        "Nothing lies in a bin that no move brought there.",
        """
        SELECT 'product ' || b.product_id || ' in ' || b.location_id FROM balance b
        WHERE b.qty <> 0 AND NOT EXISTS (SELECT 1 FROM ledger m WHERE m.product_id = b.product_id
            AND m.to_id = b.location_id AND m.to_condition = b.condition)
        """,
    ),
    Invariant(
        "the ledger has whole moves",
        "Each move has at least one unit and two different ends.",
        """
        SELECT 'move ' || id FROM ledger
        WHERE qty < 1 OR (from_id = to_id AND from_condition = to_condition)
        """,
    ),
    Invariant(
        "nothing is below zero",
        "On hand is never negative, and no more is bound in a bin than lies there.",
        "SELECT 'product ' || product_id || ' in ' || location_id FROM balance WHERE qty < 0 OR bound < 0 OR bound > qty",
    ),
    Invariant(
        "on hand is the sum of the bins",
        "Good stock of a product is what all bins hold of it.",
        """
        SELECT 'product ' || p.id || ': level ' || COALESCE(s.on_hand, 0) || ', bins ' || COALESCE(b.n, 0)
        FROM product p
        LEFT JOIN stock_level s ON s.product_id = p.id
        LEFT JOIN (SELECT product_id, SUM(qty) AS n FROM balance WHERE condition = 'good' GROUP BY product_id) AS b
            ON b.product_id = p.id
        WHERE COALESCE(s.on_hand, 0) <> COALESCE(b.n, 0)
        """,
    ),
    Invariant(
        "promised is the sum of the orders",
        "What is promised of a product is what its order lines were promised and have not got yet, and it is on hand.",
        """
        SELECT 'product ' || s.product_id || ': level ' || s.promised || ', lines ' || COALESCE(l.n, 0)
        FROM stock_level s
        LEFT JOIN (SELECT product_id, SUM(allocated - handed_over) AS n FROM order_line GROUP BY product_id) AS l
            ON l.product_id = s.product_id
        WHERE s.promised <> COALESCE(l.n, 0) OR s.promised > s.on_hand OR s.promised < 0
        """,
    ),
    Invariant(
        "bound is the sum of the work",
        "What is bound in bins of a product is what its order lines have released and not handed over.",
        """
        SELECT 'product ' || p.id || ': bins ' || COALESCE(b.n, 0) || ', lines ' || COALESCE(l.n, 0) FROM product p
        LEFT JOIN (SELECT product_id, SUM(bound) AS n FROM balance GROUP BY product_id) AS b ON b.product_id = p.id
        LEFT JOIN (SELECT product_id, SUM(released - handed_over) AS n FROM order_line GROUP BY product_id) AS l
            ON l.product_id = p.id
        WHERE COALESCE(b.n, 0) <> COALESCE(l.n, 0)
        """,
    ),
    Invariant(
        "stages go down the line",
        "Ordered, allocated, released, picked, packed, handed over, returned: never more at a later stage.",
        """
        SELECT 'line ' || id FROM order_line
        WHERE NOT (ordered - cancelled >= allocated AND allocated >= released AND released >= picked
            AND picked >= packed AND packed >= handed_over AND handed_over >= returned AND returned >= 0)
        """,
    ),
    Invariant(
        "an order is the sum of its lines",
        "The counters of an order are those of its lines added up.",
        """
        SELECT 'order ' || o.id FROM orders o JOIN (SELECT order_id, SUM(ordered) AS a, SUM(cancelled) AS b,
            SUM(allocated) AS c, SUM(released) AS d, SUM(picked) AS e, SUM(packed) AS f, SUM(handed_over) AS g,
            SUM(returned) AS h FROM order_line GROUP BY order_id) AS l ON l.order_id = o.id
        WHERE o.ordered <> a OR o.cancelled <> b OR o.allocated <> c OR o.released <> d OR o.picked <> e
            OR o.packed <> f OR o.handed_over <> g OR o.returned <> h
        """,
    ),
    Invariant(
        "nobody waits beside free stock",
        "No line waits while unpromised good stock of its product is in the house.",
        """
        SELECT 'line ' || l.id || ' of order ' || l.order_id FROM order_line l
        JOIN stock_level s ON s.product_id = l.product_id
        WHERE l.ordered - l.cancelled > l.allocated AND NOT l.held AND s.on_hand > s.promised
        """,
    ),
    Invariant(
        "parcels hold what was packed",
        "What is in an order's parcels is what was packed for it.",
        """
        SELECT 'line ' || l.id FROM order_line l
        LEFT JOIN (SELECT order_line_id, SUM(qty) AS n FROM parcel_line GROUP BY order_line_id) AS p
            ON p.order_line_id = l.id
        WHERE l.packed <> COALESCE(p.n, 0)
        """,
    ),
    Invariant(
        "a parcel is handed over once",
        "A parcel is on a manifest exactly while it is handed over.",
        """
        SELECT 'parcel ' || p.code FROM parcel p LEFT JOIN manifest_parcel m ON m.parcel_id = p.id
        WHERE (p.state = 'handed_over') <> (m.parcel_id IS NOT NULL)
        """,
    ),
    Invariant(
        "one live label for a parcel",
        "A parcel has at most one live label, and one that is labelled has it.",
        """
        SELECT 'parcel ' || p.code FROM parcel p
        LEFT JOIN (SELECT parcel_id, COUNT(*) AS n FROM label WHERE void_at IS NULL GROUP BY parcel_id) AS l
            ON l.parcel_id = p.id
        WHERE COALESCE(l.n, 0) > 1 OR (p.state IN ('labelled', 'handed_over') AND COALESCE(l.n, 0) <> 1)
        """,
    ),
    Invariant(
        "a tote holds one order",
        "Goods in a tote belong to the order that the tote is given to.",
        """
        SELECT 'tote ' || t.code FROM tote t JOIN balance b ON b.location_id = t.location_id AND b.qty > 0
        WHERE t.order_id IS NULL
        UNION ALL
        SELECT 'tote ' || t.code FROM tote t JOIN pick_line n ON n.tote_id = t.id AND n.state = 'open'
        WHERE t.order_id IS NULL OR t.order_id <> n.order_id
        """,
    ),
    Invariant(
        "a line is picked once",
        "What pick lines took for an order line is what the line counts as picked.",
        """
        SELECT 'line ' || l.id FROM order_line l
        LEFT JOIN (SELECT order_line_id, SUM(picked) AS n FROM pick_line GROUP BY order_line_id) AS p
            ON p.order_line_id = l.id
        WHERE l.picked <> COALESCE(p.n, 0)
        """,
    ),
    Invariant(
        "a short bin is to be counted",
        "Every bin that ran short is on hold for its missing units, and on the list of bins to count.",
        """
        SELECT 'product ' || b.product_id || ' in ' || b.location_id FROM balance b
        WHERE b.condition = 'hold' AND b.qty > 0 AND NOT EXISTS (SELECT 1 FROM count_request c
            WHERE c.product_id = b.product_id AND c.location_id = b.location_id)
        """,
    ),
    Invariant(
        "one answer for a scan",
        "A scan id stands once in the log.",
        "SELECT scan_id FROM scan GROUP BY scan_id HAVING COUNT(*) > 1",
    ),
    Invariant(
        "one message for a fact",
        "For each business fact, recipient, kind and channel there is one message, and it has a reason where it did not go.",
        """
        SELECT key FROM message GROUP BY key HAVING COUNT(*) > 1
        UNION ALL SELECT key FROM message WHERE state IN ('skipped', 'unknown', 'dead') AND reason = ''
        """,
    ),
    Invariant(
        "one order for a ref",
        "A shop's order ref stands for one order.",
        "SELECT ref FROM orders GROUP BY store_id, ref HAVING COUNT(*) > 1",
    ),
    Invariant(
        "every change has its event",
        "Each order has its OrderPlaced, each handed-over parcel its ParcelHandedOver.",
        """
        SELECT 'order ' || o.id FROM orders o
        WHERE NOT EXISTS (SELECT 1 FROM outbox e WHERE e.subject = o.id AND e.name = 'OrderPlaced')
        UNION ALL
        SELECT 'parcel ' || p.code FROM parcel p WHERE p.state = 'handed_over'
        AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.subject = p.order_id AND e.name = 'ParcelHandedOver')
        """,
    ),
    Invariant(
        "one move for an accepted pick",
        "Every scan that took units has its ledger line, and every ledger line of a scan has its scan.",
        """
        SELECT 'move ' || m.id FROM ledger m WHERE m.scan_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM scan s WHERE s.scan_id = m.scan_id AND s.fate = 'accepted')
        """,
    ),
)


def prove(session: Session) -> list[dict[str, object]]:
    """Every invariant: `{"name", "say", "holds", "breaches": [sentence]}`, at most 20 breaches of each shown."""
    proofs = [_proof(session, one) for one in INVARIANTS]
    return [*proofs, _states(session), _receipts(session)]


def _proof(session: Session, one: Invariant) -> dict[str, object]:
    rows = session.execute(sa.text(f"SELECT * FROM ({one.breaches}) AS found LIMIT {MOST_SHOWN}")).all()  # noqa: S608
    return {"name": one.name, "say": one.say, "holds": not rows, "breaches": [str(row[0]) for row in rows]}


_COUNTED = [field.name for field in fields(Counters)]


def _states(session: Session) -> dict[str, object]:
    """The stored state of each order is the one its counters mean."""
    wrong = []
    for order in orders.every_order(session):
        counted: dict[str, Any] = dict(zip(_COUNTED, order[2:10], strict=True))
        meant = derive_state(Counters(**counted), held=bool(order.held))
        if meant != order.state:
            wrong.append(f"order {order.id}: {order.state}, its counters mean {meant}")
    return {"name": "a state is derived", "say": "The state of an order is the one that its counters mean.",
            "holds": not wrong, "breaches": wrong[:MOST_SHOWN]}


def _receipts(session: Session) -> dict[str, object]:
    """Events get all their receipts in the end: none has been open for long."""
    query = sa.text(
        "SELECT 'event ' || id || ' ' || name || ': ' || COALESCE(trouble, 'not rung') FROM outbox"
        " WHERE due IS NOT NULL AND at < :old LIMIT :most"
    ).bindparams(sa.bindparam("old", type_=UtcDateTime))
    rows = session.execute(query, {"old": clock.now() - timedelta(hours=1), "most": MOST_SHOWN}).scalars().all()
    return {"name": "every event has its receipts", "say": "No event has waited an hour for a reaction.",
            "holds": not rows, "breaches": [str(row) for row in rows]}
