"""Adjustments by API: what is posted at once, what a second person must agree to, and what is refused with a reason."""

from functools import partial

import pytest

from stowline.core import db
from stowline.people import service as people
from tests.asserts import accepted
from tests.makers import Json, Reply, Tablet, at_once
from tests.stories.conftest import House


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    tablet.stock_up({"MUG": 20})
    return tablet


@pytest.fixture
def managers(house: House) -> list[Tablet]:
    """Programs of two managers, each with a token of its own."""
    database = db.Database(house.url)
    with database.transaction() as session:
        tokens = [people.add_token(session, name, ["api"]) for name in ("Ines", "Otto")]
    database.close()
    return [Tablet(house.send(), token) for token in tokens]


def ask(tablet: Tablet, units: int, reason: str, **more: object) -> Reply:
    return tablet.post("/api/v1/adjustments", {"sku": "MUG", "bin": "A-01-1", "units": units, "reason": reason} | more)


def asked(tablet: Tablet, units: int, reason: str, **more: object) -> Json:
    answer = ask(tablet, units, reason, **more)
    assert answer.status == 201, answer.raw
    made: Json = answer.body
    return made


def no(answer: Reply, status: int, *words: str) -> None:
    assert answer.status == status, answer.raw
    assert all(word in answer["say"] for word in words), answer["say"]


def decide(tablet: Tablet, ref: str, verb: str, **body: str) -> Reply:
    return tablet.post(f"/api/v1/adjustments/{ref}/{verb}", body)


def test_found_units_are_posted_at_once_and_name_who_did_it(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 22})
    made = asked(maja, 3, "found", note="behind the rack")
    assert (made["state"], made["who"], made["units"]) == ("posted", "maja", 3)
    assert maja.stock("MUG") == {"on_hand": 23, "promised": 22, "free": 1, "waiting": 0}
    moves = maja.get("/stock/MUG/moves.csv").raw.decode("utf-8-sig").splitlines()
    assert moves[0].endswith("reason,who,device,scan_id")
    assert ",ADJUSTMENT,A-01-1," in moves[1]
    assert moves[1].endswith("adjust,maja,stories,")
    house.prove()


def test_lost_units_take_their_promises_along(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 18})
    asked(maja, -4, "lost")
    assert maja.stock("MUG") == {"on_hand": 16, "promised": 16, "free": 0, "waiting": 2}
    assert maja.order("1042")["lines"][0]["waiting"] == 2
    house.prove()


def test_damaged_units_stay_in_their_bin_and_leave_the_count(house: House, maja: Tablet) -> None:
    made = asked(maja, -2, "damaged")
    assert (made["condition"], made["to_condition"]) == ("good", "damaged")
    assert maja.stock("MUG")["on_hand"] == 18
    no(ask(maja, -1, "damaged", condition="damaged"), 422, "damaged by the books already")
    assert asked(maja, -2, "scrap", condition="damaged")["goes_to"] == "scrap"
    no(ask(maja, -1, "scrap", condition="damaged"), 409, "has 0 damaged units")
    house.prove()


def test_a_number_counted_by_hand_becomes_its_difference(house: House, maja: Tablet) -> None:
    body = {"sku": "MUG", "bin": "A-01-1", "reason": "correction"}
    assert maja.post("/api/v1/adjustments", body | {"counted": 17})["units"] == -3
    no(maja.post("/api/v1/adjustments", body | {"counted": 17}), 422, "The books have 17 there already")
    no(maja.post("/api/v1/adjustments", body), 400, "units", "counted")
    no(maja.post("/api/v1/adjustments", body | {"units": 1, "counted": 3}), 400, "units")
    house.prove()


def test_many_units_wait_and_nobody_approves_their_own(house: House, maja: Tablet, managers: list[Tablet]) -> None:
    before = house.books()
    made = asked(maja, -15, "lost")
    assert made["state"] == "waiting"
    assert house.books() == before
    no(decide(house.tablet("somebody else, same token"), made["ref"], "approval"), 422, "Somebody else must approve")
    assert decide(managers[0], made["ref"], "approval")["decided_by"] == "Ines"
    assert maja.stock("MUG")["on_hand"] == 5
    again = decide(managers[0], made["ref"], "approval")
    assert (again.status, again["state"]) == (200, "posted")
    no(decide(managers[1], made["ref"], "approval"), 409, "posted already, approved by Ines")
    no(decide(managers[1], made["ref"], "refusal", reason="no"), 409, "posted already")
    no(decide(maja, made["ref"], "withdrawal"), 409, "posted already")
    assert maja.stock("MUG")["on_hand"] == 5
    house.prove()


def test_two_managers_approve_at_once_and_it_is_posted_once(busy_house: House) -> None:
    house, maja = busy_house, busy_house.tablet("maja")
    maja.stock_up({"MUG": 20})
    database = db.Database(house.url)
    with database.transaction() as session:
        tokens = [people.add_token(session, f"manager {n}", ["api"]) for n in range(6)]
    database.close()
    desks = [Tablet(house.send(n), token) for n, token in enumerate(tokens)]
    made = asked(maja, -15, "lost")
    answers = at_once([partial(decide, desk, made["ref"], "approval") for desk in desks])
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert maja.stock("MUG")["on_hand"] == 5
    house.prove()


def test_stock_is_looked_at_again_when_it_is_approved(house: House, maja: Tablet, managers: list[Tablet]) -> None:
    made = asked(maja, -15, "lost")
    asked(maja, -8, "lost")
    no(decide(managers[0], made["ref"], "approval"), 409, "A-01-1 has 12 good units", "will be counted")
    assert maja.get(f"/api/v1/adjustments/{made['ref']}")["state"] == "waiting"
    assert house.count("count_request") == 1
    assert decide(managers[0], made["ref"], "refusal", reason="count it first")["decided_why"] == "count it first"
    assert [one["ref"] for one in maja.get("/api/v1/adjustments?state=refused")["items"]] == [made["ref"]]
    house.prove()


def test_the_asker_withdraws_and_nobody_else(house: House, maja: Tablet, managers: list[Tablet]) -> None:
    made = asked(maja, -15, "lost")
    no(decide(managers[0], made["ref"], "withdrawal"), 422, "maja asked for")
    for _ in range(2):
        assert decide(maja, made["ref"], "withdrawal")["state"] == "withdrawn"
    no(decide(managers[0], made["ref"], "approval"), 409, "was withdrawn by maja")
    house.prove()


def test_picked_units_are_not_adjusted_away(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 5})
    maja.follow("pick:CART-1", until="tote")
    before = house.books()
    no(ask(maja, -1, "lost", bin="TOTE-01"), 409, "in a tote or a box already")
    no(ask(maja, 1, "found", bin="TOTE-01"), 422, "belongs to orders")
    no(ask(maja, -5, "lost", bin="SUPPLIER"), 422, "no bin that goods lie in")
    assert house.books() == before
    house.prove()


def test_a_surprise_is_refused_and_the_bin_is_counted(house: House, maja: Tablet) -> None:
    for _ in range(2):
        no(ask(maja, -21, "lost"), 409, "A-01-1 has 20 good units", "21 cannot be taken")
    assert house.count("count_request") == 1
    assert house.count("adjustment") == 0
    house.prove()


def test_what_cannot_be_is_refused_with_the_reason(house: House, maja: Tablet) -> None:
    no(ask(maja, 3, "lost"), 422, "takes units out")
    no(ask(maja, -3, "found"), 422, "brings units into")
    no(ask(maja, 3, "because"), 422, "There is no reason because")
    no(ask(maja, 0, "found"), 422, "Nothing is to be adjusted")
    no(ask(maja, 1.5, "found"), 422, "whole units")  # type: ignore[arg-type]
    no(ask(maja, 10**9, "found"), 422, "1,000,000")
    no(ask(maja, 1, "found", bin="NOWHERE"), 404, "There is no bin NOWHERE")
    no(ask(maja, 1, "found", sku="NONE"), 404, "There is no product NONE")
    no(ask(maja, 1, "found", condition="new"), 422, "good, damaged, hold")
    no(ask(maja, 1, "found", lot="L1"), 422, "no lots")
    no(maja.get("/api/v1/adjustments/ADJ-99"), 404, "There is no adjustment ADJ-99")
    no(maja.get("/api/v1/adjustments/ADJ-٣"), 404, "no adjustment")
    no(maja.get("/api/v1/adjustments?state=new"), 400, "There is no state")
    maja.add_product("BOX")
    maja.post("/api/v1/products/BOX/parts", {"parts": [{"sku": "MUG", "units": 2}]})
    no(ask(maja, 1, "found", sku="BOX"), 422, "no stock of its own")
    house.prove()


def test_units_that_are_told_apart_are_named(house: House, maja: Tablet) -> None:
    maja.add_product("TEA", lots=True, expires=True)
    maja.add_product("CAM", serials=True)
    no(ask(maja, 5, "found", sku="TEA"), 422, "lot")
    no(ask(maja, 5, "found", sku="TEA", lot="L1"), 422, "last day")
    asked(maja, 5, "found", sku="TEA", lot="L1", expires_on="2199-01-31")
    no(ask(maja, -6, "lost", sku="TEA", lot="L1"), 409, "has 5 good units of lot L1")
    no(ask(maja, -1, "lost", sku="TEA"), 422, "lot")
    no(ask(maja, 1, "found", sku="CAM"), 422, "serial")
    no(ask(maja, 2, "found", sku="CAM", serial="SN1"), 422, "one unit")
    asked(maja, 1, "found", sku="CAM", serial="SN1")
    no(ask(maja, 1, "found", sku="CAM", serial="SN1", bin="A-02-1"), 409, "SN1 lies in A-01-1")
    no(ask(maja, -1, "lost", sku="CAM", serial="SN1", bin="A-02-1"), 409, "lies in A-01-1, not in A-02-1")
    asked(maja, -1, "lost", sku="CAM", serial="SN1")
    house.prove()


def test_the_same_key_again_is_the_same_adjustment(house: House, maja: Tablet) -> None:
    once = {"Content-Type": "application/json", "Idempotency-Key": "k-1"}
    body = {"sku": "MUG", "bin": "A-01-1", "units": -2, "reason": "lost"}
    first, again = (maja.post("/api/v1/adjustments", body, once) for _ in range(2))
    assert first.raw == again.raw
    assert maja.stock("MUG")["on_hand"] == 18
    house.prove()


def test_units_on_hold_that_are_written_off_are_missing_no_more(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 20})
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", "A-01-1"))
    accepted(maja.scan("pick:CART-1", "CMD:SHORT"))
    asked(maja, -10, "lost", condition="hold")
    database = db.Database(house.url)
    with database.reading() as session:
        missing = session.connection().exec_driver_sql("SELECT missing FROM count_request").scalar_one()
    database.close()
    assert missing == 10
    house.prove()


def test_the_list_is_paged_and_filtered(house: House, maja: Tablet) -> None:
    refs = [asked(maja, 1, "found")["ref"] for _ in range(3)] + [asked(maja, -15, "lost")["ref"]]
    first = maja.get("/api/v1/adjustments?limit=2").body
    rest = maja.get(f"/api/v1/adjustments?limit=2&after={first['next']}").body
    assert [one["ref"] for one in first["items"] + rest["items"]] == refs[::-1]
    assert [one["ref"] for one in maja.get("/api/v1/adjustments?state=waiting&sku=MUG")["items"]] == refs[3:]
    assert len(maja.get("/api/v1/adjustments?reason=found")["items"]) == 3
