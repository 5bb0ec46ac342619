"""The overview."""

from typing import Any

from litestar import Controller, Response, get

from stowline.core import db, web
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts, message_metrics, proof, today


class Today(Controller):
    """What stands where right now."""

    include_in_schema = False

    @get("/today", opt=web.permission("orders.read"), sync_to_thread=True)
    def today(self, request: AnyRequest) -> Response[Any]:
        """The overview."""
        with db.reading() as session:
            view = today.view(session)
        alarms = counts.kept("broken", proof.broken) if "checks.read" in web.identity_of(request).permissions else []
        to_set_up = counts.kept("to set up", today.to_set_up) if "orders.write" in web.identity_of(request).permissions else []
        return web.page("desk/today.html", request, alarms=alarms, to_set_up=to_set_up, mail_alarms=counts.kept("message alarms", message_metrics.standing), **view)
