"""What a customer told somebody by telephone: consent to marketing or its end, and that a number is their own."""

from typing import Any

from litestar import Controller, Response, post
from litestar.params import FromPath, RawBody
from sqlmodel import Session

from stowline.core import db, web
from stowline.core.errors import Conflict, Refused
from stowline.core.fields import Bad, prose
from stowline.desk import erasure
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.handlers.support import drawn
from stowline.notifications import consents, preferences
from stowline.notifications.preference_rules import CHOSEN, WAYS
from stowline.people import service as people

WRITE = web.permission("orders.write")
LONGEST = 2000


class Wishes(Controller):
    """What customers say by telephone."""

    path = "/customers"
    include_in_schema = False

    @post("/{ident:int}/consent", opt=WRITE, sync_to_thread=True)
    def agree(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """They agreed to news and offers by one way."""
        return _heard(request, ident, body, given=True)

    @post("/{ident:int}/withdrawal", opt=WRITE, sync_to_thread=True)
    def stop(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """They want no more news and offers by one way."""
        return _heard(request, ident, body, given=False)

    @post("/{ident:int}/phone", opt=WRITE, sync_to_thread=True)
    def confirm(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """The number that was shown is theirs."""
        phone, by = web.read_form(body).get("phone", ""), web.identity_of(request)
        try:
            db.run(lambda session: _confirm(session, ident, phone, by.name, by.label))
        except Conflict as why:
            if web.wants_json(request):
                raise
            return drawn(request, ident, flash=why.say, code=why.status)
        return web.redirect(f"/customers/{ident}?done=theirs")


def _heard(request: AnyRequest, ident: int, body: bytes, *, given: bool) -> Response[Any]:
    form, by = web.read_form(body), web.identity_of(request)
    try:
        text, way = _text(form), _way(form)
        new = db.run(lambda session: _record(session, ident, way, text, by.name, by.label, given=given))
    except (Bad, Conflict, Refused) as why:
        if web.wants_json(request):
            raise
        return drawn(request, ident, flash=why.say, code=getattr(why, "status", 422))
    return web.redirect(f"/customers/{ident}?done={'heard' if new else 'known'}")


def _text(form: dict[str, str]) -> str:
    text = prose(form.get("text"), "text", longest=LONGEST)
    if not text.strip():
        raise Refused("Write the sentence that was said; it is what proves it later.", where="text")
    return text


def _way(form: dict[str, str]) -> str:
    if form.get("way") not in CHOSEN:
        raise Refused("Choose by which way.", where="way")
    return form["way"]


def _record(session: Session, ident: int, way: str, text: str, name: str, label: str, *, given: bool) -> bool:
    who = _person(session, ident)
    new = consents.record(session, who.store_id, who.email, way, given=given, text=text, source=f"by phone to {name}",
                          evidence=f"noted on the page of customer {ident}")  # fmt: skip
    if new:
        people.note(session, label, "consent by phone" if given else "marketing stopped by phone", f"customer {ident}, by {WAYS[way]}")
    return new


def _confirm(session: Session, ident: int, phone: str, name: str, label: str) -> None:
    who = _person(session, ident)
    if preferences.reader(session, who.store_id, who.email).phone != phone:
        raise Conflict("The number changed meanwhile. Nothing was changed; look at the new one.")
    if preferences.confirm_phone(session, who.store_id, who.email, name):
        people.note(session, label, "telephone confirmed", f"customer {ident}")


def _person(session: Session, ident: int) -> erasure.Person:
    who = erasure.person(session, ident)
    if erasure.is_erased(who.email):
        raise Conflict("This customer was erased. Nothing was changed.")
    return who
