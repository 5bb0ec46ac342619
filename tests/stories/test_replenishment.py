"""Pick faces are filled from storage before pickers stand there in vain."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.inventory import faces, needs, places, velocity
from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet, at_once
from tests.stories.conftest import House
from tests.stories.test_moves import lies

TASK = "replenish:MUG"


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


def shelf(codes: Mapping[str, str]) -> None:
    """More bins, by code and kind."""
    with db.transaction() as session:
        for code, kind in codes.items():
            places.put_bin(session, code, {"kind": kind, "zone": "R"})


def face(sku: str, code: str, least: int, most: int) -> None:
    with db.transaction() as session:
        faces.put_face(session, catalog.product_by_sku(session, sku).id or 0, code, least, most)


def stored(tablet: Tablet, sku: str, bins: Mapping[str, int]) -> None:
    """Units of a product in these bins, by scans."""
    for code, units in bins.items():
        tablet.receive({sku: units})
        accepted(tablet.scan("putaway:", sku, units))
        accepted(tablet.scan("putaway:", code))


def mugs(tablet: Tablet, **bins: int) -> None:
    """Mugs with a pick face in A-03-2 (5 to 20 units) and reserve in R-01 and R-02."""
    shelf({"R-01": "storage", "R-02": "storage"})
    tablet.add_product("MUG", barcodes=[{"code": "4006381333931", "quantity": 12}])
    stored(tablet, "MUG", {code.replace("_", "-"): units for code, units in bins.items()})
    face("MUG", "A-03-2", 5, 20)


def test_promised_units_are_brought_to_the_face_before_anybody_picks(house: House, maja: Tablet) -> None:
    mugs(maja, A_03_2=6, R_01=100)
    assert maja.tasks("replenish") == []
    assert maja.place("1042", {"MUG": 10}).status == 201
    task = maja.tasks("replenish")[0]
    assert (task["task"], task["next"]["say"]) == (
        TASK, "Take 12 Thing MUG from R-01 to A-03-2: 10 are promised, 6 are free in the face")  # fmt: skip
    assert maja.lease(TASK)["next"]["bin"] == "R-01"
    assert accepted(maja.scan(TASK, "R-01"))["next"]["left"] == 12
    assert accepted(maja.scan(TASK, "4006381333931"), "12 of 12 in hand")["next"]["bin"] == "A-03-2"
    assert lies(house) == {("MUG", "A-03-2"): 6, ("MUG", "R-01"): 100}
    reply = accepted(maja.scan(TASK, "A-03-2"), "12 Thing MUG: from R-01 to A-03-2")
    assert (reply["next"]["want"], reply["task"]["finished"]) == ("nothing", True)
    assert lies(house) == {("MUG", "A-03-2"): 18, ("MUG", "R-01"): 88}
    assert maja.tasks("replenish") == []
    house.prove()


def test_what_is_released_is_not_brought_twice(house: House, maja: Tablet) -> None:
    """Units that a pick list is bound to are not demand any more: they lie where they will be taken."""
    mugs(maja, A_03_2=18, R_01=100)
    assert maja.place("1042", {"MUG": 12}).status == 201
    assert maja.tasks("replenish") == []
    maja.lease("pick:CART-1")
    assert maja.place("1043", {"MUG": 7}).status == 201
    with db.reading() as session:
        bound = session.execute(sa.text("SELECT SUM(bound) FROM balance")).scalar_one()
    assert bound == 12
    assert "7 are promised, 6 are free" in maja.tasks("replenish")[0]["next"]["say"]
    house.prove()


def test_what_pick_lists_will_take_is_brought_although_nothing_else_is_promised(house: House, maja: Tablet) -> None:
    """A release alone empties the face: its units lie there still, and are spoken for."""
    mugs(maja, A_03_2=20, R_01=100)
    assert maja.place("1042", {"MUG": 18}).status == 201
    assert maja.tasks("replenish") == []
    maja.lease("pick:CART-1")
    needs.look()
    assert maja.tasks("replenish")[0]["next"]["say"].endswith("2 are free in the face, fewer than 5")
    maja.follow(TASK)
    assert lies(house)["MUG", "A-03-2"] == 32
    house.prove()


def jam(tablet: Tablet, *rows: tuple[str, str, int], fefo: bool = False) -> None:
    """Jam of these (lot, bin, units), with a pick face in A-03-2 (5 to 20 units) that takes one lot only."""
    shelf({"R-01": "storage", "R-02": "storage"})
    tablet.add_product("JAM", lots=True, expires=True, fefo=fefo)
    with db.transaction() as session:
        places.put_bin(session, "A-03-2", {"mixing": "one_lot"})
    for lot, code, units in rows:
        day = {"L1": "2027-05-01", "L2": "2028-05-01"}[lot]
        for task, scanned in (("receive:", "JAM"), ("receive:", lot), ("receive:", day)):
            reply = accepted(tablet.scan(task, scanned, units if scanned == "JAM" else 1))
            if reply["next"]["want"] == "product":
                break
        accepted(tablet.scan("putaway:", lot, units))
        accepted(tablet.scan("putaway:", code))
    face("JAM", "A-03-2", 5, 20)


def test_a_face_of_one_lot_is_filled_with_that_lot(house: House, maja: Tablet) -> None:
    jam(maja, ("L1", "A-03-2", 2), ("L2", "R-01", 50), ("L1", "R-02", 9))
    assert "Take 9 Thing JAM, lot L1 from R-02 to A-03-2" in maja.tasks("replenish")[0]["next"]["say"]
    maja.follow("replenish:JAM", until="product")
    accepted(maja.scan("replenish:JAM", "L1", 9))
    accepted(maja.scan("replenish:JAM", "A-03-2"))
    assert lies(house) == {("JAM", "A-03-2"): 11, ("JAM", "R-01"): 50}
    house.prove()


def test_a_face_of_one_lot_waits_until_it_is_empty_where_what_ends_first_is_another_lot(house: House, maja: Tablet) -> None:
    jam(maja, ("L2", "A-03-2", 2), ("L1", "R-01", 50), ("L2", "R-02", 9), fefo=True)
    assert maja.tasks("replenish") == []
    for code in ("A-03-2", "A-03-2", "B-01-1"):
        accepted(maja.scan("move:", code))
    assert "Take 20 Thing JAM, lot L1 from R-01 to A-03-2" in maja.tasks("replenish")[0]["next"]["say"]
    house.prove()


def test_serials_are_brought_together_not_one_by_one(house: House, maja: Tablet) -> None:
    shelf({"R-01": "storage"})
    maja.add_product("CAM", serials=True)
    accepted(maja.scan("receive:", "CAM", 6))
    for n in range(6):
        accepted(maja.scan("receive:", f"S{n}"))
    for n in range(6):
        accepted(maja.scan("putaway:", f"S{n}"))
    accepted(maja.scan("putaway:", "R-01"))
    face("CAM", "A-03-2", 2, 4)
    task = maja.tasks("replenish")[0]
    assert task["next"]["say"] == "Take 4 Thing CAM from R-01 to A-03-2: 0 are free in the face, fewer than 2"
    accepted(maja.scan("replenish:CAM", "R-01"))
    refused(maja.scan("replenish:CAM", "CAM", 4), "Scan the serial number")
    for n in range(4):
        assert accepted(maja.scan("replenish:CAM", f"S{n}"))["next"].get("left", 0) == 3 - n
    accepted(maja.scan("replenish:CAM", "A-03-2"), "4 Thing CAM")
    assert lies(house) == {("CAM", "R-01"): 2, ("CAM", "A-03-2"): 4}
    house.prove()


def test_what_probably_sells_tomorrow_is_brought_today(house: House, maja: Tablet) -> None:
    mugs(maja, A_03_2=9, R_01=100)
    yesterday = velocity.today() - timedelta(days=1)
    with db.transaction() as session:
        session.execute(
            sa.text("INSERT INTO daily_pick (day, product_id, location_id, picks, units)"
                    " SELECT :day, p.id, l.id, 4, 8 FROM product p, location l WHERE p.sku = 'MUG' AND l.code = 'A-03-2'")
            .bindparams(sa.bindparam("day", yesterday, type_=sa.Date))
        )  # fmt: skip
    velocity.grade_all()
    assert "about 16 expected within 2 days, 9 are free" in maja.tasks("replenish")[0]["next"]["say"]
    maja.follow(TASK)
    assert lies(house)["MUG", "A-03-2"] >= 16
    house.prove()


def test_a_low_face_waits_behind_promised_ones(house: House, maja: Tablet) -> None:
    mugs(maja, A_03_2=4, R_01=50)
    maja.add_product("BOWL")
    stored(maja, "BOWL", {"R-02": 30})
    face("BOWL", "A-04-1", 2, 10)
    assert maja.place("1042", {"BOWL": 1}).status == 201
    assert [task["task"] for task in maja.tasks("replenish")] == ["replenish:BOWL", TASK]
    assert maja.tasks("replenish")[1]["next"]["say"].endswith("4 are free in the face, fewer than 5")
    page = maja.get("/api/v1/tasks?kind=replenish&limit=1").body
    assert [item["task"] for item in page["items"]] == ["replenish:BOWL"]
    page = maja.get(f"/api/v1/tasks?kind=replenish&limit=1&after={page['next']}").body
    assert [item["task"] for item in page["items"]] == [TASK]
    assert maja.get("/api/v1/tasks?kind=replenish&after=x.1.2").status == 400
    house.prove()


def test_a_face_that_ran_low_is_found_at_the_next_look(house: House, maja: Tablet) -> None:
    mugs(maja, A_03_2=9, R_01=100)
    needs.look()
    assert house.count("refill_due") == 0
    for code, units in (("A-03-2", 1), ("MUG", 6), ("B-01-1", 1)):
        accepted(maja.scan("move:", code, units))
    needs.look()
    assert maja.tasks("replenish")[0]["next"]["say"].endswith("3 are free in the face, fewer than 5")
    maja.follow(TASK)
    needs.look()
    assert house.count("refill_due") == 0
    with db.reading() as session:
        assert session.execute(sa.text("SELECT COUNT(*) FROM timer WHERE kind = 'pick-faces'")).scalar_one() == 1
    house.prove()


def test_the_wrong_bin_product_and_face_are_refused(house: House, maja: Tablet) -> None:
    mugs(maja, A_03_2=2, R_01=50)
    maja.add_product("BOWL")
    stored(maja, "BOWL", {"R-02": 30})
    refused(maja.scan(TASK, "MUG"), "Go to R-01 and scan it first")
    refused(maja.scan(TASK, "R-02"), "No reserve of Thing MUG lies in R-02", "Go to R-01")
    accepted(maja.scan(TASK, "R-01"))
    refused(maja.scan(TASK, "BOWL"), "Scan Thing MUG from R-01")
    refused(maja.scan(TASK, "A-03-2"), "Take 12 Thing MUG from R-01 first")
    refused(maja.scan(TASK, "MUG", 13), "12 are wanted")
    accepted(maja.scan(TASK, "MUG", 5), "5 of 12 in hand")
    refused(maja.scan(TASK, "A-01-1"), "no pick face of Thing MUG", "A-03-2")
    accepted(maja.scan(TASK, "A-03-2"), "5 Thing MUG")
    accepted(maja.scan(TASK, "CMD:UNDO"), "5 Thing MUG in hand")
    accepted(maja.scan(TASK, "CMD:DONE"), "Put 5 back into R-01")
    assert lies(house)["MUG", "A-03-2"] == 2
    conflict(house.tablet("ruth").scan(TASK, "R-01"), "is working on this")
    assert maja.scan("replenish:nothing-known", "R-01").status in {404, 422}
    house.prove()


def test_the_lot_that_ends_first_is_taken_first(house: House, maja: Tablet) -> None:
    shelf({"R-01": "storage", "R-02": "storage"})
    maja.add_product("JAM", lots=True, expires=True, fefo=True)
    for lot, day, code in (("LATE", "2028-05-01", "R-01"), ("SOON", "2027-05-01", "R-02")):
        accepted(maja.scan("receive:", "JAM", 10))
        accepted(maja.scan("receive:", lot))
        accepted(maja.scan("receive:", day))
        accepted(maja.scan("putaway:", lot, 10))
        accepted(maja.scan("putaway:", code))
    face("JAM", "A-03-2", 3, 6)
    task = "replenish:JAM"
    assert "lot SOON from R-02" in maja.lease(task)["next"]["say"]
    refused(maja.scan(task, "R-01"), "ends later", "R-02")
    accepted(maja.scan(task, "R-02"))
    refused(maja.scan(task, "LATE", 6))
    accepted(maja.scan(task, "SOON", 6))
    accepted(maja.scan(task, "A-03-2"))
    assert lies(house) == {("JAM", "R-01"): 10, ("JAM", "R-02"): 4, ("JAM", "A-03-2"): 6}
    house.prove()


def test_a_storage_bin_with_too_few_is_counted_and_the_rest_comes_from_elsewhere(house: House, maja: Tablet) -> None:
    mugs(maja, R_01=40, R_02=40)
    maja.lease(TASK)
    accepted(maja.scan(TASK, "R-01"))
    accepted(maja.scan(TASK, "MUG", 2))
    assert accepted(maja.scan(TASK, "CMD:SHORT"), "10 Thing MUG are missing in R-01")["next"]["bin"] == "A-03-2"
    accepted(maja.scan(TASK, "A-03-2"))
    assert house.count("count_request") == 1
    reply = maja.lease(TASK)
    assert reply["next"]["bin"] == "R-02"
    maja.follow(TASK)
    assert lies(house)["MUG", "A-03-2"] >= 5
    house.prove()


def test_two_who_fill_one_face_at_once_do_not_spoil_the_books(house: House, maja: Tablet) -> None:
    mugs(maja, R_01=9)
    rivals = [house.tablet(f"rival-{n}") for n in range(3)]

    def fill(n: int) -> list[int]:
        codes = ("R-01", "MUG", "A-03-2") if n else ("R-01", "R-01", "B-01-1")
        task = TASK if n else "move:"
        return [rivals[n].scan(task, code, 9 if code == "MUG" else 1).status for code in codes]

    for statuses in at_once([partial(fill, n) for n in range(3)]):
        assert set(statuses) <= {200, 409, 422}
    assert sum(lies(house).values()) == 9
    house.prove()


def test_the_reserve_that_went_elsewhere_meanwhile_is_a_conflict(house: House, maja: Tablet) -> None:
    mugs(maja, R_01=9)
    ruth = house.tablet("ruth")
    accepted(maja.scan(TASK, "R-01"))
    accepted(maja.scan(TASK, "MUG", 9))
    for code in ("R-01", "R-01", "B-01-1"):
        accepted(ruth.scan("move:", code))
    conflict(maja.scan(TASK, "A-03-2"), "0 free Thing MUG lie in R-01")
    assert lies(house) == {("MUG", "B-01-1"): 9}
    house.prove()


def test_a_face_that_is_full_is_not_filled_beyond_its_room(house: House, maja: Tablet) -> None:
    mugs(maja, R_01=50)
    with db.transaction() as session:
        places.put_bin(session, "A-03-2", {"max_units": 7})
    assert maja.place("1042", {"MUG": 30}).status == 201
    assert maja.lease(TASK)["next"]["left"] == 7
    maja.follow(TASK)
    assert lies(house)["MUG", "A-03-2"] == 7
    assert maja.lease(TASK)["next"]["want"] == "nothing"
    assert maja.tasks("replenish") == []
    house.prove()
