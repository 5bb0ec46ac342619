"""However many orders wait for whatever comes: the answer of the receive scan sends each unit to one place, in turn."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.asserts import accepted
from tests.makers import api_order
from tests.services import proof_is_full
from tests.stories.conftest import House

# How many units, on two lines or one, whether something else is wanted as well, how urgent, how it ships.
SHIPS: tuple[dict[str, Any], ...] = ({"ships": "complete"}, {"ships": "parts"}, {"ships": "at_most", "most_parcels": 2})
waiting = st.lists(
    st.tuples(st.integers(1, 4), st.booleans(), st.booleans(), st.sampled_from((1, 5, 5)), st.sampled_from(SHIPS)), min_size=1, max_size=5
)


@pytest.mark.timeout(300)
def test_the_splits_are_the_promises_in_turn_and_the_rest_is_the_rest(house: House) -> None:
    """min(k, waiting) units are promised, the urgent first, then who came first, however they ship; what is told to be
    shelved is what was promised and bound.
    """
    maja, turn = house.tablet("maja"), iter(range(10_000))
    maja.add_product("OTHER")

    @settings(max_examples=120 if proof_is_full() else 12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(waiting, st.integers(1, 14))
    def serve(orders: list[tuple[int, bool, bool, int, dict[str, Any]]], came: int) -> None:
        n = next(turn)
        sku = f"P{n}"
        maja.add_product(sku)
        for place, (units, in_two, more, priority, ships) in enumerate(orders):
            wanted = [(sku, part) for part in ((1, units - 1) if in_two and units > 1 else (units,))] + ([("OTHER", 1)] if more else [])
            lines = [{"sku": one, "quantity": many, "unit_price": "4.50"} for one, many in wanted]
            order = api_order(f"{n}-{place}", {}) | {"lines": lines, "priority": priority} | ships
            assert maja.post("/api/v1/orders", order).status == 201
        reply = accepted(maja.scan("receive:", sku, came))
        left, promised = came, {}
        for place in sorted(range(len(orders)), key=lambda place: (orders[place][3], place)):
            take = min(left, orders[place][0])
            left -= take
            if take:
                promised[f"{n}-{place}"] = take
        got = {f"{n}-{place}": sum(line["promised"] for line in maja.order(f"{n}-{place}")["lines"]) for place in range(len(orders))}
        assert {ref: units for ref, units in got.items() if units} == promised
        told: list[dict[str, Any]] = reply["next"].get("splits", [])
        assert [(one["order"], one["units"]) for one in told] == list(promised.items())
        assert reply["next"]["rest"] == left
        for one in told:
            assert reply["next"]["bin"] == one["slot"]
            reply = accepted(maja.scan("receive:", one["slot"]))
        assert reply["next"]["want"] == "product"
        house.prove()
        for place in range(len(orders)):  # the shelf is empty again for the next
            if maja.order(f"{n}-{place}")["state"] != "picked":
                assert maja.post(f"/api/v1/orders/{n}-{place}/cancellation", {"reason": "next"}).status == 200
        while maja.tasks("putaway"):
            maja.follow("putaway:")

    serve()
    house.prove()
