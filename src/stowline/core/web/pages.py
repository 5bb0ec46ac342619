"""Pages: a template, the view that every page shares, and the rail that rooms fill."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from litestar import MediaType, Request, Response

from stowline.core import clock
from stowline.core.access import Identity, may
from stowline.core.config import settings
from stowline.core.web.inputs import seen
from stowline.core.web.jinja import render

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One line of the managers' rail: where it leads, who sees it, and what is counted beside it.

    `count` answers a short text ("27", "3 red") or None and is asked for on every page, so it must be cheap; `alarm`
    says whether that text stands in red. `also` are other addresses that belong to it. Entries of one `group` stand
    together under its name.
    """

    label: str
    href: str
    permission: str
    count: Callable[[], str | None] | None = None
    alarm: bool = False
    also: tuple[str, ...] = ()
    group: str = ""


_rail: list[RailEntry] = []


def fill_rail(entries: Iterable[RailEntry]) -> None:
    """Set the rail, in the order given. `wiring.py` calls it once."""
    _rail[:] = entries


def rail_for(who: Identity | None, path: str) -> list[dict[str, Any]]:
    """What this identity sees: label, href, group, count ("" if none), alarm, current."""
    seen = [entry for entry in _rail if may(who, entry.permission)]
    places = [(href, entry) for entry in seen for href in (entry.href, *entry.also) if _within(path, href)]
    _, here = max(places, key=lambda place: len(place[0]), default=("", None))
    return [_drawn(entry, current=entry is here) for entry in seen]


def _within(path: str, href: str) -> bool:
    return path == href or path.startswith(href.rstrip("/") + "/")


def _drawn(entry: RailEntry, *, current: bool) -> dict[str, Any]:
    count = (entry.count() if entry.count else None) or ""
    return {
        "label": entry.label,
        "href": entry.href,
        "group": entry.group,
        "count": count,
        "alarm": entry.alarm and bool(count),
        "current": current,
    }


def shared_view(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """What every template may use: identity, user, csrf, theme, lang, path, here, now, time_zone.

    `here` is the page that the person sees, as an address to come back to; `path` is for comparing with names.
    `user` is {"name", "short", "initials"} of a signed-in person, else None.
    """
    who: Identity | None = request.scope.get("user")
    theme = request.cookies.get("theme", "")
    return {
        "identity": who,
        "user": _person(who) if who is not None and who.kind == "user" else None,
        "csrf": who.csrf if who is not None and who.csrf else "",
        "theme": theme if theme in THEMES else "system",
        "lang": "en",
        "path": request.url.path,
        "here": seen(request) or "/",
        "now": clock.now(),
        "time_zone": settings().time_zone,
    }


def _person(who: Identity) -> dict[str, str]:
    first, *rest = who.name.split() or [who.name]
    last = rest[-1][:1] if rest else ""
    return {"name": who.name, "short": f"{first} {last}." if last else first, "initials": (first[:1] + last).upper()}


def rendered(template: str, request: Request[Any, Any, Any], **view: Any) -> str:  # noqa: ANN401  (a view holds anything)
    """The template as text, with the shared view; `view` wins where both name the same."""
    whole = shared_view(request) | view
    if "rail" not in whole:
        whole["rail"] = rail_for(whole["identity"], whole["path"])
    return render(template, whole)


def page(
    template: str,
    request: Request[Any, Any, Any],
    *,
    code: int = 200,
    headers: dict[str, str] | None = None,
    **view: Any,  # noqa: ANN401  (a view holds anything)
) -> Response[str]:
    """The template as an answer, drawn now, in the caller's thread. Serves whole pages and parts alike.

    `code` is the HTTP status.
    """
    body = rendered(template, request, **view)
    return Response(body, status_code=code, media_type=MediaType.HTML, headers=headers)


def redirect(path: str, code: Literal[302, 303] = 303) -> Response[str]:
    """Go and GET this path of ours. For the end of every form that was sent without JavaScript."""
    there = quote(path, safe="/?&=%#:+,;@!$'()*~")
    return Response("", status_code=code, media_type=MediaType.HTML, headers={"Location": there})
