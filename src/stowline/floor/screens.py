"""Drawing tasks: the page of a task, and the partial that a scan answers with. The same template for both."""

from typing import Any

from litestar import Request, Response

from stowline.core import db, ids, web
from stowline.core.access import Identity
from stowline.core.errors import Refused
from stowline.floor import forms, scans, work
from stowline.scanning import service as scanning
from stowline.scanning.service import Asked

AnyRequest = Request[Any, Any, Any]
FORM = "application/x-www-form-urlencoded"


def is_form(request: AnyRequest) -> bool:
    """Whether a tablet's form was sent, not a machine's JSON."""
    return request.headers.get("content-type", "").startswith(FORM)


def scanned(request: AnyRequest, asked: Asked, who: Identity) -> Response[Any]:
    """Carry a tablet's scan out and draw the answer: the swapped part for htmx and the queue, the whole page without."""
    status, reply = scans.carry_out(asked, who)
    if web.wants_json(request):
        return web.json_answer(status, web.encoded(reply))
    template = "floor/_screen.html" if web.is_fragment(request) else "floor/task.html"
    view = task_screen(asked.task, who, asked.device, reply)
    return web.page(template, request, code=status, scanned=asked.code[:200], **view)


def task_screen(task: str, who: Identity, device: str = "", reply: dict[str, Any] | None = None) -> dict[str, Any]:
    """The view of a task's screen. Raises NotFound or Refused for a task there is not, unless a reply is to be drawn."""
    with db.reading() as session:
        try:
            now = scanning.wanted(session, task, forms.holder(who, device))
        except Refused:
            if reply is None:
                raise
            now = {"next": None, "task": None}
        view = now["task"] or {"task": task, "kind": task.partition(":")[0], "title": task, "finished": True}
        lines = work.lines(session, task)
    if reply is not None and reply.get("task"):
        now = {"next": reply["next"], "task": reply["task"]}
        view = reply["task"]
    return {"task": {**view, "lines": lines}, "next": now["next"], "reply": reply, "scan_id": ids.new_uuid(),
            "device": device}
