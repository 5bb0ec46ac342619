"""A shopper changes an order by the signed link of its page: GET shows a form, POST does it, once, or says why it is too late."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.core import db, web
from stowline.core.errors import NotFound
from stowline.core.fields import Bad, whole
from stowline.notifications import facts
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.portal import change_forms as forms
from stowline.portal import changes, lookup, pages, queries
from stowline.portal.change_rules import ADDRESS, CANCEL, DEEDS, PARTS
from stowline.portal.changes import Said
from stowline.portal.reader import Reader
from stowline.stores import queries as stores

AnyRequest = Request[Any, Any, Any]
PROOFS = web.Pace(most=10, seconds=3600)
"""For one order, right ones counted, too: else whoever guesses would hear of the right one even while they wait."""


class Change(Controller):
    """What a shopper may still change."""

    path = "/track"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/{link:str}/change/{deed:str}", opt=web.permission(web.PUBLIC), sync_to_thread=True)
    def ask(self, request: AnyRequest, link: FromPath[str], deed: FromPath[str]) -> Response[Any]:
        """The form, or why it is too late. Changes nothing."""
        order_id = lookup.linked(link)
        if order_id is None or deed not in DEEDS:
            return pages.unknown(request)
        return _form(request, order_id, deed)

    @post("/{link:str}/change/{deed:str}", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True)
    def do(self, request: AnyRequest, link: FromPath[str], deed: FromPath[str], body: RawBody) -> Response[Any]:
        """Do it. The link and the form are signed, so it needs no session; again, it changes nothing."""
        order_id = lookup.linked(link)
        if order_id is None or deed not in DEEDS:
            return pages.unknown(request)
        typed = web.read_form(body)
        if not forms.marked(typed.get("mark", ""), order_id, deed):
            return _form(request, order_id, deed, typed=typed, trouble="change.old", code=409)
        if deed in (ADDRESS, CANCEL) and not _proved(order_id, typed.get("proof", "")):
            return _form(request, order_id, deed, typed=typed, bad="proof", trouble="change.not_yours", code=422)
        try:
            said = db.run(lambda session: _carry_out(session, order_id, deed, typed))
        except Bad as bad:
            key = "change.missing" if str(bad) == "missing" else "change.unreadable"
            return _form(request, order_id, deed, typed=typed, bad=bad.where, trouble=key, code=422)
        except NotFound:
            return _form(request, order_id, deed, code=409)
        return _late(request, order_id, said.why) if said.fate == "late" else _done(request, order_id, deed, said, typed)


def _proved(order_id: int, typed: str) -> bool:
    """Whether the order's e-mail address was typed. Raises TooOften for who guesses."""
    PROOFS.step(str(order_id))
    with db.reading() as session:
        order = _order(session, order_id)
    return order is not None and forms.proved(order, typed)


def _order(session: db.Session, order_id: int) -> Order | None:
    try:
        return orders.order(session, order_id)
    except NotFound:
        return None


def _carry_out(session: db.Session, order_id: int, deed: str, typed: dict[str, str]) -> Said:
    if stores.store(session, orders.order(session, order_id).store_id).self_service == "off":
        return Said("late", "off")
    if deed == ADDRESS:
        return changes.change_address(session, order_id, forms.address(typed))
    what = typed.get("what", "")
    if deed == CANCEL and what != "all":
        return changes.cancel_line(session, order_id, whole(what, "what", most=2**62))
    if deed == CANCEL:
        return changes.cancel(session, order_id)
    if deed == PARTS:
        return changes.set_parts(session, order_id, "complete" if typed.get("wish") == "complete" else "parts")
    return changes.merge(session, order_id, what[:100])


def _form(
    request: AnyRequest, order_id: int, deed: str, *, typed: dict[str, str] | None = None, bad: str = "", trouble: str = "", code: int = 200
) -> Response[Any]:
    with db.reading() as session:
        order = _order(session, order_id)
        if order is None:
            return pages.unknown(request)
        reader = pages.reader(request, order.locale, order.time_zone)
        said = reader.say(trouble) if trouble else ""
        made = forms.form(session, order, deed, reader, typed=typed, bad=bad, trouble=said)
        store = stores.store(session, order.store_id)
        frame = queries.frame(store, order, reader)
    if isinstance(made, str):
        return _late(request, order_id, made, code=200 if code == 200 else 409)
    back = {"back": reader.say("next.back"), "back_href": facts.status_path(order_id)}
    return pages.page("shop/change.html", request, reader, code=code, accent=store.accent.removeprefix("#").lower(), **frame, **made, **back)


def _late(request: AnyRequest, order_id: int, why: str, code: int = 409) -> Response[Any]:
    """Too late, and what can be done instead."""
    return _said(request, order_id, lambda reader, _: (reader.say("late.title"), [reader.say(f"late.{why}")]), code=code)


def _done(request: AnyRequest, order_id: int, deed: str, said: Said, typed: dict[str, str]) -> Response[Any]:
    """What was done, or that it was so already, and what happens next."""

    def words(reader: Reader, order: Order) -> tuple[str, list[str]]:
        key = f"{deed}_{order.ships}" if deed == PARTS else f"{deed}_all" if order.state == "cancelled" and deed == CANCEL else deed
        says = [reader.say("next.used")] if said.fate == "same" else []
        says += [reader.say("did.money", amount=reader.money(said.minor, order.currency))] if said.minor else []
        says += [reader.say(f"did.{key}_say", ref=typed.get("what", "")[:100])] if said.fate != "same" or deed != CANCEL else []
        return reader.say(f"did.{key}"), says

    return _said(request, order_id, words)


def _said(request: AnyRequest, order_id: int, words: Any, code: int = 200) -> Response[Any]:  # noqa: ANN401  (title and sentences for a reader)
    with db.reading() as session:
        order = orders.order(session, order_id)
        reader = pages.reader(request, order.locale, order.time_zone)
        store = stores.store(session, order.store_id)
        frame = queries.frame(store, order, reader)
    title, says = words(reader, order)
    view = {"title": title, "says": says, "back": reader.say("next.back"), "back_href": facts.status_path(order_id)}
    return pages.page("shop/choice.html", request, reader, code=code, accent=store.accent.removeprefix("#").lower(), **frame, **view)
