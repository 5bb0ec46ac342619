"""Requests that change something must come from our own pages when a cookie alone says who asks.

A form carries the session's token in the field `csrf`, a script in the header `X-CSRF-Token`. A tablet whose token
went stale reads a new one at `GET /session`.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request

from stowline.core.access import Forbidden
from stowline.core.config import settings
from stowline.core.errors import BadRequest
from stowline.core.ids import same
from stowline.core.web.inputs import read_form

FIELD = "csrf"
HEADER = "x-csrf-token"
STALE = (
    "Nothing was changed: this page belongs to an earlier sign-in. Reload it and send again; "
    "a program reads a new token at GET /session."
)


async def check(request: Request[Any, Any, Any], wanted: str) -> None:
    """Raise `Forbidden` unless the request carries the session's token."""
    sent = request.headers.get(HEADER) or await _from_form(request)
    if not same(sent, wanted):
        await _close_files(request)
        raise Forbidden(STALE, code="csrf")


async def _from_form(request: Request[Any, Any, Any]) -> str:
    if request.content_type[0] == "application/x-www-form-urlencoded":
        return read_form(await request.body()).get(FIELD, "")
    if is_in_parts(request):
        await read_parts(request)
        value = (await request.form()).get(FIELD, "")
        return value if isinstance(value, str) else ""
    return ""


def is_in_parts(request: Request[Any, Any, Any]) -> bool:
    """Whether the request is a form that may carry files."""
    return request.content_type[0] == "multipart/form-data"


async def read_parts(request: Request[Any, Any, Any]) -> None:
    """Read a form of several parts, once; body and form are kept, so that the handler may read them again. Raises
    BadRequest for a part without a file's name that is no text.
    """
    await request.body()
    try:
        await request.form()
    except (UnicodeDecodeError, LookupError):
        say = "A field of the form is no text. Send fields as UTF-8, and files with a name."
        raise BadRequest(say) from None


async def _close_files(request: Request[Any, Any, Any]) -> None:
    if is_in_parts(request):
        await (await request.form()).close()


def check_origin(request: Request[Any, Any, Any]) -> None:
    """Raise `Forbidden` if the browser says that the request comes from another site. For sign-in, before any token."""
    claimed = request.headers.get("origin") or request.headers.get("referer")
    if claimed is None:
        return
    ours = {request.headers.get("host", "").lower(), urlsplit(settings().public_url).netloc.lower()}
    if _host_of(claimed) not in ours - {""}:
        raise Forbidden("Sign in from Stowline's own page. This request came from another site.", code="origin")


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
