"""Pick faces: which bins a product is picked from, and how full they are kept."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import author
from stowline.core.errors import Refused
from stowline.inventory import needs, queries
from stowline.inventory.models import Location, PickFace
from stowline.people import service as people

MOST = 10_000_000
FACES_OF_ONE = 20
_f, _l = PickFace.__table__, Location.__table__.c  # type: ignore[attr-defined]


def put_face(session: Session, product_id: int, bin_code: str, least: int, most: int) -> str:
    """A bin is a pick face of a product, kept between so many free units and so many units: "new", "changed" or "same".

    Raises Refused for a bin that is not picked from or is closed, NotFound for one nobody knows.
    """
    place = queries.location_by_code(session, bin_code)
    if place.kind != "pick" or not place.active:
        raise Refused(f"{place.code} is no open picking bin: only those are pick faces.", where="bin")
    if not 0 <= least <= most or not 0 < most <= MOST:
        raise Refused("A pick face has a most of 1 or more units, and a fewest from 0 up to that.", where="max")
    known = session.get(PickFace, (product_id, place.id), populate_existing=True)
    if known is not None and (known.min_units, known.max_units) == (least, most):
        return "same"
    if known is None:
        _refuse_more(session, product_id)
    values = {"product_id": product_id, "location_id": place.id, "min_units": least, "max_units": most}
    session.execute(_PUT, values)
    needs.due(session, product_id)
    _note(session, product_id, "Pick face set", f"{place.code}, {least:,} to {most:,} units")
    return "changed" if known is not None else "new"


_PUT = sa.text(
    "INSERT INTO pick_face (product_id, location_id, min_units, max_units)"
    " VALUES (:product_id, :location_id, :min_units, :max_units) ON CONFLICT (product_id, location_id)"
    " DO UPDATE SET min_units = excluded.min_units, max_units = excluded.max_units"
)


def _refuse_more(session: Session, product_id: int) -> None:
    query = sa.select(sa.func.count()).select_from(_f).where(_f.c.product_id == product_id)
    if session.execute(query).scalar_one() >= FACES_OF_ONE:
        raise Refused(f"A product has at most {FACES_OF_ONE} pick faces.", where="bin")


def drop_face(session: Session, product_id: int, bin_code: str) -> None:
    """A bin is no pick face of a product any more; nothing happens if it was none. Raises NotFound for an unknown bin."""
    place = queries.location_by_code(session, bin_code)
    gone = sa.delete(_f).where(_f.c.product_id == product_id, _f.c.location_id == place.id)
    if session.execute(gone).rowcount:  # type: ignore[attr-defined]
        _note(session, product_id, "Pick face taken away", place.code)


def faces_of(session: Session, product_id: int) -> list[tuple[str, int, int]]:
    """(bin, fewest, most units) of each pick face of a product, in the order of the walk."""
    query = (
        sa.select(_l.code, _f.c.min_units, _f.c.max_units)
        .join(Location, _l.id == _f.c.location_id)
        .where(_f.c.product_id == product_id)
        .order_by(_l.sequence, _l.code)
        .limit(FACES_OF_ONE)
    )
    return [(code, least, most) for code, least, most in session.execute(query)]


def _note(session: Session, product_id: int, what: str, about: str) -> None:
    people.note(session, author.current().who, what, f"{queries.sku(session, product_id)}: {about}"[:200])
