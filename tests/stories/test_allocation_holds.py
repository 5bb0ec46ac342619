"""What must hold of allocation whatever comes: who gets how many of the units that arrive, said once more in the simplest
way; and that a cancelled order leaves everything as it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stowline.allocation import reserves
from stowline.allocation import service as allocation
from stowline.catalog import queries as catalog
from stowline.catalog import service as products
from stowline.catalog import substitutes
from stowline.core import db
from stowline.core.db import Session
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.orders import policies, service
from stowline.orders.intake.shape import IncomingLine, IncomingOrder
from stowline.orders.models import OrderLine
from stowline.stores import queries as stores
from stowline.stores import service as store_service
from tests.asserts import books, breaches
from tests.makers import STORE
from tests.services import proof_is_full
from tests.stories.conftest import House

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
SHOPS = (STORE, "fast", "late")  # they serve by the day placed, placed, and the day they must leave
GOODS = ("MUG", "CUP")
EXAMPLES = 400 if proof_is_full() else 16


class _Undone(Exception):
    pass


@contextmanager
def a_day() -> Iterator[Session]:
    """A transaction that leaves nothing behind, so that one house serves every example."""
    try:
        with db.transaction() as session:
            for shop in SHOPS:
                store = store_service.open_store(session, shop)
                store.ship_within_days = 2 if shop == "late" else 1
                policies.set_policy(session, store, serves="ship_by" if shop == "late" else "placed", ships="complete", most_parcels=None)
            for sku in GOODS:
                products.add_product(session, sku=sku, name=f"Thing {sku}")
            yield session
            _over()
    except _Undone:
        pass


def _over() -> None:
    raise _Undone


@dataclass(frozen=True)
class Wish:
    """An order of one product: its priority, the hour it was placed, whether it is held, whether a substitute will do; how it
    ships, whether its units stand on two lines, and whether it wants something else as well, of which there may be none.
    """

    shop: str
    units: int
    priority: int = 5
    hour: int = 0
    held: bool = False
    sku: str = "MUG"
    agreed: bool = False
    ships: str | None = None
    in_two: bool = False
    also: bool = False


SHAPE = {"ships": st.sampled_from((None, "complete", "parts", "at_most")), "in_two": st.booleans(), "also": st.booleans()}
wishes = st.builds(
    Wish, st.sampled_from(SHOPS), st.integers(1, 5), st.sampled_from((1, 5, 5, 9)), st.integers(0, 72),
    st.sampled_from((False, False, False, True)), **SHAPE,
)  # fmt: skip
kept_for = st.dictionaries(st.sampled_from(SHOPS), st.integers(1, 6), max_size=2)


def place(session: Session, n: int | str, wish: Wish) -> int:
    first = wish.units // 2 if wish.in_two else 0
    wanted = [(wish.sku, units) for units in (first, wish.units - first) if units]
    wanted += [(next(sku for sku in GOODS if sku != wish.sku), 1)] if wish.also else []
    lines = tuple(IncomingLine(sku, "Thing", units, 10_000, substitute=wish.agreed) for sku, units in wanted)
    incoming = IncomingOrder(f"O-{n}", lines, placed_at=BEGAN + timedelta(hours=wish.hour), priority=wish.priority,
                             ships=wish.ships, most_parcels=2 if wish.ships == "at_most" else None)  # fmt: skip
    order, _ = service.place(session, stores.store_by_key(session, wish.shop), incoming)
    if wish.held:
        service.hold(session, order.id or 0, "paid?")
    return order.id or 0


def arrive(session: Session, units: int, sku: str = "MUG") -> None:
    dock = stock.first_of_kind(session, "dock").id or 0
    inventory.move(session, product_id=id_of(session, sku), from_id=stock.SUPPLIER, to_id=dock, qty=units, because="receive")


def id_of(session: Session, sku: str) -> int:
    return catalog.ids_of(session, [sku])[sku]


def promised(session: Session) -> dict[int, int]:
    """Units by order."""
    line = OrderLine.__table__.c  # type: ignore[attr-defined]
    return dict(session.execute(sa.select(line.order_id, sa.func.sum(line.allocated)).group_by(line.order_id)).all())


def who_gets(wishes: list[Wish], ids: list[int], kept: dict[str, int], units: int) -> dict[int, int]:
    """Unit by unit: the first in line that still lacks one, and for whose shop one is free."""

    def turn(n: int) -> tuple[int, int, int]:
        wish = wishes[n]
        return wish.priority, wish.hour + (48 if wish.shop == "late" else 0), ids[n]

    got = dict.fromkeys(ids, 0)
    line = sorted((n for n, wish in enumerate(wishes) if not wish.held), key=turn)
    while units:
        first = next((n for n in line if got[ids[n]] < wishes[n].units
                      and units > sum(many for shop, many in kept.items() if shop != wishes[n].shop)), None)  # fmt: skip
        if first is None:
            break
        got[ids[first]] += 1
        units -= 1
    return got


def checked(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, database=None, derandomize=not proof_is_full(),
                    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip


def test_units_that_arrive_go_to_the_first_in_line_and_no_one_else(house: House) -> None:
    """In every store's order of service, however an order ships, on however many lines, whatever is kept for a store."""
    lite = house.url.startswith("sqlite")

    @checked(EXAMPLES if lite else max(4, EXAMPLES // 4))
    @given(st.lists(wishes, min_size=1, max_size=8), kept_for, st.integers(1, 25), st.integers(1, 25))
    def holds(asked: list[Wish], kept: dict[str, int], first: int, second: int) -> None:
        with a_day() as session:
            ids = [place(session, n, wish) for n, wish in enumerate(asked)]
            for shop, units in kept.items():
                reserves.keep(session, id_of(session, "MUG"), stores.store_by_key(session, shop).id or 0, units, None, "Ruth")
            arrive(session, first)
            assert promised(session) == who_gets(asked, ids, kept, first)
            if not kept:
                eligible = sum(wish.units for wish in asked if not wish.held)
                assert sum(promised(session).values()) == min(first, eligible)
            arrive(session, second)
            if not kept:  # in two parts or at once is the same
                assert promised(session) == who_gets(asked, ids, kept, first + second)
            assert breaches(session) == {}

    holds()


def test_an_order_that_is_cancelled_leaves_everything_as_it_was(house: House) -> None:
    lite = house.url.startswith("sqlite")
    more = st.builds(Wish, st.sampled_from(SHOPS), st.integers(1, 5), st.sampled_from((1, 5)), st.integers(0, 72),
                     sku=st.sampled_from(GOODS), agreed=st.booleans(), **SHAPE)  # fmt: skip

    @checked(EXAMPLES if lite else max(4, EXAMPLES // 4))
    @given(st.lists(more, max_size=5), st.integers(1, 9), st.integers(1, 9), kept_for, more)
    def holds(asked: list[Wish], mugs: int, cups: int, kept: dict[str, int], last: Wish) -> None:
        with a_day() as session:
            substitutes.add(session, "MUG", "CUP")
            arrive(session, mugs)
            arrive(session, cups, "CUP")
            for n, wish in enumerate(asked):
                place(session, n, wish)
            for shop, units in kept.items():
                reserves.keep(session, id_of(session, "MUG"), stores.store_by_key(session, shop).id or 0, units, None, "Ruth")
            before = books(session)
            order_id = place(session, 99, last)
            service.cancel(session, order_id, "changed my mind")
            after = books(session)
            mine = set(session.execute(sa.text("SELECT id FROM order_line WHERE order_id = :i"), {"i": order_id}).scalars())
            after["lines"] = [row for row in after["lines"] if row[0] not in mine]
            after["orders"] = [row for row in after["orders"] if row[0] != order_id]
            assert after == before
            assert breaches(session) == {}

    holds()


@pytest.mark.parametrize("units", [4, 7])
def test_a_hundred_products_at_once_are_served_as_one_by_one(house: House, units: int) -> None:
    """Many products go another way through the database than few; who gets what is the same."""
    with a_day() as session:
        skus = [f"P{n}" for n in range(12)]
        for sku in skus:
            products.add_product(session, sku=sku, name=sku)
            for n, many in enumerate((2, 1, 3)):
                place(session, f"{sku}-{n}", Wish(SHOPS[n], many, hour=n, sku=sku))
        ids = [id_of(session, sku) for sku in skus]
        session.execute(sa.text("UPDATE stock_level SET on_hand = :n WHERE product_id IN (SELECT id FROM product WHERE sku LIKE 'P%')"),
                        {"n": units})  # fmt: skip
        promises = allocation.fill(session, ids)
        assert promises == dict.fromkeys(ids, min(units, 6))
        line = OrderLine.__table__.c  # type: ignore[attr-defined]
        got = session.execute(sa.select(line.allocated).order_by(line.id)).scalars().all()
        assert got == [2, 1, {4: 1, 7: 3}[units]] * 12
