"""Finding an order by its number and a proof, and a parcel by its tracking number. GET and POST change nothing."""

from ipaddress import ip_address, ip_network
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, RawBody

from stowline.core import db, web
from stowline.notifications import facts
from stowline.orders.queries import Order
from stowline.packing import queries as packing
from stowline.portal import lookup, pages, parcels, rules
from stowline.portal.reader import Reader
from stowline.shipping import tracking_queries as tracking
from stowline.stores import queries as stores
from stowline.stores.queries import Store

AnyRequest = Request[Any, Any, Any]
PUBLIC = web.permission(web.PUBLIC)
TRIES, OF_ONE_ORDER, PARCELS = web.Pace(most=20, seconds=600), web.Pace(most=10, seconds=3600), web.Pace(most=60, seconds=600)


def asker(request: AnyRequest) -> str:
    """Whose tries are counted together: an address; of IPv6 the network of 64 bits, as one visitor has all of it."""
    said = web.client_address(request)
    try:
        one = ip_address(said)
    except ValueError:
        return said
    return str(ip_network(f"{said}/64", strict=False)) if one.version == 6 else said


class LookUp(Controller):
    """An order's page for whoever has no link at hand."""

    path = "/track"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/", opt=PUBLIC, sync_to_thread=True)
    def ask(self, request: AnyRequest, store: FromQuery[str] = "") -> Response[Any]:
        """Where number and proof are typed, in the store's name where the address names it."""
        return _form(request, store)

    @post("/", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True)
    def find(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """To the order's own page; whatever does not fit is answered alike."""
        said = web.read_form(body)
        number, proof, store = said.get("order", ""), said.get("proof", ""), said.get("store", "")[:40]
        TRIES.step(asker(request))
        OF_ONE_ORDER.step(rules.numbers(number)[0].casefold())
        if not number.strip() or not proof.strip():
            return _form(request, store, trouble="look.empty", typed=number, code=422)
        with db.reading() as session:
            shop = _shop(session, store)
            found = lookup.own(session, number, proof, shop.id if shop and store else None)
            names = {one.store_id: stores.store(session, one.store_id).name for one in found[:5]} if len(found) > 1 else {}
        if len(found) == 1:
            return web.redirect(facts.status_path(found[0].id or 0))
        if names:
            return _form(request, store, several=_several(found[:5], names))
        return _form(request, store, trouble="look.trouble", typed=number, code=404)


class ParcelPage(Controller):
    """A parcel by its tracking number, without a word about whose it is."""

    path = "/parcel"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/", opt=PUBLIC, sync_to_thread=True)
    def show(self, request: AnyRequest, number: FromQuery[str] = "", store: FromQuery[str] = "") -> Response[Any]:
        """Where it is; without a number, where one is typed."""
        typed = "".join(number.split())[:100]
        PARCELS.step(asker(request))
        with db.reading() as session:
            shop = _shop(session, store)
            reader = pages.stranger(request, shop.locale if shop else "", shop.time_zone if shop else "UTC")
            found = lookup.parcel_of(session, typed.upper()) or lookup.parcel_of(session, typed)
            view = _parcel(session, found, reader) if found else None
        trouble = reader.say("look.no_parcel") if typed and view is None else ""
        said: dict[str, Any] = {"number": typed, "parcel": view, "trouble": trouble, "keep": store if shop else ""}
        return _page("shop/parcel.html", request, shop, reader, code=404 if trouble else 200, **said)


def _parcel(session: db.Session, parcel_id: int, reader: Reader) -> dict[str, Any]:
    """Steps, day and carrier; places only where the parcel was under way, as the last one is near somebody's home."""
    parcel, way = packing.parcel(session, parcel_id), tracking.ways(session, [parcel_id], most=parcels.MOST_STEPS).get(parcel_id)
    return parcels.public(session, parcel, way or tracking.NO_WAY, reader)


def _shop(session: db.Session, key: str) -> Store | None:
    """In whose name a page without an order stands: the store that its address names, or the only one there is."""
    shops = stores.all_stores(session)
    named = [one for one in shops if one.key == key]
    return named[0] if named else shops[0] if len(shops) == 1 and not key else None


def _several(found: list[Order], names: dict[int, str]) -> list[dict[str, str]]:
    return [{"store": names[one.store_id], "href": facts.status_path(one.id or 0)} for one in found]


def _form(
    request: AnyRequest, key: str, *, trouble: str = "", typed: str = "", several: list[dict[str, str]] | None = None, code: int = 200
) -> Response[Any]:
    with db.reading() as session:
        shop = _shop(session, key)
    reader = pages.stranger(request, shop.locale if shop else "", shop.time_zone if shop else "UTC")
    said: dict[str, Any] = {"keep": key if shop else "", "typed": typed[: rules.LONGEST_NUMBER], "several": several or [],
                            "trouble": reader.say(trouble) if trouble else ""}  # fmt: skip
    return _page("shop/track.html", request, shop, reader, code=code, **said)


def _page(template: str, request: AnyRequest, shop: Store | None, reader: Reader, *, code: int, **view: Any) -> Response[Any]:  # noqa: ANN401  (a view)
    store = {"name": shop.name if shop else reader.say("lost.store"), "href": shop.url or None if shop else None}
    accent = shop.accent.removeprefix("#").lower() if shop else None
    return pages.page(template, request, reader, code=code, accent=accent, store=store, **view)
