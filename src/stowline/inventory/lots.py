"""Lots: their last day, and whether any of them may be sold."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog import queries as catalog
from stowline.core import author, clock, outbox, timers
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import shown
from stowline.inventory import queries, service, velocity
from stowline.inventory.events import LotHeld, LotReleased
from stowline.inventory.models import LONGEST_LOT, Balance, CountRequest, Lot
from stowline.inventory.rules import GOOD, HOLD, PICKABLE, sold_until
from stowline.people import service as people

TIMER = "lots-past-their-day"
SWEEP = "lot-on-hold"
_balance = Balance.__table__  # type: ignore[attr-defined]
_asked = CountRequest.__table__  # type: ignore[attr-defined]
OFTEN = timedelta(hours=6)
MOST = 5000  # rows of one lot (bins, serials) that are looked at in one go


def know(session: Session, product_id: int, code: str, expires_on: date | None = None) -> Lot:
    """The lot of a product under this code, made if it is new. One that may not be sold any more is held at once.

    Raises Refused if our books say another last day, or if the product's lots end and no day is known.
    """
    product = catalog.product(session, product_id)
    found = session.exec(select(Lot).where(Lot.product_id == product_id, Lot.code == code)).one_or_none()
    if product.expires and expires_on is None and (found is None or found.expires_on is None):
        raise Refused(f"{product.name} ends on a day: scan or type the last day of lot {code}.", where="expiry")
    if found is None:
        found = Lot(product_id=product_id, code=code, expires_on=expires_on, received_at=clock.now())
    elif expires_on is not None and found.expires_on is None:
        found.expires_on = expires_on
    elif expires_on not in (None, found.expires_on):
        raise Refused(f"Lot {code} ends on {found.expires_on} by our books, not on {expires_on}. Look at the pack again. A "
                      "manager corrects it on the lot's page.",
                      where="expiry")  # fmt: skip
    session.add(found)
    session.flush()
    if not found.held and _is_over(found, product.min_days_left):
        hold(session, found, _over(found, product.min_days_left))  # units of it may lie here, not yet seen by the timer
    return found


def named(
    session: Session, product_id: int, units: int, *, lot: str = "", serial: str = "", expires_on: date | None = None
) -> None:
    """Check that units which somebody brings into the books are named as their product asks, and know their lot.

    Raises Refused that says what is missing, or too much.
    """
    product = catalog.product(session, product_id)
    for wanted, said, what in ((product.lots, lot, "lot"), (product.serials, serial, "serial")):
        if wanted and not said:
            raise Refused(f"{product.name} is told apart by {what}s: say which {what}.", where=what)
        if said and not wanted:
            raise Refused(f"{product.name} has no {what}s: leave {shown(said)} out.", where=what)
        if len(said) > LONGEST_LOT or not said.isprintable() or said != said.strip():
            raise Refused(f"A {what} has at most {LONGEST_LOT} printable characters.", where=what)
    if serial and units != 1:
        raise Refused(f"Serial {serial} is one unit, not {units}.", where="quantity")
    if expires_on and not product.expires:
        raise Refused(f"{product.name} has no last day: leave {expires_on} out.", where="expires_on")
    if lot:
        know(session, product_id, lot, expires_on)


def _is_over(lot: Lot, min_days_left: int) -> bool:
    return lot.expires_on is not None and sold_until(lot.expires_on, min_days_left) < velocity.today()


def _over(lot: Lot, min_days_left: int) -> str:
    if min_days_left:
        return f"fewer than {min_days_left} days left: it ends on {lot.expires_on}"
    return f"it ended on {lot.expires_on}"


def set_last_day(session: Session, lot: Lot, ends: date) -> Lot:
    """Correct the last day of a lot, which somebody read wrongly; the same again changes nothing.

    One that may be sold no more by that day is held at once; one that is held stays so until somebody releases it. Raises
    Refused for a product whose lots do not end.
    """
    product = catalog.product(session, lot.product_id)
    if not product.expires:
        raise Refused(f"Lots of {product.name} do not end. Switch expiry on first.", where="expires_on")
    service.lock_levels(session, [lot.product_id])
    locked = session.exec(select(Lot).where(Lot.id == lot.id).with_for_update()).one()
    if locked.expires_on != ends:
        told = f"{product.sku}, lot {locked.code}: {ends}, was {locked.expires_on or 'not known'}"
        people.note(session, author.current().who, "Last day of a lot", told)
        locked.expires_on = ends
        session.add(locked)
        session.flush()
    if not locked.held and _is_over(locked, product.min_days_left):
        hold(session, locked, _over(locked, product.min_days_left))
    return locked


def by_code(session: Session, product_id: int, code: str) -> Lot:
    """A lot of a product. Raises NotFound."""
    found = session.exec(select(Lot).where(Lot.product_id == product_id, Lot.code == code)).one_or_none()
    if found is None:
        raise NotFound(f"There is no lot {code} of this product.", where="lot")
    return found


def hold(session: Session, lot: Lot, why: str) -> int:
    """None of a lot may be sold (recall, doubt): its units go on hold where they lie; how many. Orders that were promised
    them wait again; units already picked stay in their totes and parcels, and must be taken out by hand.

    Raises Refused without a reason.
    """
    if not why.strip():
        raise Refused("Say why the lot is held.", where="why")
    service.lock_levels(session, [lot.product_id])
    locked = session.exec(select(Lot).where(Lot.id == lot.id).with_for_update()).one()
    units = _put_on_hold(session, locked, why)
    locked.held = why.strip()[:200]
    session.add(locked)
    session.flush()
    sku = queries.sku(session, locked.product_id)
    outbox.record(session, LotHeld(sku, locked.code, units, locked.held))
    # Units that a rival put down at this very moment were not seen: look once more when it is certainly done.
    timers.set_timer(session, SWEEP, str(locked.id), clock.now() + timedelta(seconds=15))
    return units


def _put_on_hold(session: Session, lot: Lot, why: str) -> int:
    units = 0
    while rows := _good(session, lot):  # what went on hold is no more among them
        for place, serial, qty in rows:
            service.lose(session, product_id=lot.product_id, from_id=place, to_id=place, qty=qty, because="hold",
                         to_condition=HOLD, lot=lot.code, serial=serial, why=f"lot {lot.code} is held: {why}"[:200])  # fmt: skip
            units += qty
    return units


def _good(session: Session, lot: Lot) -> list[tuple[int, str, int]]:
    """(bin, serial, units) of a lot that may still be picked, that wait on the backorder shelf or at the dock for it, or
    that stand free elsewhere.
    """
    locations = queries.Location.__table__  # type: ignore[attr-defined]
    free = sa.case((locations.c.kind.in_((*PICKABLE, "backorder", "dock")), _balance.c.qty), else_=_balance.c.qty - _balance.c.bound)
    query = (
        sa.select(_balance.c.location_id, _balance.c.serial, free)
        .join(locations, locations.c.id == _balance.c.location_id)
        .where(_balance.c.product_id == lot.product_id, _balance.c.lot == lot.code, _balance.c.condition == GOOD, free > 0)
        .order_by(_balance.c.location_id, _balance.c.serial)
        .limit(MOST)
    )
    return [tuple(row) for row in session.execute(query)]


def sweep(session: Session, ref: str) -> None:
    """The timer's verb: what was put down while the lot was being held goes on hold too."""
    service.lock_levels(session, [session.exec(select(Lot.product_id).where(Lot.id == int(ref))).one()])
    lot = session.exec(select(Lot).where(Lot.id == int(ref)).with_for_update()).one()
    if lot.held:
        held, lot.held = lot.held, ""
        session.flush()
        _put_on_hold(session, lot, held)
        lot.held = held
        session.add(lot)
        session.flush()


def release(session: Session, lot: Lot) -> int:
    """A held lot may be sold again: its units are good again where they lie, but for those that a picker did not find;
    how many. Nothing happens to one that is not held. Raises Refused for one whose day is over.
    """
    service.lock_levels(session, [lot.product_id])
    locked = session.exec(select(Lot).where(Lot.id == lot.id).with_for_update()).one()
    if not locked.held:
        return 0
    product = catalog.product(session, locked.product_id)
    if _is_over(locked, product.min_days_left):
        raise Refused(f"Lot {locked.code} may not be sold any more: {_over(locked, product.min_days_left)}.", where="lot")
    locked.held = ""
    session.add(locked)
    session.flush()
    units = 0
    while rows := _on_hold(session, locked):
        for place, serial, qty in rows:
            service.move(session, product_id=locked.product_id, from_id=place, to_id=place, qty=qty, because="release",
                         condition=HOLD, to_condition=GOOD, lot=locked.code, serial=serial)  # fmt: skip
            units += qty
    outbox.record(session, LotReleased(queries.sku(session, locked.product_id), locked.code, units))
    return units


def _on_hold(session: Session, lot: Lot) -> list[tuple[int, str, int]]:
    """(bin, serial, units) on hold, without those that are only missing."""
    same = sa.and_(_asked.c.product_id == _balance.c.product_id, _asked.c.location_id == _balance.c.location_id,
                   _asked.c.lot == _balance.c.lot, _asked.c.serial == _balance.c.serial, _asked.c.done_at.is_(None))  # fmt: skip
    there = _balance.c.qty - sa.func.coalesce(_asked.c.missing, 0)
    query = (
        sa.select(_balance.c.location_id, _balance.c.serial, there)
        .outerjoin(_asked, same)
        .where(_balance.c.product_id == lot.product_id, _balance.c.lot == lot.code, _balance.c.condition == HOLD, there > 0)
        .order_by(_balance.c.location_id, _balance.c.serial)
        .limit(MOST)
    )
    return [tuple(row) for row in session.execute(query)]


def hold_what_is_over(session: Session, limit: int = 50) -> int:
    """Lots whose last day of sale is over go on hold: how many did. The nightly timer calls it until none is left."""
    done = 0
    for days in queries.days_needed(session):
        over = queries.lots_over(session, days, velocity.today() + timedelta(days=days), limit - done)
        for lot in over:
            hold(session, lot, _over(lot, days))
            done += 1
        if done >= limit:
            break
    return done


def every_night(session: Session, _ref: str) -> None:
    """The timer's verb: a portion of the lots whose day is over, then the next portion at once, or at midnight.

    Now and then by day too: a product may ask for more days left than it did.
    """
    more = hold_what_is_over(session) > 0
    timers.set_timer(session, TIMER, "", clock.now() if more else min(clock.now() + OFTEN, velocity.midnight()))
