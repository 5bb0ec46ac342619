"""The books are corrected while a bin is counted, or between two counts of it: the same units are never missing twice."""

from urllib.parse import urlencode

import pytest

from tests.asserts import accepted
from tests.makers import FORM_TYPE, Reply, Tablet
from tests.stories.conftest import House

BIN = "A-01-1"
TASK = f"count:{BIN}"


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


@pytest.fixture
def tom(house: House) -> Tablet:
    return house.tablet("tom")


def begun(tablet: Tablet, units: int) -> None:
    """A count, all but its end."""
    accepted(tablet.scan(TASK, BIN))
    accepted(tablet.scan(TASK, "MUG", units))


def done(tablet: Tablet) -> None:
    accepted(tablet.scan(TASK, "CMD:DONE"), "is counted")


def corrected(tablet: Tablet, units: int) -> None:
    """Somebody at a desk corrects the books by so many units."""
    wish = {"sku": "MUG", "bin": BIN, "units": units, "reason": "found" if units > 0 else "lost"}
    answer = tablet.post("/api/v1/adjustments", wish)
    assert answer["state"] == "posted", answer.raw


def outcomes(house: House) -> list[tuple[int, int, int, str]]:
    """(books, counted, posted, outcome) of each number, in the order they were counted."""
    with house._reading() as session:
        rows = session.connection().exec_driver_sql("SELECT book, counted, posted, state FROM count_entry ORDER BY id")
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(("counted", "units"), [(7, -1), (9, 1), (6, -1), (8, -1), (8, 1)])
def test_what_is_corrected_between_scan_and_end_is_not_posted_again(house: House, maja: Tablet, counted: int, units: int) -> None:
    maja.stock_up({"MUG": 8})
    begun(maja, counted)
    corrected(maja, units)
    done(maja)
    assert maja.stock("MUG")["on_hand"] == counted
    assert outcomes(house)[0][:2] == (8 + units, counted)
    house.prove()


def test_goods_that_really_left_after_the_scan_are_no_correction(house: House, maja: Tablet, tom: Tablet) -> None:
    maja.stock_up({"MUG": 8})
    maja.place("R-1", {"MUG": 1})
    maja.lease("pick:R-1")
    accepted(maja.scan("pick:R-1", BIN))
    begun(tom, 7)
    accepted(maja.scan("pick:R-1", "MUG"))
    for code in (BIN, "MUG"):
        accepted(maja.scan("scrap:", code))
    accepted(maja.scan("scrap:", "CMD:DONE", kind="why scrap"))
    corrected(maja, -1)
    done(tom)
    assert maja.stock("MUG")["on_hand"] == 6  # one of eight was missing, one is scrapped, one is in the order's hands
    house.prove()


def test_a_second_count_is_held_against_the_first_one_as_the_books_are_now(house: House, maja: Tablet, tom: Tablet) -> None:
    maja.stock_up({"MUG": 40})
    begun(maja, 20)
    done(maja)
    corrected(maja, -10)
    begun(tom, 20)
    done(tom)
    assert maja.stock("MUG")["on_hand"] == 20
    assert outcomes(house) == [(30, 20, 0, "confirmed"), (30, 20, -10, "posted")]
    house.prove()


def test_a_second_count_that_only_seems_to_agree_settles_nothing(house: House, maja: Tablet, tom: Tablet) -> None:
    maja.stock_up({"MUG": 40})
    begun(maja, 20)
    done(maja)
    corrected(maja, -10)
    begun(tom, 10)  # twenty fewer than the books, as Maja found: but of other books
    done(tom)
    assert maja.stock("MUG")["on_hand"] == 30
    assert [row[3] for row in outcomes(house)] == ["second", "second"]
    house.prove()


def decide(ruth: Tablet, asked: int, **form: str) -> Reply:
    html = {**ruth.headers, **FORM_TYPE, "Accept": "text/html"}
    return ruth.send("POST", f"/counts/{asked}/decision", urlencode(form).encode(), html)


def test_a_manager_decides_on_the_books_as_they_are_now(house: House, maja: Tablet, ruth: Tablet) -> None:
    maja.stock_up({"MUG": 40})
    begun(maja, 20)
    done(maja)
    (asked,) = maja.get("/api/v1/counts")["items"]
    corrected(maja, -10)
    html = ruth.headers | {"Accept": "text/html"}
    page = ruth.send("GET", "/counts?view=decide", None, html).raw.decode()
    assert 'name="difference" value="-10"' in page
    assert 'name="difference" value="-20"' not in page
    late = decide(ruth, asked["id"], difference="-20", seen="-20")
    assert (late.status, "corrected since" in late.raw.decode()) == (409, True)
    assert maja.stock("MUG")["on_hand"] == 30
    assert decide(ruth, asked["id"], difference="-10", seen="-10").status == 303
    assert maja.stock("MUG")["on_hand"] == 20
    house.prove()


def test_a_decision_while_somebody_counts_again_is_not_posted_twice(house: House, maja: Tablet, tom: Tablet, ruth: Tablet) -> None:
    maja.stock_up({"MUG": 40})
    begun(maja, 20)
    done(maja)
    begun(tom, 20)
    (asked,) = maja.get("/api/v1/counts")["items"]
    assert decide(ruth, asked["id"], difference="-20", seen="-20").status == 303
    done(tom)
    assert maja.stock("MUG")["on_hand"] == 20
    assert maja.tasks("count") == []
    house.prove()


def test_a_count_with_a_correction_in_it_is_taken_back(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 8})
    begun(maja, 6)
    corrected(maja, -1)
    done(maja)
    assert maja.stock("MUG")["on_hand"] == 6
    accepted(maja.scan(TASK, "CMD:UNDO"), "is being counted again")
    assert maja.stock("MUG")["on_hand"] == 7
    done(maja)
    assert maja.stock("MUG")["on_hand"] == 6
    accepted(maja.scan(TASK, "CMD:UNDO"))
    corrected(maja, 1)
    done(maja)
    assert maja.stock("MUG")["on_hand"] == 6
    house.prove()


def test_whoever_approves_is_told_that_a_count_found_the_units_gone_already(house: House, maja: Tablet, ruth: Tablet) -> None:
    maja.stock_up({"MUG": 40})
    for code, units, kind in ((BIN, 1, ""), ("MUG", 8, ""), ("CMD:DONE", 1, "why scrap")):
        accepted(maja.scan("scrap:", code, units, **({"kind": kind} if kind else {})))
    html = ruth.headers | {"Accept": "text/html"}
    said = "The bin was counted since"
    assert said not in ruth.send("GET", "/adjustments/ADJ-1", None, html).raw.decode()
    begun(maja, 32)  # the broken ones are put aside
    done(maja)
    page = ruth.send("GET", "/adjustments/ADJ-1", None, html).raw.decode()
    assert said in page
    assert "8 were not there" in page
    assert ruth.post("/api/v1/adjustments/ADJ-1/refusal", {"reason": "counted"}).status == 200
    assert maja.stock("MUG")["on_hand"] == 32
    house.prove()
