"""Shoppers: nobody signs in, the link is the key. The house and its desk are those of the desk's tests."""

from urllib.parse import urlsplit

import pytest

from tests.desk import conftest as desks
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page

app, cast_file, house, one_house = desks.app, desks.cast_file, desks.house, desks.one_house
any_house, cast_postgres = desks.any_house, desks.cast_postgres


class Shopper:
    """Ines, with the link from her message."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.browser: Desk = house.somebody()

    def link(self, ref: str) -> str:
        page = self.house.ruth().get(f"/orders/{ref}?store=demo")
        return urlsplit(next(href for href, said in page.links.items() if said == "See what the shopper sees")).path

    def sees(self, ref: str) -> Page:
        page = self.browser.get(self.link(ref))
        assert page.status == 200, page.text
        return page


@pytest.fixture
def ines(house: House) -> Shopper:
    return Shopper(house)
