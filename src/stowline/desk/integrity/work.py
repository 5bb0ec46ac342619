"""Invariants of orders and of the work on them: lines, pick lists, totes, parcels, labels, scans, messages."""

from dataclasses import fields
from typing import Any

from sqlmodel import Session

from stowline.desk.integrity.invariant import Finding, Invariant
from stowline.desk.integrity.stock import TELL
from stowline.orders import queries as orders
from stowline.orders.service import Counters, Way, derive_state

_COUNTED = [one.name for one in fields(Counters)]


def _states(session: Session) -> Finding:
    """Orders whose stored state is not the one that their counters mean; read in portions."""
    found = Finding()
    for order in orders.every_order(session):
        counted: dict[str, Any] = dict(zip(_COUNTED, order[2:10], strict=True))
        meant = derive_state(Counters(**counted), held=bool(order.held), way=Way(*order[11:]))
        if meant != order.state:
            found.add(f"order {order.id} is {order.state}, its counters mean {meant}")
    return found


ORDERS = (
    Invariant(
        "stages go down the line",
        "Ordered, allocated, released, picked, packed, handed over, returned: never more at a later stage.",
        TELL,
        """
        SELECT 'order ' || o.ref || ', line ' || k.position || ' (' || k.name || ')' FROM order_line k
        JOIN orders o ON o.id = k.order_id
        WHERE NOT (k.ordered - k.cancelled >= k.allocated AND k.allocated >= k.released AND k.released >= k.picked
            AND k.picked >= k.packed AND k.packed >= k.handed_over AND k.handed_over >= k.returned AND k.returned >= 0)
        """,
    ),
    Invariant(
        "an order is the sum of its lines",
        "The counters of an order are those of its lines added up.",
        TELL,
        """
        SELECT 'order ' || o.ref FROM orders o JOIN (SELECT order_id, SUM(ordered) AS a, SUM(cancelled) AS b,
            SUM(allocated) AS c, SUM(released) AS d, SUM(picked) AS e, SUM(packed) AS f, SUM(handed_over) AS g,
            SUM(returned) AS h FROM order_line GROUP BY order_id) AS k ON k.order_id = o.id
        WHERE o.ordered <> a OR o.cancelled <> b OR o.allocated <> c OR o.released <> d OR o.picked <> e
            OR o.packed <> f OR o.handed_over <> g OR o.returned <> h
        """,
    ),
    Invariant(
        "a state is derived",
        "The state of an order is the one that its counters mean.",
        TELL,
        ask=_states,
    ),
    Invariant(
        "nobody waits beside free stock",
        "No line waits while unpromised good stock of its product is in the house, but for units kept for another store.",
        "Receive, move or count one unit of the product: whatever changes its stock promises the free units at once.",
        """
        SELECT 'order ' || o.ref || ' waits for ' || (k.ordered - k.cancelled - k.allocated) || ' of ' || p.sku || ', '
            || (s.on_hand - s.promised) || ' are free'
        FROM order_line k JOIN stock_level s ON s.product_id = k.product_id JOIN orders o ON o.id = k.order_id
        JOIN product p ON p.id = k.product_id
        WHERE k.ordered - k.cancelled > k.allocated AND NOT k.held AND s.on_hand > s.promised
            AND s.on_hand - s.promised > (SELECT COALESCE(SUM(r.units), 0) FROM reserve r
                WHERE r.product_id = k.product_id AND r.store_id <> o.store_id)
        """,
    ),
    Invariant(
        "an order's parcels are counted",
        "How many parcels of an order are closed, by which it is known how many more there may be, is how many there are.",
        TELL,
        """
        SELECT 'order ' || o.ref || ': counts ' || o.parcels || ' closed parcels, there are ' || COALESCE(k.n, 0)
        FROM orders o LEFT JOIN (SELECT order_id, COUNT(*) AS n FROM parcel WHERE state NOT IN ('open', 'emptied') GROUP BY order_id) AS k
            ON k.order_id = o.id
        WHERE o.parcels <> COALESCE(k.n, 0)
        """,
    ),
    Invariant(
        "what is refunded does not leave",
        "Units that the shop refunded and that are here still are in a tote or a box, to be put back; the others are cancelled.",
        "Put them back at the pack bench.",
        """
        SELECT 'order ' || o.ref || ': ' || k.take_out || ' of ' || k.name || ' are to be put back, ' || (k.picked - k.handed_over) || ' are here'
        FROM order_line k JOIN orders o ON o.id = k.order_id WHERE k.take_out < 0 OR k.take_out > k.picked - k.handed_over
        UNION ALL
        SELECT 'order ' || o.ref || ': ' || r.n || ' of ' || k.name || ' are refunded as not sent, ' || (k.cancelled + k.take_out) || ' are cancelled'
        FROM order_line k JOIN orders o ON o.id = k.order_id
        JOIN (SELECT order_line_id, SUM(off) AS n, SUM(gone) AS g FROM shop_refund_line GROUP BY order_line_id) r ON r.order_line_id = k.id
        WHERE r.n > k.cancelled + k.take_out
        """,
    ),
    Invariant(
        "one order for a ref",
        "A shop's order ref stands for one order, however often the shop sent it.",
        "Cancel the copy that is not worked on yet.",
        "SELECT 'order ' || ref || ' stands ' || COUNT(*) || ' times' FROM orders GROUP BY store_id, ref HAVING COUNT(*) > 1",
    ),
    Invariant(
        "an order that was not taken can be retried",
        "What could not be taken in keeps its payload and says why, until somebody retries or dismisses it.",
        "Ask the shop to send the order again.",
        "SELECT 'intake error ' || id FROM intake_error WHERE solved_at IS NULL AND (payload = '' OR say = '')",
    ),
)

WORK = (
    Invariant(
        "a line is picked once",
        "What pick lines took for an order line is what the line counts as picked.",
        TELL,
        """
        SELECT 'order line ' || k.id || ': picked ' || k.picked || ', by pick lists ' || COALESCE(n.n, 0) FROM order_line k
        LEFT JOIN (SELECT order_line_id, SUM(picked) AS n FROM pick_line GROUP BY order_line_id) AS n
            ON n.order_line_id = k.id
        WHERE k.picked <> COALESCE(n.n, 0)
        """,
    ),
    Invariant(
        "one list for a task",
        "A cart or an order picked by hand has one open pick list, and a task has one holder.",
        "Release the task and take it again.",
        """
        SELECT task || ' has ' || COUNT(*) || ' open pick lists' FROM pick_list WHERE closed_at IS NULL
        GROUP BY task HAVING COUNT(*) > 1
        UNION ALL SELECT task || ' has ' || COUNT(*) || ' holders' FROM task_lease GROUP BY task HAVING COUNT(*) > 1
        """,
    ),
    Invariant(
        "a tote holds one order",
        "Goods in a tote belong to the order that the tote is given to.",
        "Bring the tote to the pack bench and sort what is in it by order.",
        """
        SELECT 'tote ' || t.code || ' holds goods and no order' FROM tote t JOIN balance b ON b.location_id = t.location_id
            AND b.qty > 0 WHERE t.order_id IS NULL
        UNION ALL
        SELECT 'tote ' || t.code || ' holds an order and is to get goods of another' FROM tote t
        JOIN pick_line n ON n.tote_id = t.id AND n.state = 'open' WHERE t.order_id IS NULL OR t.order_id <> n.order_id
        UNION ALL SELECT 'order ' || order_id || ' has ' || COUNT(*) || ' totes' FROM tote WHERE order_id IS NOT NULL
        GROUP BY order_id HAVING COUNT(*) > 1
        """,
    ),
    Invariant(
        "parcels hold what was packed",
        "What is in an order's parcels is what was packed for it.",
        "Open the parcel at the pack bench and check it in again.",
        """
        SELECT 'order line ' || k.id || ': packed ' || k.packed || ', in parcels ' || COALESCE(p.n, 0) FROM order_line k
        LEFT JOIN (SELECT order_line_id, SUM(qty) AS n FROM parcel_line GROUP BY order_line_id) AS p
            ON p.order_line_id = k.id
        WHERE k.packed <> COALESCE(p.n, 0)
        """,
    ),
    Invariant(
        "a parcel is handed over once",
        "A parcel is on a manifest exactly while it is handed over.",
        TELL,
        """
        SELECT 'parcel ' || p.code || ' is ' || p.state || CASE WHEN m.parcel_id IS NULL THEN ', on no manifest'
            ELSE ', on a manifest' END
        FROM parcel p LEFT JOIN manifest_parcel m ON m.parcel_id = p.id
        WHERE (p.state = 'handed_over') <> (m.parcel_id IS NOT NULL)
        """,
    ),
    Invariant(
        "one live label for a parcel",
        "A parcel has at most one live label, and one that is labelled has it.",
        "Do not ship the parcel. Tell whoever runs the server which labels it has.",
        """
        SELECT 'parcel ' || p.code || ' is ' || p.state || ' and has ' || COALESCE(n.n, 0) || ' live labels' FROM parcel p
        LEFT JOIN (SELECT parcel_id, COUNT(*) AS n FROM label WHERE void_at IS NULL GROUP BY parcel_id) AS n
            ON n.parcel_id = p.id
        WHERE COALESCE(n.n, 0) > 1 OR (p.state IN ('labelled', 'handed_over') AND COALESCE(n.n, 0) <> 1)
        """,
    ),
)

RECORDS = (
    Invariant(
        "one answer for a scan",
        "A scan id stands once in the log, with the answer that every repeat gets.",
        TELL,
        "SELECT 'scan ' || scan_id FROM scan GROUP BY scan_id HAVING COUNT(*) > 1"
        " UNION ALL SELECT 'scan ' || scan_id || ' has no answer' FROM scan WHERE reply = ''",
    ),
    Invariant(
        "every change has its event",
        "Each order has its OrderPlaced, each parcel that left its ParcelHandedOver.",
        TELL,
        """
        SELECT 'order ' || o.ref FROM orders o
        WHERE NOT EXISTS (SELECT 1 FROM outbox e WHERE e.subject = o.id AND e.name = 'OrderPlaced')
        UNION ALL
        SELECT 'parcel ' || p.code FROM parcel p WHERE p.state = 'handed_over'
        AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.subject = p.order_id AND e.name = 'ParcelHandedOver')
        """,
    ),
    Invariant(
        "every event has its receipts",
        "No event has waited an hour for a reaction.",
        "Look whether relay and workers run. The sentence says what stopped the reaction; it is tried again by itself.",
        """
        SELECT name || ' ' || id || ': ' || COALESCE(trouble, 'not rung yet') FROM outbox
        WHERE due IS NOT NULL AND at < :hour_ago
        """,
    ),
    Invariant(
        "one message for a fact",
        "For each business fact, recipient, kind and channel there is one message, and it has a reason where it did not go.",
        "Look at the message on the Messages page and decide there.",
        """
        SELECT key || ' stands ' || COUNT(*) || ' times' FROM message GROUP BY key HAVING COUNT(*) > 1
        UNION ALL SELECT key || ' is ' || state || ' without a reason' FROM message
        WHERE state IN ('skipped', 'unknown', 'dead') AND reason = ''
        """,
    ),
)
