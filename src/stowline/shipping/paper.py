"""What the label of a parcel shows, from the database to the view that `label.py` draws."""

from sqlmodel import Session

from stowline.core.countries import name_of
from stowline.orders import queries as orders
from stowline.packing import queries as packing
from stowline.packing.queries import Parcel
from stowline.shipping import service
from stowline.shipping.label import LabelView
from stowline.shipping.models import Label
from stowline.stores import queries as stores


def label_view(session: Session, parcel: Parcel, label: Label) -> LabelView:
    """The label of a parcel as it is drawn, the first time and every time after."""
    order = orders.order(session, parcel.order_id)
    store = stores.store(session, order.store_id)
    return LabelView(
        store=store.name, sender=tuple(part for part in (store.name, store.address_line) if part),
        recipient=order.ship_name, company=order.company,
        address=tuple(part for part in (order.line1, order.line2) if part), postcode=order.postcode, city=order.city,
        state=order.region, country=name_of(order.country), country_code=order.country, parcel=parcel.code,
        sscc=label.sscc, order=order.ref, ship_date=label.made_at.date(), carrier=service.carrier_name(label.carrier),
        service=label.service, tracking=label.tracking, number=parcel.n, count=len(packing.parcels_of(session, order.id or 0)),
        weight_g=parcel.weight_g, printed=f"{label.made_at:%Y-%m-%d %H:%M} UTC",
    )
