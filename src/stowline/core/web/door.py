"""The door: every request passes here once, is told apart by token or session, and must be allowed in.

A handler names what it asks for: `opt=permission("orders.read")`. Three names are special:

- `PUBLIC`: nobody is looked up; a health check or a signed webhook costs no database read.
- `VISITOR`: whoever comes is looked up, nobody is sent away (the sign-in page).
- `SIGNED_IN`: anybody we know.

Look-ups: a token is remembered for at most 5 s (`access.TOKENS`), a session is asked for at every request.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.routes import BaseRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from stowline.core import author
from stowline.core.access import TOKENS, Forbidden, Identity, Kind, Unauthorized, may
from stowline.core.errors import BadRequest, NotFound
from stowline.core.ids import fingerprint
from stowline.core.web import csrf

PUBLIC = "public"
VISITOR = "visitor"
SIGNED_IN = "signed_in"
SESSION_COOKIE = "stowline_session"

Identify = Callable[[Kind, str], Identity | None]
"""Given by the app: whom a secret belongs to, or None. ("user", session secret) or ("token", API token)."""

_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
_LONGEST_WORKER = 64
_NO_ROW = 2**63


def permission(*any_of: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  (an opt dictionary holds anything)
    """The `opt` of a handler: it may be entered with any one of these permissions.

    `more`: `signature=True` where the body's own signature guards (no CSRF token), `origin=True` where there is no
    token yet and the request must come from our own pages (sign-in).
    """
    return {"permission": "|".join(any_of), **more}


def visitor(request: Request[Any, Any, Any]) -> Identity | None:
    """Who asks, or None."""
    who: Identity | None = request.scope.get("user")
    return who


def identity_of(request: Request[Any, Any, Any]) -> Identity:
    """Who asks. Raises `Unauthorized` where nobody is known."""
    who = visitor(request)
    if who is None:
        raise Unauthorized
    return who


class Door:
    """ASGI middleware around every route."""

    def __init__(self, app: ASGIApp, identify: Identify) -> None:
        self.app = app
        self.identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who asks, and let them in or raise the refusal."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        _refuse_odd_address(scope)
        opt = scope["route_handler"].opt
        wanted = opt.get("permission", PUBLIC)  # only Litestar's own OPTIONS answer lacks it; see check_route
        scope["user"] = scope["auth"] = None
        if wanted != PUBLIC and scope["method"] != "OPTIONS":
            who = scope["user"] = await self._who(scope)
            _let_in(who, wanted)
            if who is not None:
                author.begin(who.holder, who.device)
            if who is not None and scope["method"] not in _SAFE:
                await self._check_form(Request(scope, receive), who.csrf, opt)
        await self.app(scope, receive, send)

    async def _who(self, scope: Scope) -> Identity | None:
        token, session, worker = _secrets_of(scope)
        if token:
            who = await self._by_token(token)
            return replace(who, worker=worker) if who is not None and worker else who
        return await sync_to_thread(self.identify, "user", session) if session else None

    async def _by_token(self, token: str) -> Identity | None:
        key = fingerprint(token)
        who = TOKENS.get(key)
        if who is None:
            who = await sync_to_thread(self.identify, "token", token)
            if who is not None:
                TOKENS.keep(key, who)
        return who

    @staticmethod
    async def _check_form(request: Request[Any, Any, Any], wanted: str | None, opt: dict[str, Any]) -> None:
        if wanted is not None and not (opt.get("signature") or opt.get("origin")):
            await csrf.check(request, wanted)
        if csrf.is_in_parts(request):
            await csrf.read_parts(request)


def _secrets_of(scope: Scope) -> tuple[str, str, str | None]:
    """The bearer token, the session secret and the worker's name that the request's headers carry."""
    token = session = ""
    worker: str | None = None
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            token = value[7:].strip().decode("latin-1")
        elif name == b"cookie":
            session = _cookie(value.decode("latin-1"), SESSION_COOKIE) or session
        elif name == b"x-worker":
            worker = _worker_name(value)
    return token, session, worker


def _cookie(header: str, name: str) -> str:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


def _worker_name(raw: bytes) -> str:
    try:
        name = raw.decode().strip()
    except UnicodeDecodeError:
        name = ""
    if not name or len(name) > _LONGEST_WORKER or not name.isprintable():
        raise BadRequest(f"X-Worker must be a name of 1 to {_LONGEST_WORKER} printable characters.", where="X-Worker")
    return name


def _refuse_odd_address(scope: Scope) -> None:
    """What no database takes: NUL characters, and row numbers beyond 63 bits."""
    if "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
        raise BadRequest("The address holds a NUL character. Send it without.")
    numbers: dict[str, Any] = scope["path_params"]
    if any(isinstance(value, int) and abs(value) >= _NO_ROW for value in numbers.values()):
        raise NotFound("There is nothing with a number as large as that.")


def _let_in(who: Identity | None, wanted: str) -> None:
    if wanted == VISITOR:
        return
    if who is None:
        raise Unauthorized
    any_of = wanted.split("|")
    if wanted != SIGNED_IN and not may(who, *any_of):
        raise Forbidden(f"{who.name} may not open this: it needs the permission {' or '.join(any_of)}.")


def check_route(route: BaseRoute, known: Iterable[str]) -> None:
    """At start: each handler of a route names permissions that exist. Raises RuntimeError that says which does not."""
    allowed = {PUBLIC, VISITOR, SIGNED_IN, *known}
    for handler in getattr(route, "route_handlers", None) or [getattr(route, "route_handler")]:  # noqa: B009
        if isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}:
            continue  # Litestar's own answer to OPTIONS: the allowed methods, nothing else
        named = handler.opt.get("permission")
        if not isinstance(named, str) or not set(named.split("|")) <= allowed:
            raise RuntimeError(f"{route.path} names no permission that exists: {named!r}")
