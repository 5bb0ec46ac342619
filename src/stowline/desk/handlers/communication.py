"""The calendar of what a store says to many: a month or a list, an entry made, looked at, put on, changed, taken off."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from stowline.core import db, fields, idempotency, ids, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, whole
from stowline.core.idempotency import Answer
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import communication as reads
from stowline.notifications import calendar_queries, calendar_rules, communication, run_rules
from stowline.notifications.calendar_models import CalendarEntry
from stowline.notifications.calendar_rules import Words
from stowline.people import service as audit
from stowline.stores import queries as stores
from stowline.stores.queries import Store

READ, WRITE = web.permission("messages.read"), web.permission("orders.write")
DONE = {
    "made": "This is the draft. Look at whom it reaches and how it reads; nothing goes before it is put on.", "changed": "It was changed.",
    "plan": "It is on the calendar.", "stop": "It was taken off. Nobody else is written to.",
}  # fmt: skip
NOTED = {"plan": "put an entry on the calendar", "stop": "took an entry off the calendar"}
EMPTY = {"kind": "news", "hour": "09:00", "who": "agreed", "days": "180", "per_minute": "60", "share_b": "0"}
Form = dict[str, str]


class Communication(Controller):
    """The calendar."""

    path = "/messages/calendar"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def calendar(
        self, request: AnyRequest, store: FromQuery[str] = "", month: FromQuery[str] = "", view: FromQuery[str] = "month",
        after: FromQuery[str] = "", before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A month of a store, or all its entries."""
        pages.one_of(view, reads.VIEWS, "view")
        with db.reading() as session:
            every = stores.all_stores(session)
            shop = stores.store_by_key(session, store) if store else every[0] if every else None
            found: dict[str, Any] = {"weeks": [], "rows": [], "pages": None, "month": None}
            if shop is not None and view == "month":
                first = _month(month, shop)
                found |= {"weeks": reads.month(session, shop, first), "month": _beside(first)}
            elif shop is not None:
                page = reads.page(session, shop, pages.place(after, before, datetime, int))
                kept = {"view": view, "store": shop.key}
                found |= {"rows": [reads.row(shop, one) for one in page.rows], "pages": pages.pager(page, "/messages/calendar", kept, "the latest day first")}
        key = shop.key if shop else ""
        links = [{"label": label, "href": f"/messages/calendar{pages.query({'view': name, 'store': key})}", "n": None, "current": name == view}
                 for name, label in reads.VIEWS.items()]  # fmt: skip
        return web.page("desk/calendar.html", request, view=view, views=links, stores=pages.choices({one.key: one.name for one in every}, key),
                        store=key, may_write=_may(request), **found)  # fmt: skip

    @get("/new", opt=WRITE, sync_to_thread=True)
    def new(self, request: AnyRequest, store: FromQuery[str] = "", day: FromQuery[str] = "") -> Response[Any]:
        """Say what, when and to whom."""
        return _new(request, store, EMPTY | {"day": day[:10]})

    @post("/", opt=WRITE, sync_to_thread=True)
    def draft(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Keep it as a draft."""
        form = web.read_form(body)
        try:
            ident = _once(request, form)
        except (Refused, Bad) as why:
            if web.wants_json(request) or isinstance(why, NotFound):
                raise
            return _new(request, form.get("store", ""), form, refused=why)
        return web.redirect(f"/messages/calendar/{ident}?done=made")

    @get("/{entry_id:int}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, entry_id: FromPath[int], done: FromQuery[str] = "") -> Response[Any]:
        """One entry: whom it reaches, how it reads, what came of it."""
        return _draw(request, entry_id, flash=DONE.get(done))

    @post("/{entry_id:int}/text", opt=WRITE, sync_to_thread=True)
    def change(self, request: AnyRequest, entry_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Another day, text or audience, while it has not begun."""
        form, who = web.read_form(body), web.identity_of(request).name
        return _do(request, entry_id, "changed", lambda session: _keep(session, entry_id, form, who), form)

    @post("/{entry_id:int}/{step:str}", opt=WRITE, sync_to_thread=True)
    def move(self, request: AnyRequest, entry_id: FromPath[int], step: FromPath[str], body: RawBody, seen: FromQuery[str] = "") -> Response[Any]:
        """Put it on, or take it off. Safe to press twice."""
        _, step, who = body, web.name(step), web.identity_of(request).label
        if step not in NOTED:
            raise NotFound("An entry is put on or taken off.", where="step")

        def carry_out(session: Session) -> None:
            before = communication.lock(session, entry_id).state
            found = communication.plan(session, entry_id, seen=seen) if step == "plan" else communication.stop(session, entry_id)
            if found.state != before:
                audit.note(session, who, NOTED[step], f"{entry_id}: {found.headline}")

        return _do(request, entry_id, step, carry_out)


def _may(request: AnyRequest) -> bool:
    return "orders.write" in web.identity_of(request).permissions


def _month(said: str, store: Store) -> date:
    """The first day of "2026-11"; of this month for nothing, or for what is none."""
    try:
        found = date.fromisoformat(f"{said[:7]}-01") if said else reads.today(store).replace(day=1)
    except ValueError:
        found = reads.today(store).replace(day=1)
    return found if 1971 <= found.year <= 2198 else reads.today(store).replace(day=1)


def _beside(first: date) -> dict[str, str]:
    """A month's name, and those beside it."""
    return {"name": f"{first:%B %Y}", "iso": f"{first:%Y-%m}", "earlier": f"{first - timedelta(days=1):%Y-%m}", "later": f"{first + timedelta(days=31):%Y-%m}"}


def _read(form: Form, store: Store) -> dict[str, Any]:
    """What a form says. Raises Bad with the field."""
    day, clock = fields.day(form.get("day", ""), "day"), form.get("hour", "")
    if day is None:
        raise Bad("Give a day.", "day")
    try:
        hour = time.fromisoformat(clock)
    except ValueError:
        raise Bad(f"{fields.shown(clock)} is no time of the day such as 09:00.", "hour") from None
    who = form.get("who", "")
    whom: dict[str, Any] = {"who": who, "tag": fields.text(form.get("tag", ""), "tag", what="The tag", longest=40)}
    if who in ("recent", "away"):
        whom["days"] = whole(form.get("days", ""), "days", what="The number of days", least=1, most=3650)
    text = {name: form.get(name, "").replace("\r\n", "\n") for name in ("headline", "body", "headline_b", "body_b")}
    said = Words(**text, share_b=whole(form.get("share_b") or "0", "share_b", what="The share", most=90),
                 per_minute=whole(form.get("per_minute", ""), "per_minute", what="The number a minute", least=1, most=run_rules.FASTEST))
    return {"kind": form.get("kind", ""), "at": datetime.combine(day, hour.replace(tzinfo=None), reads.zone(store)), "whom": whom, "words": said}


def _keep(session: Session, entry_id: int | None, form: Form, who: str) -> CalendarEntry:
    store = stores.store(session, calendar_queries.entry(session, entry_id).store_id) if entry_id else stores.store_by_key(session, form.get("store", ""))
    try:
        return communication.keep(session, entry_id, store_id=store.id or 0, who=who, **_read(form, store))
    except Refused as why:
        raise Refused(why.say, code=why.code, status=why.status, where="day" if why.where == "at" else why.where) from None


def _once(request: AnyRequest, form: Form) -> int:
    """Make it once, however often the button is pressed: the form carries a key of its own."""
    who = web.identity_of(request)
    sent = msgspec.json.encode(sorted((name, value) for name, value in form.items() if name != "csrf"))
    key = idempotency.request_key(form.get("once") or None, "/messages/calendar", who.label[:40], sent)

    def make(session: Session) -> Answer:
        return Answer(303, str(_keep(session, None, form, who.name).id).encode())

    return int(db.run(lambda session: idempotency.once(session, key, lambda: make(session))).body)


def _do(request: AnyRequest, entry_id: int, done: str, work: Callable[[Session], object], form: Form | None = None) -> Response[Any]:
    try:
        db.run(work)
    except (Refused, Bad) as why:
        if web.wants_json(request) or isinstance(why, NotFound):
            raise
        return _draw(request, entry_id, flash=why.say, code=getattr(why, "status", 422), typed=form, where=why.where or "")
    return web.redirect(f"/messages/calendar/{entry_id}?done={done}")


# -- the pages -------------------------------------------------------------------------------------------------------


def _choices(typed: Form) -> dict[str, Any]:
    return {"kinds": pages.choices(calendar_rules.KINDS, typed.get("kind", "")), "whos": pages.choices(calendar_rules.WHO, typed.get("who", "")),
            "fastest": run_rules.FASTEST, "longest": {"headline": run_rules.LONGEST_SUBJECT, "body": run_rules.LONGEST_BODY}}  # fmt: skip


def _new(request: AnyRequest, store: str, typed: Form, *, refused: Refused | Bad | None = None) -> Response[Any]:
    with db.reading() as session:
        every = stores.all_stores(session)
        shop = stores.store_by_key(session, store) if store else every[0] if every else None
    if shop is None:
        raise NotFound("There is no store yet.", where="store")
    return web.page(
        "desk/calendar_new.html", request, code=getattr(refused, "status", 422) if refused else 200, flash=refused.say if refused else None, flash_kind="bad",
        where=(refused.where or "") if refused else "", typed=EMPTY | {"day": ""} | typed, once=typed.get("once") or ids.new_uuid(),
        stores=pages.choices({one.key: one.name for one in every}, shop.key), zone=reads.zone(shop).key, **_choices(typed),
    )  # fmt: skip


def _draw(request: AnyRequest, entry_id: int, *, flash: str | None = None, code: int = 200, typed: Form | None = None, where: str = "") -> Response[Any]:
    with db.reading() as session:
        found = calendar_queries.entry(session, entry_id)
        store = stores.store(session, found.store_id)
        reach = calendar_queries.count(session, found) if found.state in ("draft", "planned") else found.said
        fates, report = calendar_queries.fates(session, entry_id), reads.report(session, found)
        held = calendar_queries.sent_of(session, entry_id)
    mails, trouble = reads.mails(store, found)
    form = reads.typed(store, found) | (typed or {})
    return web.page(
        "desk/calendar_entry.html", request, code=code, headers=web.MAIL_PREVIEW, flash=flash, flash_kind="bad" if code != 200 else "ok", where=where,
        entry=reads.row(store, found) | {"reach": reach, "more": reach > calendar_queries.MOST_COUNTED, "held": held, "store": store.name, "store_key": store.key},
        fates=fates, report=report, mails=mails, trouble=trouble, typed=form, may_write=_may(request), zone=reads.zone(store).key, **_choices(form),
    )  # fmt: skip
