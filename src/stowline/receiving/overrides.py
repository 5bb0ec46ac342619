"""Put-aways into another bin than the suggested one: kept, so that managers learn what the suggestion does not know."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.receiving.models import PutAwayOverride

_o = PutAwayOverride.__table__  # type: ignore[attr-defined]


def note(
    session: Session, *, product_id: int, lot: str, units: int, advised_id: int, location_id: int, why: str, who: str,
    scan_id: str,
) -> None:  # fmt: skip
    """Somebody knew better: these units went to `location_id`, `advised_id` was suggested, for this reason."""
    values = {"at": clock.now(), "product_id": product_id, "lot": lot, "units": units, "advised_id": advised_id,
              "location_id": location_id, "why": why[:200], "who": who[:120], "scan_id": scan_id}  # fmt: skip
    session.execute(sa.insert(_o).values(values))


def forget(session: Session, scan_id: str) -> None:
    """The put-away was undone; nothing happens if it was no override."""
    if scan_id:
        session.execute(sa.delete(_o).where(_o.c.scan_id == scan_id))
