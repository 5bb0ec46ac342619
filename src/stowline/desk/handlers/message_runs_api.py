"""Runs of messages for programs: draft one, start it, let it rest, stop it, see how far it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from stowline.core import db, web
from stowline.core.errors import BadRequest, Conflict
from stowline.desk.handlers import pages
from stowline.desk.handlers.message_runs import asked_of, step_of
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import message_runs as reads
from stowline.notifications import run_queries, runs
from stowline.notifications.run_models import NoteRun

READ, WRITE = web.permission("messages.read"), web.permission("orders.write")
STEPS = {"running": {"draft": "start", "paused": "resume"}, "paused": {"running": "pause"}}
MOST = 50


class NewRunBody(msgspec.Struct):
    """Whom it is for, and what it says."""

    whom: str
    subject: str
    body: str
    per_minute: int = 60
    store: str = ""
    sku: str = ""
    view: str = "open"
    state: str = ""
    tag: str = ""
    q: str = ""
    refs: list[str] = []


class RunStateBody(msgspec.Struct):
    """What a run is to be."""

    state: str


class MessageRunsApi(Controller):
    """Runs of messages."""

    path = "/api/v1/message-runs"

    @get("/", opt=READ, sync_to_thread=True)
    def runs(self, after: FromQuery[int | None] = None) -> dict[str, Any]:
        """Runs, newest first, at most 50 from after an id."""
        if after is not None and not 0 <= after < 2**63:
            raise BadRequest("There is no such id.", where="after")
        with db.reading() as session:
            found = run_queries.listed(session, after, MOST + 1)
            shown = _told(session, found[:MOST])
        return {"runs": shown, "after": shown[-1]["id"] if len(found) > MOST else None}

    @post("/", opt=WRITE, sync_to_thread=True)
    def draft(self, request: AnyRequest, body: RawBody) -> Response[bytes]:
        """Draft a run; whom it is for is fixed from here on, and nothing goes before it is started."""
        said, who = web.read_as(body, NewRunBody), web.identity_of(request).name
        form = {name: str(getattr(said, name)) for name in ("whom", "store", "sku", "view", "state", "tag", "q")}
        asked = asked_of({**form, "refs": "\n".join(said.refs)})
        found = reads.gather(asked)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            made = runs.draft(session, found, subject=said.subject, body=said.body, per_minute=said.per_minute, asked=asked.plain(), who=who)
            return 201, _told(session, [runs.run(session, made)])[0]

        return web.written(request, body, make)

    @get("/{ident:int}", opt=READ, sync_to_thread=True)
    def one(self, ident: FromPath[int]) -> dict[str, Any]:
        """A run: how far it is, and what became of its messages."""
        with db.reading() as session:
            return _told(session, [runs.run(session, ident)])[0]

    @put("/{ident:int}/state", opt=WRITE, sync_to_thread=True)
    def move(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> dict[str, Any]:
        """Start it, let it rest, go on, or stop it for good. What it is already, it stays."""
        wanted = pages.one_of(web.read_as(body, RunStateBody).state, ("running", "paused", "stopped"), "state")
        who = web.identity_of(request).label

        def carry_out(session: Session) -> dict[str, Any]:
            before = runs.run(session, ident).state
            if before != wanted:
                step = "stop" if wanted == "stopped" else STEPS[wanted].get(before, "")
                if not step:
                    raise Conflict(f"This run is {before}.", where="state")
                step_of(session, ident, step, who)
            return _told(session, [runs.run(session, ident)])[0]

        return db.run(carry_out)


def _told(session: Session, found: Sequence[NoteRun]) -> list[dict[str, Any]]:
    fates = run_queries.fates(session, [run.id or 0 for run in found])
    return [{
        "id": run.id, "state": run.state, "subject": run.subject, "body": run.body, "per_minute": run.per_minute, "whom": whom,
        "orders": run.total, "done": run.done, "made_by": run.made_by, "made_at": run.made_at.isoformat(), "started_at": _moment(run.started_at),
        "ended_at": _moment(run.ended_at), "fates": [{"state": one.state, "reason": one.reason, "messages": one.n} for one in fates[run.id or 0]],
    } for run, whom in zip(found, reads.say(session, found), strict=True)]  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
