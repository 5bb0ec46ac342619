"""Instructions for a shop's programs: read what is owed, say what was done."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from sqlmodel import Session

from stowline.core import db, web
from stowline.core.fields import text
from stowline.desk.handlers import pages
from stowline.desk.queries import counts
from stowline.desk.queries import instructions as reads
from stowline.desk.queries.keyset import Place
from stowline.orders import instructions as verbs
from stowline.orders.instruction_rules import Heard, Outcome
from stowline.stores import queries as stores

AnyRequest = Request[Any, Any, Any]
READ, WRITE = web.permission("orders.read"), web.permission("orders.write")


class AcknowledgementBody(msgspec.Struct):
    """What the shop did about an instruction."""

    acknowledged: bool
    ref: str = ""
    reason: str = ""


class InstructionsApi(Controller):
    """Instructions."""

    path = "/api/v1/instructions"

    @get("/", opt=READ, sync_to_thread=True)
    def listed(
        self, request: AnyRequest, of: Annotated[str, QueryParameter(name="state")] = "", store: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Instructions, newest first; of one state, of one store."""
        pages.one_of(of, ("", *reads.CHIPS), "state")
        place = Place(after=web.cursor.decode(after, int)) if after else Place()
        with db.reading() as session:
            store_id = stores.store_by_key(session, store).id if store else None
            states = (of,) if of else ()
            page = reads.page(session, "all", place, states=states, store_id=store_id, size=web.limit(request))
            items = reads.told(session, page.rows)
        return {"items": items, "next": web.cursor.encode(*page.later) if page.later else None}

    @post("/{ident:int}/acknowledgement", opt=WRITE, sync_to_thread=True, status_code=200)
    def acknowledge(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[bytes]:
        """The shop says that it is done, or why it will not do it; the same again changes nothing."""
        said = web.read_as(body, AcknowledgementBody)
        ref = text(said.ref, "ref", what="The shop's name for it", longest=120)
        reason = text(said.reason, "reason", what="The reason", longest=300)
        outcome = Outcome.ACKNOWLEDGED if said.acknowledged else Outcome.REFUSED
        heard = Heard(outcome, ref, "" if said.acknowledged else reason or "the shop gave no reason")

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            return 200, reads.told(session, [verbs.acknowledge(session, ident, heard)])[0]

        answer = web.written(request, body, make)
        counts.forget()
        return answer
