"""Every page of the desk: all links lead somewhere, all buttons are guarded, nobody enters who may not."""

import html
from urllib.parse import quote, urldefrag, urlsplit

import pytest

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.people import service as people
from stowline.receiving import cases
from stowline.receiving import queries as receiving
from tests.desk.conftest import PASSWORD, Desk, House
from tests.desk.pages import Form
from tests.makers import webhook

ODD_REFS = ("#1042", "2011/07-5", "日本 注文 1", "طلب-7", "50%", 'O\'Brien "x" <b>', "a?b&c=d", "a\\b", "R+1 =2")


@pytest.fixture(scope="module")
def lively(one_house: House) -> House:
    """Goods on shelves, orders in most states under refs that shops really use, a late delivery, an order not taken."""
    house = one_house
    robot = house.robot()
    robot.stock_up({"MUG": 12, "A/B #7 ü": 3})
    for ref in ODD_REFS:
        assert robot.place(ref, {"MUG": 1}).status == 201
    robot.place("big", {"MUG": 40, "A/B #7 ü": 1})
    robot.follow("pick:CART-1")
    for item in robot.tasks("pack")[:3]:
        robot.follow(item["task"])
    robot.follow(robot.open_manifest())
    robot.post("/api/v1/purchase-orders", {"ref": "PO/9 ü", "supplier": "Töpfer & Söhne", "expected_from": "2026-01-05",
               "expected_to": "2026-01-09", "lines": [{"sku": "MUG", "quantity": 50}]})  # fmt: skip
    webhook(robot.send, "shopify", b"this is no order")
    house.catch_up()
    return house


def explore(desk: Desk, *starts: str) -> dict[str, int]:
    """Every address that links lead to from here, with its status. Forms are tried without their token."""
    found: dict[str, int] = {}
    waiting = list(starts)
    while waiting:
        path = urldefrag(waiting.pop()).url  # another place on the same page is no other page
        if path in found or not path.startswith("/") or path.startswith(("/floor", "/static")):
            continue
        page = desk.get(path)
        found[path] = page.status
        waiting += page.links
        for form in page.forms:
            if form.method == "post" and form.action not in found:
                found[form.action] = unguarded(desk, form)
    return found


def unguarded(desk: Desk, form: Form) -> int:
    """Send a form as a page of another site would: 200 if that changes nothing."""
    elsewhere = {"origin": "https://elsewhere.example"}  # the switch of day and night stands before sign-in too
    answer = desk.ask("POST", form.action, data={**form.fields, "csrf": "of another session"}, headers=elsewhere)
    refused = "Nothing was changed" in answer.text or "from another site" in answer.text
    return 200 if answer.status_code == 403 and refused else 500


def test_every_link_leads_somewhere_and_every_button_is_guarded(lively: House) -> None:
    found = explore(lively.ruth(), "/today", "/integrity")
    assert {path: status for path, status in found.items() if status != 200} == {}
    kinds = {urlsplit(path).path.rsplit("/", 1)[-1] for path in found}
    assert {"cancellation", "hold", "retry", "dismissal", "close", "slip", "label", "orders.csv", "stock.csv", "integrity"} <= kinds
    assert len(found) > 80


def test_a_receiver_sees_a_case_through_and_goes_on_receiving(lively: House) -> None:
    with db.transaction() as session:
        people.add_user(session, name="Wen Zhang", roles=["receiver"], email="wen@example.test", password=PASSWORD)
        order, mug = receiving.by_ref(session, "PO/9 ü"), catalog.product_by_sku(session, "MUG")
        case = cases.open_case(session, "wrong-item", units=2, purchase_order_id=order.id, product_id=mug.id).ref
    wen = lively.somebody().sign_in("wen@example.test")
    found = explore(wen, f"/dock-cases/{case}")
    assert {path: status for path, status in found.items() if status != 200} == {}
    assert f"/dock-cases/{case}/photos" in found
    assert wen.get("/floor/task/receive:PO%2F9%20%C3%BC").status == 200
    assert "/floor/task/receive:PO%2F9%20%C3%BC" in wen.get(f"/dock-cases/{case}").links


@pytest.mark.parametrize("ref", ODD_REFS)
def test_a_strange_ref_is_found_shown_and_decided_about(lively: House, ref: str) -> None:
    ruth = lively.ruth()
    found = ruth.get(f"/orders?q={quote(ref.split(maxsplit=1)[0], safe='')}")
    href = next(href for href, text in found.links.items() if text == ref)
    page = ruth.get(href)
    assert page.text.count(ref) >= 2
    assert html.escape(ref) in page.answer.text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
    slip = ruth.file(next(link for link, text in page.links.items() if text == "Print slip"))
    assert slip.content.startswith(b"%PDF")
    held = [form for form in page.forms if form.action.partition("?")[0].endswith("/hold")]
    if held:
        assert "On hold" in ruth.send(page, "/hold", reason=f"because of {ref}").text
