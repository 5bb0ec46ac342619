"""Purchase orders over HTTP."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.catalog.units import units_sent
from stowline.core import web
from stowline.core.db import Session, reading
from stowline.core.errors import BadRequest
from stowline.core.fields import text
from stowline.receiving import queries, service
from stowline.receiving.models import PurchaseOrder


class LineBody(msgspec.Struct):
    """Units of a SKU."""

    sku: str
    quantity: Any


class PurchaseOrderBody(msgspec.Struct):
    """A purchase order of the public contract; the days are dates."""

    ref: str
    supplier: str
    lines: list[LineBody]
    expected_from: date | None = None
    expected_to: date | None = None


class PurchaseOrders(Controller):
    """Purchase orders."""

    path = "/api/v1/purchase-orders"

    @post("/", opt=web.permission("receiving.write"), sync_to_thread=True)
    def enter(self, request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        """Enter a purchase order: 201; a ref that is known: 200, nothing changed."""
        asked = web.read_as(body, PurchaseOrderBody)
        ref = text(asked.ref, "ref", what="The ref", longest=64, needed=True)
        supplier = text(asked.supplier, "supplier", what="The supplier", longest=200, needed=True)
        if len(asked.lines) > 10_000:
            raise BadRequest("A purchase order has at most 10,000 lines.", where="lines")
        lines = [(line.sku, units_sent(line.quantity, f"lines[{n}].quantity")) for n, line in enumerate(asked.lines)]

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            order, new = service.enter(
                session, ref=ref, supplier=supplier, lines=lines,
                expected_from=asked.expected_from, expected_to=asked.expected_to,
            )
            return (201 if new else 200), _told(session, order)

        return web.written(request, body, make)

    @get("/{ref:str}", opt=web.permission("receiving.read"), sync_to_thread=True)
    def one(self, ref: FromPath[str]) -> dict[str, Any]:
        """One purchase order by its ref."""
        with reading() as session:
            return _told(session, queries.by_ref(session, web.name(ref)))


def _told(session: Session, order: PurchaseOrder) -> dict[str, Any]:
    return {
        "ref": order.ref, "supplier": order.supplier, "expected_from": order.expected_from,
        "expected_to": order.expected_to, "closed_at": order.closed_at,
        "lines": [{"sku": line.sku, "quantity": line.quantity, "received": line.received}
                  for line in queries.lines(session, order.id or 0)],
    }
