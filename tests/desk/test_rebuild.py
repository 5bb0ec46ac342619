"""The rebuild adds the books up from zero; the repair makes them what the ledger says, and nothing else."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.core import db
from stowline.desk.integrity import check, rebuild
from tests.asserts import books, breaches
from tests.commands import stowline
from tests.desk.books import fill, spoil, with_a_lot
from tests.desk.conftest import House


def quiet(_say: str) -> None:
    """Nobody listens."""


def differences() -> list[str]:
    return check.differences(quiet, set()).shown


def books_now() -> dict[str, list[tuple[Any, ...]]]:
    with db.reading() as session:
        return books(session)


def test_a_rebuild_of_true_books_changes_nothing(any_house: House) -> None:
    fill(any_house)
    before = books_now()
    assert differences() == []
    said = stowline("check", "--rebuild", "--json").json
    assert said["invariants"][-1] == {"name": "rebuilding from zero changes nothing", "holds": True, "breaches": []}
    assert books_now() == before


def test_a_rebuild_says_what_was_changed_behind_its_back_and_changes_nothing(any_house: House) -> None:
    any_house.robot().stock_up({"MUG": 7})
    spoil("UPDATE balance SET qty = qty + 2 WHERE qty = 7")
    before = books_now()
    said = stowline("check", "--rebuild")
    assert said.code == 1
    assert "BROKEN rebuilding from zero changes nothing" in said.out
    assert "the books have 9, the ledger adds up to 7" in said.out
    assert books_now() == before


def test_a_repair_asks_first_and_then_writes_what_the_ledger_says(any_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(any_house)
    true = books_now()
    spoil("UPDATE balance SET qty = qty + 2 WHERE qty > 0 AND lot = ''")
    spoil("UPDATE balance SET bound = bound - 1 WHERE bound > 1")
    spoil("DELETE FROM balance WHERE lot = 'L-1'")
    spoil("UPDATE stock_level SET on_hand = on_hand + 3")
    assert stowline("check", "--repair", "--json").refusal == "With --json nobody can be asked: say --repair --yes."
    said = stowline("check", "--repair", "--yes", "--json").json
    assert any("MILK in A-01-1, lot L-1: the books have 0, the ledger adds up to 6" in one for one in said["repaired"])
    assert said["not_repaired"] == []
    assert books_now() == true
    with db.reading() as session:
        notes = session.execute(sa.text("SELECT who, detail FROM audit WHERE what = 'stock rebuilt'")).all()
    assert {(who, detail) for who, detail in notes} == {("command line", sentence) for sentence in said["repaired"]}


def test_promises_and_picks_that_nothing_stands_behind_are_taken_back(any_house: House) -> None:
    """The books said five where the ledger says two; three of five promised units were never there."""
    robot = any_house.robot()
    robot.stock_up({"MUG": 2})
    spoil("UPDATE balance SET qty = 5 WHERE qty = 2")
    spoil("UPDATE stock_level SET on_hand = 5 WHERE on_hand = 2")
    robot.place("first", {"MUG": 2})
    robot.place("last", {"MUG": 3})
    robot.lease("pick:CART-1")
    said = stowline("check", "--repair", "--yes", "--json").json
    assert said["not_repaired"] == []
    promised = {ref: robot.order(ref)["lines"][0]["promised"] for ref in ("first", "last")}
    assert sum(promised.values()) == 2
    assert robot.stock("MUG") == {"on_hand": 2, "promised": 2, "free": 0, "waiting": 3}
    with db.reading() as session:
        assert breaches(session) == {}


def test_what_the_ledger_frees_goes_to_who_waits(any_house: House) -> None:
    robot = any_house.robot()
    robot.stock_up({"MUG": 4})
    spoil("UPDATE balance SET qty = 1 WHERE qty = 4")
    spoil("UPDATE stock_level SET on_hand = 1 WHERE on_hand = 4")
    robot.place("waits", {"MUG": 3})
    assert robot.stock("MUG")["waiting"] == 2
    assert stowline("check", "--repair", "--yes").code == 0
    assert robot.stock("MUG") == {"on_hand": 4, "promised": 3, "free": 1, "waiting": 0}


def test_units_in_somebodys_box_are_left_to_a_count(any_house: House) -> None:
    """The ledger says that what stands packed was never there: no command may guess which box is empty."""
    robot = any_house.robot()
    robot.stock_up({"MUG": 1})
    spoil("UPDATE balance SET qty = 2 WHERE qty = 1")
    spoil("UPDATE stock_level SET on_hand = 2 WHERE on_hand = 1")
    robot.place("boxed", {"MUG": 2})
    robot.follow("pick:CART-1")
    before = books_now()
    said = stowline("check", "--repair", "--yes", "--json")
    assert said.code == 1
    assert len(json.loads(said.out)["not_repaired"]) == 1
    assert "Count this product" in said.out
    assert books_now() == before


def test_the_rebuild_reads_a_stream_and_keeps_one_product_in_mind(any_house: House) -> None:
    with_a_lot(units=3)
    heard: list[int] = []
    with db.reading() as session, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuild, "EVERY", 1)
        assert list(rebuild.drifts(session, heard.append)) == []
    assert heard == [1]
