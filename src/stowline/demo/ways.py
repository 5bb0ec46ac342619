"""Where yesterday's parcels are by now: their carrier's news, as a program of its own would have posted it."""

from datetime import datetime, timedelta

import msgspec
from sqlmodel import Session, col, select

from stowline.core import clock
from stowline.packing.models import Parcel
from stowline.shipping import queries as shipping
from stowline.shipping import tracking
from stowline.shipping.feeds.shape import Signed
from stowline.shipping.feeds.signed import KEY

STEPS = (("in_transit", 0.2, "Sorting hall, Leipzig"), ("in_transit", 0.5, "Depot, Lyon"), ("out_for_delivery", 0.75, "Nantes"))
LAST = (("delivered", 0.9, "Nantes"), ("attempt_failed", 0.85, "Nantes"), ("delayed", 0.85, "Depot, Lyon"))
MOST = 9


def tell(session: Session, now: datetime) -> None:
    """The news of the last parcels that left, each a bit farther than the other; and of two that cannot be true."""
    query = select(Parcel).where(col(Parcel.handed_over_at) > now - timedelta(days=2)).order_by(col(Parcel.id)).limit(MOST)
    for n, parcel in enumerate(session.exec(query)):
        left = parcel.handed_over_at or now
        whole = (*STEPS, LAST[n // 3]) if n % 3 == 0 and n // 3 < len(LAST) else STEPS[: n % 3 + 1]
        for name, part, place in sorted(whole, key=lambda step: step[1]):
            _post(session, _number(session, parcel), name, left + part * (now - left), place, now)
    waiting = session.exec(select(Parcel).where(Parcel.state == "labelled").order_by(col(Parcel.id))).first()
    if waiting is not None:
        _post(session, _number(session, waiting), "delivered", now - timedelta(hours=1), "Rennes", now)
    _post(session, "JJD000390217745", "in_transit", now - timedelta(hours=2), "Depot, Lyon", now)


def _number(session: Session, parcel: Parcel) -> str:
    label = shipping.live_label(session, parcel.id or 0)
    return label.tracking if label else parcel.code


def _post(session: Session, number: str, milestone: str, at: datetime, place: str, now: datetime) -> None:
    detail = {"milestone": milestone, "at": at, "place": place}
    eta = (now + timedelta(days=1)).date()
    body = msgspec.json.encode({"tracking": number, "details": [detail], "estimated_delivery": eta})
    with clock.stopped_at(at):
        tracking.take_in(session, KEY, Signed(f"demo-{number}-{milestone}-{at:%H%M%S}", at), body, number)
