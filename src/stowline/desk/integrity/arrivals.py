"""Invariants of arrivals: what a purchase order says came is what came, receipt by receipt and in the ledger."""

from stowline.desk.integrity.invariant import Invariant
from stowline.inventory.queries import SUPPLIER

ARRIVALS = (
    Invariant(
        "a purchase order is the sum of its receipts",
        "What a line of a purchase order says came, damaged units too, is the sum of its receipts that nobody took back.",
        "Look at the receipts of that purchase order and at the goods, and tell whoever looks after Stowline.",
        """
        SELECT o.ref || ', line ' || l.position || ', ' || p.sku || ': ' || (l.received + l.over) || ' came, ' || l.damaged
            || ' of them damaged; its receipts add up to ' || COALESCE(r.units, 0) || ', ' || COALESCE(r.damaged, 0) || ' of them damaged'
        FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id JOIN product p ON p.id = l.product_id
        LEFT JOIN (SELECT purchase_order_line_id AS line, SUM(units) AS units,
                SUM(CASE WHEN condition = 'damaged' THEN units ELSE 0 END) AS damaged
            FROM goods_receipt WHERE undone_at IS NULL AND purchase_order_line_id IS NOT NULL
                AND product_id BETWEEN :low AND :high GROUP BY purchase_order_line_id) AS r ON r.line = l.id
        WHERE l.product_id BETWEEN :low AND :high
            AND (l.received + l.over <> COALESCE(r.units, 0) OR l.damaged <> COALESCE(r.damaged, 0))
        UNION ALL
        SELECT o.ref || ': a receipt of ' || p.sku || ' stands on its line of another product' FROM goods_receipt r
        JOIN purchase_order_line l ON l.id = r.purchase_order_line_id JOIN purchase_order o ON o.id = l.purchase_order_id
        JOIN product p ON p.id = r.product_id WHERE r.product_id BETWEEN :low AND :high AND r.product_id <> l.product_id
        """,
        by_product=True,
    ),
    Invariant(
        "a receipt is in the ledger",
        "The units of the receipts of a scan are those that the ledger has from the supplier by that scan; one taken back went back.",
        "Look at that scan and at the goods, and tell whoever looks after Stowline.",
        f"""
        SELECT p.sku || ', scan ' || k.s || ': receipts of ' || k.a || ', the ledger has ' || k.b
        FROM (SELECT p, s, SUM(a) AS a, SUM(b) AS b FROM (
            SELECT product_id AS p, scan_id AS s, units AS a, 0 AS b FROM goods_receipt
                WHERE scan_id IS NOT NULL AND product_id BETWEEN :low AND :high
            UNION ALL SELECT m.product_id, m.scan_id, 0, m.qty FROM ledger m
                WHERE m.from_id = {SUPPLIER} AND m.reason = 'receive' AND m.product_id BETWEEN :low AND :high
                AND EXISTS (SELECT 1 FROM goods_receipt r WHERE r.scan_id = m.scan_id)) AS w
            GROUP BY p, s HAVING SUM(a) <> SUM(b)) AS k JOIN product p ON p.id = k.p
        UNION ALL
        SELECT p.sku || ', scan ' || r.scan_id || ': its receipt ' || CASE WHEN r.undone_at IS NULL THEN 'stands, the scan was taken back'
            ELSE 'was taken back, the scan stands' END FROM goods_receipt r JOIN scan s ON s.scan_id = r.scan_id
        JOIN product p ON p.id = r.product_id
        WHERE r.product_id BETWEEN :low AND :high AND (r.undone_at IS NULL) <> (s.undone_by IS NULL)
        """,  # noqa: S608  (a number of ours)
        by_product=True,
    ),
)
