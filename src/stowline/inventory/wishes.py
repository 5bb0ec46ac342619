"""What somebody wants to change in the books, and whether that can be."""

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog import kits
from stowline.catalog import queries as catalog
from stowline.core.errors import Conflict, Refused
from stowline.inventory import lots, queries, service
from stowline.inventory.adjustment_models import AdjustReason
from stowline.inventory.models import CountRequest, Location
from stowline.inventory.rules import CONDITIONS, DAMAGED, GOOD

MOST_UNITS = 1_000_000
COUNTABLE = ("dock", "storage", "pick", "staging", "quarantine", "returns")  # units in the others belong to orders
_asked = CountRequest.__table__  # type: ignore[attr-defined]


class TooFew(service.NotEnough):
    """Fewer units lie there than somebody wants to take: the bin is to be counted (`surprised`)."""

    def __init__(self, say: str, wish: "Wish") -> None:
        super().__init__(say, where="units")
        self.wish = wish


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to change: so many units (signed) of a product in a bin, and why.

    `expires_on` is needed where units of a lot come in that nobody knows yet, of a product that ends on a day.
    """

    product_id: int
    location_id: int
    units: int
    reason: str
    note: str = ""
    condition: str = GOOD
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None


def checked(session: Session, wish: Wish) -> tuple[AdjustReason, Location]:
    """The reason and the bin of a wish. Raises Refused for one that cannot be, whatever lies there."""
    reason, place = _reason(session, wish), _place(session, wish)
    if wish.units < 0 and reason.goes_to == DAMAGED == wish.condition:
        raise Refused("These units are damaged by the books already. Scrap them, or leave them.", where="condition")
    _check_units(session, wish)
    return reason, place


def _reason(session: Session, wish: Wish) -> AdjustReason:
    found = session.exec(select(AdjustReason).where(AdjustReason.code == wish.reason)).one_or_none()
    if found is None or not found.active:
        raise Refused(f"There is no reason {wish.reason[:40] or 'without name'}. Choose one from the list.", where="reason")
    if not wish.units:
        raise Refused("Nothing is to be adjusted: say how many units more, or fewer.", where="units")
    if abs(wish.units) > MOST_UNITS:
        raise Refused(f"One adjustment changes at most {MOST_UNITS:,} units.", where="units")
    if wish.units > 0 and found.direction == "out":
        raise Refused(f"“{found.label}” takes units out of the books. Give the units as a negative number.", where="units")
    if wish.units < 0 and found.direction == "in":
        raise Refused(f"“{found.label}” brings units into the books. Give the units as a positive number.", where="units")
    return found


def _place(session: Session, wish: Wish) -> Location:
    place = queries.location(session, wish.location_id)
    if (place.id or 0) <= service.LAST_VIRTUAL:
        raise Refused(f"{place.code} is no bin that goods lie in. Name the bin.", where="bin")
    if wish.condition not in CONDITIONS:
        raise Refused("A condition is one of: good, damaged, hold.", where="condition")
    if wish.units > 0 and place.kind not in COUNTABLE:
        raise Refused(f"What lies in {place.code} belongs to orders. Book found units into a storage bin.", where="bin")
    return place


def _check_units(session: Session, wish: Wish) -> None:
    """What tells the units apart must be named, and nothing else."""
    kits.refuse_stock(session, wish.product_id)
    if wish.units > 0:
        lots.named(session, wish.product_id, wish.units, lot=wish.lot, serial=wish.serial, expires_on=wish.expires_on)
        return
    product = catalog.product(session, wish.product_id)
    for what, wanted, said in (("lot", product.lots, wish.lot), ("serial", product.serials, wish.serial)):
        if wanted and not said:
            raise Refused(f"{product.name} is told apart by {what}s: say which {what}.", where=what)
        if said and not wanted:
            raise Refused(f"{product.name} has no {what}s: leave the {what} empty.", where=what)
    if wish.serial and wish.units != -1:
        raise Refused(f"Serial {wish.serial} is one unit, not {-wish.units}.", where="units")


def look(session: Session, wish: Wish, place: Location) -> None:
    """Whether so many units lie there, spoken for or not; the product's level is locked. Raises TooFew, or Conflict for a
    serial that lies elsewhere.
    """
    there, _ = queries.quantity(session, wish.product_id, wish.location_id, wish.condition, wish.lot, wish.serial)
    if there >= -wish.units:
        return
    if wish.serial and (code := _lies_in(session, wish)) not in ("", place.code):
        raise Conflict(f"Serial {wish.serial} lies in {code}, not in {place.code}. Adjust it there.", where="serial")
    what = f" of serial {wish.serial}" if wish.serial else f" of lot {wish.lot}" if wish.lot else ""
    raise TooFew(f"{place.code} has {there} {wish.condition} units{what} by the books, {-wish.units} cannot be taken. "
                 "The bin will be counted.", wish)  # fmt: skip


def _lies_in(session: Session, wish: Wish) -> str:
    rows = queries.in_bins(session, wish.product_id, serial=wish.serial, limit=1)
    return rows[0].bin if rows else ""


def surprised(session: Session, wish: Wish) -> None:
    """The books lack units that somebody has in hand: have the bin counted. In a transaction of its own, since the one
    that found out is undone. A bin that is to be counted already is not asked for twice.
    """
    open_ = sa.select(_asked.c.id).where(
        _asked.c.product_id == wish.product_id, _asked.c.location_id == wish.location_id, _asked.c.lot == wish.lot,
        _asked.c.serial == wish.serial, _asked.c.done_at.is_(None),
    )  # fmt: skip
    if session.execute(open_.limit(1)).one_or_none() is None:
        service.ask_for_count(
            session, product_id=wish.product_id, location_id=wish.location_id, lot=wish.lot, serial=wish.serial,
            why=f"{-wish.units} were to be taken out of the books, which have fewer", kind="surprise",
        )  # fmt: skip


def as_counted(session: Session, wish: Wish) -> Wish:
    """The wish whose units are what somebody counted, with the difference instead: units to add, or (negative) to take.

    Raises Refused where the books have as many already.
    """
    service.lock_levels(session, [wish.product_id])
    there, _ = queries.quantity(session, wish.product_id, wish.location_id, wish.condition, wish.lot, wish.serial)
    if there == wish.units:
        raise Refused(f"The books have {there} there already. Nothing is to be adjusted.", where="counted")
    return replace(wish, units=wish.units - there)
