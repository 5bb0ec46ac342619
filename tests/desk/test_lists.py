"""Lists: pages that follow one another without gap or twin, filters, spreadsheets."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from tests.desk.conftest import Desk, House, refs

MANY = 120


@pytest.fixture(scope="module")
def full(one_house: House) -> House:
    """120 orders a minute apart, twelve of them at the very same second; every third has stock."""
    robot = one_house.robot()
    robot.stock_up({"MUG": MANY // 3, "=CUP": 5})
    begun = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    for n in range(MANY):
        at = begun + timedelta(minutes=min(n, MANY - 12))
        robot.place(f"R{n:03}", {"MUG" if n % 3 else "=CUP": 1}, placed_at=at.isoformat())
    return one_house


def walk(ruth: Desk, path: str, word: str = "Later") -> list[list[str]]:
    """The refs of each page, from this one on to the last."""
    pages = []
    page = ruth.get(path)
    while True:
        pages.append(refs(page))
        following = next((href for href, said in page.links.items() if said == word), None)
        if following is None:
            return pages
        page = ruth.get(following)


def test_later_pages_hold_every_order_once_and_earlier_leads_back(full: House) -> None:
    ruth = full.ruth()
    pages = walk(ruth, "/orders")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [ref for page in pages for ref in page] == [f"R{n:03}" for n in range(MANY)]
    newest = walk(ruth, "/orders?view=all")
    assert [ref for page in newest for ref in page][:2] == ["R119", "R118"]
    last = ruth.get("/orders")
    for _ in range(2):
        last = ruth.get(next(href for href, said in last.links.items() if said == "Later"))
    assert walk(ruth, last.path, "Earlier") == pages[::-1]


def test_an_order_placed_meanwhile_neither_shifts_nor_repeats_a_row(full: House) -> None:
    ruth, robot = full.ruth(), full.robot()
    first = ruth.get("/orders?view=all")
    robot.place("between", {"MUG": 1}, placed_at="2026-02-01T00:00:00Z")
    second = ruth.get(next(href for href, said in first.links.items() if said == "Later"))
    assert refs(second)[0] == "R069"
    assert robot.post("/api/v1/orders/between/cancellation", {"reason": "for the other tests"}).status == 200


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=r00", 10), ("q=R007", 1), ("q=ada", 50), ("q=shopper-r011%40example.test", 1), ("q=Byron+r011", 1), ("q=%3DCUP", 40),
        ("q=mug", 0), ("view=ready", 45), ("view=waiting", 50), ("state=backordered&view=all", 50), ("view=held", 0), ("store=demo&q=R001", 1),
    ],
)  # fmt: skip
def test_a_search_finds_by_the_beginning_of_what_one_knows(full: House, asked: str, found: int) -> None:
    assert len(refs(full.ruth().get(f"/orders?{asked}"))) == found


def test_the_spreadsheet_holds_what_the_list_holds_and_runs_no_formula(full: House) -> None:
    ruth = full.ruth()
    page = ruth.get("/orders?view=waiting&q=r0")
    sheet = ruth.file(next(href for href, said in page.links.items() if said == "Spreadsheet"))
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert sheet.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    everything = list(csv.DictReader(io.StringIO(ruth.file("/orders.csv?view=all").content.decode("utf-8-sig"))))
    assert {row["ref"] for row in rows} == {row["ref"] for row in everything if row["ref"].startswith("R0")}
    assert len(everything) == MANY + 1
    assert (rows[0]["total"], rows[0]["currency"], rows[0]["country"]) == ("4.50", "EUR", "GB")
    stock = {row["sku"]: row for row in csv.DictReader(io.StringIO(ruth.file("/stock.csv").content.decode("utf-8-sig")))}
    assert stock["'=CUP"]["on_hand"] == "5"
    assert (stock["MUG"]["promised"], stock["MUG"]["waiting"]) == ("40", "40")


def test_the_waiting_list_says_who_is_next_and_why(full: House) -> None:
    ruth = full.ruth()
    page = ruth.get("/waiting?q=%3DCUP")
    assert "1st in line; no purchase order brings it yet" in page.text
    [first, *_] = [row for row in page.rows if "R015" in row]
    assert "Thing =CUP" in first
    assert refs(page)[:2] == ["R015", "R018"]


def test_stock_leads_to_bins_and_bins_to_what_lies_there(full: House) -> None:
    ruth = full.ruth()
    found = ruth.get("/stock?q=thing+m")
    product = ruth.get(next(href for href, said in found.links.items() if said == "Thing MUG"))
    assert "On hand 40 Promised 40 Free 0 Waiting 40 Incoming 0" in product.text
    assert "Put away" in product.text
    assert "SUPPLIER" in product.text
    bin_href = next(href for href in product.links if href.startswith("/bins/"))
    bin_ = ruth.get(bin_href)
    assert "Thing MUG" in bin_.links.values()
    by_code = ruth.get(f"/bins?q={bin_href.rsplit('/', 1)[1].lower()}")
    assert bin_href in by_code.links
    assert "The dock" not in by_code.text
