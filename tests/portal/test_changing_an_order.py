"""A shopper changes an order while it is still possible: elsewhere, less of it, in parts, together with another one."""

from datetime import timedelta
from typing import Any

import pytest

from stowline.core import clock, db
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.portal.screens.change import PROOFS
from stowline.stores import queries as stores
from tests.asserts import breaches
from tests.desk.pages import Page
from tests.portal.conftest import Shopper
from tests.portal.test_choices import everything
from tests.portal.test_the_order_page import INES

NEW = {"ship_name": "Ines Moreau", "line1": "Quai de la Fosse 12", "city": "Nantes", "postcode": "44100", "proof": "INES@example.test"}


@pytest.fixture(autouse=True)
def anew() -> None:
    PROOFS.forget()


def change(ines: Shopper, ref: str, deed: str, **typed: str) -> Page:
    """Open the form from the order's page, fill it in, send it."""
    page = ines.browser.get(f"{ines.link(ref)}/change/{deed}")
    assert page.status == 200, page.text
    return ines.browser.send(page, deed, **typed)


def placed(ines: Shopper, ref: str = "1042", stock: dict[str, int] | None = None, lines: dict[str, int] | None = None) -> Any:
    robot = ines.house.robot()
    robot.stock_up(stock or {"MUG": 9, "CUP": 9})
    robot.place(ref, lines or {"MUG": 2, "CUP": 1}, **INES)
    return robot


def owed(ref: str) -> list[tuple[str, int]]:
    with db.reading() as session:
        return [(one.kind, one.amount_minor) for one in instruction_queries.of_order(session, orders.by_ref(session, ref).id or 0)]


def proven() -> None:
    with db.reading() as session:
        assert breaches(session) == {}


def test_another_address_until_the_label_is_printed(ines: Shopper) -> None:
    robot = placed(ines)
    assert "Send it somewhere else" in ines.sees("1042").text
    form = ines.browser.get(f"{ines.link('1042')}/change/address")
    assert "Rue des Carmes" not in form.answer.text, "whoever has the link alone does not learn the street"
    assert "Country: France." in form.text
    wrong = change(ines, "1042", "address", **NEW | {"proof": "per@example.test"})
    assert (wrong.status, "not the e-mail address" in wrong.text) == (422, True)
    shown = change(ines, "1042", "address", **NEW | {"proof": "44000"})
    assert shown.status == 422, "the postcode stands on the page that the link opens: it proves nothing"
    empty = change(ines, "1042", "address", **NEW | {"line1": " "})
    assert (empty.status, 'id="line1"' in empty.answer.text, "Something is missing here" in empty.text) == (422, True, True)
    done = change(ines, "1042", "address", **NEW)
    assert "It goes to the new address" in done.text
    assert "44100 Nantes" in ines.sees("1042").text
    staff = ines.house.ruth().get("/orders/1042?store=demo").text
    assert "Quai de la Fosse 12" in staff
    assert "Address changed by the shopper: street, postcode, second line" in staff
    assert "already" in change(ines, "1042", "address", **NEW | {"proof": "ines@example.test"}).text, "again, nothing is changed"
    assert robot.events("1042").count("AddressChanged") == 1
    robot.follow("pick:CART-1")
    [task] = robot.tasks("pack")
    robot.follow(task["task"], until="label")
    late = form
    robot.follow(task["task"])
    sent = ines.browser.send(late, "address", **NEW | {"line1": "Elsewhere 1", "proof": "ines@example.test"})
    assert (sent.status, "has its label already" in sent.text) == (409, True)
    assert "has its label already" in ines.browser.get(f"{ines.link('1042')}/change/address").text
    assert "Elsewhere" not in ines.house.ruth().get("/orders/1042?store=demo").text
    proven()


def test_a_line_or_all_of_it_is_cancelled_and_paid_back_once(ines: Shopper) -> None:
    robot = placed(ines, stock={"MUG": 2, "CUP": 1})
    robot.place("next", {"MUG": 2})
    form = ines.browser.get(f"{ines.link('1042')}/change/cancellation")
    with db.reading() as session:
        mug = next(line for line in orders.lines(session, orders.by_ref(session, "1042").id or 0) if line.sku == "MUG")
    done = ines.browser.send(form, "cancellation", what=str(mug.id), proof="ines@example.test")
    assert "It is off your order The shop pays €9.00 back" in done.text
    assert robot.order("next")["lines"][0]["promised"] == 2, "who waits is served at once"
    again = ines.browser.send(form, "cancellation", what=str(mug.id), proof="ines@example.test")
    assert "nothing was changed just now" in again.text
    assert owed("1042") == [("refund", 900)]
    with db.reading() as session:
        theirs = orders.lines(session, orders.by_ref(session, "next").id or 0)[0].id
    assert ines.browser.send(form, "cancellation", what=str(theirs), proof="ines@example.test").status == 409, "another order's line"
    for _ in range(2):
        assert "Your order is cancelled" in ines.browser.send(form, "cancellation", what="all", proof="ines@example.test").text
    assert sorted(owed("1042")) == [("refund", 450), ("refund", 900)]
    assert "Your order was cancelled" in ines.sees("1042").text
    assert robot.order("next")["state"] == "allocated"
    proven()


def test_too_late_is_said_honestly(ines: Shopper) -> None:
    robot = placed(ines)
    form = ines.browser.get(f"{ines.link('1042')}/change/cancellation")
    robot.follow("pick:CART-1")
    page = ines.sees("1042").text
    assert "It is being packed just now" in page
    assert "Cancel the order" not in page
    late = ines.browser.send(form, "cancellation", what="all", proof="ines@example.test")
    assert (late.status, "send you a return label instead" in late.text) == (409, True)
    [task] = robot.tasks("pack")
    robot.follow(task["task"], until="label")
    assert "It is packed already." in ines.browser.send(form, "cancellation", what="all", proof="ines@example.test").text
    robot.follow(task["task"])
    robot.follow(robot.open_manifest())
    assert "It has left our warehouse." in ines.browser.send(form, "cancellation", what="all", proof="ines@example.test").text
    assert "Change something" not in ines.sees("1042").text
    assert owed("1042") == []
    with db.transaction() as session:
        stores.store_by_key(session, "demo").self_service = "off"
    robot.place("1043", {"MUG": 1}, **INES)
    assert "Change something" not in ines.sees("1043").text
    assert "The shop changes orders itself" in ines.browser.get(f"{ines.link('1043')}/change/cancellation").text


def test_what_is_here_goes_now_and_waits_again(ines: Shopper) -> None:
    robot = placed(ines, stock={"CUP": 3}, lines={"CUP": 1})
    robot.add_product("MUG")
    robot.place("1043", {"CUP": 1, "MUG": 1}, **INES)
    assert "Send now what is here" in ines.sees("1043").text
    assert "We send what is here" in change(ines, "1043", "parts").text
    assert robot.order("1043")["state"] == "allocated"
    assert "We send it all together" in change(ines, "1043", "parts").text
    assert robot.order("1043")["state"] == "part_allocated"
    assert "Send now what is here" not in ines.sees("1042").text, "nothing of it waits"
    assert robot.events("1043").count("ShippingSet") == 2
    proven()


def test_two_orders_of_one_shopper_go_in_one_parcel(ines: Shopper) -> None:
    robot = placed(ines, stock={"MUG": 3, "CUP": 9}, lines={"MUG": 1, "CUP": 1})
    robot.place("1043", {"MUG": 3}, **INES)
    robot.place("theirs", {"CUP": 1}, customer={"name": "Per", "email": "per@example.test"}, address=INES["address"])
    form = ines.browser.get(f"{ines.link('1042')}/change/merge")
    assert "Order 1043" in form.text
    assert "theirs" not in form.text
    assert ines.browser.send(form, "merge", what="theirs").status == 409
    for _ in range(2):
        assert "Both orders come together" in ines.browser.send(form, "merge", what="1043").text
    mugs = [(line["quantity"], line["promised"], line["waiting"]) for line in robot.order("1042")["lines"] if line["sku"] == "MUG"]
    assert mugs == [(1, 1, 0), (3, 2, 1)]
    assert robot.order("1043")["state"] == "cancelled"
    assert robot.order("1042")["total_minor"] == 450 * 5
    assert "Comes with order 1042" in ines.sees("1043").text
    assert "Order 1043 goes with this one" in ines.house.ruth().get("/orders/1042?store=demo").text
    proven()
    ines.house.react()
    robot.receive({"MUG": 1})
    robot.follow("putaway:")
    robot.ship_all()
    assert (robot.order("1042")["state"], len(robot.order("1042")["parcels"])) == ("handed_over", 1)
    assert owed("1043") == []
    proven()


def test_forms_are_signed_end_and_change_nothing_by_a_look(ines: Shopper) -> None:
    placed(ines)
    ines.house.robot().place("1043", {"MUG": 1}, **INES)
    link, other = ines.link("1042"), ines.link("1043")
    before = everything()
    for deed in ("address", "cancellation", "parts", "merge", "nothing"):
        ines.browser.ask("GET", f"{link}/change/{deed}")
        ines.browser.ask("HEAD", f"{link}/change/{deed}")
    form = ines.browser.get(f"{link}/change/cancellation").form("cancellation").fields | {"what": "all", "proof": "ines@example.test"}
    theirs = ines.browser.get(f"{other}/change/cancellation").form("cancellation").fields["mark"]
    merge = ines.browser.get(f"{link}/change/merge").form("merge").fields["mark"]
    for mark in ("", theirs, merge, form["mark"][:-1] + "x", "9" + form["mark"], form["mark"].upper()):
        answer = ines.browser.ask("POST", f"{link}/change/cancellation", data=form | {"mark": mark})
        assert (mark, answer.status_code) == (mark, 409)
    wrong = f"{link[:-1]}{'0' if link[-1] != '0' else '1'}"
    assert ines.browser.ask("POST", f"{wrong}/change/cancellation", data=form).status_code == 404
    assert ines.browser.ask("POST", f"{other.rpartition('-')[0]}-{link.rpartition('-')[2]}/change/cancellation", data=form).status_code == 404
    with clock.stopped_at(clock.now() + timedelta(hours=2, minutes=1)):
        old = ines.browser.ask("POST", f"{link}/change/cancellation", data=form)
    assert (old.status_code, "more than two hours" in old.text) == (409, True)
    codes = [ines.browser.ask("POST", f"{link}/change/cancellation", data=form | {"proof": f"ines{n}@example.test"}).status_code for n in range(12)]
    assert codes == [422] * 10 + [429] * 2
    assert ines.browser.ask("POST", f"{link}/change/cancellation", data=form).status_code == 429, "the right one, too"
    assert everything() == before
