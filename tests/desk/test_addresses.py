"""Addresses that no page of ours wrote, a house where nothing happened yet, and who may come in."""

import pytest

from tests.desk.conftest import PASSWORD, Desk, House

DESK_PAGES = ("/today", "/orders", "/orders.csv", "/waiting", "/receiving", "/stock", "/stock.csv", "/bins", "/bins.csv", "/zones", "/racks", "/map", "/counts", "/counts.csv", "/counts/history", "/counts/history.csv", "/counts/accuracy", "/counts/accuracy.csv", "/counts/plan", "/messages", "/messages/suppressions", "/messages/suppressions.csv", "/stores/demo/channels",
              "/intake-errors", "/integrity")  # fmt: skip


def test_a_picker_is_told_why_a_desk_is_not_hers(one_house: House) -> None:
    maja = one_house.somebody().sign_in("maja@example.test")
    for path in (*DESK_PAGES, "/staff", "/orders/1", "/messages/1", "/bins/A-01-1", "/receiving/PO-1", "/orders/1/slip"):
        page = maja.get(path)
        assert page.status == 403, path
        assert "Maja Kowalska may not open this: it needs the permission" in page.text
        assert "Orders" not in page.links.values()


def test_a_visitor_signs_in_first_and_comes_back(one_house: House) -> None:
    visitor = one_house.somebody()
    for path in DESK_PAGES:
        assert visitor.ask("GET", path, follow=False).headers["location"].startswith("/login?next=/")
    page = visitor.ask("GET", "/orders?q=%E6%97%A5&view=all", follow=False)
    assert page.headers["location"] == "/login?next=/orders%3Fq%3D%25E6%2597%25A5%26view%3Dall"


def test_managers_land_on_the_overview_whichever_door_they_take(one_house: House) -> None:
    ruth = one_house.somebody()
    answer = ruth.ask("POST", "/login", data={"email": "ruth@example.test", "password": PASSWORD})
    assert answer.url.path == ruth.get("/").path == "/today"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/messages/suppressions?view=nonsense", 400), ("/messages/suppressions?after=xyz", 400), ("/messages/suppressions.csv?view=x", 400),
        ("/messages/suppressions?q=%25_%5C", 200), ("/stores/nobody/channels", 404),
        ("/orders?view=nonsense", 400), ("/orders?state=nonsense", 400), ("/orders?store=nobody", 404), ("/orders?after=xyz", 400),
        ("/orders?after=WzFd", 400), ("/orders?before=WyIyMDI2LTExLTI3IiwxXQ", 400), ("/orders?after=a&before=b", 400),
        (f"/orders?q={'x' * 201}", 400), ("/orders?q=%00", 400), ("/orders?q=%FF", 200), ("/orders?q=%25%27%22%3B--", 200),
        ("/orders.csv?view=nonsense", 400), ("/orders.csv?store=nobody", 404), ("/orders/NOPE", 404), ("/orders/%F0%9F%8F%BA", 404),
        ("/orders/NOPE/slip", 404), ("/orders/NOPE?before=x", 400), ("/waiting?after=WzEsMl0", 400), ("/waiting?store=nobody", 404),
        ("/stock?view=nonsense", 400), ("/stock?after=WzFd", 400), ("/stock/NOPE", 404), ("/bins?kind=nonsense", 400), ("/bins/NOPE", 404),
        ("/receiving?view=nonsense", 400), ("/receiving?after=WyJ4IiwxXQ", 400), ("/receiving/NOPE", 404), ("/messages?view=x", 400),
        ("/messages/999", 404), ("/messages/99999999999999999999", 404), ("/messages/abc", 404), ("/intake-errors?view=x", 400),
        ("/intake-errors?after=WyJ4Il0", 400), ("/parcels/NOPE/label", 404), ("/parcels/NOPE/slip", 404), ("/counts?after=W10", 400),
    ],
)  # fmt: skip
def test_an_address_that_no_page_of_ours_wrote_is_answered_with_a_sentence(shift: Desk, path: str, status: int) -> None:
    page = shift.get(path)
    assert page.status == status
    if status != 200:
        assert page.text.count(".") >= 1
        assert "Stowline made a mistake" not in page.text


def test_a_decision_about_what_is_not_there_is_a_404(shift: Desk) -> None:
    csrf = shift.get("/integrity").form("/runs").fields["csrf"]
    for path in ("/orders/NOPE/cancellation", "/orders/NOPE/hold", "/orders/NOPE/hold/release", "/orders/NOPE/telling",
                 "/messages/9/again", "/messages/9/arrival", "/intake-errors/9/retry", "/intake-errors/9/dismissal",
                 "/receiving/NOPE/close", "/receiving/NOPE/reopen", "/parcels/NOPE/label"):  # fmt: skip
        answer = shift.ask("POST", path, data={"csrf": csrf, "reason": "x"})
        assert answer.status_code == 404, path
        assert "There is no" in answer.text


def test_an_empty_house_says_what_its_pages_will_show(shift: Desk) -> None:
    for path, said in {"/orders": "No order fits", "/waiting": "Nobody waits", "/counts": "Every bin agrees", "/stock": "No product fits",
                       "/receiving": "No purchase order here", "/messages": "No message here", "/integrity": "Nothing was proved yet",
                       "/intake-errors": "Every order was taken", "/today": "no pick list is open", "/bins": "empty"}.items():  # fmt: skip
        assert said in shift.get(path).text, path
