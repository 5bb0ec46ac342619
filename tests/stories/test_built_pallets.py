"""Pallets that are built at the dock, under SSCCs of the warehouse's own."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import ValidationError

from stowline.core import db
from stowline.core.barcode import sscc
from stowline.core.config import Settings
from stowline.core.errors import Refused
from stowline.receiving import built
from tests.asserts import accepted, clear_no, refused
from tests.makers import FORM_TYPE, Reply, Tablet, at_once
from tests.stories.conftest import House
from tests.stories.test_not_as_ordered import codes_of, drawn, text_of

PREFIX = "4006381"
PRESS = "0192f0c4-press-{n}"


@pytest.fixture
def prefix(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("STOWLINE_GS1_PREFIX", PREFIX)
    yield PREFIX
    db.forget()


@pytest.fixture
def maja(house: House) -> Tablet:
    """Ten mugs and four bowls of twelve and four came."""
    tablet = house.tablet("maja")
    for sku in ("MUG", "BOWL"):
        tablet.add_product(sku)
    lines = [{"sku": "MUG", "quantity": 12}, {"sku": "BOWL", "quantity": 4}]
    assert tablet.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Kiln", "lines": lines}).status == 201
    accepted(tablet.scan("receive:PO-1", "MUG", 10))
    accepted(tablet.scan("receive:PO-1", "BOWL", 4))
    return tablet


def build(tablet: Tablet, n: int, path: str = "/pallets", order: str = "PO-1", **units: Any) -> Reply:
    form = {"press": PRESS.format(n=n), "order": order, **{f"on.{sku}": units for sku, units in units.items()}}
    return tablet.send("POST", path, urlencode(form).encode(), {**tablet.headers, **FORM_TYPE})


@pytest.mark.usefixtures("prefix")
@pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)
def test_a_pallet_gets_the_next_number_and_a_label(house: House, maja: Tablet) -> None:
    db.forget()
    first = build(maja, 1, MUG=6, BOWL=4)
    assert (first.status, first.headers["location"]) == (303, f"/pallets/{sscc(PREFIX, 0)}/label")
    assert build(maja, 1, MUG=6, BOWL=4).headers["location"] == first.headers["location"]  # an impatient finger
    assert "built pallet" in clear_no(build(maja, 1, MUG=3), 409)
    assert "7 are more than the 4 that came on PO-1" in clear_no(build(maja, 2, MUG=7), 422)
    assert build(maja, 2, MUG=4).headers["location"] == f"/pallets/{sscc(PREFIX, 1)}/label"  # a refusal took no number
    label = maja.get(first.headers["location"]).raw
    assert [code.replace("(00)", "").removeprefix("00") for code in codes_of(label)] == [sscc(PREFIX, 0)]
    said = text_of(label)
    for words in ("6 × Thing MUG", "4 × Thing BOWL", "From Kiln", "Purchase order PO-1"):
        assert words in said
    assert "Notice" not in said
    page = drawn(maja, "/receiving/PO-1")
    assert sscc(PREFIX, 1) in page
    assert "All that came stands on pallets." in page
    reply = accepted(maja.scan("look:", sscc(PREFIX, 0)))
    assert (reply["say"], reply["hint"]) == (f"Pallet {sscc(PREFIX, 0)}, built here", "6 Thing MUG, 4 Thing BOWL")
    refused(maja.scan("receive:PO-1", sscc(PREFIX, 0)), "Scan a product.")  # its goods are in
    house.prove()


@pytest.mark.usefixtures("prefix")
@pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)
def test_a_pallet_that_was_taken_apart_frees_its_units_and_keeps_its_number(house: House, maja: Tablet) -> None:
    db.forget()
    build(maja, 1, MUG=10)
    assert maja.send("POST", f"/pallets/{sscc(PREFIX, 0)}/apart", b"", {**maja.headers, **FORM_TYPE}).headers["location"] == "/receiving/PO-1?done=apart#pallets"
    assert "was taken apart" in clear_no(maja.get(f"/pallets/{sscc(PREFIX, 0)}/label"), 409)
    assert accepted(maja.scan("look:", sscc(PREFIX, 0)))["hint"] == "It was taken apart."
    assert build(maja, 2, MUG=10).headers["location"] == f"/pallets/{sscc(PREFIX, 1)}/label"
    assert build(maja, 3, order="", MUG=700).status == 303  # of a blind receipt, nobody knows how many came
    clear_no(build(maja, 4, MUG=0), 422)
    clear_no(build(maja, 4, order="", MUG="1.5"), 422, 400)
    clear_no(build(maja, 4, order="", NOBODY=1), 422)
    clear_no(build(maja, 4, order="PO-9", MUG=1), 404)
    clear_no(maja.get("/pallets/123/label"), 404)
    assert "0 that came" in clear_no(build(maja, 4, path="/receiving/PO-1/pallets", MUG=1), 422)
    assert build(maja, 4, path="/receiving/PO-1/pallets", BOWL=1).headers["location"] == "/receiving/PO-1?done=built#pallets"
    house.prove()


@pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)
def test_without_a_prefix_no_pallet_gets_a_number(house: House, maja: Tablet) -> None:
    assert "No GS1 company prefix is set" in clear_no(build(maja, 1, MUG=1), 422)
    page = drawn(maja, "/receiving/PO-1")
    assert "No GS1 company prefix is set" in page
    assert "Build a pallet" not in page
    for wrong in ("123", "12345678901234", "40 06", "٤٠٠٦"):
        with pytest.raises(ValidationError, match="4 to 12 digits"):
            Settings(gs1_prefix=wrong)


@pytest.mark.usefixtures("prefix", "house")
def test_numbers_are_drawn_without_gaps_or_repeats_by_many_at_once() -> None:
    db.forget()

    def draw(n: int) -> list[str]:
        """Five numbers; every third time somebody changes their mind after the draw."""
        drawn_: list[str] = []
        for turn in range(6):
            try:
                drawn_.append(db.run(partial(one, mind_changes=(n + turn) % 3 == 0)))
            except Refused:
                continue
        return drawn_

    def one(session: db.Session, *, mind_changes: bool) -> str:
        number = built.next_sscc(session)
        if mind_changes:
            raise Refused("Not now.")
        return number

    numbers = [number for part in at_once([partial(draw, n) for n in range(6)]) for number in part]
    assert sorted(numbers) == [sscc(PREFIX, n) for n in range(24)]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)
def test_when_a_series_is_used_up_the_next_digit_follows_and_then_a_new_prefix_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOWLINE_GS1_PREFIX", "123456789012")
    db.forget()
    with db.transaction() as session:
        session.connection().exec_driver_sql("INSERT INTO sscc_series (prefix, upcoming) VALUES ('123456789012', 9999)")
    assert [db.run(built.next_sscc)[0] for _ in range(2)] == ["0", "1"]
    with db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE sscc_series SET upcoming = 100000")
    with pytest.raises(Refused, match="All SSCCs under the prefix 123456789012 are used"):
        db.run(built.next_sscc)
