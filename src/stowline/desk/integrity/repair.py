"""The repair: the books are made what the ledger and the work say, product by product, with lines in the audit.

The ledger is never touched. Where it says that fewer units are there than were spoken for or promised, pick lines run
short and promises are taken back as for any loss, and units that turn out to be free go to whoever waits.
"""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from stowline.core import db, hooks
from stowline.core.errors import Conflict
from stowline.desk.integrity import rebuild
from stowline.desk.integrity.rebuild import Drift, Key
from stowline.inventory import service as inventory
from stowline.inventory.events import StockFreed, StockLeaving, UnitsMissing
from stowline.people import service as people

WHY = "the books were rebuilt from the ledger"
TRIES = 40  # scans of the same product may come in between


def repair(product_id: int, who: str) -> list[str]:
    """Put the books of one product right, all or nothing; what was changed, as sentences.

    Raises Conflict if the units are in somebody's hands, or if the ledger itself says what cannot be (less than nothing
    in a bin, one serial in two places): then a count must say what is there.
    """

    def once(session: Session) -> list[str]:
        _one_moment(session)
        inventory.lock_levels(session, [product_id])
        found = rebuild.drifts_of(session, product_id)
        told = [rebuild.say(session, drift) for drift in found]
        for drift in found:
            if drift.key is None:
                _level(session, drift)
            else:
                _balance(session, drift, drift.key)
        if found:
            hooks.tell(session, StockFreed((product_id,)))
        for sentence in told:
            people.note(session, who, "stock rebuilt", sentence)
        return told

    try:
        return db.database().run(once, tries=TRIES)
    except IntegrityError:
        raise Conflict("The ledger itself says what cannot be: less than nothing, a serial in two places, or more spoken "
                       "for than there is. Count this product; the count puts it right.") from None  # fmt: skip


def _one_moment(session: Session) -> None:
    """What is added up must be of one moment, or a scan in between would look like a difference. SQLite's writer is alone."""
    if not db.database().is_sqlite:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _balance(session: Session, drift: Drift, key: Key) -> None:
    qty, bound = drift.books
    wanted, missing = bound + drift.bound, bound + drift.bound - qty - drift.qty
    if not 0 < missing <= wanted <= qty:
        _add(session, drift.product_id, key, drift.qty, drift.bound)
        return
    _add(session, drift.product_id, key, 0, drift.bound)
    hooks.tell(session, UnitsMissing(drift.product_id, key.location_id, key.lot, key.serial, missing, WHY))
    _add(session, drift.product_id, key, drift.qty, 0)


def _add(session: Session, product_id: int, key: Key, qty: int, bound: int) -> None:
    row = {"p": product_id, "n": qty, "b": bound, **key._asdict()}
    changed = session.execute(sa.text(
        "UPDATE balance SET qty = qty + :n, bound = bound + :b WHERE product_id = :p AND location_id = :location_id"
        " AND lot = :lot AND serial = :serial AND condition = :condition"
    ), row)  # fmt: skip
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.execute(sa.text(
            "INSERT INTO balance (product_id, location_id, lot, serial, condition, qty, bound)"
            " VALUES (:p, :location_id, :lot, :serial, :condition, :n, :b)"
        ), row)  # fmt: skip


def _level(session: Session, drift: Drift) -> None:
    """On hand and promised; the bins are right by now. Promises that nothing stands behind any more are taken back."""
    row = {"p": drift.product_id}
    on_hand, promised = session.execute(
        sa.text("SELECT on_hand, promised FROM stock_level WHERE product_id = :p"), row
    ).one()
    over = (promised + drift.bound) - (on_hand + drift.qty)
    if over > 0:
        hooks.tell(session, StockLeaving(drift.product_id, over + on_hand - promised, WHY))
    session.execute(sa.text(
        "UPDATE stock_level SET on_hand = on_hand + :n, promised = promised + :b, told = FALSE WHERE product_id = :p"
    ), row | {"n": drift.qty, "b": drift.bound})  # fmt: skip
