"""Stock moves. The only writer of bins, balances, levels and the ledger."""

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog import arrivals
from stowline.core import author, clock, hooks, outbox
from stowline.core.errors import Conflict, Refused
from stowline.core.hot import Hot
from stowline.inventory import queries, tally
from stowline.inventory.events import CountRequested, StockFreed, StockLeaving, UnitsMissing
from stowline.inventory.models import Balance, Location, StockLevel
from stowline.inventory.rules import GOOD, HOLD, KINDS, REASONS
from stowline.scanning import service as scanning

LAST_VIRTUAL = 4
_balance = Balance.__table__  # type: ignore[attr-defined]
_level = StockLevel.__table__  # type: ignore[attr-defined]


class NotEnough(Conflict):
    """Fewer units are there than the move needs."""


def add_location(session: Session, code: str, kind: str, *, zone: str = "", sequence: int = 0) -> Location:
    """The bin under this code, made if it is new. Raises Refused for a kind or code that cannot be."""
    if kind not in KINDS:
        raise Refused(f"A bin is one of: {', '.join(KINDS)}.", where="kind")
    if not code or len(code) > 60 or code != code.strip() or not code.isprintable():
        raise Refused("A bin code is 1 to 60 printable characters.", where="code")
    known = session.exec(select(Location).where(Location.code == code)).one_or_none()
    if known is not None:
        return known
    location = Location(code=code, kind=kind, zone=zone, sequence=sequence)
    session.add(location)
    session.flush()
    if kind != "tote":  # picking enters totes itself: a tote is more than a bin
        scanning.print_code(session, code, "bin", location.id or 0, code)
    return location


def move(
    session: Session,
    *,
    product_id: int,
    from_id: int,
    to_id: int,
    qty: int,
    because: str,
    condition: str = GOOD,
    to_condition: str | None = None,
    unbind: bool = False,
    bind: bool = False,
    lot: str = "",
    serial: str = "",
) -> None:
    """Move `qty` whole units of a product from one place to another, with its ledger line, all or nothing.

    `unbind` takes units that were bound there (a pick line's), `bind` leaves them bound where they arrive. Good units
    that come from outside, or from hold, are told as StockFreed at once; those of a lot that is held arrive on hold. Raises NotEnough if they are not there,
    Refused for a quantity below one or a kit, Conflict for a serial that lies somewhere in the house already and for
    units that come in named otherwise than those of their product are.
    """
    if qty < 1:
        raise Refused("Stock moves in whole units, at least one.", where="quantity")
    assert because in REASONS
    after, comes = to_condition or condition, from_id <= LAST_VIRTUAL < to_id
    if lot and after == GOOD and not bind and to_id > LAST_VIRTUAL and is_held(session, product_id, lot):
        after = HOLD
    if comes:
        _look_before(session, product_id, from_id, because, after, serial)
    if from_id > LAST_VIRTUAL:
        _take(session, product_id, from_id, condition, qty, lot, serial, unbind=unbind)
    if to_id > LAST_VIRTUAL:
        _put(session, product_id, to_id, after, qty, lot, serial, bind=bind)
    _log(session, product_id, from_id, to_id, qty, because, condition, after, lot, serial)
    was_good, is_good = from_id > LAST_VIRTUAL and condition == GOOD, to_id > LAST_VIRTUAL and after == GOOD
    _change_level(session, product_id, qty, int(is_good) - int(was_good))
    if comes:
        arrivals.admit(session, product_id, lot, serial)  # last: its level is locked, so nobody makes it a kit meanwhile


def _change_level(session: Session, product_id: int, qty: int, sign: int) -> None:
    """So many good units more, or fewer, or as many as before."""
    if sign > 0:
        _RAISE.later(session, p=product_id, n=qty)
        hooks.tell(session, StockFreed((product_id,)))
    elif sign < 0:
        _lower(session, product_id, qty)


def _look_before(session: Session, product_id: int, from_id: int, because: str, after: str, serial: str) -> None:
    """Units come from outside. Raises Conflict for a serial whose undo does not bring it from where it went last: it was
    in the house since, and left.
    """
    if after != GOOD:
        lock_levels(session, [product_id])  # good units change it, which locks it too
    if not serial or because != "undo":
        return
    last = _WENT_TO.one(session, p=product_id, sn=serial)
    if last is not None and last[0] != from_id:
        raise Conflict(f"Serial {serial} was somewhere else since. Nothing was undone: look where it is.", where="serial")


_WENT_TO = Hot(
    "SELECT to_id FROM ledger WHERE product_id = :p AND serial = :sn AND serial <> '' ORDER BY id DESC LIMIT 1"
)


def is_held(session: Session, product_id: int, lot: str) -> bool:
    """Whether none of a lot may be sold."""
    return _HELD.one(session, p=product_id, lt=lot) is not None


_HELD = Hot("SELECT 1 FROM lot WHERE product_id = :p AND code = :lt AND held <> ''")
_TAKE = Hot(
    "UPDATE balance SET qty = qty - :n WHERE product_id = :p AND location_id = :l AND lot = :lt AND serial = :sn"
    " AND condition = :c AND qty - bound >= :n"
)
_TAKE_BOUND = Hot(
    "UPDATE balance SET qty = qty - :n, bound = bound - :n"
    " WHERE product_id = :p AND location_id = :l AND lot = :lt AND serial = :sn AND condition = :c AND bound >= :n"
)
_PUT = Hot(
    "INSERT INTO balance (product_id, location_id, lot, serial, condition, qty, bound)"
    " VALUES (:p, :l, :lt, :sn, :c, :n, :b) ON CONFLICT (product_id, location_id, lot, serial, condition)"
    " DO UPDATE SET qty = balance.qty + excluded.qty, bound = balance.bound + excluded.bound"
)
# Whatever changes a level says in the same statement that the change feed has not told it yet (inventory/feed.py).
_RAISE = Hot(
    "INSERT INTO stock_level (product_id, on_hand, promised) VALUES (:p, :n, 0)"
    " ON CONFLICT (product_id) DO UPDATE SET on_hand = stock_level.on_hand + excluded.on_hand, told = FALSE"
)
_LOWER = Hot(
    "UPDATE stock_level SET on_hand = on_hand - :n, told = FALSE WHERE product_id = :p AND on_hand - promised >= :n"
)
_SHIP = Hot(
    "UPDATE stock_level SET on_hand = on_hand - :n, promised = promised - :n, told = FALSE"
    " WHERE product_id = :p AND promised >= :n"
)
_UNSHIP = Hot(
    "UPDATE stock_level SET on_hand = on_hand + :n, promised = promised + :n, told = FALSE WHERE product_id = :p"
)
_SERIAL_HERE = Hot(
    "SELECT l.code FROM balance b JOIN location l ON l.id = b.location_id"
    " WHERE b.product_id = :p AND b.serial = :sn AND b.serial <> '' AND b.qty > 0"
)


def lose(
    session: Session, *, product_id: int, from_id: int, to_id: int, qty: int, because: str, why: str,
    condition: str = GOOD, to_condition: str | None = None, lot: str = "", serial: str = "",
) -> None:  # fmt: skip
    """Units leave a bin although they may be spoken for: to scrap, to adjustment, or into another condition.

    Pick lines that were to take them run short (UnitsMissing), then whoever was promised them waits again, last in line
    first (StockLeaving). `why` is told to the order's diary. Raises NotEnough if fewer lie there at all, Conflict if
    they are in somebody's tote or box.
    """
    if condition == GOOD and (to_condition or GOOD, to_id > LAST_VIRTUAL) != (GOOD, True):
        lock_levels(session, [product_id])
        there, bound = queries.quantity(session, product_id, from_id, condition, lot, serial)
        if there < qty:
            raise _not_enough(session, product_id, from_id, condition, qty, lot, serial)
        if there - bound < qty:
            missing = qty - (there - bound)
            hooks.tell(session, UnitsMissing(product_id, from_id, lot, serial, missing, why))
        hooks.tell(session, StockLeaving(product_id, qty, why))
    move(session, product_id=product_id, from_id=from_id, to_id=to_id, qty=qty, because=because, condition=condition,
         to_condition=to_condition, lot=lot, serial=serial)
    hooks.tell(session, StockFreed((product_id,)))  # a line that ran short may be served from another bin


def _take(
    session: Session, product_id: int, location_id: int, condition: str, qty: int, lot: str, serial: str, *, unbind: bool
) -> None:
    statement = _TAKE_BOUND if unbind else _TAKE
    if not statement.run(session, p=product_id, l=location_id, lt=lot, sn=serial, c=condition, n=qty):
        raise _not_enough(session, product_id, location_id, condition, qty, lot, serial)


def _not_enough(
    session: Session, product_id: int, location_id: int, condition: str, qty: int, lot: str, serial: str
) -> NotEnough:
    code = queries.location(session, location_id).code
    there, bound = queries.quantity(session, product_id, location_id, condition, lot, serial)
    what = f"of serial {serial}" if serial else f"of lot {lot}" if lot else "of this"
    return NotEnough(f"{code} has {there - bound} free units {what}, {qty} are needed.", where=code)


def _put(
    session: Session, product_id: int, location_id: int, condition: str, qty: int, lot: str, serial: str, *, bind: bool
) -> None:
    if serial and (where := _SERIAL_HERE.one(session, p=product_id, sn=serial)):
        raise Conflict(f"Serial {serial} lies in {where[0]} already. Look at the number again.", where="serial")
    _PUT.later(session, p=product_id, l=location_id, lt=lot, sn=serial, c=condition, n=qty, b=qty if bind else 0)


def _lower(session: Session, product_id: int, qty: int) -> None:
    """Good units leave the count; promised ones must have been taken back or shipped before."""
    if not _LOWER.run(session, p=product_id, n=qty):
        raise NotEnough("These units are promised to orders.", where="quantity")


def ship(
    session: Session, *, product_id: int, from_id: int, to_id: int, qty: int, lot: str = "", serial: str = ""
) -> None:
    """Bound, promised units leave the house: ledger, balance, on hand and promised fall together."""
    _take(session, product_id, from_id, GOOD, qty, lot, serial, unbind=True)
    _log(session, product_id, from_id, to_id, qty, "handover", GOOD, GOOD, lot, serial)
    if not _SHIP.run(session, p=product_id, n=qty):
        raise NotEnough("These units are not promised to this order.", where="quantity")


def unship(
    session: Session, *, product_id: int, from_id: int, to_id: int, qty: int, lot: str = "", serial: str = ""
) -> None:
    """Take a handover back: the units stand bound and promised where they stood. The level is locked. Raises Conflict
    for a serial that came back into the house meanwhile, Refused or Conflict as `move` does for what comes in.
    """
    arrivals.admit(session, product_id, lot, serial)
    _put(session, product_id, to_id, GOOD, qty, lot, serial, bind=True)
    _log(session, product_id, from_id, to_id, qty, "undo", GOOD, GOOD, lot, serial)
    _UNSHIP.run(session, p=product_id, n=qty)


def _log(
    session: Session, product_id: int, from_id: int, to_id: int, qty: int, because: str, from_condition: str,
    to_condition: str, lot: str, serial: str,
) -> None:  # fmt: skip
    who, device = author.current()
    _LOG.later(session, at=clock.now(), p=product_id, f=from_id, t=to_id, fc=from_condition, tc=to_condition, n=qty,
               r=because, s=outbox.cause.get(), lt=lot, sn=serial, w=who, d=device)


_LOG = Hot(
    "INSERT INTO ledger (at, product_id, from_id, to_id, lot, serial, from_condition, to_condition, qty, reason,"
    " scan_id, who, device) VALUES (:at, :p, :f, :t, :lt, :sn, :fc, :tc, :n, :r, :s, :w, :d)"
)


def bind(session: Session, *, product_id: int, location_id: int, qty: int, lot: str = "", serial: str = "") -> None:
    """Speak for good units in a bin (a pick line will take them). Raises NotEnough if a rival was quicker."""
    if not _BIND.run(session, p=product_id, l=location_id, n=qty, lt=lot, sn=serial):
        raise NotEnough("Another pick list took these units just now.")


_BIND = Hot(
    "UPDATE balance SET bound = bound + :n WHERE product_id = :p AND location_id = :l AND lot = :lt AND serial = :sn"
    " AND condition = 'good' AND qty - bound >= :n"
)


def unbind(session: Session, *, product_id: int, location_id: int, qty: int, lot: str = "", serial: str = "") -> None:
    """Speak for them no longer. What belongs to a lot that is held goes on hold."""
    if lot and is_held(session, product_id, lot):
        hooks.tell(session, StockLeaving(product_id, qty, f"lot {lot} is held"))
        move(session, product_id=product_id, from_id=location_id, to_id=location_id, qty=qty, because="hold",
             to_condition=HOLD, unbind=True, lot=lot, serial=serial)
        return
    _UNBIND.run(session, p=product_id, l=location_id, n=qty, lt=lot, sn=serial)


_UNBIND = Hot(
    "UPDATE balance SET bound = bound - :n WHERE product_id = :p AND location_id = :l AND lot = :lt AND serial = :sn"
    " AND condition = 'good'"
)


def lock_levels(session: Session, product_ids: list[int]) -> dict[int, int]:
    """Lock the stock levels of these products, in order of id: {product id: free units}. Allocation's only lock.

    A product that was never in the house gets its level here: else an order and the first receipt, at the same moment,
    would have no row to meet at, and the order would wait beside free stock.
    """
    ids = sorted(set(product_ids))
    free: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        found = _locked(session, part)
        if len(found) < len(part):
            for product_id in part:
                if product_id not in found:
                    _OPEN.run(session, p=product_id)
            found = _locked(session, part)
        free.update(found)
    return free


def _locked(session: Session, ids: list[int]) -> dict[int, int]:
    query = sa.select(_level.c.product_id, _level.c.on_hand - _level.c.promised).where(_level.c.product_id.in_(ids))
    return dict(session.execute(query.order_by(_level.c.product_id).with_for_update()).all())


_OPEN = Hot("INSERT INTO stock_level (product_id, on_hand, promised) VALUES (:p, 0, 0) ON CONFLICT DO NOTHING")


def promise(session: Session, promises: dict[int, int]) -> None:
    """Promise (or, with negative units, give back) units of products whose levels are locked."""
    rows = [{"p": p, "n": n} for p, n in sorted(promises.items()) if n]
    if rows:
        session.connection().execute(
            sa.text("UPDATE stock_level SET promised = promised + :n, told = FALSE WHERE product_id = :p"), rows
        )


def set_aside(
    session: Session, *, product_id: int, location_id: int, qty: int, why: str, lot: str = "", serial: str = ""
) -> None:
    """Bound units that the books have in a bin but nobody finds: on hold there until the bin is counted.

    The promise of these units must have been given back before.
    """
    move(session, product_id=product_id, from_id=location_id, to_id=location_id, qty=qty, because="short",
         to_condition=HOLD, unbind=True, lot=lot, serial=serial)
    ask_for_count(session, product_id=product_id, location_id=location_id, why=why, lot=lot, serial=serial, missing=qty)


def ask_for_count(
    session: Session, *, product_id: int, location_id: int, why: str, lot: str = "", serial: str = "", missing: int = 0,
    kind: str = "surprise",
) -> None:  # fmt: skip
    """Put a bin on the list of bins to count; one open request for each product (lot, serial) and bin, which adds up
    the `missing` units. `kind` says what asked for it (`tally.KINDS`); where units are missing it is a short pick.
    """
    kind = "short" if missing else kind
    _ASK.run(session, l=location_id, p=product_id, lt=lot, sn=serial, m=missing, w=why[:200], at=clock.now(), k=kind,
             u=tally.PRIORITY[kind], by=author.current().who)
    bin_, sku = queries.location(session, location_id).code, queries.sku(session, product_id)
    outbox.record(session, CountRequested(bin=bin_, sku=sku, why=why))


_ASK = Hot(
    "INSERT INTO count_request (location_id, product_id, lot, serial, missing, why, at, kind, priority, who)"
    " VALUES (:l, :p, :lt, :sn, :m, :w, :at, :k, :u, :by)"
    " ON CONFLICT (location_id, product_id, lot, serial) WHERE done_at IS NULL"
    " DO UPDATE SET missing = count_request.missing + excluded.missing,"
    " priority = CASE WHEN excluded.priority < count_request.priority THEN excluded.priority ELSE count_request.priority END,"
    " kind = CASE WHEN excluded.missing > 0 AND count_request.round = 1 THEN excluded.kind ELSE count_request.kind END,"
    " who = CASE WHEN excluded.missing > 0 THEN excluded.who ELSE count_request.who END"
)
