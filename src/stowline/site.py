"""A starter site: what a warehouse needs before the first scan."""

from sqlmodel import Session

from stowline.inventory import service as inventory
from stowline.picking import service as picking
from stowline.stores import service as stores

CARTS, TOTES, BINS, SLOTS = 4, 6, 40, 40


def init(session: Session, store_key: str) -> None:
    """The store under this key and the starter site; whatever stands already stays as it is.

    Dock, overflow, 40 pick bins (aisles A and B, five bays of four levels), staging, pack station, ship lane,
    quarantine, 4 carts of 6 totes, 40 backorder slots.
    """
    stores.open_store(session, store_key)
    inventory.add_location(session, "DOCK-1", "dock", zone="dock", sequence=0)
    for n in range(BINS):
        aisle, bay, level = "AB"[n // 20], n % 20 // 4 + 1, n % 4 + 1
        inventory.add_location(session, f"{aisle}-{bay:02d}-{level}", "pick", zone=aisle, sequence=10 + n)
    inventory.add_location(session, "OVERFLOW", "storage", zone="overflow", sequence=900)
    inventory.add_location(session, "STAGE-1", "staging", zone="pack", sequence=910)
    inventory.add_location(session, "PACK-1", "pack", zone="pack", sequence=920)
    inventory.add_location(session, "SHIP-1", "ship", zone="ship", sequence=930)
    inventory.add_location(session, "QUARANTINE", "quarantine", zone="quarantine", sequence=940)
    for n in range(SLOTS):
        inventory.add_location(session, f"S-{n + 1:02d}", "backorder", zone="shelf", sequence=950 + n)
    for cart in range(1, CARTS + 1):
        first = (cart - 1) * TOTES
        picking.add_cart(session, f"CART-{cart}", [f"TOTE-{first + n:02d}" for n in range(1, TOTES + 1)])
