"""Verbs and reads of cases at the dock. No case is without an owner: who opened it has it until they give it on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import author, clock, outbox
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.inventory import attachments
from stowline.people import queries as people
from stowline.receiving.case_models import DockCase, DockPhoto
from stowline.receiving.events import DockCaseOpened, DockCaseSolved
from stowline.receiving.rules import CASE

KINDS = {"unknown-box": "Unknown box", "wrong-item": "Wrong item", "damaged": "Damaged", "other": "Something else"}
LARGEST, MOST = 8_000_000, 8  # bytes of one photograph, photographs of one case
TAKEN_BACK = "Taken back by its scan"
_photos = DockPhoto.__table__  # type: ignore[attr-defined]
_cases = DockCase.__table__  # type: ignore[attr-defined]


def open_case(
    session: Session, kind: str, *, note: str = "", units: int = 0, purchase_order_id: int | None = None,
    product_id: int | None = None, owner_id: int | None = None, scan_id: str | None = None,
) -> DockCase:  # fmt: skip
    """Open a case. Its owner is the person named, else whoever opens it. Raises Refused for a kind there is not."""
    if kind not in KINDS:
        raise Refused(f"A case is one of: {', '.join(KINDS)}.", where="kind")
    who = author.current().who
    case = DockCase(
        kind=kind, state="open", note=note[:500], units=units, purchase_order_id=purchase_order_id, product_id=product_id,
        owner=_name(session, owner_id) or who, owner_id=owner_id, opened_by=who, opened_at=clock.now(), scan_id=scan_id,
    )  # fmt: skip
    session.add(case)
    session.flush()
    outbox.record(session, DockCaseOpened(case.ref, kind, case.owner, note))
    return case


def _name(session: Session, user_id: int | None) -> str:
    if user_id is None:
        return ""
    person = people.by_id(session, user_id)
    if person is None:
        raise Refused("There is no such person. Choose who sees to it.", where="owner")
    return person.name


def by_ref(session: Session, ref: str) -> DockCase:
    """A case by its ref. Raises NotFound."""
    number = ref.removeprefix("CASE-")
    known = number.isascii() and number.isdigit() and len(number) < 10 and ref.startswith("CASE-")
    case = session.get(DockCase, int(number)) if known else None
    if case is None:
        raise NotFound(f"There is no case {ref}.", where="ref")
    return case


def hand_on(session: Session, ref: str, owner_id: int) -> None:
    """Somebody else sees to it from now on. Raises Conflict for a case that is solved."""
    case = _locked(session, ref)
    if case.state != "open":
        raise Conflict(f"{ref} is solved already.")
    case.owner, case.owner_id = _name(session, owner_id), owner_id
    session.add(case)


def solve(session: Session, ref: str, outcome: str) -> None:
    """What became of it. The same outcome again changes nothing; another one is a Conflict."""
    case = _locked(session, ref)
    if (case.state, case.outcome) == ("solved", outcome[:500]):
        return
    if "solved" not in CASE[case.state]:
        raise Conflict(f"{ref} is solved already, by {case.solved_by}.")
    case.state, case.outcome = "solved", outcome[:500]
    case.solved_by, case.solved_at = author.current().who, clock.now()
    session.add(case)
    outbox.record(session, DockCaseSolved(ref, outcome))


def withdraw(session: Session, case_id: int) -> None:
    """The scan that opened it was taken back."""
    case = session.get(DockCase, case_id)
    if case is not None and case.state == "open":
        solve(session, case.ref, TAKEN_BACK)


def _locked(session: Session, ref: str) -> DockCase:
    case = by_ref(session, ref)
    return session.exec(select(DockCase).where(DockCase.id == case.id).with_for_update()).one()


def add_photo(session: Session, ref: str, content: bytes) -> None:
    """Keep a photograph; the same one again changes nothing.

    Raises Refused for a ninth, one larger than 8 MB, and what is no PNG, JPEG or WebP by its first bytes.
    """
    mime = attachments.kind_of(content)
    if len(content) > LARGEST:
        raise Refused(f"The photograph has more than {LARGEST:,} bytes. Send a smaller one.", where="photos")
    if mime is None or not mime.startswith("image/"):
        raise Refused("That is no PNG, JPEG or WebP. Send a photograph.", where="photos")
    case = _locked(session, ref)
    digest = hashlib.sha256(content).hexdigest()
    there = [one.sha256 for one in photos(session, case)]
    if digest in there:
        return
    if len(there) >= MOST:
        raise Refused(f"{ref} has {MOST} photographs already. No more are kept.", where="photos")
    session.execute(sa.insert(_photos).values(case_id=case.id, mime=mime, size=len(content), sha256=digest,
                                              who=author.current().who, at=clock.now(), content=content))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph without its bytes."""

    id: int
    mime: str
    size: int
    sha256: str
    who: str
    at: datetime


def photos(session: Session, case: DockCase) -> list[Photo]:
    """The photographs of a case, oldest first."""
    c = _photos.c
    query = sa.select(c.id, c.mime, c.size, c.sha256, c.who, c.at).where(c.case_id == case.id).order_by(c.id).limit(MOST)
    return [Photo(*row) for row in session.execute(query)]


def photo(session: Session, ref: str, photo_id: int) -> tuple[str, str, bytes]:
    """(file name, media type, bytes) of one photograph of a case. Raises NotFound."""
    case = by_ref(session, ref)
    query = sa.select(_photos.c.mime, _photos.c.content).where(_photos.c.id == photo_id, _photos.c.case_id == case.id)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"{ref} has no such photograph.", where="photo")
    return f"{ref}-{photo_id}.{attachments.ENDINGS[found[0]]}", found[0], bytes(found[1])


def of_order(session: Session, purchase_order_id: int, *, limit: int = 200) -> list[DockCase]:
    """The cases of a purchase order, oldest first."""
    query = select(DockCase).where(DockCase.purchase_order_id == purchase_order_id).order_by(col(DockCase.id))
    return list(session.exec(query.limit(limit)))


def photo_counts(session: Session, case_ids: Sequence[int]) -> dict[int, int]:
    """How many photographs each of these cases has."""
    query = sa.select(_photos.c.case_id, sa.func.count()).where(_photos.c.case_id.in_(list(case_ids))).group_by(_photos.c.case_id)
    return {row[0]: int(row[1]) for row in session.execute(query)}


def count_open(session: Session) -> int:
    """How many cases wait for their owner."""
    return int(session.execute(sa.select(sa.func.count()).where(_cases.c.state == "open")).scalar_one())
