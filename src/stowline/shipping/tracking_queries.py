"""Reads of tracking: whose number it is, where parcels have been, what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.packing.queries import Parcel
from stowline.shipping.models import Label
from stowline.shipping.tracking_models import ParcelMilestone, ParcelTrack, TrackingPost
from stowline.shipping.tracking_rules import MOST_KEPT, MOVES, WORDS

__all__ = ["MOVES", "WORDS"]

_l, _t, _c = Label.__table__.c, ParcelTrack.__table__.c, Parcel.__table__.c  # type: ignore[attr-defined]


def whose(session: Session, number: str) -> int | None:
    """The parcel with this number: another carrier's, our label's, its SSCC, or the parcel's own code."""
    live = _l.void_at.is_(None)
    ways = (
        sa.select(_t.parcel_id).where(_t.number == number, _t.number != sa.literal_column("''")),  # the index's own words
        sa.select(_l.parcel_id).where(_l.tracking == number, live), sa.select(_l.parcel_id).where(_l.sscc == number, live),
        sa.select(_c.id).where(_c.code == number),
    )  # fmt: skip
    return next((found for way in ways if (found := session.execute(way).scalar_one_or_none()) is not None), None)


def numbers(session: Session, parcel_id: int) -> list[str]:
    """Every number that a parcel goes by."""
    label = session.exec(select(Label).where(Label.parcel_id == parcel_id, col(Label.void_at).is_(None))).one_or_none()
    track, parcel = session.get(ParcelTrack, parcel_id), session.get(Parcel, parcel_id)
    said = (track.number if track else "", parcel.code if parcel else "", *((label.tracking, label.sscc) if label else ()))
    return [one for one in said if one]


def details(session: Session, parcel_id: int) -> list[ParcelMilestone]:
    """Everything a carrier said of a parcel, in the order in which it was heard."""
    query = select(ParcelMilestone).where(ParcelMilestone.parcel_id == parcel_id).order_by(col(ParcelMilestone.id))
    return list(session.exec(query.limit(MOST_KEPT)))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a parcel's way: the milestone and the word for it, when, where, and what the carrier said."""

    milestone: str
    word: str
    at: datetime
    place: str
    say: str


@dataclass(frozen=True, slots=True)
class Way:
    """Where a parcel stands by its carrier ("" while nothing is known), and how it came there, last step first.

    `carrier` and `number` are another carrier's; `eta` is the day on which it is expected.
    """

    milestone: str = ""
    word: str = ""
    at: datetime | None = None
    place: str = ""
    eta: date | None = None
    carrier: str = ""
    number: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the carrier still has it."""
        return self.milestone not in ("lost", "delivered", "returned_to_sender")

    @property
    def kind(self) -> str:
        """How its chip is coloured for staff."""
        return _KINDS.get(self.milestone, "go")


_KINDS = {"delivered": "ok", "attempt_failed": "bad", "delayed": "warn", "lost": "bad", "returning": "warn", "returned_to_sender": "done"}
NO_WAY = Way()


def ways(session: Session, parcel_ids: Sequence[int], *, most: int = 100) -> dict[int, Way]:
    """The way of each of these parcels that has one; at most so many of the last steps of each."""
    tracks = session.exec(select(ParcelTrack).where(col(ParcelTrack.parcel_id).in_(list(parcel_ids))))
    return {one.parcel_id: _way(one, _steps(session, one.parcel_id, most)) for one in tracks}


def _way(one: ParcelTrack, steps: tuple[Step, ...]) -> Way:
    return Way(one.milestone, WORDS.get(one.milestone, ""), one.at, one.place, one.eta, one.carrier, one.number, steps)


def _steps(session: Session, parcel_id: int, most: int) -> tuple[Step, ...]:
    """Movements only: what was said before the parcel left is known better from our own scans."""
    query = select(ParcelMilestone).where(ParcelMilestone.parcel_id == parcel_id, col(ParcelMilestone.milestone).in_(MOVES))
    rows = session.exec(query.order_by(col(ParcelMilestone.at).desc(), col(ParcelMilestone.id).desc()).limit(most))
    return tuple(Step(row.milestone, WORDS[row.milestone], row.at, row.place, row.say or _by_hand(row.source)) for row in rows)


def _by_hand(source: str) -> str:
    """Who noted it, where no carrier did: "By hand, Ruth Adeyemi"."""
    return source[:1].upper() + source[1:] if source.startswith("by hand") else ""


def way(session: Session, parcel_id: int) -> Way:
    """The way of one parcel."""
    return ways(session, [parcel_id]).get(parcel_id, NO_WAY)


def held_count(session: Session) -> int:
    """Posts that wait for a person, counted to 1,000."""
    query = sa.select(TrackingPost.id).where(TrackingPost.state == "held").limit(1000)  # type: ignore[call-overload]
    return int(session.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())
