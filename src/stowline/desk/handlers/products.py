"""Products for managers: the list with what is missing, and one product to complete."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Stream

from stowline.catalog import details, service, substitutes_csv
from stowline.catalog import queries as catalog
from stowline.catalog.details import HIGHEST_LOW, LONGEST_LIFE_DAYS, Changes
from stowline.catalog.units import units
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, text, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts
from stowline.desk.queries import products as reads

READ, WRITE = web.permission("products.read"), web.permission("products.write")
SIDES = {"length_mm": "The length in mm", "width_mm": "The width in mm", "height_mm": "The height in mm"}
DONE = {
    "added": "The product is known from now on. What else is known of it?",
    "known": "This SKU is known already. Here it is.",
    "details": "The product was changed.",
    "tracking": "Units of it are told apart in this way from now on.",
    "barcode": "A scan of this barcode means the product from now on.",
    "off": "A scan of that barcode means nothing any more.",
}


class ProductPages(Controller):
    """Products."""

    include_in_schema = False

    @get("/products", opt=READ, sync_to_thread=True)
    def products(
        self, request: AnyRequest, view: FromQuery[str] = "all", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of products."""
        return _list(request, view, q, after, before)

    @post("/products", opt=WRITE, sync_to_thread=True)
    def add(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """A new product; what else is known of it is asked on its own page."""
        said = web.read_form(body)
        try:
            sku = text(said.get("sku"), what="The SKU", longest=100, needed=True)
            name = text(said.get("name"), what="The name", longest=300)
            _, new = db.run(lambda session: service.add_product(session, sku=sku, name=name))
        except (Refused, Bad) as why:
            if web.wants_json(request):
                raise
            return _list(request, "all", "", "", "", refusal=why)
        counts.forget()
        return web.redirect(f"/products/{web.segment(sku)}?done={'added' if new else 'known'}")

    @get("/products.csv", opt=READ, sync_to_thread=True)
    def export(self, view: FromQuery[str] = "all", q: FromQuery[str] = "") -> Stream:
        """The list for a spreadsheet."""
        pages.one_of(view, reads.VIEWS, "view")
        return pages.spreadsheet("products", reads.HEAD, reads.exported(view, pages.text(q)))

    @get("/substitutes.csv", opt=READ, sync_to_thread=True)
    def substitutes(self) -> Stream:
        """What may take which product's place, as `stowline import substitutes` reads it."""
        return pages.spreadsheet("substitutes", substitutes_csv.FIELDS, reads.substitutes_exported())

    @get("/products/{sku:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, sku: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """One product."""
        return _draw(request, web.name(sku), flash=DONE.get(done))

    @post("/products/{sku:str}/details", opt=WRITE, sync_to_thread=True)
    def details(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """Name, weight, size."""
        return _do(request, sku, body, "details", lambda s, name, said: details.change(s, name, _details(said)))

    @post("/products/{sku:str}/tracking", opt=WRITE, sync_to_thread=True)
    def tracking(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """What its units are told apart by."""
        return _do(request, sku, body, "tracking", lambda s, name, said: details.change(s, name, _tracking(said)))

    @post("/products/{sku:str}/barcodes", opt=WRITE, sync_to_thread=True)
    def add_barcode(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """A barcode, and the units that it stands for."""
        return _do(request, sku, body, "barcode", _add_barcode)

    @post("/products/{sku:str}/barcodes/removal", opt=WRITE, sync_to_thread=True)
    def take_off(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """A barcode that is not on it after all."""
        return _do(request, sku, body, "off", lambda s, name, said: details.take_off(s, name, said.get("code", "")))


def _details(said: Mapping[str, str]) -> Changes:
    sides = [_maybe(said.get(side), what) for side, what in SIDES.items()]
    if any(sides) and not all(sides):
        raise Bad("A size has all three: length, width and height. Leave all three empty if it is not known.", "length_mm")
    length, width, height = sides
    low = (said.get("low_at") or "").strip()
    return {
        "name": text(said.get("name"), what="The name", longest=300),
        "detail": text(said.get("detail"), what="The detail", longest=300),
        "weight_g": _maybe(said.get("weight_g"), "The weight in g"),
        "dims_mm": (length, width, height) if length and width and height else None,
        "low_at": units(low, what="The number at which it is low", least=0, most=HIGHEST_LOW) if low else None,
        "backorderable": "backorderable" in said,
    }


def _tracking(said: Mapping[str, str]) -> Changes:
    """The boxes that are ticked. One that cannot be ticked without another is off without it."""
    lots, serials = "lots" in said, "serials" in said
    expires = lots and "expires" in said
    days = (said.get("min_days_left") or "").strip()
    least = whole(days, what="The days left", most=LONGEST_LIFE_DAYS) if days and expires else 0
    return {"lots": lots, "serials": serials, "expires": expires, "fefo": expires and "fefo" in said, "min_days_left": least}


def _maybe(said: str | None, what: str) -> int | None:
    return (whole(said, what=what, most=10_000_000) or None) if (said or "").strip() else None


def _add_barcode(session: db.Session, sku: str, said: Mapping[str, str]) -> None:
    code = text(said.get("code"), what="The barcode", longest=100, needed=True)
    quantity = units(said.get("quantity") or "1", what="The units in it", most=service.LARGEST_PACK)
    service.add_barcode(session, catalog.product_by_sku(session, sku), code, quantity)


def _do(
    request: AnyRequest, sku: str, body: bytes, done: str, verb: Callable[[db.Session, str, Mapping[str, str]], object]
) -> Response[Any]:
    """Carry a change out and show the product again; a refusal stands on its page, with what was typed."""
    name, said = web.name(sku), web.read_form(body)
    try:
        db.run(lambda session: verb(session, name, said))
    except (Refused, Bad) as why:
        code = getattr(why, "status", 422)
        if code == 404 or web.wants_json(request):
            raise
        return _draw(request, name, flash=why.say, code=code, typed=said if done in ("details", "barcode") else {})
    counts.forget()
    return web.redirect(f"/products/{web.segment(name)}?done={done}")


def _draw(
    request: AnyRequest, sku: str, *, flash: str | None, code: int = 200, typed: Mapping[str, str] | None = None
) -> Response[Any]:
    with db.reading() as session:
        view = reads.one(session, sku)
    may_write = "products.write" in web.identity_of(request).permissions
    return web.page(
        "desk/product_details.html", request, code=code, product=view, typed=dict(typed or {}), may_write=may_write,
        flash=flash, flash_kind="ok" if code == 200 else "bad",
    )  # fmt: skip


def _list(
    request: AnyRequest, view: str, q: str, after: str, before: str, *, refusal: Refused | Bad | None = None
) -> Response[Any]:
    said, view = pages.text(q), pages.one_of(view, reads.VIEWS, "view")
    with db.reading() as session:
        page = reads.page(session, view, said, pages.place(after, before, str))
    counted = counts.kept("products", reads.missing)
    unnamed = f" {counts.shown(counted['unnamed'])} without a name." if counted["unnamed"] else ""
    kept = {"view": view, "q": said}
    return web.page(
        "desk/products.html", request, say=f"{counted['all']:,} products.{unnamed}", q=said, view=view, rows=page.rows,
        views=pages.views("/products", reads.VIEWS, view, counted), export_href=f"/products.csv{pages.query(kept)}",
        pages=pages.pager(page, "/products", kept, "by SKU"), flash=refusal.say if refusal else None,
        flash_kind="bad" if refusal else "ok", code=getattr(refusal, "status", 422) if refusal else 200,
        may_write="products.write" in web.identity_of(request).permissions,
    )  # fmt: skip
