"""Photographs of packed boxes: drawn anew from what was sent, kept once in two sizes, a few of each parcel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import author, clock, pictures
from stowline.core.errors import NotFound, Refused
from stowline.core.pictures import Picture
from stowline.packing import queries
from stowline.packing.models import Parcel, ParcelPhoto

MOST, SMALL_PX = 3, 480
SIZES = ("large", "small")
ONLY_PIXELS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
"""Headers of an answer that is a photograph: whatever a browser takes it for, nothing in it runs."""
_photos = ParcelPhoto.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Shot:
    """What somebody took, drawn anew in both sizes."""

    large: Picture
    small: Picture


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph without its bytes; `width` and `height` are those of the small one, in px."""

    id: int
    parcel_id: int
    width: int
    height: int
    who: str
    at: datetime


def draw(content: bytes) -> Shot:
    """The photograph in these bytes; before anything is locked, as it takes a while. Raises Refused for what is none."""
    if not content:
        raise Refused("No photograph came. Take or choose one first.", where="photo")
    large = pictures.read(content)
    return Shot(large, pictures.read(content, longest=SMALL_PX))


def keep(session: Session, code: str, shot: Shot) -> bool:
    """Keep a photograph with a parcel, and whether it is new; the same one again changes nothing.

    Raises NotFound, and Refused for the fourth.
    """
    parcel = queries.lock(session, queries.parcel_by_code(session, code).id or 0)
    mine = _photos.c.parcel_id == parcel.id
    if session.execute(sa.select(_photos.c.id).where(mine, _photos.c.sha256 == shot.large.digest)).first() is not None:
        return False
    if len(of_parcels(session, [parcel.id or 0])[parcel.id or 0]) >= MOST:
        raise Refused(f"{parcel.code} has {MOST} photographs already. No more are kept.", where="photo")
    session.execute(sa.insert(_photos).values(
        parcel_id=parcel.id, mime=shot.large.mime, sha256=shot.large.digest, width=shot.small.width, height=shot.small.height,
        who=author.current().who[:120], at=clock.now(), content=shot.large.content, small=shot.small.content,
    ))  # fmt: skip
    return True


def drop(session: Session, parcel: Parcel, photo_id: int) -> None:
    """Throw a photograph away, such as one that shows too much; one that is gone stays gone."""
    if not 0 < photo_id < 2**31:
        return
    session.execute(sa.delete(_photos).where(_photos.c.id == photo_id, _photos.c.parcel_id == parcel.id))


def of_parcels(session: Session, parcel_ids: Sequence[int]) -> dict[int, list[Photo]]:
    """The photographs of each of these parcels, oldest first."""
    c = _photos.c
    found: dict[int, list[Photo]] = {parcel_id: [] for parcel_id in parcel_ids}
    query = sa.select(c.id, c.parcel_id, c.width, c.height, c.who, c.at).where(c.parcel_id.in_(list(parcel_ids)))
    for row in session.execute(query.order_by(c.id).limit(MOST * max(1, len(found)))):
        found[row.parcel_id].append(Photo(*row))
    return found


def content(session: Session, photo_id: int, parcel_ids: Sequence[int], *, small: bool = False) -> tuple[str, bytes]:
    """(media type, bytes) of a photograph of one of these parcels. Raises NotFound."""
    c = _photos.c
    query = sa.select(c.mime, c.small if small else c.content).where(c.id == photo_id, c.parcel_id.in_(list(parcel_ids)))
    found = session.execute(query).one_or_none() if 0 < photo_id < 2**31 else None
    if found is None:
        raise NotFound("There is no such photograph.", where="photo")
    return found[0], bytes(found[1])
