"""How a shopper's page is drawn, and in which language: the one picked on the page, else the order's; and the links that pick another.

A pick goes in the link (`?lang=zh-Hant`) and is kept in a cookie of the shopper's pages, so that it holds for the next
page, too. It changes nothing else: messages go on in the order's language.
"""

from typing import Any
from urllib.parse import urlencode

from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie

from stowline.core import i18n, web
from stowline.core.config import settings
from stowline.portal import rules
from stowline.portal.reader import Reader, words_dir

AnyRequest = Request[Any, Any, Any]
ASKED, KEPT = "lang", "reads"
KEPT_S = 365 * 86_400
# Whoever has the link may see the order: it is kept by no cache, no search engine and no other site's log.
QUIET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


def reader(request: AnyRequest, locale: str, zone: str) -> Reader:
    """Who reads a page that has a language of its own, such as an order's."""
    return Reader.of(_picked(request) or locale, zone)


def stranger(request: AnyRequest, locale: str = "", zone: str = "UTC") -> Reader:
    """Who reads a page of no order: the browser says what they read, else it is `locale`."""
    accepted = rules.accepted(request.headers.get("accept-language", ""))
    known = (one for one in accepted if i18n.holds(one, _held()))
    return reader(request, next(known, locale), zone)


def page(template: str, request: AnyRequest, who: Reader, *, code: int = 200, **view: Any) -> Response[Any]:  # noqa: ANN401  (a view)
    """A shopper's page in their language, with the links to the others; a pick is kept."""
    drawn = web.page(template, request, code=code, headers=QUIET, theme="system", languages=_links(request, who), **{**view, **who.frame()})
    picked = _asked(request)
    if picked:
        drawn.set_cookie(Cookie(KEPT, value=picked, max_age=KEPT_S, httponly=True, samesite="lax", secure=settings().secure_cookies))
    return drawn


def unknown(request: AnyRequest) -> Response[Any]:
    """In the browser's language: without an order nobody knows the reader's."""
    reader = stranger(request)
    said = {"word": reader.say("lost.store"), "title": reader.say("lost.title"), "say": reader.say("lost.say"), "find": reader.say("look.title")}
    return page("shop/error.html", request, reader, code=404, **said)


def slow(request: AnyRequest, error: web.TooOften) -> Response[Any]:
    """What who asks too often reads (429), in the browser's language; a program is answered as everywhere."""
    again = {"Retry-After": str(error.retry_after_s)}
    if web.wants_json(request):
        body = web.encoded({"error": error.code, "say": error.say, "where": None})
        return Response(body, status_code=error.status, media_type=MediaType.JSON, headers=again)
    who = stranger(request)
    say = {"word": who.say("lost.store"), "title": who.say("slow.title"), "say": who.say("slow.say", n=error.retry_after_s)}
    drawn = page("shop/error.html", request, who, code=error.status, **say)
    drawn.headers.update(again)
    return drawn


def _links(request: AnyRequest, who: Reader) -> list[dict[str, Any]]:
    """Every language by its own name; the one that is read has no link. What else the address says stays in it."""
    said = [(name, value) for name, value in request.query_params.multi_items() if name != ASKED]
    named = ((one, i18n.words(words_dir(), one).text("page.language")) for one in _held())
    return [
        {"lang": one, "name": name, "href": "" if one == who.words.locale else f"?{urlencode([*said, (ASKED, one)])}"}
        for one, name in named
    ]


def _picked(request: AnyRequest) -> str:
    kept = request.cookies.get(KEPT, "")
    return _asked(request) or (kept if kept in _held() else "")


def _asked(request: AnyRequest) -> str:
    asked = request.query_params.get(ASKED, "")
    return asked if asked in _held() else ""


def _held() -> list[str]:
    return i18n.locales(words_dir())
