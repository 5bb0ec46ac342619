"""A shopper says that something is wrong, goes on in a conversation, and says how it was. By forms alone: GET changes nothing."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, RawBody

from stowline.cases import case_reads, case_rules, casework
from stowline.cases.casework import Said
from stowline.core import db, ids, pictures, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import prose
from stowline.core.pictures import Picture
from stowline.core.web import csrf
from stowline.notifications import facts
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.portal import pages, queries, talk
from stowline.portal.lookup import linked as verified
from stowline.portal.reader import Reader
from stowline.stores import queries as stores

AnyRequest = Request[Any, Any, Any]
PUBLIC, SIGNED = web.permission(web.PUBLIC), web.permission(web.PUBLIC, signature=True)
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
LARGEST_FORM = 40_000_000
REPORTS = web.Pace(most=20, seconds=600)


async def readable(request: AnyRequest) -> None:
    """Read the parts of the form before the handler's thread has them. Raises BadRequest for a field that is no text."""
    if csrf.is_in_parts(request):
        await csrf.read_parts(request)


class Problem(Controller):
    """Something is wrong with an order."""

    path = "/track/{link:str}"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/problem", opt=PUBLIC, sync_to_thread=True)
    def ask(self, request: AnyRequest, link: FromPath[str]) -> Response[Any]:
        """What it is, of which goods, in whose words."""
        return _draw(request, link)

    @post("/problem", opt=SIGNED, sync_to_thread=True, request_max_body_size=LARGEST_FORM, before_request=readable)
    def report(self, request: AnyRequest, link: FromPath[str], data: Files) -> Response[Any]:
        """Keep it. Sent twice, it is kept once."""
        REPORTS.step(web.client_address(request))
        order_id, typed = verified(link), _texts(data)
        if order_id is None:
            return pages.unknown(request)
        try:
            said = Said(_words(typed), _key(order_id, typed), _photos(data))
            lines = [int(one) for one in typed["line"] if one.isascii() and one.isdigit() and len(one) < 10]
            db.run(lambda session: casework.report(session, orders.order(session, order_id), _first(typed, "kind"), said, lines=lines))
        except NotFound:
            return pages.unknown(request)
        except Refused as why:
            return _draw(request, link, typed=typed, why=why)
        return web.redirect(f"{facts.status_path(order_id)}#talk")

    @post("/cases/{ident:int}/entries", opt=SIGNED, sync_to_thread=True, request_max_body_size=LARGEST_FORM, before_request=readable)
    def say(self, request: AnyRequest, link: FromPath[str], ident: FromPath[int], data: Files) -> Response[Any]:
        """Go on in a conversation of this order."""
        REPORTS.step(web.client_address(request))
        order_id, typed = verified(link), _texts(data)
        if order_id is None:
            return pages.unknown(request)
        try:
            said = Said(_words(typed), _key(order_id, typed), _photos(data))
            db.run(lambda session: casework.say(session, orders.order(session, order_id), ident, said))
        except NotFound:
            return pages.unknown(request)
        except Refused as why:
            return _draw(request, link, typed=typed, why=why, ident=ident)
        return web.redirect(f"{facts.status_path(order_id)}#talk")

    @get("/cases/{ident:int}/verdict", opt=PUBLIC, sync_to_thread=True)
    def asked(self, request: AnyRequest, link: FromPath[str], ident: FromPath[int]) -> Response[Any]:
        """Whether it was good: the question."""
        return _verdict(request, link, ident)

    @post("/cases/{ident:int}/verdict", opt=SIGNED, sync_to_thread=True)
    def judge(self, request: AnyRequest, link: FromPath[str], ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Whether it was good: the answer, once."""
        order_id, form = verified(link), web.read_form(body)
        if order_id is None:
            return pages.unknown(request)
        try:
            db.run(lambda session: casework.judge(session, order_id, ident, form.get("verdict", ""), prose(form.get("text"), "text", longest=1000)))
        except NotFound:
            return pages.unknown(request)
        except Refused as why:
            return _verdict(request, link, ident, trouble="verdict.choose" if why.status == 422 else "verdict.not_now", code=why.status)
        return web.redirect(f"{facts.status_path(order_id)}/cases/{ident}/verdict")


# -- what came in ----------------------------------------------------------------------------------------------------


def _texts(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """The fields of a form that are text; check boxes of one name are several."""
    found: dict[str, list[str]] = {"line": []}
    for name, value in data.items():
        found[name] = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    return found


def _first(typed: Mapping[str, list[str]], name: str) -> str:
    return next(iter(typed.get(name, ())), "")


def _words(typed: Mapping[str, list[str]]) -> str:
    return prose(_first(typed, "text"), "text", longest=case_rules.LONGEST)


def _key(order_id: int, typed: Mapping[str, list[str]]) -> str:
    """What makes a form one of a kind: the mark that it was drawn with, of this order alone."""
    return f"page:{order_id}:{_first(typed, 'press')[:40] or ids.new_code(20)}"


def _photos(data: Mapping[str, Any]) -> list[Picture]:
    """The photographs of a form, drawn anew. Raises Refused for one that is none, and for more than five."""
    found = [content for _, content in web.sent_files(data.values(), pictures.LARGEST, most=case_rules.MOST_PHOTOS) if content]
    if len(found) > case_rules.MOST_PHOTOS:
        raise Refused(f"At most {case_rules.MOST_PHOTOS} photographs at once.", where="photos")
    return [pictures.read(one, where="photos") for one in found]


# -- pages -----------------------------------------------------------------------------------------------------------


def _draw(request: AnyRequest, link: str, *, typed: Mapping[str, list[str]] | None = None, why: Refused | None = None, ident: int | None = None) -> Response[Any]:
    """The form; with what was typed, and what is wrong with it. With `ident` it goes on in that conversation."""
    order_id, typed = verified(link), typed or {"line": []}
    if order_id is None:
        return pages.unknown(request)
    try:
        with db.reading() as session:
            order = orders.order(session, order_id)
            case = case_reads.case(session, ident) if ident is not None else None
            if case is not None and case.order_id != order_id:
                return pages.unknown(request)
            reader, store = pages.reader(request, order.locale, order.time_zone), stores.store(session, order.store_id)
            view = queries.frame(store, order, reader) | {"lines": _lines(session, order, typed), "busy": talk.busy(session, store, reader)}
    except NotFound:
        return pages.unknown(request)
    back = facts.status_path(order_id)
    chosen = _first(typed, "kind")
    form = {
        "back_href": back, "action": f"{back}/cases/{ident}/entries" if case else f"{back}/problem", "press": _first(typed, "press")[:40] or ids.new_code(20),
        "headline": reader.say(f"talk.kind.{case.kind}") if case else reader.say("problem.title"), "going_on": case is not None,
        "kinds": [{"value": one, "label": reader.say(f"talk.kind.{one}"), "say": reader.say(f"problem.kind_say.{one}"), "chosen": one == chosen} for one in talk.SHOPPERS_KINDS],
        "text": _first(typed, "text")[: case_rules.LONGEST], "longest": case_rules.LONGEST, "accept": pictures.ACCEPT,
        "trouble": _trouble(why, reader), "trouble_at": (why.where or "") if why else "",
    }  # fmt: skip
    return pages.page("shop/problem.html", request, reader, code=why.status if why else 200, accent=store.accent.removeprefix("#").lower(), **view, **form)


def _trouble(why: Refused | None, reader: Reader) -> str:
    """What is wrong, in the shopper's language; each field has its sentence."""
    if why is None:
        return ""
    return reader.say("problem.too_often") if why.status == 429 else reader.say(f"problem.trouble.{why.where if why.where in ('kind', 'text', 'photos') else 'text'}")


def _lines(session: db.Session, order: Order, typed: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    return [{"id": str(one.lines[0].id), "name": one.name, "quantity": one.ordered, "chosen": str(one.lines[0].id) in typed["line"]}
            for one in kits.sold(session, order.id or 0)[:100]]  # fmt: skip


def _verdict(request: AnyRequest, link: str, ident: int, *, trouble: str = "", code: int = 200) -> Response[Any]:
    order_id = verified(link)
    if order_id is None:
        return pages.unknown(request)
    try:
        with db.reading() as session:
            case, order = case_reads.case(session, ident), orders.order(session, order_id)
            if case.order_id != order_id:
                return pages.unknown(request)
            reader, store = pages.reader(request, order.locale, order.time_zone), stores.store(session, order.store_id)
            view = queries.frame(store, order, reader)
    except NotFound:
        return pages.unknown(request)
    asks = case_rules.may_judge(case.state, case.verdict)
    say = "verdict.ask_say" if asks else "verdict.thanks_say" if case.verdict else "verdict.open_say"
    head = "verdict.ask" if asks else "verdict.thanks" if case.verdict else "verdict.open"
    here = facts.status_path(order_id)
    more = {"headline": reader.say(head), "say": reader.say(say, ref=case.ref), "asks": asks, "action": f"{here}/cases/{ident}/verdict", "back_href": f"{here}#talk",
            "trouble": reader.say(trouble) if trouble else "",
            "answers": [{"value": one, "label": reader.say(f"verdict.{one}")} for one in case_rules.VERDICTS]}  # fmt: skip
    return pages.page("shop/verdict.html", request, reader, code=code, accent=store.accent.removeprefix("#").lower(), **view, **more)
