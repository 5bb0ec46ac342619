"""How promises were kept."""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery
from litestar.response import Stream

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import calibration

READ = web.permission("orders.read")


class Promises(Controller):
    """Promises kept."""

    path = "/promises"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def kept(self, request: AnyRequest, by: FromQuery[str] = "month", months: FromQuery[str] = "12") -> Response[Any]:
        """How often they held, by month or by supplier."""
        way = pages.one_of(by, calibration.WAYS, "way")
        span = pages.one_of(months, calibration.SINCE, "time")
        with db.reading() as session:
            rows = calibration.rows(session, way, span)
        return web.page(
            "desk/promises_kept.html", request, rows=rows, chart=calibration.chart(rows), first="Month" if way == "month" else "Supplier",
            export_href=f"/promises/kept.csv{pages.query({'months': span})}",
            ways=[_link(label, {"by": name, "months": span}, name == way) for name, label in calibration.WAYS.items()],
            spans=[_link(label, {"by": way, "months": name}, name == span) for name, label in calibration.SINCE.items()],
        )  # fmt: skip

    @get("/kept.csv", opt=READ, sync_to_thread=True)
    def export(self, months: FromQuery[str] = "12") -> Stream:
        """The same for a spreadsheet, by supplier and month."""
        span = pages.one_of(months, calibration.SINCE, "time")
        return pages.spreadsheet("promises-kept", calibration.HEAD, calibration.exported(span))


def _link(label: str, kept: dict[str, str], current: bool) -> dict[str, Any]:  # noqa: FBT001  (which one is shown)
    return {"label": label, "href": f"/promises{pages.query(kept)}", "n": None, "current": current}
