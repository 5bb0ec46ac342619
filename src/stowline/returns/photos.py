"""Pictures of what comes or came back: drawn anew from what was sent, kept once, a few of each return."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import author, clock, pictures
from stowline.core.errors import NotFound, Refused
from stowline.returns import queries
from stowline.returns.models import Rma, RmaPhoto

MOST = 24
_photos = RmaPhoto.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture without its bytes; `by` is `shopper` or `house`."""

    id: int
    by: str
    size: int
    who: str
    at: datetime
    line_id: int | None


def add(session: Session, ref: str, content: bytes, *, by: str = "house", line_id: int | None = None) -> None:
    """Keep a picture with a return (of one line of it); the same one again changes nothing.

    Raises Refused for what is no photograph, and for the twenty-fifth.
    """
    picture = pictures.read(content, where="photos")
    keep(session, queries.lock(session, ref), picture, by=by, line_id=line_id)


def keep(session: Session, rma: Rma, picture: pictures.Picture, *, by: str, line_id: int | None = None) -> None:
    """The same for a picture that was drawn anew before, and a return that is locked."""
    there = photos(session, rma)
    query = sa.select(_photos.c.id).where(_photos.c.rma_id == rma.id, _photos.c.sha256 == picture.digest)
    if session.execute(query).first() is not None:
        return
    if len(there) >= MOST:
        raise Refused(f"{rma.ref} has {MOST} photographs already. No more are kept.", where="photos")
    if line_id is not None and line_id not in {line.id for line in queries.lines(session, rma.id or 0)}:
        raise Refused("That line is of another return.", where="line")
    session.execute(sa.insert(_photos).values(
        rma_id=rma.id, line_id=line_id, by=by, mime=picture.mime, size=len(picture.content), sha256=picture.digest,
        who=author.current().who, at=clock.now(), content=picture.content,
    ))  # fmt: skip


def photos(session: Session, rma: Rma) -> list[Photo]:
    """The pictures of a return, oldest first."""
    c = _photos.c
    query = sa.select(c.id, c.by, c.size, c.who, c.at, c.line_id).where(c.rma_id == rma.id).order_by(c.id).limit(MOST)
    return [Photo(*row) for row in session.execute(query)]


def photo(session: Session, ref: str, photo_id: int) -> tuple[str, str, bytes]:
    """(file name, media type, bytes) of one picture of a return. Raises NotFound."""
    rma = queries.by_ref(session, ref)
    query = sa.select(_photos.c.mime, _photos.c.content).where(_photos.c.id == photo_id, _photos.c.rma_id == rma.id)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"{ref} has no such photograph.", where="photo")
    return f"{ref}-{photo_id}.jpg", found[0], bytes(found[1])
