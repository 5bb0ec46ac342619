"""Reads of cases: one with all that was said, those of an order, how shoppers judged them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.cases.case_models import Case, CaseEntry, CasePhoto
from stowline.core import clock
from stowline.core.errors import NotFound

MOST_ENTRIES, MOST_CASES, MOST_COUNTED = 300, 20, 10_000
_c, _e, _p = Case.__table__.c, CaseEntry.__table__.c, CasePhoto.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph without its bytes."""

    id: int
    entry_id: int
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How cases that were judged in a span went."""

    good: int
    bad: int
    words: tuple[tuple[int, str, datetime, str], ...]
    """(case id, verdict, when, words), the newest first."""

    @property
    def share(self) -> int | None:
        """Good ones in a hundred; None while nobody said."""
        judged = self.good + self.bad
        return round(100 * self.good / judged) if judged else None


def case(session: Session, ident: int) -> Case:
    """A case. Raises NotFound."""
    found = session.get(Case, ident) if 0 < ident < 2**31 else None
    if found is None:
        raise NotFound("There is no such case.")
    return found


def by_ref(session: Session, ref: str) -> Case:
    """A case by its ref, "Q-12". Raises NotFound."""
    number = ref.upper().removeprefix("Q-")
    return case(session, int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0)


def of_order(session: Session, order_id: int, most: int = MOST_CASES) -> list[Case]:
    """The cases of an order, the newest first."""
    return list(session.exec(select(Case).where(Case.order_id == order_id).order_by(col(Case.id).desc()).limit(most)))


def entries(session: Session, case_ids: Sequence[int], *, notes: bool) -> dict[int, list[CaseEntry]]:
    """What was said in each of these, oldest first; of a long case its last. `notes`: also what staff said among themselves."""
    found: dict[int, list[CaseEntry]] = {ident: [] for ident in case_ids}
    for ident in case_ids:
        query = select(CaseEntry).where(CaseEntry.case_id == ident)
        query = query if notes else query.where(CaseEntry.author != "note")
        found[ident] = list(session.exec(query.order_by(col(CaseEntry.id).desc()).limit(MOST_ENTRIES)))[::-1]
    return found


def entry(session: Session, ident: int) -> CaseEntry:
    """One entry. Raises NotFound."""
    found = session.get(CaseEntry, ident)
    if found is None:
        raise NotFound("Nobody said that.")
    return found


def photos(session: Session, case_ids: Sequence[int]) -> dict[int, list[Photo]]:
    """The photographs of these cases, by the entry that they came with."""
    found: dict[int, list[Photo]] = {}
    query = sa.select(_p.id, _p.entry_id, _p.size, _p.width, _p.height).where(_p.case_id.in_(case_ids)).order_by(_p.id).limit(500)
    for row in session.execute(query):
        found.setdefault(row.entry_id, []).append(Photo(*row))
    return found


def photo(session: Session, case_id: int, ident: int) -> tuple[str, str, bytes]:
    """(file name, media type, bytes) of one photograph of a case. Raises NotFound."""
    row = session.execute(sa.select(_p.mime, _p.content).where(_p.id == ident, _p.case_id == case_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such photograph.")
    return f"Q-{case_id}-{ident}.jpg", row.mime, row.content


def open_count(session: Session) -> int:
    """Cases to be answered, counted to 10,000."""
    return _count(session, _c.state == "open")


def overdue_count(session: Session) -> int:
    """Those of them that should have been answered already."""
    return _count(session, _c.state == "open", _c.due_at < clock.now())


def _count(session: Session, *where: sa.ColumnElement[bool]) -> int:
    some = sa.select(_c.id).where(*where).limit(MOST_COUNTED).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def verdicts(session: Session, since: datetime, most: int = 20) -> Verdicts:
    """What shoppers said of the cases that they judged since a moment."""
    judged = _c.judged_at > since
    counted = {row[0]: int(row[1]) for row in session.execute(sa.select(_c.verdict, sa.func.count()).where(judged).group_by(_c.verdict))}
    query = sa.select(_c.id, _c.verdict, _c.judged_at, _c.verdict_text).where(judged, _c.verdict_text != "").order_by(_c.judged_at.desc(), _c.id.desc()).limit(most)
    return Verdicts(counted.get("good", 0), counted.get("bad", 0), tuple((r[0], r[1], r[2], r[3]) for r in session.execute(query)))
