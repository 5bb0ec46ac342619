"""Pallets that are built at the dock: built, labelled, taken apart."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, RawBody
from sqlmodel import Session

from stowline.catalog.units import units
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.desk.handlers import receiving as purchase_orders
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.handlers.paper import pdf_answer
from stowline.receiving import built, label
from stowline.receiving import queries as receiving

READ = web.permission("receiving.read", "floor.receive")
WRITE = web.permission("receiving.write", "floor.receive")


class BuiltPallets(Controller):
    """Pallets of our own."""

    include_in_schema = False

    @post("/pallets", opt=WRITE, sync_to_thread=True)
    def stack(self, body: RawBody) -> Response[Any]:
        """From the tablet: build one, then its label. The same press is the same pallet."""
        form = web.read_form(body)
        try:
            sscc = db.run(lambda session: _built(session, form.get("order", ""), form))
        except Bad as bad:
            raise Refused(bad.say, where=bad.where or None) from None
        return web.redirect(f"/pallets/{sscc}/label")

    @get("/pallets/{sscc:str}/label", opt=READ, sync_to_thread=True)
    def paper(self, sscc: FromPath[str]) -> Response[Any]:
        """Its label, 100 x 150 mm."""
        with db.reading() as session:
            pallet = built.by_sscc(session, web.name(sscc))
            built.refuse_apart(pallet)
            [row] = built.rows(session, [pallet])
            order = receiving.by_id(session, row.order_id) if row.order_id else None
        lines = tuple(f"{n:,} \u00d7 {name}" for _, name, n in row.contents)
        made = label.UnitLabel(row.sscc, "pallet", "", order.supplier if order else "", order.ref if order else "", lines)
        return pdf_answer(label.unit_pdf([made]), f"pallet-{row.sscc}")

    @post("/receiving/{ref:str}/pallets", opt=WRITE, sync_to_thread=True)
    def build(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """From the purchase order's page: build one of what came on it."""
        name, form = web.name(ref), web.read_form(body)
        try:
            db.run(lambda session: _built(session, name, form))
        except (Refused, Bad) as why:
            code = getattr(why, "status", 422)
            if code == 404 or not web.accepts_html(request):
                raise
            return purchase_orders.draw(request, name, flash=why.say, code=code, typed=form)
        return web.redirect(f"/receiving/{web.segment(name)}?done=built#pallets")

    @post("/pallets/{sscc:str}/apart", opt=WRITE, sync_to_thread=True)
    def apart(self, sscc: FromPath[str], body: RawBody) -> Response[Any]:
        """Take one apart."""
        _ = body
        ref = db.run(lambda session: _apart(session, web.name(sscc)))
        return web.redirect(f"/receiving/{web.segment(ref)}?done=apart#pallets" if ref else "/receiving")


def _built(session: Session, ref: str, form: Mapping[str, str]) -> str:
    asked = {name.removeprefix("on."): units(said, name, least=0) for name, said in form.items() if name.startswith("on.") and said}
    order = receiving.by_ref(session, ref) if ref else None
    return built.build(session, asked, press=form.get("press", ""), order=order).sscc


def _apart(session: Session, sscc: str) -> str:
    pallet = built.take_apart(session, sscc)
    return receiving.by_id(session, pallet.purchase_order_id).ref if pallet.purchase_order_id else ""
