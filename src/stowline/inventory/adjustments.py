"""Adjustments: the books change because somebody says so, with a reason, and above a limit only if a second agrees.

`ask` posts at once where the reason allows so many units, else it waits; what waits moves nothing. `approve` is for
another person than asked: stock is looked at again at that moment, then it posts. `refuse` gives a reason, `withdraw` is
for whoever asked, `take_back` is the undo of a scan.
"""

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import author, clock, outbox
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.inventory import queries, service, wishes
from stowline.inventory.adjustment_models import Adjustment, AdjustReason
from stowline.inventory.events import AdjustmentAsked, AdjustmentPosted, AdjustmentRefused, AdjustmentWithdrawn
from stowline.inventory.models import ADJUSTMENT, SCRAP, CountRequest, Location, Move
from stowline.inventory.rules import CONDITIONS, DAMAGED, HOLD, needs_approval
from stowline.inventory.wishes import TooFew, Wish, surprised
from stowline.people import queries as people
from stowline.people.somebody import Somebody

# Other rooms ask through this door.
__all__ = ["CONDITIONS", "TooFew", "Wish", "surprised"]

WAITING, POSTED, REFUSED, WITHDRAWN, UNDONE = "waiting", "posted", "refused", "withdrawn", "undone"
_ledger = Move.__table__  # type: ignore[attr-defined]
_asked = CountRequest.__table__  # type: ignore[attr-defined]


def by_ref(session: Session, ref: str) -> Adjustment:
    """An adjustment by its ref, exactly: ADJ-12. Raises NotFound."""
    digits = ref.removeprefix("ADJ-")
    known = ref.startswith("ADJ-") and digits.isascii() and digits.isdigit() and len(digits) < 18 and digits[0] != "0"
    found = session.get(Adjustment, int(digits)) if known else None
    if found is None:
        raise NotFound(f"There is no adjustment {ref[:40]}.", where="ref")
    return found


# --- asking -----------------------------------------------------------------------------------------------------------


def ask(session: Session, wish: Wish, asker: str) -> Adjustment:
    """Change the books, or ask for a second person's word. `asker` tells people apart ("u3").

    Raises Refused for a wish that cannot be, TooFew where fewer units lie there than are to be taken.
    """
    service.lock_levels(session, [wish.product_id])  # first, everywhere: before the lot's row, and before orders
    reason, place = wishes.checked(session, wish)
    if wish.units < 0:
        wishes.look(session, wish, place)
    row = _enter(session, wish, reason, asker)
    if needs_approval(wish.units, reason.approve_above):
        outbox.record(session, AdjustmentAsked(row.ref, _sku(session, row), place.code, row.units, reason.label, row.who))
        return row
    return _post(session, row, place, reason)


def _enter(session: Session, wish: Wish, reason: AdjustReason, asker: str) -> Adjustment:
    who, device = author.current()
    to = DAMAGED if reason.goes_to == DAMAGED and wish.units < 0 else wish.condition
    row = Adjustment(
        product_id=wish.product_id, location_id=wish.location_id, lot=wish.lot, serial=wish.serial, units=wish.units,
        condition=wish.condition, to_condition=to, goes_to=reason.goes_to, reason=reason.code, note=wish.note[:500],
        state=WAITING, who=who, device=device, asked_by=asker[:40], scan_id=outbox.cause.get(), asked_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


# --- posting ----------------------------------------------------------------------------------------------------------


def _post(session: Session, row: Adjustment, place: Location, reason: AdjustReason) -> Adjustment:
    """The move, its line of the ledger, and the fact. The product's level is locked by now."""
    there, because = _ends(row)
    if row.units > 0:
        service.move(session, product_id=row.product_id, from_id=ADJUSTMENT, to_id=row.location_id, qty=row.units,
                     because=because, condition=row.condition, lot=row.lot, serial=row.serial)  # fmt: skip
    else:
        service.lose(session, product_id=row.product_id, from_id=row.location_id, to_id=there, qty=-row.units,
                     because=because, condition=row.condition, to_condition=row.to_condition, lot=row.lot,
                     serial=row.serial, why=f"{row.ref}: {reason.label}")  # fmt: skip
        settle_missing(session, row.product_id, row.location_id, row.lot, row.serial)
    row.move_id = _last_move(session, row.product_id)
    row.state, row.decided_at = POSTED, clock.now()
    session.add(row)
    session.flush()
    outbox.record(session, AdjustmentPosted(row.ref, _sku(session, row), place.code, row.units, reason.label, row.who,
                                            row.decided_by))  # fmt: skip
    return row


def _ends(row: Adjustment) -> tuple[int, str]:
    """(where units that leave go to, the ledger's word for it)."""
    if row.goes_to == DAMAGED and row.units < 0:
        return row.location_id, "adjust"
    return (SCRAP, "scrap") if row.goes_to == "scrap" else (ADJUSTMENT, "adjust")


def _last_move(session: Session, product_id: int) -> int | None:
    """The line of the ledger that this transaction wrote just now: nobody else books across these ends while the level
    is locked.
    """
    ours = _ledger.c.reason.in_(("adjust", "scrap", "undo"))
    query = sa.select(sa.func.max(_ledger.c.id)).where(_ledger.c.product_id == product_id, ours)
    found: int | None = session.execute(query).scalar_one()
    return found


def settle_missing(session: Session, product_id: int, location_id: int, lot: str, serial: str) -> None:
    """Units on hold left a bin: no more can be missing there than are on hold still."""
    left, _ = queries.quantity(session, product_id, location_id, HOLD, lot, serial)
    session.execute(
        sa.update(_asked)
        .where(_asked.c.product_id == product_id, _asked.c.location_id == location_id, _asked.c.lot == lot,
               _asked.c.serial == serial, _asked.c.done_at.is_(None), _asked.c.missing > left)
        .values(missing=left)
    )  # fmt: skip


# --- deciding ---------------------------------------------------------------------------------------------------------


def approve(session: Session, ref: str, by: str) -> Adjustment:
    """A second person agrees, and the books change. Raises Refused for whoever asked, TooFew where too few units are
    left, Conflict if it was decided otherwise meanwhile. The same person again changes nothing.
    """
    row = _locked(session, ref)
    if row.state == POSTED and row.decided_key == by:
        return row
    _still_waits(row)
    if not may_decide(session, row, Somebody(by, author.current().who)):
        say = f"You asked for {row.ref} yourself, or somebody of your name did. Somebody else must approve it."
        raise Refused(say, where="ref")
    place = queries.location(session, row.location_id)
    if row.units < 0:
        wishes.look(session, Wish(row.product_id, row.location_id, row.units, row.reason, condition=row.condition, lot=row.lot,
                                  serial=row.serial), place)  # fmt: skip
    row.decided_by, row.decided_key = author.current().who, by
    reason = session.exec(select(AdjustReason).where(AdjustReason.code == row.reason)).one()
    return _post(session, row, place, reason)


def may_decide(session: Session, row: Adjustment, by: Somebody) -> bool:
    """Whether this is another person than asked: not on another device, nor through a token that the asker made."""
    return not by.is_same(Somebody(row.asked_by, row.who)) and people.maker_of(session, by.key) != row.asked_by


def refuse(session: Session, ref: str, by: str, why: str) -> Adjustment:
    """The books stay as they are. Raises Refused without a reason, Conflict if it was decided otherwise meanwhile."""
    if not why.strip():
        raise Refused("Say why it is refused.", where="reason")
    row = _locked(session, ref)
    if row.state == REFUSED and row.decided_key == by:
        return row
    _still_waits(row)
    _settle(session, row, REFUSED, by, why)
    outbox.record(session, AdjustmentRefused(row.ref, row.decided_why, row.decided_by))
    return row


def withdraw(session: Session, ref: str, by: str) -> Adjustment:
    """Whoever asked wants it no more. Raises Refused for anybody else, Conflict if it was decided meanwhile."""
    row = _locked(session, ref)
    if row.asked_by != by:
        raise Refused(f"{row.who} asked for {row.ref}: they may withdraw it, you may refuse it.", where="ref")
    if row.state != WITHDRAWN:
        _still_waits(row)
        _settle(session, row, WITHDRAWN, by, "")
        outbox.record(session, AdjustmentWithdrawn(row.ref, row.decided_by, undone=False))
    return row


def take_back(session: Session, ref: str, by: str) -> Adjustment:
    """Undo: what waits is withdrawn, what was posted without a second person goes back by a counter-move.

    Raises Conflict where somebody approved or refused it, or where the units are gone from the bin.
    """
    row = _locked(session, ref)
    if row.state == WAITING:
        return withdraw(session, ref, by)
    if row.state != POSTED or row.decided_key:
        raise Conflict(f"{_told(row)} Ask for another adjustment instead.")
    there, _ = _ends(row)
    service.move(session, product_id=row.product_id, from_id=there, to_id=row.location_id, qty=-row.units, because="undo",
                 condition=row.to_condition, to_condition=row.condition, lot=row.lot, serial=row.serial)  # fmt: skip
    row.back_id = _last_move(session, row.product_id)
    _settle(session, row, UNDONE, by, "")
    outbox.record(session, AdjustmentWithdrawn(row.ref, row.decided_by, undone=True))
    return row


def _locked(session: Session, ref: str) -> Adjustment:
    """The row, after its product's level: stock is locked before anything else."""
    found = by_ref(session, ref)
    service.lock_levels(session, [found.product_id])
    query = select(Adjustment).where(Adjustment.id == found.id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def _still_waits(row: Adjustment) -> None:
    if row.state != WAITING:
        raise Conflict(_told(row))


def _told(row: Adjustment) -> str:
    by = f" by {row.decided_by}" if row.decided_by else ""
    return {
        POSTED: f"{row.ref} was posted already" + (f", approved{by}." if by else "."), REFUSED: f"{row.ref} was refused{by}.",
        WITHDRAWN: f"{row.ref} was withdrawn{by}.", UNDONE: f"{row.ref} was taken back{by}.",
    }.get(row.state, f"{row.ref} waits for approval.")  # fmt: skip


def _settle(session: Session, row: Adjustment, state: str, by: str, why: str) -> None:
    row.state, row.decided_by, row.decided_key = state, author.current().who, by
    row.decided_at, row.decided_why = clock.now(), why.strip()[:200]
    session.add(row)
    session.flush()


def _sku(session: Session, row: Adjustment) -> str:
    return queries.sku(session, row.product_id)
