"""What tells units of a product apart may change only while there are none: nobody could say which lot they are of."""

from sqlmodel import Session

from stowline.catalog.events import TrackingSet
from stowline.core.errors import Conflict
from stowline.inventory import queries, service


def on_tracking_set(session: Session, fact: TrackingSet) -> None:
    """Units of a product are told apart in another way from now on. Raises Conflict while some lie somewhere.

    Its level is locked first: a receipt at the same moment is seen, or comes after and is read in the new way.
    """
    service.lock_levels(session, [fact.product_id])
    here = queries.in_bins(session, fact.product_id, limit=1)
    if here:
        raise Conflict(f"{here[0].qty} of {fact.sku} lie in {here[0].bin}, and nobody could say which lot or serial they are. "
                       "Lots, serials and expiry are switched while there is none in the house: ship, move out or write off "
                       "what is there, then switch, then take it in again.", where="lots")
