"""Paper of the dock: labels of products, pallets and cartons, and the report of what came otherwise than ordered."""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery

from stowline.catalog import queries as catalog
from stowline.core import db, web
from stowline.core.fields import whole
from stowline.desk import words
from stowline.desk.handlers.paper import pdf_answer
from stowline.inventory import velocity
from stowline.receiving import label, notice_queries, report
from stowline.receiving import queries as receiving

READ = web.permission("receiving.read", "floor.receive")


class DockPaper(Controller):
    """Labels and reports of the dock."""

    include_in_schema = False

    @get("/products/{sku:str}/labels", opt=READ, sync_to_thread=True)
    def product(self, sku: FromPath[str], copies: FromQuery[str] = "1") -> Response[Any]:
        """Labels of one product, as many as asked for."""
        many = whole(copies, "copies", what="The number of labels", least=1, most=label.MOST_COPIES)
        with db.reading() as session:
            product = catalog.product_by_sku(session, web.name(sku))
            codes = [one for one in catalog.barcodes_of(session, product.id or 0) if one.quantity == 1]
        code = codes[0].shown if codes else product.sku
        return pdf_answer(label.product_pdf(label.ProductLabel(product.sku, product.name, code), many), f"labels-{product.sku}")

    @get("/notices/{ref:str}/labels", opt=READ, sync_to_thread=True)
    def pallets(self, ref: FromPath[str], sscc: FromQuery[str] = "", copies: FromQuery[str] = "1") -> Response[Any]:
        """Labels of the pallets and cartons of a notice, or of one of them, so many of each."""
        many = whole(copies, "copies", what="The number of labels", least=1, most=label.MOST_OF_A_PALLET)
        with db.reading() as session:
            arrival = notice_queries.by_ref(session, web.name(ref))
            order = notice_queries.order_of(session, arrival)
            units = [one for one in notice_queries.units_of(session, arrival.id or 0) if sscc in ("", one.sscc)]
        made = [
            label.UnitLabel(one.sscc, one.kind, arrival.ref, arrival.supplier, order,
                            tuple(f"{n:,} × {name}{f', lot {lot}' if lot else ''}" for _, name, n, lot, _ in one.contents))
            for one in units for _ in range(many)
        ]  # fmt: skip
        return pdf_answer(label.unit_pdf(made), f"pallets-{arrival.ref}")

    @get("/receiving/{ref:str}/discrepancies", opt=READ, sync_to_thread=True)
    def report(self, ref: FromPath[str]) -> Response[Any]:
        """What came otherwise than ordered, for the supplier."""
        with db.reading() as session:
            order = receiving.by_ref(session, web.name(ref))
            lines = tuple(report.of_order(session, order))
        said = report.Report(order.ref, order.supplier, words.window(order.expected_from, order.expected_to) or "without a date",
                             words.day(velocity.today()), lines)  # fmt: skip
        return pdf_answer(report.report_pdf(said), f"discrepancies-{order.ref}")
