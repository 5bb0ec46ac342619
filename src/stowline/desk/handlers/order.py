"""One order: its page, and what a manager decides about it."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.backorders import offers
from stowline.cases import service as tags
from stowline.core import db, web
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts, diary
from stowline.desk.queries import order as page
from stowline.orders import queries as orders
from stowline.orders import service, telling
from stowline.packing import queries as packing
from stowline.shipping import numbers, tracking

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "cancelled": "The order is cancelled. Its stock went to the orders that wait.",
    "held": "The order is on hold. Its stock went to the orders that wait.",
    "released": "Work on the order goes on. It took its place in line again.",
    "offered": "The shopper may choose now: the choices stand on their page.",
    "chosen": "It is chosen and done.",
    "numbered": "The number is noted. What its carrier posts finds the parcel.",
    "noted": "It is noted.",
    "tagged": "The tags are changed.",
    "shown": "The photograph is kept. The shopper sees it with the parcel.",
    "unshown": "The photograph is gone.",
    "telling": "The shopper hears of this order from now on. What happened before stays untold.",
}
NOT_CHOSEN = {"used": "something else was chosen for good", "ended": "the offer has ended", "gone": "that is not possible any more"}
Verb = Callable[[db.Session, int, str], object]


class OrderPage(Controller):
    """One order."""

    path = "/orders/{ref:str}"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def one(
        self, request: AnyRequest, ref: FromPath[str], store: FromQuery[str] = "", before: FromQuery[str] = "",
        done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """The order with its lines, parcels and trail; where stores share the ref, the list to choose from."""
        try:
            return _draw(request, web.name(ref), store, before, flash=DONE.get(done))
        except Conflict:
            if web.wants_json(request):
                raise
            return web.redirect(f"/orders{pages.query({'view': 'all', 'q': web.name(ref)})}")

    @post("/cancellation", opt=WRITE, sync_to_thread=True)
    def cancel(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Cancel an order that nobody has begun to pick."""
        return _do(request, ref, store, body, "cancelled", lambda s, i, reason: service.cancel(s, i, _why(reason)))

    @post("/hold", opt=WRITE, sync_to_thread=True)
    def hold(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Stop work on an order."""
        return _do(request, ref, store, body, "held", lambda s, i, reason: service.hold(s, i, _why(reason)))

    @post("/hold/release", opt=WRITE, sync_to_thread=True)
    def release(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Let work go on."""
        return _do(request, ref, store, body, "released", lambda s, i, _: service.lift_hold(s, i))

    @post("/offers", opt=WRITE, sync_to_thread=True)
    def offer(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Offer the shopper what can be done about what waits."""
        who = web.identity_of(request).name
        return _do(request, ref, store, body, "offered", lambda s, i, _: offers.make_by_hand(s, i, who))

    @post("/offers/{offer:int}/choice", opt=WRITE, sync_to_thread=True)
    def choose(
        self, request: AnyRequest, ref: FromPath[str], offer: FromPath[int], body: RawBody, store: FromQuery[str] = ""
    ) -> Response[Any]:
        """Choose for the shopper, who said so on the phone; it is written down who did."""
        who, name = web.identity_of(request).name, web.read_form(body).get("choice", "")[:60]
        return _do(request, ref, store, body, "chosen", lambda s, i, _: _chosen(s, i, offer, name, who))

    @post("/tracking", opt=WRITE, sync_to_thread=True)
    def number(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """A parcel goes with another carrier, under this number."""
        said = web.read_form(body)
        return _do(request, ref, store, body, "numbered", lambda s, i, _: numbers.note(
            s, own_parcel(s, i, said), said.get("carrier", ""), said.get("number", "")))

    @post("/milestones", opt=WRITE, sync_to_thread=True)
    def milestone(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Note what the carrier said on the phone."""
        said = web.read_form(body)
        return _do(request, ref, store, body, "noted", lambda s, i, _: tracking.note(
            s, own_parcel(s, i, said), said.get("milestone", ""), said.get("place", "")))

    @post("/tags", opt=WRITE, sync_to_thread=True)
    def tag(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Give it a tag."""
        said, who = web.read_form(body).get("tag", ""), web.identity_of(request).name
        return _do(request, ref, store, body, "tagged", lambda s, i, _: tags.add_tag(s, "order", i, said, who))

    @post("/tags/removal", opt=WRITE, sync_to_thread=True)
    def take_tag(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Take a tag off it."""
        said = web.read_form(body).get("off", "")
        return _do(request, ref, store, body, "tagged", lambda s, i, _: tags.take_tag(s, "order", i, said))

    @post("/telling", opt=WRITE, sync_to_thread=True)
    def tell(self, request: AnyRequest, ref: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """From now on the shopper of a silently imported order hears of it."""
        return _do(request, ref, store, body, "telling", lambda s, i, _: telling.begin_telling(s, i))


def own_parcel(session: db.Session, order_id: int, said: Mapping[str, str]) -> str:
    """The parcel that a form names, if it is one of the order's. Raises NotFound."""
    code = said.get("parcel", "")
    if packing.parcel_by_code(session, code).order_id != order_id:
        raise NotFound(f"This order has no parcel {code[:60]}.")
    return code


def _chosen(session: db.Session, order_id: int, offer: int, name: str, who: str) -> None:
    if offers.by_id(session, offer).order_id != order_id:
        raise NotFound("This order has no such offer.")
    said = offers.choose(session, offer, name, by=f"{who} for the shopper")
    if said.fate not in ("chosen", "same"):
        raise Conflict(f"Nothing was changed: {NOT_CHOSEN[said.fate]}. Look at the order again.")


def _why(reason: str) -> str:
    if not reason.strip():
        raise Refused("Say why.", where="reason")
    if len(reason) > 300:
        raise Refused("A reason has at most 300 characters.", where="reason")
    return " ".join(reason.replace("\x00", " ").split())


def _do(request: AnyRequest, ref: str, store: str, body: bytes, done: str, verb: Verb) -> Response[Any]:
    reason = web.read_form(body).get("reason", "")
    return carried_out(request, ref, store, done, lambda session, order_id: verb(session, order_id, reason))


def carried_out(request: AnyRequest, ref: str, store: str, done: str, verb: Callable[[db.Session, int], object]) -> Response[Any]:
    """Carry a decision out and show the order again; a refusal stands on the order's own page."""
    name = web.name(ref)
    try:
        db.run(lambda session: verb(session, orders.by_ref(session, name, store).id or 0))
    except Refused as why:
        return refused(request, ref, store, why)
    counts.forget()
    return web.redirect(f"/orders/{web.segment(name)}{pages.query({'store': store, 'done': done})}")


def refused(request: AnyRequest, ref: str, store: str, why: Refused) -> Response[Any]:
    """The order's page with why nothing was done; programs, and who named no order, hear it as everywhere."""
    if why.status == 404 or web.wants_json(request) or why.code == "ambiguous":
        raise why
    return _draw(request, web.name(ref), store, "", flash=why.say, code=why.status)


def _draw(request: AnyRequest, ref: str, store: str, before: str, *, flash: str | None, code: int = 200) -> Response[Any]:
    place = pages.place("", before, int).before
    with db.reading() as session:
        order = orders.by_ref(session, ref, store)
        view = page.view(session, order)
        trail, more = diary.of_order(session, order.id or 0, before=place[0] if place else None)
    key = view["order"]["store_key"]
    here = f"/orders/{web.segment(order.ref)}"
    may_write = "orders.write" in web.identity_of(request).permissions
    return web.page(
        "desk/order.html", request, code=code, trail=trail, flash=flash, flash_kind="bad" if code != 200 else "ok",
        slip_href=f"{here}/slip?store={key}", stock_href=f"{here}/stock?store={key}", **view | {"may": view["may"] if may_write else {}},
        older_href=here + pages.query({"store": key}, before=web.cursor.encode(more)) if more else None,
    )  # fmt: skip
