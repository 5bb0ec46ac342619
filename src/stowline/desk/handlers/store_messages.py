"""Of what a store tells its shoppers, when and how: kinds on and off, times, channels, conditions, manners."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, whole
from stowline.desk import policy_forms as forms
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import store_messages as reads
from stowline.notifications import policies, presets
from stowline.stores import queries as stores
from stowline.stores.queries import Store

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "saved": "Saved. It counts from the next event on; what is held already goes as it was planned.",
    "house": "This message goes as the house does it again.", "manners": "Saved. It counts for what is held already, too.",
    "switched": "Switched. It counts from the next event on.",
}  # fmt: skip
Form = dict[str, str]


class StoreMessages(Controller):
    """Messages of a store."""

    path = "/stores/{key:str}/messages"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def messages(self, request: AnyRequest, key: FromPath[str], preset: FromQuery[str] = "", done: FromQuery[str] = "") -> Response[Any]:
        """Every kind with its policy; with `preset`, what that would change."""
        return _draw(request, web.name(key), preset=preset, flash=DONE.get(done))

    @post("/manners", opt=WRITE, sync_to_thread=True)
    def manners(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Quiet hours, cap and digest."""
        form = web.read_form(body)

        def save(session: db.Session, store: Store) -> str:
            policies.set_manners(session, store.id or 0, quiet_from=forms.minute(form.get("quiet_from", ""), "quiet_from"),
                                 quiet_to=forms.minute(form.get("quiet_to", ""), "quiet_to"), cap=_number(form, "cap", "The number of messages", 0, 50),
                                 cap_days=_number(form, "cap_days", "The number of days", 1, 90), digest="digest" in form)  # fmt: skip
            return "manners"

        return _do(request, key, save, form)

    @post("/preset", opt=WRITE, sync_to_thread=True)
    def switch(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Switch kinds on and off as a preset says."""
        form = web.read_form(body)

        def save(session: db.Session, store: Store) -> str:
            presets.switch(session, store.id or 0, form.get("preset", ""))
            return "switched"

        return _do(request, key, save, form)

    @post("/kinds/{kind:str}", opt=WRITE, sync_to_thread=True)
    def kind(self, request: AnyRequest, key: FromPath[str], kind: FromPath[str], body: RawBody) -> Response[Any]:
        """Say how the store tells of one kind."""
        form, name = web.read_form(body), web.name(kind)

        def save(session: db.Session, store: Store) -> str:
            policies.known(session, store.id or 0, name)
            policies.set_policy(session, store.id or 0, name, forms.policy(form, store.currency))
            return "saved"

        return _do(request, key, save, form, kind=name)

    @post("/kinds/{kind:str}/house", opt=WRITE, sync_to_thread=True)
    def house(self, request: AnyRequest, key: FromPath[str], kind: FromPath[str], body: RawBody) -> Response[Any]:
        """Tell of it as the house does."""
        _, name = body, web.name(kind)

        def save(session: db.Session, store: Store) -> str:
            policies.known(session, store.id or 0, name)
            policies.forget(session, store.id or 0, name)
            return "house"

        return _do(request, key, save, {}, kind=name)


def _number(form: Form, name: str, what: str, least: int, most: int) -> int:
    try:
        return whole(form.get(name, ""), name, what=what, least=least, most=most)
    except Bad as bad:
        raise Refused(bad.say, where=name) from None


def _do(request: AnyRequest, key: str, verb: Callable[[db.Session, Store], str], form: Form, kind: str = "") -> Response[Any]:
    name = web.name(key)
    try:
        done = db.run(lambda session: verb(session, stores.store_by_key(session, name)))
    except NotFound:
        raise
    except Refused as why:
        if web.wants_json(request):
            raise
        return _draw(request, name, flash=why.say, refused=why, typed=form, kind=kind)
    return web.redirect(f"/stores/{web.segment(name)}/messages{pages.query({'done': done})}")


def _draw(
    request: AnyRequest, key: str, *, preset: str = "", flash: str | None = None, refused: Refused | None = None, typed: Form | None = None, kind: str = "",
) -> Response[Any]:  # fmt: skip
    with db.reading() as session:
        view = reads.view(session, key, preset)
    rows = [row for _, found in view["groups"] for row in found]
    again = next(({**row, "typed": typed} for row in rows if row["kind"] == kind), None) if refused else None
    if refused and not kind and typed:
        view["manners"] = {**view["manners"], "digest": "digest" in typed, **{name: typed[name] for name in view["manners"] if name in typed and name != "digest"}}
    return web.page(
        "desk/store_messages.html", request, code=refused.status if refused else 200, flash=flash, flash_kind="bad" if refused else "ok", again=again,
        where=refused.where if refused else "", channels=reads.CHANNEL_CHOICES, units=list(forms.UNITS), firsts=list(forms.FIRST.items()),
        may_write="orders.write" in web.identity_of(request).permissions, **view,
    )  # fmt: skip
