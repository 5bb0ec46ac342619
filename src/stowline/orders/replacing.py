"""An order that costs nothing, for the shopper of another one: what takes the place of goods that came back or never came."""

from collections.abc import Sequence

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.orders import changing, service
from stowline.orders.intake.shape import Address, Customer, IncomingLine, IncomingOrder
from stowline.orders.models import Order
from stowline.stores import queries as stores

PLATFORM = "return"


def place_free(session: Session, old: Order, ref: str, lines: Sequence[tuple[int, int]], *, note: str, fast: bool) -> tuple[Order, bool]:
    """Send units of products, as (product id, units), to the shopper of an order at no price: (the new order, whether it is
    new). It is allocated at once, goes to the address of the old one, and is told of in its language. The same ref again
    changes nothing. The levels of the products are locked before, as for every order.
    """
    products = catalog.by_ids(session, [product_id for product_id, _ in lines])
    made, new = service.place(session, stores.store(session, old.store_id), IncomingOrder(
        ref=ref, lines=tuple(IncomingLine(products[one].sku, products[one].name, units) for one, units in lines),
        customer=Customer(old.customer_name, old.email), address=_address(old), currency=old.currency, platform=PLATFORM,
        note=note, locale=old.locale, time_zone=old.time_zone,
    ), tell=old.tell)  # fmt: skip
    if new and fast:
        changing.expedite(session, made.id or 0, why=note)
    return made, new


def _address(old: Order) -> Address:
    return Address(name=old.ship_name, company=old.company, line1=old.line1, line2=old.line2, city=old.city, region=old.region,
                   postcode=old.postcode, country=old.country, phone=old.phone)  # fmt: skip
