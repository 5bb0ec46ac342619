"""The overview, and the proof of the invariants."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import RawBody

from stowline.core import db, web
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import proof, today


class Today(Controller):
    """What stands where right now."""

    include_in_schema = False

    @get("/today", opt=web.permission("orders.read"), sync_to_thread=True)
    def today(self, request: AnyRequest) -> Response[Any]:
        """The overview."""
        with db.reading() as session:
            view = today.view(session)
        return web.page("desk/today.html", request, **view)

    @get("/checks", opt=web.permission("checks.read"), sync_to_thread=True)
    def checks(self, request: AnyRequest) -> Response[Any]:
        """What the last proof found."""
        last = proof.last()
        say = proof.say(last) if last else "Not checked yet since this program started. A check reads every table once."
        return web.page("desk/checks.html", request, say=say, rows=last.rows if last else [])

    @post("/checks", opt=web.permission("checks.read"), sync_to_thread=True)
    def check(self, body: RawBody) -> Response[Any]:
        """Prove every invariant now."""
        _ = body
        proof.run()
        return web.redirect("/checks")
