"""Invariants of offers: what is held is held for an open one, an order has one at a time, no money without a choice."""

from stowline.desk.integrity.invariant import Invariant
from stowline.desk.integrity.stock import TELL

OFFERS = (
    Invariant(
        "a hold is for an open offer",
        "Stock is held for a choice only while its offer is open.",
        TELL,
        """
        SELECT h.units || ' of ' || p.sku || ' are held for offer ' || h.offer_id || ', which is ' || o.state FROM stock_hold h
        JOIN offer o ON o.id = h.offer_id JOIN product p ON p.id = h.product_id WHERE o.state <> 'open'
        """,
    ),
    Invariant(
        "one open offer for an order",
        "The shopper of an order has one offer at a time.",
        TELL,
        """
        SELECT 'order ' || r.ref || ' has ' || n.n || ' open offers' FROM
            (SELECT order_id, COUNT(*) AS n FROM offer WHERE state = 'open' GROUP BY order_id HAVING COUNT(*) > 1) AS n
        JOIN orders r ON r.id = n.order_id
        """,
    ),
    Invariant(
        "no money without a choice",
        "Whatever a shop was told to do because of a choice, that choice was made.",
        "Tell the shop not to do it, or settle the instruction by hand with a note.",
        """
        SELECT 'instruction ' || i.id || ' about order ' || i.order_ref || ' has no choice' FROM instruction i
        WHERE i.key LIKE 'offer:%' AND i.state <> 'withdrawn' AND NOT EXISTS (SELECT 1 FROM offer o
            WHERE o.order_id = i.order_id AND o.state = 'chosen' AND i.key LIKE 'offer:' || o.id || ':%')
        """,
    ),
)
