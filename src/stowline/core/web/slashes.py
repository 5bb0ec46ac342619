"""A slash inside a name in the path (`%2F`) stays part of the name.

Servers decode the path before routing, so an order ref such as `2011/07-5` would look like two steps. The encoded slash
is carried through routing as a private character and turned back where the handler reads the name.
"""

from urllib.parse import quote, unquote

from litestar.enums import ScopeType
from litestar.types import Scope

_HELD = "\ue02f"  # private use: no name that people write holds it


def hold(scope: Scope) -> None:
    """Before routing: put the private character where the raw path has an encoded slash."""
    raw = scope.get("raw_path") or b""
    if scope["type"] == ScopeType.HTTP and b"%2f" in raw.lower():
        path = raw.partition(b"?")[0].decode("ascii", "replace").replace("%2F", "%2f").replace("%2f", "%EE%80%AF")
        scope["path"] = unquote(path)


def name(value: str) -> str:
    """A name from the path as its writer meant it."""
    return value.replace(_HELD, "/")


def segment(value: str) -> str:
    """A name as one step of a path: everything but unreserved characters and the colon is percent-encoded."""
    return quote(value, safe=":")
