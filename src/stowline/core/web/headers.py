"""Headers that every answer carries, whoever drew it."""

from litestar.types import Message, Scope

_OURS = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

MAIL_PREVIEW = {"Content-Security-Policy": f"{_OURS}; style-src 'self' 'unsafe-inline'; script-src 'self'"}
"""For the one page that shows a stored mail in a sandboxed `srcdoc` frame: mails style themselves inline."""

_ALWAYS = (
    (b"content-security-policy", _OURS.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
)
_UNKEPT = (b"cache-control", b"no-store")


async def add(message: Message, scope: Scope) -> None:
    """A `before_send` hook: what the answer does not say itself is said here; signed-in answers are not kept."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    said = {name.lower() for name, _ in headers}
    headers += [header for header in _ALWAYS if header[0] not in said]
    if scope.get("user") is not None and b"cache-control" not in said:
        headers.append(_UNKEPT)
    message["headers"] = headers
