"""The demo's building: 400 bins in ten aisles, dock, shelf, bench and lane, carts with totes, and the opening stock."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.catalog import service as products
from stowline.demo.goods import CASE_UNITS, Good
from stowline.demo.shops import Range, Wish
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.picking import service as picking

AISLES, BAYS, LEVELS = "ABCDEFGHKL", 10, 4  # no I and no J: they read like 1
CARTS, TOTES, SLOTS = 6, 6, 40
# code, kind, zone, place on the walk
PLACES = (
    ("DOCK-1", "dock", "dock", 0), ("OVERFLOW", "storage", "overflow", 900), ("STAGE-1", "staging", "pack", 910),
    ("PACK-1", "pack", "pack", 920), ("SHIP-1", "ship", "ship", 930), ("QUARANTINE", "quarantine", "quarantine", 940),
)


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of the aisles. The top level holds reserves, the levels below are picked from first."""

    code: str
    kind: str
    aisle: str
    sequence: int


def bins() -> Iterator[Bin]:
    """Every bin along the walk: up one aisle, down the next."""
    sequence = 10
    for n, aisle in enumerate(AISLES):
        bays = range(1, BAYS + 1) if n % 2 == 0 else range(BAYS, 0, -1)
        for bay in bays:
            for level in range(1, LEVELS + 1):
                kind = "storage" if level == LEVELS else "pick"
                yield Bin(f"{aisle}-{bay:02d}-{level}", kind, aisle, sequence)
                sequence += 1


def totes_on(cart: int) -> list[str]:
    """The totes of a cart by its number, from 1."""
    return [f"TOTE-{(cart - 1) * TOTES + n:02d}" for n in range(1, TOTES + 1)]


def build(session: Session) -> None:
    """Every place of the site, carts and totes."""
    for code, kind, zone, sequence in PLACES:
        inventory.add_location(session, code, kind, zone=zone, sequence=sequence)
    for one in bins():
        inventory.add_location(session, one.code, one.kind, zone=one.aisle, sequence=one.sequence)
    for n in range(1, SLOTS + 1):
        inventory.add_location(session, f"S-{n:02d}", "backorder", zone="shelf", sequence=950 + n)
    for cart in range(1, CARTS + 1):
        picking.add_cart(session, f"CART-{cart}", totes_on(cart))


def list_goods(session: Session, sold: Range) -> None:
    """The catalogue."""
    for good in sold.all():
        cases = [(good.case, CASE_UNITS)] if good.case else []
        products.add_product(
            session, sku=good.sku, name=good.name, detail=good.detail, barcodes=[(good.barcode, 1), *cases],
            weight_g=good.weight_g, dims_mm=good.dims_mm,
        )


def fill_bins(session: Session, rng: Random, sold: Range, wishes: list[Wish]) -> None:
    """Opening stock: each product in a bin of its own, plenty for the orders to come, but scarce ones nearly out."""
    wanted = Counter[str]()
    for wish in wishes:
        wanted.update({line.sku: line.quantity for line in wish.incoming.lines})
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
