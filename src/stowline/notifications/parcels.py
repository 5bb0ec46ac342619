"""What messages say of a parcel: what is in it, by whom it goes, where it was seen."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from stowline.backorders import queries as backorders
from stowline.core import i18n, outbox, places
from stowline.core.outbox import Happened
from stowline.notifications import waits
from stowline.notifications.models import Message
from stowline.notifications.render import mail_dir
from stowline.orders import kits
from stowline.orders.kits import Sold
from stowline.orders.queries import Order
from stowline.packing import queries as packing
from stowline.packing.queries import Parcel
from stowline.shipping import queries as shipping
from stowline.shipping import service as carriers
from stowline.shipping import tracking_queries as tracking

Facts = dict[str, Any]


def shipped(session: Session, order: Order, message: Message) -> Facts:
    """A parcel was handed over: what is in it, and what is still owed."""
    parcel, sold = packing.parcel(session, message.parcel_id or 0), kits.sold(session, order.id or 0)
    return {
        "parcel": told(session, order, parcel, sold) | {"handed_over_at": parcel.handed_over_at},
        "still_to_come": _owed_rows(session, sold), "address": places.door(order.line1, order.city, order.country, i18n.words(mail_dir() / "words", order.locale)),
        "delivery": delivery(order), "arrives": _arrives(session, parcel, parcel.handed_over_at),
    }  # fmt: skip


def milestone(session: Session, order: Order, message: Message) -> Facts:
    """A parcel came so far: when and where, in the carrier's words where there are some."""
    parcel, sold = packing.parcel(session, message.parcel_id or 0), kits.sold(session, order.id or 0)
    happened = outbox.load(session, message.event_id)
    said = happened.values
    return {
        "parcel": told(session, order, parcel, sold), "at": seen_at(happened), "place": said.get("place") or "",
        "say": said.get("say") or None, "delivery": delivery(order), "arrives": _arrives(session, parcel, i18n.moment(seen_at(happened))),
    }  # fmt: skip


def processed(session: Session, order: Order, message: Message) -> Facts:
    """What was waited for is in a parcel now: only that, and the number where there is one."""
    sold = kits.sold(session, order.id or 0)
    came = {row["sku"] for row in waits.arrived(session, sold, order.id or 0)}
    parcel = packing.parcel(session, message.parcel_id) if message.parcel_id is not None else None
    inside = told(session, order, parcel, sold) if parcel else None
    lines = inside["lines"] if inside else [{"name": one.name, "sku": one.sku, "quantity": one.picked} for one in sold if one.picked]
    return {"lines": [line for line in lines if line["sku"] in came] or lines, "waiting": waits.rows(session, sold),
            "parcel": inside}  # fmt: skip


def told(session: Session, order: Order, parcel: Parcel, sold: list[Sold]) -> Facts:
    """The parcel itself: which of how many, its code, carrier and number, and what is in it."""
    label, way = shipping.live_label(session, parcel.id or 0), tracking.way(session, parcel.id or 0)
    inside = kits.gathered(sold, packing.units_in(session, parcel.id or 0))
    return {
        "n": parcel.n, "of": max(parcel.n, len(packing.parcels_of(session, order.id or 0)) + bool(_owed(sold))), "code": parcel.code,
        "carrier": way.carrier or (carriers.carrier_name(label.carrier) if label else ""),
        "tracking": way.number or (label.tracking if label else ""),
        "lines": [
            {"name": item.name, "sku": item.sku, "quantity": item.quantity, "instead_of": item.instead,
             "parts": [{"name": name, "quantity": n} for _, name, n in item.parts]} for item in inside
        ],
    }  # fmt: skip


def delivery(order: Order) -> Facts | None:
    """Where it goes, field by field, for machines; None while the address is not complete."""
    if not (order.line1 and order.city and order.country):
        return None
    street = ", ".join(part for part in (order.line1, order.line2) if part)
    return {"name": order.ship_name, "street": street, "city": order.city, "region": order.region, "postcode": order.postcode,
            "country": order.country}  # fmt: skip


def _arrives(session: Session, parcel: Parcel, since: datetime | None) -> Facts | None:
    """The day that the carrier expects it, if it names one that was not over yet; None: nobody knows, and none is made up."""
    day = tracking.way(session, parcel.id or 0).eta
    return {"from": day, "to": day} if day and since and day >= since.date() else None


def seen_at(happened: Happened) -> Any:  # noqa: ANN401  (a moment, or RFC 3339 text)
    """When an event was true: the carrier's time where it says one, else ours."""
    return happened.values.get("at") or happened.at


def _owed(sold: list[Sold]) -> list[Sold]:
    return [line for line in sold if line.ordered - line.cancelled > line.handed_over]


def _owed_rows(session: Session, sold: list[Sold]) -> list[Facts]:
    owed = _owed(sold)
    standing = backorders.standing(session, waits.short_parts(owed))
    return [
        {"name": line.name, "sku": line.sku, "quantity": line.ordered - line.cancelled - line.handed_over,
         "expected": waits.expected_of(line, standing) if line.waiting > 0 else None} for line in owed
    ]  # fmt: skip
