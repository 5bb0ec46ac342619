"""Verbs of promises: make them, make them anew, note what was told and what became of it.

A promise is made at once, in the order's own transaction, when its shopper will be told; all others are made by a timer,
product by product and portion by portion, so that neither a scan nor a request waits for ten thousand lines. Standing
promises are locked last, after levels and orders, in order of their line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import queries, windows
from stowline.backorders.events import PromiseChanged
from stowline.backorders.forecast import Forecast, SupplyOf
from stowline.backorders.promise_models import Promise, PromiseDue, Standing
from stowline.backorders.queries import Promised, Queued
from stowline.backorders.windows import Window
from stowline.core import clock, outbox, timers
from stowline.core.config import settings
from stowline.core.hot import Hot
from stowline.orders import queries as orders
from stowline.orders.events import OrderEntered

TIMER = "promises"
SOON = timedelta(seconds=2)
_LOCK = 0x70726F6D  # the class of our advisory locks: "prom"
_due, _standing, _promises = PromiseDue.__table__, Standing.__table__, Promise.__table__  # type: ignore[attr-defined]
_WAITS_FOR = "held = FALSE AND ordered - cancelled > allocated AND allocated < ordered - cancelled"
_MARK = Hot(
    "INSERT INTO promise_due (product_id, cause, ref, say, ageing) SELECT CAST(:p AS INTEGER), :cause, :ref, :say, FALSE"  # noqa: S608
    f" WHERE EXISTS (SELECT 1 FROM order_line WHERE product_id = :p AND {_WAITS_FOR})"
)


@dataclass(frozen=True, slots=True)
class Why:
    """Why promises are made: in words for the house; for shoppers, `say` about the delivery `ref`; or only time passed."""

    cause: str
    ref: str = ""
    say: str = ""
    ageing: bool = False


# --- when -------------------------------------------------------------------------------------------------------------


def mark(session: Session, product_ids: Iterable[int], why: Why) -> None:
    """What is on its way of these products, or who waits for them, is otherwise now: the timer makes their promises anew.

    One statement for a product; nothing is written where nobody waits.
    """
    values = {"cause": why.cause[:300], "ref": why.ref[:100], "say": why.say[:1000]}
    marked = sum(_MARK.run(session, p=product_id, **values) for product_id in sorted(set(product_ids)))
    if marked:
        _ring(session)


def alone(session: Session, product_ids: Iterable[int], *, reading: bool = False) -> None:
    """Until this transaction ends, nobody else makes promises on these products or changes what is on its way of them
    (`reading`: none of those who change it). Locked after stock levels, in order of the product.

    Without it, an order that is placed while its delivery is revised would stand with the old days: each transaction is
    blind to the other's rows. SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = f"SELECT pg_advisory_xact_lock{'_shared' if reading else ''}({_LOCK}, p) FROM unnest(CAST(:ids AS INTEGER[])) p"  # noqa: S608
        session.execute(sa.text(lock), {"ids": sorted(set(product_ids))})


def mark_all(session: Session, why: Why) -> None:
    """Every product that somebody waits for: a day passed."""
    session.execute(
        sa.text(f"INSERT INTO promise_due (product_id, cause, ref, say, ageing) SELECT DISTINCT product_id, :cause, '', '', :ageing"  # noqa: S608
                f" FROM order_line WHERE {_WAITS_FOR}"), {"cause": why.cause, "ageing": why.ageing})  # fmt: skip
    _ring(session)


def _ring(session: Session) -> None:
    """Have the timer run soon. One that is to run soon anyway is left alone, so that scans do not queue for its row."""
    timer = session.execute(sa.text("SELECT due, rings FROM timer WHERE kind = :k AND ref = ''").columns(
        due=timers.Timer.__table__.c.due.type), {"k": TIMER}).one_or_none()  # type: ignore[attr-defined]
    soon = clock.now() + SOON
    if timer is None or timer.rings or timer.due > soon:
        timers.set_timer(session, TIMER, "", soon)


# --- making -----------------------------------------------------------------------------------------------------------


def on_entered(session: Session, fact: OrderEntered, supply_of: SupplyOf) -> None:
    """An order stands in line: promise it what it waits for. Those it stands before are looked at by the timer, and so
    is an order whose shopper is not told anything, or one with a very long line before it.
    """
    order = orders.order(session, fact.order_id)
    session.refresh(order)
    if order.held or order.ordered - order.cancelled <= order.allocated:
        return
    if not order.tell:
        mark(session, fact.product_ids, Why("order placed"))
        return
    alone(session, fact.product_ids, reading=True)
    lines, behind = queries.waiting_of(session, fact.order_id)
    if lines:
        supply = supply_of(session, sorted({line.product_id for line in lines}))
        settle(session, lines, Forecast.read(session, supply, [order.store_id]), Why("order placed"))
    mark(session, behind | (set(fact.product_ids) - {line.product_id for line in lines}), Why(f"order {order.ref} stands before others"))


def settle(session: Session, lines: Sequence[Queued], forecast: Forecast, why: Why) -> int:
    """Write the promise of each line where it is another than the one that stands: how many are."""
    before = _locked(session, [line.line_id for line in lines])
    rows, heads, told = [], [], []
    for line in lines:
        now = forecast.window(line.product_id, line.store_id, line.ahead, line.units)
        was = before.get(line.line_id)
        row, head, fact = _one(line, now, was, why, forecast.today)
        rows += [row] if row else []
        heads += [head] if head else []
        told += [(line.order_id, fact)] if fact else []
    if rows:
        session.execute(sa.insert(_promises), rows)
    _save(session, heads, before)
    for order_id, fact in told:
        outbox.record(session, fact, subject=order_id)
    return len(rows)


def _locked(session: Session, line_ids: list[int]) -> Mapping[int, Any]:
    if not line_ids:
        return {}
    query = sa.select(_standing).where(_standing.c.order_line_id.in_(line_ids)).order_by(_standing.c.order_line_id)
    return {row.order_line_id: row for row in session.execute(query.with_for_update())}


def _one(line: Queued, now: Window, was: Any, why: Why, today: date) -> tuple[Any, Any, PromiseChanged | None]:  # noqa: ANN401  (rows)
    """The new promise of a line, its standing row, and what the shopper must hear: None for what stays as it is."""
    same = was is not None and (was.p50, was.p90, was.arrival) == (now.p50, now.p90, now.arrival)
    revision = was.revision if same else (was.revision if was else 0) + 1
    fact, news = _news(line, now, was, why, revision, today)
    head = {
        "order_line_id": line.line_id, "order_id": line.order_id, "product_id": line.product_id, "revision": revision,
        "p50": now.p50, "p90": now.p90, "arrival": now.arrival, "arrivals": msgspec.json.encode(now.arrivals).decode(),
        "supplier": now.supplier, "source": now.source, "samples": now.n, **news,
        "first_p50": was.first_p50 if was and was.first_p90 else now.p50, "first_p90": was.first_p90 if was and was.first_p90 else now.p90,
    }  # fmt: skip
    if was is not None and all(getattr(was, name) == value for name, value in head.items()):
        return None, None, None
    row = None if same else {
        "order_line_id": line.line_id, "revision": revision, "at": clock.now(), "p50": now.p50, "p90": now.p90,
        "cause": why.cause[:300], "source": now.source, "samples": now.n, "arrival": now.arrival,
    }  # fmt: skip
    return row, head, fact


def _news(line: Queued, now: Window, was: Any, why: Why, revision: int, today: date) -> tuple[PromiseChanged | None, dict[str, Any]]:  # noqa: ANN401  (a row)
    """What goes beyond the days that were told is announced, once; back within them, the announcement is void."""
    quiet = {"news_revision": 0, "news_p90": None}
    if was is None or was.told_at is None:
        return None, quiet
    beyond = good = _good(now, was)
    if not good and not windows.news(now, was.told_p90, told=True):
        return None, quiet
    beyond = beyond or windows.news(now, was.told_p90, told=True, ageing=why.ageing, today=today)
    announced = {"news_revision": was.news_revision, "news_p90": was.news_p90}
    known = _known_good(was) if good else not windows.news(now, was.news_p90, told=True, ageing=why.ageing, today=today)
    if not beyond or (was.news_revision and known):
        return None, announced
    say = why.say if not why.ref or why.ref in (now.arrival, was.arrival) else ""
    fact = PromiseChanged(line.order_id, line.order_ref, line.line_id, revision, line.sku, line.units, beyond, was.told_p50,
                          was.told_p90, now.p50, now.p90, why.cause, say)
    return fact, {"news_revision": revision, "news_p90": now.p90}


def _good(now: Window, was: Any) -> str:  # noqa: ANN401  (a row)
    return windows.good_news(now, was.told_p50, was.told_p90, told=was.told_at is not None, least=settings().good_news_days)


def _known_good(was: Any) -> bool:  # noqa: ANN401  (a row)
    """Whether what is announced and not told yet is good news: the mail will tell the days that stand then."""
    return was.news_p90 is not None and (was.told_p50 is None or was.news_p90 < was.told_p50)


def _save(session: Session, heads: Sequence[dict[str, Any]], before: Mapping[int, Any]) -> None:
    """New standing rows are inserted, others changed; two that make the first one meet at its key, and one tries again."""
    new = [head for head in heads if head["order_line_id"] not in before]
    known = [{f"b_{name}": value for name, value in head.items()} for head in heads if head["order_line_id"] in before]
    if new:
        session.execute(sa.insert(_standing), [{**head, "first_told": False} for head in new])
    if known:
        columns = [name for name in heads[0] if name != "order_line_id"]
        change = sa.update(_standing).where(_standing.c.order_line_id == sa.bindparam("b_order_line_id"))
        session.connection().execute(change.values({name: sa.bindparam(f"b_{name}") for name in columns}), known)


# --- what shoppers were told ------------------------------------------------------------------------------------------


def tell(session: Session, shown: Sequence[Promised], message_id: int) -> None:
    """A message goes out that shows these promises: from now on they are what the shopper was told.

    If another promise stands meanwhile, its product is looked at once more.
    """
    if not shown:
        return
    now = clock.now()
    before = _locked(session, [one.line_id for one in shown])
    for one in shown:
        was = before[one.line_id]
        told: dict[str, Any] = {"told_at": now, "told_in": message_id, "told_p50": one.window.p50, "told_p90": one.window.p90,
                                "news_revision": 0, "news_p90": None}  # fmt: skip
        if not was.first_told and one.window.dated:
            told |= {"first_told": True, "first_p50": one.window.p50, "first_p90": one.window.p90}
        session.execute(sa.update(_standing).where(_standing.c.order_line_id == one.line_id).values(told))
    moved = {row.product_id for one in shown if (row := before[one.line_id]).revision != one.revision}
    mark(session, moved, Why("another promise stood before the message went"))


def owed_news(session: Session, order_id: int, *, good: bool = False) -> list[Promised]:
    """Lines of an order that wait and whose promise goes beyond what the shopper was told, or (`good`) is better news."""
    found = queries.waiting_promises(session, order_id)
    if good:
        return [one for one in found if _good(one.window, one)]
    return [one for one in found if windows.news(one.window, one.told_p90, told=one.told_at is not None)]
