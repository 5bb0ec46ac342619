"""Returns: the list, one return with its goods and its money, a new one for a shopper, and the words that decide."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, RawBody

from stowline.core import db, ids, money, pictures, web
from stowline.core.access import may
from stowline.core.errors import Conflict, Refused
from stowline.core.fields import prose, text, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.handlers.paper import pdf_answer
from stowline.desk.queries import counts, diary
from stowline.desk.queries import returns as reads
from stowline.orders import queries as orders
from stowline.returns import arriving, paper, photos, queries, service, settling
from stowline.returns.queries import OUTCOMES, REASONS
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read", "floor.receive"), web.permission("orders.write")
BENCH = web.permission("orders.write", "floor.receive")
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
LARGEST_FORM = 2 * pictures.LARGEST + 1_000_000
DONE = {
    "asked": "The return is open.", "approved": "Approved. The shopper may send it.", "refused": "Refused. The shopper reads why.", "withdrawn": "Withdrawn.",
    "settled": "Settled. The shop is told what to pay back; goods are ordered.", "sent": "It is on its way back.", "claimed": "The claim is noted.",
    "photos": "The photograph is kept with it.", "weighed": "The weight is noted.",
}  # fmt: skip
_SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


class Returns(Controller):
    """Returns."""

    path = "/returns"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def returns(
        self, request: AnyRequest, view: FromQuery[str] = "open", q: FromQuery[str] = "", store: FromQuery[str] = "", age: FromQuery[str] = "",
        after: FromQuery[str] = "", before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of returns."""
        said, view, age = pages.text(q), pages.one_of(view, reads.VIEWS, "view"), pages.one_of(age, reads.AGES, "age")
        with db.reading() as session:
            shops = stores.all_stores(session)
            store_id = stores.store_by_key(session, store).id if store else None
            page = reads.page(session, view, pages.place(after, before, int), text=said, store_id=store_id, age=age)
            rows, counted = reads.rows(session, page.rows), reads.counted(session)
        kept = {"view": view, "q": said, "store": store, "age": age}
        return web.page(
            "desk/returns.html", request, q=said, view=view, rows=rows, views=pages.views("/returns", reads.VIEWS, view, counted),
            stores=pages.choices({"": "All stores", **{shop.key: shop.name for shop in shops}}, store), ages=pages.choices(reads.AGES, age),
            csv="/returns.csv" + pages.query(kept), pages=pages.pager(page, "/returns", kept, "newest first"), may_write=_may(request),
        )  # fmt: skip

    @get("/new", opt=WRITE, sync_to_thread=True)
    def new(self, request: AnyRequest, order: FromQuery[str] = "", store: FromQuery[str] = "") -> Response[Any]:
        """What of an order may come back."""
        return _draw_new(request, order.strip(), store)

    @post("/", opt=WRITE, sync_to_thread=True)
    def ask(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Open a return for a shopper, and approve it."""
        form = web.read_form(body)
        try:
            ref = db.run(lambda session: _asked(session, form, web.identity_of(request).name))
        except Refused as why:
            if why.status == 404 or web.wants_json(request):
                raise
            return _draw_new(request, form.get("order", ""), form.get("store", ""), flash=why.say, typed=form, code=why.status)
        counts.forget()
        return web.redirect(f"/returns/{ref}?done=asked")

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ref: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """One return."""
        return _draw(request, web.name(ref), flash=DONE.get(done))

    @post("/{ref:str}/approval", opt=WRITE, sync_to_thread=True)
    def approve(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """The goods may come back."""
        free = True if "free" in web.read_form(body) else None
        return _do(request, ref, "approved", lambda session, name: service.approve(session, name, free_label=free))

    @post("/{ref:str}/refusal", opt=WRITE, sync_to_thread=True)
    def refuse(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """They may not, and why."""
        return _do(request, ref, "refused", lambda session, name: service.refuse(session, name, _reason(body)))

    @post("/{ref:str}/withdrawal", opt=WRITE, sync_to_thread=True)
    def withdraw(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Nothing comes back after all."""
        return _do(request, ref, "withdrawn", lambda session, name: service.withdraw(session, name, _reason(body)))

    @post("/{ref:str}/way", opt=WRITE, sync_to_thread=True)
    def way(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """It is on its way back, under a number."""
        form = web.read_form(body)
        number, carrier = text(form.get("number"), "number", what="The number", longest=80), text(form.get("carrier"), "carrier", what="The carrier", longest=60)
        return _do(request, ref, "sent", lambda session, name: service.sent(session, name, tracking=number, carrier=carrier))

    @post("/{ref:str}/claim", opt=WRITE, sync_to_thread=True)
    def claim(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """What the carrier calls our claim."""
        return _do(request, ref, "claimed", lambda session, name: service.note_claim(session, name, _reason(body)))

    @post("/{ref:str}/settlement", opt=WRITE, sync_to_thread=True)
    def settle(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Give the shopper what is owed, line by line as the form says."""
        form = web.read_form(body)
        return _do(request, ref, "settled", lambda session, name: settling.settle(session, name, _choices(session, name, form)))

    @post("/{ref:str}/weight", opt=BENCH, sync_to_thread=True)
    def weigh(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """What its parcel weighs."""
        grams = whole(web.read_form(body).get("grams"), "grams", what="The weight", least=1, most=1_000_000)
        return _do(request, ref, "weighed", lambda session, name: arriving.weighed(session, name, grams))

    @post("/{ref:str}/photos", opt=BENCH, sync_to_thread=True, request_max_body_size=LARGEST_FORM)
    def show(self, request: AnyRequest, ref: FromPath[str], data: Files) -> Response[Any]:
        """Keep photographs with it."""
        sent = [content for _, content in web.sent_files(data.values(), pictures.LARGEST) if content]
        if not sent:
            raise Refused("No photograph came. Choose one, or take one.", where="photos")

        def keep(session: db.Session, name: str) -> None:
            for content in sent:
                photos.add(session, name, content)

        return _do(request, ref, "photos", keep)

    @get("/{ref:str}/photos/{photo_id:int}", opt=READ, sync_to_thread=True)
    def photo(self, ref: FromPath[str], photo_id: FromPath[int]) -> Response[bytes]:
        """One photograph, to be kept, never to be opened as a page of ours."""
        with db.reading() as session:
            file, mime, content = photos.photo(session, web.name(ref), photo_id)
        return Response(content, media_type=mime, headers={"Content-Disposition": f'attachment; filename="{file}"', **_SANDBOX})

    @get("/{ref:str}/label", opt=READ, sync_to_thread=True)
    def label(self, ref: FromPath[str]) -> Response[bytes]:
        """Label and slip of a return that is approved."""
        with db.reading() as session:
            rma = queries.by_ref(session, web.name(ref))
            if rma.state in {"requested", "refused", "withdrawn"}:
                raise Conflict(f"{rma.ref} is {queries.WORDS[rma.state].lower()}: it has no label.")
            made = paper.papers(session, rma)
        return pdf_answer(made, f"return-{rma.ref}")


class ReturnsFile(Controller):
    """The list as a spreadsheet."""

    include_in_schema = False

    @get("/returns.csv", opt=web.permission("orders.read"), sync_to_thread=False)
    def export(self, view: FromQuery[str] = "open", q: FromQuery[str] = "", store: FromQuery[str] = "", age: FromQuery[str] = "") -> Any:  # noqa: ANN401  (a stream)
        """All returns that the page shows."""
        said, view, age = pages.text(q), pages.one_of(view, reads.VIEWS, "view"), pages.one_of(age, reads.AGES, "age")
        with db.reading() as session:
            store_id = stores.store_by_key(session, store).id if store else None
        return pages.spreadsheet("returns", reads.HEAD, _portions(view, said, store_id, age))


def _portions(view: str, said: str, store_id: int | None, age: str) -> Any:  # noqa: ANN401  (an iterator)
    with db.reading() as session:
        yield from reads.export(session, view, text=said, store_id=store_id, age=age)


def _reason(body: bytes) -> str:
    return text(web.read_form(body).get("reason"), "reason", what="The reason", longest=500)


def _asked(session: db.Session, form: Mapping[str, str], who: str) -> str:
    """The return that a form asks for, approved; its number keeps a second click from asking twice."""
    order = orders.by_ref(session, form.get("order", "").strip(), form.get("store", ""))
    wishes = []
    for line in orders.lines(session, order.id or 0):
        units = whole(form.get(f"units.{line.id}") or "0", f"units.{line.id}", what="The number of units")
        if units:
            wishes.append(service.Wish(line.id, units, form.get(f"reason.{line.id}", ""), form.get(f"outcome.{line.id}", ""),
                                       exchange_sku=form.get(f"swap.{line.id}", "").strip()))  # fmt: skip
    key = text(form.get("press"), "press", what="The form's number", longest=80, needed=True)
    rma = service.request(session, order, wishes, key=f"desk:{key}", by=who, note=prose(form.get("note"), "note", longest=1000), staff=True)
    return service.approve(session, rma.ref).ref


def _choices(session: db.Session, ref: str, form: Mapping[str, str]) -> dict[int, settling.Choice]:
    """What a person decided of each line."""
    rma = queries.by_ref(session, ref)
    currency = orders.order(session, rma.order_id).currency
    found = {}
    for line in queries.lines(session, rma.id or 0):
        try:
            cut = money.minor(form.get(f"cut.{line.id}") or "0", currency)
        except ValueError as why:
            raise Refused(str(why), where=f"cut.{line.id}") from None
        found[line.id] = settling.Choice(form.get(f"outcome.{line.id}", ""), cut, text(form.get(f"why.{line.id}"), f"why.{line.id}", what="The reason", longest=300))
    return found


def _do(request: AnyRequest, ref: str, done: str, work: Callable[[db.Session, str], object]) -> Response[Any]:
    name = web.name(ref)
    try:
        db.run(lambda session: work(session, name))
    except Refused as why:
        if web.wants_json(request) or why.status == 404:
            raise
        return _draw(request, name, flash=why.say, code=why.status)
    counts.forget()
    return web.redirect(f"/returns/{web.segment(name)}?done={done}")


def _draw(request: AnyRequest, ref: str, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        view = reads.one(session, ref)
        happened = diary.of_return(session, view["rma"]["order_id"], ref)
    return web.page("desk/return.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", trail=happened, outcomes=OUTCOMES,
                    may_write=_may(request), may_show=may(web.identity_of(request), "orders.write", "floor.receive"), **view)  # fmt: skip


def _draw_new(request: AnyRequest, ref: str, store: str, *, flash: str | None = None, typed: Mapping[str, str] | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        try:
            order = orders.by_ref(session, ref, store) if ref else None
        except Refused as why:
            order, flash, code = None, flash or why.say, why.status
        view = None
        if order is not None:
            key = stores.store(session, order.store_id).key
            view = {"ref": order.ref, "store_key": key, "name": order.ship_name, "can": service.eligible(session, order)}
    from_before = dict(typed or {})
    return web.page("desk/return_new.html", request, code=code, flash=flash, flash_kind="bad", asked=ref, order=view, form=from_before,
                    press=from_before.get("press") or ids.new_uuid(), reasons=REASONS, outcomes=OUTCOMES)  # fmt: skip


def _may(request: AnyRequest) -> bool:
    return may(web.identity_of(request), "orders.write")
