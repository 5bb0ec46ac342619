"""How messages do: volume, time to the inbox, what comes back; for a spreadsheet, too."""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery
from litestar.response import Stream

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import message_metrics as reads
from stowline.stores import queries as stores

READ = web.permission("messages.read")


class MessageMetrics(Controller):
    """Figures of messages."""

    include_in_schema = False

    @get("/messages/metrics", opt=READ, sync_to_thread=True)
    def metrics(self, request: AnyRequest, span: FromQuery[str] = "day", store: FromQuery[str] = "") -> Response[Any]:
        """Figures of a span, of one store or of all."""
        pages.one_of(span, reads.SPANS, "span")
        with db.reading() as session:
            view = reads.view(session, span, store)
            shops = {"": "All stores", **{shop.key: shop.name for shop in stores.all_stores(session)}}
        spans = [{"label": label, "href": f"/messages/metrics{pages.query({'span': name, 'store': store})}", "n": None, "current": name == span}
                 for name, (label, _) in reads.SPANS.items()]  # fmt: skip
        export = f"/messages/metrics.csv{pages.query({'span': span, 'store': store})}"
        return web.page("desk/message_metrics.html", request, spans=spans, span=span, stores=pages.choices(shops, store), export_href=export, **view)

    @get("/messages/metrics.csv", opt=READ, sync_to_thread=True)
    def export(self, span: FromQuery[str] = "day", store: FromQuery[str] = "") -> Stream:
        """The same by kind, channel and state for a spreadsheet."""
        pages.one_of(span, reads.SPANS, "span")
        with db.reading() as session:
            store_id = stores.store_by_key(session, store).id if store else None
            rows = sorted(reads.volume(session, span, store_id))
        return pages.spreadsheet(f"messages-{span}", reads.HEAD, iter([list(rows)]))
