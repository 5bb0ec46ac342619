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


class RevisionBody(msgspec.Struct):
    """What the supplier says now: days that are left out stay, null is no date; lines that are left out stay."""

    why: str
    expected_from: date | msgspec.UnsetType | None = msgspec.UNSET
    expected_to: date | msgspec.UnsetType | None = msgspec.UNSET
    lines: list[LineBody] = []


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

    @post("/{ref:str}/revisions", opt=web.permission("receiving.write"), sync_to_thread=True)
    def revise(self, request: Request[Any, Any, Any], ref: FromPath[str], body: RawBody) -> Response[bytes]:
        """The supplier says otherwise: 201 with the new revision; 200 where it says what is known already."""
        asked, name = web.read_as(body, RevisionBody), web.name(ref)
        why = text(asked.why, "why", what="The reason", longest=200, needed=True)
        units = {line.sku: units_sent(line.quantity, f"lines[{n}].quantity", least=0) for n, line in enumerate(asked.lines)}
        if len(units) < len(asked.lines):
            raise BadRequest("A SKU stands twice in the lines. Give it once, with all its units.", where="lines")

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            order = queries.by_ref(session, name)
            known = queries.revision_count(session, order.id or 0)
            first, last = asked.expected_from, asked.expected_to
            number = service.revise(
                session, order.id or 0, quantities=units, why=why,
                expected_from=order.expected_from if first is msgspec.UNSET else first,
                expected_to=order.expected_to if last is msgspec.UNSET else last,
            )  # fmt: skip
            return (201 if number > known else 200), _told(session, order)

        return web.written(request, body, make)

    @get("/{ref:str}/revisions", opt=web.permission("receiving.read"), sync_to_thread=True)
    def revisions(self, ref: FromPath[str]) -> dict[str, Any]:
        """Everything that was agreed, the latest first."""
        with reading() as session:
            found = queries.revisions(session, queries.by_ref(session, web.name(ref)).id or 0, limit=500)
        return {"items": [{"n": one.n, "at": one.at, "who": one.who, "why": one.why, "expected_from": one.expected_from,
                           "expected_to": one.expected_to, "lines": [{"sku": sku, "quantity": units} for sku, units in one.lines]}
                          for one in found]}  # fmt: skip

    @get("/{ref:str}", opt=web.permission("receiving.read"), sync_to_thread=True)
    def one(self, ref: FromPath[str]) -> dict[str, Any]:
        """One purchase order by its ref."""
        with reading() as session:
            return _told(session, queries.by_ref(session, web.name(ref)))


def _told(session: Session, order: PurchaseOrder) -> dict[str, Any]:
    return {
        "ref": order.ref, "supplier": order.supplier, "expected_from": order.expected_from,
        "expected_to": order.expected_to, "closed_at": order.closed_at,
        "revision": queries.revision_count(session, order.id or 0),
        "lines": [{"sku": line.sku, "quantity": line.quantity, "received": line.received,
                   "over": line.over, "damaged": line.damaged}
                  for line in queries.lines(session, order.id or 0)],
    }
