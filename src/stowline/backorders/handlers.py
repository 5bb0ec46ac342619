"""The backorder shelf over HTTP."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromQuery

from stowline.backorders import shelf_reads
from stowline.core import web
from stowline.core.db import reading
from stowline.stores import queries as stores


class Shelf(Controller):
    """The backorder shelf."""

    path = "/api/v1/shelf"

    @get("/", opt=web.permission("stock.read"), sync_to_thread=True)
    def slots(self, request: Request[Any, Any, Any], after: FromQuery[str] = "") -> dict[str, Any]:
        """The slots along the walk: whose units are in each, how many of the order's are here, and what is missing."""
        most = web.limit(request)
        key = web.cursor.decode(after, int, int) if after else None
        with reading() as session:
            found = shelf_reads.page(session, after=(key[0], key[1]) if key else None, limit=most + 1)
            keys = {store.id: store.key for store in stores.all_stores(session)}
        items = [_told(slot, keys) for _, slot in found[:most]]
        return {"items": items, "next": web.cursor.encode(*found[most - 1][0]) if len(found) > most else None}


def _told(slot: shelf_reads.Slot, keys: dict[int | None, str]) -> dict[str, Any]:
    return {"slot": slot.code, "order": slot.order, "store": keys.get(slot.store_id), "here": slot.here, "of": slot.of,
            "waiting": slot.waiting, "to_clear": slot.stray, "complete": slot.state == "allocated", "since": slot.taken_at}  # fmt: skip
