"""Addresses that are not written to: look, add one by hand, lift one with a reason, take the list away."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Stream

from stowline.core import db, fields, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import suppressions as reads
from stowline.desk.queries.keyset import Place
from stowline.notifications import suppressions
from stowline.stores import queries as stores

READ, WRITE = web.permission("messages.read"), web.permission("orders.write")
DONE = {"added": "This address is not written to any more.", "lifted": "This address may be written to again."}
ASKED = ("address", "channel", "scope", "store", "reason")


class Suppressions(Controller):
    """Suppressed addresses."""

    include_in_schema = False

    @get("/messages/suppressions", opt=READ, sync_to_thread=True)
    def suppressions(
        self, request: AnyRequest, view: FromQuery[str] = "standing", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "", done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of addresses that are not written to."""
        view = pages.one_of(view, reads.VIEWS, "view")
        return _list(request, view, pages.text(q), pages.place(after, before, int), flash=DONE.get(done))

    @get("/messages/suppressions.csv", opt=READ, sync_to_thread=True)
    def export(self, view: FromQuery[str] = "standing") -> Stream:
        """The same for a spreadsheet."""
        view = pages.one_of(view, reads.VIEWS, "view")
        return pages.spreadsheet("suppressions", reads.HEAD, reads.exported(view))

    @post("/messages/suppressions", opt=WRITE, sync_to_thread=True)
    def add(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Write to an address no more."""
        said = web.read_form(body)
        asked = {name: said.get(name, "") for name in ASKED}
        try:
            who = web.identity_of(request).name
            db.run(lambda session: _suppress(session, asked, who))
        except (Refused, Bad) as why:
            if web.wants_json(request):
                raise
            return _list(request, "standing", "", pages.place("", ""), asked=asked, flash=why.say, code=getattr(why, "status", 422))
        return web.redirect("/messages/suppressions?done=added")

    @post("/messages/suppressions/{ident:int}/lifting", opt=WRITE, sync_to_thread=True)
    def lift(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Write to it again, for a reason."""
        why = fields.text(web.read_form(body).get("reason", ""), "reason", what="The reason", longest=300, needed=True)
        who = web.identity_of(request).name
        db.run(lambda session: suppressions.lift(session, ident, who=who, why=why))
        return web.redirect("/messages/suppressions?done=lifted")


def _suppress(session: db.Session, asked: dict[str, str], who: str) -> int:
    channel = pages.one_of(asked["channel"], reads.CHANNELS, "channel")
    address = asked["address"]
    address = fields.email(address, "address") if channel == "email" else fields.text(address, "address", what="The address", needed=True)
    why = fields.text(asked["reason"], "reason", what="The reason", longest=250, needed=True)
    store_id = stores.store_by_key(session, asked["store"]).id if asked["store"] else None
    return suppressions.suppress(session, channel, address, scope=asked["scope"], store_id=store_id, why=f"{why} (by {who})"[:300], source="by hand")


def _list(
    request: AnyRequest, view: str, text: str, place: Place, *, asked: dict[str, str] | None = None, flash: str | None = None,
    code: int = 200,
) -> Response[Any]:  # fmt: skip
    asked = asked or dict.fromkeys(ASKED, "")
    with db.reading() as session:
        page = reads.page(session, view, text, place)
        rows = reads.rows(session, page.rows)
        trouble = reads.trouble(session)
        shops = {"": "Every store"} | {shop.key: shop.name for shop in stores.all_stores(session)}
    kept = {"view": view, "q": text}
    return web.page(
        "desk/suppressions.html", request, code=code, rows=rows, view=view, q=text, views=pages.views("/messages/suppressions", reads.VIEWS, view, {}),
        pages=pages.pager(page, "/messages/suppressions", kept, "newest first"), export_href=f"/messages/suppressions.csv?view={view}",
        asked=asked, channels=pages.choices(reads.CHANNELS, asked["channel"]), scopes=pages.choices(reads.SCOPES, asked["scope"]),
        stores=pages.choices(shops, asked["store"]), may_write="orders.write" in web.identity_of(request).permissions,
        trouble=trouble, flash=flash, flash_kind="ok" if code == 200 else "bad",
    )  # fmt: skip
