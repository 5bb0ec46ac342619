"""Where lines stand in line, for a whole page in one statement."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session

from stowline.desk.words import MOST_COUNTED
from stowline.orders.models import OrderLine

_l = OrderLine.__table__.c  # type: ignore[attr-defined]


def places_in_line(session: Session, line_ids: Sequence[int]) -> dict[int, int]:
    """The place of each waiting line among the eligible ones of its product: 1 is served next.

    Counted to `MOST_COUNTED`, so a page costs the same however long the line is.
    """
    if not line_ids:
        return {}
    b = aliased(OrderLine.__table__).c  # type: ignore[attr-defined]
    before = sa.tuple_(b.priority, b.placed_at, b.id) < sa.tuple_(_l.priority, _l.placed_at, _l.id)
    ahead = (
        sa.select(sa.literal(1).label("one"))
        .where(b.product_id == _l.product_id, b.held.is_(False), b.ordered - b.cancelled > b.allocated, before)
        .limit(MOST_COUNTED)
        .correlate(OrderLine.__table__)  # type: ignore[attr-defined]
        .subquery()
    )
    count = sa.select(sa.func.count()).select_from(ahead).scalar_subquery().correlate(OrderLine.__table__)  # type: ignore[attr-defined]
    query = sa.select(_l.id, count).where(_l.id.in_(list(line_ids)))
    return {line_id: int(n) + 1 for line_id, n in session.execute(query)}
