"""Invariants of counts: what was posted is what was found to differ, and a second opinion is somebody else's."""

from stowline.desk.integrity.invariant import Invariant
from stowline.desk.integrity.stock import TELL
from stowline.inventory.queries import ADJUSTMENT

_TAKEN_BACK = "EXISTS (SELECT 1 FROM scan s WHERE s.scan_id = m.scan_id AND s.undone_by IS NOT NULL)"

_TWICE = """
    SELECT p.sku || ' in ' || l.code || ': ' || MIN(s.who) || ' counted it ' || COUNT(*) || ' times' FROM count_entry e
    JOIN count_sheet s ON s.id = e.sheet_id JOIN product p ON p.id = e.product_id JOIN location l ON l.id = e.location_id
    WHERE e.request_id IS NOT NULL GROUP BY e.request_id, {who}, p.sku, l.code HAVING COUNT(*) > 1
"""

COUNTED = (
    Invariant(
        "counts post their difference",
        "What counts moved into a bin and out of it is the sum of the differences that they found there, but for what was taken back.",
        TELL,
        f"""
        SELECT p.sku || ' in ' || l.code || CASE WHEN k.lot <> '' THEN ', lot ' || k.lot ELSE '' END
            || CASE WHEN k.serial <> '' THEN ', serial ' || k.serial ELSE '' END || ': counts posted ' || k.a || ', the ledger has ' || k.b
        FROM (SELECT p, l, lot, serial, SUM(a) AS a, SUM(b) AS b FROM (
            SELECT product_id AS p, location_id AS l, lot, serial, posted AS a, 0 AS b FROM count_entry WHERE posted <> 0
            UNION ALL SELECT m.product_id, m.to_id, m.lot, m.serial, 0, m.qty FROM ledger m
                WHERE m.reason = 'count' AND m.from_id = {ADJUSTMENT} AND NOT {_TAKEN_BACK}
            UNION ALL SELECT m.product_id, m.from_id, m.lot, m.serial, 0, -m.qty FROM ledger m
                WHERE m.reason = 'count' AND m.to_id = {ADJUSTMENT} AND NOT {_TAKEN_BACK}) AS w
            GROUP BY p, l, lot, serial HAVING SUM(a) <> SUM(b)) AS k
        JOIN product p ON p.id = k.p JOIN location l ON l.id = k.l
        """,  # noqa: S608  (a number of ours)
    ),
    Invariant(
        "a second count is somebody else's",
        "Where a count was doubted, nobody who counted counted again.",
        "Have the bin counted by somebody who has not counted it yet.",
        " UNION ".join(_TWICE.format(who=who) for who in ("s.holder", "LOWER(s.who)")),
    ),
)
