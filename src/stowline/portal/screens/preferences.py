"""The preference centre and the way out of marketing, by signed links. Work without JavaScript; GET changes nothing."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import NotFound
from stowline.core.fields import Bad
from stowline.notifications import unsubscribe
from stowline.notifications.unsubscribe import CENTRE, WAY_OUT, Person
from stowline.portal import pages, preferences
from stowline.portal.pages import AnyRequest
from stowline.portal.preferences import Visit

PUBLIC, SIGNED = web.permission(web.PUBLIC), web.permission(web.PUBLIC, signature=True)
CHANGES = web.Pace(most=120, seconds=60)
"""For one address; mail programs that unsubscribe for their readers are not counted."""
_SAID = {"saved": "preferences.saved", "same": "preferences.same", "stopped": "preferences.stopped"}


class Preferences(Controller):
    """What a person wants to hear from a store, and how."""

    path = "/preferences"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/{token:str}", opt=PUBLIC, sync_to_thread=True)
    def centre(self, request: AnyRequest, token: FromPath[str], said: FromQuery[str] = "") -> Response[Any]:
        """The person's page."""
        person = unsubscribe.read(token, CENTRE)
        return _centre(request, person, said=_SAID.get(said, "")) if person else _unknown(request)

    @post("/{token:str}", opt=SIGNED, sync_to_thread=True)
    def save(self, request: AnyRequest, token: FromPath[str], body: RawBody) -> Response[Any]:
        """Keep what the form says."""
        person = unsubscribe.read(token, CENTRE)
        if person is None:
            return _unknown(request)
        CHANGES.step(web.client_address(request))
        form, on = web.read_form(body), web.form_values(body, "on")
        try:
            changed = db.run(lambda session: preferences.save(session, preferences.visit(request, session, person), form, on))
        except Bad as bad:
            return _centre(request, person, typed=form, bad=bad)
        except NotFound:
            return _unknown(request)
        return web.redirect(f"{_here(person)}?said={'saved' if changed else 'same'}#said")

    @post("/{token:str}/stop", opt=SIGNED, sync_to_thread=True)
    def stop(self, request: AnyRequest, token: FromPath[str], body: RawBody) -> Response[Any]:
        """No more marketing."""
        _, person = body, unsubscribe.read(token, CENTRE)
        if person is None:
            return _unknown(request)
        CHANGES.step(web.client_address(request))
        db.run(lambda session: preferences.stop(session, preferences.visit(request, session, person)))
        return web.redirect(f"{_here(person)}?said=stopped#said")


class Unsubscribe(Controller):
    """The way out of marketing: asked by GET, done by POST (RFC 8058: mail programs post by themselves)."""

    path = "/unsubscribe"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/{token:str}", opt=PUBLIC, sync_to_thread=True)
    def ask(self, request: AnyRequest, token: FromPath[str]) -> Response[Any]:
        """Whether to stop."""
        return _way_out(request, token, "ask")

    @post("/{token:str}", opt=SIGNED, sync_to_thread=True)
    def leave(self, request: AnyRequest, token: FromPath[str], body: RawBody) -> Response[Any]:
        """Marketing of this store stops."""
        _, person = body, unsubscribe.read(token, WAY_OUT)
        if person is not None:
            db.run(lambda session: unsubscribe.leave(session, person))
        return _way_out(request, token, "done")

    @post("/{token:str}/undo", opt=SIGNED, sync_to_thread=True)
    def undo(self, request: AnyRequest, token: FromPath[str], body: RawBody) -> Response[Any]:
        """It was a slip."""
        _, person = body, unsubscribe.read(token, WAY_OUT)
        if person is None:
            return _unknown(request)
        CHANGES.step(web.client_address(request))
        undone = db.run(lambda session: unsubscribe.undo(session, person, _undo_text(preferences.visit(request, session, person))))
        return _way_out(request, token, "undone" if undone else "ask")


def _undo_text(here: Visit) -> str:
    return here.reader.say("unsubscribe.done_undo_say", store=here.store.name)


def _here(person: Person) -> str:
    return unsubscribe.preferences_path(person.store_id, person.address)


def _centre(
    request: AnyRequest, person: Person, *, said: str = "", typed: dict[str, str] | None = None, bad: Bad | None = None
) -> Response[Any]:
    try:
        with db.reading() as session:
            here = preferences.visit(request, session, person)
            view = preferences.view(session, here, typed)
    except NotFound:
        return _unknown(request)
    flash = bad.say if bad else here.reader.say(said, store=here.store.name) if said else ""
    view |= {"action": _here(person), "said": flash, "bad": bad.where if bad else ""}
    return _page("shop/preferences.html", request, here, view, code=422 if bad else 200)


def _way_out(request: AnyRequest, token: str, state: str) -> Response[Any]:
    person = unsubscribe.read(token, WAY_OUT)
    if person is None:
        return _unknown(request)
    try:
        with db.reading() as session:
            here = preferences.visit(request, session, person)
    except NotFound:
        return _unknown(request)
    say, names = here.reader.say, {"store": here.store.name, "address": preferences.masked(person.address)}
    buttons = {"ask": "", "done": "/undo", "undone": None}
    view = {
        "headline": say(f"unsubscribe.{state}"), "says": [say(f"unsubscribe.{state}_say", **names)],
        "action": None if buttons[state] is None else f"/unsubscribe/{token}{buttons[state]}",
        "button": "" if buttons[state] is None else say(f"unsubscribe.{state}_button"), "main": state == "ask",
        "button_say": say("unsubscribe.done_undo_say", **names) if state == "done" else "",
        "preferences_href": _here(person),
    }  # fmt: skip
    return _page("shop/unsubscribe.html", request, here, view)


def _page(template: str, request: AnyRequest, here: Visit, view: dict[str, Any], *, code: int = 200) -> Response[Any]:
    shop = here.store
    store = {"name": shop.name, "href": shop.url or None, "email": shop.support_email or None}
    return pages.page(template, request, here.reader, code=code, accent=shop.accent.removeprefix("#").lower(), store=store, **view)


def _unknown(request: AnyRequest) -> Response[Any]:
    reader = pages.stranger(request)
    said = {"word": reader.say("unsubscribe.lost_word"), "title": reader.say("unsubscribe.lost"), "say": reader.say("unsubscribe.lost_say")}
    return pages.page("shop/error.html", request, reader, code=404, **said)
