"""Facts of the catalogue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KitMade:
    """Told at once: a product is sold as its parts from now on. Who holds units of it, or owes some, raises Conflict."""

    product_id: int
    sku: str


@dataclass(frozen=True, slots=True)
class RecipeChanged:
    """Told at once: a product is made of other parts than before, of none, or of parts for the first time."""

    product_id: int
    sku: str


@dataclass(frozen=True, slots=True)
class TrackingSet:
    """Told at once: a product's units are told apart in another way from now on. Who holds units of it raises Conflict."""

    product_id: int
    sku: str


@dataclass(frozen=True, slots=True)
class SubstitutesChanged:
    """Told at once: other products than before may take a product's place, or in other months."""

    product_id: int


@dataclass(frozen=True, slots=True)
class ProductChanged:
    """Somebody corrected what is known of a product: each field with what stood there and what stands there now."""

    sku: str
    who: str
    changed: dict[str, tuple[str | int | bool | None, str | int | bool | None]]
