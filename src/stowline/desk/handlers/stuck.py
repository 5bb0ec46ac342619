"""Messages that are stuck: send them again by their cause, or all."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromQuery, RawBody

from stowline.core import db, web
from stowline.core.fields import text
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts, stuck
from stowline.notifications import replays

READ, WRITE = web.permission("messages.read"), web.permission("orders.write")


class Stuck(Controller):
    """Stuck messages."""

    include_in_schema = False

    @get("/messages/stuck", opt=READ, sync_to_thread=True)
    def stuck(self, request: AnyRequest, again: FromQuery[str] = "") -> Response[Any]:
        """What messages are dead of, and which providers rest."""
        with db.reading() as session:
            view = stuck.view(session)
        may = "orders.write" in web.identity_of(request).permissions
        return web.page("desk/stuck.html", request, may_write=may, flash=_said(again, going=view["going"]), **view)

    @post("/messages/replays", opt=WRITE, sync_to_thread=True)
    def replay(self, body: RawBody) -> Response[Any]:
        """Send all dead messages of a cause once more, or all there are. Safe to press twice."""
        cause = text(web.read_form(body).get("cause", ""), "cause", what="The cause", longest=200)
        n = db.run(lambda session: replays.replay_all(session, cause))
        counts.forget()
        return web.redirect(f"/messages/stuck?again={n}")


def _said(again: str, *, going: bool) -> str | None:
    if not (again.isascii() and again.isdigit() and len(again) < 7):
        return None
    if int(again) == 0:
        return "They are being sent again already." if going else "No message of that cause is dead any more."
    one = "1 message goes" if int(again) == 1 else f"{int(again):,} messages go"
    return f"{one} out again, each checked anew first." + (" The rest follows by itself, 500 at a time." if going else "")
