"""Orders over HTTP: the API's own, and the shops' signed webhooks."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.access import Unauthorized
from stowline.core.db import Session
from stowline.core.errors import BadRequest, NotFound
from stowline.orders import intakes, queries, service
from stowline.orders.intake import api, signature
from stowline.orders.views import told
from stowline.stores import queries as stores


class CancellationBody(msgspec.Struct):
    """Why an order is cancelled."""

    reason: str


class Orders(Controller):
    """Orders."""

    path = "/api/v1/orders"

    @post("/", opt=web.permission("orders.write"), sync_to_thread=True)
    def place(self, request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        """Place an order: 201; the same ref of the same store again: 200, nothing changed."""
        read = api.read(web.read_json(body))
        if isinstance(read, list):
            raise BadRequest(read[0].say, where=read[0].where or None)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            order, new = service.place(session, stores.store_by_key(session, read.store), read)
            return (201 if new else 200), told(session, order)

        return web.written(request, body, make)

    @post("/{ref:str}/cancellation", opt=web.permission("orders.write"), sync_to_thread=True, status_code=200)
    def cancel(
        self, request: Request[Any, Any, Any], ref: FromPath[str], body: RawBody, store: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Cancel an order that nobody has begun to pick; again: nothing changes."""
        asked = web.read_as(body, CancellationBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            order = queries.by_ref(session, web.name(ref), store)
            return 200, told(session, service.cancel(session, order.id or 0, asked.reason))

        return web.written(request, body, make)


class Intake(Controller):
    """Webhooks of shop platforms, guarded by the platform's signature over the raw body."""

    path = "/intake"

    @post("/{store:str}/{platform:str}", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True, status_code=202)
    def webhook(
        self, request: Request[Any, Any, Any], store: FromPath[str], platform: FromPath[str], body: RawBody
    ) -> dict[str, Any]:
        """An order, created or changed. 202 once it is placed, known, skipped, or on the intake errors list."""
        if platform not in intakes.READERS:
            raise NotFound(f"There is no platform {platform[:40]}. There are: {', '.join(intakes.READERS)}.")
        with db.reading() as session:
            secret = stores.webhook_secret(session, store, platform)
        if signature.is_ping(platform, body):
            return {"ok": True, "taken": []}
        if not signature.verify(platform, dict(request.headers), body, secret):
            raise Unauthorized("The signature does not fit the body. Check the webhook's secret.")
        if not signature.webhook(platform, dict(request.headers)).carries_order:
            return {"ok": True, "taken": []}

        def take(session: Session) -> list[intakes.Taken]:
            return intakes.take_in(session, stores.store_by_key(session, store), platform, body)

        return {"ok": True, "taken": [{"ref": t.ref, "outcome": t.outcome, "say": t.say} for t in db.run(take)]}
