"""The mailbox: messages with their fate, and what a person decides about those that are stuck."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import Conflict, Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts, message_metrics
from stowline.desk.queries import messages as reads
from stowline.notifications import replays, service

READ, WRITE = web.permission("messages.read"), web.permission("orders.write")
DONE = {
    "again": "The message goes out again.", "arrived": "The message counts as sent.", "copied": "This copy goes out now.",
}  # fmt: skip


class Mailbox(Controller):
    """Messages."""

    path = "/messages"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def messages(
        self, request: AnyRequest, view: FromQuery[str] = "all", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of messages."""
        said, view = pages.text(q), pages.one_of(view, reads.VIEWS, "view")
        with db.reading() as session:
            page = reads.page(session, view, said, pages.place(after, before, int))
            rows = reads.rows(session, page.rows)
        counted = counts.kept("messages", counts.messages)
        shown = {**counted, "held": counted["held"] + counted["sending"]}
        say = f"{counts.shown(shown['sent'])} sent, {counts.shown(shown['held'])} held, {counts.shown(shown['dead'])} dead."
        pager = pages.pager(page, "/messages", {"view": view, "q": said}, "newest first")
        links = pages.views("/messages", reads.VIEWS, view, shown)
        alarms = counts.kept("message alarms", message_metrics.standing)
        return web.page("desk/mailbox.html", request, say=say, mail_alarms=alarms, views=links, q=said, view=view, rows=rows, pages=pager)

    @get("/{message_id:int}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, message_id: FromPath[int], done: FromQuery[str] = "") -> Response[Any]:
        """One message, as it reads."""
        return _draw(request, message_id, flash=DONE.get(done))

    @post("/{message_id:int}/again", opt=WRITE, sync_to_thread=True)
    def again(self, request: AnyRequest, message_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Send a message that is dead or not certain once more."""
        _ = body
        return _settle(request, message_id, arrived=False)

    @post("/{message_id:int}/arrival", opt=WRITE, sync_to_thread=True)
    def arrived(self, request: AnyRequest, message_id: FromPath[int], body: RawBody) -> Response[Any]:
        """A person found that it had arrived."""
        _ = body
        return _settle(request, message_id, arrived=True)


    @post("/{message_id:int}/copies", opt=WRITE, sync_to_thread=True)
    def copied(self, request: AnyRequest, message_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Send the shopper a copy; what policy forbids needs a reason."""
        why, who = web.read_form(body).get("reason", "").strip(), web.identity_of(request).name
        try:
            made = db.run(lambda session: replays.send_copy(session, message_id, who=who, why=why))
        except (Conflict, Refused) as refused:
            if refused.status == 404 or web.wants_json(request):
                raise
            return _draw(request, message_id, flash=refused.say, code=refused.status, asked=refused.where == "why", why=why)
        counts.forget()
        return web.redirect(f"/messages/{made}?done=copied")


def _settle(request: AnyRequest, message_id: int, *, arrived: bool) -> Response[Any]:
    try:
        db.run(lambda session: service.send_again(session, message_id, arrived=arrived))
    except Conflict as why:
        if web.wants_json(request):
            raise
        return _draw(request, message_id, flash=why.say, code=why.status)
    counts.forget()
    return web.redirect(f"/messages/{message_id}?done={'arrived' if arrived else 'again'}")


def _draw(request: AnyRequest, message_id: int, *, flash: str | None, code: int = 200, asked: bool = False, why: str = "") -> Response[Any]:
    with db.reading() as session:
        view = reads.one(session, message_id)
    may_write = "orders.write" in web.identity_of(request).permissions
    may = view["decidable"] and may_write
    copy = {"href": f"/messages/{message_id}/copies", "asked": asked, "why": why} if view["copyable"] and may_write else None
    actions = [{"label": "Send again", "href": f"/messages/{message_id}/again",
                "say": "It goes out at once, under the same Message-ID."}] if may else []
    if may and view["unsure"]:
        actions.append({"label": "It had arrived", "href": f"/messages/{message_id}/arrival",
                        "say": "It counts as sent and is not sent again."})
    return web.page("desk/message.html", request, code=code, headers=web.MAIL_PREVIEW, actions=actions, copy_form=copy, flash=flash,
                    flash_kind="bad" if code != 200 else "ok", **view)
