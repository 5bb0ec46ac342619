"""Invariants of kits: an order's kit is whole, and a kit has no stock of its own."""

from stowline.desk.integrity.invariant import Invariant
from stowline.desk.integrity.stock import TELL

KITS = (
    Invariant(
        "a kit is sold whole",
        "Each part of a kit on an order has as many units as its kits need, is cancelled in whole kits, and costs nothing of its own.",
        TELL,
        """
        SELECT 'order ' || o.ref || ', kit ' || p.sku || ': ' || l.ordered || ' of ' || q.sku || ', ' || l.cancelled
            || ' cancelled, for ' || k.quantity || ' kits of ' || l.per_kit
        FROM order_kit k JOIN order_line l ON l.kit_id = k.id JOIN orders o ON o.id = k.order_id
        JOIN product p ON p.id = k.product_id JOIN product q ON q.id = l.product_id
        WHERE l.ordered <> l.per_kit * k.quantity OR l.order_id <> k.order_id OR l.unit_price <> 0
            OR l.cancelled + l.take_out <> l.per_kit * (SELECT MIN((s.cancelled + s.take_out) / s.per_kit) FROM order_line s
                WHERE s.order_id = k.order_id AND s.kit_id = k.id)
        UNION ALL
        SELECT 'order ' || o.ref || ', kit ' || p.sku || ' has no parts' FROM order_kit k
        JOIN orders o ON o.id = k.order_id JOIN product p ON p.id = k.product_id
        WHERE NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = k.order_id AND l.kit_id = k.id)
        """,
    ),
    Invariant(
        "a kit lies nowhere",
        "No unit of a kit is in the house or waited for as one piece: its parts are. No kit is part of a kit.",
        "Take the units of the kit out of the books and its parts in; make the order again that waits for it as one piece.",
        """
        SELECT b.qty || ' of kit ' || p.sku || ' lie in ' || l.code FROM kit_part k JOIN product p ON p.id = k.kit_id
        JOIN balance b ON b.product_id = k.kit_id JOIN location l ON l.id = b.location_id
        WHERE b.qty > 0 AND k.position = 1
        UNION ALL
        SELECT 'order ' || o.ref || ' waits for kit ' || p.sku || ' as one piece' FROM kit_part k
        JOIN order_line l ON l.product_id = k.kit_id AND l.ordered - l.cancelled > l.allocated
        JOIN orders o ON o.id = l.order_id JOIN product p ON p.id = k.kit_id WHERE k.position = 1
        UNION ALL
        SELECT 'kit ' || p.sku || ' is part of another kit' FROM kit_part k JOIN product p ON p.id = k.kit_id
        WHERE k.position = 1 AND EXISTS (SELECT 1 FROM kit_part outer_kit WHERE outer_kit.part_id = k.kit_id)
        """,
    ),
)  # fmt: skip
