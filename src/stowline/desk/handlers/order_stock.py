"""Stock and shipping of one order: who would lose what to it, how it ships, how soon, which lines take a substitute."""

import hashlib
from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.allocation import urgent
from stowline.core import db, web
from stowline.core.errors import Conflict, Refused
from stowline.core.fields import Bad, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts
from stowline.desk.queries import order_stock as page
from stowline.orders import queries as orders
from stowline.orders import service

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "taken": "The stock is promised to this order now. Who lost it waits for more, in the same place as before.",
    "shipping": "How the order ships is changed.", "priority": "Its priority is changed. What is promised stays where it is.",
    "fast": "Its parcels go out by the fast way.", "usual": "Its parcels go out by the usual way.",
    "agreed": "Noted. A free substitute takes the place of what waits.", "not-agreed": "Noted. Nothing takes the place of what waits.",
}  # fmt: skip
CHANGED = "Since you looked, it changed who would lose what. Look again, then decide."


class OrderStock(Controller):
    """Stock and shipping of one order."""

    path = "/orders/{ref:str}/stock"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ref: FromPath[str], store: FromQuery[str] = "", done: FromQuery[str] = "") -> Response[Any]:
        """What may be decided."""
        return _draw(request, web.name(ref), store, flash=DONE.get(done))

    @post("/urgent", opt=WRITE, sync_to_thread=True)
    def take(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Take stock for this order, as it was shown."""
        form, who = web.read_form(body), web.identity_of(request).name

        def take(session: db.Session, order_id: int) -> str:
            if form.get("seen") != seen(urgent.plan(session, orders.order(session, order_id))):
                raise Conflict(CHANGED)
            urgent.take_for(session, order_id, why=form.get("reason", ""), who=who)
            return "taken"

        return _do(request, ref, store, take)

    @post("/shipping", opt=WRITE, sync_to_thread=True)
    def ship(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Say how it ships."""
        form = web.read_form(body)

        def ship(session: db.Session, order_id: int) -> str:
            most = _number(form.get("most_parcels", ""), "The number of parcels", 1, 99) if form.get("ships") == "at_most" else None
            service.set_shipping(session, order_id, parts=form.get("ships", ""), at_most=most)
            return "shipping"

        return _do(request, ref, store, ship)

    @post("/priority", opt=WRITE, sync_to_thread=True)
    def rank(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Serve it before, or after, others."""
        form = web.read_form(body)

        def rank(session: db.Session, order_id: int) -> str:
            service.set_priority(session, order_id, _number(form.get("priority", ""), "The priority", 0, 9))
            return "priority"

        return _do(request, ref, store, rank)

    @post("/expedite", opt=WRITE, sync_to_thread=True)
    def expedite(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Send its parcels the fast way, or not any more."""
        on = web.read_form(body).get("fast") == "yes"

        def change(session: db.Session, order_id: int) -> str:
            service.expedite(session, order_id, on=on, why="decided at the desk")
            return "fast" if on else "usual"

        return _do(request, ref, store, change)

    @post("/substitutes", opt=WRITE, sync_to_thread=True)
    def agree(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Note whether the shopper takes a substitute for a line."""
        form = web.read_form(body)
        allowed = form.get("allowed") == "yes"

        def note(session: db.Session, order_id: int) -> str:
            line = orders.line(session, _number(form.get("line", ""), "The line", 1, 2**31 - 1))
            if line.order_id != order_id:
                raise Refused("That line is not of this order.", where="line")
            service.allow_substitutes(session, line.id or 0, allowed=allowed)
            return "agreed" if allowed else "not-agreed"

        return _do(request, ref, store, note)


def seen(losses: list[urgent.Loss]) -> str:
    """A mark of who would lose what, so that nobody decides about something else than was shown."""
    said = ";".join(f"{one.line_id}:{one.to_line_id}:{one.units}" for one in losses)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _number(said: str, what: str, least: int, most: int) -> int:
    try:
        return whole(said, what=what, least=least, most=most)
    except Bad as bad:
        raise Refused(bad.say) from None


def _do(request: AnyRequest, ref: str, store: str, verb: Callable[[db.Session, int], str]) -> Response[Any]:
    name = web.name(ref)
    try:
        done = db.run(lambda session: verb(session, orders.by_ref(session, name, store).id or 0))
    except Refused as why:
        if why.status == 404 or web.wants_json(request) or why.code == "ambiguous":
            raise
        return _draw(request, name, store, flash=why.say, code=why.status)
    counts.forget()
    return web.redirect(f"/orders/{web.segment(name)}/stock{pages.query({'store': store, 'done': done})}")


def _draw(request: AnyRequest, ref: str, store: str, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        order = orders.by_ref(session, ref, store)
        losses = urgent.plan(session, order)
        view = page.view(session, order, losses)
    may_write = "orders.write" in web.identity_of(request).permissions and view["open"]
    return web.page("desk/order_stock.html", request, code=code, flash=flash, flash_kind="bad" if code != 200 else "ok",
                    seen=seen(losses), may_write=may_write, **view)  # fmt: skip
