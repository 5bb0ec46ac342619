"""Support: what waits and until when, what was told, answers filled for the order; tags, and customers who wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.cases import rules
from stowline.core import db
from tests.asserts import breaches
from tests.desk.conftest import Desk, House, refs
from tests.makers import Tablet

INES = {"customer": {"name": "Ines Moreau", "email": "ines@example.test"}}


@pytest.fixture(scope="module")
def robot(one_house: House) -> Tablet:
    robot = one_house.robot()
    robot.stock_up({"MUG": 1})
    robot.add_product("POT", name="Teapot, ochre")
    robot.place("S1", {"MUG": 1, "POT": 2}, **INES)
    robot.place("S2", {"MUG": 1}, customer={"name": "Bo Berg", "email": "bo@example.test"})
    lines = [{"sku": "POT", "quantity": 9}]
    robot.post("/api/v1/purchase-orders", {"ref": "PO-S", "supplier": "Kiln", "lines": lines})
    one_house.deliver()
    return robot


def test_an_order_is_found_and_answers_are_filled_for_it(robot: Tablet, shift: Desk) -> None:
    page = shift.get("/support?q=ines%40example.test").text
    assert "Teapot, ochre" in page
    assert "no date yet" in page
    assert "Order confirmed" in page, "what was told"
    assert "your order S1 of" in page
    assert "2 × Teapot, ochre (number 1 in line, no date yet)" in page
    assert "Our last message was “Your order S1 is confirmed” on" in page
    assert "{{" not in page
    several = shift.get("/support?q=test").text
    assert "No order fits" in several
    assert "No order fits" in shift.get("/support?q=nobody").text
    assert shift.get("/support?order=99999").status == 404


def test_what_does_not_wait_says_so(robot: Tablet, shift: Desk) -> None:
    robot.add_product("CUP")
    robot.receive({"CUP": 1})
    robot.place("S3", {"CUP": 1})
    page = shift.get("/support?q=S3").text
    assert "Nothing of this order waits for stock" in page
    assert "Nothing waits for stock." in page


def test_a_snippet_is_written_checked_and_removed(robot: Tablet, shift: Desk) -> None:
    page = shift.get("/snippets")
    assert "Where is my order" in page.text
    typed = {"key": "gift", "locale": "en", "title": "Gift", "public": "", "text": "For {{ customer }}: {{ nothing }} {{ order"}
    wrong = shift.send(page, "/snippets", **typed)
    assert wrong.status == 422
    assert "There is no placeholder {{ nothing }}. A brace is left open" in wrong.text
    assert "saved" in shift.send(page, "/snippets", **typed | {"text": "For {{customer}}, order {{ order }}."}).text
    assert "For Ines Moreau, order S1." in shift.get("/support?q=S1").text
    assert "saved" in shift.send(page, "/snippets", **typed | {"text": "Anew {{ order }}."}).text
    assert "Anew S1." in shift.get("/support?q=S1").text
    for wrong_one in ({"key": "No Key"}, {"locale": "?"}, {"title": ""}, {"text": ""}):
        assert shift.send(page, "/snippets", **typed | wrong_one).status == 422


def test_tags_are_given_taken_and_the_derived_one_comes_by_itself(robot: Tablet, shift: Desk, one_house: House) -> None:
    tags = "/api/v1/orders/S1/tags"

    def ask(method: str, path: str) -> list[str]:
        answer = robot.send(method, path, None, robot.headers)
        assert answer.status == 200, answer.raw
        found: list[str] = answer["tags"]
        return found

    assert ask("GET", tags) == ["backorder"]
    for _ in range(2):
        assert ask("PUT", f"{tags}/VIP%20guest") == ["backorder", "vip guest"]
    assert refs(shift.get("/orders?tag=vip+guest")) == ["S1"]
    assert ask("GET", "/api/v1/purchase-orders/PO-S/tags") == ["backorder"]
    assert ask("PUT", "/api/v1/purchase-orders/PO-S/tags/call") == ["backorder", "call"]
    assert "PO-S" in shift.get("/receiving?view=all&tag=call").text
    assert "PO-S" not in shift.get("/receiving?view=all&tag=other").text
    assert ask("DELETE", "/api/v1/purchase-orders/PO-S/tags/call") == ["backorder"]
    for bad in ("backorder", "%21", "x" * 41):
        assert robot.send("PUT", f"{tags}/{bad}", None, robot.headers).status == 422
    assert robot.send("PUT", "/api/v1/orders/NONE/tags/x", None, robot.headers).status == 404
    page = shift.get("/support?q=S1")
    assert "vip guest" in page.text
    assert "urgent" in shift.send(page, "/tags", tag="Urgent").text
    page = shift.send(shift.get("/orders/S1"), "/tags", tag="Call back")
    assert "call back" in page.text
    assert "call back" not in shift.send(page, "/tags/removal", off="call back").text
    assert "A tag is 1 to 40 letters" in shift.send(shift.get("/orders/S1"), "/tags", tag="x" * 41).text
    assert ask("DELETE", f"{tags}/vip%20guest") == ["backorder", "urgent"]
    robot.receive({"POT": 9})
    assert ask("GET", tags) == ["urgent"], "nothing waits, so the tag is gone"
    assert ask("GET", "/api/v1/purchase-orders/PO-S/tags") == []
    with db.reading() as session:
        assert breaches(session) == {}


def test_customers_who_wait(robot: Tablet, shift: Desk) -> None:
    robot.add_product("JUG")
    robot.place("S9", {"JUG": 1}, customer={"name": "Cy Dahl", "email": "cy@example.test"})
    listed = shift.get("/customers").text
    assert "Cy Dahl" in listed
    assert "Ines Moreau" in shift.get("/customers?view=all&q=ines").text
    assert "Cy Dahl" not in shift.get("/customers?view=all&q=ines").text
    page = shift.get(next(href for href, said in shift.get("/customers?q=cy").links.items() if said == "Cy Dahl"))
    assert "S9" in page.text
    assert "regular" in shift.send(page, "/tags", tag="Regular").text
    assert "Cy Dahl" in shift.get("/customers?tag=regular").text
    assert shift.get("/customers/99999").status == 404


@given(st.text(max_size=80))
def test_any_text_is_a_snippet_that_can_be_filled_or_has_a_fault(text: str) -> None:
    if not rules.faults(text):
        filled = rules.filled(text, dict.fromkeys(rules.PLACEHOLDERS, "X"))
        assert "{{" not in filled


@given(st.text(max_size=60))
def test_a_tag_once_kept_is_kept_so(said: str) -> None:
    kept = rules.tag(said)
    assert rules.tag(kept) == kept
    assert len(kept) <= 40
