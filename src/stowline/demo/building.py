"""The demo's building: 400 bins in ten aisles, dock, shelf, bench and lane, carts with totes, and the opening stock."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlmodel import Session

from stowline.catalog import kits
from stowline.catalog import queries as catalog
from stowline.catalog import service as products
from stowline.demo.goods import CASE_UNITS, Good
from stowline.demo.shops import Range, Wish
from stowline.inventory import faces, places
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.picking import service as picking

AISLES, BAYS, LEVELS = "ABCDEFGHKL", 10, 4  # no I and no J: they read like 1
CARTS, TOTES, SLOTS = 6, 6, 40
BAY_MM, AISLE_MM, BACK_TO_BACK_MM = 1400, 3600, 1300  # from bay to bay, across an aisle, between racks back to back
# zone: its name, and its place on the walk
ZONES = {
    "dock": ("Dock", 0), "north": ("Pick hall north, A to D", 10), "middle": ("Pick hall, E to H", 170),
    "south": ("Pick hall south, K and L", 330), "overflow": ("Overflow", 900), "pack": ("Packing", 910),
    "ship": ("Ship lane", 930), "quarantine": ("Quarantine", 940), "shelf": ("Backorder shelf", 950),
}  # fmt: skip
HALLS = dict.fromkeys("ABCD", "north") | dict.fromkeys("EFGH", "middle") | dict.fromkeys("KL", "south")
# code: kind, zone, place on the walk, and where on the map
PLACES = {
    "DOCK-1": ("dock", "dock", 0, 2000, 2000), "OVERFLOW": ("storage", "overflow", 900, 2000, 6200),
    "STAGE-1": ("staging", "pack", 910, 8000, 19000), "PACK-1": ("pack", "pack", 920, 13000, 19000),
    "SHIP-1": ("ship", "ship", 930, 18000, 19000), "QUARANTINE": ("quarantine", "quarantine", 940, 2000, 10400),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of the aisles, with its front in mm on the map. The top level holds reserves, those below are picked from
    first.
    """

    code: str
    kind: str
    aisle: str
    bay: int
    level: int
    sequence: int
    x_mm: int
    y_mm: int

    def facts(self) -> dict[str, Any]:
        """What is said of it."""
        return {"kind": self.kind, "zone": HALLS[self.aisle], "aisle": self.aisle, "bay": self.bay, "level": self.level,
                "sequence": self.sequence, "x_mm": self.x_mm, "y_mm": self.y_mm,
                "max_units": 90 if self.kind == "pick" else 120}  # fmt: skip


def bins() -> Iterator[Bin]:
    """Every bin along the walk: up one aisle, down the next."""
    sequence = 10
    for n, aisle in enumerate(AISLES):
        x_mm = 6000 + (n + 1) // 2 * AISLE_MM + n // 2 * BACK_TO_BACK_MM
        bays = range(1, BAYS + 1) if n % 2 == 0 else range(BAYS, 0, -1)
        for bay in bays:
            for level in range(1, LEVELS + 1):
                kind = "storage" if level == LEVELS else "pick"
                yield Bin(f"{aisle}-{bay:02d}-{level}", kind, aisle, bay, level, sequence, x_mm, 2000 + (bay - 1) * BAY_MM)
                sequence += 1


def totes_on(cart: int) -> list[str]:
    """The totes of a cart by its number, from 1."""
    return [f"TOTE-{(cart - 1) * TOTES + n:02d}" for n in range(1, TOTES + 1)]


def build(session: Session) -> None:
    """Every place of the site, zones, carts and totes."""
    for code, (name, place) in ZONES.items():  # in the halls each bin keeps one product
        places.put_zone(session, code, name=name, mixing="one_product" if code in HALLS.values() else "", sequence=place)
    stand = {code: {"kind": kind, "zone": zone, "sequence": place, "x_mm": x, "y_mm": y}
             for code, (kind, zone, place, x, y) in PLACES.items()}  # fmt: skip
    places.lay_out(session, stand | {one.code: one.facts() for one in bins()} | dict(_shelf()))
    for cart in range(1, CARTS + 1):
        picking.add_cart(session, f"CART-{cart}", totes_on(cart))


def _shelf() -> Iterator[tuple[str, dict[str, Any]]]:
    """The backorder shelf by the packing benches: bays of four slots each."""
    for n in range(SLOTS):
        bay, level = n // 4 + 1, n % 4 + 1
        yield f"S-{n + 1:02d}", {
            "kind": "backorder", "zone": "shelf", "sequence": 950 + n, "aisle": "S", "bay": bay, "level": level,
            "x_mm": 8000 + (bay - 1) * 1100, "y_mm": 21600,
        }  # fmt: skip


def list_goods(session: Session, sold: Range) -> None:
    """The catalogue."""
    for good in sold.all():
        cases = [(good.case, CASE_UNITS)] if good.case else []
        products.add_product(
            session, sku=good.sku, name=good.name, detail=good.detail, barcodes=[(good.barcode, 1), *cases],
            weight_g=good.weight_g, dims_mm=good.dims_mm,
        )
    kit = sold.gift
    products.add_product(session, sku=kit.sku, name=kit.name, barcodes=[(kit.barcode, 1)], weight_g=kit.weight_g, dims_mm=kit.dims_mm)
    kits.set_parts(session, kit.sku, [(good.sku, units) for good, units in kit.parts])


def fill_bins(session: Session, rng: Random, sold: Range, wishes: list[Wish]) -> None:
    """Opening stock: each product in a bin of its own, plenty for the orders to come, but scarce ones nearly out."""
    wanted = Counter[str]()
    for wish in wishes:
        wanted.update({line.sku: line.quantity for line in wish.incoming.lines})
    for good, units in sold.gift.parts:
        wanted[good.sku] += units * wanted[sold.gift.sku]
    ids = catalog.ids_of(session, [good.sku for good in sold.all()])
    pick = [one.code for one in bins() if one.kind == "pick"]
    reserve = [one.code for one in bins() if one.kind == "storage"]
    for n, good in enumerate(sold.all()):
        if good in sold.scarce:
            _lay(session, ids[good.sku], pick[n], n % 2)
            continue
        _lay(session, ids[good.sku], pick[n], wanted[good.sku] + rng.randint(4, 30))
        if n % 5 == 0:  # the reserve stands above the bin that is picked from
            _lay(session, ids[good.sku], reserve[n // (LEVELS - 1)], rng.choice((24, 36, 48)))
            faces.put_face(session, ids[good.sku], pick[n], CASE_UNITS, 4 * CASE_UNITS)


def _lay(session: Session, product_id: int, code: str, units: int) -> None:
    place = stock.location_by_code(session, code)
    if units:
        inventory.move(session, product_id=product_id, from_id=stock.ADJUSTMENT, to_id=place.id or 0, qty=units,
                       because="import")


def demand(wishes: list[Wish], goods: list[Good]) -> dict[str, int]:
    """Units of these products that the orders ask for, by SKU."""
    found = {good.sku: 0 for good in goods}
    for wish in wishes:
        for line in wish.incoming.lines:
            if line.sku in found:
                found[line.sku] += line.quantity
    return found
