"""Figures of returns: the page and its spreadsheet."""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import return_figures as reads
from stowline.desk.queries.return_figures import Question
from stowline.stores import queries as stores

READ = web.permission("orders.read")


class ReturnFigures(Controller):
    """What comes back, why, and what it costs."""

    path = "/return-figures"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def figures(
        self, request: AnyRequest, view: FromQuery[str] = "products", days: FromQuery[str] = "90", store: FromQuery[str] = "",
        way: FromQuery[str] = "", work: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A view of them."""
        view, days = pages.one_of(view, reads.VIEWS, "view"), pages.one_of(days, reads.DAYS, "days")
        with db.reading() as session:
            shops = stores.all_stores(session)
            question = Question(int(days), _store(session, store), pages.text(way), pages.text(work))
            costs = _costs(session, question)
            rows, total = reads.rows(session, view, question), reads.total(session, question)
        kept = {"days": days, "store": store, "way": question.way, "work": question.work}
        return web.page(
            "desk/return_figures.html", request, view=view, rows=rows, total=total, costs=costs, way=question.way, work=question.work,
            views=[{"label": label, "href": "/return-figures" + pages.query({"view": key, **kept}), "n": None, "current": key == view} for key, label in reads.VIEWS.items()],
            days=pages.choices(reads.DAYS, days), stores=pages.choices({"": "All stores", **{shop.key: shop.name for shop in shops}}, store),
            csv="/return-figures.csv" + pages.query({"view": view, "days": days, "store": store}),
        )  # fmt: skip


class ReturnFiguresFile(Controller):
    """A view as a spreadsheet."""

    include_in_schema = False

    @get("/return-figures.csv", opt=READ, sync_to_thread=True)
    def export(self, view: FromQuery[str] = "products", days: FromQuery[str] = "90", store: FromQuery[str] = "") -> Any:  # noqa: ANN401  (a stream)
        """What the page shows."""
        view, days = pages.one_of(view, reads.VIEWS, "view"), pages.one_of(days, reads.DAYS, "days")
        with db.reading() as session:
            found = reads.export(session, view, Question(int(days), _store(session, store)))
        return pages.spreadsheet(f"returns-by-{view}", reads.HEADS[view], iter([found]))


def _store(session: db.Session, key: str) -> int | None:
    return stores.store_by_key(session, key).id if key else None


def _costs(session: db.Session, question: Question) -> list[reads.Row]:
    try:
        return reads.costs(session, question)
    except ValueError as why:
        raise Refused(f"{why} Write what one way back, or the work on one unit, costs.", where="way") from why
