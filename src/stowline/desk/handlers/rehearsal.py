"""The dry run: a day that was, through policies that are changed; who would get what. It writes nothing and sends nothing."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from sqlmodel import Session

from stowline.core import db, fields, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, whole
from stowline.desk import policy_forms as forms
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import rehearsals as reads
from stowline.desk.queries import store_messages
from stowline.desk.queries.rehearsals import Changes
from stowline.notifications import policies, presets
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.rehearsals import Rehearsal
from stowline.stores import queries as stores
from stowline.stores.queries import Store

READ = web.permission("messages.read")
HERE = "/messages/rehearsal"
Form = dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A store, a day in its zone and how many, and what is changed."""

    store: Store
    day: date
    days: int
    changed: Changes

    def query(self) -> Form:
        """As the address of the page carries it."""
        return {"store": self.store.key, "day": self.day.isoformat(), "days": str(self.days), "changed": self.changed.text()}


class RehearsalPages(Controller):
    """Rehearsals. What is changed stands in the address: it is nowhere kept."""

    path = HERE
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def rehearsal(self, request: AnyRequest, after: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[Any]:
        """The form, and what comes of it."""
        return _draw(request, dict(request.query_params.items()), after=after, before=before)

    @get("/lines.csv", opt=READ, sync_to_thread=True)
    def export(self, request: AnyRequest) -> Stream:
        """All lines that fit, for a spreadsheet."""
        said = dict(request.query_params.items())
        with db.reading() as session:
            found = _rehearse(session, _asked(session, said))
        return pages.spreadsheet("rehearsal", reads.HEAD, reads.exported(_filtered(found, said)))

    @get("/preset", opt=READ, sync_to_thread=True)
    def preset(self, request: AnyRequest, preset: FromQuery[str] = "") -> Response[Any]:
        """Change kinds as a preset would; '' takes every change back."""
        with db.reading() as session:
            asked = _asked(session, dict(request.query_params.items()))
            return _back(replace(asked, changed=reads.of_preset(session, asked.store, preset) if preset else Changes()))

    @get("/kinds/{kind:str}", opt=READ, sync_to_thread=True)
    def kind(self, request: AnyRequest, kind: FromPath[str]) -> Response[Any]:
        """Change one kind."""
        said, name = dict(request.query_params.items()), reads.known(web.name(kind))
        with db.reading() as session:
            asked = _asked(session, said)
        try:
            wanted = policies.checked(forms.policy(said, asked.store.currency))
        except (Refused, Bad) as why:
            return _draw(request, said, refused=why, kind=name)
        return _back(replace(asked, changed=replace(asked.changed, kinds={**asked.changed.kinds, name: wanted})))

    @get("/kinds/{kind:str}/standing", opt=READ, sync_to_thread=True)
    def as_it_stands(self, request: AnyRequest, kind: FromPath[str]) -> Response[Any]:
        """Take the change of one kind back."""
        name = reads.known(web.name(kind))
        with db.reading() as session:
            asked = _asked(session, dict(request.query_params.items()))
        left = {one: policy for one, policy in asked.changed.kinds.items() if one != name}
        return _back(replace(asked, changed=replace(asked.changed, kinds=left)))

    @get("/manners", opt=READ, sync_to_thread=True)
    def manners(self, request: AnyRequest) -> Response[Any]:
        """Change quiet hours, cap and digest."""
        said = dict(request.query_params.items())
        with db.reading() as session:
            asked = _asked(session, said)
        try:
            wanted = policies.checked_manners(
                asked.store.id or 0, quiet_from=forms.minute(said.get("quiet_from", ""), "quiet_from"), quiet_to=forms.minute(said.get("quiet_to", ""), "quiet_to"),
                cap=whole(said.get("cap", ""), "cap", what="The number of messages", most=50),
                cap_days=whole(said.get("cap_days", ""), "cap_days", what="The number of days", least=1, most=90), digest="digest" in said,
            )  # fmt: skip
        except (Refused, Bad) as why:
            return _draw(request, said, refused=why)
        return _back(replace(asked, changed=replace(asked.changed, manners=wanted)))


def _asked(session: Session, said: Form) -> Asked:
    """What the address asks for. Raises BadRequest, NotFound (store), Refused for a day that cannot be."""
    store = reads.found_store(session, said.get("store", ""))
    days = pages.one_of(said.get("days") or "1", reads.DAYS, "days")
    today = reads.today(store)
    day = fields.day(said.get("day", ""), "day") or today - timedelta(days=1)
    if day > today:
        raise Refused("What is to come cannot be rehearsed. Choose a day that was.", where="day")
    return Asked(store, day, int(days), reads.changes(said.get("changed", ""), store.id or 0))


def _back(asked: Asked) -> Response[Any]:
    return web.redirect(HERE + pages.query(asked.query(), run="1"))


def _rehearse(session: Session, asked: Asked) -> Rehearsal:
    return reads.rehearse(session, asked.store, *reads.span(asked.store, asked.day, asked.days), asked.changed)


def _filtered(found: Rehearsal, said: Form) -> list[Any]:
    shown = pages.one_of(said.get("shown", ""), reads.SHOWN, "shown")
    kind = pages.one_of(said.get("of", ""), ("", *CATALOGUE), "kind")
    channel = pages.one_of(said.get("by", ""), ("", *dict(store_messages.CHANNEL_CHOICES)), "channel")
    return reads.filtered(found, shown=shown, kind=kind, channel=channel, text=pages.text(said.get("q", "")))


def _draw(request: AnyRequest, said: Form, *, refused: Refused | Bad | None = None, kind: str = "", after: str = "", before: str = "") -> Response[Any]:
    with db.reading() as session:
        try:
            asked = _asked(session, said)
        except Bad as why:
            refused, asked = why, _asked(session, {**said, "day": ""})
        except Refused as why:
            if why.where != "day" or web.wants_json(request):
                raise
            refused, asked = why, _asked(session, {**said, "day": ""})
        shops = {one.key: one.name for one in stores.all_stores(session)}
        standing = reads.standing(session, asked.store)
        manners = store_messages.manners(session, asked.store.id or 0)
        found = _rehearse(session, asked) if said.get("run") and refused is None else None
    groups = reads.kinds(asked.store, standing, asked.changed)
    if asked.changed.manners is not None:
        manners = store_messages.typed_manners(asked.changed.manners)
    again = next(({**row, "typed": said} for _, rows in groups for row in rows if row["kind"] == kind), None)
    return web.page(
        "desk/rehearsal.html", request, code=getattr(refused, "status", 422) if refused else 200, flash=refused.say if refused else None, flash_kind="bad",
        where=refused.where if refused else "", store={"key": asked.store.key, "name": asked.store.name, "currency": asked.store.currency}, stores=pages.choices(shops, asked.store.key),
        day=asked.day.isoformat(), last_day=reads.today(asked.store).isoformat(), days=pages.choices(reads.DAYS, str(asked.days)), kept=asked.query(), groups=groups, again=again,
        changed=[row for _, rows in groups for row in rows if row["otherwise"]], manners=manners, manners_changed=asked.changed.manners is not None,
        presets=[{"name": name, "label": one.label} for name, one in presets.PRESETS.items()], channels=store_messages.CHANNEL_CHOICES, units=list(forms.UNITS),
        firsts=list(forms.FIRST.items()), **_result(found, asked, said, after, before),
    )  # fmt: skip


def _result(found: Rehearsal | None, asked: Asked, said: Form, after: str, before: str) -> dict[str, Any]:
    """What the page shows of a rehearsal; nothing before there is one."""
    if found is None:
        return {"found": None, "sums": [], "rows": [], "pages": None, "shown": [], "kinds": [], "ways": [], "q": "", "csv": ""}
    lines = _filtered(found, said)
    page = reads.page(lines, pages.place(after, before, datetime, int, str, str))
    narrow = {name: said.get(name, "") for name in ("shown", "of", "by", "q")}
    total = reads.sums(found)
    named = {row["kind"]: row["title"] for row in total}
    return {
        "found": {"events": found.events, "cut_at": found.cut_at, "lines": len(lines), "goes": sum(one.goes for one in found.changed), "differs": sum(one.differs for one in found.changed)},
        "sums": total, "rows": reads.rows(page.rows), "pages": pages.pager(page, HERE, {**asked.query(), "run": "1", **narrow}, "by when they go"),
        "shown": pages.choices(reads.SHOWN, narrow["shown"]), "kinds": pages.choices({"": "Any kind", **named}, narrow["of"]),
        "ways": pages.choices({"": "Any channel", **dict(store_messages.CHANNEL_CHOICES)}, narrow["by"]), "q": narrow["q"],
        "csv": f"{HERE}/lines.csv{pages.query(asked.query(), **narrow)}",
    }  # fmt: skip
