"""Tags and the contact log over HTTP."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from stowline.cases import contact_forms, contact_log, contacts, queries, service
from stowline.core import db, web
from stowline.core.errors import BadRequest
from stowline.orders import queries as orders
from stowline.receiving import queries as receiving

AnyRequest = Request[Any, Any, Any]
READ, WRITE = web.permission("orders.read"), web.permission("orders.write")


class OrderTags(Controller):
    """Tags of orders."""

    path = "/api/v1/orders/{ref:str}/tags"

    @get("/", opt=READ, sync_to_thread=True)
    def listed(self, ref: FromPath[str], store: FromQuery[str] = "") -> dict[str, Any]:
        """The tags of an order; backorder first, while something of it waits."""
        with db.reading() as session:
            return _told(session, "order", orders.by_ref(session, web.name(ref), store).id or 0)

    @put("/{tag:str}", opt=WRITE, sync_to_thread=True)
    def give(self, request: AnyRequest, ref: FromPath[str], tag: FromPath[str], store: FromQuery[str] = "") -> Response[bytes]:
        """Give an order a tag; again: nothing changes."""
        who = web.identity_of(request).name

        def do(session: Session) -> dict[str, Any]:
            ident = orders.by_ref(session, web.name(ref), store).id or 0
            service.add_tag(session, "order", ident, web.name(tag), who)
            return _told(session, "order", ident)

        return web.json_answer(200, web.encoded(db.run(do)))

    @delete("/{tag:str}", opt=WRITE, sync_to_thread=True, status_code=200)
    def take(self, ref: FromPath[str], tag: FromPath[str], store: FromQuery[str] = "") -> Response[bytes]:
        """Take a tag off an order."""

        def do(session: Session) -> dict[str, Any]:
            ident = orders.by_ref(session, web.name(ref), store).id or 0
            service.take_tag(session, "order", ident, web.name(tag))
            return _told(session, "order", ident)

        return web.json_answer(200, web.encoded(db.run(do)))


class PurchaseOrderTags(Controller):
    """Tags of purchase orders."""

    path = "/api/v1/purchase-orders/{ref:str}/tags"

    @get("/", opt=web.permission("receiving.read"), sync_to_thread=True)
    def listed(self, ref: FromPath[str]) -> dict[str, Any]:
        """The tags of a purchase order; backorder first, while it will bring what somebody waits for."""
        with db.reading() as session:
            return _told(session, "purchase_order", receiving.by_ref(session, web.name(ref)).id or 0)

    @put("/{tag:str}", opt=web.permission("receiving.write"), sync_to_thread=True)
    def give(self, request: AnyRequest, ref: FromPath[str], tag: FromPath[str]) -> Response[bytes]:
        """Give a purchase order a tag; again: nothing changes."""
        who = web.identity_of(request).name

        def do(session: Session) -> dict[str, Any]:
            ident = receiving.by_ref(session, web.name(ref)).id or 0
            service.add_tag(session, "purchase_order", ident, web.name(tag), who)
            return _told(session, "purchase_order", ident)

        return web.json_answer(200, web.encoded(db.run(do)))

    @delete("/{tag:str}", opt=web.permission("receiving.write"), sync_to_thread=True, status_code=200)
    def take(self, ref: FromPath[str], tag: FromPath[str]) -> Response[bytes]:
        """Take a tag off a purchase order."""

        def do(session: Session) -> dict[str, Any]:
            ident = receiving.by_ref(session, web.name(ref)).id or 0
            service.take_tag(session, "purchase_order", ident, web.name(tag))
            return _told(session, "purchase_order", ident)

        return web.json_answer(200, web.encoded(db.run(do)))


class ContactBody(msgspec.Struct):
    """A contact: a call, a chat, a mail. `kind` is what it is about; left out, its words tell."""

    store: str
    channel: str
    order: str = ""
    email: str = ""
    kind: str = ""
    subject: str = ""
    text: str = ""
    at: str = ""
    ref: str = ""


class Contacts(Controller):
    """The contact log."""

    path = "/api/v1/contacts"

    @get("/", opt=READ, sync_to_thread=True)
    def listed(self, after: FromQuery[int] = 0, limit: FromQuery[int] = 100) -> dict[str, Any]:
        """Contacts in the order in which they were kept, from after an id."""
        if not 1 <= limit <= 500:
            raise BadRequest("A page has 1 to 500 contacts.", where="limit")
        if not 0 <= after < 2**63:
            raise BadRequest("There is no such id.", where="after")
        with db.reading() as session:
            return contact_log.listed(session, after, limit)

    @post("/", opt=WRITE, sync_to_thread=True)
    def log(self, request: AnyRequest, body: RawBody) -> Response[bytes]:
        """Log a contact: 201; the same ref of the same store again: 200, nothing changed."""
        asked = web.read_as(body, ContactBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            ident, new = contacts.keep(session, contact_forms.read(session, msgspec.structs.asdict(asked)))
            return (201 if new else 200), contact_log.one(session, ident)

        return web.written(request, body, make)


def _told(session: Session, noun: str, ident: int) -> dict[str, Any]:
    return {"tags": queries.tags(session, noun, [ident])[ident]}
