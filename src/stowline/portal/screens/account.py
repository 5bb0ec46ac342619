"""My account: signing in by a link, orders, details. Works without JavaScript; GET changes nothing, so that link scanners may open all."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery, RawBody

from stowline.backorders import sign_ups
from stowline.core import db, ids, web
from stowline.core.access import Forbidden
from stowline.core.config import settings
from stowline.core.errors import BadRequest, NotFound, Refused
from stowline.core.fields import Bad, email, text, whole
from stowline.notifications import sign_in
from stowline.orders import address_book, shoppers
from stowline.portal import account, pages
from stowline.portal import account_views as views
from stowline.portal.account import COOKIE, Who
from stowline.portal.account_views import View
from stowline.portal.reader import Reader
from stowline.stores import queries as stores
from stowline.stores.queries import Store

AnyRequest = Request[Any, Any, Any]
PUBLIC = web.permission(web.PUBLIC)
VISITS, ASKS, TRIES = web.Pace(most=300, seconds=60), web.Pace(most=10, seconds=600), web.Pace(most=30, seconds=600)
OF_ADDRESS, CHANGES = web.Pace(most=5, seconds=900), web.Pace(most=120, seconds=60)
SAID = ("sent", "over", "out", "saved", "left", "full", "erasure_sent", "erased", "on_its_way", "gone")


class SignInPages(Controller):
    """The way into an account."""

    path = "/account"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/", opt=PUBLIC, sync_to_thread=True)
    def of_store(self, request: AnyRequest, store: FromQuery[str] = "") -> Response[Any]:
        """To the account of the store that is named, or of the only one."""
        VISITS.step(web.client_address(request))
        with db.reading() as session:
            found = [one for one in stores.all_stores(session) if store in ("", one.key)]
        return web.redirect(views.home(found[0])) if len(found) == 1 else _unknown(request)

    @post("/{store:str}/link", opt=PUBLIC, sync_to_thread=True)
    def ask(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Send a link to this address, if the store knows it; the answer is the same if it does not."""
        ASKS.step(web.client_address(request))
        web.check_origin(request)
        said = web.read_form(body)
        try:
            address = email(said.get("email"), "email")
        except Bad:
            address = ""
        if not address:
            return draw(request, store, sign_in_form(typed=said.get("email", "")[:254], trouble=True), code=422)
        OF_ADDRESS.step(f"{store}:{address.casefold()}")

        def work(session: db.Session) -> Store:
            shop = stores.store_by_key(session, web.name(store))
            account.ask_link(session, shop.id or 0, address, _reader(request, shop).words.locale)
            return shop

        try:
            return web.redirect(f"{views.home(db.run(work))}?said=sent")
        except NotFound:
            return _unknown(request)

    @get("/{store:str}/link/{token:str}", opt=PUBLIC, sync_to_thread=True)
    def confirm(self, request: AnyRequest, store: FromPath[str], token: FromPath[str]) -> Response[Any]:
        """The link of the mail: a button. Opening it signs nobody in."""
        return draw(request, store, _confirmation(token, sign_in.SIGN_IN))

    @post("/{store:str}/link/{token:str}", opt=PUBLIC, sync_to_thread=True)
    def enter(self, request: AnyRequest, store: FromPath[str], token: FromPath[str], body: RawBody) -> Response[Any]:
        """Sign in, once."""
        _ = body
        TRIES.step(web.client_address(request))
        web.check_origin(request)
        held = request.cookies.get(COOKIE, "")

        def work(session: db.Session) -> tuple[Store, str | None]:
            shop = stores.store_by_key(session, web.name(store))
            return shop, account.enter(session, shop.id or 0, token, replaces=held)

        try:
            shop, secret = db.run(work)
        except NotFound:
            return _unknown(request)
        if secret is None:
            return web.redirect(f"{views.home(shop)}?said=over")
        return _with_cookie(web.redirect(views.home(shop)), shop, secret)

    @get("/{store:str}/erasure/{token:str}", opt=PUBLIC, sync_to_thread=True)
    def confirm_erasure(self, request: AnyRequest, store: FromPath[str], token: FromPath[str]) -> Response[Any]:
        """The link that confirms an erasure: a button. Opening it erases nothing."""
        return draw(request, store, _confirmation(token, sign_in.ERASE))


class AccountPages(Controller):
    """A shopper's account."""

    path = "/account/{store:str}"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/", opt=PUBLIC, sync_to_thread=True)
    def hub(self, request: AnyRequest, store: FromPath[str], q: FromQuery[str] = "", after: FromQuery[str] = "", said: FromQuery[str] = "") -> Response[Any]:
        """The orders; for who is not signed in, the way in."""
        VISITS.step(web.client_address(request))
        place = _place(after)

        def view(session: db.Session, shop: Store, reader: Reader) -> tuple[str, View]:
            who = account.current(session, shop.id or 0, request.cookies.get(COOKIE, ""))
            if who is None:
                return sign_in_form()(session, shop, reader)
            return "shop/account.html", views.hub(session, shop, who, reader, text=q.strip()[:100], after=place)

        return draw(request, store, view, said=said)

    @get("/details", opt=PUBLIC, sync_to_thread=True)
    def details(self, request: AnyRequest, store: FromPath[str], edit: FromQuery[str] = "", said: FromQuery[str] = "") -> Response[Any]:
        """Name, addresses, and what is kept."""
        VISITS.step(web.client_address(request))
        ident = int(edit) if edit.isdecimal() and len(edit) < 19 else None
        return draw(request, store, _details(request, edit=ident), said=said)

    @post("/name", opt=PUBLIC, sync_to_thread=True)
    def name(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """How the shop calls them."""
        return do(request, store, body, lambda session, who, said: shoppers.rename(
            session, who.customer_id, text(said.get("person"), "person", what="The name", longest=300, needed=True)))  # fmt: skip

    @post("/addresses", opt=PUBLIC, sync_to_thread=True)
    def write(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """An address, new or corrected."""

        def verb(session: db.Session, who: Who, said: dict[str, str]) -> None:
            ident = said.get("address", "")
            address_book.write(session, who.customer_id, said, _ident(said, "address") if ident else None)

        return do(request, store, body, verb)

    @post("/addresses/default", opt=PUBLIC, sync_to_thread=True)
    def make_default(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Where things go unless said otherwise."""
        return do(request, store, body, lambda session, who, said: address_book.make_default(session, who.customer_id, _ident(said, "address")))

    @post("/addresses/removal", opt=PUBLIC, sync_to_thread=True)
    def take_out(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """An address that is none any more."""
        return do(request, store, body, lambda session, who, said: address_book.take_out(session, who.customer_id, _ident(said, "address")))

    @post("/back-in-stock/removal", opt=PUBLIC, sync_to_thread=True)
    def off_the_list(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """To hear no more of a product."""

        def verb(session: db.Session, who: Who, said: dict[str, str]) -> None:
            mine = [one.id for one in sign_ups.of_person(session, who.store_id, who.email, views.MOST_LISTED)]
            if _ident(said, "wish") not in mine:
                raise NotFound("There is no such entry.")
            sign_ups.leave(session, _ident(said, "wish"))

        return do(request, store, body, verb, there="", done="left")

    @post("/erasure", opt=PUBLIC, sync_to_thread=True)
    def ask_erasure(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Everything is to be erased: a link goes to the mailbox, to be sure."""
        ASKS.step(web.client_address(request))

        def verb(session: db.Session, who: Who, said: dict[str, str]) -> None:
            _ = said
            shop = stores.store(session, who.store_id)
            account.ask_erasure(session, who, _reader(request, shop).words.locale)

        return do(request, store, body, verb, done="erasure_sent")

    @post("/sign-out", opt=PUBLIC, sync_to_thread=True)
    def leave(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Sign out here."""
        return do(request, store, body, lambda session, who, _said: account.leave(session, who), there="", done="out", ends=True)

    @post("/sign-out-everywhere", opt=PUBLIC, sync_to_thread=True)
    def leave_everywhere(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Sign out in every browser."""
        return do(request, store, body, lambda session, who, _said: account.leave_everywhere(session, who), there="", done="out", ends=True)


# --- drawing ----------------------------------------------------------------------------------------------------------

Drawn = Callable[[db.Session, Store, Reader], tuple[str, View]]


def draw(request: AnyRequest, store: str, view: Drawn, *, said: str = "", code: int = 200) -> Response[Any]:
    """A page of the account, in the store's name."""
    try:
        with db.reading() as session:
            shop = stores.store_by_key(session, web.name(store))
            reader = _reader(request, shop)
            template, drawn = view(session, shop, reader)
    except NotFound:
        return _unknown(request)
    flash = reader.say(f"account.said_{said}", store=shop.name, minutes=15) if said in SAID else ""
    answer = pages.page(template, request, reader, code=code, said=drawn.pop("flash", flash), **drawn)
    answer.headers["Referrer-Policy"] = "same-origin"  # with none at all, browsers name no origin for our own forms, which are then refused
    return answer


def sign_in_form(*, typed: str = "", trouble: bool = False) -> Drawn:
    """The way into an account."""

    def view(_session: db.Session, shop: Store, reader: Reader) -> tuple[str, View]:
        return "shop/sign_in.html", views.frame(shop) | {
            "headline": reader.say("account.title"), "say": reader.say("account.sign_in_say", store=shop.name), "action": f"{views.home(shop)}/link",
            "form": "ask", "typed": typed, "trouble": reader.say("notify.trouble") if trouble else "", "button": reader.say("account.send_link"),
        }  # fmt: skip

    return view


def _confirmation(token: str, purpose: str) -> Drawn:
    erases = purpose == sign_in.ERASE
    key = "erase" if erases else "enter"

    def view(session: db.Session, shop: Store, reader: Reader) -> tuple[str, View]:
        good = sign_in.look(session, shop.id or 0, token, purpose) is not None
        there = f"erasure/{token}/end" if erases else f"link/{token}"
        return "shop/sign_in.html", views.frame(shop) | {
            "headline": reader.say(f"account.{key}_title" if good else "account.over_title", store=shop.name),
            "say": reader.say(f"account.{key}_say" if good else "account.over_say", store=shop.name), "form": "press" if good else "",
            "action": f"{views.home(shop)}/{there}" if good else "", "button": reader.say(f"account.{key}_button"), "typed": "", "trouble": "",
        }  # fmt: skip

    return view


def _details(request: AnyRequest, *, edit: int | None = None, typed: dict[str, str] | None = None, bad: Bad | None = None) -> Drawn:
    def view(session: db.Session, shop: Store, reader: Reader) -> tuple[str, View]:
        who = account.current(session, shop.id or 0, request.cookies.get(COOKIE, ""))
        if who is None:
            return sign_in_form()(session, shop, reader)
        drawn = views.details(session, shop, who, reader, edit=edit, typed=typed)
        wrong = {"bad": bad.where if bad else ""}
        return "shop/account_details.html", drawn | wrong | ({"flash": reader.say("account.bad")} if bad else {})

    return view


def do(
    request: AnyRequest, store: str, body: bytes, verb: Callable[[db.Session, Who, dict[str, str]], object], *,
    there: str = "/details", done: str = "saved", ends: bool = False,
) -> Response[Any]:  # fmt: skip
    """Carry out what the form of somebody who is signed in asks for; who is not is shown the way in, and nothing is done."""
    CHANGES.step(web.client_address(request))
    web.check_origin(request)
    said, secret = web.read_form(body), request.cookies.get(COOKIE, "")

    def work(session: db.Session) -> tuple[Store, Who | None, str]:
        shop = stores.store_by_key(session, web.name(store))
        who = account.current(session, shop.id or 0, secret)
        if who is None:
            return shop, None, ""
        if not ids.same(said.get("csrf", ""), who.csrf):
            raise Forbidden("Nothing was changed: this page belongs to an earlier sign-in. Load it again.", code="csrf")
        verb(session, who, said)
        return shop, who, account.rotate(session, who) if who.stale and not ends else ""

    try:
        shop, who, fresh = db.run(work)
    except (Bad, Refused) as no:
        return _refused(request, store, said, no)
    answer = web.redirect(f"{views.home(shop)}{there if who else ''}?said={done if who else 'gone'}")
    if ends or who is None:
        return _with_cookie(answer, shop, "")
    return _with_cookie(answer, shop, fresh) if fresh else answer


def _refused(request: AnyRequest, store: str, said: dict[str, str], no: Bad | Refused) -> Response[Any]:
    """Why it was not done: beside the field where there is one."""
    if isinstance(no, Bad):
        ident = said.get("address", "")
        return draw(request, store, _details(request, edit=int(ident) if ident.isdecimal() else None, typed=said, bad=no), code=422)
    if isinstance(no, NotFound):
        return _unknown(request)
    if no.code == "full":
        return web.redirect(f"/account/{web.segment(web.name(store))}/details?said=full")
    raise no


def _with_cookie(answer: Response[Any], shop: Store, secret: str) -> Response[Any]:
    lasts = int(account.LASTS.total_seconds()) if secret else 0
    answer.set_cookie(Cookie(COOKIE, value=secret, path=views.home(shop), max_age=lasts, httponly=True, samesite="lax", secure=settings().secure_cookies))
    return answer


def _ident(said: dict[str, str], name: str) -> int:
    return whole(said.get(name), name, what="The entry", most=2**62)


def _place(after: str) -> tuple[datetime, int] | None:
    place = web.cursor.decode(after, datetime, int) if after else None
    if place and place[0].tzinfo is None:
        raise BadRequest("This page marker cannot be read. Start again from the first page.", where="after")
    return (place[0], place[1]) if place else None


def _reader(request: AnyRequest, shop: Store) -> Reader:
    return pages.stranger(request, shop.locale, shop.time_zone)


def _unknown(request: AnyRequest) -> Response[Any]:
    who = pages.stranger(request)
    said = {"word": who.say("lost.store"), "title": who.say("lost.title"), "say": who.say("lost.say")}
    return pages.page("shop/error.html", request, who, code=404, **said)
