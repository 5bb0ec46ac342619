"""Units of a product are about to come into the house: whether they may, as the catalogue has the product at this moment.

Every door asks its own questions first, in the words of its field. This one is asked last, when the product's stock level
is locked: what tells its units apart, or whether it is a kit, cannot change any more until they are in.
"""

from sqlmodel import Session

from stowline.catalog import kits, queries
from stowline.core.errors import Conflict
from stowline.core.hot import Hot

_NOW = Hot(
    "SELECT p.lots, p.serials, EXISTS (SELECT 1 FROM kit_part k WHERE k.kit_id = p.id) FROM product p WHERE p.id = :p"
)


def admit(session: Session, product_id: int, lot: str, serial: str) -> None:
    """Raise Refused for a kit, Conflict for units that are named otherwise than the product's units are by now."""
    found = _NOW.one(session, p=product_id)
    if found is None:
        return  # the database refuses units of nothing
    lots, serials, is_kit = found
    if is_kit:
        kits.refuse_stock(session, product_id)
    for wanted, said, what in ((lots, lot, "lot"), (serials, serial, "serial")):
        if bool(wanted) != bool(said):
            name = queries.product(session, product_id).name
            how = f"is told apart by {what}s by now, and these units have none" if wanted else f"has no {what}s any more, these have {said}"
            raise Conflict(f"{name} {how}. Put them aside, then take them in anew.", where=what)
