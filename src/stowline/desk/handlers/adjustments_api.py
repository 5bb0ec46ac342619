"""Adjustments for programs."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.catalog.units import units_sent
from stowline.core import db, web
from stowline.core.errors import BadRequest
from stowline.core.fields import text
from stowline.desk.handlers import adjusting, pages
from stowline.desk.queries import adjustments as reads
from stowline.desk.queries import counts
from stowline.desk.queries.adjustments import STATES, Search
from stowline.desk.queries.keyset import Place
from stowline.inventory import adjustments as verbs
from stowline.inventory.adjustment_models import Adjustment

AnyRequest = Request[Any, Any, Any]
State = Annotated[str, QueryParameter(name="state")]  # the plain name is the framework's own
READ, WRITE, APPROVE = web.permission("stock.read"), web.permission("stock.write"), web.permission("stock.approve")


class AdjustmentBody(msgspec.Struct):
    """Units more (or, negative, fewer) of a product in a bin; or `counted`, as many as lie there."""

    sku: str
    bin: str
    reason: str
    units: Any = None
    counted: Any = None
    note: str = ""
    condition: str = "good"
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None


class RefusalBody(msgspec.Struct):
    """Why it is refused."""

    reason: str


class AdjustmentsApi(Controller):
    """Adjustments."""

    path = "/api/v1/adjustments"

    @post("/", opt=WRITE, sync_to_thread=True)
    def ask(self, request: AnyRequest, body: RawBody) -> Response[bytes]:
        """Change the books: `state` says whether it is posted, or waits for a second person. 409 where fewer units lie
        there; then the bin is put on the list of bins to count.
        """
        said = adjusting.read(msgspec.structs.asdict(web.read_as(body, AdjustmentBody)), units_sent)
        asker = adjusting.key_of(request)
        return _written(request, body, 201, lambda session: verbs.ask(session, adjusting.wish(session, said), asker))

    @get("/", opt=READ, sync_to_thread=True)
    def listed(
        self, request: AnyRequest, of: State = "", sku: FromQuery[str] = "", reason: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Adjustments, newest first; those that wait, oldest first."""
        pages.one_of(of, ("", *STATES), "state")
        with db.reading() as session:
            product_id = catalog.product_by_sku(session, sku).id if sku else None
            search = Search(of or "all", reason[:20], product_id=product_id)
            place = Place(after=web.cursor.decode(after, int)) if after else Place()
            page = reads.page(session, search, place, web.limit(request))
            items = reads.told(session, page.rows)
        return {"items": items, "next": web.cursor.encode(*page.later) if page.later else None}

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, ref: FromPath[str]) -> dict[str, Any]:
        """One adjustment."""
        with db.reading() as session:
            return reads.told(session, [verbs.by_ref(session, web.name(ref))])[0]

    @post("/{ref:str}/approval", opt=APPROVE, sync_to_thread=True, status_code=200)
    def approve(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[bytes]:
        """Agree, as another person than asked; the books change now, if the units are still there."""
        name, by = web.name(ref), adjusting.key_of(request)
        return _written(request, body, 200, lambda session: verbs.approve(session, name, by))

    @post("/{ref:str}/refusal", opt=APPROVE, sync_to_thread=True, status_code=200)
    def refuse(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[bytes]:
        """Refuse, with the reason."""
        why = text(web.read_as(body, RefusalBody).reason, "reason", what="The reason", longest=200, needed=True)
        name, by = web.name(ref), adjusting.key_of(request)
        return _written(request, body, 200, lambda session: verbs.refuse(session, name, by, why))

    @post("/{ref:str}/withdrawal", opt=WRITE, sync_to_thread=True, status_code=200)
    def withdraw(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[bytes]:
        """Withdraw what this token or person asked for and nobody decided about."""
        name, by = web.name(ref), adjusting.key_of(request)
        return _written(request, body, 200, lambda session: verbs.withdraw(session, name, by))


def _written(request: AnyRequest, body: bytes, status: int, make: Callable[[Session], Adjustment]) -> Response[bytes]:
    if len(body) > 100_000:
        raise BadRequest("An adjustment is never as long as that.")

    def work(session: Session) -> tuple[int, dict[str, Any]]:
        return status, reads.told(session, [make(session)])[0]

    answer = adjusting.surprising(lambda: web.written(request, body, work))
    counts.forget()
    return answer
