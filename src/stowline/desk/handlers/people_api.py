"""People for a shop's programs: all that is kept about one, and their erasure."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from stowline.core import db, web
from stowline.desk import erasure

MANAGE = web.permission("privacy.manage")
NO_STORE = {"Cache-Control": "no-store"}


class ErasureBody(msgspec.Struct):
    """The address once more, to be sure."""

    confirm: str


class PeopleApi(Controller):
    """People."""

    path = "/api/v1/people"

    @get("/{email:str}", opt=MANAGE, sync_to_thread=True)
    def kept(self, email: FromPath[str], store: FromQuery[str] = "") -> Response[dict[str, Any]]:
        """All that is kept about a person of a store, each row with the table that holds it."""
        with db.reading() as session:
            ident = erasure.by_email(session, web.name(email), store)
        items = [{"table": table, "row": row} for table, rows in erasure.told(ident) for row in rows]
        return Response({"items": items}, headers=NO_STORE)

    @post("/{email:str}/erasure", opt=MANAGE, sync_to_thread=True, status_code=200)
    def erase(self, request: Request[Any, Any, Any], email: FromPath[str], body: RawBody, store: FromQuery[str] = "") -> Response[bytes]:
        """Take a person out of everything; it cannot be undone. The same again changes nothing."""
        said, by, name = web.read_as(body, ErasureBody), web.identity_of(request).label, web.name(email)

        def make(session: Session) -> dict[str, Any]:
            return {"erased": erasure.erase_by_email(session, name, store, typed=said.confirm, by=by)}

        return web.json_answer(200, msgspec.json.encode(db.run(make)))  # no stored answer: its route would hold the address
