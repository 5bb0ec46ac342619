"""Facts of packing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ItemPacked:
    """Units were checked into a parcel at the pack station."""

    order_id: int
    parcel: str
    sku: str
    name: str
    units: int


@dataclass(frozen=True, slots=True)
class ParcelPacked:
    """A parcel was closed: every unit of it was checked by scan."""

    order_id: int
    parcel: str
    units: int
    weight_g: int | None


@dataclass(frozen=True, slots=True)
class UnitsPutBack:
    """Units that the shop refunded were taken out of a tote or a box; they stand at the dock."""

    order_id: int
    sku: str
    name: str
    units: int


@dataclass(frozen=True, slots=True)
class ParcelEmptied:
    """Told at once: nothing is left in a parcel that has not left, and never will be."""

    order_id: int
    parcel_id: int
    parcel: str
