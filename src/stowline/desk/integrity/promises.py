"""Invariants of promises to those who wait."""

from stowline.desk.integrity.invariant import Invariant
from stowline.desk.integrity.stock import TELL

PROMISES = (
    Invariant(
        "what stands is the last promise",
        "The promise that stands for a line is the last one that was kept for it, and its days are in order.",
        TELL,
        """
        SELECT 'order line ' || s.order_line_id || ': revision ' || s.revision || ' stands' FROM promise_standing s
        LEFT JOIN promise p ON p.order_line_id = s.order_line_id AND p.revision = s.revision
        WHERE p.id IS NULL OR COALESCE(p.p90, DATE('1970-01-01')) <> COALESCE(s.p90, DATE('1970-01-01')) OR s.p50 > s.p90
            OR (s.p50 IS NULL) <> (s.p90 IS NULL)
            OR EXISTS (SELECT 1 FROM promise n WHERE n.order_line_id = s.order_line_id AND n.revision > s.revision)
        """,
    ),
)
