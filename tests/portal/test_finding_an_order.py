"""An order is found by its number and a proof, a parcel by its tracking number; whoever guesses learns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.core import db, web
from stowline.portal.screens import look_up as lookup
from stowline.stores import service as stores
from tests.desk.pages import Page
from tests.portal.conftest import Shopper
from tests.portal.test_the_order_page import INES

OTHER = {"customer": {"name": "Per Olsen", "email": "per@example.test"}, "address": {
    "name": "Per Olsen", "line1": "Kirkegata 3", "city": "Oslo", "postcode": "0153", "country": "NO"}}  # fmt: skip


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    for pace in (lookup.TRIES, lookup.OF_ONE_ORDER, lookup.PARCELS):
        pace.forget()
    yield
    for pace in (lookup.TRIES, lookup.OF_ONE_ORDER, lookup.PARCELS):
        pace.forget()


def find(ines: Shopper, order: str, proof: str, store: str = "") -> Any:
    return ines.browser.ask("POST", "/track", data={"order": order, "proof": proof, "store": store}, follow=False)


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def heard(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", heard)
    try:
        yield said
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", heard)


def test_the_number_with_the_mail_or_the_postcode_leads_to_the_signed_link(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG")
    robot.place("#1042", {"MUG": 1}, **INES)
    robot.place("W1043", {"MUG": 1}, **OTHER)
    form = ines.browser.get("/track")
    assert form.status == 200
    assert "Find your order" in form.text
    for number, proof in (("1042", "ines@example.test"), ("#1042 ", " INES@Example.test"), ("1042", "44 000"), ("w1043", "0153")):
        there = find(ines, number, proof)
        assert (number, there.status_code) == (number, 303)
        page = ines.browser.get(there.headers["location"])
        assert ("44000 Nantes" if "1042" in number else "0153 Oslo") in page.text
    assert find(ines, "", "x").status_code == 422


def test_wrong_unknown_and_somebody_elses_read_and_cost_the_same(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1}, **INES)
    robot.place("1043", {"MUG": 1}, **OTHER)
    robot.place("1044", {"MUG": 1}, customer={"name": "Nobody's mail"})
    answers, costs = [], []
    for number, proof in (("1042", "per@example.test"), ("9942", "ines@example.test"), ("1042", "44001"), ("1044", "@"), ("1043", "ines@example.test")):
        with statements() as said:
            answer = find(ines, number, proof)
        answers.append((answer.status_code, answer.text.replace(f'value="{number}"', "")))
        costs.append(said)
    assert {code for code, _ in answers} == {404}
    assert len({page for _, page in answers}) == 1
    assert "do not belong together" in answers[0][1]
    assert all(cost == costs[0] for cost in costs)
    assert all(name not in answers[0][1] for name in ("Ines", "Nantes", "1043"))


def test_two_stores_that_share_a_number_are_told_apart(ines: Shopper) -> None:
    with db.transaction() as session:
        stores.open_store(session, "kiln", "Kiln & Cup")
    robot = ines.house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1}, **INES)
    robot.place("1042", {"MUG": 2}, store="kiln", **OTHER)
    mine, theirs = find(ines, "1042", "44000"), find(ines, "1042", "per@example.test")
    assert mine.headers["location"] != theirs.headers["location"]
    assert "Kiln & Cup" in ines.browser.get("/track?store=kiln").text
    assert find(ines, "1042", "44000", "kiln").status_code == 404
    robot.place("2000", {"MUG": 1}, **INES)
    robot.place("2000", {"MUG": 1}, store="kiln", **INES)
    both = Page(find(ines, "2000", "ines@example.test"))
    assert "Which shop was it?" in both.text
    assert len([href for href in both.links if href.startswith("/track/")]) == 2
    assert find(ines, "2000", "ines@example.test", "kiln").status_code == 303


def test_who_tries_too_often_waits_by_address_and_by_number(ines: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1}, **INES)
    codes = [find(ines, "1042", f"{n:05}").status_code for n in range(12)]
    assert codes == [404] * 10 + [429] * 2
    late = find(ines, "#1042", "44000")
    assert late.status_code == 429, "the right one, too, and however the number is written"
    assert "asked too often" in late.text
    assert int(late.headers["retry-after"]) > 60
    lookup.TRIES.forget()
    assert find(ines, "1041", "44000").status_code == 404, "another number may be tried"
    addresses = iter([f"2001:db8:1:2::{n:x}" for n in range(30)])
    monkeypatch.setattr(web, "client_address", lambda _: next(addresses))
    lookup.TRIES.forget()
    assert [find(ines, f"x{n}", "y").status_code for n in range(22)] == [404] * 20 + [429] * 2, "an IPv6 network is one visitor"


def test_a_parcel_tells_where_it_is_and_nothing_of_whose(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.stock_up({"MUG": 5})
    robot.place("1042", {"MUG": 2}, **INES)
    robot.ship_all()
    number = robot.order("1042")["parcels"][0]["tracking"]
    page = ines.browser.get(f"/parcel?number={number.lower()}")
    assert page.status == 200
    assert "Handed to the carrier" in page.text
    assert "House carrier" in page.text
    for private in ("Ines", "Nantes", "44000", "1042", "MUG", "ines@", "/track/1"):
        assert private not in page.answer.text
    assert ines.browser.get("/parcel?number=HC0000").status == 404
    code = robot.order("1042")["parcels"][0]["code"]
    assert ines.browser.get(f"/parcel?number={code}").status == 404, "a code of our own is no tracking number"
    assert ines.browser.get("/parcel").status == 200
