"""How promises were kept: noted when the last unit of a line leaves the house, and learned from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import queries, windows
from stowline.backorders.promise_models import LeadTime, PromiseOutcome, Standing
from stowline.backorders.queries import ALL, HANDLING, SUPPLIER
from stowline.backorders.windows import History
from stowline.core import clock, outbox
from stowline.core.outbox import Happened
from stowline.inventory import velocity
from stowline.orders import queries as orders

REMEMBERED = timedelta(days=400)
MOST_LEARNED = 20_000
_outcomes, _standing, _times = PromiseOutcome.__table__, Standing.__table__, LeadTime.__table__  # type: ignore[attr-defined]


def on_handed_over(session: Session, happened: Happened) -> None:
    """A parcel left: lines of its order that waited and have left whole are measured by what was promised. Once each."""
    order_id = happened.values["order_id"]
    rows = {row.order_line_id: row for row in session.execute(sa.select(_standing).where(_standing.c.order_id == order_id))}
    if not rows:
        return
    known = set(session.execute(sa.select(_outcomes.c.order_line_id).where(_outcomes.c.order_id == order_id)).scalars())
    order, filled, left = orders.order(session, order_id), _filled(session, order_id), velocity.day_of(happened.at)
    for line in orders.lines(session, order_id):
        row = rows.get(line.id)
        if row is None or line.id in known or not line.handed_over or line.handed_over < line.ordered - line.cancelled:
            continue
        came = min(filled.get(line.sku, left), left)
        session.execute(sa.insert(_outcomes), {
            "order_line_id": line.id, "order_id": order_id, "store_id": order.store_id, "supplier": row.supplier,
            "p50": row.first_p50, "p90": row.first_p90, "told": row.first_told, "filled_on": came, "handed_on": left,
            "working_days": windows.working_days_between(came, left)})  # fmt: skip


def on_handover_undone(session: Session, happened: Happened) -> None:
    """A parcel is back: what has not left whole any more was not kept yet."""
    order_id = happened.values["order_id"]
    back = [line.id for line in orders.lines(session, order_id) if line.handed_over < line.ordered - line.cancelled]
    session.execute(sa.delete(_outcomes).where(_outcomes.c.order_line_id.in_(back)))


def _filled(session: Session, order_id: int) -> dict[str, date]:
    """The day on which the last units came, by SKU, as the order's diary has it."""
    diary = outbox.diary(session, order_id, limit=2000)
    return {one.values["sku"]: velocity.day_of(one.at) for one in diary if one.name == "BackorderFilled"}


# --- learning ---------------------------------------------------------------------------------------------------------


def learn(session: Session, slips: Mapping[int, Iterable[list[tuple[int, float]]]]) -> None:
    """Keep what suppliers (cases of days and weights, by the supplier's id) and our own stores needed of late."""
    by_supplier = {ref: list(cases) for ref, cases in slips.items()}
    _keep(session, SUPPLIER, by_supplier)
    since = velocity.today() - REMEMBERED
    query = (
        sa.select(_outcomes.c.store_id, _outcomes.c.working_days).where(_outcomes.c.handed_on >= since)
        .order_by(_outcomes.c.handed_on.desc(), _outcomes.c.order_line_id.desc()).limit(MOST_LEARNED)
    )  # fmt: skip
    by_store: dict[int, list[list[tuple[int, float]]]] = defaultdict(list)
    for store_id, days in session.execute(query):
        by_store[store_id].append([(days, 1.0)])
    _keep(session, HANDLING, by_store)


def _keep(session: Session, kind: str, cases: Mapping[int, list[list[tuple[int, float]]]]) -> None:
    found: dict[int, History] = {ref: windows.history(one) for ref, one in cases.items() if ref != ALL}
    found[ALL] = windows.history(case for one in cases.values() for case in one)
    session.execute(sa.delete(_times).where(_times.c.kind == kind))
    session.execute(sa.insert(_times), [
        {"kind": kind, "ref": ref, "n": one.n, "days": msgspec.json.encode(sorted(one.days.items())).decode(),
         "learned_at": clock.now()} for ref, one in sorted(found.items())])  # fmt: skip


def last_learned(session: Session, within: timedelta) -> bool:
    """Whether what was learned is not older than that."""
    at = queries.learned_at(session)
    return at is not None and clock.now() - at < within
