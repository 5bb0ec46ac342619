"""Messages that are stuck go again by their cause; a copy of one goes by hand; the order's page hangs it all together."""

import re

import sqlalchemy as sa

from stowline.core import db, timers
from stowline.notifications import breakers, policies, replays
from stowline.notifications.models import Message
from stowline.notifications.policy_rules import Policy
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page

_m = Message.__table__.c  # type: ignore[attr-defined]
REFUSED = "The mail server refused it: 550 5.7.1 <{}@example.test>"


def shop_open(house: House, *refs: str) -> None:
    robot = house.robot()
    robot.stock_up({"MUG": len(refs)})
    for ref in refs:
        robot.place(ref, {"MUG": 1})
    house.deliver()


def kill(ref: str, reason: str) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Message).where(_m.order_ref == ref).values(state="dead", sent_at=None, reason=reason))


def states() -> dict[str, str]:
    with db.reading() as session:
        return {row.order_ref: row.state for row in session.execute(sa.select(_m.order_ref, _m.state))}


def message_of(ruth: Desk, ref: str) -> Page:
    with db.reading() as session:
        ident = session.execute(sa.select(_m.id).where(_m.order_ref == ref).order_by(_m.id).limit(1)).scalar_one()
    return ruth.get(f"/messages/{ident}")


def press_cause(ruth: Desk, page: Page, words: str) -> Page:
    form = next(form for form in page.forms if form.action.endswith("/replays") and words in form.fields.get("cause", ""))
    return Page(ruth.ask("POST", form.action, data=form.fields))


def test_what_died_of_one_cause_goes_again_and_the_rest_waits(house: House, ruth: Desk) -> None:
    shop_open(house, "1", "2", "3")
    for ref in "12":
        kill(ref, REFUSED.format(ref))
    kill("3", "No connection to the mail server.")
    assert "/messages/stuck" in ruth.get("/today").links
    page = ruth.get("/messages/stuck")
    assert [row.split("Send")[0][-1] for row in page.rows[1:]] == ["2", "1"]
    again = press_cause(ruth, page, "refused")
    assert "2 messages go out again" in again.text
    house.deliver()
    assert states() == {"1": "sent", "2": "sent", "3": "dead"}
    rest = ruth.send(again, "/replays")  # the first form: all
    assert "1 message goes out again" in rest.text
    assert "No message of that cause is dead any more." in ruth.send(again, "/replays").text
    house.deliver()
    assert set(states().values()) == {"sent"}
    assert "No message is dead" in ruth.get("/messages/stuck").text


def test_many_go_in_portions_by_themselves_and_a_second_press_changes_nothing(house: House, ruth: Desk) -> None:
    shop_open(house, *(str(n) for n in range(5)))
    for n in range(5):
        kill(str(n), REFUSED.format(n))
    most, replays.AT_ONCE = replays.AT_ONCE, 2
    try:
        page = ruth.get("/messages/stuck")
        first = press_cause(ruth, page, "refused")
        assert "2 messages go out again, each checked anew first. The rest follows by itself" in first.text
        assert "being sent again" in first.text
        assert "They are being sent again already." in press_cause(ruth, page, "refused").text
        assert sorted(states().values()) == ["dead"] * 3 + ["held"] * 2
        for _ in range(2):
            with db.transaction() as session:
                [ref] = timers.refs(session, replays.REST)
                timers.cancel(session, replays.REST, ref)
                replays.go_on(session, ref)
        assert list(states().values()) == ["held"] * 5
        with db.reading() as session:
            assert replays.under_way(session) == []
    finally:
        replays.AT_ONCE = most


def test_a_provider_that_rests_is_named_with_its_reason(house: House, ruth: Desk) -> None:
    for _ in range(breakers.OPENS_AFTER):
        db.run(lambda session: breakers.failed(session, "sms:1", "It hung up."))
    text = ruth.get("/messages/stuck").text
    assert "SMS gateway of " in text
    assert "after 5 failures in a row: It hung up." in text


def test_a_copy_goes_by_hand_and_what_is_not_true_any_more_needs_a_reason(house: House, ruth: Desk) -> None:
    shop_open(house, "1")
    first = message_of(ruth, "1")
    copy = ruth.send(first, "/copies")
    assert "This copy goes out now." in copy.text
    assert first.path in copy.links
    assert copy.path.partition("?")[0] in ruth.get(first.path).links
    house.deliver()
    house.robot().post("/api/v1/orders/1/cancellation", {"reason": "changed my mind"})
    refused = ruth.send(ruth.get(first.path), "/copies")
    assert (refused.status, "It is not to go: the order was cancelled. Say why" in refused.text) == (409, True)
    forced = ruth.send(refused, "/copies", reason="asked for by phone")
    assert "Sent in spite of what held it back, Ruth Adeyemi: asked for by phone" in forced.text
    house.deliver()
    with db.reading() as session:
        assert session.execute(sa.select(sa.func.count()).where(_m.state == "sent", _m.order_ref == "1", _m.kind == "order-confirmed")).scalar_one() == 3
    maja = house.somebody().sign_in("maja@example.test")
    assert maja.ask("POST", f"{first.path}/copies", data={}).status_code == 403


def test_every_message_that_an_event_owed_hangs_on_the_order_s_timeline(house: House, ruth: Desk) -> None:
    db.run(lambda session: policies.set_policy(session, 1, "order-confirmed", Policy(channels=("email", "sms", "in-app"))))
    shop_open(house, "1")
    page = ruth.get("/orders/1")
    leads = [href for href in page.links if re.fullmatch(r"/messages/\d+", href)]
    assert len(leads) >= 3
    assert "by e-mail" in page.text
    assert re.search(r"by SMS skipped [A-Z][^.]+\.", page.text)
    placed = next(item for item in house.robot().get("/api/v1/orders/1/timeline")["items"] if item["event"] == "OrderPlaced")
    assert [(one["channel"], one["state"]) for one in placed["messages"]] == [("email", "sent"), ("sms", "skipped"), ("in-app", "sent")]
    assert placed["message_id"] == placed["messages"][0]["id"]
    mail = ruth.get(leads[0])
    assert "Order placed, 1 unit" in mail.text
    assert any(href.startswith("/orders/1") for href in mail.links)


def test_a_message_says_until_when_it_is_of_use(house: House, ruth: Desk) -> None:
    shop_open(house, "1")
    kill("1", "gone")
    assert "Of use until" in message_of(ruth, "1").text
