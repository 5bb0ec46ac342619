"""Cases for programs: list them, read one, answer one."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from sqlmodel import Session

from stowline.cases import case_reads, case_rules, casework
from stowline.core import db, ids, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.shopper_cases import filled
from stowline.desk.queries import counts
from stowline.desk.queries import shopper_cases as reads
from stowline.stores import queries as stores

AnyRequest = Request[Any, Any, Any]
READ, WRITE = web.permission("orders.read"), web.permission("orders.write")


class AnswerBody(msgspec.Struct):
    """An answer. Placeholders of snippets are filled; `solve` settles the case with it."""

    text: str
    solve: bool = False


class CasesApi(Controller):
    """Cases of shoppers."""

    path = "/api/v1/cases"

    @get("/", opt=READ, sync_to_thread=True)
    def listed(
        self, request: AnyRequest, of: Annotated[str, QueryParameter(name="state")] = "", store: FromQuery[str] = "", after: FromQuery[str] = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Cases, oldest first; of one state, of one store."""
        pages.one_of(of, ("", *case_rules.STATES), "state")
        limit, last = web.limit(request), web.cursor.decode(after, int)[0] if after else 0
        with db.reading() as session:
            store_id = stores.store_by_key(session, store).id if store else None
            found = reads.after(session, last, limit + 1, state=of, store_id=store_id)
            items = reads.told(session, found[:limit])
        return {"items": items, "next": web.cursor.encode(found[limit - 1].id) if len(found) > limit else None}

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, ref: FromPath[str]) -> dict[str, Any]:
        """A case with all that was said."""
        with db.reading() as session:
            return reads.told(session, [case_reads.by_ref(session, web.name(ref))], whole=True)[0]

    @post("/{ref:str}/answers", opt=WRITE, sync_to_thread=True)
    def answer(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[bytes]:
        """Answer its shopper: it goes out as a message and stands on the order's page. 201; the same Idempotency-Key again changes nothing."""
        asked = web.read_as(body, AnswerBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            case = case_reads.by_ref(session, web.name(ref))
            casework.answer(session, case.id or 0, filled(session, case, asked.text), f"api:{case.id}:{ids.new_code(20)}")
            if asked.solve:
                casework.solve(session, case.id or 0)
            return 201, reads.told(session, [casework.lock(session, case.id or 0)], whole=True)[0]

        answered = web.written(request, body, make)
        counts.forget()
        return answered
