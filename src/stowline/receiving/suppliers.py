"""Who we buy from. The same name is the same supplier."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.core.errors import NotFound
from stowline.receiving.models import Supplier

_s = Supplier.__table__  # type: ignore[attr-defined]


def named(session: Session, name: str) -> int | None:
    """The supplier of this name, made if it is new; None for no name."""
    if not name:
        return None
    mine = sa.select(_s.c.id).where(_s.c.name == name)
    found = session.execute(mine).scalar_one_or_none()
    if found is None:
        session.execute(_NEW, {"name": name, "at": clock.now()})
        found = session.execute(mine).scalar_one()
    return int(found)


_NEW = sa.text("INSERT INTO supplier (name, created_at) VALUES (:name, :at) ON CONFLICT (name) DO NOTHING").bindparams(
    sa.bindparam("at", type_=_s.c.created_at.type)
)


def by_id(session: Session, supplier_id: int) -> Supplier:
    """A supplier by its number. Raises NotFound."""
    found = session.get(Supplier, supplier_id) if supplier_id < 2**31 else None
    if found is None:
        raise NotFound("There is no such supplier.")
    return found


def change(session: Session, supplier_id: int, *, email: str, over_percent: int) -> None:
    """Their e-mail address, and how much more than ordered is taken in unasked, in percent."""
    found = by_id(session, supplier_id)
    found.email, found.over_percent = email, over_percent
    session.add(found)
