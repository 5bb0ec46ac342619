"""How an answer is drawn: JSON or a page, a whole page or a part, and every refusal in one shape.

`{"error": code, "say": sentence, "where": field|null}` for machines, the page `errors.html` for people.
"""

import uuid
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from sqlalchemy.exc import DataError

from stowline.core.config import settings
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.core.web import pages
from stowline.core.web.inputs import seen

log = structlog.get_logger()

_CODES = {
    400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported",
}  # fmt: skip
_TITLES = {
    400: "This could not be read", 401: "Sign in first", 403: "Not allowed", 404: "Not found",
    405: "Not possible here", 409: "Something changed meanwhile", 413: "Too large", 429: "Too many tries",
    500: "Something broke",
}  # fmt: skip
_HUNG_UP = "client disconnected prematurely"  # Litestar's words, and its only mark
_SENTENCES = {
    400: "The request could not be read.",
    404: "Nothing stands at this address. Check it, or start again from the first page.",
}


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Whether the asker is a program: its `Accept` does not ask for HTML, or asks for JSON first."""
    return not accepts_html(request)


def accepts_html(request: Request[Any, Any, Any]) -> bool:
    """Whether `Accept` asks for HTML, and no later than for JSON."""
    accept = request.headers.get("accept", "")
    html, machine = _weight(accept, "text/html"), _weight(accept, "application/json")
    return html is not None and (machine is None or html >= machine)


def _weight(accept: str, kind: str) -> float | None:
    """The q value with which `Accept` names the media type itself (wildcards do not count), or None."""
    for part in accept.lower().split(","):
        name, *options = part.split(";")
        if name.strip() == kind:
            weights = [option.strip()[2:] for option in options if option.strip().startswith("q=")]
            try:
                return float(weights[0]) if weights else 1.0
            except ValueError:
                return 1.0
    return None


def is_fragment(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx 4 asks for a part of the page. A history restore or a swap of the whole body is not a part."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-request-type", "partial") == "partial"


def source(request: Request[Any, Any, Any]) -> str:
    """The id of the element that triggered an htmx request ("" if none): htmx 4 sends `tag#id` in `HX-Source`."""
    return request.headers.get("hx-source", "").partition("#")[2]


def answer_refused(request: Request[Any, Any, Any], refused: Refused) -> Response[Any]:
    """The answer to a refusal that reached the edge."""
    if refused.status == HTTPStatus.UNAUTHORIZED:
        return _sign_in_first(request, refused)
    headers = {"Retry-After": str(wait)} if (wait := getattr(refused, "retry_after_s", None)) else {}
    return _refusal(request, refused.status, refused.code, refused.say, where=refused.where, headers=headers)


def answer_bad(request: Request[Any, Any, Any], bad: Bad) -> Response[Any]:
    """The answer to a value that cannot be taken (`core.fields`)."""
    return _refusal(request, 422, "bad_value", bad.say, where=bad.where or None)


def answer_unfit(request: Request[Any, Any, Any], error: DataError) -> Response[Any]:
    """The answer where the database itself will not hold a value: too long, too large, not text. Nothing is stored."""
    log.warning("value does not fit", path=request.url.path, why=str(error.orig))
    say = "A value is too long, too large or not text, so nothing was stored. Send a shorter one."
    return _refusal(request, 422, "bad_value", say)


def answer_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """The answer to what the framework refuses: no such page, a wrong method, a body too large, junk in a field."""
    if error.detail == _HUNG_UP:  # nobody hears the answer, and nothing is wrong with us
        return _refusal(request, 400, "bad_request", "The connection ended in mid-request. Send it again.")
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer_defect(request, error)
    status = error.status_code
    say, where = _told(request, error)
    headers = {"Allow": allow} if (allow := (error.headers or {}).get("allow")) else {}
    return _refusal(request, status, _CODES.get(status, "refused"), say, where=where, headers=headers)


def answer_defect(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to a defect: it is logged with an id, and the asker hears the id and nothing of the inside."""
    defect = uuid.uuid4().hex[:12]
    log.error("request failed", request_id=defect, method=request.method, path=request.url.path, exc_info=error)
    say = f"Stowline made a mistake, and it is written down as {defect}. Try once more, then tell an admin that number."
    return _refusal(request, 500, "internal", say, headers={"X-Request-Id": defect})


def _largest(request: Request[Any, Any, Any]) -> int:
    """Bytes that this address takes at most."""
    handler = request.scope["route_handler"]
    own = handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
    return own or settings().upload_limit_bytes


def _told(request: Request[Any, Any, Any], error: HTTPException) -> tuple[str, str | None]:
    match error.status_code:
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return f"{request.method} is not possible at this address.", None
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return f"The request is larger than {_largest(request):,} bytes. Send less at a time.", None
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        first: dict[str, Any] = error.extra[0]
        where = str(first.get("key") or "") or None
        told = str(first.get("message", "")).replace("`", "").rstrip(".")
        return f"{where or 'The request'} cannot be taken: {told[:1].lower()}{told[1:]}.", where
    if isinstance(error, ValidationException):
        return f"{error.detail.rstrip('.')}.", None
    return _SENTENCES.get(error.status_code, error.detail), None


def _sign_in_first(request: Request[Any, Any, Any], refused: Refused) -> Response[Any]:
    """A program hears 401; a browser is led to the sign-in page and comes back to where it was."""
    if wants_json(request) or request.headers.get("authorization"):
        headers = {"WWW-Authenticate": 'Bearer realm="Stowline"'}
        return _refusal(request, 401, refused.code, refused.say, headers=headers, page=False)
    sign_in = "/login" + _next(request)
    if request.headers.get("hx-request") == "true":
        return Response("", status_code=401, media_type=MediaType.HTML, headers={"HX-Redirect": sign_in})
    if request.method == "GET":
        return pages.redirect(sign_in)
    say = "You are signed out, so nothing was changed. Sign in, then do it once more."
    action = {"href": sign_in, "label": "Sign in"}
    return _refusal(request, 401, refused.code, say, action=action)


def _next(request: Request[Any, Any, Any]) -> str:
    """`?next=` with the page that the person sees now."""
    back = seen(request)
    return f"?next={quote(back, safe='/')}" if back and back != "/" else ""


def _refusal(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    say: str,
    *,
    where: str | None = None,
    headers: dict[str, str] | None = None,
    action: dict[str, str] | None = None,
    page: bool = True,
) -> Response[Any]:
    if not page or wants_json(request):
        body = msgspec.json.encode({"error": code, "say": say, "where": where})
        return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)
    title = _TITLES.get(status, "Not done")
    view = {"status": status, "title": title, "say": say, "where": where, "action": action, "rail": ()}
    try:
        return pages.page("errors.html", request, code=status, headers=headers, **view)
    except Exception as error:
        log.error("error page not drawn", exc_info=error)  # noqa: TRY400  (with the error itself, as structlog takes it)
        return Response(f"{title}. {say}\n", status_code=status, media_type=MediaType.TEXT, headers=headers)
