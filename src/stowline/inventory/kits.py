"""A kit is never stocked: what becomes one may not be in the house."""

from sqlmodel import Session

from stowline.catalog.events import KitMade, RecipeChanged
from stowline.core.errors import Conflict
from stowline.inventory import feed, queries, service


def on_kit_made(session: Session, fact: KitMade) -> None:
    """A product is sold as its parts from now on. Raises Conflict while units of it lie somewhere.

    Its level is locked first: a receipt at the same moment is seen, or comes after and is refused.
    """
    service.lock_levels(session, [fact.product_id])
    here = queries.in_bins(session, fact.product_id, limit=1)
    if here:
        raise Conflict(f"{here[0].qty} of {fact.sku} lie in {here[0].bin}, and a kit has no stock of its own. Write them off "
                       f"and take their parts in, then make {fact.sku} a kit.", where="sku")


def on_recipe_changed(session: Session, fact: RecipeChanged) -> None:
    """So many kits as before cannot be made any more, or more can: shops hear of it."""
    feed.mark(session, [fact.product_id])
