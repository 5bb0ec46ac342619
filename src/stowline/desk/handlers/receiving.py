"""Purchase orders for managers."""

from datetime import date
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from stowline.cases import queries as cases
from stowline.cases import service as tags
from stowline.catalog.units import units
from stowline.core import db, ids, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, day, text
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts
from stowline.desk.queries import receiving as reads
from stowline.receiving import queries as receiving
from stowline.receiving import service

READ, WRITE = web.permission("receiving.read"), web.permission("receiving.write")
DONE = {"closed": "Nothing more is expected on this purchase order.", "reopened": "Goods may come on this purchase order again.",
        "revised": "The revision is kept. Orders that wait for it are promised by it from now on.", "same": "That is what was agreed already.",
        "sent": "The report goes to the supplier by e-mail.", "tagged": "The tags are changed.",
        "built": "The pallet has its SSCC. Print its label.", "apart": "The pallet is taken apart. Its number is not used again."}


class Receiving(Controller):
    """Purchase orders."""

    path = "/receiving"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def orders(
        self, request: AnyRequest, view: FromQuery[str] = "open", q: FromQuery[str] = "", supplier: FromQuery[str] = "",
        after: FromQuery[str] = "", before: FromQuery[str] = "", tag: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of purchase orders."""
        said, view = pages.text(q), pages.one_of(view, reads.VIEWS, "view")
        types = (int,) if view == "all" else (date, int)
        with db.reading() as session:
            known = reads.suppliers(session)
            of = int(supplier) if pages.one_of(supplier, ("", *known), "supplier") else None
            page = reads.page(session, view, said, pages.place(after, before, *types), of, pages.text(tag))
            rows, given = reads.rows(session, page.rows), cases.known_tags(session, "purchase_order")
        counted = counts.fresh("purchase orders", counts.purchase_orders)
        say = f"{counts.shown(counted['open'])} expected" + (f", {counted['late']:,} late." if counted["late"] else ".")
        return web.page(
            "desk/receiving.html", request, say=say, views=pages.views("/receiving", reads.VIEWS, view, counted), q=said,
            view=view, rows=rows, suppliers=pages.choices({"": "All suppliers", **known}, supplier),
            tags=pages.choices({"": "Any tag", **{one: one for one in dict.fromkeys([*given, tag]) if one}}, tag),
            pages=pages.pager(page, "/receiving", {"view": view, "q": said, "supplier": supplier, "tag": tag}, "newest first" if view == "all" else "due first"),
        )  # fmt: skip

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ref: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """One purchase order."""
        return draw(request, web.name(ref), flash=DONE.get(done))

    @post("/{ref:str}/revisions", opt=WRITE, sync_to_thread=True)
    def revise(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """The supplier says otherwise."""
        name, form = web.name(ref), web.read_form(body)
        try:
            done = db.run(lambda session: _revised(session, name, form))
        except Refused as why:
            if why.status == 404 or not web.accepts_html(request):
                raise
            return draw(request, name, flash=why.say, code=why.status, typed=form)
        return web.redirect(f"/receiving/{web.segment(name)}?done={done}")

    @post("/{ref:str}/tags", opt=WRITE, sync_to_thread=True)
    def tag(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Give it a tag."""
        name, said, who = web.name(ref), web.read_form(body).get("tag", ""), web.identity_of(request).name
        try:
            db.run(lambda session: tags.add_tag(session, "purchase_order", receiving.by_ref(session, name).id or 0, said, who))
        except Refused as why:
            if why.status == 404 or not web.accepts_html(request):
                raise
            return draw(request, name, flash=why.say, code=why.status)
        return web.redirect(f"/receiving/{web.segment(name)}?done=tagged")

    @post("/{ref:str}/tags/removal", opt=WRITE, sync_to_thread=True)
    def take_tag(self, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Take a tag off it."""
        name, said = web.name(ref), web.read_form(body).get("off", "")
        db.run(lambda session: tags.take_tag(session, "purchase_order", receiving.by_ref(session, name).id or 0, said))
        return web.redirect(f"/receiving/{web.segment(name)}?done=tagged")

    @post("/{ref:str}/close", opt=WRITE, sync_to_thread=True)
    def close(self, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Nothing more will come."""
        _ = body
        return _set(web.name(ref), "closed")

    @post("/{ref:str}/reopen", opt=WRITE, sync_to_thread=True)
    def reopen(self, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """More may come after all."""
        _ = body
        return _set(web.name(ref), "reopened")


def draw(
    request: AnyRequest, ref: str, *, flash: str | None, code: int = 200, typed: dict[str, str] | None = None
) -> Response[Any]:
    """The page of a purchase order; `flash` is bad news unless `code` is 200."""
    with db.reading() as session:
        view = reads.one(session, ref)
    who = web.identity_of(request).permissions
    if "floor.receive" not in who:
        view["floor_href"] = None
    return web.page("desk/purchase_order.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad",
                    may_write="receiving.write" in who, may_build=bool(who & {"receiving.write", "floor.receive"}), typed=typed or {}, press=ids.new_uuid(), **view)


def _revised(session: Session, ref: str, form: dict[str, str]) -> str:
    """Carry a revision from the form out: "revised", or "same" where nothing changes. Raises Refused."""
    order = receiving.by_ref(session, ref)
    known = receiving.revision_count(session, order.id or 0)
    try:
        why = text(form.get("why"), "why", what="The reason", longest=200, needed=True)
        first = day(form.get("expected_from"), "expected_from") if form.get("expected_from") else None
        last = day(form.get("expected_to"), "expected_to") if form.get("expected_to") else None
        asked = {name.removeprefix("units."): units(said, name, least=0) for name, said in form.items() if name.startswith("units.") and said}
    except Bad as bad:
        raise Refused(bad.say, where=bad.where or None) from None
    number = service.revise(session, order.id or 0, expected_from=first, expected_to=last, quantities=asked, why=why)
    return "revised" if number > known else "same"


def _set(ref: str, done: str) -> Response[Any]:
    verb = service.close if done == "closed" else service.reopen
    db.run(lambda session: verb(session, receiving.by_ref(session, ref).id or 0))
    counts.forget()
    return web.redirect(f"/receiving/{web.segment(ref)}?done={done}")
