"""What needs two people takes two: not one on two devices, under two accounts, through a program, or at the same moment."""

import re
import uuid
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest

from stowline.core import db
from stowline.people import service as people
from tests.asserts import accepted, conflict
from tests.makers import FORM_TYPE, Json, Reply, Tablet, at_once
from tests.stories.conftest import House

BIN = "A-01-1"
TASK = f"count:{BIN}"
PASSWORD = "tea at half past 4"


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    tablet.stock_up({"MUG": 40})
    return tablet


def counted(tablet: Tablet, units: int, **scan: Any) -> None:
    """A whole count."""
    for code, n in ((BIN, 1), ("MUG", units), ("CMD:DONE", 1)):
        accepted(tablet.scan(TASK, code, n, **scan))


def sign_in(house: House, name: str, email: str, *, new: bool = True) -> Tablet:
    """A manager's session of its own, on a device of its own."""
    if new:
        with db.transaction() as session:
            people.add_user(session, name=name, roles=["admin"], email=email, password=PASSWORD)
    send = house.sends[0]()
    reply = send("POST", "/login", urlencode({"email": email, "password": PASSWORD}).encode(), {**FORM_TYPE, "Accept": "text/html"})
    assert reply.status == 303, reply.raw
    person = Tablet(send, "")
    person.headers = {"Cookie": reply.headers["set-cookie"].partition(";")[0], "Accept": "application/json"}
    person.headers["X-CSRF-Token"] = person.get("/session")["csrf"]
    return person


def program(house: House, name: str, *scopes: str) -> Tablet:
    """A program with a token of its own that names no worker."""
    with db.transaction() as session:
        token = people.add_token(session, name, scopes)
    return Tablet(house.send(), token)


# --- counts -----------------------------------------------------------------------------------------------------------


def is_barred(tablet: Tablet, **scan: Any) -> None:
    """Neither offered the bin, nor let in."""
    assert tablet.tasks("count") == []
    conflict(tablet.scan(TASK, BIN, **scan), "counted this bin first", "Somebody else must count it again")
    conflict(tablet.scan("count:", BIN, **scan), "Somebody else")
    assert tablet.lease(TASK).status == 409


def test_a_person_on_another_device_does_not_count_again(house: House, maja: Tablet) -> None:
    counted(sign_in(house, "Ruth Adeyemi", "ruth@example.test"), 20)
    is_barred(sign_in(house, "Ruth Adeyemi", "ruth@example.test", new=False))
    counted(maja, 20)
    assert maja.stock("MUG")["on_hand"] == 20
    house.prove()


def test_nor_under_a_second_account_or_as_a_programs_worker_of_that_name(house: House, maja: Tablet) -> None:
    counted(sign_in(house, "Ruth Adeyemi", "ruth@example.test"), 20)
    is_barred(sign_in(house, "ruth  adeyemi", "picker-ruth@example.test"))
    is_barred(house.tablet("Ruth Adeyemi"))
    assert maja.stock("MUG")["on_hand"] == 40


def test_a_program_that_names_nobody_is_one_person_with_all_its_devices(house: House, maja: Tablet) -> None:
    fleet = program(house, "fleet", "scan", "api")
    counted(fleet, 20, device="tablet-1")
    is_barred(fleet, device="tablet-2")
    fleet.headers["X-Worker"] = "another one"
    is_barred(fleet)
    (asked,) = maja.get("/api/v1/counts")["items"]
    decision = partial(fleet.send, "POST", f"/counts/{asked['id']}/decision", urlencode({"difference": "-20"}).encode())
    for worker in ("a manager", "tablet-1"):
        refused = decision({**fleet.headers, **FORM_TYPE, "X-Worker": worker})
        assert (refused.status, "Somebody else must decide" in refused["say"]) == (422, True)
    counted(maja, 20)
    assert maja.stock("MUG")["on_hand"] == 20
    house.prove()


def test_a_count_that_was_begun_before_ones_own_first_count_ended_elsewhere_settles_nothing(house: House, maja: Tablet) -> None:
    counted(maja, 20)
    tom = house.tablet("tom")
    accepted(tom.scan(TASK, BIN))
    accepted(tom.scan(TASK, "MUG", 20))
    with db.transaction() as session:  # as if Maja's other device had begun this count at the moment the first one ended
        for table, where in (("count_sheet", "state = 'open'"), ("task_lease", f"task = '{TASK}'")):
            name = "who" if table == "count_sheet" else "label"
            session.connection().exec_driver_sql(
                f"UPDATE {table} SET {name} = 'maja', holder = (SELECT MIN(holder) FROM count_sheet WHERE who = 'maja') WHERE {where}")
    conflict(maja.scan(TASK, "CMD:DONE"), "You counted this bin first")
    assert maja.stock("MUG")["on_hand"] == 40
    accepted(maja.scan(TASK, "CMD:SKIP"), "left uncounted")
    counted(tom, 20)
    assert maja.stock("MUG")["on_hand"] == 20
    house.prove()


def test_a_picker_is_no_witness_of_the_own_units_though_another_one_missed_some_too(house: House, maja: Tablet) -> None:
    tom = house.tablet("tom")
    for ref, units in (("R-1", 20), ("R-2", 3)):
        assert maja.place(ref, {"MUG": units})["state"] == "allocated"
    for tablet, ref in ((tom, "R-1"), (maja, "R-2")):
        tablet.lease(f"pick:{ref}")
        accepted(tablet.scan(f"pick:{ref}", BIN))
        accepted(tablet.scan(f"pick:{ref}", "CMD:SHORT"))
    assert house.count("count_request WHERE done_at IS NULL AND missing = 23") == 1
    counted(tom, 17)
    assert house.count("count_entry WHERE state = 'second'") == 1
    assert house.count("balance WHERE condition = 'hold' AND qty = 23") == 1
    counted(maja, 17)
    assert maja.stock("MUG")["on_hand"] == 17
    house.prove()


# --- adjustments ------------------------------------------------------------------------------------------------------


def asked(tablet: Tablet, units: int = -15) -> str:
    """An adjustment that waits."""
    answer = tablet.post("/api/v1/adjustments", {"sku": "MUG", "bin": BIN, "units": units, "reason": "lost"})
    assert answer["state"] == "waiting", answer.raw
    return str(answer["ref"])


def approve(tablet: Tablet, ref: str) -> Reply:
    return tablet.post(f"/api/v1/adjustments/{ref}/approval")


def is_refused(answer: Reply) -> None:
    assert (answer.status, "Somebody else must approve it" in answer["say"]) == (422, True), answer.raw


def test_nobody_approves_the_own_wish_on_another_device_or_under_another_account(house: House, maja: Tablet) -> None:
    ruth = sign_in(house, "Ruth Adeyemi", "ruth@example.test")
    ref = asked(ruth)
    is_refused(approve(ruth, ref))
    is_refused(approve(sign_in(house, "Ruth Adeyemi", "ruth@example.test", new=False), ref))
    is_refused(approve(sign_in(house, "RUTH ADEYEMI", "second@example.test"), ref))
    is_refused(approve(house.tablet("Ruth Adeyemi"), ref))
    assert maja.stock("MUG")["on_hand"] == 40
    assert approve(maja, ref)["state"] == "posted"


def test_nor_through_a_program_with_a_token_of_the_own_making(house: House, maja: Tablet) -> None:
    ruth = sign_in(house, "Ruth Adeyemi", "ruth@example.test")
    form = urlencode({"name": "helper", "scopes": "api"}).encode()
    page = ruth.send("POST", "/staff/tokens", form, {**ruth.headers, **FORM_TYPE, "Accept": "text/html"})
    (token,) = re.findall(r"stl_[\w-]+", page.raw.decode())
    ref = asked(ruth)
    is_refused(approve(Tablet(house.send(), token), ref))
    is_refused(approve(Tablet(house.send(), token, "Otto Wels"), ref))
    assert maja.stock("MUG")["on_hand"] == 40
    assert approve(sign_in(house, "Otto Wels", "otto@example.test"), ref)["decided_by"] == "Otto Wels"
    house.prove()


def test_nor_as_another_worker_of_the_program_that_asked(house: House, maja: Tablet) -> None:
    is_refused(approve(house.tablet("tom"), asked(maja)))
    assert maja.stock("MUG")["on_hand"] == 40


def test_an_approval_sent_again_and_again_posts_once(house: House, maja: Tablet) -> None:
    otto, ref = program(house, "otto", "api"), asked(maja)
    key = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    answers: list[Json] = [otto.post(f"/api/v1/adjustments/{ref}/approval", {}, key).body for _ in range(3)]
    answers += [approve(otto, ref).body for _ in range(2)]
    assert {answer["state"] for answer in answers} == {"posted"}
    assert maja.stock("MUG")["on_hand"] == 25
    ines = program(house, "ines", "api")
    late = approve(ines, ref)
    assert (late.status, "posted already, approved by otto" in late["say"]) == (409, True)
    house.prove()


def test_one_approves_while_the_asker_withdraws_and_another_refuses(busy_house: House) -> None:
    maja = busy_house.tablet("maja")
    maja.stock_up({"POT": 400})
    database = db.Database(busy_house.url)
    with database.transaction() as session:
        tokens = [people.add_token(session, name, ["api"]) for name in ("otto", "ines")]
    database.close()
    otto, ines = (Tablet(busy_house.send(n), token) for n, token in enumerate(tokens))
    lies_in = maja.get("/api/v1/stock/bins?sku=POT")["items"][0]["bin"]
    posted = 0
    for _ in range(8):
        wish = {"sku": "POT", "bin": lies_in, "units": -15, "reason": "lost"}
        ref = maja.post("/api/v1/adjustments", wish)["ref"]
        here = f"/api/v1/adjustments/{ref}"
        answers = at_once([partial(otto.post, f"{here}/approval"), partial(ines.post, f"{here}/refusal", {"reason": "no"}),
                           partial(maja.post, f"{here}/withdrawal")])  # fmt: skip
        assert sorted(answer.status for answer in answers) == [200, 409, 409], [answer.raw for answer in answers]
        posted += maja.get(here)["state"] == "posted"
    assert maja.stock("POT")["on_hand"] == 400 - 15 * posted
    busy_house.prove()


def test_two_managers_decide_while_a_second_counter_ends_and_it_is_posted_once(busy_house: House) -> None:
    maja, tom = busy_house.tablet("maja"), busy_house.tablet("tom", door=1)
    maja.stock_up({"JUG": 400})
    database = db.Database(busy_house.url)
    with database.transaction() as session:
        tokens = [people.add_token(session, name, ["api"]) for name in ("gerd", "vera")]
    database.close()
    managers = [Tablet(busy_house.send(n), token) for n, token in enumerate(tokens)]
    bin_ = maja.get("/api/v1/stock/bins?sku=JUG")["items"][0]["bin"]
    task, have = f"count:{bin_}", 400
    for _ in range(6):
        inside = {row["sku"]: row["on_hand"] for row in maja.get(f"/api/v1/stock/bins?bin={bin_}")["items"]}
        for tablet in (maja, tom):
            accepted(tablet.scan(task, bin_))
            for sku, units in inside.items():
                accepted(tablet.scan(task, sku, units - 20 if sku == "JUG" else units))
            if tablet is maja:
                accepted(maja.scan(task, "CMD:DONE"))
        (asked,) = [one for one in maja.get("/api/v1/counts")["items"] if one["sku"] == "JUG"]
        form, path = urlencode({"difference": "-20"}).encode(), f"/counts/{asked['id']}/decision"
        decisions = [partial(one.send, "POST", path, form, {**one.headers, **FORM_TYPE}) for one in managers]
        answers = at_once([*decisions, partial(tom.scan, task, "CMD:DONE")])
        assert all(answer.status in {200, 303, 409} for answer in answers), [answer.raw for answer in answers]
        have -= 20
        assert maja.stock("JUG")["on_hand"] == have, [answer.raw for answer in answers]
        tom.scan(task, "CMD:SKIP")
    busy_house.prove()


def test_a_tote_that_comes_back_with_another_order_is_anybodys_to_pack(house: House) -> None:
    """Maja packed what was in it. Her claim ends with that order, not a quarter of an hour later."""
    maja, jonas = house.tablet("maja"), house.tablet("jonas")
    maja.stock_up({"MUG": 2})
    for ref, packer in (("#1", maja), ("#2", jonas)):
        maja.place(ref, {"MUG": 1})
        maja.follow("pick:CART-1")
        assert packer.lease("pack:TOTE-01").status == 200
        packer.scan("pack:TOTE-01", "MUG")
        packer.scan("pack:TOTE-01", "CMD:DONE")
        assert house.tablet(packer.name).order(ref)["state"] == "packed"
