"""The shopper's pages: order status by the signed link of a message."""

import re
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.backorders import offers as verbs
from stowline.core import db, web
from stowline.core.errors import NotFound
from stowline.core.fields import whole
from stowline.notifications import facts, in_app, unsubscribe
from stowline.orders import queries as orders
from stowline.packing import photos
from stowline.packing import queries as packing
from stowline.portal import change_forms, lookup, news, offers, pages, queries, return_status, talk
from stowline.portal.brand import stylesheet
from stowline.portal.reader import Reader
from stowline.stores import queries as stores
from stowline.stores.queries import Store

PUBLIC = web.permission(web.PUBLIC)
_ACCENT = re.compile(r"([0-9a-f]{6})\.css", re.ASCII)


class Track(Controller):
    """Order status by signed link."""

    path = "/track"
    include_in_schema = False

    @get("/{link:str}", opt=PUBLIC, sync_to_thread=True)
    def order(
        self, request: Request[Any, Any, Any], link: FromPath[str], choose: FromQuery[str] = "", said: FromQuery[str] = ""
    ) -> Response[Any]:
        """The order of a link; a wrong link and an order that is gone read alike. `choose` marks an option, no more."""
        order_id = lookup.linked(link)
        if order_id is None:
            return pages.unknown(request)
        try:
            with db.reading() as session:
                order = orders.order(session, order_id)
                reader = pages.reader(request, order.locale, order.time_zone)
                view, store = queries.status(session, order, reader)
                choice = offers.card(session, order, reader, chosen=choose, said=said)
                view["returns"] = return_status.card(session, order, reader)
                wishes = unsubscribe.preferences_path(order.store_id, order.email) if order.email else None
                told, said_so_far = news.shown(session, order_id, reader), talk.card(session, order, store, reader)
                change = change_forms.card(session, order, reader, chooses=bool(choice and choice["options"]))
        except NotFound:
            return pages.unknown(request)
        more = {"choice": choice, "preferences_href": wishes, "news": told, "change": change, "read_href": f"{facts.status_path(order_id)}/news", "talk": said_so_far, "trouble_href": f"{facts.status_path(order_id)}/problem"}
        return _shop_page("shop/order.html", request, store, reader, view | more)

    @post("/{link:str}/news", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True)
    def read(self, request: Request[Any, Any, Any], link: FromPath[str], body: RawBody) -> Response[Any]:
        """The shopper has read the messages that were shown. The link is signed, so it needs no session."""
        order_id = lookup.linked(link)
        if order_id is None:
            return pages.unknown(request)
        up_to = whole(web.read_form(body).get("newest"), "newest", what="The newest message", most=2**62)
        db.run(lambda session: in_app.mark_read(session, order_id, up_to=up_to))
        return web.redirect(f"{facts.status_path(order_id)}#news")

    @get("/{link:str}/photos/{box_photo:int}/small", opt=PUBLIC, sync_to_thread=True)
    def small(self, request: Request[Any, Any, Any], link: FromPath[str], box_photo: FromPath[int]) -> Response[Any]:
        """A photograph of a packed box of this order, as large as the page shows it."""
        return _photo(request, link, box_photo, small=True)

    @get("/{link:str}/photos/{box_photo:int}/large", opt=PUBLIC, sync_to_thread=True)
    def large(self, request: Request[Any, Any, Any], link: FromPath[str], box_photo: FromPath[int]) -> Response[Any]:
        """The same as large as it is kept."""
        return _photo(request, link, box_photo, small=False)

    @get("/{link:str}/offers/{offer:str}", opt=PUBLIC, sync_to_thread=True)
    def offer(
        self, request: Request[Any, Any, Any], link: FromPath[str], offer: FromPath[str], fate: FromQuery[str] = ""
    ) -> Response[Any]:
        """What became of an offer; one that is open is on the order's page. Changes nothing."""
        found = _offer(link, offer)
        if found is None:
            return pages.unknown(request)
        with db.reading() as session:
            one, order = verbs.by_id(session, found), orders.order(session, lookup.linked(link) or 0)
            reader = pages.reader(request, order.locale, order.time_zone)
            if one.state == "open" and offers.is_open(session, one, order):
                return web.redirect(facts.status_path(one.order_id))
            store = stores.store(session, order.store_id)
            view = queries.frame(store, order, reader) | offers.outcome(session, one, order, reader, fate)
        return _shop_page("shop/choice.html", request, store, reader, view)

    @post("/{link:str}/offers/{offer:str}", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True)
    def choose(
        self, request: Request[Any, Any, Any], link: FromPath[str], offer: FromPath[str], body: RawBody
    ) -> Response[Any]:
        """Carry a choice out. The link is signed, so it needs no session; again, it changes nothing."""
        found = _offer(link, offer)
        if found is None:
            return pages.unknown(request)
        name, shown = offers.parse(web.read_form(body).get("choice", ""))
        here = facts.status_path(lookup.linked(link) or 0)
        if not name:
            return web.redirect(f"{here}?said=none#choice")
        shown = -1 if shown is None else shown  # a choice without its amount is none that our page sent: show it again
        said = db.run(lambda session: verbs.choose(session, found, name, by="the shopper", shown_minor=shown))
        if said.fate in ("gone", "changed"):
            return web.redirect(f"{here}?said={said.fate}#choice")
        return web.redirect(f"{here}/offers/{offer}" + ("?fate=used" if said.fate == "used" else ""))

    @get("/brand/{accent:str}", opt=PUBLIC, sync_to_thread=False)
    def brand(self, accent: FromPath[str]) -> Response[str]:
        """A store's colour as a style sheet, moved so far that it reads by day and by night."""
        found = _ACCENT.fullmatch(accent)
        if found is None:
            raise NotFound("There is no such style sheet.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(stylesheet(f"#{found[1]}"), media_type="text/css", headers=headers)


def _photo(request: Request[Any, Any, Any], link: str, ident: int, *, small: bool) -> Response[Any]:
    """A photograph of a box of the link's order: nothing but pixels is in it."""
    order_id = lookup.linked(link)
    if order_id is None:
        return pages.unknown(request)
    try:
        with db.reading() as session:
            mine = [parcel.id or 0 for parcel in packing.parcels_of(session, order_id)]
            mime, content = photos.content(session, ident, mine, small=small)
    except NotFound:
        return pages.unknown(request)
    return Response(content, media_type=mime, headers={**pages.QUIET, **photos.ONLY_PIXELS})


def _offer(link: str, offer: str) -> int | None:
    """The offer that both links were signed for."""
    order_id = lookup.linked(link)
    return offers.verified(offer, order_id) if order_id is not None else None


def _shop_page(
    template: str, request: Request[Any, Any, Any], store: Store, reader: Reader, view: dict[str, Any]
) -> Response[Any]:
    return pages.page(template, request, reader, accent=store.accent.removeprefix("#").lower(), **view)
