"""The tablet's pages: get work, choose a task, the task's screen, help."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery

from stowline.core import db, ids, web
from stowline.core.access import Identity, demand
from stowline.core.errors import BadRequest, Conflict
from stowline.floor import forms, home, scans, screens, work
from stowline.shipping import service as shipping

AnyRequest = Request[Any, Any, Any]
FLOOR = web.permission("floor.scan")


class Floor(Controller):
    """The floor."""

    path = "/floor"
    include_in_schema = False

    @get("/", opt=FLOOR, sync_to_thread=True)
    def get_work(self, request: AnyRequest) -> Response[Any]:
        """Get work."""
        who = web.identity_of(request)
        with db.reading() as session:
            view: dict[str, Any] = {"tiles": home.tiles(session, who), "suggested": home.suggested(session, who, forms.holder(who, "")),
                    "user": screens.user(session, who)}
        return web.page("floor/home.html", request, scan_id=ids.new_uuid(), **view)

    @get("/tasks", opt=FLOOR, sync_to_thread=True)
    def choose(self, request: AnyRequest, kind: FromQuery[str] = "pick", after: FromQuery[str] = "") -> Response[Any]:
        """Choose a task of one kind."""
        return _choose(request, kind, after)

    @get("/other", opt=FLOOR, sync_to_thread=True)
    def other(self, request: AnyRequest) -> Response[Any]:
        """Work that is done when it is seen to be needed."""
        who = web.identity_of(request)
        with db.reading() as session:
            user = screens.user(session, who)
        return web.page("floor/list.html", request, kind="other", title="Other work", rows=home.others(who), more=None,
                        user=user, scan_id=ids.new_uuid())

    @get("/task/{task:str}", opt=FLOOR, sync_to_thread=True)
    def task(self, request: AnyRequest, task: FromPath[str]) -> Response[Any]:
        """The screen of a task."""
        name = web.name(task)
        who = _allowed(request, name)
        template = "floor/_screen.html" if web.is_fragment(request) else "floor/task.html"
        return web.page(template, request, **screens.task_screen(name, who))

    @post("/task/{task:str}/lease", opt=FLOOR, sync_to_thread=True)
    def take(self, request: AnyRequest, task: FromPath[str]) -> Response[Any]:
        """Take a task, or say who was quicker."""
        name = web.name(task)
        who = _allowed(request, name)
        try:
            db.run(lambda session: work.lease(session, name, forms.holder(who, "")))
        except Conflict as why:
            return _choose(request, name.partition(":")[0], "", refused=why.say, code=409)
        return web.redirect(f"/floor/task/{web.segment(name)}")

    @post("/task/{task:str}/release", opt=FLOOR, sync_to_thread=True)
    def give_back(self, request: AnyRequest, task: FromPath[str]) -> Response[Any]:
        """Give a task back and look for other work."""
        holder = forms.holder(web.identity_of(request), "")
        db.run(lambda session: work.give_back(session, web.name(task), holder))
        return web.redirect("/floor")

    @post("/manifests/{carrier:str}", opt=web.permission("floor.handover"), sync_to_thread=True)
    def open_manifest(self, carrier: FromPath[str]) -> Response[Any]:
        """Begin a manifest and go to it."""
        with db.transaction() as session:
            ref = shipping.open_manifest(session, web.name(carrier)).ref
        return web.redirect(f"/floor/task/{web.segment(f'handover:{ref}')}")

    @get("/help", opt=FLOOR, sync_to_thread=True)
    def help(self, request: AnyRequest, task: FromQuery[str] = "") -> Response[Any]:
        """What to do when something is wrong."""
        return web.page("floor/help.html", request, task=task[:200], scan_id=ids.new_uuid())


def _allowed(request: AnyRequest, task: str) -> Identity:
    return demand(web.identity_of(request), scans.PERMISSIONS.get(task.partition(":")[0], "floor.scan"))


def _choose(request: AnyRequest, kind: str, after: str, *, refused: str | None = None, code: int = 200) -> Response[Any]:
    if kind not in home.LISTS:
        raise BadRequest(f"There is no kind of task {kind[:40]}.", where="kind")
    who = demand(web.identity_of(request), scans.PERMISSIONS[kind])
    holder = forms.holder(who, "")
    with db.reading() as session:
        items, following = work.tasks(session, kind, holder, after[:100], 50)
        rows = [_row(item, holder.name) for item in items if item["task"] != "handover:"]
        user = screens.user(session, who)
    starts = [{"label": f"New manifest: {shipping.carrier_name(item['carrier'])}", "say": item["say"], "href": f"/floor/manifests/{item['carrier']}",
               "fields": {}} for item in items if item["task"] == "handover:"]
    if kind == "receive":
        rows.append({"task": "receive:", "say": "Receive blind", "soft": "goods without a purchase order", "holder": None,
                     "mine": False, "href": "/floor/task/receive:", "lease": False})
    if kind == "count":
        rows.append({"task": "count:", "say": "Count another bin", "soft": "whichever you scan", "holder": None,
                     "mine": False, "href": "/floor/task/count:", "lease": False})
    more = f"/floor/tasks?kind={kind}&after={following}" if following else None
    return web.page("floor/list.html", request, code=code, kind=kind, title=home.LISTS[kind], rows=rows, more=more,
                    starts=starts, refused=refused, user=user, scan_id=ids.new_uuid())


def _row(item: dict[str, Any], me: str) -> dict[str, Any]:
    mine = item["holder"] == me
    return {"task": item["task"], "say": item["say"], "soft": item["next"].get("say"), "holder": item["holder"],
            "mine": mine, "href": f"/floor/task/{web.segment(item['task'])}", "lease": not mine and item["task"] != "putaway:",
            "icon": home.icon(item["kind"]), "urgent": item["urgent"]}
