"""However many orders wait for whatever comes: the answer of the receive scan sends each unit to one place, in turn."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.asserts import accepted
from tests.makers import Tablet, api_order
from tests.services import proof_is_full
from tests.stories.conftest import House

# How many units, on two lines or one, whether something else is wanted as well, how urgent, how it ships.
SHIPS: tuple[dict[str, Any], ...] = ({"ships": "complete"}, {"ships": "parts"}, {"ships": "at_most", "most_parcels": 2})
waiting = st.lists(
    st.tuples(st.integers(1, 4), st.booleans(), st.booleans(), st.sampled_from((1, 5, 5)), st.sampled_from(SHIPS)), min_size=1, max_size=5
)


Wish = tuple[int, bool, bool, int, dict[str, Any]]


def place(maja: Tablet, ref: str, sku: str, wish: Wish) -> None:
    units, in_two, more, priority, ships = wish
    wanted = [(sku, part) for part in ((1, units - 1) if in_two and units > 1 else (units,))] + ([("OTHER", 1)] if more else [])
    lines = [{"sku": one, "quantity": many, "unit_price": "4.50"} for one, many in wanted]
    assert maja.post("/api/v1/orders", api_order(ref, {}) | {"lines": lines, "priority": priority} | ships).status == 201


def served(refs: list[str], orders: list[Wish], came: int) -> dict[str, int]:
    """Units by order, in turn: the urgent first, then who came first."""
    units: dict[str, int] = {}
    for ref, wish in sorted(zip(refs, orders, strict=True), key=lambda one: one[1][3]):
        units |= {ref: min(came, wish[0])} if came else {}
        came -= min(came, wish[0])
    return units


@pytest.mark.timeout(300)
def test_the_splits_are_the_promises_in_turn_and_the_rest_is_the_rest(house: House) -> None:
    """min(k, waiting) units are promised in turn, however their orders ship; what is told to be shelved is what was promised
    and bound.
    """
    maja, turn = house.tablet("maja"), iter(range(10_000))
    maja.add_product("OTHER")

    @settings(max_examples=80 if proof_is_full() else 12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(waiting, st.integers(1, 14))
    def serve(orders: list[Wish], came: int) -> None:
        n = next(turn)
        sku, refs = f"P{n}", [f"{n}-{one}" for one in range(len(orders))]
        maja.add_product(sku)
        for ref, wish in zip(refs, orders, strict=True):
            place(maja, ref, sku, wish)
        reply = accepted(maja.scan("receive:", sku, came))
        promised = served(refs, orders, came)
        got = {ref: sum(line["promised"] for line in maja.order(ref)["lines"]) for ref in refs}
        assert {ref: units for ref, units in got.items() if units} == promised
        told: list[dict[str, Any]] = reply["next"].get("splits", [])
        assert [(one["order"], one["units"]) for one in told] == list(promised.items())
        assert reply["next"]["rest"] == came - sum(promised.values())
        for one in told:
            assert reply["next"]["bin"] == one["slot"]
            reply = accepted(maja.scan("receive:", one["slot"]))
        assert reply["next"]["want"] == "product"
        house.prove()
        for ref in refs:  # the shelf is empty again for the next
            if maja.order(ref)["state"] != "picked":
                assert maja.post(f"/api/v1/orders/{ref}/cancellation", {"reason": "next"}).status == 200
        while maja.tasks("putaway"):
            maja.follow("putaway:")

    serve()
    house.prove()
