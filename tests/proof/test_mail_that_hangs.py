"""Killed, or told to end, while a mail server has not answered: nothing is lost, nothing goes twice, nobody waits."""

import http.cookiejar
import re
import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from stowline.core import clock, db, outbox
from stowline.core.broker import make_broker
from stowline.core.config import settings
from stowline.notifications import delivery
from stowline.notifications.channels import for_settings
from stowline.notifications.channels.smtp import Patience
from stowline.orders import service as orders
from stowline.orders.intake import api
from stowline.orders.intake.shape import IncomingOrder
from stowline.stores import queries as stores
from tests.proof.conftest import OpenDay
from tests.proof.day import PATIENCE_S, RUTH, Aside, Day, baskets, wait_for
from tests.proof.sinks import HoldingSink, SlowSink, silent_server
from tests.services import SmtpSink, proof_is_full

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]
DRAIN_S = 20


def confirmations(sink: SmtpSink) -> list[str]:
    """Whose confirmation came, in order."""
    return sorted(mail["X-Stowline-Order"] for mail in sink.mails)


class Desk:
    """Ruth at her desk: a browser without pictures."""

    def __init__(self, day: Day) -> None:
        self.url = day.stowline.url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(jar)
        self.post("/login", email=RUTH[0], password=RUTH[1])

    def open(self, path: str) -> str:
        return self._ask(urllib.request.Request(self.url + path, headers={"Accept": "text/html"}))

    def post(self, path: str, **fields: str) -> str:
        head = {"Accept": "text/html", "Origin": self.url}
        return self._ask(urllib.request.Request(self.url + path, urllib.parse.urlencode(fields).encode(), head))

    def _ask(self, request: urllib.request.Request) -> str:
        with self._browser.open(request, timeout=30) as answer:
            return str(answer.read().decode())


@pytest.mark.parametrize("kept", [True, False], ids=["it arrived", "it got lost"])
def test_killed_before_the_answer_the_message_is_not_certain_and_a_person_decides(
    open_day: OpenDay,
    kept: bool,  # noqa: FBT001  (a case)
) -> None:
    with HoldingSink(keeps_first=kept) as sink:
        day = open_day(sink)
        with day.stowline as stowline:
            day.place(baskets(3))
            assert sink.holds.wait(PATIENCE_S)
            stowline.kill()
            sink.let_go()
            stowline.start()
            day.rest()
            states = day.messages()
            [ref] = [ref for (_, ref), state in states.items() if state == "unknown"]
            others = [basket.ref for basket in day.orders if basket.ref != ref]
            assert sorted(states.values()) == ["sent", "sent", "unknown"]
            assert confirmations(sink) == sorted([*others, ref] if kept else others)
            settle_by_hand(day, ref, "arrival" if kept else "again")
            day.rest()
            assert set(day.messages().values()) == {"sent"}
            assert confirmations(sink) == sorted(basket.ref for basket in day.orders)


def settle_by_hand(day: Day, ref: str, how: str) -> None:
    """Ruth finds the message among those that are not certain, and decides."""
    desk = Desk(day)
    sheet = desk.open("/messages?view=unknown")
    assert ref in sheet
    assert "not certain" in sheet
    assert "it may have arrived" in sheet
    [(ident,)] = day.query("SELECT id FROM message WHERE state = 'unknown'")
    token = re.search(r'name="csrf" value="([^"]+)"', desk.open(f"/messages/{ident}"))
    assert token is not None
    desk.post(f"/messages/{ident}/{how}", csrf=token[1])


@pytest.fixture
def owed(site: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A confirmation that is owed, in a house whose verbs this test calls itself: the message's id."""
    shutil.copy(site[0], tmp_path / "stowline.db")
    monkeypatch.setenv("STOWLINE_DATABASE_URL", f"sqlite:///{tmp_path / 'stowline.db'}")
    monkeypatch.setenv("STOWLINE_DATA_DIR", str(tmp_path))
    db.forget()
    with db.transaction() as session:
        read = api.read(baskets(1)[0].body())
        assert isinstance(read, IncomingOrder)
        orders.place(session, stores.store_by_key(session, "demo"), read)
        rings = outbox.claim(session)
    for event_id, reaction in rings:
        make_broker("").get_actor("react").fn(event_id, reaction)
    yield "1"
    db.forget()


@pytest.mark.parametrize(
    ("answer", "state"), [("250 2.0.0 kept", "sent"), ("451 4.3.0 Try later", "dead"), ("550 5.7.1 No", "dead")]
)
def test_an_answer_that_nobody_waited_for_any_more_still_counts(
    owed: str, monkeypatch: pytest.MonkeyPatch, answer: str, state: str
) -> None:
    def now() -> str:
        with db.reading() as session:
            return str(session.execute(sa.text("SELECT state FROM message")).scalar_one())

    with HoldingSink(keeps_first=state == "sent", answer=answer) as sink, Aside() as aside:
        monkeypatch.setenv("STOWLINE_SMTP_URL", sink.url)
        settings.cache_clear()
        sending = aside.do(deliver, owed)
        assert sink.holds.wait(PATIENCE_S)
        with clock.stopped_at(clock.now() + delivery.LOST_AFTER):
            delivery.deliver(owed)
        assert now() == "unknown"
        sink.let_go()
        sending.result(PATIENCE_S)
        assert now() == state
        delivery.deliver(owed)
        assert len(sink.mails) == (state == "sent")


def deliver(owed: str) -> None:
    """As a worker's thread does, whose whole life this is."""
    try:
        delivery.deliver(owed)
    finally:
        for_settings(settings()).close()


def test_nobody_is_given_up_while_a_mail_server_may_still_answer() -> None:
    patience = Patience()
    assert timedelta(seconds=patience.command_s + patience.final_s) < delivery.LOST_AFTER


def test_killed_again_and_again_while_the_server_thinks_about_each_mail(open_day: OpenDay) -> None:
    sink, kills = SlowSink(0.4), 8 if proof_is_full() else 3
    sink.start()
    try:
        day = open_day(sink)
        with day.stowline as stowline:
            day.place(baskets(2 * kills + 2))
            for n in range(1, kills + 1):
                wait_for(lambda: len(sink.mails) >= 2 * n, stowline.log)  # noqa: B023  (called at once)
                stowline.kill()
                stowline.start()
            day.rest()
            uncertain = [ref for (_, ref), state in day.messages().items() if state == "unknown"]
            assert 1 <= len(uncertain) <= kills
            assert confirmations(sink) == sorted(basket.ref for basket in day.orders)
            assert "NoSuchStep" not in stowline.log()
    finally:
        sink.stop()


def test_told_to_end_while_the_server_never_greets_it_ends_in_time_and_the_mail_goes_later(
    open_day: OpenDay, smtp_sink: SmtpSink
) -> None:
    day = open_day()
    with silent_server() as (url, called):
        day.stowline.env["STOWLINE_SMTP_URL"] = url
        with day.stowline as stowline:
            day.place(baskets(4))
            assert called.wait(PATIENCE_S)
            wait_for(lambda: day.count("outbox WHERE due IS NOT NULL") == 0, stowline.log)  # what hangs there holds back no reaction
            assert stowline.stop(DRAIN_S) == 0
    assert day.messages_by_state() == {"held": 4}
    day.stowline.env["STOWLINE_SMTP_URL"] = smtp_sink.url
    with day.stowline as stowline:
        day.rest()
        assert confirmations(smtp_sink) == sorted(basket.ref for basket in day.orders)
        assert stowline.stop() == 0


@pytest.mark.skipif(not proof_is_full(), reason="takes its time to drain; `make proof` runs it")
def test_told_to_end_before_the_answer_it_ends_in_time_and_only_that_mail_is_not_certain(open_day: OpenDay) -> None:
    with HoldingSink() as sink:
        day = open_day(sink)
        with day.stowline as stowline:
            day.place(baskets(1))
            assert sink.holds.wait(PATIENCE_S)
            assert stowline.stop(DRAIN_S) == 0
            sink.let_go()
            stowline.start()
            day.place(baskets(3)[1:])
            day.rest()
            assert sorted(day.messages().values()) == ["sent", "sent", "unknown"]
            assert confirmations(sink) == sorted(basket.ref for basket in day.orders)


def test_one_mail_without_an_answer_does_not_hold_the_others(open_day: OpenDay) -> None:
    with HoldingSink() as sink:
        day = open_day(sink)
        with day.stowline:
            day.place(baskets(4))
            assert sink.holds.wait(PATIENCE_S)
            sink.wait_for(4, PATIENCE_S)
            wait_for(lambda: day.messages_by_state() == {"sending": 1, "sent": 3}, day.stowline.log)
            sink.let_go()
            day.rest()
            assert day.messages_by_state() == {"sent": 4}
            assert confirmations(sink) == sorted(basket.ref for basket in day.orders)
