"""The API's reads that join rooms: an order with its parcels, its timeline."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from stowline.core import db, web
from stowline.core.errors import BadRequest
from stowline.desk import trail
from stowline.desk.queries import order as page
from stowline.desk.queries import promises
from stowline.orders import queries as orders
from stowline.orders.views import told
from stowline.packing import queries as packing
from stowline.shipping import queries as shipping
from stowline.shipping import tracking_queries as tracking


class Read(Controller):
    """Orders."""

    path = "/api/v1"

    @get("/orders/{ref:str}", opt=web.permission("orders.read"), sync_to_thread=True)
    def order(self, ref: FromPath[str], store: FromQuery[str] = "") -> dict[str, Any]:
        """One order with its lines and parcels."""
        with db.reading() as session:
            found = orders.by_ref(session, web.name(ref), store)
            order = told(session, found)
            promises.add_places(session, found.id or 0, order["lines"])
            page.add_why(session, found, order["lines"])
            return {**order, "parcels": parcels(session, found.id or 0)}

    @get("/waiting", opt=web.permission("orders.read"), sync_to_thread=True)
    def waiting(
        self, request: Request[Any, Any, Any], sku: FromQuery[str] = "", after: FromQuery[str] = ""
    ) -> dict[str, Any]:
        """Lines that wait for stock (for a product, or all), oldest first: the place in line, the days promised, what serves them."""
        since = web.cursor.decode(after, datetime, int) if after else None
        if since is not None and since[0].tzinfo is None:
            raise BadRequest("This page marker cannot be read. Start again from the first page.", where="after")
        with db.reading() as session:
            items, last = promises.waiting(session, sku, since, web.limit(request))
        return {"items": items, "next": web.cursor.encode(*last) if last else None}

    @get("/orders/{ref:str}/timeline", opt=web.permission("orders.read"), sync_to_thread=True)
    def timeline(
        self, request: Request[Any, Any, Any], ref: FromPath[str], store: FromQuery[str] = "", after: FromQuery[str] = ""
    ) -> dict[str, Any]:
        """What happened to an order, oldest first."""
        since = web.cursor.decode(after, int)[0] if after else 0
        with db.reading() as session:
            found = orders.by_ref(session, web.name(ref), store)
            items, last = trail.timeline(session, found.id or 0, after=since, limit=web.limit(request))
        shown = [{k: item[k] for k in ("at", "event", "say", "scan_id", "message_id", "messages")} for item in items]
        return {"items": shown, "next": web.cursor.encode(last) if last else None}


def parcels(session: Session, order_id: int) -> list[dict[str, Any]]:
    """The parcels of an order with contents, carrier and tracking number."""
    found = packing.parcels_of(session, order_id)
    labels = shipping.live_labels(session, [p.id or 0 for p in found])
    ways = tracking.ways(session, [p.id or 0 for p in found])
    rows = []
    for parcel in found:
        label, way = labels.get(parcel.id or 0), ways.get(parcel.id or 0, tracking.NO_WAY)
        rows.append({
            "code": parcel.code, "state": parcel.state, "weight_g": parcel.weight_g,
            "carrier": way.carrier or (label.carrier if label else None), "tracking": way.number or (label.tracking if label else None),
            "sscc": label.sscc if label else None, "handed_over_at": parcel.handed_over_at, **came(way),
            "lines": [{"sku": item.sku, "name": item.name, "quantity": item.qty, "lot": item.lot or None,
                       "serial": item.serial or None}
                      for item in packing.contents(session, parcel.id or 0)],
        })
    return rows


def came(way: tracking.Way) -> dict[str, Any]:
    """Where a parcel is by its carrier, as the API tells it."""
    steps = [{"milestone": one.milestone, "at": one.at, "place": one.place, "say": one.say} for one in reversed(way.steps)]
    return {"milestone": way.milestone or None, "estimated_delivery": way.eta, "milestones": steps}
