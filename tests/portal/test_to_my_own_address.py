"""Who is signed in has an order sent to the address of their account: nothing to type, and nobody else may."""

import pytest
import sqlalchemy as sa

from stowline.core import db
from stowline.orders import address_book
from tests.desk.conftest import Desk, House
from tests.portal.conftest import Shopper
from tests.portal.test_my_account import signed_in
from tests.portal.test_the_order_page import INES

BOOK = {"name": "Ines Moreau", "line1": "Quai de la Fosse 12", "city": "Nantes", "postcode": "44100", "country": "FR"}


@pytest.fixture
def mine(ines: Shopper) -> Desk:
    """Ines, signed in, with an order that is to be packed."""
    ines.house.robot().stock_up({"MUG": 9})
    ines.house.robot().place("1042", {"MUG": 1}, **INES)
    return signed_in(ines.house)


def writes_down(house: House, **other: str) -> None:
    """Her address, as the book of her account keeps it."""
    with db.transaction() as session:
        who = session.execute(sa.text("SELECT id FROM customer WHERE email = 'ines@example.test'")).scalar_one()
        address_book.write(session, int(who), BOOK | other)


def there(ines: Shopper) -> str:
    """Where the form of the order's own page leads to."""
    form = ines.browser.get(f"{ines.link('1042')}/change/address")
    return next(href for href, said in form.links.items() if said == "Use the address of my account")


def street(house: House) -> str:
    return house.ruth().get("/orders/1042?store=demo").text


def test_one_press_sends_it_to_the_address_of_the_book_once(ines: Shopper, mine: Desk) -> None:
    path = there(ines)
    assert "There is no address in your account yet." in mine.get(path).text
    writes_down(ines.house)
    page = mine.get(path)
    assert "Ines Moreau Quai de la Fosse 12 44100 Nantes France" in page.text
    for _ in range(2):
        done = mine.send(page, "/address")
        assert (done.status, "It goes to the address of your account" in done.text) == (200, True)
    assert "Quai de la Fosse 12" in street(ines.house)
    assert ines.house.robot().events("1042").count("AddressChanged") == 1


def test_the_link_alone_tells_nothing_of_the_account_and_changes_nothing(ines: Shopper, mine: Desk) -> None:
    writes_down(ines.house)
    path, page = there(ines), mine.get(there(ines))
    asked = ines.browser.get(path)
    assert ("Quai" in asked.answer.text, "Send" in asked.text) == (False, True)
    ines.browser.ask("POST", path, data=page.form("/address").fields)
    ines.house.robot().place("other", {"MUG": 1}, customer={"name": "Per", "email": "per@example.test"}, address=INES["address"] | {"name": "Per"})
    per = signed_in(ines.house, "per@example.test")
    assert per.get(path).status == 404
    assert per.ask("POST", path, data=per.get(f"{path.partition('/orders')[0]}/details").form("/name").fields).status_code == 404
    forged = mine.ask("POST", path, data=page.form("/address").fields | {"csrf": "of another"})
    assert forged.status_code == 403
    assert mine.get(path.replace("/orders/", "/orders/9")).status == 404
    assert "Quai" not in street(ines.house)


def test_where_it_is_too_late_or_goes_abroad_the_page_says_so(ines: Shopper, mine: Desk) -> None:
    writes_down(ines.house, country="BE")
    path = there(ines)
    assert "The order goes to France, your address is in another country." in mine.get(path).text
    ines.house.robot().ship_all()
    late = mine.get(path)
    assert "Too late for that It has left our warehouse." in late.text
    assert "Quai" not in street(ines.house)
