"""Stores: what is the own of each, how it serves and ships its orders, and what is kept for it."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.allocation import reserves
from stowline.catalog import queries as catalog
from stowline.core import db, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, day, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import store_pages as page
from stowline.notifications import consents
from stowline.orders import policies
from stowline.people import service as people
from stowline.stores import brand
from stowline.stores import queries as stores
from stowline.stores import service as store_service

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "saved": "Saved. Orders that are open already take their new place in line within a minute; how they ship stays theirs.",
    "voiced": "Saved. Messages from now on say it.",
    "asked": "Saved. It holds for every message from now on.",
    "branded": "Saved. Pages and mails from now on show it; orders that are there keep their money, language and time zone.",
    "kept": "Kept. Other stores' orders get what is free beyond it.", "ended": "Ended. What was kept went to the orders that wait.",
}  # fmt: skip


class StorePages(Controller):
    """Stores."""

    path = "/stores"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def stores(self, request: AnyRequest) -> Response[Any]:
        """Every store with its policy."""
        with db.reading() as session:
            rows = page.rows(session)
        return web.page("desk/stores.html", request, rows=rows)

    @get("/{key:str}", opt=READ, sync_to_thread=True)
    def one(
        self, request: AnyRequest, key: FromPath[str], after: FromQuery[str] = "", before: FromQuery[str] = "", done: FromQuery[str] = ""
    ) -> Response[Any]:
        """One store."""
        return _draw(request, web.name(key), after, before, flash=DONE.get(done))

    @post("/{key:str}/policy", opt=WRITE, sync_to_thread=True)
    def policy(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Say how its orders are served and ship."""
        form = web.read_form(body)

        def save(session: db.Session, name: str) -> str:
            most = _number(form, "most_parcels", "The number of parcels", 2, 20) if form.get("ships") == "at_most" else None
            policies.set_policy(session, stores.store_by_key(session, name), serves=form.get("serves", ""),
                                ships=form.get("ships", ""), most_parcels=most,
                                urgent_units_per_day=_number(form, "urgent", "The number of units a day", 0, 100_000))  # fmt: skip
            if "self_service" in form:
                store_service.set_self_service(session, stores.store_by_key(session, name), form["self_service"])
            return "saved"

        return _do(request, key, form, save)

    @post("/{key:str}/brand", opt=WRITE, sync_to_thread=True)
    def own(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Say what is the store's own: name, sender, address, money, language, time zone."""
        form = web.read_form(body)

        def save(session: db.Session, name: str) -> str:
            brand.set_brand(session, name, form)
            return "branded"

        return _do(request, key, form, save)

    @post("/{key:str}/voice", opt=WRITE, sync_to_thread=True)
    def voice(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Say what its messages say in its own voice: look, greeting, sign-off, codes."""
        form = web.read_form(body)

        def save(session: db.Session, name: str) -> str:
            brand.set_brand(session, name, {field: said for field, said in form.items() if field in brand.VOICE})
            return "voiced"

        return _do(request, key, form, save)

    @post("/{key:str}/soft-opt-in", opt=WRITE, sync_to_thread=True)
    def soft_opt_in(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Say whether it may mail its own customers without asking, until they stop it."""
        form, by = web.read_form(body), web.identity_of(request).label
        allowed = form.get("allowed") == "on"

        def save(session: db.Session, name: str) -> str:
            store_id = stores.store_by_key(session, name).id or 0
            if consents.soft_opt_in(session, store_id) is not allowed:
                consents.set_soft_opt_in(session, store_id, allowed=allowed)
                people.note(session, by, "soft opt-in allowed" if allowed else "soft opt-in ended", f"store {name}")
            return "asked"

        return _do(request, key, form, save)

    @post("/{key:str}/reserves", opt=WRITE, sync_to_thread=True)
    def keep(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Keep units of a product for its orders."""
        form, who = web.read_form(body), web.identity_of(request).name

        def keep(session: db.Session, name: str) -> str:
            store = stores.store_by_key(session, name)
            units = _number(form, "units", "The number of units", 1, reserves.MOST)
            reserves.keep(session, _product(session, form), store.id or 0, units, _until(form, store.time_zone), who)
            return "kept"

        return _do(request, key, form, keep)

    @post("/{key:str}/reserves/end", opt=WRITE, sync_to_thread=True)
    def end(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Keep nothing of a product any more."""
        form = web.read_form(body)

        def end(session: db.Session, name: str) -> str:
            reserves.end(session, _product(session, form), stores.store_by_key(session, name).id or 0)
            return "ended"

        return _do(request, key, form, end)


def _product(session: db.Session, form: dict[str, str]) -> int:
    sku = form.get("sku", "").strip()
    ids = catalog.ids_of(session, [sku])
    if sku not in ids:
        raise Refused(f"There is no product {sku[:100]}." if sku else "Say which product.", where="sku")
    return ids[sku]


def _number(form: dict[str, str], name: str, what: str, least: int, most: int) -> int:
    try:
        return whole(form.get(name, ""), name, what=what, least=least, most=most)
    except Bad as bad:
        raise Refused(bad.say, where=name) from None


def _until(form: dict[str, str], zone: str) -> datetime | None:
    """The end of the last day that was said, in the store's time zone."""
    said = form.get("until", "").strip()
    if not said:
        return None
    try:
        last = day(said, "until")
    except Bad as bad:
        raise Refused(bad.say, where="until") from None
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)) if last else None


def _do(request: AnyRequest, key: str, form: dict[str, str], verb: Callable[[db.Session, str], str]) -> Response[Any]:
    name = web.name(key)
    try:
        done = db.run(lambda session: verb(session, name))
    except NotFound:
        raise
    except Refused as why:
        if web.wants_json(request):
            raise
        return _draw(request, name, flash=why.say, code=why.status, typed=form)
    return web.redirect(f"/stores/{web.segment(name)}{pages.query({'done': done})}")


def _draw(
    request: AnyRequest, key: str, after: str = "", before: str = "", *, flash: str | None = None, code: int = 200,
    typed: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    with db.reading() as session:
        store = stores.store_by_key(session, key)
        found = page.kept(session, store.id or 0, pages.place(after, before, str))
        view = {**page.view(store), "soft_opt_in": consents.soft_opt_in(session, store.id or 0)}
    return web.page(
        "desk/store.html", request, code=code, flash=flash, flash_kind="bad" if code != 200 else "ok", rows=page.reserves(found.rows),
        typed=typed or {}, may_write="orders.write" in web.identity_of(request).permissions,
        pages=pages.pager(found, f"/stores/{web.segment(key)}", {}, "by SKU"), **view,
    )  # fmt: skip
