"""Lines that wait for stock, longest first: place in line, what is on its way, why."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation import queries as allocation
from stowline.backorders import queries as backorders
from stowline.backorders.queries import Promised
from stowline.catalog.models import Product
from stowline.core import clock
from stowline.desk import words
from stowline.desk.queries import products, promises
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.orders import queries as orders
from stowline.orders.models import Order, OrderKit, OrderLine
from stowline.orders.queries import Search
from stowline.receiving import queries as receiving
from stowline.stores import queries as stores

_l, _o, _p = OrderLine.__table__.c, Order.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_k = OrderKit.__table__.c  # type: ignore[attr-defined]
_LINES = (
    sa.select(_l.id, _l.product_id, _l.placed_at, _l.held, (_l.ordered - _l.cancelled - _l.allocated).label("units"), _l.name,
              _p.sku, _o.ref, _o.store_id, _o.customer_name, _o.ship_name, _o.ship_by)
    .select_from(OrderLine)
    .join(Order, _o.id == _l.order_id)
    .join(Product, _p.id == _l.product_id)
    .where(_l.ordered - _l.cancelled > _l.allocated)
)
Line = sa.Row[Any]


def page(session: Session, store: str, text: str, place: Place) -> Page[Line]:
    """A page of waiting lines by the day they were placed; text is an order, a customer, a product or a SKU."""
    query = _LINES
    if store:
        query = query.where(_o.store_id + 0 == stores.store_by_key(session, store).id)  # the way in is the line, not the store
    if text:
        whose = [order.id for order in orders.search(session, Search(text=text), 500)]
        query = query.where(sa.or_(_l.order_id.in_(whose), _l.product_id.in_(products.found_by(session, text))))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Line]:  # noqa: FBT001
        return session.execute(ordered(query, [_l.placed_at, _l.id], after, descending=backwards, most=most)).all()

    return walk(place, fetch, lambda line: (line.placed_at, line.id))


def of_product(session: Session, product_id: int, limit: int = 30) -> list[dict[str, Any]]:
    """The lines that wait for a product, in the order they are served."""
    query = _LINES.where(_l.product_id == product_id).order_by(_l.held, _l.priority, _l.serve_at, _l.id).limit(limit)
    return rows(session, session.execute(query).all())


def of_kit(session: Session, product_id: int, limit: int = 30) -> list[dict[str, Any]]:
    """The lines of parts that orders of a kit wait for, each with the part before its reason; longest first."""
    mine = _LINES.join(OrderKit, _k.id == _l.kit_id).where(_k.product_id == product_id, _l.kit_id.is_not(None))
    lines = session.execute(mine.order_by(_l.placed_at, _l.id).limit(limit)).all()
    return [row | {"why": f"{row['name']}: {row['why']}"} for row in rows(session, lines)]


def rows(session: Session, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The rows of the sheet."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    places = orders.places_in_line(session, [line.id for line in lines])
    due = receiving.incoming(session, list({line.product_id for line in lines})) if lines else {}
    why = allocation.why(session, [line.id for line in lines], places)
    standing = backorders.standing(session, [line.id for line in lines])
    return [_row(line, shops[line.store_id], places[line.id], due.get(line.product_id, []), why[line.id], standing.get(line.id))
            for line in lines]  # fmt: skip


def _row(
    line: Line, shop: Any, place: int, due: list[receiving.Incoming], why: list[str],  # noqa: ANN401  (a store)
    stands: Promised | None,
) -> dict[str, Any]:  # fmt: skip
    arrival = words.server_of(due, place)
    return {
        "place": place, "ref": line.ref, "store": shop.name, "store_key": shop.key,
        "customer": line.customer_name or line.ship_name or "no name", "sku": line.sku, "name": line.name, "units": line.units,
        "since": line.placed_at, "incoming": sum(one.units for one in due), "due": words.due(arrival) or None, "why": words.waits(why, [] if line.held else [promises.coming(place, stands, due)]),
        "leaves": words.window(stands.window.p50, stands.window.p90) if stands and not line.held else "",
        "late": line.ship_by < clock.now(), "due_late": arrival is not None and arrival.late(),
    }  # fmt: skip
