"""`stowline check`: the proof, the rebuild and the repair as the command line asks for them."""

from collections.abc import Callable, Iterator
from typing import Any

from stowline.core import db
from stowline.core.errors import Refused
from stowline.desk.integrity import rebuild
from stowline.desk.integrity.invariant import Finding
from stowline.desk.integrity.prove import prove_each, told
from stowline.desk.integrity.repair import repair

REBUILT = "rebuilding from zero changes nothing"
Row = dict[str, Any]
Tell = Callable[[str], None]


def rows(*, rebuilt: bool, tell: Tell, products: set[int]) -> Iterator[Row]:
    """What each invariant says, as soon as it is asked; with `rebuilt`, last what the rebuild says.

    `tell` hears how far it is. `products` gets the ids of those whose books differ from the rebuild.
    """
    for one, found in prove_each():
        tell(f"asked: {one.name}")
        yield told(one, found)
    if rebuilt:
        found = differences(tell, products)
        yield {"name": REBUILT, "holds": found.holds, "breaches": found.shown}


def differences(tell: Tell, products: set[int]) -> Finding:
    """The rebuild of all books from zero, on one moment of the database; nothing is written."""
    found = Finding()
    with db.reading() as session:
        for drift in rebuild.drifts(session, lambda n: tell(f"rebuilt from {n:,} ledger lines")):
            products.add(drift.product_id)
            found.add(rebuild.say(session, drift))
    return found


def put_right(products: set[int], who: str) -> tuple[list[str], list[str]]:
    """Repair the books of these products: what was changed, and what could not be, as sentences."""
    changed: list[str] = []
    left: list[str] = []
    for product_id in sorted(products):
        try:
            changed += repair(product_id, who)
        except Refused as no:
            left.append(f"product {product_id}: {no.say}")
    return changed, left
