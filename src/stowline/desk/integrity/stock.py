"""Invariants of stock: bins, the ledger, levels, promises, what work has in hand."""

from stowline.desk.integrity.invariant import Invariant

COUNT_IT = "Count this product in this bin; the count posts the difference. Then tell whoever runs the server: no scan does this."
TELL = "Do nothing by hand. Tell whoever runs the server, who runs “stowline check --rebuild” and decides on “--repair”."


def _which(row: str) -> str:
    """SQL for a place of stock in words: "MUG in A-01-1, lot L7"; `row` has lot, serial, c; `p` and `l` are joined."""
    return (
        f"p.sku || ' in ' || l.code || CASE WHEN {row}.lot <> '' THEN ', lot ' || {row}.lot ELSE '' END"
        f" || CASE WHEN {row}.serial <> '' THEN ', serial ' || {row}.serial ELSE '' END"
        f" || CASE WHEN {row}.c <> 'good' THEN ', ' || {row}.c ELSE '' END"
    )


_NAMED = "JOIN product p ON p.id = k.p JOIN location l ON l.id = k.l"

# What speaks for units in a bin, by (product, place, lot, serial): open pick lines where they are to be taken, units
# that are picked and not packed yet where they were put, parcels that have not left; and what is kept for orders on the
# backorder shelf, or at the dock on its way there.
BOUND = """
    SELECT product_id AS p, from_id AS l, lot, serial, qty - picked AS n FROM pick_line WHERE state = 'open' AND qty > picked
    UNION ALL SELECT t.product_id, t.to_id, t.lot, t.serial, t.picked FROM order_line o
        JOIN pick_line t ON t.order_id = o.order_id AND t.order_line_id = o.id WHERE o.picked > o.packed AND t.picked > 0
    UNION ALL SELECT i.product_id, a.from_id, i.lot, i.serial, -i.qty FROM order_line o
        JOIN parcel a ON a.order_id = o.order_id JOIN parcel_line i ON i.parcel_id = a.id AND i.order_line_id = o.id
        WHERE o.picked > o.packed AND i.qty > 0
    UNION ALL SELECT i.product_id, a.at_id, i.lot, i.serial, i.qty FROM parcel a
        JOIN parcel_line i ON i.parcel_id = a.id WHERE a.state IN ('open', 'sealed', 'labelled') AND i.qty > 0
    UNION ALL SELECT product_id, at_id, lot, serial, qty FROM shelf_line WHERE state IN ('open', 'on_shelf')
"""

STOCK = (
    Invariant(
        "balance is the sum of the ledger",
        "What the books have of a product in a bin (of a lot, a serial, in a condition) is what ever came into it less what left it.",
        TELL,
        f"""
        SELECT {_which("k")} || ': the books have ' || k.have || ', the ledger adds up to ' || k.n
        FROM (SELECT p, l, lot, serial, c, SUM(have) AS have, SUM(n) AS n FROM (
            SELECT product_id AS p, to_id AS l, lot, serial, to_condition AS c, 0 AS have, qty AS n FROM ledger
            WHERE to_id > 4 AND product_id BETWEEN :low AND :high
            UNION ALL SELECT product_id, from_id, lot, serial, from_condition, 0, -qty FROM ledger
            WHERE from_id > 4 AND product_id BETWEEN :low AND :high
            UNION ALL SELECT product_id, location_id, lot, serial, condition, qty, 0 FROM balance
            WHERE qty <> 0 AND product_id BETWEEN :low AND :high) AS m
            GROUP BY p, l, lot, serial, c HAVING SUM(have) <> SUM(n)) AS k {_NAMED}
        """,  # noqa: S608  (our own words)
        by_product=True,
    ),
    Invariant(
        "the ledger has whole moves",
        "Each move has at least one whole unit and two different ends.",
        TELL,
        "SELECT 'move ' || id FROM ledger WHERE qty < 1 OR (from_id = to_id AND from_condition = to_condition)",
    ),
    Invariant(
        "every move names who",
        "Since moves name who made them, none is without a name.",
        "Ask whoever runs the server which program writes into the database past Stowline.",
        """
        SELECT 'move ' || id || ' (' || reason || ')' FROM ledger
        WHERE who = '' AND id > (SELECT id FROM ledger WHERE who <> '' ORDER BY id LIMIT 1)
        """,
    ),
    Invariant(
        "one move for an accepted scan",
        "Every ledger line that a scan made has its scan in the log, and that scan was accepted.",
        TELL,
        """
        SELECT 'move ' || m.id || ' of scan ' || m.scan_id FROM ledger m WHERE m.scan_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM scan s WHERE s.scan_id = m.scan_id AND s.fate = 'accepted')
        """,
    ),
    Invariant(
        "nothing is below zero",
        "On hand is never negative, and no more is spoken for in a bin than lies there.",
        COUNT_IT,
        f"""
        SELECT {_which("k")} || ': ' || k.qty || ' units, ' || k.bound || ' spoken for'
        FROM (SELECT product_id AS p, location_id AS l, lot, serial, condition AS c, qty, bound FROM balance
            WHERE qty < 0 OR bound < 0 OR bound > qty) AS k {_NAMED}
        """,  # noqa: S608
    ),
    Invariant(
        "a serial is in one place",
        "A serial number is one unit: it lies in one place of the house at most.",
        "Look for the unit with this serial. Scan the bin where it really is, and adjust the other one away.",
        """
        SELECT p.sku || ' serial ' || k.serial || ': ' || k.n || ' units in ' || k.places || ' places'
        FROM (SELECT product_id, serial, SUM(qty) AS n, COUNT(*) AS places FROM balance WHERE serial <> '' AND qty > 0
            GROUP BY product_id, serial HAVING SUM(qty) > 1) AS k JOIN product p ON p.id = k.product_id
        """,
    ),
    Invariant(
        "told apart where the product says so",
        "Every unit on hand of a product with lots has its lot, of one with serials its serial; and the lot is known.",
        "Count this product in this bin and scan the lot or serial of what lies there.",
        f"""
        SELECT {_which("k")} || ': ' || k.qty || CASE WHEN k.lot <> '' AND k.unknown THEN ' units of a lot that nobody entered'
            WHEN k.wants_lot AND k.lot = '' THEN ' units without lot' ELSE ' units without serial' END
        FROM (SELECT b.product_id AS p, b.location_id AS l, b.lot, b.serial, b.condition AS c, b.qty, g.lots AS wants_lot,
                t.id IS NULL AS unknown
            FROM balance b JOIN product g ON g.id = b.product_id
            LEFT JOIN lot t ON t.product_id = b.product_id AND t.code = b.lot
            WHERE b.qty > 0 AND ((g.lots AND b.lot = '') OR (g.serials AND b.serial = '') OR (b.lot <> '' AND t.id IS NULL))
        ) AS k {_NAMED}
        """,  # noqa: S608
    ),
    Invariant(
        "a held lot is not for sale",
        "No unit of a lot that is held (recalled, in doubt, past its last day) lies free among the good ones.",
        "Put the units of this lot on hold: scan the bin, the product and its lot at “Quarantine”.",
        f"""
        SELECT {_which("k")} || ': ' || k.n || ' good units, though the lot is held: ' || k.held
        FROM (SELECT b.product_id AS p, b.location_id AS l, b.lot, b.serial, b.condition AS c, b.qty - b.bound AS n, t.held
            FROM lot t JOIN balance b ON b.product_id = t.product_id AND b.lot = t.code
            WHERE t.held <> '' AND b.condition = 'good' AND b.qty > b.bound AND NOT EXISTS (SELECT 1 FROM timer w
                WHERE w.kind = 'lot-on-hold' AND w.ref = CAST(t.id AS TEXT))) AS k {_NAMED}
        UNION ALL
        SELECT p.sku || ', lot ' || t.code || ' ended on ' || t.expires_on || ' and is not held' FROM lot t
        JOIN product p ON p.id = t.product_id WHERE t.held = '' AND t.expires_on < :two_days_ago
            AND EXISTS (SELECT 1 FROM balance b WHERE b.product_id = t.product_id AND b.lot = t.code AND b.qty > 0)
        """,  # noqa: S608
    ),
    Invariant(
        "on hand is the sum of the bins",
        "Good stock of a product is what all bins hold of it.",
        TELL,
        """
        SELECT p.sku || ': on hand ' || COALESCE(s.on_hand, 0) || ', in bins ' || COALESCE(b.n, 0)
        FROM product p
        LEFT JOIN stock_level s ON s.product_id = p.id
        LEFT JOIN (SELECT product_id, SUM(qty) AS n FROM balance WHERE condition = 'good'
            AND product_id BETWEEN :low AND :high GROUP BY product_id) AS b ON b.product_id = p.id
        WHERE p.id BETWEEN :low AND :high AND COALESCE(s.on_hand, 0) <> COALESCE(b.n, 0)
        """,
        by_product=True,
    ),
    Invariant(
        "promised is the sum of the orders",
        "What is promised of a product is what its order lines were promised and have not got yet, and what is held for offers; it is on hand.",
        TELL,
        """
        SELECT p.sku || ': promised ' || COALESCE(s.promised, 0) || ' of ' || COALESCE(s.on_hand, 0) || ' on hand, to order lines and offers '
            || COALESCE(o.n, 0)
        FROM product p
        LEFT JOIN stock_level s ON s.product_id = p.id
        LEFT JOIN (SELECT product_id, SUM(n) AS n FROM (
            SELECT product_id, allocated - handed_over AS n FROM order_line WHERE allocated <> handed_over
                AND product_id BETWEEN :low AND :high
            UNION ALL SELECT product_id, units FROM stock_hold WHERE product_id BETWEEN :low AND :high) AS w
            GROUP BY product_id) AS o ON o.product_id = p.id
        WHERE p.id BETWEEN :low AND :high
            AND (COALESCE(s.promised, 0) <> COALESCE(o.n, 0) OR s.promised > s.on_hand OR s.promised < 0)
        """,
        by_product=True,
    ),
    Invariant(
        "bound is the sum of the work",
        "What is spoken for in a bin (of a lot, a serial) is what open pick lines want from it and what totes and parcels hold there.",
        TELL,
        f"""
        SELECT {_which("k")} || ': spoken for ' || k.have || ', by work ' || k.n
        FROM (SELECT p, l, lot, serial, c, SUM(have) AS have, SUM(n) AS n FROM (
            SELECT p, l, lot, serial, 'good' AS c, 0 AS have, n FROM ({BOUND}) AS w
            UNION ALL SELECT product_id, location_id, lot, serial, condition, bound, 0 FROM balance WHERE bound <> 0) AS m
            GROUP BY p, l, lot, serial, c HAVING SUM(have) <> SUM(n)) AS k {_NAMED}
        """,  # noqa: S608
    ),
    Invariant(
        "a short bin is to be counted",
        "Every bin that ran short has its missing units on hold there, and is on the list of bins to count.",
        "Count this product in this bin.",
        """
        SELECT p.sku || ' in ' || l.code || ': ' || c.missing || ' units are missing, ' || COALESCE(b.qty, 0) || ' are on hold'
        FROM count_request c JOIN product p ON p.id = c.product_id JOIN location l ON l.id = c.location_id
        LEFT JOIN balance b ON b.product_id = c.product_id AND b.location_id = c.location_id AND b.lot = c.lot
            AND b.serial = c.serial AND b.condition = 'hold'
        WHERE c.done_at IS NULL AND c.missing > COALESCE(b.qty, 0)
        UNION ALL
        SELECT p.sku || ' ran short in ' || l.code || ' (move ' || m.id || '), and nobody was asked to count it'
        FROM ledger m JOIN product p ON p.id = m.product_id JOIN location l ON l.id = m.to_id
        WHERE m.reason = 'short' AND NOT EXISTS (SELECT 1 FROM count_request c WHERE c.product_id = m.product_id
            AND c.location_id = m.to_id AND c.lot = m.lot AND c.serial = m.serial)
        """,
    ),
)
