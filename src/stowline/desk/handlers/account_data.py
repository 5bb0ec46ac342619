"""What a shopper may have done with all that is kept about them: a copy of it, and its end. The pages that lead here are the portal's."""

from collections.abc import Iterator
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, RawBody
from litestar.response import Stream

from stowline.core import db, web
from stowline.core.errors import Conflict, NotFound
from stowline.desk import erasure
from stowline.desk.handlers.pages import AnyRequest
from stowline.notifications import sign_in
from stowline.portal import account
from stowline.portal.account import COOKIE
from stowline.stores import queries as stores

PUBLIC = web.permission(web.PUBLIC)
COPIES, ENDS = web.Pace(most=10, seconds=600), web.Pace(most=10, seconds=600)
HEADERS = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"}


class AccountData(Controller):
    """A shopper's data."""

    path = "/account/{store:str}"
    include_in_schema = False

    @get("/my-data.json", opt=PUBLIC, sync_to_thread=True)
    def copy(self, request: AnyRequest, store: FromPath[str]) -> Stream | Response[Any]:
        """All that is kept about who is signed in, as a file."""
        COPIES.step(web.client_address(request))
        with db.reading() as session:
            shop = stores.store_by_key(session, web.name(store))
            who = account.current(session, shop.id or 0, request.cookies.get(COOKIE, ""))
        if who is None:
            return web.redirect(f"/account/{web.segment(shop.key)}?said=gone")
        return Stream(_written(who.customer_id), media_type="application/json", headers=HEADERS)

    @post("/erasure/{token:str}/end", opt=PUBLIC, sync_to_thread=True)
    def erase(self, request: AnyRequest, store: FromPath[str], token: FromPath[str], body: RawBody) -> Response[Any]:
        """Erase who pressed the button of the link in their mail. What is still to be sent keeps it from happening."""
        _ = body
        ENDS.step(web.client_address(request))
        web.check_origin(request)
        shop_key = web.name(store)

        def work(session: db.Session) -> str:
            shop = stores.store_by_key(session, shop_key)
            address = sign_in.use(session, shop.id or 0, token, sign_in.ERASE)
            if address is None:
                return "over"
            erasure.erase(session, erasure.by_email(session, address, shop.key), typed=address, by="the shopper")
            return "erased"

        try:
            said = db.run(work)
        except Conflict:
            said = "on_its_way"
        except NotFound:
            said = "over"
        return web.redirect(f"/account/{web.segment(shop_key)}?said={said}")


def _written(customer_id: int) -> Iterator[bytes]:
    """The rows as one JSON document, in portions."""
    yield b'{"items":['
    first = True
    for table, rows in erasure.told(customer_id):
        for row in rows:
            yield (b"" if first else b",") + web.encoded({"table": table, "row": row})
            first = False
    yield b"]}"
