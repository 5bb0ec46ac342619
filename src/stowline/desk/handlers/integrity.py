"""The Integrity page: what must always hold, whether it does, and a proof on demand."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.integrity import runs
from stowline.desk.queries import counts, proof

READ, RUN = web.permission("checks.read"), web.permission("checks.run")
SAID = {"stopped": "The proof was stopped. What it had asked by then is kept."}


class Integrity(Controller):
    """The proof of the invariants."""

    path = "/integrity"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def integrity(self, request: AnyRequest, done: FromQuery[str] = "") -> Response[Any]:
        """What the last proofs found, and how far the one under way is."""
        with db.reading() as session:
            view = proof.view(session)
        may_run = "checks.run" in web.identity_of(request).permissions
        return web.page("desk/integrity.html", request, may_run=may_run, flash=SAID.get(done), **view)

    @post("/runs", opt=RUN, sync_to_thread=True)
    def begin(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Prove everything now."""
        _ = body
        who = web.identity_of(request).name
        db.run(lambda session: runs.begin(session, who))
        return web.redirect("/integrity")

    @post("/runs/{run_id:int}/stop", opt=RUN, sync_to_thread=True)
    def stop(self, request: AnyRequest, run_id: FromPath[int], body: RawBody) -> Response[Any]:
        """End the run under way."""
        _ = body
        who = web.identity_of(request).name
        db.run(lambda session: runs.stop(session, run_id, who))
        counts.forget()
        return web.redirect("/integrity?done=stopped")
