"""Bins: the list, one bin and what a manager changes of it, new bins and racks, labels, the list as a file."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from litestar.response import Stream
from sqlmodel import Session

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.handlers.paper import pdf_answer
from stowline.desk.queries import bin_file, bins, building, warehouse_map
from stowline.inventory import places
from stowline.inventory import queries as inventory
from stowline.inventory.fit import MIXING
from stowline.inventory.label import Size, labels_pdf

READ, WRITE = web.permission("stock.read"), web.permission("stock.write")
DONE = {
    "changed": "The bin was changed.", "same": "Nothing was different, so nothing was changed.",
    "added": "The bin was added. Print its label.", "closed": "The bin is closed. What lies in it can still be taken.",
    "opened": "The bin is open again.",
}  # fmt: skip
RULES = {"": "As its zone says"} | MIXING
SIZES = {"100x50": "100 × 50 mm, one a page", "a4": "A4, ten a sheet"}


class Bins(Controller):
    """Bins."""

    path = "/bins"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def bins(
        self, request: AnyRequest, kind: FromQuery[str] = "", zone: FromQuery[str] = "", q: FromQuery[str] = "",
        after: FromQuery[str] = "", before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of bins with what lies in them."""
        said = pages.text(q)
        pages.one_of(kind, ("", *bins.KINDS), "kind")
        with db.reading() as session:
            zones = building.zone_names(session)
            pages.one_of(zone, ("", *zones), "zone")
            page = bins.page(session, kind, said, pages.place(after, before, str), zone)
            rows = bins.rows(session, page.rows)
        kinds = {"": "All kinds"} | {one: one.capitalize() for one in bins.KINDS}
        kept = {"kind": kind, "zone": zone, "q": said}
        return web.page(
            "desk/bins.html", request, say="Every place where goods may lie, and what lies there.", q=said, rows=rows,
            kinds=pages.choices(kinds, kind), zones=pages.choices({"": "All zones"} | zones, zone),
            export_href=f"/bins.csv{pages.query(kept)}", stock_href=f"/stock-by-bin.csv{pages.query(kept)}", label_fields=kept, sizes=SIZES, may_write=_may_write(request),
            pages=pages.pager(page, "/bins", kept, "by code"),
        )  # fmt: skip

    @get("/labels.pdf", opt=READ, sync_to_thread=True)
    def labels(
        self, size: FromQuery[str] = "100x50", codes: FromQuery[str] = "", zone: FromQuery[str] = "", kind: FromQuery[str] = "",
        aisle: FromQuery[str] = "", q: FromQuery[str] = "",
    ) -> Response[bytes]:  # fmt: skip
        """Labels of the bins with these codes (one a line), else of those that fit, at most 500."""
        pages.one_of(kind, ("", *places.KINDS), "kind")
        paper: Size = "a4" if pages.one_of(size, SIZES, "size") == "a4" else "100x50"
        named = [code.strip() for code in codes.splitlines() if code.strip()]
        with db.reading() as session:
            found = building.labels(session, codes=named, zone=zone[:60], kind=kind, aisle=aisle[:60], begins=pages.text(q))
        return pdf_answer(labels_pdf(found, paper), "bin-labels" if len(found) > 1 else f"bin-{found[0].code}")

    @get("/{code:str}", opt=READ, sync_to_thread=True)
    def bin(self, request: AnyRequest, code: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """One bin."""
        return _bin_page(request, web.name(code), flash=DONE.get(done))

    @post("/", opt=WRITE, sync_to_thread=True)
    def add(self, body: RawBody) -> Response[Any]:
        """One more bin."""
        form = web.read_form(body)
        code = form.get("code", "").strip()
        db.run(_said(lambda session: places.add_bin(session, code, places.read_facts(form))))
        return web.redirect(f"/bins/{web.segment(code)}?done=added")

    @post("/{code:str}", opt=WRITE, sync_to_thread=True)
    def change(self, request: AnyRequest, code: FromPath[str], body: RawBody) -> Response[Any]:
        """What is said of a bin."""
        name, form = web.name(code), web.read_form(body)
        try:
            changed = db.run(_said(lambda session: places.change_bin(session, name, places.read_facts(form))))
        except Refused as why:
            if why.status == 404 or not web.accepts_html(request):
                raise
            return _bin_page(request, name, flash=why.say, code=why.status, typed=form)
        return _done(name, "changed" if changed else "same")

    @post("/{code:str}/closure", opt=WRITE, sync_to_thread=True)
    def close(self, code: FromPath[str], body: RawBody) -> Response[Any]:
        """Nothing is put into it any more."""
        _ = body
        name = web.name(code)
        db.run(lambda session: places.close_bin(session, name))
        return _done(name, "closed")

    @post("/{code:str}/opening", opt=WRITE, sync_to_thread=True)
    def open(self, code: FromPath[str], body: RawBody) -> Response[Any]:
        """It takes goods again."""
        _ = body
        name = web.name(code)
        db.run(lambda session: places.open_bin(session, name))
        return _done(name, "opened")


class BinsFile(Controller):
    """Bins, and the stock in them, as files."""

    include_in_schema = False

    @get("/bins.csv", opt=READ, sync_to_thread=True)
    def export(self, kind: FromQuery[str] = "", zone: FromQuery[str] = "", q: FromQuery[str] = "") -> Stream:
        """The bins for a spreadsheet, which `stowline import bins` reads again."""
        pages.one_of(kind, ("", *bins.KINDS), "kind")
        return pages.spreadsheet("bins", building.HEAD, building.exported(kind, zone[:60], pages.text(q)))

    @get("/stock-by-bin.csv", opt=READ, sync_to_thread=True)
    def stock(
        self, bin_: Annotated[str, QueryParameter(name="bin")] = "", sku: FromQuery[str] = "", kind: FromQuery[str] = "",
        zone: FromQuery[str] = "", q: FromQuery[str] = "",
    ) -> Stream:  # fmt: skip
        """What lies in the bins for a spreadsheet: of one bin, of one product, or of the bins that fit."""
        pages.one_of(kind, ("", *bins.KINDS), "kind")
        wanted = bin_file.Wanted(bin_, sku, kind, zone[:60], pages.text(q))
        return pages.spreadsheet("stock-by-bin", bin_file.HEAD, bin_file.exported(wanted))


def _said(work: Callable[[Session], Any]) -> Callable[[Session], Any]:
    """The same work; a value that cannot be taken is a refusal with its field."""

    def tried(session: Session) -> Any:  # noqa: ANN401  (whatever the work answers)
        try:
            return work(session)
        except Bad as bad:
            raise Refused(bad.say, where=bad.where or None) from None

    return tried


def _done(code: str, done: str) -> Response[Any]:
    return web.redirect(f"/bins/{web.segment(code)}?done={done}")


def _may_write(request: AnyRequest) -> bool:
    return "stock.write" in web.identity_of(request).permissions


def _bin_page(
    request: AnyRequest, name: str, *, flash: str | None, code: int = 200, typed: dict[str, str] | None = None
) -> Response[Any]:
    with db.reading() as session:
        view = bins.one(session, name)
        zones = [row["code"] for row in building.zones(session)]
        picked = warehouse_map.picks(session, 28, [inventory.location_by_code(session, name).id or 0])
    bin_ = view["bin"]
    form = {fact: "" if bin_[fact] is None else bin_[fact] for fact in places.FACTS} | (typed or {})
    kinds = {one: one.capitalize() for one in places.KINDS}
    return web.page(
        "desk/bin.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", form=form, zones=zones,
        kinds=pages.choices(kinds, str(form["kind"])), rules=pages.choices(RULES, str(form["mixing"])), sizes=SIZES,
        picks=sum(picked.values()), in_building=bin_["kind"] in places.KINDS, may_write=_may_write(request) and bin_["kind"] in places.KINDS, open_form=typed is not None,
        **view,
    )  # fmt: skip
