"""The shopper's pages: order status by the signed link of a message."""

import re
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from stowline.core import db, ids, web
from stowline.core.config import settings
from stowline.core.errors import NotFound
from stowline.portal import queries
from stowline.portal.brand import stylesheet
from stowline.portal.reader import Reader

PUBLIC = web.permission(web.PUBLIC)
_LINK = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)
_ACCENT = re.compile(r"([0-9a-f]{6})\.css", re.ASCII)
# Whoever has the link may see the order: it is kept by no cache, no search engine and no other site's log.
_QUIET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


class Track(Controller):
    """Order status by signed link."""

    path = "/track"
    include_in_schema = False

    @get("/{link:str}", opt=PUBLIC, sync_to_thread=True)
    def order(self, request: Request[Any, Any, Any], link: FromPath[str]) -> Response[Any]:
        """The order of a link; a wrong link and an order that is gone read alike."""
        order_id = _verified(link)
        if order_id is None:
            return _unknown(request)
        try:
            with db.reading() as session:
                view, store = queries.status(session, order_id)
        except NotFound:
            return _unknown(request)
        accent = store.accent.removeprefix("#").lower()
        return web.page("shop/order.html", request, headers=_QUIET, theme="system", accent=accent, **view)

    @get("/brand/{accent:str}", opt=PUBLIC, sync_to_thread=False)
    def brand(self, accent: FromPath[str]) -> Response[str]:
        """A store's colour as a style sheet, moved so far that it reads by day and by night."""
        found = _ACCENT.fullmatch(accent)
        if found is None:
            raise NotFound("There is no such style sheet.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(stylesheet(f"#{found[1]}"), media_type="text/css", headers=headers)


def _verified(link: str) -> int | None:
    """The order a link was signed for; None for any other text. Compared in constant time."""
    found = _LINK.fullmatch(link)
    if found is None:
        return None
    wanted = ids.signature(settings().key(), "track", str(int(found[1])))
    return int(found[1]) if ids.same(found[2], wanted) and found[1] == str(int(found[1])) else None


def _unknown(request: Request[Any, Any, Any]) -> Response[Any]:
    """In English: without an order nobody knows the reader's language."""
    reader = Reader.of("", "UTC")
    said = {"word": reader.say("lost.store"), "title": reader.say("lost.title"), "say": reader.say("lost.say")}
    return web.page("shop/error.html", request, code=404, headers=_QUIET, theme="system", **said, **reader.frame())
