"""Lots: the list, what ends soon, one lot with its orders and its hold; one serial."""

from collections.abc import Callable
from datetime import date
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Stream

from stowline.catalog import queries as catalog
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, day
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import lots
from stowline.desk.queries.keyset import Place
from stowline.inventory import lots as verbs

READ, WRITE = web.permission("stock.read"), web.permission("stock.write")
DONE = {"held": "The lot is held: none of it is sold.", "released": "The lot may be sold again.",
        "day": "The last day is corrected. What is held stays so until somebody releases it."}


class Lots(Controller):
    """Lots and serials."""

    include_in_schema = False

    @get("/lots", opt=READ, sync_to_thread=True)
    def lots(
        self, request: AnyRequest, view: FromQuery[str] = "here", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of lots."""
        said, view = pages.text(q), pages.one_of(view, lots.VIEWS, "view")
        with db.reading() as session:
            page = lots.page(session, view, said, pages.place(after, before, str, str))
            rows = lots.rows(session, page.rows)
        kept = {"view": view, "q": said}
        return web.page(
            "desk/stock_lots.html", request, q=said, view=view, rows=rows, views=pages.views("/lots", lots.VIEWS, view, {}),
            export_href=f"/lots.csv{pages.query(kept)}", pages=pages.pager(page, "/lots", kept, "by SKU"),
        )  # fmt: skip

    @get("/lots.csv", opt=READ, sync_to_thread=True)
    def export(self, view: FromQuery[str] = "here", q: FromQuery[str] = "") -> Stream:
        """The same for a spreadsheet."""
        said, view = pages.text(q), pages.one_of(view, lots.VIEWS, "view")
        return pages.spreadsheet("lots", lots.HEAD, lots.exported(lambda session, place, size: lots.page(session, view, said, place, size)))

    @get("/expiring", opt=READ, sync_to_thread=True)
    def expiring(
        self, request: AnyRequest, days: FromQuery[str] = "30", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """Lots with good units that may soon be sold no more."""
        said, within = pages.text(q), int(pages.one_of(days, lots.DAYS, "number of days"))
        with db.reading() as session:
            page = lots.expiring(session, within, said, pages.place(after, before, date, int))
            rows = lots.rows(session, page.rows)
        kept = {"days": days, "q": said}
        return web.page(
            "desk/stock_expiring.html", request, q=said, within=within, rows=rows,
            days=pages.choices({n: f"{n} days" for n in lots.DAYS}, days), export_href=f"/expiring.csv{pages.query(kept)}",
            may_write=_may_write(request), pages=pages.pager(page, "/expiring", kept, "first to end first"),
        )  # fmt: skip

    @get("/expiring.csv", opt=READ, sync_to_thread=True)
    def export_expiring(self, days: FromQuery[str] = "30", q: FromQuery[str] = "") -> Stream:
        """The same for a spreadsheet."""
        said, within = pages.text(q), int(pages.one_of(days, lots.DAYS, "number of days"))
        return pages.spreadsheet("expiring", lots.HEAD, lots.exported(lambda session, place, size: lots.expiring(session, within, said, place, size)))

    @get("/stock/{sku:str}/lots/{code:str}", opt=READ, sync_to_thread=True)
    def lot(
        self, request: AnyRequest, sku: FromPath[str], code: FromPath[str], after: FromQuery[str] = "",
        before: FromQuery[str] = "", done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """One lot: where it lies, what moved, which orders got it."""
        return _lot(request, web.name(sku), web.name(code), pages.place(after, before, int), flash=DONE.get(done))

    @get("/stock/{sku:str}/lots/{code:str}/orders.csv", opt=READ, sync_to_thread=True)
    def lot_orders(self, sku: FromPath[str], code: FromPath[str]) -> Stream:
        """Every order that got some of a lot, with whom to write to: for a recall."""
        name, of_lot = web.name(sku), web.name(code)
        return pages.spreadsheet("lot-orders", lots.TRACE_HEAD, lots.traced(lambda session: lots.lot(session, name, of_lot)[0]))

    @post("/stock/{sku:str}/lots/{code:str}/hold", opt=WRITE, sync_to_thread=True)
    def hold(self, request: AnyRequest, sku: FromPath[str], code: FromPath[str], body: RawBody) -> Response[Any]:
        """None of the lot may be sold from now on."""
        name, of_lot, said = web.name(sku), web.name(code), web.read_form(body)
        back = web.local_path(said.get("back", "")) or f"/stock/{web.segment(name)}/lots/{web.segment(of_lot)}?done=held"

        def put_on_hold(session: db.Session) -> None:
            product = catalog.product_by_sku(session, name)
            verbs.hold(session, verbs.by_code(session, product.id or 0, of_lot), said.get("reason", ""))

        return _decided(request, name, of_lot, put_on_hold, back)

    @post("/stock/{sku:str}/lots/{code:str}/release", opt=WRITE, sync_to_thread=True)
    def release(self, request: AnyRequest, sku: FromPath[str], code: FromPath[str], body: RawBody) -> Response[Any]:
        """The lot may be sold again."""
        _ = body
        name, of_lot = web.name(sku), web.name(code)

        def let_go(session: db.Session) -> None:
            product = catalog.product_by_sku(session, name)
            verbs.release(session, verbs.by_code(session, product.id or 0, of_lot))

        back = f"/stock/{web.segment(name)}/lots/{web.segment(of_lot)}?done=released"
        return _decided(request, name, of_lot, let_go, back)

    @post("/stock/{sku:str}/lots/{code:str}/last-day", opt=WRITE, sync_to_thread=True)
    def set_last_day(self, request: AnyRequest, sku: FromPath[str], code: FromPath[str], body: RawBody) -> Response[Any]:
        """The pack says another last day than our books."""
        name, of_lot, said = web.name(sku), web.name(code), web.read_form(body)

        def correct(session: db.Session) -> None:
            ends = day(said.get("expires_on"), "expires_on")
            if ends is None:
                raise Refused("Say the last day that stands on the pack.", where="expires_on")
            product = catalog.product_by_sku(session, name)
            verbs.set_last_day(session, verbs.by_code(session, product.id or 0, of_lot), ends)

        return _decided(request, name, of_lot, correct, f"/stock/{web.segment(name)}/lots/{web.segment(of_lot)}?done=day")

    @get("/stock/{sku:str}/serials/{code:str}", opt=READ, sync_to_thread=True)
    def serial(
        self, request: AnyRequest, sku: FromPath[str], code: FromPath[str], after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """One serial: where it is, and its life."""
        name, of_serial = web.name(sku), web.name(code)
        with db.reading() as session:
            piece = lots.serial(session, name, of_serial)
            view = _life(session, piece, pages.place(after, before, int), f"/stock/{web.segment(name)}/serials/{web.segment(of_serial)}")
        return web.page("desk/stock_serial.html", request, product=piece.product, serial=of_serial, **view)


def _may_write(request: AnyRequest) -> bool:
    return "stock.write" in web.identity_of(request).permissions


def _life(session: db.Session, piece: lots.Piece, place: Place, path: str) -> dict[str, Any]:
    moves = lots.moves(session, piece, place)
    orders, more = lots.trace(session, piece)
    return {"bins": lots.whereabouts(session, piece), "moves": lots.told_moves(session, moves), "orders": orders, "more": more is not None,
            "pages": pages.pager(moves, path, {}, "newest first")}  # fmt: skip


def _lot(
    request: AnyRequest, sku: str, code: str, place: Place, *, flash: str | None = None, flash_kind: str = "ok", status: int = 200
) -> Response[Any]:
    with db.reading() as session:
        piece, lot = lots.lot(session, sku, code)
        view = _life(session, piece, place, f"/stock/{web.segment(sku)}/lots/{web.segment(code)}")
    return web.page("desk/stock_lot.html", request, code=status, product=piece.product, lot=lot, may_write=_may_write(request),
                    flash=flash, flash_kind=flash_kind, **view)  # fmt: skip


def _decided(request: AnyRequest, sku: str, code: str, decide: Callable[[db.Session], None], back: str) -> Response[Any]:
    try:
        db.run(decide)
    except (Refused, Bad) as no:
        status = no.status if isinstance(no, Refused) else 422
        if status == 404:
            raise
        return _lot(request, sku, code, Place(), flash=no.say, flash_kind="bad", status=status)
    return web.redirect(back)
