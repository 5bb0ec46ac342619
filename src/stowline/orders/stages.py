"""The stage counters of orders and their lines, and the state that they mean."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import hooks
from stowline.core.hot import Columns, Hot
from stowline.inventory import service as inventory
from stowline.orders.events import PromiseLowered
from stowline.orders.models import Order, OrderLine
from stowline.orders.rules import STAGES, Counters, Way, derive_state

_orders = Order.__table__  # type: ignore[attr-defined]
AT_ONCE = 2000
_WAY = (_orders.c.ships, _orders.c.most_parcels, _orders.c.parcels)
COUNTERS = ("ordered", "cancelled", *STAGES)


def raise_stage(session: Session, order_id: int, stage: str, units: Mapping[int, int]) -> str:
    """Add (or take back, below zero) units to a stage of lines of one order: {line id: units}; the state after.

    The database's own checks keep ordered >= allocated >= released >= picked >= packed >= handed over >= returned;
    a change that would break them raises IntegrityError and undoes the transaction.
    """
    assert stage in STAGES
    for line_id, n in sorted(units.items()):
        _LINE[stage].later(session, i=line_id, n=n)
    row = _ORDER[stage].one(session, i=order_id, n=sum(units.values()))
    assert row is not None
    *counters, held, before, ships, most, parcels = row
    state = derive_state(Counters(*counters), held=bool(held), way=Way(ships, most, parcels))
    if state != before:
        _STATE.later(session, i=order_id, s=state)
    _tell_lowered(session, stage, units)
    return state


_LINE = {s: Hot(f"UPDATE order_line SET {s} = {s} + :n WHERE id = :i") for s in STAGES}  # noqa: S608  (own words)
_ORDER = {
    s: Hot(
        f"UPDATE orders SET {s} = {s} + :n WHERE id = :i RETURNING {', '.join(COUNTERS)}, held, state,"  # noqa: S608
        " ships, most_parcels, parcels"
    )
    for s in STAGES
}
_SUM = {s: Hot(f"UPDATE orders SET {s} = {s} + :n WHERE id = :i") for s in STAGES}  # noqa: S608
_STATE = Hot("UPDATE orders SET state = :s WHERE id = :i")
_ROWS = "FROM unnest(CAST(:i AS BIGINT[]), CAST(:n AS BIGINT[])) AS v(i, n)"
_LINES = {s: Columns(f"UPDATE order_line SET {s} = {s} + v.n {_ROWS} WHERE order_line.id = v.i", _LINE[s]) for s in STAGES}  # noqa: S608
_SUMS = {s: Columns(f"UPDATE orders SET {s} = {s} + v.n {_ROWS} WHERE orders.id = v.i", _SUM[s]) for s in STAGES}  # noqa: S608
_STATES = Columns("UPDATE orders SET state = v.s FROM unnest(CAST(:i AS BIGINT[]), CAST(:s AS TEXT[])) AS v(i, s)"
                  " WHERE orders.id = v.i", _STATE)  # fmt: skip


def raise_many(session: Session, stage: str, units: Mapping[int, Mapping[int, int]]) -> None:
    """The same for many orders in few statements: {order id: {line id: units}}."""
    if not units:
        return
    lines = [{"i": i, "n": n} for part in units.values() for i, n in part.items()]
    _LINES[stage].run(session, sorted(lines, key=lambda row: row["i"]))
    orders = [{"i": i, "n": sum(part.values())} for i, part in sorted(units.items())]
    _SUMS[stage].run(session, orders)
    rederive(session, list(units))
    _tell_lowered(session, stage, {i: n for part in units.values() for i, n in part.items()})


def _tell_lowered(session: Session, stage: str, units: Mapping[int, int]) -> None:
    if stage == "allocated" and (fewer := tuple(line_id for line_id, n in units.items() if n < 0)):
        hooks.tell(session, PromiseLowered(fewer))


def rederive(session: Session, order_ids: list[int]) -> None:
    """Say anew what state these orders are in, after a change of their rows that was no stage."""
    for start in range(0, len(order_ids), AT_ONCE):
        part = order_ids[start : start + AT_ONCE]
        columns = [_orders.c[name] for name in COUNTERS]
        rows = session.execute(sa.select(*columns, _orders.c.held, _orders.c.state, _orders.c.id, *_WAY)
                               .where(_orders.c.id.in_(part))).all()
        changed = [{"i": row.id, "s": state} for row in rows
                   if (state := derive_state(Counters(*row[:8]), held=bool(row.held), way=Way(*row[11:]))) != row.state]
        if changed:
            _STATES.run(session, changed)


def count_parcel(session: Session, order_id: int, n: int) -> None:
    """One more parcel of an order is closed (or, with -1, one fewer): how many there may be decides what may go next."""
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(parcels=_orders.c.parcels + n))
    rederive(session, [order_id])


def lock_stock(session: Session, order_id: int) -> tuple[int, ...]:
    """Stock levels are locked before orders, everywhere: so two verbs never wait for each other in a ring."""
    products = _product_ids(session, order_id)
    inventory.lock_levels(session, list(products))
    return products


def _product_ids(session: Session, order_id: int) -> tuple[int, ...]:
    query = select(OrderLine.product_id).where(OrderLine.order_id == order_id).distinct().order_by(col(OrderLine.product_id))
    return tuple(session.exec(query))
