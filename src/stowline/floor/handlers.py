"""The tablet's pages: get work, choose a task, the task's screen, help, a photograph of the box."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from stowline.core import db, ids, pictures, web
from stowline.core.access import Identity, demand
from stowline.core.errors import BadRequest, Conflict, NotFound, Refused
from stowline.floor import forms, home, scans, screens, work
from stowline.packing import photos
from stowline.packing import queries as packing
from stowline.shipping import service as shipping

AnyRequest = Request[Any, Any, Any]
FLOOR, PACK = web.permission("floor.scan"), web.permission("floor.pack")
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
LARGEST_FORM = pictures.LARGEST + 1_000_000


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


class BoxPhotos(Controller):
    """A photograph of the box, taken at the bench: a page of its own, so that nothing of it stands in a packer's way."""

    path = "/floor/parcels/{code:str}/photos"
    include_in_schema = False

    @get("/", opt=PACK, sync_to_thread=True)
    def ask(self, request: AnyRequest, code: FromPath[str], task: FromQuery[str] = "", kept: FromQuery[str] = "") -> Response[Any]:
        """Those there are, and a field for another."""
        return _box(request, web.name(code), task, said="It is kept." if kept else "")

    @post("/", opt=PACK, sync_to_thread=True, request_max_body_size=LARGEST_FORM)
    def keep(self, request: AnyRequest, code: FromPath[str], data: Files, task: FromQuery[str] = "") -> Response[Any]:
        """Keep one; sent twice, it is kept once."""
        name = web.name(code)
        try:
            shot = photos.draw(web.sent_file(data.values(), pictures.LARGEST))
            db.run(lambda session: photos.keep(session, name, shot))
        except NotFound:
            raise
        except Refused as why:
            return _box(request, name, task, trouble=why.say, code=why.status)
        return web.redirect(f"/floor/parcels/{web.segment(name)}/photos?task={web.segment(_pack(task))}&kept=1")


def _pack(task: str) -> str:
    """The pack task to go back to; "" for anything else."""
    return task[:200] if task.startswith("pack:") else ""


def _box(request: AnyRequest, name: str, task: str, *, said: str = "", trouble: str = "", code: int = 200) -> Response[Any]:
    with db.reading() as session:
        parcel = packing.parcel_by_code(session, name)
        there = photos.of_parcels(session, [parcel.id or 0])[parcel.id or 0]
        user = screens.user(session, web.identity_of(request))
    return web.page("floor/photo.html", request, code=code, parcel=parcel.code, task=_pack(task), photos=there, most=photos.MOST, accept=pictures.ACCEPT,
                    said=said, trouble=trouble, user=user, scan_id=ids.new_uuid())  # fmt: skip
