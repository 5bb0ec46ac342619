"""Replenishment on the desk: what pick faces lack, the faces themselves, and suggestions that somebody knew better than."""

import pytest

from stowline.core import db
from stowline.inventory import places
from tests.asserts import accepted
from tests.desk.conftest import Desk, House
from tests.makers import Tablet


def stored(robot: Tablet, sku: str, units: int, code: str) -> None:
    """Units of a product in this bin, by scans."""
    robot.receive({sku: units})
    accepted(robot.scan("putaway:", sku, units))
    accepted(robot.scan("putaway:", code))


@pytest.fixture
def shelved(any_house: House) -> House:
    """Sixty mugs in storage, two in a picking bin."""
    robot = any_house.robot()
    with db.transaction() as session:
        places.put_bin(session, "R-01", {"kind": "storage", "zone": "R"})
    robot.add_product("MUG")
    stored(robot, "MUG", 60, "R-01")
    stored(robot, "MUG", 2, "A-03-2")
    return any_house


@pytest.fixture
def ruth(shelved: House) -> Desk:
    return shelved.ruth()


def set_face(desk: Desk, **typed: str) -> str:
    said = {"sku": "MUG", "bin": "A-03-2", "min": "5", "max": "20"} | typed
    return desk.send(desk.get("/replenishment/faces"), "/replenishment/faces", **said).text


def test_a_face_is_set_lacks_units_and_is_taken_away(ruth: Desk) -> None:
    assert "Every pick face has enough" in ruth.get("/replenishment").text
    assert "The pick face stands as you said." in set_face(ruth)
    assert "The pick face stands as you said." in set_face(ruth, max="24")
    page = ruth.get("/replenishment").text
    assert "2 are free in the face, fewer than 5" in page
    assert "MUG 22 R-01 A-03-2" in page
    lines = ruth.file("/replenishment/needs.csv").text.splitlines()
    assert lines[1].split(",")[:6] == ["Low", "MUG", "Thing MUG", "22", "R-01", "A-03-2"]
    faces = ruth.get("/replenishment/faces?q=MU")
    assert "no pick face of this product any more" in ruth.send(faces, "/removal").text
    assert "Every pick face has enough" in ruth.get("/replenishment").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"bin": "DOCK-1"}, "DOCK-1 is no open picking bin"),
        ({"bin": "nowhere"}, "There is no bin nowhere"),
        ({"sku": "nothing"}, "nothing"),
        ({"min": "21"}, "a fewest from 0 up to that"),
        ({"max": "many"}, "The most units is"),
        ({"min": "-1"}, "The fewest units is"),
    ],
)
def test_a_face_that_cannot_be_is_refused_with_the_reason(ruth: Desk, typed: dict[str, str], words: str) -> None:
    assert words in set_face(ruth, **typed)
    assert "No pick faces here" in ruth.get("/replenishment/faces").text


def test_what_was_put_elsewhere_is_listed_with_the_reason_of_the_suggestion(shelved: House, ruth: Desk) -> None:
    page = ruth.get("/replenishment/overrides").text
    assert "A-01-1" in page
    assert "empty picking bin" in page
    assert "Most often within 28 days" in page
    assert ruth.file("/replenishment/overrides?after=nonsense").status_code == 400
    assert ruth.file("/replenishment?after=nonsense").status_code == 400


def test_a_picker_sees_none_of_it(shelved: House) -> None:
    maja = shelved.somebody().sign_in("maja@example.test")
    for path in ("/replenishment", "/replenishment/faces", "/replenishment/overrides", "/replenishment/needs.csv"):
        assert maja.file(path).status_code == 403
