"""Support: one page to answer a shopper from, the snippets behind it, tags, and customers."""

from collections.abc import Iterator
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Stream

from stowline.cases import queries as cases
from stowline.cases import service
from stowline.cases.service import LONGEST
from stowline.core import db, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, prose, text
from stowline.desk import erasure
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import customers, message_metrics, support
from stowline.orders import queries as orders

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {"saved": "The snippet was saved.", "removed": "The snippet was removed.", "tagged": "The tags were changed.",
        "erased": "Erased. Orders keep their amounts, goods and days; nothing says any more whose they were.",
        "heard": "It is on record, and holds from now on.", "known": "That is on record already. Nothing was changed.",
        "theirs": "Noted: the number is theirs."}


class Support(Controller):
    """Support."""

    include_in_schema = False

    @get("/support", opt=READ, sync_to_thread=True)
    def support(self, request: AnyRequest, q: FromQuery[str] = "", order: FromQuery[int | None] = None, done: FromQuery[str] = "") -> Response[Any]:
        """Find an order, and all that a shopper may ask about it."""
        said = pages.text(q)
        if order is not None and abs(order) >= 2**63:
            raise NotFound("There is no such order.")
        with db.reading() as session:
            rows = support.found(session, said) if said else []
            chosen = order or (rows[0]["id"] if len(rows) == 1 else None)
            one = support.one(session, chosen) if chosen else None
            alarms = [alarm for alarm in message_metrics.standing(session) if "asked" in alarm["say"]]
        return web.page("desk/support.html", request, q=said, rows=rows, one=one, mail_alarms=alarms, flash=DONE.get(done), may_write=_may_write(request))

    @post("/support/{order_id:int}/tags", opt=WRITE, sync_to_thread=True)
    def tag(self, request: AnyRequest, order_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Give an order a tag."""
        db.run(lambda session: _tag(session, request, "order", orders.order(session, order_id).id or 0, body))
        return web.redirect(f"/support?order={order_id}&done=tagged")

    @post("/support/{order_id:int}/tags/removal", opt=WRITE, sync_to_thread=True)
    def take_tag(self, order_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Take a tag off an order."""
        db.run(lambda session: service.take_tag(session, "order", order_id, web.read_form(body).get("off", "")))
        return web.redirect(f"/support?order={order_id}&done=tagged")

    @get("/snippets", opt=READ, sync_to_thread=True)
    def snippets(self, request: AnyRequest, done: FromQuery[str] = "") -> Response[Any]:
        """All snippets."""
        return _snippets(request, flash=DONE.get(done))

    @post("/snippets", opt=WRITE, sync_to_thread=True)
    def save(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Write a snippet, or write it anew."""
        said = web.read_form(body)
        try:
            title = text(said.get("title"), "title", what="The title", longest=120, needed=True)
            words = prose(said.get("text"), "text", longest=LONGEST)
            db.run(lambda session: service.save_snippet(session, key=said.get("key", "").strip(), locale=said.get("locale", "").strip(),
                                                        title=title, text=words, who=web.identity_of(request).name, public=said.get("public") == "on"))  # fmt: skip
        except (Refused, Bad) as why:
            if web.wants_json(request):
                raise
            return _snippets(request, flash=why.say, typed=said, code=getattr(why, "status", 422))
        return web.redirect("/snippets?done=saved")

    @post("/snippets/{ident:int}/removal", opt=WRITE, sync_to_thread=True)
    def remove(self, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Forget a snippet."""
        _ = body
        db.run(lambda session: service.remove_snippet(session, ident))
        return web.redirect("/snippets?done=removed")


class Customers(Controller):
    """Customers."""

    path = "/customers"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def listed(
        self, request: AnyRequest, view: FromQuery[str] = "backorder", q: FromQuery[str] = "", tag: FromQuery[str] = "",
        after: FromQuery[str] = "", before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of customers."""
        said, view, chosen = pages.text(q), pages.one_of(view, customers.VIEWS, "view"), pages.text(tag)
        with db.reading() as session:
            page = customers.page(session, view, said, chosen, pages.place(after, before, int))
            rows, known = customers.rows(session, page.rows), cases.known_tags(session, "customer")
        kept = {"view": view, "q": said, "tag": chosen}
        return web.page(
            "desk/customers.html", request, q=said, view=view, rows=rows, views=pages.views("/customers", customers.VIEWS, view, {}),
            tags=pages.choices({"": "Any tag", **{one: one for one in known}}, chosen),
            pages=pages.pager(page, "/customers", kept, "newest first"),
        )  # fmt: skip

    @get("/{ident:int}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ident: FromPath[int], done: FromQuery[str] = "") -> Response[Any]:
        """One customer."""
        return drawn(request, ident, flash=DONE.get(done))

    @get("/{ident:int}/data", opt=web.permission("privacy.manage"), sync_to_thread=True)
    def data(self, ident: FromPath[int]) -> Stream:
        """All that is kept about a customer, as one JSON file, sent while it is read."""
        with db.reading() as session:
            erasure.person(session, ident)
        headers = {"Content-Disposition": f'attachment; filename="customer-{ident}.json"', "Cache-Control": "no-store"}
        return Stream(_lines(ident), media_type="application/json", headers=headers)

    @post("/{ident:int}/erasure", opt=web.permission("privacy.manage"), sync_to_thread=True)
    def erase(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Take a customer out of everything; it cannot be undone."""
        typed, by = web.read_form(body).get("typed", ""), web.identity_of(request).label
        try:
            db.run(lambda session: erasure.erase(session, ident, typed=typed, by=by))
        except NotFound:
            raise
        except Refused as why:
            if web.wants_json(request):
                raise
            return drawn(request, ident, flash=why.say, code=why.status)
        return web.redirect(f"/customers/{ident}?done=erased")

    @post("/{ident:int}/tags", opt=WRITE, sync_to_thread=True)
    def tag(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Give a customer a tag."""
        db.run(lambda session: _tag(session, request, "customer", customers.one(session, ident)["customer"]["id"], body))
        return web.redirect(f"/customers/{ident}?done=tagged")

    @post("/{ident:int}/tags/removal", opt=WRITE, sync_to_thread=True)
    def take_tag(self, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Take a tag off a customer."""
        db.run(lambda session: service.take_tag(session, "customer", ident, web.read_form(body).get("off", "")))
        return web.redirect(f"/customers/{ident}?done=tagged")


def drawn(request: AnyRequest, ident: int, *, flash: str | None, code: int = 200) -> Response[Any]:
    """A customer's page. Raises NotFound."""
    with db.reading() as session:
        view = customers.one(session, ident)
    may_erase = "privacy.manage" in web.identity_of(request).permissions
    return web.page("desk/customer.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad",
                    may_write=_may_write(request), may_erase=may_erase, **view)  # fmt: skip


def _lines(ident: int) -> Iterator[bytes]:
    """One JSON array of {table, row}, a line for each."""
    start = b"["
    for table, rows in erasure.told(ident):
        for row in rows:
            yield start + b"\n" + web.encoded({"table": table, "row": row})
            start = b","
    yield b"\n]\n" if start == b"," else b"[]\n"


def _tag(session: db.Session, request: AnyRequest, noun: str, ident: int, body: bytes) -> None:
    service.add_tag(session, noun, ident, web.read_form(body).get("tag", ""), web.identity_of(request).name)


def _snippets(request: AnyRequest, *, flash: str | None, typed: dict[str, str] | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        rows = [{"id": one.id, "key": one.key, "locale": one.locale, "title": one.title, "text": one.text, "public": one.public, "changed_at": one.changed_at,
                 "changed_by": one.changed_by} for one in cases.all_snippets(session)]  # fmt: skip
    return web.page("desk/snippets.html", request, code=code, rows=rows, typed=typed or {}, known=cases.PLACEHOLDERS, longest=LONGEST, flash=flash,
                    flash_kind="ok" if code == 200 else "bad", may_write=_may_write(request))  # fmt: skip


def _may_write(request: AnyRequest) -> bool:
    return "orders.write" in web.identity_of(request).permissions
