"""Verbs of picking: carts and totes, taking units, running short, letting work go."""

from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.allocation import service as allocation
from stowline.core import clock, outbox
from stowline.core.errors import Conflict, Refused
from stowline.core.hot import Hot
from stowline.inventory import service as inventory
from stowline.inventory.events import UnitsMissing
from stowline.orders import dropping
from stowline.orders import queries as order_reads
from stowline.orders import service as orders
from stowline.orders.events import DemandDropped, UnitsUnlisted
from stowline.orders.refunds import REASON as REFUNDED
from stowline.picking import from_shelf, queries, waves
from stowline.picking.events import BinReached, LinePicked, LineRanShort, PickListDone, ToteConfirmed
from stowline.picking.models import Cart, PickLine, PickList, Tote
from stowline.picking.rules import Stop, color
from stowline.scanning import service as scanning

_lines, _lists = PickLine.__table__, PickList.__table__  # type: ignore[attr-defined]


def add_cart(session: Session, code: str, totes: list[str]) -> Cart:
    """The cart under this code with its totes (numbered and painted in order), made if it is new."""
    known = session.exec(select(Cart).where(Cart.code == code)).one_or_none()
    if known is not None:
        return known
    if not totes:
        raise Refused("A cart has at least one tote.", where="totes")
    cart = Cart(code=code)
    session.add(cart)
    session.flush()
    scanning.print_code(session, code, "cart", cart.id or 0, code)
    for number, tote_code in enumerate(totes, 1):
        place = inventory.add_location(session, tote_code, "tote", zone=code)
        tote = Tote(code=tote_code, cart_id=cart.id or 0, number=number, color=color(number), location_id=place.id or 0)
        session.add(tote)
        session.flush()
        scanning.print_code(session, tote_code, "tote", tote.id or 0, tote_code)
    return cart


def reach(session: Session, list_id: int, task: str, location_id: int | None, code: str) -> None:
    """The picker stands at a bin (None: nowhere yet)."""
    _AT.run(session, i=list_id, l=location_id)
    if code:
        outbox.record(session, BinReached(task, code))


_AT = Hot("UPDATE pick_list SET at_id = :l WHERE id = :i")
_PICKED = Hot("UPDATE pick_line SET picked = picked + :n WHERE id = :i AND state = 'open' AND picked + :n <= qty RETURNING qty, picked")


def take(session: Session, stop: Stop, units: int) -> Stop:
    """Units go from the bin into the tote; the line as it is then, which may have become shorter since it was read.

    Raises Conflict if a rival was quicker.
    """
    row = _PICKED.one(session, i=stop.id, n=units)
    if row is None:
        raise Conflict(f"{stop.name} was picked by somebody else just now.")
    inventory.move(session, product_id=stop.product_id, from_id=stop.from_id, to_id=stop.to_id, qty=units,
                   because="pick", unbind=True, bind=True, lot=stop.lot, serial=stop.serial)
    orders.raise_stage(session, stop.order_id, "picked", {stop.order_line_id: units})
    from_shelf.left(session, stop)
    outbox.record(session, LinePicked(stop.order_id, stop.sku, stop.name, units, stop.bin, stop.to_code),
                  subject=stop.order_id)
    return replace(stop, qty=row[0], picked=row[1])


def put_back(session: Session, stop: Stop, units: int) -> None:
    """Undo of take: the units are in their bin again, still bound to the line, which is open again.

    Raises Conflict once the order is at the pack bench.
    """
    inventory.lock_levels(session, [stop.product_id])  # before the order, for what the shop refunded meanwhile
    _not_at_the_bench(session, stop)
    refunded = dropping.back_in_stock(session, stop.order_line_id, units)
    done = session.execute(
        sa.update(_lines).where(_lines.c.id == stop.id, _lines.c.picked >= units, _lines.c.state.in_(("open", "done")))
        .values(picked=_lines.c.picked - units)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Conflict("This line was settled another way meanwhile. Nothing was undone.")
    orders.raise_stage(session, stop.order_id, "picked", {stop.order_line_id: -units})
    from_shelf.back(session, stop)
    inventory.move(session, product_id=stop.product_id, from_id=stop.to_id, to_id=stop.from_id, qty=units,
                   because="undo", unbind=True, bind=True, lot=stop.lot, serial=stop.serial)
    reopen_line(session, stop)
    if refunded:
        dropping.take_off(session, stop.order_line_id, refunded, REFUNDED)


def finish_line(session: Session, stop: Stop, task: str, *, tote: str = "", state: str = "done") -> None:
    """A line is settled; the last one closes its pick list. Raises Conflict if it was settled already."""
    if not _SETTLE.run(session, i=stop.id, s=state):
        raise Conflict(f"{stop.name} was settled by somebody else just now.")
    if tote:
        outbox.record(session, ToteConfirmed(stop.order_id, task, tote), subject=stop.order_id)
    lines, done = _COUNT.one(session, i=stop.pick_list_id) or (0, 0)
    if done >= lines:
        session.execute(sa.update(_lists).where(_lists.c.id == stop.pick_list_id).values(closed_at=clock.now()))
        outbox.record(session, PickListDone(task, lines))


_SETTLE = Hot("UPDATE pick_line SET state = :s WHERE id = :i AND state = 'open'")
_COUNT = Hot("UPDATE pick_list SET lines_done = lines_done + 1 WHERE id = :i RETURNING lines, lines_done")


def reopen_line(session: Session, stop: Stop) -> None:
    """A settled line is open again, and so is its pick list. Raises Conflict if the cart has another list by now, or
    the order is at the pack bench.
    """
    _not_at_the_bench(session, stop)
    back = session.execute(
        sa.update(_lines).where(_lines.c.id == stop.id, _lines.c.state == "done").values(state="open")
    )
    if not back.rowcount:  # type: ignore[attr-defined]
        return
    task = session.execute(sa.select(_lists.c.task).where(_lists.c.id == stop.pick_list_id)).scalar_one()
    other = queries.open_list(session, task)
    if other is not None and other.id != stop.pick_list_id:
        raise Conflict(f"{task} has other work by now. Nothing was undone.")
    session.execute(sa.update(_lists).where(_lists.c.id == stop.pick_list_id).values(
        lines_done=_lists.c.lines_done - 1, closed_at=None))


def _not_at_the_bench(session: Session, stop: Stop) -> None:
    order = order_reads.lock(session, stop.order_id)
    if order.packed > order.handed_over or order.handed_over >= order.ordered - order.cancelled:
        raise Conflict(f"Order {order.ref} is packed already. Take it out of its box first.")


def run_short(session: Session, stop: Stop, task: str, why: str = "") -> int:
    """The bin has no more of it: missing units lose their promise, are put on hold for a count, and are sought
    elsewhere; how many were found in other bins.

    What was picked stays picked. Units that no bin has make the line wait again.
    """
    missing = stop.left
    inventory.lock_levels(session, [stop.product_id])
    _shorten(session, stop, missing)
    inventory.set_aside(session, product_id=stop.product_id, location_id=stop.from_id, qty=missing, lot=stop.lot,
                        serial=stop.serial,
                        why=f"Short pick: {missing} of {stop.qty} missing{f'. {why}' if why else ''}")
    from_shelf.left(session, stop)
    outbox.record(session, LineRanShort(stop.order_id, stop.sku, stop.name, stop.bin, missing, why), subject=stop.order_id)
    allocation.fill(session, [stop.product_id])
    found = waves.extend(session, stop)
    finish_line(session, stop, task, state="done" if stop.picked else "short")
    free_empty_tote(session, stop.order_id)
    return found


def on_missing(session: Session, fact: UnitsMissing) -> None:
    """Bound units are about to leave their bin for good: open lines that were to take them run short, those released
    last first. Raises Conflict if no open line is to take them: they are in somebody's tote or box.
    """
    missing = fact.units - sum(fact.let_go)
    for stop in queries.open_stops_at(session, fact.product_id, fact.location_id, fact.lot, fact.serial):
        if missing <= 0:
            return
        n = min(missing, stop.left)
        _shorten(session, stop, n)
        inventory.unbind(session, product_id=stop.product_id, location_id=stop.from_id, qty=n, lot=stop.lot,
                         serial=stop.serial)
        from_shelf.left(session, stop)
        outbox.record(session, LineRanShort(stop.order_id, stop.sku, stop.name, stop.bin, n, fact.why),
                      subject=stop.order_id)
        if n == stop.left:
            task = session.execute(sa.select(_lists.c.task).where(_lists.c.id == stop.pick_list_id)).scalar_one()
            finish_line(session, stop, task, state="done" if stop.picked else "short")
            free_empty_tote(session, stop.order_id)
        missing -= n
    if missing > 0:
        raise Conflict(f"{missing} of these units are in a tote or a box already. Take them out first.")


def on_unlisted(session: Session, fact: UnitsUnlisted) -> None:
    """Units of an order line are to be picked no more: of its open pick lines those that were released last are let go first.
    They are promised to the line still. What a picker took meanwhile stays taken.
    """
    left = fact.units
    for stop in queries.open_stops_of(session, fact.line_id):
        n = min(left, stop.left)
        if n <= 0:
            continue
        left -= n
        _unlist(session, stop, n)
        inventory.unbind(session, product_id=stop.product_id, location_id=stop.from_id, qty=n, lot=stop.lot, serial=stop.serial)
        from_shelf.left(session, stop)
        if n == stop.left:
            task = session.execute(sa.select(_lists.c.task).where(_lists.c.id == stop.pick_list_id)).scalar_one()
            finish_line(session, stop, task, state="done" if stop.picked else "dropped")
            free_empty_tote(session, stop.order_id)


def give_back(session: Session, line_id: int, units: int, *, lot: str, serial: str) -> None:
    """Units that were picked for an order line are for it no more, and go out of its tote or box: pick lists forget them."""
    query = select(PickLine).where(PickLine.order_line_id == line_id, PickLine.lot == lot, PickLine.serial == serial, PickLine.picked > 0)
    for line in session.exec(query.order_by(col(PickLine.id).desc()).with_for_update().execution_options(populate_existing=True)).all():
        n = min(units, line.picked)
        units -= n
        line.picked -= n
        line.qty, line.state = (line.qty - n, line.state) if line.qty > n else (line.qty, "dropped")
        session.add(line)
    session.flush()


def _shorten(session: Session, stop: Stop, units: int) -> None:
    """So many units of a line are sought no more: they lose their promise. Raises Conflict if a rival was quicker.

    A line keeps at least one unit on paper, so that it can say that it ran short.
    """
    _unlist(session, stop, units)
    orders.raise_stage(session, stop.order_id, "allocated", {stop.order_line_id: -units})
    inventory.promise(session, {stop.product_id: -units})


def _unlist(session: Session, stop: Stop, units: int) -> None:
    qty = (stop.qty - units) or stop.qty
    as_seen = sa.and_(_lines.c.id == stop.id, _lines.c.state == "open", _lines.c.picked == stop.picked, _lines.c.qty == stop.qty)
    if not session.execute(sa.update(_lines).where(as_seen).values(qty=qty)).rowcount:  # type: ignore[attr-defined]
        raise Conflict(f"{stop.name} was picked by somebody else just now.")
    orders.raise_stage(session, stop.order_id, "released", {stop.order_line_id: -units})


def on_dropped(session: Session, fact: DemandDropped) -> None:
    """An order is cancelled: its open pick lines are dropped and their bins unbound; its tote is free."""
    stops = [queries.stop(session, line.id or 0) for line in queries.open_lines_of(session, fact.order_id)]
    for stop in stops:
        if stop.picked:
            raise Conflict("Units of this order are in a tote already. Undo the picks first.")
        # Released no more, before they are unbound: units of a recalled lot then go on hold, and their promise with them.
        orders.raise_stage(session, fact.order_id, "released", {stop.order_line_id: -stop.qty})
        inventory.unbind(session, product_id=stop.product_id, location_id=stop.from_id, qty=stop.qty,
                         lot=stop.lot, serial=stop.serial)
        from_shelf.left(session, stop)
        task = session.execute(sa.select(_lists.c.task).where(_lists.c.id == stop.pick_list_id)).scalar_one()
        finish_line(session, stop, task, state="dropped")
    free_tote(session, fact.order_id)


def free_tote(session: Session, order_id: int) -> int | None:
    """The tote of an order is empty now: its id, if there was one."""
    tote = queries.tote_of(session, order_id)
    if tote is None:
        return None
    tote.order_id = None
    session.add(tote)
    session.flush()
    return tote.id


def free_empty_tote(session: Session, order_id: int) -> None:
    """An order of which nothing was picked, and nothing is to be picked any more, needs its tote no longer."""
    order = order_reads.lock(session, order_id)
    if order.picked <= order.handed_over and not queries.open_lines_of(session, order_id):
        free_tote(session, order_id)


def give_tote_back(session: Session, tote_id: int, order_id: int) -> None:
    """Undo of free_tote. Raises Conflict if the tote holds another order by now."""
    tote = session.get(Tote, tote_id)
    if tote is None or tote.order_id not in (None, order_id):
        raise Conflict("The tote holds another order by now. Nothing was undone.")
    tote.order_id = order_id
    session.add(tote)
    session.flush()
