"""Returns for programs: list, read, ask, decide."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from sqlmodel import Session

from stowline.core import db, web
from stowline.core.errors import Conflict, Refused
from stowline.core.fields import prose, text
from stowline.desk.handlers import pages
from stowline.desk.queries import counts
from stowline.desk.queries import returns as reads
from stowline.desk.queries.keyset import Place
from stowline.orders import queries as orders
from stowline.returns import queries, service
from stowline.stores import queries as stores

AnyRequest = Request[Any, Any, Any]
READ, WRITE = web.permission("orders.read"), web.permission("orders.write")


class LineBody(msgspec.Struct):
    """Units of an order to return."""

    sku: str
    quantity: int
    reason: str
    outcome: str
    note: str = ""
    exchange_sku: str = ""


class ReturnBody(msgspec.Struct):
    """A return to ask for; the same key of the same store again is the same return."""

    order: str
    key: str
    lines: list[LineBody]
    store: str = ""
    note: str = ""


class DecisionBody(msgspec.Struct):
    """Why it is refused or withdrawn."""

    reason: str = ""


class ReturnsApi(Controller):
    """Returns."""

    path = "/api/v1/returns"

    @get("/", opt=READ, sync_to_thread=True)
    def listed(
        self, request: AnyRequest, of: Annotated[str, QueryParameter(name="state")] = "", store: FromQuery[str] = "", order: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Returns, newest first; of one state, one store, one order."""
        pages.one_of(of, ("", *queries.STATES), "state")
        place = Place(after=web.cursor.decode(after, int)) if after else Place()
        with db.reading() as session:
            store_id = stores.store_by_key(session, store).id if store else None
            page = reads.page(session, "all", place, text=pages.text(order), store_id=store_id, state=of, size=web.limit(request))
            items = reads.told(session, page.rows)
        return {"items": items, "next": web.cursor.encode(*page.later) if page.later else None}

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, ref: FromPath[str]) -> dict[str, Any]:
        """One return."""
        with db.reading() as session:
            return reads.told(session, [queries.by_ref(session, web.name(ref))])[0]

    @post("/", opt=WRITE, sync_to_thread=True)
    def ask(self, request: AnyRequest, body: RawBody) -> Response[bytes]:
        """Ask for a return, by the store's policy; the same key again answers the return that there is."""
        said = web.read_as(body, ReturnBody)
        key = text(said.key, "key", what="The key", longest=80, needed=True)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            order = orders.by_ref(session, said.order, said.store)
            name = f"api:{order.store_id}:{key}"
            known = queries.by_key(session, name)
            if known is not None and known.order_id != order.id:
                raise Conflict(f"This key is that of {known.ref}, of another order.", where="key")
            made = known or service.request(session, order, _wishes(session, order.id or 0, said.lines), key=name, note=prose(said.note, "note", longest=1000))
            return (200 if known else 201), reads.told(session, [made])[0]

        return _written(request, body, make)

    @post("/{ref:str}/approval", opt=WRITE, sync_to_thread=True, status_code=200)
    def approve(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[bytes]:
        """The goods may come back."""
        return _written(request, body, lambda session: (200, reads.told(session, [service.approve(session, web.name(ref))])[0]))

    @post("/{ref:str}/refusal", opt=WRITE, sync_to_thread=True, status_code=200)
    def refuse(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[bytes]:
        """They may not, and why."""
        why = text(web.read_as(body, DecisionBody).reason, "reason", what="The reason", longest=500)
        return _written(request, body, lambda session: (200, reads.told(session, [service.refuse(session, web.name(ref), why)])[0]))

    @post("/{ref:str}/withdrawal", opt=WRITE, sync_to_thread=True, status_code=200)
    def withdraw(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[bytes]:
        """Nothing comes back after all."""
        why = text(web.read_as(body, DecisionBody).reason, "reason", what="The reason", longest=500)
        return _written(request, body, lambda session: (200, reads.told(session, [service.withdraw(session, web.name(ref), why)])[0]))


def _wishes(session: Session, order_id: int, said: list[LineBody]) -> list[service.Wish]:
    """Each line of the body on the order's line of that SKU; the first that has left where there are several."""
    by_sku: dict[str, int] = {}
    for line in orders.lines(session, order_id):
        if line.sku not in by_sku or line.handed_over > line.returned:
            by_sku.setdefault(line.sku, line.id)
    wishes = []
    for n, one in enumerate(said):
        if one.sku not in by_sku:
            raise Refused("The order has no such product.", where=f"lines[{n}].sku")
        note, swap = text(one.note, f"lines[{n}].note", what="The note", longest=500), text(one.exchange_sku, f"lines[{n}].exchange_sku", what="The SKU", longest=100)
        wishes.append(service.Wish(by_sku[one.sku], one.quantity, one.reason, one.outcome, note, swap))
    return wishes


def _written(request: AnyRequest, body: bytes, make: Any) -> Response[bytes]:  # noqa: ANN401  (a verb)
    answer = web.written(request, body, make)
    counts.forget()
    return answer
