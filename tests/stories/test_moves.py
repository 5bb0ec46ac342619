"""From bin to bin: only free units, all or nothing, and back again."""

from functools import partial
from typing import Any

import pytest

from stowline.core import db
from stowline.inventory import places
from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet, at_once
from tests.stories.conftest import House

MOVE = "move:"


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


def lies(house: House) -> dict[tuple[str, str], int]:
    """Units by SKU and bin."""
    with house._reading() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT p.sku, l.code, SUM(b.qty) FROM balance b JOIN product p ON p.id = b.product_id"
            " JOIN location l ON l.id = b.location_id WHERE b.qty > 0 GROUP BY p.sku, l.code"
        )
        return {(sku, code): int(units) for sku, code, units in rows}


def home_of(house: House, sku: str) -> str:
    return next(code for there, code in lies(house) if there == sku)


def limit(code: str, **facts: Any) -> None:
    """What a bin takes, as a manager sets it."""
    with db.transaction() as session:
        places.put_bin(session, code, facts)


def test_units_go_from_bin_to_bin_and_back(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 10})
    home = home_of(house, "MUG")
    assert accepted(maja.scan(MOVE, home), f"at {home}")["next"]["want"] == "product"
    assert accepted(maja.scan(MOVE, "MUG", 4), "4 in hand")["next"]["want"] == "bin"
    assert lies(house) == {("MUG", home): 10}
    accepted(maja.scan(MOVE, "OVERFLOW"), f"4 Thing MUG: from {home} to OVERFLOW")
    assert lies(house) == {("MUG", home): 6, ("MUG", "OVERFLOW"): 4}
    reply = accepted(maja.scan(MOVE, "CMD:UNDO"), "Taken out again")
    assert (reply["next"]["want"], reply["next"]["left"]) == ("bin", 4)
    assert lies(house) == {("MUG", home): 10}
    accepted(maja.scan(MOVE, "CMD:UNDO"), "One step back")
    assert accepted(maja.scan(MOVE, "CMD:UNDO"))["next"]["say"] == "Scan the bin you take from"
    refused(maja.scan(MOVE, "CMD:UNDO"), "nothing to undo")
    house.prove()


def test_what_pick_lists_need_stays_and_they_are_named(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 10})
    home = home_of(house, "MUG")
    assert maja.place("1042", {"MUG": 6}).status == 201
    maja.lease("pick:CART-2")
    accepted(maja.scan(MOVE, home))
    refused(maja.scan(MOVE, "MUG", 5), f"6 of 10 in {home} are for pick lists (6 on CART-2). Take 4.")
    accepted(maja.scan(MOVE, "MUG", 4))
    refused(maja.scan(MOVE, "MUG", 1), "Leave them there")
    accepted(maja.scan(MOVE, "B-01-1"))
    assert lies(house) == {("MUG", home): 6, ("MUG", "B-01-1"): 4}
    maja.follow("pick:CART-2")
    house.prove()


def test_the_bin_scanned_twice_is_emptied_of_all_that_is_free(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 10, "BOWL": 3})
    accepted(maja.scan(MOVE, home_of(house, "BOWL")))
    accepted(maja.scan(MOVE, "BOWL", 3))
    home = home_of(house, "MUG")
    accepted(maja.scan(MOVE, home), f"to {home}")
    assert maja.place("1042", {"MUG": 2}).status == 201
    maja.lease("pick:CART-1")
    accepted(maja.scan(MOVE, home))
    reply = accepted(maja.scan(MOVE, home), "11 units in hand")
    assert reply["hint"].startswith("2 units stay")
    refused(maja.scan(MOVE, home), "or press “Put back”")
    accepted(maja.scan(MOVE, "B-05-4"), "units of 2 kinds")
    assert lies(house) == {("MUG", home): 2, ("MUG", "B-05-4"): 8, ("BOWL", "B-05-4"): 3}
    accepted(maja.scan(MOVE, "CMD:UNDO"))
    assert lies(house) == {("MUG", home): 10, ("BOWL", home): 3}
    house.prove()


def test_a_bin_that_does_not_take_it_says_why_and_the_hand_stays_full(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 10})
    home = home_of(house, "MUG")
    limit("A-02-1", max_units=3)
    accepted(maja.scan(MOVE, home))
    accepted(maja.scan(MOVE, "MUG", 4))
    for code, words in (("A-02-1", "room for 3 more"), ("QUARANTINE", "Quarantine"), ("DOCK-1", "Put away"),
                        ("TOTE-01", "moves with its cart"), ("PACK-1", "between picking and storage"), ("nobody-knows", "Nobody knows")):  # fmt: skip
        assert refused(maja.scan(MOVE, code), words)["next"]["left"] == 4
    accepted(maja.scan(MOVE, "CMD:DONE"), f"Put 4 units back into {home}")
    assert lies(house) == {("MUG", home): 10}
    refused(maja.scan(MOVE, "MUG"), "Scan the bin you take from")
    accepted(maja.scan(MOVE, "CMD:UNDO"))
    accepted(maja.scan(MOVE, "MUG", 1), "5 in hand")
    house.prove()


def test_fewer_than_the_books_say_is_counted_not_guessed(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 10})
    home = home_of(house, "MUG")
    refused(maja.scan(MOVE, "CMD:SHORT"))
    accepted(maja.scan(MOVE, home))
    accepted(maja.scan(MOVE, "CMD:SHORT"), f"{home} will be counted")
    accepted(maja.scan(MOVE, "CMD:SHORT"))
    assert house.count("count_request") == 1
    house.prove()


def test_two_who_empty_one_bin_move_each_unit_once(house: House, maja: Tablet) -> None:
    ruth = house.tablet("ruth")
    maja.stock_up({"MUG": 10})
    home = home_of(house, "MUG")
    accepted(maja.scan(MOVE, home))
    accepted(ruth.scan(MOVE, home))
    accepted(maja.scan(MOVE, "MUG", 8))
    refused(ruth.scan(MOVE, "MUG", 3), f"2 of 10 in {home} can be taken")
    accepted(ruth.scan(MOVE, "MUG", 2))
    accepted(maja.scan(MOVE, "B-01-1"))
    accepted(ruth.scan(MOVE, "B-01-2"))
    assert lies(house) == {("MUG", "B-01-1"): 8, ("MUG", "B-01-2"): 2}
    house.prove()


def test_whoever_comes_too_late_is_told_and_begins_again(house: House, maja: Tablet) -> None:
    """The units are released to a pick list while they are in somebody's hand."""
    maja.stock_up({"MUG": 10})
    home = home_of(house, "MUG")
    accepted(maja.scan(MOVE, home))
    accepted(maja.scan(MOVE, "MUG", 8))
    assert maja.place("1042", {"MUG": 5}).status == 201
    maja.lease("pick:CART-1")
    reply = conflict(maja.scan(MOVE, "B-01-1"), "5 free Thing MUG lie in", "not 8")
    assert reply["next"]["say"] == "Scan the bin you take from"
    assert lies(house) == {("MUG", home): 10}
    house.prove()


def test_rivals_at_the_same_moment_leave_the_books_right(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 9})
    home = home_of(house, "MUG")
    movers = [house.tablet(f"mover-{n}") for n in range(4)]

    def carry(n: int) -> list[int]:
        mover = movers[n]
        return [mover.scan(MOVE, home).status, mover.scan(MOVE, home).status, mover.scan(MOVE, f"B-0{n + 1}-1").status]

    for statuses in at_once([partial(carry, n) for n in range(4)]):
        assert set(statuses) <= {200, 409, 422}
    assert sum(lies(house).values()) == 9
    house.prove()


def test_rivals_for_one_bin_keep_its_rule_and_its_limit(house: House, maja: Tablet) -> None:
    """Each carries a product of their own, by move or from the dock, to a bin that takes 5 units of one product."""
    names = [f"P{n}" for n in range(6)]
    maja.stock_up(dict.fromkeys(names[:3], 3))
    for name in names[3:]:
        maja.add_product(name)
    maja.receive(dict.fromkeys(names[3:], 3))
    limit("B-04-4", mixing="one_product", max_units=5)
    rivals = [house.tablet(f"rival-{n}") for n in range(6)]
    for n, rival in enumerate(rivals):
        if n < 3:
            accepted(rival.scan(MOVE, home_of(house, names[n])))
        accepted(rival.scan(MOVE if n < 3 else "putaway:", names[n], 3))

    def put(n: int) -> int:
        return rivals[n].scan(MOVE if n < 3 else "putaway:", "B-04-4").status

    statuses = at_once([partial(put, n) for n in range(6)])
    assert sorted(statuses) == [200, 422, 422, 422, 422, 422]
    assert [units for (_, code), units in lies(house).items() if code == "B-04-4"] == [3]
    house.prove()


def test_a_lot_keeps_its_name_where_it_goes(house: House, maja: Tablet) -> None:
    """Two lots lie together where the bin's rule lets them; they are asked about, and part again by name."""
    maja.add_product("JAM", lots=True)
    limit("A-05-1", mixing="one_product")
    limit("B-02-2", mixing="one_product")
    limit("B-02-3", mixing="one_lot")
    for lot in ("L1", "L2"):
        accepted(maja.scan("receive:", "JAM", 4))
        accepted(maja.scan("receive:", lot))
        accepted(maja.scan("putaway:", lot, 4))
        accepted(maja.scan("putaway:", "A-05-1"), f"lot {lot}: 4 in A-05-1")
    accepted(maja.scan(MOVE, "A-05-1"))
    asked = refused(maja.scan(MOVE, "JAM", 2), "Which Thing JAM")
    assert [choice["kind"] for choice in asked["choices"]] == ["lot L1", "lot L2"]
    accepted(maja.scan(MOVE, "JAM", 2, kind="lot L2"), "lot L2: 2 in hand")
    refused(maja.scan(MOVE, "L2", 3), "2 of 4")
    accepted(maja.scan(MOVE, "L1", 1), "lot L1: 1 in hand")
    refused(maja.scan(MOVE, "B-02-3"), "takes one lot only")
    assert lots_in("A-05-1", house) == {"L1": 4, "L2": 4}
    accepted(maja.scan(MOVE, "B-02-2"))
    assert (lots_in("A-05-1", house), lots_in("B-02-2", house)) == ({"L1": 3, "L2": 2}, {"L1": 1, "L2": 2})
    assert lots_in("B-02-3", house) == {}
    house.prove()


def lots_in(code: str, house: House) -> dict[str, int]:
    """Units by lot that lie in a bin."""
    with house._reading() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT lot, qty FROM balance b JOIN location l ON l.id = b.location_id"
            f" WHERE l.code = '{code}' AND b.qty > 0"
        )
        return {lot: int(units) for lot, units in rows}
