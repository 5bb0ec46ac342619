from datetime import UTC, datetime
from typing import Any

import pytest

from stowline.orders.intake import api
from stowline.orders.intake.shape import Address, Customer, IncomingLine, IncomingOrder

MUG = {"sku": "MUG-BL", "quantity": 2, "unit_price": "12.5"}
BODY = {
    "ref": "1042",
    "store": "demo",
    "customer": {"name": "Aiko 山田", "email": "aiko@example.test"},
    "address": {
        "name": "Aiko 山田",
        "line1": "1 Main Street",
        "city": "Osaka",
        "postcode": "530-0001",
        "country": "jp",
    },
    "lines": [MUG],
    "currency": "JPY",
    "placed_at": "2026-11-27T14:03:11Z",
}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in BODY.items() if name != key}


def places(body: Any) -> list[str]:
    taken = api.read(body)
    assert isinstance(taken, list), taken
    assert all(problem.say.endswith(".") for problem in taken)
    return [problem.where for problem in taken]


def test_an_order_as_the_contract_states_it() -> None:
    assert api.read(BODY) == IncomingOrder(
        ref="1042",
        store="demo",
        customer=Customer("Aiko 山田", "aiko@example.test"),
        address=Address("Aiko 山田", line1="1 Main Street", city="Osaka", postcode="530-0001", country="JP"),
        lines=(IncomingLine("MUG-BL", "", 2, 125_000),),
        currency="JPY",
        placed_at=datetime(2026, 11, 27, 14, 3, 11, tzinfo=UTC),
    )


@pytest.mark.parametrize("key", ["currency", "placed_at", "customer"])
def test_what_the_contract_leaves_open_may_be_absent(key: str) -> None:
    assert isinstance(api.read(without(key)), IncomingOrder)


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 10**12, "2", "", None, True, float("nan"), [], {}])
def test_a_quantity_that_is_no_positive_whole_number_is_refused(quantity: Any) -> None:
    assert places(BODY | {"lines": [MUG, MUG | {"quantity": quantity}]}) == ["lines[1].quantity"]


def test_two_point_zero_is_two() -> None:
    taken = api.read(BODY | {"lines": [MUG | {"quantity": 2.0}]})
    assert isinstance(taken, IncomingOrder)
    assert taken.lines[0].quantity == 2


def test_all_problems_are_told_at_once() -> None:
    body = {
        "ref": "a\x00b",
        "store": 7,
        "customer": {"email": "a@b\r\nBcc: all@example.test"},
        "address": {"name": "x", "line1": "y", "country": "Atlantis"},
        "lines": [
            {"sku": "", "quantity": 1, "unit_price": "1"},
            5,
            MUG | {"unit_price": "1,5"},
            MUG | {"unit_price": -1},
        ],
        "currency": "XXX",
        "placed_at": "yesterday",
        "priority": 11,
    }
    assert places(body) == [
        "ref", "store", "customer.email", "address.country", "lines[0].sku", "lines[1]", "lines[2].unit_price",
        "lines[3].unit_price", "currency", "placed_at", "priority",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body", [None, [], "x", 5, True, {}, {"lines": {}}, {"lines": []}, {"address": [], "lines": [None]}]
)
def test_junk_is_told_what_it_lacks(body: Any) -> None:
    assert places(body)


@pytest.mark.parametrize("key", ["ref", "store", "address", "lines"])
def test_what_the_contract_needs_is_asked_for(key: str) -> None:
    assert places(without(key)) == [key]
    assert places(BODY | {key: None}) == [key]


def test_a_code_sent_as_a_number_is_not_guessed() -> None:
    assert places(BODY | {"ref": 7, "lines": [MUG | {"sku": 7}]}) == ["ref", "lines[0].sku"]


def test_codes_stay_exact() -> None:
    taken = api.read(BODY | {"ref": "Ab 1_#", "lines": [MUG | {"sku": "85123a"}, MUG | {"sku": "85123A"}]})
    assert isinstance(taken, IncomingOrder)
    assert (taken.ref, [line.sku for line in taken.lines]) == ("Ab 1_#", ["85123a", "85123A"])


def test_an_order_that_costs_more_than_anything_is_refused() -> None:
    assert places(BODY | {"lines": [MUG | {"quantity": 1_000_000, "unit_price": "1000000.01"}]}) == ["lines"]
    assert places(BODY | {"lines": [MUG] * 10_001}) == ["lines"]
