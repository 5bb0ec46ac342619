"""Cases at the dock: open one, give it to somebody, show it, solve it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, RawBody

from stowline.catalog import queries as catalog
from stowline.catalog.units import units
from stowline.core import db, web
from stowline.core.access import may
from stowline.core.errors import Refused
from stowline.core.fields import Bad, prose, text, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import dock_cases as reads
from stowline.people import queries as people
from stowline.receiving import cases
from stowline.receiving import queries as receiving

READ = web.permission("receiving.read", "floor.receive")
WRITE = web.permission("receiving.write", "floor.receive")
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
LARGEST_FORM = 2 * cases.LARGEST + 1_000_000  # bytes: two photographs at once
DONE = {"opened": "The case is open.", "given": "It has a new owner.", "photos": "The photograph is kept with it.", "solved": "Solved."}
_SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store"}  # fmt: skip


class DockCases(Controller):
    """Cases at the dock."""

    path = "/dock-cases"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def cases(
        self, request: AnyRequest, view: FromQuery[str] = "open", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of cases."""
        return _list(request, view, q, after, before)

    @post("/", opt=WRITE, sync_to_thread=True)
    def open(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Open one."""
        form = web.read_form(body)
        try:
            ref = db.run(lambda session: _opened(session, form))
        except (Refused, Bad) as why:
            if not web.accepts_html(request):
                raise
            return _list(request, "open", "", "", "", flash=why.say, typed=form, code=getattr(why, "status", 422))
        return web.redirect(f"/dock-cases/{ref}?done=opened")

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ref: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """One case."""
        return _draw(request, web.name(ref), flash=DONE.get(done))

    @post("/{ref:str}/owner", opt=WRITE, sync_to_thread=True)
    def give(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Somebody else sees to it."""
        owner = whole(web.read_form(body).get("owner"), "owner", what="The owner", most=10**9)
        return _do(request, ref, "given", lambda session, name: cases.hand_on(session, name, owner))

    @post("/{ref:str}/solution", opt=WRITE, sync_to_thread=True)
    def solve(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Say what became of it."""
        outcome = text(web.read_form(body).get("reason"), "reason", what="The outcome", longest=500, needed=True)
        return _do(request, ref, "solved", lambda session, name: cases.solve(session, name, outcome))

    @post("/{ref:str}/photos", opt=WRITE, sync_to_thread=True, request_max_body_size=LARGEST_FORM)
    def show(self, request: AnyRequest, ref: FromPath[str], data: Files) -> Response[Any]:
        """Keep photographs with it."""
        sent = [content for _, content in web.sent_files(data.values(), cases.LARGEST) if content]
        if not sent:
            raise Refused("No photograph came. Choose one, or take one.", where="photos")
        return _do(request, ref, "photos", lambda session, name: _keep(session, name, sent))

    @get("/{ref:str}/photos/{photo_id:int}", opt=READ, sync_to_thread=True)
    def photo(self, ref: FromPath[str], photo_id: FromPath[int]) -> Response[bytes]:
        """One photograph, to be kept, never to be opened as a page of ours."""
        with db.reading() as session:
            file, mime, content = cases.photo(session, web.name(ref), photo_id)
        return Response(content, media_type=mime, headers={"Content-Disposition": f'attachment; filename="{file}"', **_SANDBOX})


def _opened(session: db.Session, form: Mapping[str, str]) -> str:
    order, sku = form.get("order", "").strip(), form.get("sku", "").strip()
    case = cases.open_case(
        session, form.get("kind", ""), note=prose(form.get("note"), "note", longest=500),
        units=units(form.get("units") or "0", "units", least=0),
        purchase_order_id=receiving.by_ref(session, order).id if order else None,
        product_id=catalog.product_by_sku(session, sku).id if sku else None,
        owner_id=whole(form.get("owner"), "owner", what="The owner", most=10**9),
    )  # fmt: skip
    return case.ref


def _keep(session: db.Session, ref: str, sent: list[bytes]) -> None:
    for one in sent:
        cases.add_photo(session, ref, one)


def _do(request: AnyRequest, ref: str, done: str, work: Callable[[db.Session, str], object]) -> Response[Any]:
    name = web.name(ref)
    try:
        db.run(lambda session: work(session, name))
    except Refused as why:
        if web.wants_json(request) or why.status == 404:
            raise
        return _draw(request, name, flash=why.say, code=why.status)
    return web.redirect(f"/dock-cases/{web.segment(name)}?done={done}")


def _draw(request: AnyRequest, ref: str, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        view = reads.one(session, ref)
        owners = _people(session, view["case"]["owner"])
    return web.page("desk/dock_case.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad",
                    owners=owners, may_write=_may_write(request), sees=_sees(request), floor_href=_floor(request, view["case"]), **view)


def _list(
    request: AnyRequest, view: str, q: str, after: str, before: str, *, flash: str | None = None,
    typed: Mapping[str, str] | None = None, code: int = 200,
) -> Response[Any]:  # fmt: skip
    said, view = pages.text(q), pages.one_of(view, reads.VIEWS, "view")
    with db.reading() as session:
        page = reads.page(session, view, said, pages.place(after, before, int))
        rows = reads.rows(session, page.rows)
        owners = _people(session, web.identity_of(request).name)
        n = cases.count_open(session)
    form = dict.fromkeys(("kind", "note", "units", "order", "sku"), "") | dict(typed or {})
    return web.page(
        "desk/dock_cases.html", request, code=code, flash=flash, flash_kind="bad", q=said, view=view, rows=rows, form=form,
        views=pages.views("/dock-cases", reads.VIEWS, view, {"open": n}), owners=owners, kinds=pages.choices(cases.KINDS, form["kind"]),
        may_write=_may_write(request), sees=_sees(request), open_form=typed is not None,
        pages=pages.pager(page, "/dock-cases", {"view": view, "q": said}, "oldest first" if view == "open" else "newest first"),
    )  # fmt: skip


def _people(session: db.Session, chosen: str) -> list[dict[str, Any]]:
    """Who may see to a case, the chosen one marked."""
    return [{"value": one.id, "label": one.name, "chosen": one.name == chosen} for one in people.staff(session) if one.active]


def _sees(request: AnyRequest) -> dict[str, bool]:
    """Which of the pages that a case leads to this person may open: a receiver has none of them."""
    who = web.identity_of(request)
    return {"stock": may(who, "stock.read"), "receiving": may(who, "receiving.read")}


def _floor(request: AnyRequest, case: Mapping[str, Any]) -> str | None:
    """Back to the work that the case came from."""
    task = f"receive:{case['order'] or ''}"
    return f"/floor/task/{web.segment(task)}" if case["open"] and may(web.identity_of(request), "floor.receive") else None


def _may_write(request: AnyRequest) -> bool:
    return may(web.identity_of(request), "receiving.write", "floor.receive")
