"""Who got a product rates it, once; what staff approve is shown with its figures, and nothing else."""

from datetime import timedelta

import pytest

from stowline.core import clock, db
from stowline.notifications import alarms
from tests import payloads
from tests.desk.conftest import House
from tests.desk.test_contacts import asks
from tests.portal.conftest import Shopper


def delivered(house: House, ref: str) -> None:
    """The parcel of an order is at the door, as its carrier's post would say."""
    robot = house.robot()
    code = robot.order(ref)["parcels"][0]["code"]
    answer = house.ruth()
    page = answer.get(f"/orders/{ref}?store=demo")
    answer.send(page, f"/orders/{ref}/milestones", parcel=code, milestone="delivered", place="Nantes")


@pytest.fixture
def got(ines: Shopper) -> Shopper:
    robot = ines.house.robot()
    robot.stock_up({"CUP": 3})
    robot.place("1042", {"CUP": 1})
    robot.ship_all()
    ines.house.deliver()
    return ines


def test_only_what_came_is_rated_changed_until_decided_and_shown_when_approved(got: Shopper) -> None:
    link = got.link("1042")
    assert "Nothing of this order can be rated yet" in got.browser.get(f"{link}/reviews").text
    assert got.browser.ask("POST", f"{link}/reviews", data={"line": "1", "stars": "5"}).status_code == 422
    delivered(got.house, "1042")
    page = got.browser.get(f"{link}/reviews")
    line = page.form("/reviews").fields["line"]
    said = {"line": line, "stars": "2", "text": payloads.ONE, "name": "Ines <b>"}
    for _ in range(2):
        assert got.browser.ask("POST", f"{link}/reviews", data=said).status_code == 200
    assert got.browser.ask("POST", f"{link}/reviews", data=said | {"stars": "9"}).status_code == 422
    kept = got.browser.ask("POST", f"{link}/reviews", data=said | {"stars": "4"})
    assert "Being read" in kept.text
    robot, ruth = got.house.robot(), got.house.ruth()
    assert robot.get("/api/v1/products/CUP/reviews?store=demo")["count"] == 0
    queue = ruth.get("/reviews")
    assert (queue.status, payloads.live(queue.answer.text), payloads.live(kept.text)) == (200, [], [])
    ruth.send(queue, "/reviews/1/approval")
    ruth.send(ruth.get("/reviews?view=approved"), "/reviews/1/answer", answer="We look into the handle.")
    told = robot.get("/api/v1/products/CUP/reviews?store=demo")
    assert (told["average"], told["count"], told["items"][0]["stars"], told["schema_org"]["reviewCount"]) == (4.0, 1, 4, 1)
    assert "We look into the handle." in got.browser.get(f"{link}/reviews").text
    assert got.browser.ask("POST", f"{link}/reviews", data=said | {"stars": "1"}).status_code == 409
    ruth.send(ruth.get("/reviews?view=approved"), "/reviews/1/refusal", reason="Not about the cup.")
    assert robot.get("/api/v1/products/CUP/reviews?store=demo")["items"] == []


def test_a_program_reads_cases_and_answers_one_once(got: Shopper) -> None:
    robot = got.house.robot()
    robot.post("/api/v1/contacts", {"store": "demo", "channel": "phone", "order": "1042", "kind": "damaged", "text": "It has a chip.", "ref": "c1"})
    [one] = robot.get("/api/v1/cases?state=open")["items"]
    assert (one["kind"], one["order"]) == ("damaged", "1042")
    head = {"Content-Type": "application/json", "Idempotency-Key": "k1"}
    answers = [robot.post(f"/api/v1/cases/{one['ref']}/answers", {"text": "Dear {{ customer }}, sorry.", "solve": True}, head) for _ in range(2)]
    assert [said.status for said in answers] == [201, 201]
    told = robot.get(f"/api/v1/cases/{one['ref']}")
    assert (told["state"], [entry["author"] for entry in told["entries"]]) == ("solved", ["shopper", "staff"])
    assert robot.post(f"/api/v1/cases/{one['ref']}/answers", {"text": "{{ who }}"}).status == 422


def test_shoppers_read_the_sentence_that_a_manager_switches_on(got: Shopper) -> None:
    ruth = got.house.ruth()
    form = next(one for one in ruth.get("/cases/policy?store=demo").forms if one.method == "post" and one.action.endswith("/policy"))
    fields = form.fields | {"busy": "on", "busy_words.en": "We are slow <b>today</b>.", "busy_words.zh-Hant": "", "busy_words.zh-Hans": ""}
    assert "It holds from now on." in ruth.ask("POST", form.action, data=fields).text
    assert "We are slow <b>today</b>." in got.sees("1042").text
    assert "目前來信的人非常多" in got.browser.get(f"{got.link('1042')}?lang=zh-Hant").text
    assert ruth.ask("POST", form.action, data=fields | {"hours.damaged": "0"}).status_code == 422


def test_shoppers_read_it_by_itself_while_more_ask_than_usual(got: Shopper) -> None:
    ruth, link = got.house.ruth(), got.link("1042")
    form = next(one for one in ruth.get("/cases/policy?store=demo").forms if one.method == "post" and one.action.endswith("/policy"))
    assert ruth.ask("POST", form.action, data=form.fields | {"busy": "spike", "busy_words.en": "We are slow today.", "busy_words.zh-Hant": "", "busy_words.zh-Hans": ""}).status_code == 200

    def says() -> bool:
        return "We are slow today." in got.browser.get(link).text

    with db.transaction() as session:
        asks(session, 4, 2.0)
        alarms.look(session, "")
    assert not says(), "four are no spike"
    with db.transaction() as session:
        asks(session, 4, 3.0)
        alarms.look(session, "")
    assert says()
    assert "目前來信的人非常多" in got.browser.get(f"{link}?lang=zh-Hant").text, "in the house's words where the store has none"
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        with db.transaction() as session:
            alarms.look(session, "")
        assert not says(), "it is over"
