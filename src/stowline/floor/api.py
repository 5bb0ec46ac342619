"""Scans and tasks over HTTP, for machines and tablets alike."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.access import demand
from stowline.core.errors import BadRequest
from stowline.floor import forms, scans, screens, work

MOST_IN_A_BATCH = 500


class LeaseBody(msgspec.Struct):
    """Who takes a task, where the token's X-Worker header does not say."""

    device: str = ""


class Scans(Controller):
    """The scan protocol."""

    @post("/scans", opt=web.permission("floor.scan"), status_code=200)
    async def scan(self, request: Request[Any, Any, Any], body: RawBody) -> Response[Any]:
        """One scan, durable before it is answered. 200 accepted, 422 refused, 409 conflict."""
        who = web.identity_of(request)
        if screens.is_form(request):
            fields = web.read_form(body)
            opens = fields.get("opens") == "1"
            return await sync_to_thread(screens.scanned, request, forms.from_form(fields), who, opens=opens)
        asked = forms.from_json(body)
        status, reply = await db.soon(lambda: scans.carry_out(asked, who))
        return web.json_answer(status, msgspec.json.encode(reply))

    @post("/scans/batch", opt=web.permission("floor.scan"), sync_to_thread=True, status_code=200)
    def batch(self, request: Request[Any, Any, Any], body: RawBody) -> dict[str, Any]:
        """Scans in order, at most 500; stops after the first that is not accepted."""
        rows = web.json_body(body).get("scans")
        if not isinstance(rows, list) or len(rows) > MOST_IN_A_BATCH:
            raise BadRequest(f"scans is a list of at most {MOST_IN_A_BATCH} scans.", where="scans")
        asked = [forms.from_value(row, f"scans[{n}]") for n, row in enumerate(rows)]
        replies, stopped_at = scans.carry_out_all(asked, web.identity_of(request))
        return {"replies": replies, "stopped_at": stopped_at}


class Tasks(Controller):
    """The work there is."""

    path = "/api/v1/tasks"

    @get("/", opt=web.permission("floor.scan"), sync_to_thread=True)
    def listed(self, request: Request[Any, Any, Any], kind: FromQuery[str] = "", after: FromQuery[str] = "") -> dict[str, Any]:
        """Tasks of a kind, each with what it wants next and who holds it."""
        holder = forms.holder(demand(web.identity_of(request), scans.PERMISSIONS.get(kind, "floor.scan")), "")
        with db.reading() as session:
            items, following = work.tasks(session, kind, holder, after, web.limit(request))
        return {"items": items, "next": following}

    @post("/{task:str}/lease", opt=web.permission("floor.scan"), sync_to_thread=True, status_code=200)
    def lease(self, request: Request[Any, Any, Any], task: FromPath[str], body: RawBody) -> dict[str, Any]:
        """Claim a task for a while; a scan prolongs the claim. 409 while somebody else holds it."""
        asked = web.read_as(body, LeaseBody) if body.strip() else LeaseBody()
        name = web.name(task)
        who = demand(web.identity_of(request), scans.PERMISSIONS.get(name.partition(":")[0], "floor.scan"))
        holder = forms.holder(who, asked.device)
        return db.run(lambda session: work.lease(session, name, holder))
