"""Sequences of a store: how they are paced, which are under way, and one ended by hand; for managers and for programs."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from stowline.core import db, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import sequences as reads
from stowline.notifications import sequence_runs
from stowline.notifications.sequence_rules import Pace
from stowline.people import service as audit
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {"saved": "Saved. It counts from the next step on.", "ended": "It is ended. What is owed already still goes."}
NAMES = {"long_days": "The number of days", "every_from": "The number of days", "every_to": "The number of days", "cart_again_h": "The number of hours",
         "away_days": "The number of days"}  # fmt: skip
Form = dict[str, str]


class PaceBody(msgspec.Struct):
    """How a store paces its sequences."""

    long_days: int
    every_from: int
    every_to: int
    cart_again_h: int
    away_days: int


class SequencesApi(Controller):
    """Pace of sequences."""

    path = "/api/v1/stores/{key:str}/sequences"

    @get("/", opt=READ, sync_to_thread=True)
    def pace(self, key: FromPath[str]) -> dict[str, Any]:
        """How the store paces its sequences, and how many are under way."""
        with db.reading() as session:
            return _told(session, web.name(key))

    @put("/", opt=WRITE, sync_to_thread=True)
    def change(self, key: FromPath[str], body: RawBody) -> dict[str, Any]:
        """Say how the store paces them, from the next step on."""
        said, name = web.read_as(body, PaceBody), web.name(key)

        def save(session: Session) -> dict[str, Any]:
            sequence_runs.set_pace(session, stores.store_by_key(session, name).id or 0, Pace(**msgspec.structs.asdict(said)))
            return _told(session, name)

        return db.run(save)


def _told(session: Session, key: str) -> dict[str, Any]:
    store = stores.store_by_key(session, key)
    return {"store": store.key, **reads.pace(session, store), "under_way": {one["name"]: one["n"] for one in reads.kinds(session, store)}}


class Sequences(Controller):
    """Sequences of a store."""

    path = "/stores/{key:str}/sequences"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def sequences(
        self, request: AnyRequest, key: FromPath[str], q: FromQuery[str] = "", after: FromQuery[str] = "", before: FromQuery[str] = "", done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """The pace, and those under way."""
        return _draw(request, web.name(key), q=pages.text(q), after=after, before=before, flash=DONE.get(done))

    @post("/pace", opt=WRITE, sync_to_thread=True)
    def save(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Say how they are paced."""
        form, name = web.read_form(body), web.name(key)
        try:
            pace = Pace(**{one: whole(form.get(one, ""), one, what=what, least=least, most=most)
                           for one, what in NAMES.items() for least, most in [sequence_runs.LIMITS[one]]})  # fmt: skip
            db.run(lambda session: sequence_runs.set_pace(session, stores.store_by_key(session, name).id or 0, pace))
        except (Refused, Bad) as why:
            if web.wants_json(request) or isinstance(why, NotFound):
                raise
            return _draw(request, name, flash=why.say, code=422, typed=form, where=why.where or "")
        return web.redirect(f"/stores/{web.segment(name)}/sequences?done=saved")

    @post("/{run_id:int}/end", opt=WRITE, sync_to_thread=True)
    def end(self, request: AnyRequest, key: FromPath[str], run_id: FromPath[int], body: RawBody) -> Response[Any]:
        """End one for good. Pressed twice: nothing changes."""
        _, name, who = body, web.name(key), web.identity_of(request)

        def carry_out(session: Session) -> None:
            if sequence_runs.end_by_hand(session, stores.store_by_key(session, name).id or 0, run_id, who.name):
                audit.note(session, who.label, "ended a sequence", str(run_id))

        db.run(carry_out)
        return web.redirect(f"/stores/{web.segment(name)}/sequences?done=ended")


def _draw(
    request: AnyRequest, key: str, *, q: str = "", after: str = "", before: str = "", flash: str | None = None, code: int = 200, typed: Form | None = None,
    where: str = "",
) -> Response[Any]:  # fmt: skip
    with db.reading() as session:
        store = stores.store_by_key(session, key)
        page = reads.page(session, store, q, pages.place(after, before, datetime, int))
        rows, kinds, pace = reads.rows(session, page.rows), reads.kinds(session, store), reads.pace(session, store)
    here = f"/stores/{web.segment(key)}/sequences"
    return web.page(
        "desk/sequences.html", request, code=code, flash=flash, flash_kind="bad" if code != 200 else "ok", where=where, q=q,
        store={"key": store.key, "name": store.name}, rows=rows, kinds=kinds, typed={name: str(value) for name, value in pace.items()} | (typed or {}),
        limits=sequence_runs.LIMITS, pages=pages.pager(page, here, {"q": q}, "the next step first"),
        may_write="orders.write" in web.identity_of(request).permissions,
    )  # fmt: skip
