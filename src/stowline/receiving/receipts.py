"""What came in, when: one row a receipt, from which lead times are learned. An undone one stays, and says so."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import author, clock, outbox
from stowline.core.hot import Hot
from stowline.receiving.models import GoodsReceipt

_r = GoodsReceipt.__table__  # type: ignore[attr-defined]
_NOTE = Hot(
    "INSERT INTO goods_receipt (at, purchase_order_line_id, product_id, units, condition, who, scan_id)"
    " VALUES (:at, :line, :p, :n, :c, :w, :s)"
)


def note(session: Session, *, line_id: int | None, product_id: int, units: int, condition: str = "good") -> None:
    """These units came in just now, by the scan that is being carried out."""
    _NOTE.later(session, at=clock.now(), line=line_id, p=product_id, n=units, c=condition, w=author.current().who,
                s=outbox.cause.get())


def undo(session: Session, scan_id: str, product_ids: Iterable[int] = ()) -> None:
    """What this scan brought in did not come after all; of these products only, if any are named."""
    if not scan_id:
        return
    mine = sa.update(_r).where(_r.c.scan_id == scan_id, _r.c.undone_at.is_(None))
    wanted = list(product_ids)
    session.execute((mine.where(_r.c.product_id.in_(wanted)) if wanted else mine).values(undone_at=clock.now()))
