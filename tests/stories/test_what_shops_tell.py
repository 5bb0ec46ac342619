"""What shops tell of their shoppers: accounts with consents, points, baskets. Told twice, it is heard once."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.core import clock, db
from stowline.desk import erasure
from stowline.notifications import consents
from tests.makers import email_of
from tests.stories.conftest import House
from tests.stories.test_promises import work_off
from tests.stories.test_who_hears_what import reached, say

MIDNIGHT = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
one_database = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)
YES = {"given": True, "at": "2026-01-05T20:00:00Z", "text": "Yes, tell me what is new.", "source": "sign-up form"}


def told(kind: str) -> list[tuple[str, str, str]]:
    """(address, state, reason or subject) of each message of a kind."""
    with db.reading() as session:
        rows = session.execute(sa.text("SELECT address, state, reason, subject FROM message WHERE kind = :k ORDER BY id"), {"k": kind})
        return [(row.address, row.state, row.reason or row.subject) for row in rows]


def account(**more: Any) -> dict[str, Any]:
    return {"store": "demo", "email": "Ines@example.test", "name": "Ines", "locale": "fr", "time_zone": "Europe/Paris", **more}


@one_database
def test_who_opens_an_account_is_welcomed_at_any_hour_once(house: House) -> None:
    desk = house.tablet()
    db.run(lambda session: session.execute(sa.text("UPDATE store SET welcome_code = 'HELLO-10', welcome_say = '10 % off' WHERE key = 'demo'")))
    with clock.stopped_at(MIDNIGHT):
        db.run(lambda session: session.execute(sa.text("INSERT INTO message_manners (store_id, quiet_from, quiet_to, cap, cap_days, digest) VALUES (1, 1200, 480, 2, 7, :t)"), {"t": True}))
        answers = [desk.post("/api/v1/customers", account(consents=[YES])) for _ in range(2)]
        work_off()
    assert [(one.status, one["new"], one["consents"]) for one in answers] == [(201, True, 1), (200, False, 0)]
    assert [(address, state) for address, state, _ in told("welcome")] == [("ines@example.test", "sent")]
    with db.reading() as session:
        text, locale = session.execute(sa.text("SELECT m.text, r.locale FROM message m, reader r WHERE m.kind = 'welcome'")).one()
        on_record = consents.history(session, 1, "ines@example.test")
    assert "HELLO-10" in text
    assert locale == "fr"
    assert [(one.given, one.text, one.source) for one in on_record] == [(True, YES["text"], "sign-up form")]


@one_database
def test_a_consent_that_is_older_than_what_a_person_said_since_changes_nothing(house: House) -> None:
    desk = house.tablet()
    desk.post("/api/v1/customers", account(consents=[YES]))
    db.run(partial(consents.record, store_id=1, address="ines@example.test", channel="email", given=False, text="Stop", source="the link of a mail"))
    assert desk.post("/api/v1/customers", account(consents=[YES]))["consents"] == 0
    with db.reading() as session:
        assert not consents.standing(session, 1, "ines@example.test")["email"].given


@one_database
def test_what_was_said_last_counts_however_late_each_word_comes(house: House) -> None:
    desk = house.tablet()
    no = {**YES, "given": False, "at": "2026-02-01T10:00:00Z", "text": "No more."}
    assert desk.post("/api/v1/customers", account(consents=[YES]))["consents"] == 1
    assert desk.post("/api/v1/customers", account(consents=[no]))["consents"] == 1
    assert desk.post("/api/v1/customers", account(consents=[YES]))["consents"] == 0
    with db.reading() as session:
        assert [(one.given, one.at) for one in consents.history(session, 1, "ines@example.test")] == [(False, datetime(2026, 2, 1, 10, tzinfo=UTC)), (True, datetime(2026, 1, 5, 20, tzinfo=UTC))]


@one_database
def test_what_was_said_before_an_erasure_gives_no_consent_after_it(house: House) -> None:
    desk = house.tablet()
    desk.post("/api/v1/customers", account(consents=[YES]))
    db.run(partial(consents.record, store_id=1, address="ines@example.test", channel="email", given=False, text="Stop", source="the link of a mail"))
    db.run(lambda session: erasure.erase(session, erasure.by_email(session, "ines@example.test", "demo"), typed="ines@example.test", by="Ruth"))
    assert desk.post("/api/v1/customers", account(consents=[YES]))["consents"] == 0
    assert desk.post("/api/v1/customers", account(consents=[{**YES, "at": clock.now().isoformat()}]))["consents"] == 1


@one_database
@pytest.mark.parametrize(("path", "body", "where"), [
    ("customers", account(consents=[YES, {**YES, "given": False}]), "consents"),
    ("customers", account(email="nobody"), "email"), ("customers", account(time_zone="Mars/One"), "time_zone"), ("customers", account(locale="?"), "locale"),
    ("customers", account(phone="12"), "phone"), ("customers", account(consents=[{**YES, "channel": "pigeon"}]), "consents[0].channel"),
    ("customers", account(consents=[{**YES, "at": ""}]), "consents[0].at"), ("customers", account(store="none"), "store"),
    ("points", {"store": "demo", "order": "1", "earned": -1, "balance": 5}, "earned"),
    ("points", {"store": "demo", "order": "1\0", "earned": 1, "balance": 5}, "order"),
    ("points", {"store": "demo", "order": "1", "earned": 1, "balance": 5, "code": "CUP"}, "say"),
])  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_its_field(house: House, path: str, body: dict[str, Any], where: str) -> None:
    answer = house.tablet().post(f"/api/v1/{path}", body)
    assert 400 <= answer.status < 500
    assert answer["where"] == where


@one_database
def test_points_of_an_order_are_told_once_to_who_agreed(house: House) -> None:
    desk = house.tablet()
    desk.stock_up({"MUG": 5})
    say("points", on=True)
    earned = {"store": "demo", "earned": 120, "balance": 480, "next_at": 520, "code": "CUP", "say": "5 off", "until": "2027-03-31"}
    with clock.stopped_at(MIDNIGHT):
        for ref in ("A", "B"):
            desk.place(ref, {"MUG": 1})
        desk.ship_all()
        db.run(partial(consents.record, store_id=1, address=email_of("A"), channel="email", given=True, text="Yes", source="checkout"))
        assert [desk.post("/api/v1/points", {**earned, "order": ref}).status for ref in ("A", "A", "B")] == [201, 200, 201]
        assert desk.post("/api/v1/points", {**earned, "order": "A", "earned": 121}).status == 409
        work_off()
        assert {state for _, state, _ in told("points")} == {"held"}, "a day after"
    with clock.stopped_at(MIDNIGHT + timedelta(days=1, hours=12)):
        work_off()
    fates = {address: (state, why) for address, state, why in told("points")}
    assert fates[email_of("A")][0] == "sent"
    assert "120" in fates[email_of("A")][1]
    assert fates[email_of("B")] == ("skipped", "no consent to marketing by e-mail is on record")


@one_database
def test_a_thank_you_and_a_question_come_after_delivery_and_never_in_one_breath(house: House) -> None:
    desk = house.tablet()
    desk.stock_up({"MUG": 5})
    for kind, hours in (("thank-you", 3), ("feedback", 4)):
        say(kind, on=True, delay_s=hours * 3600, capped=False)
    noon = MIDNIGHT + timedelta(hours=12)
    with clock.stopped_at(noon):
        desk.place("A", {"MUG": 1})
        db.run(partial(consents.record, store_id=1, address=email_of("A"), channel="email", given=True, text="Yes", source="checkout"))
        desk.ship_all()
        reached("A", "delivered")
        work_off()
    fates = {3.5: ["sent", "held"], 5: ["sent", "held"], 26: ["sent", "held"], 27.6: ["sent", "sent"]}
    for after, states in fates.items():
        with clock.stopped_at(noon + timedelta(hours=after)):
            work_off()
        assert [state for kind in ("thank-you", "feedback") for _, state, _ in told(kind)] == states, after
    with db.reading() as session:
        first, second = session.execute(sa.text("SELECT sent_at FROM message WHERE kind IN ('thank-you', 'feedback') ORDER BY id").columns(sent_at=db.UtcDateTime)).scalars()
    assert second - first >= timedelta(hours=24)
