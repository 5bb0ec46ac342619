"""Arrival notices over HTTP."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.core import web
from stowline.core.db import Session, reading
from stowline.core.fields import text
from stowline.receiving import notice_queries as queries
from stowline.receiving import notices
from stowline.receiving.forms import ArrivalBody, units_of
from stowline.receiving.models import PurchaseOrder
from stowline.receiving.notice_models import Arrival


class Arrivals(Controller):
    """Arrival notices (ASN)."""

    path = "/api/v1/arrivals"

    @post("/", opt=web.permission("receiving.write"), sync_to_thread=True)
    def announce(self, request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        """Announce pallets and cartons: 201; a ref that is known: 200, nothing changed."""
        asked = web.read_as(body, ArrivalBody)
        ref = text(asked.ref, "ref", what="The ref", longest=64, needed=True)
        order = text(asked.purchase_order, "purchase_order", what="The purchase order", longest=100)
        supplier = text(asked.supplier, "supplier", what="The supplier", longest=200)
        carrier, units = text(asked.carrier, "carrier", what="The carrier", longest=100), units_of(asked)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            arrival, new = notices.announce(session, ref=ref, units=units, purchase_order=order, supplier=supplier,
                                            expected_on=asked.expected_on, carrier=carrier)  # fmt: skip
            return (201 if new else 200), _told(session, arrival)

        return web.written(request, body, make)

    @get("/{ref:str}", opt=web.permission("receiving.read"), sync_to_thread=True)
    def one(self, ref: FromPath[str]) -> dict[str, Any]:
        """One notice and how far it is in."""
        with reading() as session:
            return _told(session, queries.by_ref(session, web.name(ref)))


def _told(session: Session, arrival: Arrival) -> dict[str, Any]:
    order = session.get(PurchaseOrder, arrival.purchase_order_id) if arrival.purchase_order_id else None
    rows = queries.units_of(session, arrival.id or 0)
    code = {one.id: one.sscc for one in rows}
    return {
        "ref": arrival.ref, "state": arrival.state, "purchase_order": order.ref if order else None, "supplier": arrival.supplier,
        "expected_on": arrival.expected_on, "carrier": arrival.carrier,
        "units": [{"sscc": one.sscc, "kind": one.kind, "on": code.get(one.parent_id or 0), "received_at": one.received_at,
                   "contents": [{"sku": sku, "quantity": units, "lot": lot or None, "expires_on": ends}
                                for sku, _, units, lot, ends in one.contents]} for one in rows],
    }  # fmt: skip
