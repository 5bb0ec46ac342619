"""The proof: every invariant, each on one moment of the database."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from stowline.core import db
from stowline.desk.integrity.arrivals import ARRIVALS
from stowline.desk.integrity.counted import COUNTED
from stowline.desk.integrity.guards import GUARDS
from stowline.desk.integrity.invariant import Finding, Invariant, ask
from stowline.desk.integrity.kits import KITS
from stowline.desk.integrity.offers import OFFERS
from stowline.desk.integrity.promises import PROMISES
from stowline.desk.integrity.returns import RETURNS
from stowline.desk.integrity.shelf import SHELF
from stowline.desk.integrity.stock import STOCK
from stowline.desk.integrity.work import ORDERS, RECORDS, WORK

INVARIANTS: tuple[Invariant, ...] = (*STOCK, *ARRIVALS, *COUNTED, *ORDERS, *KITS, *OFFERS, *SHELF, *PROMISES, *RETURNS, *WORK, *RECORDS, *GUARDS)
BY_NAME = {one.name: one for one in INVARIANTS}


def told(one: Invariant, found: Finding) -> dict[str, Any]:
    """What the contract tells of an invariant: `{"name", "holds", "breaches": [sentence]}`, at most 20 breaches."""
    return {"name": one.name, "holds": found.holds, "breaches": found.shown}


def prove(session: Session) -> list[dict[str, Any]]:
    """Every invariant on the one moment that the session sees."""
    return [told(one, ask(session, one)) for one in INVARIANTS]


def prove_each() -> Iterator[tuple[Invariant, Finding]]:
    """Every invariant in turn, each on a moment of its own, so that a long proof never keeps one view open for minutes."""
    for one in INVARIANTS:
        with db.reading() as session:
            yield one, ask(session, one)
