"""An order of the account is sent to the address of the account. The session opens it, not the order's link alone: GET changes nothing."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.core import db, web
from stowline.portal import account, account_order, lookup, pages
from stowline.portal.account import COOKIE
from stowline.portal.account_views import View
from stowline.portal.pages import AnyRequest
from stowline.portal.reader import Reader
from stowline.portal.screens import account as screens
from stowline.stores.queries import Store

PUBLIC = web.permission(web.PUBLIC)


class AccountOrder(Controller):
    """An order to one's own address."""

    path = "/account/{store:str}/orders/{link:str}/address"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/", opt=PUBLIC, sync_to_thread=True)
    def ask(self, request: AnyRequest, store: FromPath[str], link: FromPath[str]) -> Response[Any]:
        """The address and a button, or why it cannot be; who is not signed in is shown the way in."""
        screens.VISITS.step(web.client_address(request))

        def view(session: db.Session, shop: Store, reader: Reader) -> tuple[str, View]:
            who = account.current(session, shop.id or 0, request.cookies.get(COOKIE, ""))
            if who is None:
                return screens.sign_in_form()(session, shop, reader)
            return account_order.page(session, shop, who, account_order.mine(session, who, lookup.linked(link)), reader)

        return screens.draw(request, store, view)

    @post("/", opt=PUBLIC, sync_to_thread=True)
    def send(self, request: AnyRequest, store: FromPath[str], link: FromPath[str], body: RawBody) -> Response[Any]:
        """Send it there. Again, it goes there already."""
        there = f"/orders/{web.segment(link)}/address"
        return screens.do(request, store, body, lambda session, who, _said: account_order.send_there(
            session, who, account_order.mine(session, who, lookup.linked(link))), there=there)  # fmt: skip
