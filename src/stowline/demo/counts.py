"""The demo's counts and adjustments: what was counted yesterday, and what waits for a second person."""

from sqlmodel import Session

from stowline.core import author
from stowline.demo import building
from stowline.demo.goods import Good
from stowline.demo.shift import Shift
from stowline.inventory import adjustments, settling
from stowline.inventory import queries as stock
from stowline.inventory.adjustments import Wish
from stowline.people.queries import Person

# Products by their place in the range, each in the pick bin of the same place: how many units more or fewer were counted.
COUNTED = {12: 0, 13: -1, 14: 0, 40: 0, 42: 0, 150: 0, 151: 1, 152: 0, 210: 0}
MISCOUNTED, MISSING = 41, 211
LOST, SUSPECT = 60, 90
_PICK_BINS = [one.code for one in building.bins() if one.kind == "pick"]


def yesterday(session: Session, goods: list[Good], first: Shift, second: Shift) -> None:
    """The receiver counts some bins, once badly: then the picker's count agrees with the books. Once many units are gone,
    and nobody else has counted yet.
    """
    for n, more in COUNTED.items():
        _count(session, first, goods[n], n, more)
    _count(session, first, goods[MISCOUNTED], MISCOUNTED, 15)
    _count(session, first, goods[MISSING], MISSING, -_units(session, goods[MISSING], MISSING) // 2)
    second.at = max(second.at, first.at)
    _count(session, second, goods[MISCOUNTED], MISCOUNTED, 0)


def today(session: Session, goods: list[Good], manager: Person) -> None:
    """The manager wants a bin counted, and asks for an adjustment that somebody else must approve."""
    with author.acting(manager.name, "demo"):
        settling.ask(session, stock.location_by_code(session, _PICK_BINS[SUSPECT]), "A shopper got one too few")
        for n, units, reason, note in ((LOST, -1, "damaged", "Chipped at the rim."), (LOST + 1, -12, "lost", "Gone since the move.")):
            product, place = stock_of(session, goods[n], n)
            wish = Wish(product, place, max(units, -_units(session, goods[n], n)), reason, note=note)
            adjustments.ask(session, wish, f"u{manager.id}")


def stock_of(session: Session, good: Good, n: int) -> tuple[int, int]:
    """(product, bin) of the n-th product of the range."""
    place = stock.location_by_code(session, _PICK_BINS[n]).id or 0
    return next(here.product_id for here in stock.in_bin(session, place) if here.sku == good.sku), place


def _units(session: Session, good: Good, n: int) -> int:
    _, place = stock_of(session, good, n)
    return sum(here.qty for here in stock.in_bin(session, place))


def _count(session: Session, who: Shift, good: Good, n: int, more: int) -> None:
    who.count(_PICK_BINS[n], good.barcode, _units(session, good, n) + more)
