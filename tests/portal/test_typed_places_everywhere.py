"""City, postcode and region of a changed address, and the name and addresses of an account, are text and nothing else."""

import pytest

from tests import payloads
from tests.desk.conftest import House
from tests.portal.lived import link, moves
from tests.portal.test_my_account import HOME, INES, signed_in
from tests.portal.test_typed_text_everywhere import PRINTED

PLACES = [PRINTED[n : n + 2] for n in range(0, len(PRINTED) - 1, 2)] + [PRINTED[-2:]]
"""City and region of an order each; the postcode is the beginning of the city."""
BOOK = ("name", "company", "line1", "line2", "city", "region")


@pytest.fixture(scope="module")
def typed(one_house: House) -> House:
    one_house.robot().stock_up({"CUP": len(PLACES)})
    for n, (city, region) in enumerate(PLACES):
        moves(one_house, f"P-{n}", "Ines Moreau", "", "Quai 1", "", city=city, region=region, postcode=payloads.cut(city, 40).strip())
    one_house.deliver()
    return one_house


def test_a_place_is_only_text_on_the_pages_of_staff_and_of_the_shopper(typed: House) -> None:
    ruth, ines = typed.ruth(), typed.somebody()
    pages = {path: ruth.get(path) for path in ("/orders?view=all", "/customers?view=all", "/today", "/messages", "/floor")}
    for n, (city, region) in enumerate(PLACES):
        own = ruth.get(f"/orders/P-{n}?store=demo")
        assert [one for one in (city, region) if " ".join(one.split()) not in own.text] == [], "as they were typed"
        pages |= {f"desk {n}": own, f"support {n}": ruth.get(f"/support?q=P-{n}"), f"order {n}": ines.get(link(f"P-{n}")), f"form {n}": ines.get(f"{link(f'P-{n}')}/change/address")}
    assert {path: page.status for path, page in pages.items() if page.status != 200} == {}
    assert {path: alive for path, page in pages.items() if (alive := payloads.live(page.answer.text))} == {}


def test_what_is_typed_into_an_account_is_only_text(typed: House) -> None:
    ines, ruth = signed_in(typed), typed.ruth()
    for n in range(0, len(PRINTED), len(BOOK)):
        six = dict(zip(BOOK, (PRINTED + PRINTED)[n : n + len(BOOK)], strict=True))
        kept = ines.send(ines.get(f"{HOME}/details"), "/addresses", **six, postcode=payloads.cut(six["city"], 40), country="DE")
        assert kept.status == 200, kept.text
    shown: dict[str, str] = {}
    for n, name in enumerate(PRINTED):
        ines.send(ines.get(f"{HOME}/details"), "/name", person=name)
        pages = {f"details {n}": ines.get(f"{HOME}/details"), f"hub {n}": ines.get(HOME), f"customers {n}": ruth.get("/customers?view=all"), f"support {n}": ruth.get(f"/support?q={INES}")}
        assert " ".join(name.split()) in pages[f"details {n}"].text + pages[f"hub {n}"].text
        assert {page.status for page in pages.values()} == {200}
        shown |= {path: page.answer.text for path, page in pages.items()}
    assert {path: alive for path, text in shown.items() if (alive := payloads.live(text))} == {}
    book = ines.get(f"{HOME}/details").text
    assert [one for one in PRINTED if " ".join(one.split()) not in book] == []
    copy = ines.file(f"{HOME}/my-data.json")
    assert copy.headers["content-type"].startswith("application/json")
