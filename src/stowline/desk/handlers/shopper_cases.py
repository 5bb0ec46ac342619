"""Cases of shoppers: the queue, one case, and what staff do with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.cases import case_reads, case_rules, casework
from stowline.cases import queries as cases
from stowline.cases.case_models import Case
from stowline.cases.casework import Said
from stowline.core import db, ids, web
from stowline.core.access import Identity
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import prose, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import shopper_cases as reads
from stowline.desk.queries import support
from stowline.orders import queries as orders
from stowline.people import queries as people
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "opened": "The case is open.", "taken": "It is yours.", "given": "It has a new owner.", "sent": "The answer goes out, and stands on the order's page.",
    "noted": "The note is kept. The shopper does not see it.", "solved": "Solved. It closes by itself unless the shopper says more.", "reopened": "It is open again.",
}  # fmt: skip
_SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


class Cases(Controller):
    """Cases of shoppers."""

    path = "/cases"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def cases(
        self, request: AnyRequest, view: FromQuery[str] = "open", q: FromQuery[str] = "", store: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """The queue."""
        return _list(request, view, q, store, after, before)

    @post("/", opt=WRITE, sync_to_thread=True)
    def open(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Log what a shopper said about an order."""
        form = web.read_form(body)
        try:
            ref = db.run(lambda session: _open(session, request, form))
        except Refused as why:
            if not web.accepts_html(request):
                raise
            return _list(request, "open", "", "", "", "", flash=why.say, typed=form, code=why.status)
        return web.redirect(f"/cases/{ref}?done=opened")

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ref: FromPath[str], done: FromQuery[str] = "", answer: FromQuery[str] = "") -> Response[Any]:
        """One case; `answer` is the ready answer to begin with."""
        return _draw(request, ref, flash=DONE.get(done), chosen=answer)

    @post("/{ref:str}/owner", opt=WRITE, sync_to_thread=True)
    def give(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Somebody sees to it from now on; nobody, where none is chosen."""
        said = web.read_form(body).get("owner", "")
        owner = whole(said, "owner", what="The owner", most=10**9) if said else None
        return _do(request, ref, "given", lambda session, case: casework.give(session, case.id or 0, owner))

    @post("/{ref:str}/taking", opt=WRITE, sync_to_thread=True)
    def take(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Whoever presses it sees to it from now on."""
        _ = body
        me = _me(web.identity_of(request))
        if me is None:
            raise Refused("A program cannot own a case. Give it to a person.", where="owner")
        return _do(request, ref, "taken", lambda session, case: casework.give(session, case.id or 0, me))

    @post("/{ref:str}/answers", opt=WRITE, sync_to_thread=True)
    def answer(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Show how an answer reads, or send what was shown."""
        form = web.read_form(body)
        text, key = prose(form.get("text"), "text", longest=case_rules.LONGEST), _key(form)
        if form.get("step") == "change":
            return _draw(request, ref, typed=text)
        try:
            with db.reading() as session:
                ready = filled(session, case_reads.by_ref(session, web.name(ref)), text)
        except NotFound:
            raise
        except Refused as why:
            if not web.accepts_html(request):
                raise
            return _draw(request, ref, flash=why.say, typed=text, code=why.status)
        if form.get("step") != "send":
            return _draw(request, ref, preview=ready, press=key)
        return _do(request, ref, "sent", lambda session, case: _send(session, case, ready, key, request, form))

    @post("/{ref:str}/notes", opt=WRITE, sync_to_thread=True)
    def note(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """A word among staff."""
        form = web.read_form(body)
        text = prose(form.get("text"), "text", longest=case_rules.LONGEST)
        return _do(request, ref, "noted", lambda session, case: casework.note(session, case.id or 0, text, f"note:{case.id}:{_key(form)}"))

    @post("/{ref:str}/solution", opt=WRITE, sync_to_thread=True)
    def solve(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """It is settled."""
        _ = body
        return _do(request, ref, "solved", lambda session, case: casework.solve(session, case.id or 0))

    @post("/{ref:str}/reopening", opt=WRITE, sync_to_thread=True)
    def reopen(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """It is not settled after all."""
        _ = body
        return _do(request, ref, "reopened", lambda session, case: casework.reopen(session, case.id or 0))

    @get("/{ref:str}/photos/{photo_id:int}", opt=READ, sync_to_thread=True)
    def photo(self, ref: FromPath[str], photo_id: FromPath[int]) -> Response[bytes]:
        """One photograph, to be kept, never to be opened as a page of ours."""
        with db.reading() as session:
            file, mime, content = case_reads.photo(session, case_reads.by_ref(session, web.name(ref)).id or 0, photo_id)
        return Response(content, media_type=mime, headers={"Content-Disposition": f'attachment; filename="{file}"', **_SANDBOX})


def filled(session: db.Session, case: Case, text: str) -> str:
    """An answer with its placeholders filled from the order. Raises Refused for one that must not go out."""
    if faults := cases.faults(text):
        raise Refused(f"{' '.join(faults)} Known are {', '.join(cases.PLACEHOLDERS)}.", where="text")
    ready = cases.filled(text, support.filling(session, orders.order(session, case.order_id)))
    if why := case_rules.trouble_with_answer(ready):
        raise Refused(why, where="text")
    return ready


def _send(session: db.Session, case: Case, ready: str, key: str, request: AnyRequest, form: Mapping[str, str]) -> None:
    """Whoever answers what nobody owns sees to it from then on."""
    me = _me(web.identity_of(request))
    if case.owner == "" and me is not None:
        casework.give(session, case.id or 0, me)
    casework.answer(session, case.id or 0, ready, f"answer:{case.id}:{key}")
    if form.get("solve"):
        casework.solve(session, case.id or 0)


def _key(form: Mapping[str, str]) -> str:
    return form.get("press", "")[:40] or ids.new_code(20)


def _me(who: Identity) -> int | None:
    return who.id if who.kind == "user" else None


def _open(session: db.Session, request: AnyRequest, form: Mapping[str, str]) -> str:
    order = orders.by_ref(session, form.get("order", "").strip(), form.get("store", "").strip())
    text = prose(form.get("text"), "text", longest=case_rules.LONGEST)
    said = Said(text, f"desk:{order.id}:{_key(form)}")
    return casework.report(session, order, form.get("kind", ""), said, source="staff", by=web.identity_of(request).name).ref


def _do(request: AnyRequest, ref: str, done: str, work: Callable[[db.Session, Case], object]) -> Response[Any]:
    try:
        db.run(lambda session: work(session, case_reads.by_ref(session, web.name(ref))))
    except Refused as why:
        if not web.accepts_html(request) or why.status == 404:
            raise
        return _draw(request, ref, flash=why.say, code=why.status)
    return web.redirect(f"/cases/{web.segment(web.name(ref))}?done={done}")


def _draw(
    request: AnyRequest, ref: str, *, flash: str | None = None, code: int = 200, chosen: str = "", typed: str | None = None, preview: str = "", press: str = "",
) -> Response[Any]:  # fmt: skip
    with db.reading() as session:
        view = reads.one(session, web.name(ref))
        owners = _people(session, view["case"]["owner"])
        spike = reads.banner(session)
    ready = next((one["text"] for one in view["beside"]["answers"] if one["key"] == chosen), "")
    return web.page(
        "desk/shopper_case.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", owners=owners, chosen=chosen, preview=preview,
        text=typed if typed is not None else ready, press=press or ids.new_code(20), longest=case_rules.LONGEST, known=cases.PLACEHOLDERS,
        mine=view["case"]["owner"] == web.identity_of(request).name, may_write=_may_write(request), **spike, **view,
    )  # fmt: skip


def _list(
    request: AnyRequest, view: str, q: str, store: str, after: str, before: str, *, flash: str | None = None, typed: Mapping[str, str] | None = None, code: int = 200,
) -> Response[Any]:  # fmt: skip
    said, view = pages.text(q), pages.one_of(view, reads.VIEWS, "view")
    types = (datetime, int) if view in reads.BY_DUE else (int,)
    with db.reading() as session:
        shops = {shop.key: shop for shop in stores.all_stores(session)}
        chosen = shops[pages.one_of(store, shops, "store")].id if store else None
        found = reads.page(session, view, said, chosen, _me(web.identity_of(request)), pages.place(after, before, *types))
        rows, spike = reads.rows(session, found.rows), reads.banner(session)
        counted = {"open": case_reads.open_count(session), "overdue": case_reads.overdue_count(session)}
    form = dict.fromkeys(("order", "store", "kind", "text"), "") | dict(typed or {})
    kept = {"view": view, "q": said, "store": store}
    return web.page(
        "desk/shopper_cases.html", request, code=code, flash=flash, flash_kind="bad", q=said, view=view, rows=rows, form=form, press=ids.new_code(20),
        views=pages.views("/cases", reads.VIEWS, view, counted), stores=pages.choices({"": "All stores", **{key: shop.name for key, shop in shops.items()}}, store),
        kinds=pages.choices(case_rules.KINDS, form["kind"]), open_form=typed is not None, longest=case_rules.LONGEST, may_write=_may_write(request),
        pages=pages.pager(found, "/cases", kept, "the first due first" if view in reads.BY_DUE else "newest first"), **spike,
    )  # fmt: skip


def _people(session: db.Session, chosen: str) -> list[dict[str, Any]]:
    known = [{"value": one.id, "label": one.name, "chosen": one.name == chosen} for one in people.staff(session) if one.active]
    return [{"value": "", "label": "Nobody", "chosen": chosen == ""}, *known]


def _may_write(request: AnyRequest) -> bool:
    return "orders.write" in web.identity_of(request).permissions
