"""Invariants of the backorder shelf."""

from stowline.desk.integrity.invariant import Invariant

CLEAR = "Look at the shelf's page which order the slot is for. Take out what is not its own and put it away."

SHELF = (
    Invariant(
        "a slot holds one order",
        "What is kept in a slot of the backorder shelf, on its way there, or to be picked from there, is for the order that has the slot.",
        CLEAR,
        """
        SELECT 'slot ' || l.code || ' is for order ' || COALESCE(CAST(s.order_id AS TEXT), 'none') || ', kept there: order ' || n.order_id
        FROM shelf_line n JOIN location l ON l.id = n.slot_id LEFT JOIN shelf_slot s ON s.location_id = n.slot_id
        WHERE n.state IN ('open', 'on_shelf') AND (s.order_id IS NULL OR s.order_id <> n.order_id)
        UNION ALL
        SELECT 'slot ' || l.code || ' is for order ' || COALESCE(CAST(s.order_id AS TEXT), 'none') || ', picked from: order ' || p.order_id
        FROM pick_line p JOIN location l ON l.id = p.from_id AND l.kind = 'backorder' LEFT JOIN shelf_slot s ON s.location_id = l.id
        WHERE p.state = 'open' AND p.qty > p.picked AND (s.order_id IS NULL OR s.order_id <> p.order_id)
        """,
    ),
    Invariant(
        "what is on the shelf belongs to its order",
        "No more is kept for an order line than is promised to it and on no pick list; it lies in its slot, or at a dock.",
        CLEAR,
        """
        SELECT 'order line ' || n.order_line_id || ': kept ' || SUM(n.qty) || ', promised ' || (k.allocated - k.released)
        FROM shelf_line n JOIN order_line k ON k.id = n.order_line_id WHERE n.state IN ('open', 'on_shelf')
        GROUP BY n.order_line_id, k.allocated, k.released HAVING SUM(n.qty) > k.allocated - k.released
        UNION ALL
        SELECT 'line ' || n.id || ' of the shelf is ' || n.state || ' in ' || l.code FROM shelf_line n JOIN location l ON l.id = n.at_id
        WHERE (n.state = 'on_shelf' AND n.at_id <> COALESCE(n.slot_id, 0)) OR (n.state = 'open' AND l.kind <> 'dock')
        UNION ALL
        SELECT 'line ' || n.id || ' of the shelf is for another order than its order line' FROM shelf_line n
        JOIN order_line k ON k.id = n.order_line_id WHERE n.state IN ('open', 'on_shelf') AND k.order_id <> n.order_id
        """,
    ),
)
