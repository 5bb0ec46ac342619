"""Stock for an urgent order and the way an order ships, over HTTP."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.allocation import urgent
from stowline.core import db, web
from stowline.core.db import Session
from stowline.orders import queries as orders
from stowline.orders import service
from stowline.orders.queries import Order
from stowline.orders.views import told
from stowline.stores import queries as stores


class UrgentBody(msgspec.Struct):
    """Why an order is urgent."""

    reason: str


class ShippingBody(msgspec.Struct):
    """How an order may go out: complete, parts, at_most so many parcels."""

    ships: str
    most_parcels: int | None = None


class Allocation(Controller):
    """What is decided about an order's stock."""

    path = "/api/v1/orders/{ref:str}"

    @get("/urgent", opt=web.permission("orders.read"), sync_to_thread=True)
    def preview(self, ref: FromPath[str], store: FromQuery[str] = "") -> dict[str, Any]:
        """Which orders would lose what to this one, were it urgent; and how many units may still be taken today."""
        with db.reading() as session:
            order = orders.by_ref(session, web.name(ref), store)
            return _taken(session, order, urgent.plan(session, order))

    @post("/urgent", opt=web.permission("orders.write"), sync_to_thread=True, status_code=200)
    def take(
        self, request: Request[Any, Any, Any], ref: FromPath[str], body: RawBody, store: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Give an urgent order what it lacks, from those last in line; again, once it lacks nothing: nothing is taken."""
        asked, who = web.read_as(body, UrgentBody), web.identity_of(request).label

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            order = orders.by_ref(session, web.name(ref), store)
            losses = urgent.take_for(session, order.id or 0, why=asked.reason, who=who)
            return 200, _taken(session, order, losses)

        return web.written(request, body, make)

    @post("/shipping", opt=web.permission("orders.write"), sync_to_thread=True, status_code=200)
    def ship(
        self, request: Request[Any, Any, Any], ref: FromPath[str], body: RawBody, store: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Say how an order may go out; the same again changes nothing."""
        asked = web.read_as(body, ShippingBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            order = orders.by_ref(session, web.name(ref), store)
            order = service.set_shipping(session, order.id or 0, parts=asked.ships, at_most=asked.most_parcels)
            return 200, told(session, order)

        return web.written(request, body, make)


def _taken(session: Session, order: Order, losses: list[urgent.Loss]) -> dict[str, Any]:
    left = urgent.left_today(session, stores.store(session, order.store_id))
    rows = [{"order": one.order_ref, "sku": one.sku, "name": one.name, "units": one.units} for one in losses]
    return {"ref": order.ref, "left_today": left, "taken": rows}
