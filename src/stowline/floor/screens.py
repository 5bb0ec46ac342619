"""Drawing tasks: the page of a task, and the partial that a scan answers with. The same template for both."""

from typing import Any

from litestar import Request, Response

from stowline.backorders import shelf_reads
from stowline.core import db, ids, web
from stowline.core.access import Identity
from stowline.core.config import settings
from stowline.core.errors import Refused
from stowline.floor import doors, forms, scans, work
from stowline.people import queries as people
from stowline.scanning import service as scanning
from stowline.scanning.service import STATUS, Asked
from stowline.shipping.service import carrier_name

AnyRequest = Request[Any, Any, Any]
FORM = "application/x-www-form-urlencoded"


def is_form(request: AnyRequest) -> bool:
    """Whether a tablet's form was sent, not a machine's JSON."""
    return request.headers.get("content-type", "").startswith(FORM)


def scanned(request: AnyRequest, asked: Asked, who: Identity, *, opens: bool = False) -> Response[Any]:
    """Carry a tablet's scan out and draw the answer: the swapped part for htmx and the queue, the whole page without.

    A badge leads to its PIN. `opens`: a scan at "get work", where the code of a cart, tote, order, purchase order or manifest
    leads to its task.
    """
    status, reply = scans.carry_out(asked, who)
    if web.wants_json(request):
        return web.json_answer(status, web.encoded(reply))
    there = doors.badge(asked, reply, who)
    if opens and there is None and reply["fate"] == "accepted":
        there, reply = doors.opened(reply, who)
        status = STATUS[reply["fate"]]
    if there is not None:
        return _go(request, there)
    template = "floor/_screen.html" if web.is_fragment(request) else "floor/task.html"
    view = task_screen(asked.task, who, asked.device, reply)
    return web.page(template, request, code=status, scanned=asked.code[:200], quantity=asked.quantity, **view)


def _go(request: AnyRequest, there: str) -> Response[Any]:
    """To another page: by itself where a script asked, by a redirect without."""
    if web.is_fragment(request):
        return Response("", status_code=200, headers={"HX-Redirect": there})
    return web.redirect(there)


def task_screen(task: str, who: Identity, device: str = "", reply: dict[str, Any] | None = None) -> dict[str, Any]:
    """The view of a task's screen. Raises NotFound or Refused for a task there is not, unless a reply is to be drawn."""
    holder = forms.holder(who, device)
    with db.reading() as session:
        try:
            now = scanning.wanted(session, task, holder)
        except Refused:
            if reply is None:
                raise
            now = {"next": None, "task": None}
        view = now["task"] or {"task": task, "kind": task.partition(":")[0], "title": task, "finished": True}
        lines = work.lines(session, task, holder)
        asked = reply["next"] if reply is not None and reply.get("task") else now["next"]
        wall = _wall(session, asked)
    if reply is not None and reply.get("task"):
        now = {"next": reply["next"], "task": reply["task"]}
        view = reply["task"]
    return {"task": {**view, "lines": lines}, "next": now["next"], "reply": reply, "scan_id": ids.new_uuid(),
            "device": device, "label": _paper(now["next"]), "wall": wall,
            "own_sscc": bool(settings().gs1_prefix), "carrier": carrier_name((now["next"] or {}).get("carrier") or "")}


def _wall(session: db.Session, following: dict[str, Any] | None) -> dict[str, Any] | None:
    """The bay of the backorder shelf with the slot that is wanted; None where none is."""
    if not following or not following.get("splits") or following.get("bench"):
        return None
    bay = shelf_reads.bay_of(session, following["bin"])
    slots = [{"code": slot.code, "order": slot.order, "here": slot.here, "of": slot.of, "stray": slot.stray,
              "lit": slot.code == following["bin"]} for slot in bay]  # fmt: skip
    return {"slots": slots, "say": f"{bay[0].code} to {bay[-1].code}"} if bay else None


def _paper(following: dict[str, Any] | None) -> dict[str, str] | None:
    """Where label and packing slip are printed, once the box is closed."""
    if not following or following["want"] != "label":
        return None
    parcel = f"/parcels/{web.segment(following['parcel'])}"
    return {"href": f"{parcel}/label", "slip_href": f"{parcel}/slip"}


def user(session: db.Session, who: Identity) -> dict[str, Any]:
    """Who works at this tablet, as its bar names them."""
    first, *rest = who.name.split() or [who.name]
    person = people.by_id(session, who.id) if who.kind == "user" else None
    return {"name": who.name, "short": f"{first} {rest[-1][:1]}." if rest else first,
            "initials": (first[:1] + (rest[-1][:1] if rest else "")).upper(),
            "badge": person.badge if person else None, "device": who.device,
            "since": people.signed_in_since(session, who.session_id) if who.session_id else None}
