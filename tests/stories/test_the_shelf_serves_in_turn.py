"""However many orders wait for whatever comes: the answer of the receive scan sends each unit to one place, in turn."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.asserts import accepted
from tests.stories.conftest import House

waiting = st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=1, max_size=5)


@pytest.mark.timeout(300)
def test_the_splits_are_the_promises_in_turn_and_the_rest_is_the_rest(house: House) -> None:
    """min(k, waiting) units are promised, first come first; what is told to be shelved is what was promised and bound."""
    maja, turn = house.tablet("maja"), iter(range(10_000))
    maja.add_product("OTHER")

    @settings(max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(waiting, st.integers(1, 14))
    def serve(orders: list[tuple[int, bool]], came: int) -> None:
        n = next(turn)
        sku = f"P{n}"
        maja.add_product(sku)
        for place, (units, more) in enumerate(orders):
            assert maja.place(f"{n}-{place}", {sku: units} | ({"OTHER": 1} if more else {})).status == 201
        reply = accepted(maja.scan("receive:", sku, came))
        left, promised = came, []
        for place, (units, _) in enumerate(orders):
            take = min(left, units)
            left -= take
            promised.append(take)
            assert maja.order(f"{n}-{place}")["lines"][0]["promised"] == take
        told: list[dict[str, Any]] = reply["next"]["splits"]
        assert [(one["order"], one["units"]) for one in told] == [(f"{n}-{place}", take) for place, take in enumerate(promised) if take]
        assert reply["next"]["rest"] == left
        for one in told:
            assert reply["next"]["bin"] == one["slot"]
            reply = accepted(maja.scan("receive:", one["slot"]))
        assert reply["next"]["want"] == "product"
        for place in range(len(orders)):  # the shelf is empty again for the next
            if maja.order(f"{n}-{place}")["state"] != "picked":
                assert maja.post(f"/api/v1/orders/{n}-{place}/cancellation", {"reason": "next"}).status == 200
        while maja.tasks("putaway"):
            maja.follow("putaway:")

    serve()
    house.prove()
