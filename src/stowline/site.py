"""A starter site: what a warehouse needs before the first scan."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from stowline.inventory import places
from stowline.picking import service as picking
from stowline.stores import service as stores

CARTS, TOTES, BINS, SLOTS = 4, 6, 40, 40
BAY_MM, SLOT_MM = 1300, 650
# zone: its name, and its place on the walk
ZONES = {
    "dock": ("Dock", 0), "A": ("Aisle A", 10), "B": ("Aisle B", 30), "overflow": ("Overflow", 900), "pack": ("Packing", 910),
    "ship": ("Ship lane", 930), "quarantine": ("Quarantine", 940), "shelf": ("Backorder shelf", 950),
}  # fmt: skip
# code: kind, zone, place on the walk, and where on the map
PLACES = {
    "DOCK-1": ("dock", "dock", 0, 1500, 1500), "OVERFLOW": ("storage", "overflow", 900, 9500, 1500),
    "STAGE-1": ("staging", "pack", 910, 9500, 4100), "PACK-1": ("pack", "pack", 920, 9500, 5400),
    "SHIP-1": ("ship", "ship", 930, 9500, 6700), "QUARANTINE": ("quarantine", "quarantine", 940, 1500, 6700),
}  # fmt: skip


def init(session: Session, store_key: str) -> None:
    """The store under this key and the starter site; whatever stands already stays as it is.

    Dock, overflow, 40 pick bins (aisles A and B, five bays of four levels), staging, pack station, ship lane,
    quarantine, 4 carts of 6 totes, 40 backorder slots.
    """
    stores.open_store(session, store_key)
    for code, (name, place) in ZONES.items():
        places.add_zone(session, code, name=name, sequence=place)
    places.lay_out(session, dict(bins()))
    for cart in range(1, CARTS + 1):
        first = (cart - 1) * TOTES
        picking.add_cart(session, f"CART-{cart}", [f"TOTE-{first + n:02d}" for n in range(1, TOTES + 1)])


def bins() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every bin of the starter site with what is said of it."""
    for code, (kind, zone, place, x, y) in PLACES.items():
        yield code, {"kind": kind, "zone": zone, "sequence": place, "x_mm": x, "y_mm": y}
    for n in range(BINS):
        aisle, bay, level = "AB"[n // 20], n % 20 // 4 + 1, n % 4 + 1
        yield f"{aisle}-{bay:02d}-{level}", {
            "kind": "pick", "zone": aisle, "sequence": 10 + n, "aisle": aisle, "bay": bay, "level": level,
            "x_mm": 4200 if aisle == "A" else 6800, "y_mm": 1500 + (bay - 1) * BAY_MM,
        }  # fmt: skip
    yield from slots(SLOTS, x_mm=12100, y_mm=1500)


def slots(many: int, *, x_mm: int, y_mm: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The backorder shelf: bays of four slots each, one above the other."""
    for n in range(many):
        bay, level = n // 4 + 1, n % 4 + 1
        yield f"S-{n + 1:02d}", {
            "kind": "backorder", "zone": "shelf", "sequence": 950 + n, "aisle": "S", "bay": bay, "level": level,
            "x_mm": x_mm, "y_mm": y_mm + (bay - 1) * SLOT_MM,
        }  # fmt: skip
