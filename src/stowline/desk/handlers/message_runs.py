"""Runs of messages: choose whom, write, look at who gets what, send; and how far it is."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from stowline.cases import queries as cases
from stowline.catalog import queries as catalog
from stowline.core import db, fields, idempotency, ids, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad, whole
from stowline.core.idempotency import Answer
from stowline.desk.handlers import pages
from stowline.desk.handlers.orders import WORDS
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import message_runs as reads
from stowline.desk.queries import orders as lists
from stowline.desk.queries import stock
from stowline.desk.queries.message_runs import Asked
from stowline.notifications import facts, previews, run_rules, runs
from stowline.notifications.channels import DeliveryFailed
from stowline.notifications.render import Brand, Rendered, RenderFailed
from stowline.people import queries as people
from stowline.people import service as audit
from stowline.stores import queries as stores

READ, WRITE = web.permission("messages.read"), web.permission("orders.write")
PACE = "60"
DONE = {
    "made": "This is the draft. Look at who gets it and how it reads; nothing goes before it is started.", "reworded": "The draft was changed.",
    "start": "It goes.", "pause": "It rests. What is owed already still goes.", "resume": "It goes on.", "stop": "It is stopped. Nobody else is written to.",
}  # fmt: skip
NOTED = {"start": "started a run of messages", "stop": "stopped a run of messages"}
Form = dict[str, str]


class MessageRuns(Controller):
    """Runs."""

    path = "/messages/runs"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def runs(self, request: AnyRequest, after: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[Any]:
        """A page of runs."""
        with db.reading() as session:
            page = reads.page(session, pages.place(after, before, int))
            rows = reads.rows(session, page.rows)
        return web.page("desk/message_runs.html", request, rows=rows, pages=pages.pager(page, "/messages/runs", {}, "newest first"), may_write=_may(request))

    @get("/new", opt=WRITE, sync_to_thread=True)
    def new(self, request: AnyRequest, after: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[Any]:
        """Choose whom, and write."""
        return _new(request, dict(request.query_params.items()), after=after, before=before)

    @post("/", opt=WRITE, sync_to_thread=True)
    def draft(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Keep it as a draft, with those whom it is for from now on."""
        form = web.read_form(body)
        try:
            asked = asked_of(form)
            ident = _once(request, form, asked)
        except (Refused, Bad) as why:
            if web.wants_json(request):
                raise
            return _new(request, form, refused=why)
        return web.redirect(f"/messages/runs/{ident}?done=made")

    @get("/{run_id:int}", opt=READ, sync_to_thread=True)
    def one(
        self, request: AnyRequest, run_id: FromPath[int], n: FromQuery[str] = "", fate: FromQuery[str] = "", done: FromQuery[str] = "",
        sent: FromQuery[str] = "", after: FromQuery[str] = "", before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """One run: who gets what, how far it is, what became of it."""
        flash = f"The test is on its way to {pages.text(sent)}." if sent else DONE.get(done)
        return _draw(request, run_id, flash=flash, n=n, fate=pages.one_of(fate, reads.STATES, "fate"), after=after, before=before)

    @post("/{run_id:int}/text", opt=WRITE, sync_to_thread=True)
    def reword(self, request: AnyRequest, run_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Another text or pace of a draft."""
        form = web.read_form(body)
        return _do(request, run_id, "reworded", lambda session: runs.reword(session, run_id, **_text(form)), form)

    @post("/{run_id:int}/{step:str}", opt=WRITE, sync_to_thread=True)
    def move(self, request: AnyRequest, run_id: FromPath[int], step: FromPath[str], body: RawBody, seen: FromQuery[str] = "") -> Response[Any]:
        """Start it, let it rest, go on, or stop it for good. Safe to press twice."""
        _, name, who = body, web.name(step), web.identity_of(request).label
        if name not in {*runs.NEXT, "stop"}:
            raise NotFound("A run is started, paused, resumed or stopped.", where="step")
        return _do(request, run_id, name, lambda session: step_of(session, run_id, name, who, seen))

    @post("/{run_id:int}/tests", opt=WRITE, sync_to_thread=True)
    def test(self, request: AnyRequest, run_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Send what one of them gets, marked as a test, to an address. No shopper is told."""
        form = web.read_form(body)
        who, n = web.identity_of(request).label, _place(form.get("n", ""))
        try:
            to = fields.email(form.get("to", ""), "to")
            rendered, brand = db.run(lambda session: _ready(session, run_id, n, who, to))
            previews.send_test(runs.KIND, rendered, brand, to)
        except (Refused, Bad, RenderFailed, DeliveryFailed) as why:
            if web.wants_json(request) or isinstance(why, NotFound):
                raise
            return _draw(request, run_id, flash=getattr(why, "say", str(why)), code=getattr(why, "status", 422), n=str(n), to=form.get("to", ""))
        return web.redirect(f"/messages/runs/{run_id}{pages.query({'n': str(n), 'sent': to})}")


def _may(request: AnyRequest) -> bool:
    return "orders.write" in web.identity_of(request).permissions


def step_of(session: Session, run_id: int, name: str, who: str, seen: str = "") -> None:
    """Start a run, let it rest, go on or stop it, and note who began or ended it. Raises NotFound, Conflict."""
    before = runs.run(session, run_id).state
    after = runs.stop(session, run_id) if name == "stop" else runs.move(session, run_id, name, seen=seen)
    if after.state != before and name in NOTED:
        audit.note(session, who, NOTED[name], f"{run_id}: {after.subject}")


def asked_of(said: Form) -> Asked:
    """Whom a form or an address asks for. Raises BadRequest for what no page of ours offers."""
    whom = pages.one_of(said.get("whom") or "product", reads.WAYS, "whom")
    view = pages.one_of(said.get("view") or "open", lists.VIEWS, "view")
    state = pages.one_of(said.get("state", ""), ("", *WORDS), "state")
    sku, store, tag = (fields.text(said.get(name, ""), name, longest=100) for name in ("sku", "store", "tag"))
    if whom != "filter":
        return Asked(whom, store, sku=sku, refs=said.get("refs", ""))
    return Asked(whom, store, view=view, state=state, text=pages.text(said.get("q", "")), tag=tag)


def _text(form: Form) -> dict[str, Any]:
    pace = whole(form.get("per_minute", ""), "per_minute", what="The number a minute", least=1, most=run_rules.FASTEST)
    return {"subject": form.get("subject", ""), "body": form.get("body", "").replace("\r\n", "\n"), "per_minute": pace}


def _once(request: AnyRequest, form: Form, asked: Asked) -> int:
    """Make it once, however often the button is pressed: the form carries a key of its own."""
    who, text = web.identity_of(request), _text(form)
    found = reads.gather(asked)
    sent = msgspec.json.encode(sorted((name, value) for name, value in form.items() if name != "csrf"))
    key = idempotency.request_key(form.get("once") or None, "/messages/runs", who.label[:40], sent)

    def make(session: Session) -> Answer:
        return Answer(303, str(runs.draft(session, found, **text, asked=asked.plain(), who=who.name)).encode())

    return int(db.run(lambda session: idempotency.once(session, key, lambda: make(session))).body)


def _place(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 6 else 1


def _ready(session: Session, run_id: int, n: int, who: str, to: str) -> tuple[Rendered, Brand]:
    found = runs.run(session, run_id)
    order, rendered, why = reads.preview(session, found, n, test=True)
    if order is None or why:
        raise Refused(why, where="n")
    store = stores.store(session, order.store_id)
    previews.allow_test(session, who, runs.KIND, to, store)
    return rendered, facts.brand(store)


def _do(request: AnyRequest, run_id: int, done: str, work: Callable[[Session], object], form: Form | None = None) -> Response[Any]:
    try:
        db.run(work)
    except (Refused, Bad) as why:
        if web.wants_json(request) or isinstance(why, NotFound):
            raise
        return _draw(request, run_id, flash=why.say, code=getattr(why, "status", 422), typed=form, where=why.where or "")
    return web.redirect(f"/messages/runs/{run_id}?done={done}")


# -- the pages -------------------------------------------------------------------------------------------------------


def _new(request: AnyRequest, said: Form, *, refused: Refused | Bad | None = None, after: str = "", before: str = "") -> Response[Any]:
    try:
        asked = asked_of(said)
    except (Refused, Bad):
        if refused is None:
            raise
        asked = Asked("refs")
    view: dict[str, Any] = {"product": None, "found": [], "pages": None}
    with db.reading() as session:
        shops = {"": "All stores"} | {one.key: one.name for one in stores.all_stores(session)}
        tags = cases.known_tags(session, "order")
        if asked.whom == "product":
            view |= _product(session, asked, pages.text(said.get("q", "")), after, before)
    typed = {name: said.get(name, "") for name in ("subject", "body", "refs")} | {"per_minute": said.get("per_minute", PACE)}
    return web.page(
        "desk/message_run_new.html", request, code=getattr(refused, "status", 422) if refused else 200, flash=refused.say if refused else None, flash_kind="bad",
        where=refused.where if refused else "", ways=pages.choices(reads.WAYS, asked.whom), whom=asked.whom, typed=typed, q=said.get("q", ""), once=said.get("once") or ids.new_uuid(),
        stores=pages.choices(shops, asked.store), store=asked.store, states=pages.choices({"": "Any state", **WORDS}, asked.state),
        views=pages.choices({name: one.label for name, one in lists.VIEWS.items()}, asked.view), tags=pages.choices({"": "Any tag", **{one: one for one in tags}}, asked.tag),
        fastest=run_rules.FASTEST, longest={"subject": run_rules.LONGEST_SUBJECT, "body": run_rules.LONGEST_BODY}, **view,
    )  # fmt: skip


def _product(session: Session, asked: Asked, q: str, after: str, before: str) -> dict[str, Any]:
    """The product that is chosen with how many wait for it; else those to choose from."""
    if asked.sku:
        name = catalog.product_by_sku(session, asked.sku).name
        return {"product": {"sku": asked.sku, "name": name, "orders": reads.waiting_count(session, asked)}}
    page = stock.page(session, "waiting", q, pages.place(after, before, str))
    found = [{"sku": one["sku"], "name": one["name"], "waiting": one["waiting"]} for one in stock.rows(session, page.rows)]
    return {"found": found, "pages": pages.pager(page, "/messages/runs/new", {"whom": "product", "q": q}, "by SKU")}


def _draw(
    request: AnyRequest, run_id: int, *, flash: str | None = None, code: int = 200, n: str = "", fate: str = "", after: str = "", before: str = "",
    typed: Form | None = None, where: str = "", to: str = "",
) -> Response[Any]:  # fmt: skip
    who, at = web.identity_of(request), _place(n)
    with db.reading() as session:
        found = runs.run(session, run_id)
        page = reads.recipients(session, found, fate, pages.place(after, before, int))
        order, mail, trouble = reads.preview(session, found, at)
        run, rows, fates = reads.rows(session, [found])[0], reads.recipient_rows(session, found, page.rows), reads.fates(session, found)
        cautions = reads.cautions(session, found)
        person = people.by_id(session, who.id) if who.kind == "user" else None
    held = any(one["state"] in ("held", "sending") for one in fates)
    here = f"/messages/runs/{run_id}"
    links = [{"label": label, "href": f"{here}{pages.query({'fate': name})}#to", "n": None, "current": name == fate} for name, label in reads.STATES.items()]
    form = {"subject": found.subject, "body": found.body, "per_minute": str(found.per_minute)} | (typed or {})
    return web.page(
        "desk/message_run.html", request, code=code, headers=web.MAIL_PREVIEW, flash=flash, flash_kind="bad" if code != 200 else "ok", run=run, mail=mail,
        trouble=trouble, shown={"n": at, "ref": order.ref if order else "", "to": order.email if order else ""}, rows=rows, fates=fates, cautions=cautions,
        pages=pages.pager(page, here, {"fate": fate}, "in the order they are written to"), views=links, held=held, moving=found.state == "running" or held,
        here_now=f"{here}{pages.query({'n': n, 'fate': fate, 'after': after, 'before': before})}", fragment=request.headers.get("hx-request") == "true",
        typed=form, where=where, to=to or (person.email if person else "") or "", may_write=_may(request), fastest=run_rules.FASTEST,
        longest={"subject": run_rules.LONGEST_SUBJECT, "body": run_rules.LONGEST_BODY},
    )  # fmt: skip
