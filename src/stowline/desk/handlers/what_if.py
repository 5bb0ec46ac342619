"""What if a purchase order came later or short, and telling those who would be hit."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, text, whole
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import what_if as reads
from stowline.receiving import queries as receiving
from stowline.receiving import what_if
from stowline.receiving.what_if import Supposed

READ, WRITE = web.permission("receiving.read"), web.permission("receiving.write")


class WhatIf(Controller):
    """What if."""

    path = "/receiving/{ref:str}"
    include_in_schema = False

    @get("/what-if", opt=READ, sync_to_thread=True)
    def suppose(self, request: AnyRequest, ref: FromPath[str]) -> Response[Any]:
        """Who would be hit; nothing is stored."""
        asked = dict(request.query_params.items())
        return _page(request, web.name(ref), asked, asked)

    @post("/what-if", opt=WRITE, sync_to_thread=True)
    def tell(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """It is so: keep the revision and tell them."""
        name, form = web.name(ref), web.read_form(body)
        try:
            supposed, revision = _supposed(form), whole(form.get("revision"), "revision", what="The revision", most=1_000_000)
            why = text(form.get("why"), "why", what="The reason", longest=200, needed=True)
            say = text(form.get("say"), "say", what="What shoppers read", longest=1000, fold=True)
            db.run(lambda session: what_if.tell_now(session, receiving.by_ref(session, name), supposed, revision=revision, why=why, say=say))
        except (Refused, Bad) as no:
            if getattr(no, "status", 422) == 404 or not web.accepts_html(request):
                raise
            return _page(request, name, form, form, flash=no.say, code=getattr(no, "status", 422))
        return web.redirect(f"/receiving/{web.segment(name)}/telling")

    @get("/telling", opt=READ, sync_to_thread=True)
    def telling(self, request: AnyRequest, ref: FromPath[str]) -> Response[Any]:
        """How far telling is."""
        with db.reading() as session:
            view = reads.progress(session, receiving.by_ref(session, web.name(ref)))
        return web.page("desk/telling.html", request, **view)


def _page(
    request: AnyRequest, ref: str, asked: Mapping[str, str], typed: Mapping[str, str], *, flash: str = "", code: int = 200
) -> Response[Any]:
    supposed = Supposed()
    try:
        supposed = _supposed(asked)
    except Bad as bad:
        flash, code = flash or bad.say, 422
    with db.reading() as session:
        order = receiving.by_ref(session, ref)
        try:
            view = reads.page(session, order, supposed)
        except Refused as no:
            view, flash, code = reads.page(session, order, Supposed()), flash or no.say, no.status
    may = "receiving.write" in web.identity_of(request).permissions
    return web.page("desk/what_if.html", request, code=code, flash=flash or None, flash_kind="bad", may_write=may, typed=dict(typed), **view)


def _supposed(asked: Mapping[str, str]) -> Supposed:
    """Days later (may be below zero) and units fewer from an address or a form. Raises Bad."""
    days = asked.get("days", "").strip().removeprefix("+") or "0"
    sign, figure = (-1, days[1:]) if days.startswith("-") else (1, days)
    later = sign * whole(figure, "days", what="Days later", most=what_if.MOST_DAYS)
    short = {name.removeprefix("short."): whole(said, name, what="Units fewer", most=1_000_000)
             for name, said in asked.items() if name.startswith("short.") and said}  # fmt: skip
    return Supposed(later, {sku: n for sku, n in short.items() if n})
