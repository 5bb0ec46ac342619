"""A manager puts news on the calendar: sees whom they reach and how they read, changes them, takes them off, reads what came of them."""

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from stowline.core import clock, db
from stowline.notifications import consents, policies
from stowline.notifications.policy_rules import Policy
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page

DAY = (clock.now() + timedelta(days=2)).date()
TEXT = {"store": "demo", "kind": "news", "day": DAY.isoformat(), "hour": "09:00", "who": "agreed", "days": "30", "tag": "", "per_minute": "600", "headline": "The kiln is lit", "body": "Come and see.",
        "share_b": "50", "headline_b": "It burns", "body_b": "Come."}  # fmt: skip


@pytest.fixture
def agreed(house: House) -> House:
    """Three people have accounts; two of them agreed to news."""
    for n in range(3):
        house.robot().post("/api/v1/customers", {"store": "demo", "email": f"p{n}@example.test", "name": "P"})
    for n in range(2):
        db.run(partial(consents.record, store_id=1, address=f"p{n}@example.test", channel="email", given=True, text="Yes", source="checkout"))
    db.run(lambda session: policies.set_policy(session, 1, "news", Policy(on=True, quiet=True, capped=True)))
    house.deliver()
    return house


def month_of(ruth: Desk) -> Page:
    return ruth.get(f"/messages/calendar?store=demo&month={DAY:%Y-%m}")


def test_news_are_put_on_read_changed_and_reported_on(agreed: House, ruth: Desk) -> None:
    assert "/messages/calendar" in ruth.get("/messages").links
    assert f"/messages/calendar/new?store=demo&day={DAY.isoformat()}" in month_of(ruth).links
    form = ruth.get(f"/messages/calendar/new?store=demo&day={DAY.isoformat()}")
    wrong = ruth.send(form, "/messages/calendar", **TEXT | {"headline_b": ""})
    assert (wrong.status, "Write the other headline." in wrong.text) == (422, True)
    page = ruth.send(form, "/messages/calendar", **TEXT)
    assert "This is the draft." in page.text
    assert "As it stands now it reaches 2 people" in page.text
    assert "It burns" in page.text
    assert ruth.send(form, "/messages/calendar", **TEXT).path == page.path, "pressed twice"
    put = ruth.send(page, "/plan")
    assert "It is on the calendar." in put.text
    assert "The kiln is lit" in month_of(ruth).text
    assert "planned" in ruth.get("/messages/calendar?view=list&store=demo").text
    changed = ruth.send(put, "/text", **TEXT | {"headline": "The kiln was lit", "share_b": "0"})
    assert "It was changed." in changed.text
    past = ruth.send(changed, "/text", **TEXT | {"day": "2020-01-01"})
    assert (past.status, "to come" in past.text) == (422, True)
    with clock.stopped_at(clock.now() + timedelta(days=4)):
        agreed.deliver()
        done = ruth.get(page.path.partition("?")[0])
        assert "2 people" in done.text
        assert any(row.startswith("sent2") for row in done.rows)
        assert any("The text" in row for row in done.rows), "the report"
        again = Page(ruth.ask("POST", f"{done.path}/plan", data=page.form("/plan").fields))
    assert (again.status, "This entry is done" in again.text) == (409, True)


def test_what_is_taken_off_does_not_go_and_sequences_stand_on_their_days(agreed: House, ruth: Desk) -> None:
    page = ruth.send(ruth.send(ruth.get("/messages/calendar/new"), "/messages/calendar", **TEXT), "/plan")
    due = {"at": clock.now() + timedelta(days=2)}
    with db.transaction() as session:
        insert = "INSERT INTO sequence_run (sequence, subject, store_id, address, step, began_at, next_at, why) VALUES ('win-back', 'order:1', 1, 'a', 0, :at, :at, '')"
        session.execute(sa.text(insert).bindparams(sa.bindparam("at", type_=db.UtcDateTime)), due)
    assert "We miss you: 1" in month_of(ruth).text
    assert "It was taken off." in ruth.send(page, "/stop").text
    with clock.stopped_at(clock.now() + timedelta(days=4)):
        agreed.deliver()
    with db.reading() as session:
        assert session.execute(sa.text("SELECT count(*) FROM message WHERE kind = 'news'")).scalar_one() == 0
    off = Page(ruth.ask("GET", "/messages/calendar?month=nonsense&store=demo"))
    assert off.status == 200
    assert ruth.get("/messages/calendar?store=none").status == 404


def test_a_store_that_does_not_send_news_says_so_where_they_are_put_on(agreed: House, ruth: Desk) -> None:
    db.run(lambda session: policies.forget(session, 1, "news"))
    page = ruth.send(ruth.get("/messages/calendar/new"), "/messages/calendar", **TEXT)
    refused = ruth.send(page, "/plan")
    assert (refused.status, "This store does not send news." in refused.text) == (422, True)


def test_a_store_says_how_its_sequences_are_paced_and_one_is_ended_by_hand(agreed: House, ruth: Desk) -> None:
    db.run(lambda session: policies.set_policy(session, 1, "cart-reminder", Policy(on=True, delay_s=3600)))
    lines = [{"sku": "MUG", "name": "Mug", "quantity": 1, "price": "9"}]
    body = {"store": "demo", "cart": "c-77", "email": "p0@example.test", "lines": lines, "updated_at": clock.now().isoformat()}
    assert agreed.robot().post("/api/v1/carts", body).status == 201
    assert "/stores/demo/sequences" in ruth.get("/stores/demo/messages").links
    page = ruth.get("/stores/demo/sequences")
    assert any("p0@example.test" in row and "c-77" in row for row in page.rows)
    assert ruth.get("/stores/demo/sequences?q=p1%40example.test").text.count("None is under way") == 1
    wrong = ruth.send(page, "/pace", every_from="14", every_to="10")
    assert (wrong.status, "ends before it begins" in wrong.text) == (422, True)
    assert "Saved." in ruth.send(page, "/pace", away_days="90").text
    for _ in range(2):
        assert "It is ended." in ruth.send(page, "/end").text
    with db.reading() as session:
        assert session.execute(sa.text("SELECT why FROM sequence_run WHERE sequence = 'basket'")).scalar_one() == "Ruth Adeyemi ended it"
    assert ruth.get("/stores/none/sequences").status == 404
