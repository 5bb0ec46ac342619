"""Facts of the catalogue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KitMade:
    """Told at once: a product is sold as its parts from now on. Who holds units of it, or owes some, raises Conflict."""

    product_id: int
    sku: str
