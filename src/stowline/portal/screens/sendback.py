"""Sending something back, in three pages: what and why, what for, and once more before it is sent. Their forms only ask; the
last one alone changes something, once however often it is pressed. And the policy of a store in plain words, for anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from stowline.core import author, db, pictures, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import prose
from stowline.core.pictures import Picture
from stowline.core.web import csrf
from stowline.notifications import facts
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.portal import pages, queries, sendback, sendback_review
from stowline.portal.lookup import linked as verified
from stowline.portal.pages import AnyRequest
from stowline.portal.reader import Reader
from stowline.portal.sendback import Pick, Trouble
from stowline.returns import eligibility, photos, policies, service, texts
from stowline.returns import queries as returns
from stowline.returns.eligibility import Eligible
from stowline.stores import queries as stores
from stowline.stores.queries import Store

PUBLIC, SIGNED = web.permission(web.PUBLIC), web.permission(web.PUBLIC, signature=True)
ASKS = web.Pace(most=30, seconds=600)
"""For one order: each may carry photographs."""
MOST_PHOTOS, LARGEST_FORM = 5, 40_000_000
ITEMS, WISH, REVIEW = "shop/return_items.html", "shop/return_wish.html", "shop/return_review.html"
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose order, in whose store, read by whom, and what of it may come back now."""

    order: Order
    store: Store
    reader: Reader
    can: Eligible

    @property
    def here(self) -> str:
        """Where a return of this order begins."""
        return f"{facts.status_path(self.order.id or 0)}/return"


def visit(request: AnyRequest, session: db.Session, link: str) -> Visit:
    """The order of a link. Raises NotFound for a wrong one, and one whose order is gone."""
    order_id = verified(link)
    if order_id is None:
        raise NotFound("There is no such page.")
    order = orders.order(session, order_id)
    reader = pages.reader(request, order.locale, order.time_zone)
    return Visit(order, stores.store(session, order.store_id), reader, eligibility.eligible(session, order))


def lost(request: AnyRequest, error: NotFound) -> Response[Any]:
    """What a link that opens nothing leads to, in the browser's language."""
    _, reader = error, pages.stranger(request)
    said = {"word": reader.say("lost.store"), "title": reader.say("lost.title"), "say": reader.say("lost.say"), "find": reader.say("look.title")}
    return pages.page("shop/error.html", request, reader, code=404, **said)


def draw(template: str, request: AnyRequest, at: Visit, view: View, *, code: int = 200) -> Response[Any]:
    """A page about an order's return, in the store's name and colour."""
    accent, frame = at.store.accent.removeprefix("#").lower(), queries.frame(at.store, at.order, at.reader)
    return pages.page(template, request, at.reader, code=code, accent=accent, **{"back_href": facts.status_path(at.order.id or 0), "here": at.here, **frame, **view})


async def readable(request: AnyRequest) -> None:
    """Read the form, in one part or several, before the handler's thread has it. Raises BadRequest for a field that is no text."""
    if csrf.is_in_parts(request):
        await csrf.read_parts(request)
        request.state.sent = list((await request.form()).multi_items())
    else:
        request.state.sent = list(web.read_form(await request.body()).items())


class SendBack(Controller):
    """A return, asked for by its shopper."""

    path = "/track/{link:str}/return"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow, NotFound: lost}  # noqa: RUF012  (as Litestar has it)

    @get("/", opt=PUBLIC, sync_to_thread=True)
    def items(self, request: AnyRequest, link: FromPath[str]) -> Response[Any]:
        """What may come back, and why it should."""
        with db.reading() as session:
            at = visit(request, session, link)
            return draw(ITEMS, request, at, _items(at, request.query_params))

    @get("/wish", opt=PUBLIC, sync_to_thread=True)
    def wish(self, request: AnyRequest, link: FromPath[str]) -> Response[Any]:
        """What may be had for what was chosen."""
        return _step(request, link, _wish)

    @get("/review", opt=PUBLIC, sync_to_thread=True)
    def review(self, request: AnyRequest, link: FromPath[str]) -> Response[Any]:
        """All of it once more, with the money and what happens next."""
        return _step(request, link, _review)

    @post("/", opt=SIGNED, sync_to_thread=True, request_max_body_size=LARGEST_FORM, before_request=readable)
    def ask(self, request: AnyRequest, link: FromPath[str]) -> Response[Any]:
        """Ask for the return. The link is signed, so it needs no session; again, it is the same return."""
        sent, form = _sent(request.state.sent), {name: value for name, value in request.state.sent if isinstance(value, str)}
        if verified(link) is None:
            raise NotFound("There is no such page.")
        ASKS.step(link)
        try:
            shown = _shown(sent)
            where = db.run(lambda session: _asked(request, session, link, form, shown))
        except Trouble as trouble:
            with db.reading() as session:
                return _troubled(request, session, visit(request, session, link), form, trouble)
        return web.redirect(where)


class ReturnPolicyPage(Controller):
    """What a store takes back."""

    path = "/return-policy"
    include_in_schema = False
    exception_handlers = {NotFound: lost}  # noqa: RUF012  (as Litestar has it)

    @get("/{store:str}", opt=PUBLIC, sync_to_thread=True)
    def policy(self, request: AnyRequest, store: FromPath[str]) -> Response[Any]:
        """The store's rules in plain sentences."""
        with db.reading() as session:
            shop = stores.store_by_key(session, web.name(store))
            reader = pages.stranger(request, shop.locale, shop.time_zone)
            rules = policies.explained(policies.of(session, shop.id or 0))
            places, packing = texts.of(session, shop.id or 0, reader.words.locale)
        view: View = {"rules": [sendback.told(one, reader, shop.currency) for one in rules], "places": places.splitlines(), "packing": packing.splitlines(),
                "store": {"name": shop.name, "href": shop.url or None, "email": shop.support_email or None}}  # fmt: skip
        return pages.page("shop/return_policy.html", request, reader, accent=shop.accent.removeprefix("#").lower(), **view)


def _step(request: AnyRequest, link: str, page: Any) -> Response[Any]:  # noqa: ANN401  (one of the two below)
    asked = request.query_params
    with db.reading() as session:
        at = visit(request, session, link)
        try:
            template, view = page(session, at, asked)
        except Trouble as trouble:
            return _troubled(request, session, at, asked, trouble)
        return draw(template, request, at, view)


def _items(at: Visit, asked: Mapping[str, str]) -> View:
    rules = [sendback.told(one, at.reader, at.can.currency) for one in policies.explained(at.can.policy)]
    return {"lines": sendback.lines(at.can, at.reader, asked), "any": at.can.any, "rules": rules, "policy_href": f"/return-policy/{web.segment(at.store.key)}",
            "trouble": "", "bad": ""}  # fmt: skip


def _wish(session: db.Session, at: Visit, asked: Mapping[str, str]) -> tuple[str, View]:
    chosen = sendback.picks(at.can, asked)
    may = sendback.options(session, at.order, at.store, at.can, chosen)
    for one in chosen:
        if not may[one.line.line_id]:
            raise Trouble("sendback.nothing_here", f"u{one.line.line_id}", name=one.line.name)
    return WISH, {"picks": sendback.offered(chosen, may, at.can, at.reader, asked), "kept": _kept(chosen), "trouble": "", "bad": ""}


def _review(session: db.Session, at: Visit, asked: Mapping[str, str]) -> tuple[str, View]:
    chosen = sendback.picks(at.can, asked)
    may = sendback.options(session, at.order, at.store, at.can, chosen)
    wanted = sendback.wishes(chosen, may, asked)
    names = {option.sku: option.name for found in may.values() for option in found if option.sku}
    kept = _kept(chosen) + [(f"o{one.line_id}", asked[f"o{one.line_id}"]) for one in wanted]
    newest = next((one.id or 0 for one in returns.of_order(session, at.order.id or 0)), 0)
    return REVIEW, {**sendback_review.review(session, at.order, at.can, chosen, wanted, names, at.reader), "kept": kept, "after": newest, "most_photos": MOST_PHOTOS, "accept": pictures.ACCEPT,
                    "note": asked.get("note", "")[:1000], "trouble": "", "bad": ""}  # fmt: skip


def _kept(chosen: list[Pick]) -> list[tuple[str, str]]:
    return [pair for one in chosen for pair in one.fields.items()]


def _troubled(request: AnyRequest, session: db.Session, at: Visit, asked: Mapping[str, str], trouble: Trouble) -> Response[Any]:
    """The page whose question was answered wrongly, with why."""
    said = {"trouble": sendback.why(trouble, at.reader, at.can.currency), "bad": trouble.where}
    try:
        if trouble.where.startswith("o"):
            return draw(WISH, request, at, _wish(session, at, asked)[1] | said, code=422)
        if trouble.where in {"note", "photos"}:
            return draw(REVIEW, request, at, _review(session, at, asked)[1] | said, code=422)
    except Trouble as earlier:
        said = {"trouble": sendback.why(earlier, at.reader, at.can.currency), "bad": earlier.where}
    return draw(ITEMS, request, at, _items(at, asked) | said, code=422)


def _asked(request: AnyRequest, session: db.Session, link: str, form: Mapping[str, str], shown: Sequence[Picture]) -> str:
    """Where the return is that the form asks for: made if it is new. Two forms that were drawn before it ask for the same."""
    at = visit(request, session, link)
    after = form.get("after", "")
    key = f"page:{at.order.id}:{after if after.isascii() and after.isdigit() and len(after) < 19 else 0}"
    known = returns.by_key(session, key)
    if known is not None:
        return f"{at.here}/{known.ref}?said=known"
    chosen = sendback.picks(at.can, form)
    wanted = sendback.wishes(chosen, sendback.options(session, at.order, at.store, at.can, chosen), form)
    if not shown and any(one.reason in at.can.policy.photos_for for one in wanted):
        raise Trouble("sendback.photo_needed", "photos")
    try:
        with author.acting("the shopper"):
            made = service.request(session, at.order, wanted, key=key, note=prose(form.get("note"), "note", longest=1000))
            for picture in shown:
                photos.keep(session, made, picture, by="shopper")
    except Refused as no:  # somebody else was faster since the page was read
        raise Trouble("sendback.meanwhile") from no
    return f"{at.here}/{made.ref}?said=asked"


def _sent(pairs: Sequence[tuple[str, Any]]) -> list[bytes]:
    """The files of a form that hold anything."""
    return [content for _, content in web.sent_files((one for _, one in pairs), pictures.LARGEST, most=MOST_PHOTOS) if content]


def _shown(sent: Sequence[bytes]) -> list[Picture]:
    """The photographs drawn anew, before anything is locked. Raises Trouble for too many, and for what is none."""
    if len(sent) > MOST_PHOTOS:
        raise Trouble("sendback.photos_many", "photos", most=MOST_PHOTOS)
    try:
        return [pictures.read(one, where="photos") for one in sent]
    except Refused as no:
        raise Trouble("sendback.photo_bad", "photos") from no
