"""Which bins wait for a count, for whom, and what a counter sees of the own count."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.queries import Product
from stowline.inventory import counts, sheets
from stowline.inventory.models import CountRequest, Location
from stowline.inventory.sheets import CountEntry, CountSheet
from stowline.scanning import queries as scans
from stowline.scanning.service import Holder

_asked, _l, _p = CountRequest.__table__.c, Location.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_entry, _sheet = CountEntry.__table__.c, CountSheet.__table__.c  # type: ignore[attr-defined]
LOOKED_AT = 200


def bins(session: Session, holder: Holder, after: tuple[int, int, int] | None, limit: int) -> list[sa.Row[Any]]:
    """Bins to count, most urgent first, then along the walk: (id, code, zone, priority, sequence). Those that this holder
    must not count, having counted them first, are left out.
    """
    urgent = sa.func.min(_asked.priority)
    query = (
        sa.select(_l.id, _l.code, _l.zone, urgent.label("priority"), _l.sequence)
        .select_from(CountRequest)
        .join(Location, _l.id == _asked.location_id)
        .where(_asked.done_at.is_(None), _asked.location_id.not_in(list(counts.barred(session, holder))))
        .group_by(_l.id, _l.code, _l.zone, _l.sequence)
    )
    if after is not None:
        place = sa.tuple_(urgent, _l.sequence, _l.id)
        query = query.having(place > sa.tuple_(*(sa.bindparam(None, n) for n in after)))
    return list(session.execute(query.order_by(urgent, _l.sequence, _l.id).limit(limit)))


def suggested(session: Session, holder: Holder) -> str | None:
    """The code of the bin to count next: the most urgent one that nobody else is at."""
    rows = bins(session, holder, None, LOOKED_AT)
    held = scans.leases(session, [f"count:{row.code}" for row in rows])
    free = (row.code for row in rows if (one := held.get(f"count:{row.code}")) is None or one.holder == holder.key)
    return next(free, None)


def kept_blind(session: Session, codes: Iterable[str]) -> set[str]:
    """Those of these bins that wait for a count or are being counted: nobody on the floor is told what the books have."""
    waits = sa.select(_asked.id).where(_asked.location_id == _l.id, _asked.done_at.is_(None))
    counted = sa.select(_sheet.id).where(_sheet.location_id == _l.id, _sheet.state == sheets.OPEN)
    query = sa.select(_l.code).where(_l.code.in_(list(codes)), sa.or_(waits.exists(), counted.exists()))
    return set(session.execute(query).scalars())


def waiting(session: Session, most: int = 1000) -> int:
    """How many bins wait for a count, counted to `most`."""
    some = sa.select(_asked.location_id).where(_asked.done_at.is_(None)).distinct().limit(most)
    return int(session.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one())


def counted_so_far(session: Session, sheet_id: int, limit: int) -> list[dict[str, Any]]:
    """What stands on a counter's sheet: the own numbers, never those of the books."""
    query = (
        sa.select(_p.name, _p.sku, _entry.lot, _entry.serial, _entry.counted)
        .select_from(CountEntry)
        .join(Product, _p.id == _entry.product_id)
        .where(_entry.sheet_id == sheet_id)
        .order_by(_entry.at.desc(), _entry.id.desc())
    )
    return [{"name": name + _which(lot, serial), "sku": sku, "bin": None, "done": counted, "of": 0, "state": "done"}
            for name, sku, lot, serial, counted in session.execute(query.limit(limit))]


def _which(lot: str, serial: str) -> str:
    return f", serial {serial}" if serial else f", lot {lot}" if lot else ""
