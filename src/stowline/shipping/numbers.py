"""A parcel that goes with another carrier: its number there, noted by a person or a program, so that news finds it."""

from sqlmodel import Session

from stowline.core import fields, outbox
from stowline.core.errors import Conflict, Refused
from stowline.core.fields import Bad
from stowline.orders import service as orders
from stowline.packing import queries as packing
from stowline.shipping import tracking, tracking_queries
from stowline.shipping import tracking_rules as rules
from stowline.shipping.events import TrackingNumberNoted
from stowline.shipping.tracking_models import ParcelTrack


def note(session: Session, parcel_code: str, carrier: str, number: str) -> ParcelTrack:
    """The parcel goes by this number with this carrier; what was held for the number is tried again.

    Raises NotFound for a parcel, Refused for a number that is none, Conflict for another parcel's.
    """
    carrier, number = _fit(carrier, "carrier", 60), rules.plain(_fit(number, "number", 80))
    parcel = packing.lock(session, packing.parcel_by_code(session, parcel_code).id or 0)
    owner = tracking_queries.whose(session, number)
    if owner not in (None, parcel.id):
        raise Conflict(f"{number} is the number of parcel {packing.parcel(session, owner or 0).code}.", where="number")
    track = tracking.track_of(session, parcel.id or 0)
    if (track.carrier, track.number) == (carrier, number):
        return track
    track.carrier, track.number = carrier, number
    session.add(track)
    session.flush()
    orders.add_search_term(session, parcel.order_id, number)
    outbox.record(session, TrackingNumberNoted(parcel.order_id, parcel.code, carrier, number), subject=parcel.order_id)
    tracking.ring(session, [number], parcel.id or 0)
    return track


def _fit(said: str, where: str, longest: int) -> str:
    try:
        return fields.text(said, where, what=f"The {where}", longest=longest, needed=True)
    except Bad as bad:
        raise Refused(bad.say, where=where) from None
