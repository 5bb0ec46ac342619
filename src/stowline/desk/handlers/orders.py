"""The orders list, its spreadsheet, and the lines that wait."""

from datetime import datetime
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery
from litestar.response import Stream

from stowline.cases import queries as cases
from stowline.core import db, web
from stowline.desk import words
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts, orders, waiting
from stowline.desk.queries.orders import Asked
from stowline.stores import queries as stores

READ = web.permission("orders.read")
WORDS = {
    "placed": "Placed", "backordered": "Waiting", "part_allocated": "Part waiting", "allocated": "Allocated",
    "released": "Released", "picking": "Picking", "picked": "Picked", "packed": "Packed", "on_hold": "On hold",
    "handed_over": "Handed over", "cancelled": "Cancelled",
}  # fmt: skip


class OrdersList(Controller):
    """Orders and waiting lines."""

    include_in_schema = False

    @get("/orders", opt=READ, sync_to_thread=True)
    def orders(
        self, request: AnyRequest, view: FromQuery[str] = "open", store: FromQuery[str] = "",
        q: FromQuery[str] = "", after: FromQuery[str] = "", before: FromQuery[str] = "", tag: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of orders."""
        state = _state(request)
        asked = _asked(view, store, state, q, tag)
        kept = {"view": view, "store": store, "state": state, "q": asked.text, "tag": asked.tag}
        with db.reading() as session:
            page = orders.page(session, asked, pages.place(after, before, datetime, int))
            rows = orders.rows(session, page.rows)
            shops, tags = _shops(session), cases.known_tags(session, "order")
        links = orders.view_links("" if asked.text or state or asked.tag else view, f"&store={store}" if store else "")
        export = {"label": "Spreadsheet", "href": f"/orders.csv{pages.query(kept)}", "main": False}
        write = {"label": "Write to them", "href": f"/messages/runs/new{pages.query(kept, whom='filter')}", "main": False}
        actions = [write, export] if "orders.write" in web.identity_of(request).permissions else [export]
        return web.page(
            "desk/orders.html", request, say=_say(asked), views=[*links, _faults()], q=asked.text, view=view, rows=rows,
            stores=pages.choices(shops, store), states=pages.choices({"": "Any state", **WORDS}, state), actions=actions,
            tags=pages.choices({"": "Any tag", **{one: one for one in dict.fromkeys([*tags, asked.tag]) if one}}, asked.tag),
            pages=pages.pager(page, "/orders", kept, _order(asked)),
        )  # fmt: skip

    @get("/orders.csv", opt=READ, sync_to_thread=True)
    def export(
        self, request: AnyRequest, view: FromQuery[str] = "open", store: FromQuery[str] = "", q: FromQuery[str] = "", tag: FromQuery[str] = "",
    ) -> Stream:  # fmt: skip
        """The same orders for a spreadsheet."""
        return pages.spreadsheet("orders", orders.HEAD, orders.exported(_asked(view, store, _state(request), q, tag)))

    @get("/waiting", opt=READ, sync_to_thread=True)
    def waiting(
        self, request: AnyRequest, store: FromQuery[str] = "", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of waiting lines."""
        said = pages.text(q)
        with db.reading() as session:
            page = waiting.page(session, store, said, pages.place(after, before, datetime, int))
            rows = waiting.rows(session, page.rows)
            shops = _shops(session)
        n = counts.fresh("waiting", counts.waiting_lines)
        say = f"{counts.shown(n)} {'line waits' if n == 1 else 'lines wait'} for stock." if n else "Nobody waits."
        pager = pages.pager(page, "/waiting", {"store": store, "q": said}, "longest first")
        return web.page("desk/waiting.html", request, say=say, q=said, stores=pages.choices(shops, store), rows=rows, pages=pager)


def _state(request: AnyRequest) -> str:
    """`?state=`; the framework keeps an argument of that name for itself."""
    return str(request.query_params.get("state", ""))


def _asked(view: str, store: str, state: str, q: str, tag: str = "") -> Asked:
    pages.one_of(view, orders.VIEWS, "view")
    return Asked(view, store, pages.one_of(state, ("", *WORDS), "state"), pages.text(q), pages.text(tag))


def _shops(session: db.Session) -> dict[str, str]:
    return {"": "All stores"} | {shop.key: shop.name for shop in stores.all_stores(session)}


def _faults() -> dict[str, Any]:
    n = counts.kept("intake", counts.intake_errors)
    return {"label": "Intake errors", "href": "/intake-errors", "n": n, "current": False}


def _say(asked: Asked) -> str:
    counted = counts.states()
    n = sum(counted[state] for state in counts.OPEN)
    if asked.text:
        return f"What fits “{asked.text}”, in every state." if not asked.state else f"What fits “{asked.text}”, {WORDS[asked.state]}."
    late = counts.kept("late", counts.late_orders)
    return f"{counts.shown(n)} open." + (f" {words.capital(f'{counts.shown(late)} past the day to ship by')}" if late else "")


def _order(asked: Asked) -> str:
    return "newest first" if orders.VIEWS[asked.view].newest_first or asked.text else "oldest first"
