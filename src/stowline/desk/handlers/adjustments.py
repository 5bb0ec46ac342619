"""Adjustments for managers: the list, one of them, a new one with photographs, and the reasons."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, RawBody
from litestar.response import Stream

from stowline.catalog import queries as catalog
from stowline.catalog.queries import Product
from stowline.core import db, idempotency, ids, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, text, whole
from stowline.core.idempotency import Answer
from stowline.desk.handlers import adjusting, pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import adjustments as reads
from stowline.desk.queries import counts, stock
from stowline.desk.queries import products as goods
from stowline.desk.queries.adjustments import Search
from stowline.inventory import adjustments as verbs
from stowline.inventory import attachments, reasons

READ, WRITE, APPROVE = web.permission("stock.read"), web.permission("stock.write"), web.permission("stock.approve")
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
DONE = {
    "posted": "Posted. The books are changed.", "waiting": "It waits until somebody else approves it. The books are as they were.",
    "approved": "Approved and posted. The books are changed.", "refused": "Refused. The books are as they were.",
    "withdrawn": "Withdrawn. The books are as they were.", "files": "The files are kept with it.",
}  # fmt: skip
LARGEST_FORM = attachments.MOST * attachments.LARGEST + 1_000_000  # bytes: every file that may be kept, in one form
_SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store"}  # fmt: skip
_FIELDS = ("sku", "bin", "lot", "serial", "condition", "units", "counted", "reason", "note", "expires_on")


class AdjustmentPages(Controller):
    """Adjustments."""

    include_in_schema = False

    @get("/adjustments", opt=READ, sync_to_thread=True)
    def adjustments(
        self, request: AnyRequest, view: FromQuery[str] = "", q: FromQuery[str] = "", reason: FromQuery[str] = "",
        after: FromQuery[str] = "", before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of adjustments: those that wait, if there are any; else all."""
        n = counts.fresh("to approve", counts.to_approve)
        search = _search(view or ("waiting" if n else "all"), q, reason)
        with db.reading() as session:
            page = reads.page(session, search, pages.place(after, before, int))
            rows = reads.rows(session, page.rows)
            known = {one.code: one.label for one in reasons.known(session)}
        kept = {"view": search.view, "q": search.text, "reason": reason}
        return web.page(
            "desk/adjustments.html", request, say=f"{counts.shown(n)} {'wait' if n != 1 else 'waits'} for approval." if n else "None waits for approval.",
            views=pages.views("/adjustments", reads.VIEWS, search.view, {"waiting": n}), view=search.view, q=search.text, rows=rows,
            reasons=pages.choices({"": "Any reason"} | known, reason), export_href=f"/adjustments.csv{pages.query(kept)}",
            pages=pages.pager(page, "/adjustments", kept, "oldest first" if search.view == "waiting" else "newest first"),
            may_write=_may(request, "stock.write"),
        )  # fmt: skip

    @get("/adjustments.csv", opt=READ, sync_to_thread=True)
    def export(self, view: FromQuery[str] = "all", q: FromQuery[str] = "", reason: FromQuery[str] = "") -> Stream:
        """The same for a spreadsheet."""
        return pages.spreadsheet("adjustments", reads.HEAD, reads.exported(_search(view, q, reason)))

    @get("/adjustments/new", opt=WRITE, sync_to_thread=True)
    def new(self, request: AnyRequest, q: FromQuery[str] = "") -> Response[Any]:
        """Choose the product, then say what changes."""
        said = {name: request.query_params.get(name, "")[:100] for name in _FIELDS}
        return _form(request, said, q=pages.text(q))

    @post("/adjustments", opt=WRITE, sync_to_thread=True, request_max_body_size=LARGEST_FORM)
    def ask(self, request: AnyRequest, data: Files) -> Response[Any]:
        """Ask for it; the photographs are kept with it, or nothing is."""
        said, files = _sent(data)
        try:
            asked, asker = adjusting.read(said), adjusting.key_of(request)

            def work(session: db.Session) -> Answer:
                row = verbs.ask(session, adjusting.wish(session, asked), asker)
                _attach(session, row.ref, files)
                return Answer(303, f"{row.ref} {row.state}".encode())

            made = adjusting.surprising(lambda: _once(request, said, files, work))
        except (Refused, Bad) as why:
            if web.wants_json(request):
                raise
            return _form(request, said, refusal=why)
        counts.forget()
        ref, _, state = made.decode().partition(" ")
        return web.redirect(f"/adjustments/{ref}?done={state}")

    @get("/adjustments/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ref: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """One adjustment."""
        return _draw(request, web.name(ref), flash=DONE.get(done))

    @post("/adjustments/{ref:str}/approval", opt=APPROVE, sync_to_thread=True)
    def approve(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Agree; the books change."""
        _ = body
        by = adjusting.key_of(request)
        return _decide(request, ref, "approved", lambda session, name: verbs.approve(session, name, by))

    @post("/adjustments/{ref:str}/refusal", opt=APPROVE, sync_to_thread=True)
    def refuse(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Refuse, with the reason."""
        why, by = text(web.read_form(body).get("reason"), "reason", what="The reason", longest=200), adjusting.key_of(request)
        return _decide(request, ref, "refused", lambda session, name: verbs.refuse(session, name, by, why))

    @post("/adjustments/{ref:str}/withdrawal", opt=WRITE, sync_to_thread=True)
    def withdraw(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Want it no more."""
        _ = body
        by = adjusting.key_of(request)
        return _decide(request, ref, "withdrawn", lambda session, name: verbs.withdraw(session, name, by))

    @post("/adjustments/{ref:str}/files", opt=WRITE, sync_to_thread=True, request_max_body_size=LARGEST_FORM)
    def attach(self, request: AnyRequest, ref: FromPath[str], data: Files) -> Response[Any]:
        """Keep more files with it."""
        _, files = _sent(data)
        return _decide(request, ref, "files", lambda session, name: _attach(session, name, files))

    @get("/adjustments/{ref:str}/files/{file_id:int}", opt=READ, sync_to_thread=True)
    def file(self, ref: FromPath[str], file_id: FromPath[int]) -> Response[bytes]:
        """One file, to be kept, never to be opened as a page of ours."""
        with db.reading() as session:
            file, content = attachments.content(session, web.name(ref), file_id)
        headers = {"Content-Disposition": f'attachment; filename="{file.file}"', **_SANDBOX}
        return Response(content, media_type=file.mime, headers=headers)


def _may(request: AnyRequest, permission: str) -> bool:
    return permission in web.identity_of(request).permissions


def _search(view: str, q: str, reason: str) -> Search:
    return Search(pages.one_of(view, reads.VIEWS, "view"), reason[:20], pages.text(q))


def _sent(data: Mapping[str, Any]) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    """(fields, files with their names) of a form; what is no text and no file is left out."""
    texts = ((name, one) for name, value in data.items() for one in (value if isinstance(value, list) else [value]))
    return {name: one for name, one in texts if isinstance(one, str)}, web.sent_files(data.values(), attachments.LARGEST)


def _attach(session: db.Session, ref: str, files: list[tuple[str, bytes]]) -> None:
    for name, content in files:
        attachments.attach(session, ref, name, content)


def _once(
    request: AnyRequest, said: Mapping[str, str], files: list[tuple[str, bytes]], work: Callable[[db.Session], Answer]
) -> bytes:
    """Do it once, however often the button is pressed: the form carries a key of its own."""
    marks = [hashlib.sha256(content).hexdigest() for _, content in files]
    sent = msgspec.json.encode([sorted((k, v) for k, v in said.items() if k != "csrf"), marks])
    key = idempotency.request_key(said.get("once") or None, "/adjustments", web.identity_of(request).label[:40], sent)
    return db.run(lambda session: idempotency.once(session, key, lambda: work(session))).body


def _decide(request: AnyRequest, ref: str, done: str, work: Callable[[db.Session, str], object]) -> Response[Any]:
    name = web.name(ref)
    try:
        adjusting.surprising(lambda: db.run(lambda session: work(session, name)))
    except (Refused, Bad) as why:
        if web.wants_json(request) or getattr(why, "status", 422) == 404:
            raise
        return _draw(request, name, flash=why.say, code=getattr(why, "status", 422))
    counts.forget()
    return web.redirect(f"/adjustments/{web.segment(name)}?done={done}")


def _draw(request: AnyRequest, ref: str, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        view = reads.one(session, ref)
        moves = stock.move_rows(session, view.pop("moves"))
        may_decide = verbs.may_decide(session, verbs.by_ref(session, ref), adjusting.somebody(request))
    mine = view.pop("asked_by") == adjusting.key_of(request)
    waits = view["adjustment"]["state"] == "waiting"
    return web.page(
        "desk/adjustment.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", moves=moves,
        may_approve=waits and may_decide and _may(request, "stock.approve"), may_withdraw=waits and mine and _may(request, "stock.write"),
        must_wait=waits and not may_decide, may_attach=_may(request, "stock.write") and len(view["files"]) < attachments.MOST,
        most_files=attachments.MOST, **view,
    )  # fmt: skip


def _form(request: AnyRequest, said: Mapping[str, str], *, q: str = "", refusal: Refused | Bad | None = None) -> Response[Any]:
    sku = said.get("sku", "")
    code = 200 if refusal is None else getattr(refusal, "status", 422)
    with db.reading() as session:
        product = _known(session, sku)
        bins = reads.offered(session, sku) if product else []
        found = goods.shortlist(session, q) if q and product is None else []
        offered = reasons.offered(session)
    shown = {name: said.get(name, "") for name in _FIELDS}
    return web.page(
        "desk/adjustment_new.html", request, code=code, flash=refusal.say if refusal else None, flash_kind="bad", q=q, found=found,
        product=product, bins=bins, said=shown, where=refusal.where if refusal else None, once=ids.new_uuid(),
        reasons=[{"value": one.code, "label": one.label, "direction": reasons.DIRECTIONS[one.direction], "goes": reasons.GOES_TO[one.goes_to],
                  "approve_above": one.approve_above, "chosen": one.code == shown["reason"]} for one in offered],
        conditions=pages.choices({one: one.capitalize() for one in verbs.CONDITIONS}, shown["condition"] or "good"),
    )  # fmt: skip


def _known(session: db.Session, sku: str) -> Product | None:
    try:
        return catalog.product_by_sku(session, sku) if sku else None
    except NotFound:
        return None


class ReasonPages(Controller):
    """The reasons that adjustments may have."""

    path = "/adjustments/reasons"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def reasons(self, request: AnyRequest, done: FromQuery[str] = "") -> Response[Any]:
        """Every reason."""
        return _reasons(request, flash="The reason is changed." if done else None)

    @post("/", opt=APPROVE, sync_to_thread=True)
    def put(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Add or change a reason."""
        form = web.read_form(body)
        try:
            said = _reason(form)
            code = text(form.get("code"), "code", what="The code", longest=20, needed=True)
            verb = reasons.add if form.get("new") else reasons.change
            db.run(lambda session: verb(session, code, **said))
        except (Refused, Bad) as why:
            if web.wants_json(request):
                raise
            return _reasons(request, flash=why.say, code=getattr(why, "status", 422))
        return web.redirect("/adjustments/reasons?done=set")


def _reason(form: Mapping[str, str]) -> dict[str, Any]:
    above = form.get("approve_above", "").strip()
    limit = whole(above, "approve_above", what="The limit", most=reasons.MOST_UNITS) if above else None
    return {"label": text(form.get("label"), "label", what="The label", longest=60, needed=True), "approve_above": limit,
            "direction": form.get("direction", ""), "goes_to": form.get("goes_to", ""), "active": form.get("active") == "1"}  # fmt: skip


def _reasons(request: AnyRequest, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        known = reasons.known(session)
    rows = [
        {"code": one.code, "label": one.label, "active": one.active, "approve_above": one.approve_above,
         "direction_say": reasons.DIRECTIONS[one.direction], "goes_say": reasons.GOES_TO[one.goes_to],
         "directions": pages.choices(reasons.DIRECTIONS, one.direction), "goes": pages.choices(reasons.GOES_TO, one.goes_to)}
        for one in known
    ]  # fmt: skip
    return web.page(
        "desk/reasons.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", rows=rows,
        directions=pages.choices(reasons.DIRECTIONS, "out"), goes=pages.choices(reasons.GOES_TO, "adjustment"),
        may_write=_may(request, "stock.approve"),
    )  # fmt: skip
