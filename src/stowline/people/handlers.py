"""Signing in and out, and the admins' page on staff, sessions and tokens."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, RawBody
from sqlmodel import Session

from stowline.core import web
from stowline.core.config import settings
from stowline.core.db import reading, transaction
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.people import forms, queries, rules, service, signin
from stowline.people.signin import Checked, SignedIn

OURS = web.permission(web.VISITOR, origin=True)
"""Open to everybody, but only from our own pages."""

AnyRequest = Request[Any, Any, Any]
_DEVICE_KEPT_S = 400 * 86_400  # as long as browsers keep a cookie; each sign-in prolongs it

DONE = {
    "user": "The person was added.",
    "roles": "The roles were changed. They count from the person's next step.",
    "badge": "Badge and PIN were changed, and every session of the person ended.",
    "password": "The password was changed, and every session of the person ended.",
    "deactivated": "The person can no longer sign in, and every session ended.",
    "activated": "The person may sign in again.",
    "sessions": "Every session of the person ended.",
    "session": "The session ended.",
    "token": "The token was revoked. Within 5 seconds it works nowhere.",
}


class SignIn(Controller):
    """E-mail and password, or badge and PIN."""

    include_in_schema = False

    @get("/login", opt=web.permission(web.VISITOR), sync_to_thread=True)
    def form(self, request: AnyRequest) -> Response[Any]:
        return _form(request, dict(request.query_params))

    @post("/login", opt=OURS, sync_to_thread=True)
    def by_password(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        web.check_origin(request)
        given = forms.sent(request, body)
        try:
            form = forms.password(given)
            with reading() as session:
                checked = signin.check_password(session, form.email, form.password, address=web.client_address(request))
            return _welcome(request, checked, form.next)
        except (Refused, Bad) as refused:
            return _form(request, given, refused)

    @post("/login/badge", opt=OURS, sync_to_thread=True)
    def by_badge(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        web.check_origin(request)
        given = forms.sent(request, body)
        try:
            return _pin_pad(request, forms.badge(given), following=forms.next_page(given))
        except (Refused, Bad) as refused:
            return _form(request, given, refused)

    @get("/login/pin", opt=web.permission(web.VISITOR), sync_to_thread=True)
    def pin_pad(self, request: AnyRequest) -> Response[Any]:
        given = dict(request.query_params)
        try:
            return _pin_pad(request, forms.badge(given), following=forms.next_page(given))
        except (Refused, Bad) as refused:
            return _form(request, given, refused)

    @post("/login/pin", opt=OURS, sync_to_thread=True)
    def by_pin(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        web.check_origin(request)
        form = forms.pin(forms.sent(request, body))
        if form.typed_on:
            return _pin_pad(request, form.badge, following=form.next, typed=form.pin)
        try:
            with reading() as session:
                checked = signin.check_pin(session, form.badge, form.pin, address=web.client_address(request))
            return _welcome(request, checked, form.next)
        except Refused as refused:
            if web.wants_json(request):
                raise
            return _pin_pad(request, form.badge, following=form.next, refused=refused)

    @post("/logout", opt=web.permission(web.SIGNED_IN), sync_to_thread=True)
    def leave(self, request: AnyRequest) -> Response[Any]:
        session_id = web.identity_of(request).session_id
        if session_id is not None:
            with transaction() as session:
                signin.sign_out(session, session_id)
        answer = web.redirect("/login")
        answer.delete_cookie(web.SESSION_COOKIE)
        return answer

    @post("/theme", opt=OURS, sync_to_thread=False)
    def day_or_night(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Keep the side that this browser shows pages in, and go back to where the switch stood."""
        web.check_origin(request)
        form = web.read_form(body)
        answer = web.redirect(web.local_path(form.get("back")) or "/")
        side = form.get("theme", "")
        answer.set_cookie(Cookie("theme", value=side if side in web.THEMES else "", max_age=31_536_000, samesite="lax"))
        return answer

    @get("/session", opt=web.permission(web.SIGNED_IN), sync_to_thread=False)
    def who(self, request: AnyRequest) -> dict[str, Any]:
        """Who asks, and the form token that a page from an earlier sign-in lacks."""
        who = web.identity_of(request)
        return {"kind": who.kind, "name": who.name, "csrf": who.csrf, "permissions": sorted(who.permissions)}


def _unkept(headers: dict[str, str]) -> dict[str, str]:
    return {"Cache-Control": "no-store", **headers}


def _pin_pad(
    request: AnyRequest, badge: str, *, following: str | None, typed: str = "", refused: Refused | None = None
) -> Response[Any]:
    """The PIN pad for a known badge. Raises the refusal where nobody has it."""
    with reading() as session:
        person = queries.by_badge(session, badge)
    if person is None:
        with transaction() as session:
            unknown = signin.unknown_badge(session, web.client_address(request))
        raise unknown
    view = {"badge": badge, "short": person.short, "pin": typed, "next": following or "", "say": _say(refused)}
    return web.page(
        "people/pin.html",
        request,
        code=refused.status if refused else 200,
        headers=_unkept(_retry_after(refused)),
        **view,
    )


def _say(refused: Refused | Bad | None) -> str:
    return refused.say if refused else ""


def _retry_after(refused: Refused | Bad | None) -> dict[str, str]:
    wait = getattr(refused, "retry_after_s", None)
    return {"Retry-After": str(wait)} if wait else {}


def _form(request: AnyRequest, given: dict[str, Any], refused: Refused | Bad | None = None) -> Response[Any]:
    """The sign-in page, after a refusal with its sentence; a program gets the refusal itself."""
    if refused is not None and web.wants_json(request):
        raise refused
    code = 200 if refused is None else getattr(refused, "status", 422)
    view = {"next": forms.next_page(given) or "", "say": _say(refused), "email": str(given.get("email") or "")[:254]}
    return web.page("people/login.html", request, code=code, headers=_unkept(_retry_after(refused)), **view)


def _admitted(request: AnyRequest, checked: Checked, device: str) -> SignedIn:
    """Open the session and commit; a refusal is committed too (the failed try), then raised."""
    before = web.visitor(request)
    replaces = before.session_id if before else None
    with transaction() as session:
        outcome = signin.admit(session, checked, device=device, replaces=replaces)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def _welcome(request: AnyRequest, checked: Checked, wanted: str | None) -> Response[Any]:
    """In: the session's cookie, and the one by which this device is known from now on. Raises the refusal."""
    code = forms.device_code(request)
    signed_in = _admitted(request, checked, forms.device(request, code))
    who = signed_in.identity
    landing = rules.landing(who.permissions, wanted)
    if web.wants_json(request):
        told = {"name": who.name, "csrf": who.csrf, "next": landing}
        answer: Response[Any] = Response(told, status_code=200, media_type=MediaType.JSON)
    else:
        answer = web.redirect(landing)
    answer.set_cookie(_cookie(web.SESSION_COOKIE, signed_in.secret, signed_in.lasts_s))
    answer.set_cookie(_cookie(forms.DEVICE_COOKIE, code, _DEVICE_KEPT_S))
    return answer


def _cookie(name: str, value: str, lasts_s: int) -> Cookie:
    return Cookie(name, value=value, max_age=lasts_s, httponly=True, samesite="lax", secure=settings().secure_cookies)


class Staff(Controller):
    """People, sessions and tokens."""

    path = "/staff"
    opt = web.permission("people.manage")
    include_in_schema = False

    @get(sync_to_thread=True)
    def staff(self, request: AnyRequest) -> Response[Any]:
        return _staff_page(request, done=DONE.get(request.query_params.get("done", ""), ""))

    @post("/users", sync_to_thread=True)
    def add_user(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        form = forms.new_user(body)
        return _do(request, "user", lambda session, by: service.add_user(session, by=by, **form))

    @post("/users/{user_id:int}/roles", sync_to_thread=True)
    def change_roles(self, request: AnyRequest, user_id: FromPath[int], body: RawBody) -> Response[Any]:
        roles = web.form_values(body, "roles")
        return _do(request, "roles", lambda session, by: service.change_roles(session, user_id, roles, by=by))

    @post("/users/{user_id:int}/badge", sync_to_thread=True)
    def change_badge(self, request: AnyRequest, user_id: FromPath[int], body: RawBody) -> Response[Any]:
        form = web.read_form(body)
        badge, pin = form.get("badge"), form.get("pin")
        return _do(request, "badge", lambda session, by: service.change_badge(session, user_id, badge, pin, by=by))

    @post("/users/{user_id:int}/password", sync_to_thread=True)
    def change_password(self, request: AnyRequest, user_id: FromPath[int], body: RawBody) -> Response[Any]:
        password = web.read_form(body).get("password", "")
        return _do(request, "password", lambda session, by: service.change_password(session, user_id, password, by=by))

    @post("/users/{user_id:int}/deactivation", sync_to_thread=True)
    def deactivate(self, request: AnyRequest, user_id: FromPath[int]) -> Response[Any]:
        return _do(request, "deactivated", lambda session, by: service.deactivate(session, user_id, by=by))

    @post("/users/{user_id:int}/activation", sync_to_thread=True)
    def activate(self, request: AnyRequest, user_id: FromPath[int]) -> Response[Any]:
        return _do(request, "activated", lambda session, by: service.activate(session, user_id, by=by))

    @post("/users/{user_id:int}/sessions/revocation", sync_to_thread=True)
    def revoke_all(self, request: AnyRequest, user_id: FromPath[int]) -> Response[Any]:
        return _do(request, "sessions", lambda session, by: service.revoke_sessions_of(session, user_id, by=by))

    @post("/sessions/{session_id:int}/revocation", sync_to_thread=True)
    def revoke_session(self, request: AnyRequest, session_id: FromPath[int]) -> Response[Any]:
        return _do(request, "session", lambda session, by: service.revoke_session(session, session_id, by=by))

    @post("/tokens", sync_to_thread=True)
    def add_token(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        name, scopes = web.read_form(body).get("name", ""), web.form_values(body, "scopes")
        who = web.identity_of(request)
        try:
            with transaction() as session:
                secret = service.add_token(session, name, scopes, by=who.label, made_by=who.id if who.kind == "user" else None)
        except (Refused, Bad) as refused:
            return _staff_refused(request, refused)
        return _staff_page(request, secret=secret)

    @post("/tokens/{token_id:int}/revocation", sync_to_thread=True)
    def revoke_token(self, request: AnyRequest, token_id: FromPath[int]) -> Response[Any]:
        return _do(request, "token", lambda session, by: service.revoke_token(session, token_id, by=by))


def _do(request: AnyRequest, done: str, verb: Callable[[Session, str], object]) -> Response[Any]:
    """Do it as the person who asks, commit, and go back to the page; a refusal draws the page with its sentence."""
    try:
        with transaction() as session:
            verb(session, web.identity_of(request).label)
    except (Refused, Bad) as refused:
        return _staff_refused(request, refused)
    return web.redirect(f"/staff?done={done}")


def _staff_refused(request: AnyRequest, refused: Refused | Bad) -> Response[Any]:
    if web.wants_json(request):
        raise refused
    return _staff_page(request, code=getattr(refused, "status", 422), say=refused.say)


def _staff_page(
    request: AnyRequest, *, code: int = 200, say: str = "", done: str = "", secret: str = ""
) -> Response[Any]:
    with reading() as session:
        view: dict[str, Any] = {
            "staff": queries.staff(session),
            "sessions": queries.open_sessions(session),
            "tokens": queries.tokens(session),
            "notes": queries.audit(session),
        }
    view |= {"roles": list(rules.ROLES), "scopes": list(rules.SCOPES), "secret": secret}
    view |= {"flash": say or done, "flash_kind": "bad" if say else "ok"}
    return web.page("people/staff.html", request, code=code, **view)
