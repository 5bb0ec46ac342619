"""A shopper rates what was delivered, one form for each thing; until it is decided they may change it. GET changes nothing."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.cases import review_reads, review_rules, reviews
from stowline.cases.review_reads import Bought
from stowline.core import db, web
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.fields import prose
from stowline.notifications import facts
from stowline.orders import queries as orders
from stowline.portal import pages, queries
from stowline.portal.lookup import linked as verified
from stowline.portal.reader import Reader
from stowline.stores import queries as stores

AnyRequest = Request[Any, Any, Any]
WRITTEN = web.Pace(most=60, seconds=600)


class Reviews(Controller):
    """What a shopper thinks of what they got."""

    path = "/track/{link:str}/reviews"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/", opt=web.permission(web.PUBLIC), sync_to_thread=True)
    def ask(self, request: AnyRequest, link: FromPath[str], done: FromQuery[int] = 0) -> Response[Any]:
        """What came, with the stars that it got so far."""
        return _draw(request, link, done=done)

    @post("/", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True)
    def write(self, request: AnyRequest, link: FromPath[str], body: RawBody) -> Response[Any]:
        """Keep one. Sent twice, it is kept once."""
        WRITTEN.step(web.client_address(request))
        order_id, form = verified(link), web.read_form(body)
        if order_id is None:
            return pages.unknown(request)
        line, stars = (_number(form.get(name, "")) for name in ("line", "stars"))
        text, name = prose(form.get("text"), "text", longest=review_rules.LONGEST), form.get("name", "")[:200]

        def keep(session: db.Session) -> None:
            order = orders.order(session, order_id)
            locale = pages.reader(request, order.locale, order.time_zone).words.locale
            reviews.write(session, order, line, stars=stars, text=text, name=name, locale=locale)

        try:
            db.run(keep)
        except NotFound:
            return pages.unknown(request)
        except Refused as why:
            return _draw(request, link, typed={"line": line, "stars": stars, "text": text, "name": name}, why=why)
        return web.redirect(f"{facts.status_path(order_id)}/reviews?done={line}#line-{line}")


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _draw(request: AnyRequest, link: str, *, done: int = 0, typed: dict[str, Any] | None = None, why: Refused | None = None) -> Response[Any]:
    order_id = verified(link)
    if order_id is None:
        return pages.unknown(request)
    try:
        with db.reading() as session:
            order = orders.order(session, order_id)
            store, bought = stores.store(session, order.store_id), review_reads.reviewable(session, order_id)
            reader = pages.reader(request, order.locale, order.time_zone)
            view = queries.frame(store, order, reader)
    except NotFound:
        return pages.unknown(request)
    here = facts.status_path(order_id)
    trouble = "" if why is None else "reviews.decided" if isinstance(why, Conflict) else "reviews.trouble"
    return pages.page(
        "shop/reviews.html", request, reader, code=why.status if why else 200, accent=store.accent.removeprefix("#").lower(), back_href=here, action=f"{here}/reviews",
        rows=[_row(one, done, typed or {}, reader) for one in bought], longest=review_rules.LONGEST, trouble=reader.say(trouble) if trouble else "", **view,
    )  # fmt: skip


def _row(one: Bought, done: int, typed: dict[str, Any], reader: Reader) -> dict[str, Any]:
    kept = one.review
    state = kept.state if kept else ""
    mine = typed if typed.get("line") == one.line_id else {}
    return {
        "line": one.line_id, "sku": one.sku, "name": one.name, "state": state, "word": reader.say(f"reviews.state.{state}") if state else "",
        "kind": {"waiting": "warn", "approved": "ok"}.get(state, "done"), "just": bool(kept) and done == one.line_id,
        "open": kept is None or review_rules.may_change(kept.state), "stars": mine.get("stars", kept.stars if kept else 0),
        "text": mine.get("text", kept.text if kept else ""), "shown": mine.get("name", kept.name if kept else ""), "answer": kept.answer if kept else "",
    }  # fmt: skip
