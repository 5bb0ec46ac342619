"""Stock for programs: by product, by bin, by lot, and what changed since they last asked."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.params import FromQuery, QueryParameter

from stowline.core import db, web
from stowline.core.errors import Conflict
from stowline.desk.queries import levels
from stowline.desk.queries.keyset import Key
from stowline.desk.queries.levels import Only
from stowline.inventory import feed
from stowline.inventory import queries as stock

AnyRequest = Request[Any, Any, Any]
READ = web.permission("stock.read")


class StockApi(Controller):
    """Stock."""

    path = "/api/v1/stock"

    @get("/", opt=READ, sync_to_thread=True)
    def stock(self, request: AnyRequest, sku: FromQuery[str] = "", after: FromQuery[str] = "") -> Any:  # noqa: ANN401  (list or page)
        """Stock of one SKU, as a plain list; of all products in pages, in order of SKU."""
        with db.reading() as session:
            if sku:
                return levels.told(session, [stock.level(session, sku)])
            most = web.limit(request)
            last = web.cursor.decode(after, str)[0] if after else ""
            rows = stock.levels(session, after=last, limit=most)
            following = web.cursor.encode(rows[-1].sku) if len(rows) == most else None
            return {"items": levels.told(session, rows), "next": following}

    @get("/changes", opt=READ, sync_to_thread=True)
    def changes(self, request: AnyRequest, after: FromQuery[str] = "") -> dict[str, Any]:
        """Products whose stock changed since `after`, each once, in its latest state. `next` is always given: ask with it
        again, at once while there is `more`. Without `after` it begins with every product there ever was stock of.
        """
        place, most = web.cursor.decode(after, int)[0] if after else 0, web.limit(request)
        feed.keep_up()
        with db.reading() as session:
            if not 0 <= place <= feed.end(session):
                raise Conflict("The feed never came to this place: another database stands here now. Ask again without after.",
                               where="after")  # fmt: skip
            items, last = levels.changed(session, after=place, limit=most)
        return {"items": items, "next": web.cursor.encode(last), "more": len(items) == most}

    @get("/bins", opt=READ, sync_to_thread=True)
    def bins(
        self, request: AnyRequest, sku: FromQuery[str] = "", bin_: Annotated[str, QueryParameter(name="bin")] = "",
        lot: FromQuery[str] = "", after: FromQuery[str] = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Units by product, bin, lot, serial and condition; of one SKU, bin or lot, or of all."""
        place = web.cursor.decode(after, int, int, str, str, str) if after else None
        return _page(levels.by_bin, Only(sku=sku, bin=bin_, lot=lot), place, web.limit(request))

    @get("/lots", opt=READ, sync_to_thread=True)
    def lots(
        self, request: AnyRequest, sku: FromQuery[str] = "", lot: FromQuery[str] = "", after: FromQuery[str] = ""
    ) -> dict[str, Any]:
        """Units by product, lot and condition, whatever bins they are in; what has no lot stands under null."""
        place = web.cursor.decode(after, int, str, str) if after else None
        return _page(levels.by_lot, Only(sku=sku, lot=lot), place, web.limit(request))


def _page(read: Callable[..., tuple[list[Any], Key | None]], only: Only, place: Key | None, most: int) -> dict[str, Any]:
    with db.reading() as session:
        only.refuse_unknown(session)
        items, following = read(session, only, place, most)
    return {"items": items, "next": web.cursor.encode(*following) if following else None}
