"""Setting up what a store tells its shoppers, step by step; nothing counts before it goes live."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import NotFound, Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import message_setup as reads
from stowline.desk.queries import message_setup_live as live_reads
from stowline.notifications import setup_rules, setups
from stowline.orders import telling
from stowline.people import queries as people
from stowline.shipping import carrier_feeds
from stowline.stores import queries as stores
from stowline.stores.queries import Store

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "kept": "Kept. It counts once you go live.", "secret": "Kept. Its posts are taken from now on.", "silent": "Nothing is sent from now on, until you go live.",
    "live": "Live. What was chosen counts from the next event on.", "same": "Nothing was left to put in force.",
    "tell": "The shoppers of the imported orders hear of them from now on; a few orders at a time.",
}  # fmt: skip
Form = dict[str, str]
Verb = Callable[[db.Session, Store, str], object]


class MessageSetupPages(Controller):
    """Setting up a store's messages."""

    path = "/stores/{key:str}/messages/setup"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def begin(self, key: FromPath[str]) -> Response[Any]:
        """Go on where it was left."""
        with db.reading() as session:
            row = setups.of_store(session, stores.store_by_key(session, web.name(key)).id or 0)
        return web.redirect(_at(web.name(key), setup_rules.next_step(row.done) if row else "kinds"))

    @get("/{step:str}", opt=READ, sync_to_thread=True)
    def step(
        self, request: AnyRequest, key: FromPath[str], step: FromPath[str], done: FromQuery[str] = "", kind: FromQuery[str] = "",
        ref: FromQuery[str] = "", locale: FromQuery[str] = "", sent: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """One step with what is chosen so far."""
        flash = f"The test is on its way to {pages.text(sent)}." if sent else DONE.get(done)
        return draw(request, web.name(key), step, flash=flash, asked={"kind": pages.text(kind), "ref": pages.text(ref), "locale": pages.text(locale)})

    @post("/{step:str}", opt=WRITE, sync_to_thread=True)
    def keep(self, request: AnyRequest, key: FromPath[str], step: FromPath[str], body: RawBody) -> Response[Any]:
        """Keep what a step chooses, and go on to the next; the last one puts all of it in force."""
        form, name = web.read_form(body), web.name(key)
        if step == "live":
            return _live(request, name, form)
        if step not in KEEPS:
            raise NotFound("There is no such step.", where="step")
        return _do(request, name, step, form, _verb("kept", lambda session, store, by: KEEPS[step](session, store, form, by)), then=setup_rules.after(step))

    @post("/feeds/{provider:str}/secret", opt=WRITE, sync_to_thread=True)
    def secret(self, request: AnyRequest, key: FromPath[str], provider: FromPath[str], body: RawBody) -> Response[Any]:
        """Keep a provider's secret; one that was made is shown now, and never again."""
        typed, name = web.read_form(body).get("secret", ""), web.name(key)
        try:
            made = db.run(lambda session: carrier_feeds.set_secret(session, web.name(provider), typed))
        except Refused as why:
            return _refused(request, name, "carriers", why, {})
        if typed:
            return web.redirect(f"{_at(name, 'carriers')}?done=secret")
        return draw(request, name, "carriers", secret=made, headers={"Cache-Control": "no-store"})

    @post("/silence", opt=WRITE, sync_to_thread=True)
    def hush(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Send nothing until it is live."""
        return _do(request, web.name(key), "kinds", web.read_form(body), _verb("silent", setups.hush))

    @post("/rest", opt=WRITE, sync_to_thread=True)
    def leave(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """It is right as it is."""
        return _do(request, web.name(key), "live", web.read_form(body), _verb("same", setups.leave))

    @post("/telling", opt=WRITE, sync_to_thread=True)
    def tell(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Tell the shoppers of open orders that were imported in silence, from now on."""
        return _do(request, web.name(key), "live", web.read_form(body), _verb("tell", lambda session, store, _by: telling.begin_for_store(session, store.id or 0)))


def _at(key: str, step: str) -> str:
    return f"/stores/{web.segment(key)}/messages/setup/{step}"


def _verb(done: str, verb: Verb) -> Callable[[db.Session, Store, str], str]:
    def work(session: db.Session, store: Store, by: str) -> str:
        verb(session, store, by)
        return done

    return work


def _ticked(form: Form, what: str) -> list[str]:
    return [name.removeprefix(f"{what}.") for name in form if name.startswith(f"{what}.")]


def _preset(form: Form) -> str:
    """Which choice of kinds is meant. Who only ticks below means what is ticked. Raises Refused for two that differ."""
    chosen, ticked = form.get("preset", ""), sorted(_ticked(form, "kind"))
    if chosen == setups.OWN or "ticked" not in form or ",".join(ticked) == form["ticked"]:
        return chosen
    if chosen != form.get("was"):
        raise Refused("You changed what is ticked, and chose another number. Choose One by one for what is ticked.", where="kinds")
    return setups.OWN


KEEPS: dict[str, Callable[[db.Session, Store, Form, str], object]] = {
    "kinds": lambda session, store, form, by: setups.choose_kinds(session, store, _preset(form), _ticked(form, "kind"), by),
    "channels": lambda session, store, form, by: setups.choose_channels(session, store, _ticked(form, "channel") if form.get("ways") == "these" else None, by),
    "brand": setups.choose_brand,
    "carriers": lambda session, store, _form, by: setups.see(session, store, "carriers", by),
    "preview": lambda session, store, _form, by: setups.see(session, store, "preview", by),
}


def _live(request: AnyRequest, key: str, form: Form) -> Response[Any]:
    """Put all of it in force. Refused while something is missing."""
    with db.reading() as session:  # every message is written once for this: not while the books are locked
        missing = [one["say"] for one in live_reads.summary(session, stores.store_by_key(session, key))["checks"] if one["kind"] == "bad"]
    if missing:
        return _refused(request, key, "live", Refused(f"It did not go live. {missing[0]}"), form)
    return _do(request, key, "live", form, lambda session, store, by: "live" if setups.go_live(session, store, by, seen=form.get("seen", "")) else "same")


def _do(request: AnyRequest, key: str, step: str, form: Form, verb: Callable[[db.Session, Store, str], str], then: str = "") -> Response[Any]:
    by = web.identity_of(request).label
    try:
        done = db.run(lambda session: verb(session, stores.store_by_key(session, key), by))
    except Refused as why:
        return _refused(request, key, step, why, form)
    return web.redirect(f"{_at(key, then or step)}?done={done}")


def _refused(request: AnyRequest, key: str, step: str, why: Refused, form: Form) -> Response[Any]:
    if isinstance(why, NotFound) or web.wants_json(request):
        raise why
    return draw(request, key, step, flash=why.say, refused=why, typed=form)


def draw(
    request: AnyRequest, key: str, step: str, *, flash: str | None = None, refused: Refused | None = None, typed: Form | None = None,
    asked: Form | None = None, secret: str = "", headers: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    """A step as a page. Raises NotFound for one that is none."""
    if step not in setup_rules.STEPS:
        raise NotFound("There is no such step.", where="step")
    who = web.identity_of(request)
    with db.reading() as session:
        store = stores.store_by_key(session, key)
        view = {**reads.frame(session, store, step), **_view(session, store, step, asked or {})}
        person = people.by_id(session, who.id) if who.kind == "user" else None
    return web.page(
        "desk/message_setup.html", request, code=refused.status if refused else 200, flash=flash, flash_kind="bad" if refused else "ok",
        where=refused.where if refused else "", typed=typed or {}, secret=secret, headers=headers or (web.MAIL_PREVIEW if step == "preview" else None),
        may_write="orders.write" in who.permissions, to=(typed or {}).get("to") or (person.email if person else "") or "", **view,
    )  # fmt: skip


def _view(session: db.Session, store: Store, step: str, asked: Form) -> dict[str, Any]:
    if step == "preview":
        ways = [one for one in reads.channels(session, store)["ways"] if one["value"] != "in-app" and one["ready"]]
        return {**live_reads.preview(session, store, asked.get("kind", ""), asked.get("ref", ""), asked.get("locale", "")), "ways": ways}
    if step == "live":
        return live_reads.summary(session, store)
    return {"kinds": reads.kinds, "channels": reads.channels, "brand": reads.brand, "carriers": reads.feeds}[step](session, store)
