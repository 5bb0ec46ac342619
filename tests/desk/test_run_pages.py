"""A manager writes to all who wait: chooses whom, sees everybody and how it reads, starts it, stops it, sees what became of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from stowline.core import clock, db
from stowline.desk.queries import message_runs as reads
from stowline.notifications import policies, run_queries
from stowline.notifications.policy_rules import Policy
from stowline.notifications.run_rules import lasts
from tests.desk.conftest import Desk, House
from tests.desk.effort import watched
from tests.desk.pages import Page
from tests.makers import email_of
from tests.services import SmtpSink

TEXT = {"subject": "Order {order}: the kiln is lit", "body": "Dear {name},\n\nit is.", "per_minute": "600"}


@pytest.fixture
def waiting(house: House) -> House:
    """Three wait for a pot, one of them twice; another waits for a cup."""
    robot = house.robot()
    for sku in ("POT", "CUP"):
        robot.add_product(sku)
    for ref in ("P/1", "P2", "P3"):
        robot.place(ref, {"POT": 1})
    robot.place("P4", {"POT": 2}, customer={"name": "Again", "email": email_of("P2").upper()})
    robot.place("C5", {"CUP": 1})
    house.deliver()
    return house


def a_minute_later(work: Callable[[], None]) -> None:
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        work()


def draft(ruth: Desk, path: str, **said: str) -> Page:
    return ruth.send(ruth.get(f"/messages/runs/new{path}"), "/messages/runs", **{**TEXT, **said})


def test_all_who_wait_for_a_product_are_written_to_once_from_its_page_on(waiting: House, ruth: Desk) -> None:
    assert "/messages/runs" in ruth.get("/messages").links
    assert "Written to" not in ruth.get("/messages/runs").text
    chosen = ruth.get("/messages/runs/new")
    assert "/messages/runs/new?whom=product&sku=POT" in chosen.links
    assert "/messages/runs/new?whom=product&sku=POT" in ruth.get("/stock/POT").links
    form = ruth.get("/messages/runs/new?whom=product&sku=POT")
    assert "4 orders wait for it now" in form.text
    page = ruth.send(form, "/messages/runs", **TEXT)
    assert "This is the draft." in page.text
    assert "To 3 orders: who wait for Thing POT (POT)." in page.text
    assert [row for row in ("P/1", "P2", "P3", "P4", "C5") if any(row in one for one in page.rows)] == ["P/1", "P2", "P3"], "each person once"
    assert "Order P/1: the kiln is lit" in page.text
    assert "Order P3: the kiln is lit" in ruth.get(f"{page.path.partition('?')[0]}?n=3").text
    assert ruth.send(form, "/messages/runs", **TEXT).path == page.path, "pressed twice"
    begun = ruth.send(page, "/start")
    assert "It goes." in begun.text
    follows = begun.path.partition("?")[0]
    assert f'hx-get="{follows}" hx-trigger="every 3s"' in begun.answer.text
    a_minute_later(waiting.deliver)
    done = ruth.get(begun.path.partition("?")[0])
    assert "3 of 3" in done.text, done.text
    assert next(row for row in done.rows if "sent" in row).startswith("sent3"), "three were sent"
    assert ruth.get(f"{done.path}?fate=skipped").text.count("No message of this run stands so") == 1
    assert any("finished" in row for row in ruth.get("/messages/runs").rows)
    again = Page(ruth.ask("POST", f"{done.path}/start", data=page.form("/start").fields))
    assert (again.status, "This run is finished" in again.text) == (409, True)


def test_a_run_is_for_a_filter_or_a_list_and_says_what_is_wrong_beside_the_field(waiting: House, ruth: Desk) -> None:
    listed = ruth.get("/orders?view=waiting&store=demo")
    href = next(one for one in listed.links if one.startswith("/messages/runs/new"))
    page = ruth.send(ruth.get(href), "/messages/runs", **TEXT, view="waiting", store="demo")
    assert "To 4 orders: the view Waiting, of " in page.text
    assert "To 2 orders: a list of orders" in draft(ruth, "?whom=refs", refs="P/1\r\n P2;P4,").text
    for where, say, path, said in (
        ("refs", "There is no order “P9”.", "?whom=refs", {"refs": "P1\nP9".replace("P1", "P/1")}),
        ("refs", "Name the orders", "?whom=refs", {"refs": " "}),
        ("body", "{cat} is no placeholder", "?whom=product&sku=CUP", {"body": "{cat}"}),
        ("per_minute", "Give a whole number from 1 to 600", "?whom=product&sku=CUP", {"per_minute": "601"}),
        ("", "Nobody is among those", "?whom=filter", {"view": "held"}),
    ):
        refused = draft(ruth, path, **said)
        assert (refused.status, say in refused.text) == (422, True), (say, refused.text)
        assert (f'name="{where}"' in refused.answer.text and "aria-invalid=true" in refused.answer.text) is bool(where)
    assert ruth.get("/messages/runs/new?whom=everybody").status == 400
    assert ruth.get("/messages/runs/new?whom=product&sku=NONE").status == 404
    assert ruth.get("/messages/runs/7000").status == 404


def test_many_are_read_in_portions(waiting: House, ruth: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PORTION", 2)
    for asked, n in ((reads.Asked("product", sku="POT"), 4), (reads.Asked("filter", view="waiting"), 5), (reads.Asked("refs", refs="P/1\nP2\nP3"), 3)):
        assert len({one.id for one in reads.gather(asked)}) == n
    monkeypatch.setattr(reads, "MOST_READ", 3)
    assert "More than 3 orders fit" in draft(ruth, "?whom=filter", view="waiting").text


def test_a_list_of_runs_asks_no_more_of_the_database_than_one(waiting: House, ruth: Desk) -> None:
    draft(ruth, "?whom=product&sku=POT")
    asked = []
    for _ in range(2):
        for path in ("/messages/runs", "/api/v1/message-runs"):
            with watched(db.database()) as effort:
                assert ruth.get(path).status == 200
            asked.append(len(effort.asked))
        draft(ruth, "?whom=product&sku=CUP")
        draft(ruth, "?whom=filter", view="waiting")
    assert asked[:2] == asked[2:]


def test_words_and_numbers_that_no_mail_and_no_database_can_hold_are_refused(waiting: House, ruth: Desk) -> None:
    for bad, where in (({"subject": "a\0b"}, "subject"), ({"subject": "a\rBcc: b@example.test"}, "subject"), ({"body": "a\x1bb"}, "body"), ({"refs": "P2\n\0"}, "refs")):
        form = {"whom": "refs", "refs": "P2", **TEXT, **bad}
        refused = ruth.send(ruth.get("/messages/runs/new?whom=refs"), "/messages/runs", **form)
        assert (refused.status, refused.answer.text.count("aria-invalid=true")) == (422, 1), where
        told = waiting.robot().post("/api/v1/message-runs", {**form, "per_minute": 60, "refs": form["refs"].split("\n")})
        assert (told.status, told["where"]) == (422, where)
    assert ruth.get(f"/api/v1/message-runs?after={2**63}").status == 400


def test_a_draft_is_changed_and_paused_and_stopped_with_what_is_held(waiting: House, ruth: Desk) -> None:
    db.run(lambda session: policies.set_policy(session, 1, "note", Policy(delay_s=3600)))
    page = draft(ruth, "?whom=product&sku=POT")
    changed = ruth.send(page, "/text", subject="To {name}", body="New.", per_minute="20")
    assert "To Ada Byron" in changed.text
    assert "is no placeholder" in ruth.send(page, "/text", subject="To {nobody}").text
    unseen = ruth.send(page, "/start")
    assert (unseen.status, "Somebody changed this draft since the page was drawn." in unseen.text) == (409, True)
    begun = ruth.send(changed, "/start")
    assert "It rests." in ruth.send(begun, "/pause").text
    rests = ruth.get(begun.path.partition("?")[0])
    a_minute_later(waiting.react)
    assert "It goes on." in ruth.send(rests, "/resume").text
    a_minute_later(waiting.react)
    ends = ruth.send(ruth.get(rests.path), "/stop")
    a_minute_later(waiting.deliver)
    assert "The run that it belongs to was stopped" in ruth.get(ends.path.partition("?")[0]).text
    assert ruth.send(page, "/text", subject="Late", body="x").status == 409
    maja = waiting.somebody().sign_in("maja@example.test")
    assert maja.ask("POST", f"{rests.path}/stop", data={}).status_code == 403
    assert maja.get("/messages/runs/new").status == 403


def test_a_store_that_does_not_send_it_and_orders_without_address_are_told_before(waiting: House, ruth: Desk) -> None:
    waiting.robot().place("N6", {"CUP": 1}, customer={"name": "No Mail"})
    page = draft(ruth, "?whom=product&sku=CUP")
    assert "of 1 order no e-mail address is known. They are skipped." in page.text
    db.run(lambda session: policies.set_policy(session, 1, "note", Policy(on=False)))
    assert "nothing goes to its 2 orders" in ruth.get(page.path).text


def test_a_test_goes_to_oneself_and_no_message_comes_of_it(waiting: House, ruth: Desk, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    page = draft(ruth, "?whom=product&sku=CUP")
    assert "No mail server is set" in ruth.send(page, "/tests", to="me@example.test").text
    monkeypatch.setenv("STOWLINE_SMTP_URL", smtp_sink.url)
    db.forget()
    assert "The test is on its way to me@example.test." in ruth.send(page, "/tests", to="me@example.test").text
    assert "the kiln is lit" in str(smtp_sink.mails[-1]["subject"])
    with db.reading() as session:
        assert run_queries.fates(session, [1])[1] == []


def test_how_long_a_run_takes_at_its_pace() -> None:
    assert [lasts(n, pace) for n, pace in ((0, 60), (1, 1), (2, 1), (60, 60), (600, 60), (10_000, 60), (7260, 60))] == [
        "less than a minute", "less than a minute", "about a minute", "about a minute", "about 10 minutes", "about 2 h 47 min", "about 2 h 1 min",
    ]  # fmt: skip
