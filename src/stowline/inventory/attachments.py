"""Photographs and PDFs that an adjustment has to show. What a file is, its first bytes say, never its name."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import author, clock
from stowline.core.errors import NotFound, Refused
from stowline.inventory import adjustments
from stowline.inventory.adjustment_models import Adjustment, Attachment

LARGEST, MOST = 5_000_000, 5  # bytes of one file, files of one adjustment
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/pdf": "pdf"}
_files = Attachment.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class File:
    """A file without its bytes. `file` is the name that it is served under, `name` what its sender called it."""

    id: int
    name: str
    mime: str
    size: int
    who: str
    at: datetime
    ref: str

    @property
    def file(self) -> str:
        """Ours, so that no header carries what a stranger wrote."""
        return f"{self.ref}-{self.id}.{ENDINGS[self.mime]}"

    @property
    def is_picture(self) -> bool:
        """Whether a page may show it."""
        return self.mime.startswith("image/")


def kind_of(content: bytes) -> str | None:
    """The media type by the first bytes: PNG, JPEG, WebP (RIFF container) or PDF; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and len(content) > 20:
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if content.startswith((b"%PDF-1.", b"%PDF-2.")) else None


def attach(session: Session, ref: str, name: str, content: bytes) -> None:
    """Keep a file with an adjustment; the same file again changes nothing.

    Raises Refused for a sixth file, one that is empty or larger than 5 MB, and what is no PNG, JPEG, WebP or PDF.
    """
    shown = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())[:120] or "file"
    mime = kind_of(content)
    if len(content) > LARGEST:
        raise Refused(f"{shown[:60]} has {len(content):,} bytes. At most {LARGEST:,} are kept: send a smaller picture.",
                      where="files")  # fmt: skip
    if mime is None:
        raise Refused(f"{shown[:60]} is no PNG, JPEG, WebP or PDF. Send a photograph or a PDF.", where="files")
    row = adjustments.by_ref(session, ref)
    session.exec(select(Adjustment.id).where(Adjustment.id == row.id).with_for_update()).one()
    there = dict(session.execute(sa.select(_files.c.sha256, _files.c.id).where(_files.c.adjustment_id == row.id)).all())
    digest = hashlib.sha256(content).hexdigest()
    if digest in there:
        return
    if len(there) >= MOST:
        raise Refused(f"{ref} has {MOST} files already. No more are kept.", where="files")
    session.execute(sa.insert(_files).values(
        adjustment_id=row.id, name=shown, mime=mime, size=len(content), sha256=digest, who=author.current().who,
        at=clock.now(), content=content))  # fmt: skip


def of(session: Session, row: Adjustment) -> list[File]:
    """The files of an adjustment, oldest first."""
    c = _files.c
    query = sa.select(c.id, c.name, c.mime, c.size, c.who, c.at).where(c.adjustment_id == row.id).order_by(c.id).limit(MOST)
    return [File(f.id, f.name, f.mime, f.size, f.who, f.at, row.ref) for f in session.execute(query)]


def content(session: Session, ref: str, file_id: int) -> tuple[File, bytes]:
    """One file with its bytes. Raises NotFound, also for a file of another adjustment."""
    row = adjustments.by_ref(session, ref)
    file = next((one for one in of(session, row) if one.id == file_id), None)
    if file is None:
        raise NotFound(f"{ref} has no such file.", where="file")
    return file, bytes(session.execute(sa.select(_files.c.content).where(_files.c.id == file_id)).scalar_one())
