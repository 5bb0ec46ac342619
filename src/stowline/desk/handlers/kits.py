"""The parts of a kit, set on its product's page."""

from typing import Any

from litestar import Controller, Response, post
from litestar.params import FromPath, RawBody

from stowline.catalog import kits
from stowline.catalog.units import units
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.desk.handlers import stock
from stowline.desk.handlers.pages import AnyRequest


class Kits(Controller):
    """What a product is made of."""

    path = "/stock/{sku:str}/parts"
    include_in_schema = False

    @post("/", opt=web.permission("products.write"), sync_to_thread=True)
    def set_parts(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """All parts at once, so that no order meets a kit that is half described; rows without a SKU are left out."""
        name = web.name(sku)
        pairs = zip(web.form_values(body, "sku"), web.form_values(body, "units"), strict=False)
        asked = [(part.strip(), many.strip()) for part, many in pairs if part.strip()]
        try:
            parts = [(part, _units(many, part)) for part, many in asked]
            db.run(lambda session: kits.set_parts(session, name, parts))
        except Refused as why:
            if why.status == 404 or web.wants_json(request):
                raise
            return stock.product_page(request, name, flash=why.say, code=why.status, asked=asked)
        return web.redirect(f"/stock/{web.segment(name)}?done={'kit' if parts else 'no-kit'}")


def _units(said: str, part: str) -> int:
    try:
        return units(said, what=f"The number of {part}", most=kits.MOST_UNITS)
    except Bad as bad:
        raise Refused(bad.say, where="units") from None
