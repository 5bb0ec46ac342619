"""What shops offer to those who wait, and delays that nobody agreed to."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.backorders import consents, option_policies
from stowline.backorders.option_policies import Policy
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.desk.handlers.pages import AnyRequest
from stowline.orders import queries as orders
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {"saved": "Saved. Offers from now on are made so; those that were made stay as they are."}


class Choices(Controller):
    """Choices of those who wait."""

    path = "/choices"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def choices(self, request: AnyRequest, done: FromQuery[str] = "") -> Response[Any]:
        """What each shop offers, and whom a person must write to."""
        return _draw(request, flash=DONE.get(done))

    @post("/{store:str}", opt=WRITE, sync_to_thread=True)
    def save(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """What a shop offers from now on."""
        said = web.read_form(body)
        try:
            policy = Policy(
                "active" in said, _whole(said, "days"), _whole(said, "bonus"), "expedite" in said, "us_rule" in said,
                "lapse_cancels" in said,
            )  # fmt: skip
            db.run(lambda session: option_policies.set_policy(session, _id(session, store), policy))
        except Refused as refused:
            if refused.status == 404:
                raise
            return _draw(request, flash=refused.say, code=refused.status)
        return web.redirect("/choices?done=saved")


def _id(session: db.Session, store: str) -> int:
    return stores.store_by_key(session, web.name(store)).id or 0


def _whole(said: dict[str, str], name: str) -> int:
    text = said.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Refused("Say a whole number.", where=name)
    return int(text)


def _draw(request: AnyRequest, *, flash: str | None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        shops = stores.all_stores(session)
        rows = [{"key": shop.key, "name": shop.name, "policy": option_policies.of_store(session, shop.id or 0)} for shop in shops]
        keys = {shop.id: shop.key for shop in shops}
        lapsed = [
            {"ref": orders.order(session, one.order_id).ref, "store_key": keys[one.store_id], "due": one.due, "told": one.told,
             "asked_at": one.asked_at} for one in consents.lapsed(session)
        ]  # fmt: skip
    return web.page("desk/choices.html", request, code=code, rows=rows, lapsed=lapsed, flash=flash, flash_kind="ok" if code == 200 else "bad",
                    may_write="orders.write" in web.identity_of(request).permissions)  # fmt: skip
