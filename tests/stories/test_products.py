"""What is known of a product is completed and corrected; what its units are told apart by only while there are none."""

import json
from typing import Any

import pytest

from stowline.catalog import details, queries, service
from stowline.core import db
from stowline.core.errors import Conflict
from tests.asserts import clear_no
from tests.makers import JSON_TYPE, Reply, Tablet
from tests.stories.conftest import House


def change(tablet: Tablet, sku: str, **changes: Any) -> Reply:
    body = json.dumps(changes).encode()
    return tablet.send("PATCH", f"/api/v1/products/{sku}", body, {**tablet.headers, **JSON_TYPE})


def test_what_is_sent_changes_and_all_else_stays(house: House) -> None:
    tablet = house.tablet()
    tablet.post("/api/v1/products", {"sku": "MUG", "name": "", "weight_g": 350, "dims_mm": [120, 90, 95]})
    assert tablet.get("/api/v1/products/MUG")["name"] == "MUG"
    changed = change(tablet, "MUG", name="Blue mug", barcodes=[{"code": "4006381333931"}])
    assert (changed.status, changed["name"], changed["weight_g"], changed["dims_mm"]) == (
        200,
        "Blue mug",
        350,
        [120, 90, 95],
    )
    assert change(tablet, "MUG", weight_g=None, dims_mm=None)["weight_g"] is None
    assert change(tablet, "MUG", name=" ")["name"] == "MUG"
    assert change(tablet, "MUG", low_at=12)["low_at"] == 12
    assert change(tablet, "MUG", low_at=None)["low_at"] is None
    assert tablet.get("/api/v1/products/MUG")["barcodes"] == [{"code": "4006381333931", "quantity": 1}]


def test_every_change_is_in_the_books_once_with_what_stood_there(house: House) -> None:
    tablet = house.tablet()
    tablet.add_product("MUG", weight_g=350)
    for _ in range(2):
        assert change(tablet, "MUG", weight_g=360).status == 200
    with db.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT body FROM outbox WHERE name = 'ProductChanged'").all()
    (body,) = [json.loads(row[0]) for row in rows]
    assert (body["sku"], body["changed"]) == ("MUG", {"weight_g": [350, 360]})
    assert body["who"]


def test_lots_are_switched_while_none_is_in_the_house_and_not_after(house: House) -> None:
    tablet = house.tablet()
    tablet.add_product("TEA")
    assert change(tablet, "TEA", lots=True, expires=True, fefo=True, min_days_left=30)["min_days_left"] == 30
    assert change(tablet, "TEA", lots=False, expires=False, fefo=False, min_days_left=0)["lots"] is False
    tablet.receive({"TEA": 5})
    no = change(tablet, "TEA", lots=True)
    assert "5 of TEA lie in" in clear_no(no, 409)
    assert tablet.get("/api/v1/products/TEA")["lots"] is False
    assert change(tablet, "TEA", name="Green tea").status == 200


@pytest.mark.parametrize(
    ("changes", "say"),
    [
        ({"expires": True}, "Switch lots on as well."),
        ({"lots": True, "fefo": True}, "Switch expiry on as well."),
        ({"min_days_left": 3}, "Switch expiry on as well."),
        ({"lots": True, "expires": True, "min_days_left": 3651}, "0 to 3,650"),
        ({"weight_g": 0}, "A weight is 1 g"),
        ({"dims_mm": [1, 2, 0]}, "Dimensions are 1 mm"),
        ({"name": "a\x00b"}, "control characters"),
        ({"detail": "x" * 301}, "at most 300"),
        ({"barcodes": [{"code": "4006381333931", "quantity": 0}]}, "The quantity is 0. Give a whole number from 1 to 100,000"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changed(house: House, changes: dict[str, Any], say: str) -> None:
    tablet = house.tablet()
    tablet.add_product("MUG")
    before = tablet.get("/api/v1/products/MUG").body
    assert say in clear_no(change(tablet, "MUG", name="New", **{"weight_g": 7, **changes}) if "name" not in changes
                           else change(tablet, "MUG", **changes), 422)  # fmt: skip
    assert tablet.get("/api/v1/products/MUG").body == before


def test_a_product_nobody_knows_is_said_so(house: House) -> None:
    assert "There is no product NONE" in clear_no(change(house.tablet(), "NONE", name="x"), 404)


def test_many_at_once_end_as_one_by_one(house: House) -> None:
    goods = [
        service.New("A", "One", [("4006381333931", 1)]),
        service.New("A", "Again"),
        service.New("B", "Two", [("4006381333931", 12)]),
        service.New("C", "", [("96385074", 6), ("96385074", 6)], 5, (1, 2, 3)),
        service.New(" D", "Bad"),
        service.New("96385074", "SKU like a barcode"),
    ]
    with db.transaction() as session:
        fates = service.add_many(session, goods)
        assert [fate if isinstance(fate, bool) else type(fate) for fate in fates][:4] == [True, False, Conflict, True]
        assert fates[5] is True
        assert service.add_many(session, goods)[3] is False
        made = queries.product_by_sku(session, "C")
        assert (made.name, made.weight_g, made.height_mm) == ("C", 5, 3)
        assert [(code.shown, code.quantity) for code in queries.barcodes_of(session, made.id or 0)] == [("96385074", 6)]
        details.take_off(session, "C", "96385074")
        assert queries.barcodes_of(session, made.id or 0) == []
