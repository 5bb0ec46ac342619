"""Orders that were not taken: look at them, try again, let them be."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts
from stowline.desk.queries import intake as reads
from stowline.desk.queries.keyset import Place
from stowline.orders import intakes
from stowline.orders.intakes import Taken

READ, WRITE = web.permission("intake.read"), web.permission("intake.write")
SAID = {
    "new": "Order {ref} was taken in.", "known": "Order {ref} stands in the books already.",
    "cancelled": "Order {ref} was cancelled, as its shop asked.",
    "skipped": "Order {ref} is not to be shipped; nothing was taken in.",
    "refunded": "What the shop refunded of {ref} is not sent any more.", "waits": "The refund waits for order {ref} of its shop.",
    "dismissed": "The error was dismissed. It stays under Settled.",
}  # fmt: skip


class IntakeErrors(Controller):
    """Intake errors."""

    path = "/intake-errors"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def errors(
        self, request: AnyRequest, view: FromQuery[str] = "open", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "", done: FromQuery[str] = "", ref: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of intake errors."""
        place = pages.place(after, before, int)
        flash = SAID[done].format(ref=ref[:100]) if done in SAID else None
        return _draw(request, pages.one_of(view, reads.VIEWS, "view"), pages.text(q), place, flash=flash)

    @post("/{error_id:int}/retry", opt=WRITE, sync_to_thread=True)
    def retry(self, request: AnyRequest, error_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Read it once more."""
        _ = body

        def again(session: db.Session) -> Taken:
            return intakes.retry(session, error_id, reads.store_of(session, error_id))

        taken = db.run(again)
        counts.forget()
        if taken.outcome == "error":
            say = f"Order {taken.ref} still cannot be taken. {taken.say}"
            return _draw(request, "open", "", Place(), flash=say, code=422)
        return web.redirect(f"/intake-errors{pages.query({'done': taken.outcome, 'ref': taken.ref})}")

    @post("/{error_id:int}/dismissal", opt=WRITE, sync_to_thread=True)
    def dismiss(self, error_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Let it be."""
        _ = body
        db.run(lambda session: intakes.dismiss(session, error_id))
        counts.forget()
        return web.redirect("/intake-errors?done=dismissed")


def _draw(
    request: AnyRequest, view: str, q: str, place: Place, *, flash: str | None, code: int = 200
) -> Response[Any]:
    with db.reading() as session:
        page = reads.page(session, view, q, place)
        rows = reads.rows(session, page.rows)
    n = counts.fresh("intake", counts.intake_errors)
    say = f"{counts.shown(n)} {'order was' if n == 1 else 'orders were'} not taken." if n else "Every order was taken."
    return web.page(
        "desk/intake.html", request, code=code, say=say, views=pages.views("/intake-errors", reads.VIEWS, view, {"open": n}),
        q=q, view=view, rows=rows, flash=flash, flash_kind="bad" if code != 200 else "ok",
        may_write="intake.write" in web.identity_of(request).permissions,
        pages=pages.pager(page, "/intake-errors", {"view": view, "q": q}, "newest first"),
    )  # fmt: skip
