"""What may take a product's place, set on its page."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, post
from litestar.params import FromPath, RawBody

from stowline.catalog import substitutes
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, whole
from stowline.desk.handlers import stock
from stowline.desk.handlers.pages import AnyRequest


class Substitutes(Controller):
    """What may take a product's place."""

    path = "/stock/{sku:str}/substitutes"
    include_in_schema = False

    @post("/", opt=web.permission("products.write"), sync_to_thread=True)
    def add(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """One more product may, all the year or in some months."""
        form = web.read_form(body)

        def add(session: db.Session) -> None:
            first, last = _month(form, "from_month"), _month(form, "to_month")
            substitutes.add(session, web.name(sku), form.get("sku", "").strip(), from_month=first, to_month=last)

        return _do(request, sku, "substitute", add)

    @post("/removal", opt=web.permission("products.write"), sync_to_thread=True)
    def remove(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """It may no more."""
        form = web.read_form(body)
        return _do(request, sku, "no-substitute", lambda session: substitutes.remove(session, web.name(sku), form.get("sku", "").strip()))


def _month(form: dict[str, str], name: str) -> int | None:
    said = form.get(name, "").strip()
    try:
        return whole(said, what="The month", least=1, most=12) if said else None
    except Bad as bad:
        raise Refused(bad.say, where=name) from None


def _do(request: AnyRequest, sku: str, done: str, verb: Callable[[db.Session], None]) -> Response[Any]:
    name = web.name(sku)
    try:
        db.run(verb)
    except Refused as why:
        if why.status == 404 or web.wants_json(request):
            raise
        return stock.product_page(request, name, flash=why.say, code=why.status)
    return web.redirect(f"/stock/{web.segment(name)}?done={done}")
