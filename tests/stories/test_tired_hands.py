"""A long shift: the wrong code, the same bin twice, a key too early. What happened is said, then what to do."""

import html
import re
from urllib.parse import quote

import pytest

from tests.asserts import accepted, refused
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_replenishment import mugs

UNDO, DONE, SHORT, SKIP = "CMD:UNDO", "CMD:DONE", "CMD:SHORT", "CMD:SKIP"


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    tablet.stock_up({"MUG": 20, "CUP": 5})
    return tablet


def page(tablet: Tablet, task: str) -> str:
    """The words of a task's screen."""
    drawn = tablet.send("GET", f"/floor/task/{quote(task)}", None, tablet.headers | {"Accept": "text/html"})
    assert drawn.status == 200
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", drawn.raw.decode())).split())


def no(reply_: object, say: str) -> None:
    """Refused, in exactly these words."""
    assert refused(reply_)["say"] == say  # type: ignore[arg-type]


def test_a_move_with_the_wrong_codes(maja: Tablet) -> None:
    no(maja.scan("move:", DONE), "That does nothing here. Scan the bin you take from.")
    no(maja.scan("move:", "TOTE-01"), "TOTE-01: a tote moves with its cart. Scan the bin you take from.")
    assert accepted(maja.scan("move:", "A-01-1"))["hint"] == "20 may be moved: scan what you take, or the bin again for all of it."
    no(maja.scan("move:", "A-01-2"), "You stand at A-01-1 with empty hands. Scan what you take, or press “Undo”.")
    accepted(maja.scan("move:", "MUG"))
    assert "Thing MUG from A-01-1 MUG In hand 1 unit" in page(maja, "move:")
    no(maja.scan("move:", "MUG", 25), "Thing MUG: 19 of 20 in A-01-1 can be taken, not 25. You hold 1 already.")
    no(maja.scan("move:", "DOCK-1"),
       "DOCK-1: goods at the dock take the work Put away. Scan the bin that 1 Thing MUG goes to, or more from A-01-1.")  # fmt: skip
    accepted(maja.scan("move:", "B-01-1"), "1 Thing MUG: from A-01-1 to B-01-1")
    accepted(maja.scan("move:", "B-01-1"), "You stand at B-01-1")  # scanned twice: a new move begins, nothing moved again
    accepted(maja.scan("move:", UNDO), "One step back.")
    accepted(maja.scan("move:", UNDO), "Taken out again: 1 Thing MUG in hand.")


def test_units_in_other_hands_are_said_so(house: House, maja: Tablet) -> None:
    ruth = house.tablet("ruth")
    for tablet in (maja, ruth):
        accepted(tablet.scan("move:", "A-01-1"))
    accepted(maja.scan("move:", "MUG", 18))
    no(ruth.scan("move:", "MUG", 3), "Thing MUG: 2 of 20 in A-01-1 can be taken, not 3. Somebody else holds 18.")


def test_a_bin_that_the_books_have_empty(maja: Tablet) -> None:
    hint = "The books have nothing in it that may be moved. Press “Undo” for another bin."
    assert accepted(maja.scan("move:", "B-05-1"))["hint"] == hint


def test_put_away_with_the_wrong_codes(maja: Tablet) -> None:
    no(maja.scan("putaway:", DONE), "That does nothing here. The dock is clear.")
    maja.receive({"MUG": 6})
    no(maja.scan("putaway:", "CUP"), "No Thing CUP stands at the dock. Scan what does.")
    accepted(maja.scan("putaway:", "MUG", 2))
    no(maja.scan("putaway:", "MUG", 9), "Thing MUG: 6 stand at the dock, not 11. You hold 2 of them already.")
    accepted(maja.scan("putaway:", "MUG"))
    accepted(maja.scan("putaway:", UNDO), "One step back: 2 Thing MUG in hand.")
    no(maja.scan("putaway:", SHORT), "That does nothing here. Put 2 Thing MUG into A-01-1: it lies there already.")
    accepted(maja.scan("putaway:", UNDO), "Put back to the dock.")


def test_a_key_too_early_at_a_storage_bin(house: House) -> None:
    maja, task = house.tablet("maja"), "replenish:MUG"
    mugs(maja, A_03_2=2, R_01=50)
    no(maja.scan(task, SHORT), "You do not stand at R-01 yet. Scan it first; if too few lie there, press “Short” then.")
    no(maja.scan(task, DONE), "That does nothing here. "
       "Take 12 Thing MUG from R-01 to A-03-2: 2 are free in the face, fewer than 5.")  # fmt: skip
    accepted(maja.scan(task, "R-01"))
    accepted(maja.scan(task, "MUG", 12))
    done = accepted(maja.scan(task, "A-03-2"))
    assert (done["task"]["title"], done["next"]["want"]) == ("Replenish Thing MUG", "nothing")


def test_scrap_with_the_wrong_codes(house: House, maja: Tablet) -> None:
    no(maja.scan("scrap:", "PACK-1"),
       "PACK-1 is a pack bin: what lies in it belongs to orders. Scan the bin that the goods lie in.")  # fmt: skip
    no(maja.scan("scrap:", SHORT), "That does nothing here. Scan the bin that the goods lie in.")
    accepted(maja.scan("scrap:", "A-01-1"))
    accepted(maja.scan("scrap:", "MUG", 2))
    no(maja.scan("scrap:", "A-01-2"), "You hold 2 Thing MUG. Finish with that first, or press “Undo”.")
    no(maja.scan("scrap:", SKIP), "That does nothing here. Why scrap 2 Thing MUG?")
    screen = page(maja, "scrap:")
    assert "Why scrap 2 Thing MUG?" in screen
    assert "Broken beyond use" in screen
    accepted(maja.scan("scrap:", DONE, kind="why scrap"), "Scrapped: 2 Thing MUG")
    no(maja.scan("scrap:", DONE, kind="why scrap"), "Nothing is in hand. Scan the bin, then what you take from it.")
    assert maja.stock("MUG")["on_hand"] == 18  # the key pressed twice
    accepted(maja.scan("scrap:", UNDO), "ADJ-1 is taken back: 2 Thing MUG in hand.")
    accepted(maja.scan("scrap:", UNDO), "One step back.")
    house.prove()


def test_quarantine_and_release_with_the_wrong_codes(house: House, maja: Tablet) -> None:
    no(maja.scan("quarantine:", "QUARANTINE"),
       "QUARANTINE is a quarantine bin: what lies in it is put apart already. Scan the bin that the goods lie in.")  # fmt: skip
    accepted(maja.scan("quarantine:", "A-01-1"))
    accepted(maja.scan("quarantine:", "MUG", 3))
    no(maja.scan("quarantine:", "QUARANTINE"), "You hold 3 Thing MUG. Finish with that first, or press “Undo”.")
    accepted(maja.scan("quarantine:", DONE, kind="why damaged"), "3 Thing MUG in hand")
    no(maja.scan("quarantine:", DONE), "That does nothing here. Put 3 Thing MUG into QUARANTINE.")
    no(maja.scan("quarantine:", "A-01-2"), "A-01-2 is no quarantine bin. Put 3 Thing MUG into QUARANTINE.")
    accepted(maja.scan("quarantine:", "QUARANTINE"), "3 Thing MUG: in QUARANTINE, damaged")
    accepted(maja.scan("quarantine:", UNDO), "Taken out again: 3 Thing MUG in hand.")
    accepted(maja.scan("quarantine:", "QUARANTINE"))
    assert "Thing MUG, damaged MUG QUARANTINE 3 In quarantine 3 units" in page(maja, "release:")
    no(maja.scan("release:", "A-01-1"),
       "A-01-1 is a pick bin: nothing in it was put apart. Scan the quarantine bin.")  # fmt: skip
    accepted(maja.scan("release:", "QUARANTINE"))
    accepted(maja.scan("release:", "MUG", 3))
    no(maja.scan("release:", SHORT), "That does nothing here. What made 3 Thing MUG good again?")
    accepted(maja.scan("release:", DONE, kind="why inspected"))
    no(maja.scan("release:", "DOCK-1"), "DOCK-1 is no bin to sell from. Put 3 Thing MUG into A-01-1.")
    accepted(maja.scan("release:", "A-01-1"), "good")
    house.prove()
