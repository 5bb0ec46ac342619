"""Counts for managers: what is to be counted, by whom, what must be decided, what was found, the plan; and for programs."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Stream
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import db, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, text, whole
from stowline.desk.handlers import adjusting, pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counting as reads
from stowline.desk.queries import counts
from stowline.desk.queries.counting import Search
from stowline.inventory import queries as stock
from stowline.inventory import settling, tally

READ, WRITE = web.permission("stock.read"), web.permission("stock.write")
DONE = {
    "asked": "Somebody will be asked to count it.", "order": "The order of the list is changed.", "cancelled": "Nobody will be asked to count it.",
    "decided": "Decided. The books are as you said.", "plan": "The plan is changed. It holds from the next day on.",
}  # fmt: skip
MOST_BINS = 50  # bins of one product that are asked for at once
FIELDS = {
    "a_days": "Days between counts of A", "b_days": "Days between counts of B", "c_days": "Days between counts of C",
    "a_share": "Share of picks that makes A", "b_share": "Share of picks that makes B", "per_day": "Most bins a day",
    "second_units": "Units", "second_percent": "Percent of the books",
}  # fmt: skip
WEEK = {"1": "Mon", "2": "Tue", "3": "Wed", "4": "Thu", "5": "Fri", "6": "Sat", "7": "Sun"}


class CountBody(msgspec.Struct):
    """Which bin is to be counted, and why."""

    bin: str
    why: str


class Counts(Controller):
    """Counts."""

    include_in_schema = False

    @get("/counts", opt=READ, sync_to_thread=True)
    def counts(
        self, request: AnyRequest, view: FromQuery[str] = "open", kind: FromQuery[str] = "", zone: FromQuery[str] = "",
        q: FromQuery[str] = "", after: FromQuery[str] = "", before: FromQuery[str] = "", done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """What is to be counted, who counts, or what must be decided."""
        pages.one_of(view, reads.VIEWS, "view")
        if view == "open":
            return _open(request, _search(kind, zone, q), pages.place(after, before, int, int), DONE.get(done))
        return _decide_page(request, flash=DONE.get(done)) if view == "decide" else _running(request)

    @get("/counts.csv", opt=READ, sync_to_thread=True)
    def export(self, kind: FromQuery[str] = "", zone: FromQuery[str] = "", q: FromQuery[str] = "") -> Stream:
        """What is to be counted, for a spreadsheet."""
        return pages.spreadsheet("to-count", reads.OPEN_HEAD, reads.open_exported(_search(kind, zone, q)))

    @post("/counts", opt=WRITE, sync_to_thread=True)
    def ask(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Have a bin counted, or every bin that a product lies in."""
        form = web.read_form(body)
        try:
            why = text(form.get("reason"), "reason", what="The reason", longest=200, needed=True)
            db.run(lambda session: _ask(session, form.get("bin", ""), form.get("sku", ""), why))
        except (Refused, Bad) as no:
            if web.wants_json(request):
                raise
            return _open(request, Search(), pages.place("", "", int, int), no.say, code=getattr(no, "status", 422))
        counts.forget()
        return web.redirect("/counts?done=asked")

    @post("/counts/{request_id:int}/priority", opt=WRITE, sync_to_thread=True)
    def order(self, request: AnyRequest, request_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Say how soon it is to be counted."""
        said = web.read_form(body).get("priority")

        def work(session: Session) -> None:
            settling.set_priority(session, request_id, whole(said, "priority", what="The priority", least=tally.FIRST, most=tally.LAST))

        return _do(request, work, "order", "open")

    @post("/counts/{request_id:int}/cancellation", opt=WRITE, sync_to_thread=True)
    def cancel(self, request: AnyRequest, request_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Nobody needs to count it."""
        _ = body
        who = web.identity_of(request).name
        return _do(request, lambda session: settling.cancel(session, request_id, who), "cancelled", "open")

    @post("/counts/{request_id:int}/decision", opt=WRITE, sync_to_thread=True)
    def decide(self, request: AnyRequest, request_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Say which difference is right; it is posted."""
        form, who = web.read_form(body), adjusting.somebody(request)

        def work(session: Session) -> None:
            said = form.get("difference", "").replace("\u2212", "-").strip()  # a minus sign as people paste it
            difference = whole(said.removeprefix("+"), "difference", what="The difference", least=-1_000_000, most=1_000_000)
            settling.decide(session, request_id, difference, who, form.get("seen", ""))

        return _do(request, work, "decided", "decide")

    @get("/counts/history", opt=READ, sync_to_thread=True)
    def history(
        self, request: AnyRequest, q: FromQuery[str] = "", found: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """What was counted, newest first."""
        said, found = pages.text(q), pages.one_of(found, reads.FOUND, "found")
        with db.reading() as session:
            page = reads.history(session, said, found, pages.place(after, before, int))
        kept = {"q": said, "found": found}
        return web.page(
            "desk/counts_history.html", request, views=_views("history"), q=said, found=pages.choices(reads.FOUND, found),
            rows=reads.history_rows(page.rows), export_href=f"/counts/history.csv{pages.query(kept)}",
            pages=pages.pager(page, "/counts/history", kept, "newest first"),
        )  # fmt: skip

    @get("/counts/history.csv", opt=READ, sync_to_thread=True)
    def export_history(self, q: FromQuery[str] = "", found: FromQuery[str] = "") -> Stream:
        """The same for a spreadsheet."""
        pages.one_of(found, reads.FOUND, "found")
        return pages.spreadsheet("counts", reads.HEAD, reads.exported(pages.text(q), found))

    @get("/counts/accuracy", opt=READ, sync_to_thread=True)
    def accuracy(self, request: AnyRequest, days: FromQuery[str] = "30") -> Response[Any]:
        """How right the books are, zone by zone."""
        pages.one_of(days, reads.DAYS, "days")
        with db.reading() as session:
            rows = reads.accuracy(session, int(days))
        ways = [{"label": label, "href": f"/counts/accuracy?days={n}", "current": n == days} for n, label in reads.DAYS.items()]
        return web.page("desk/counts_accuracy.html", request, views=_views("accuracy"), rows=rows, ways=ways,
                        export_href=f"/counts/accuracy.csv?days={days}")  # fmt: skip

    @get("/counts/accuracy.csv", opt=READ, sync_to_thread=True)
    def export_accuracy(self, days: FromQuery[str] = "30") -> Stream:
        """The same for a spreadsheet."""
        pages.one_of(days, reads.DAYS, "days")
        with db.reading() as session:
            rows = [(r["zone"], r["bins"], r["right"], round(r["bins_percent"], 1), r["book"], r["wrong"], round(r["units_percent"], 2))
                    for r in reads.accuracy(session, int(days))]  # fmt: skip
        return pages.spreadsheet("accuracy", reads.ZONE_HEAD, iter([rows]))

    @get("/counts/plan", opt=READ, sync_to_thread=True)
    def plan(self, request: AnyRequest, done: FromQuery[str] = "") -> Response[Any]:
        """How often bins are counted, and when somebody else must count."""
        return _plan(request, flash=DONE.get(done))

    @post("/counts/plan", opt=WRITE, sync_to_thread=True)
    def set_plan(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Change the plan."""
        form, days = web.read_form(body), "".join(web.form_values(body, "work_days"))
        try:
            numbers = {name: whole(form.get(name), name, what=label, most=1_000_000) for name, label in FIELDS.items()}
            db.run(lambda session: settling.set_plan(session, numbers, days, emptied=form.get("emptied") == "1"))
        except (Refused, Bad) as no:
            if web.wants_json(request):
                raise
            said = {**form, "work_days": days}
            return _plan(request, flash=no.say, code=getattr(no, "status", 422), said=said, where=no.where)
        return web.redirect("/counts/plan?done=plan")


class CountsApi(Controller):
    """Counts for programs."""

    path = "/api/v1/counts"

    @post("/", opt=WRITE, sync_to_thread=True)
    def ask(self, body: RawBody) -> Response[Any]:
        """Have a bin counted. The open request for the bin, if there is one."""
        asked = web.read_as(body, CountBody)
        code = text(asked.bin, "bin", what="The bin", longest=60, needed=True)
        why = text(asked.why, "why", what="The reason", longest=200, needed=True)

        def work(session: Session) -> dict[str, Any]:
            bin_ = stock.location_by_code(session, code)
            return _told(bin_.code, settling.ask(session, bin_, why))

        told = db.run(work)
        counts.forget()
        return Response(told, status_code=201)

    @get("/", opt=READ, sync_to_thread=True)
    def listed(self, request: AnyRequest, after: FromQuery[str] = "") -> dict[str, Any]:
        """What is to be counted, most urgent first."""
        place = pages.place(after, "", int, int)
        with db.reading() as session:
            page = reads.page(session, Search(), place, web.limit(request))
        items = [_told(row.code, row) | {"sku": row.sku, "lot": row.lot, "serial": row.serial} for row in page.rows]
        return {"items": items, "next": web.cursor.encode(*page.later) if page.later else None}


def _told(code: str, row: Any) -> dict[str, Any]:  # noqa: ANN401  (a request or a row of the list)
    return {"id": row.id, "bin": code, "why": row.why, "kind": row.kind, "priority": row.priority, "asked_at": row.at, "who": row.who}


def _ask(session: Session, bin_code: str, sku: str, why: str) -> None:
    if bin_code:
        settling.ask(session, stock.location_by_code(session, bin_code), why)
        return
    product = catalog.product_by_sku(session, sku)
    found = {row.bin for row in stock.in_bins(session, product.id or 0) if row.kind in tally.COUNTABLE}
    if not found:
        raise NotFound(f"{product.name} lies in no bin that can be counted.", where="sku")
    for code in sorted(found)[:MOST_BINS]:
        settling.ask(session, stock.location_by_code(session, code), why)


def _search(kind: str, zone: str, q: str) -> Search:
    return Search(pages.one_of(kind, ("", *tally.KINDS), "kind"), zone[:20], pages.text(q))


def _do(request: AnyRequest, work: Callable[[Session], None], done: str, view: str) -> Response[Any]:
    try:
        db.run(work)
    except (Refused, Bad) as no:
        if web.wants_json(request) or getattr(no, "status", 422) == 404:
            raise
        code = getattr(no, "status", 422)
        if view == "decide":
            return _decide_page(request, flash=no.say, code=code)
        return _open(request, Search(), pages.place("", "", int, int), no.say, code=code)
    counts.forget()
    return web.redirect(f"/counts?view={view}&done={done}")


def _views(current: str) -> list[dict[str, Any]]:
    """The pages of counts, with how many wait on the first ones."""
    n, asked = counts.kept("to count", counts.bins_to_count), counts.kept("to decide", counts.counts_to_decide)
    known = [("open", "/counts", "To count", n), ("running", "/counts?view=running", "Under way", None),
             ("decide", "/counts?view=decide", "To decide", asked), ("history", "/counts/history", "History", None),
             ("accuracy", "/counts/accuracy", "Accuracy", None), ("plan", "/counts/plan", "Plan", None)]  # fmt: skip
    return [{"label": label, "href": href, "n": many, "current": name == current} for name, href, label, many in known]


def _may_write(request: AnyRequest) -> bool:
    return "stock.write" in web.identity_of(request).permissions


def _open(request: AnyRequest, search: Search, place: Any, flash: str | None, *, code: int = 200) -> Response[Any]:  # noqa: ANN401
    with db.reading() as session:
        page = reads.page(session, search, place)
        rows, zones = reads.rows(session, page.rows), reads.zones(session)
    n = counts.fresh("to count", counts.bins_to_count)
    kept = {"kind": search.kind, "zone": search.zone, "q": search.text}
    return web.page(
        "desk/counts.html", request, code=code, say=f"{counts.shown(n)} to count." if n else "Nothing to count.", views=_views("open"),
        flash=flash, flash_kind="ok" if code == 200 else "bad", rows=rows, q=search.text,
        kinds=pages.choices({"": "Any reason", **tally.KINDS}, search.kind), zones=pages.choices({"": "All zones"} | {z: z for z in zones}, search.zone),
        export_href=f"/counts.csv{pages.query(kept)}", pages=pages.pager(page, "/counts", kept, "most urgent first"),
        may_write=_may_write(request), first=tally.FIRST, last=tally.LAST,
    )  # fmt: skip


def _running(request: AnyRequest) -> Response[Any]:
    with db.reading() as session:
        rows = reads.running(session)
    return web.page("desk/counts_running.html", request, views=_views("running"), rows=rows)


def _decide_page(request: AnyRequest, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        rows = reads.to_decide(session, adjusting.somebody(request))
    return web.page("desk/counts_decide.html", request, code=code, views=_views("decide"), rows=rows, may_write=_may_write(request),
                    flash=flash, flash_kind="ok" if code == 200 else "bad")  # fmt: skip


def _plan(
    request: AnyRequest, *, flash: str | None = None, code: int = 200, said: dict[str, str] | None = None, where: str | None = None
) -> Response[Any]:
    with db.reading() as session:
        row = settling.plan(session)
    shown = said or {**{name: str(getattr(row, name)) for name in FIELDS}, "work_days": row.work_days, "emptied": "1" if row.emptied else ""}
    week = [{"value": day, "label": label, "chosen": day in shown.get("work_days", "")} for day, label in WEEK.items()]
    return web.page("desk/counts_plan.html", request, code=code, views=_views("plan"), said=shown, week=week, where=where or "",
                    may_write=_may_write(request), flash=flash, flash_kind="ok" if code == 200 else "bad")  # fmt: skip
