"""How a store reaches its shoppers beside mail: gateways for SMS, WhatsApp and push, and one webhook."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, whole
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import store_channels as reads
from stowline.notifications import channel_settings, message_hooks
from stowline.notifications.message_hooks import Told
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "kept": "Kept. Messages go this way from now on.", "off": "Switched off.", "on": "Switched on.", "removed": "Removed, with its password.",
    "forgotten": "The old secret is forgotten. Only the new one signs.",
}  # fmt: skip
Verb = Callable[[db.Session, int], object]


class StoreChannels(Controller):
    """Channels of a store."""

    path = "/stores/{key:str}/channels"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def channels(self, request: AnyRequest, key: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """By which ways this store reaches its shoppers."""
        return _draw(request, key, flash=DONE.get(done))

    @post("/gateways/{channel:str}", opt=WRITE, sync_to_thread=True)
    def gateway(self, request: AnyRequest, key: FromPath[str], channel: FromPath[str], body: RawBody) -> Response[Any]:
        """Set the gateway of a channel."""
        url, who = web.read_form(body).get("url", ""), web.identity_of(request).name
        return _do(request, key, "kept", lambda session, store: channel_settings.set_gateway(session, store, channel, url, who=who))

    @post("/gateways/{channel:str}/closure", opt=WRITE, sync_to_thread=True)
    def gateway_off(self, request: AnyRequest, key: FromPath[str], channel: FromPath[str], body: RawBody) -> Response[Any]:
        """Send nothing by it until it is switched on again."""
        _, who = body, web.identity_of(request).name
        return _do(request, key, "off", lambda session, store: channel_settings.switch(session, store, channel, active=False, who=who))

    @post("/gateways/{channel:str}/opening", opt=WRITE, sync_to_thread=True)
    def gateway_on(self, request: AnyRequest, key: FromPath[str], channel: FromPath[str], body: RawBody) -> Response[Any]:
        """Send by it again."""
        _, who = body, web.identity_of(request).name
        return _do(request, key, "on", lambda session, store: channel_settings.switch(session, store, channel, active=True, who=who))

    @post("/gateways/{channel:str}/removal", opt=WRITE, sync_to_thread=True)
    def gateway_gone(self, request: AnyRequest, key: FromPath[str], channel: FromPath[str], body: RawBody) -> Response[Any]:
        """Forget it with its password."""
        _ = body
        return _do(request, key, "removed", lambda session, store: channel_settings.remove(session, store, channel))

    @post("/gateways/{channel:str}/test", opt=WRITE, sync_to_thread=True)
    def gateway_test(self, request: AnyRequest, key: FromPath[str], channel: FromPath[str], body: RawBody) -> Response[Any]:
        """Send a short text to a number, now."""
        to = web.read_form(body).get("to", "").strip()
        failed = channel_settings.try_gateway(_id(key), channel, to)
        return _draw(request, key, flash=failed or f"The gateway took a text for {to}.", code=422 if failed else 200)

    @post("/webhook", opt=WRITE, sync_to_thread=True)
    def hook(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Where this store hears its messages. The secret of a new address is shown now, and never again."""
        url, who = web.read_form(body).get("url", "").strip(), web.identity_of(request).name

        def work(session: db.Session) -> str:
            store = stores.store_by_key(session, web.name(key)).id or 0
            known = message_hooks.of_store(session, store) is not None
            made = message_hooks.set_hook(session, store, url, who=who)
            return "" if known else made.secret

        return _secret(request, key, work)

    @post("/webhook/secret", opt=WRITE, sync_to_thread=True)
    def secret(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """A new secret; the old one signs beside it for a day."""
        _ = body
        return _secret(request, key, lambda session: message_hooks.new_secret(session, stores.store_by_key(session, web.name(key)).id or 0).secret)

    @post("/webhook/secret/old", opt=WRITE, sync_to_thread=True)
    def forget(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Sign with the new secret alone."""
        _ = body
        return _do(request, key, "forgotten", message_hooks.forget_old_secret)

    @post("/webhook/closure", opt=WRITE, sync_to_thread=True)
    def hook_off(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Post nothing until it is switched on again."""
        _, who = body, web.identity_of(request).name
        return _do(request, key, "off", lambda session, store: message_hooks.switch(session, store, active=False, why=f"Switched off by {who}."))

    @post("/webhook/opening", opt=WRITE, sync_to_thread=True)
    def hook_on(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Post again."""
        _ = body
        return _do(request, key, "on", lambda session, store: message_hooks.switch(session, store, active=True))

    @post("/webhook/test", opt=WRITE, sync_to_thread=True)
    def hook_test(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Post a message that tells nothing, now."""
        _ = body
        return _told(request, key, message_hooks.test(_id(key)))

    @post("/webhook/again", opt=WRITE, sync_to_thread=True)
    def hook_again(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Post a message once more, as it was, under the same id."""
        ident = whole(web.read_form(body).get("message"), "message", what="The message", most=2**62)
        return _told(request, key, message_hooks.replay(ident))


def _id(key: str) -> int:
    with db.reading() as session:
        return stores.store_by_key(session, web.name(key)).id or 0


def _do(request: AnyRequest, key: str, done: str, verb: Verb) -> Response[Any]:
    try:
        db.run(lambda session: verb(session, stores.store_by_key(session, web.name(key)).id or 0))
    except (Refused, Bad) as why:
        code = getattr(why, "status", 422)
        if code == 404 or web.wants_json(request):
            raise
        return _draw(request, key, flash=why.say, code=code)
    return web.redirect(f"/stores/{web.segment(web.name(key))}/channels?done={done}")


def _secret(request: AnyRequest, key: str, work: Callable[[db.Session], str]) -> Response[Any]:
    try:
        secret = db.run(work)
    except Refused as why:
        if why.status == 404 or web.wants_json(request):
            raise
        return _draw(request, key, flash=why.say, code=why.status)
    return _draw(request, key, secret=secret, flash=DONE["kept"], headers={"Cache-Control": "no-store"})


def _told(request: AnyRequest, key: str, told: Told) -> Response[Any]:
    fine = told.status is not None and 200 <= told.status < 300
    say = f"It was {told.say} after {told.took_ms:,} ms." if fine else f"It was not taken: {told.say}."
    return _draw(request, key, flash=say, code=200 if fine else 422)


def _draw(
    request: AnyRequest, key: str, *, secret: str = "", flash: str | None = None, code: int = 200, headers: dict[str, str] | None = None
) -> Response[Any]:
    with db.reading() as session:
        view = reads.view(session, web.name(key))
    may = "orders.write" in web.identity_of(request).permissions
    return web.page("desk/store_channels.html", request, code=code, headers=headers, secret=secret, may_write=may, flash=flash,
                    flash_kind="ok" if code == 200 else "bad", **view)  # fmt: skip
