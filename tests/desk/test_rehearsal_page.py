"""A manager changes policies on paper and sees, for a day that was, who would get what; the store stays as it is."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest

from stowline.core import clock, db
from stowline.desk.queries import rehearsals as reads
from stowline.notifications import policies
from stowline.notifications.policy_rules import DEFAULTS
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page
from tests.makers import email_of

TYPED = {"on": "1", "channel.email": "1", "delay": "0", "delay_unit": "minutes", "expires": "3", "expires_unit": "days"}


@pytest.fixture
def day(house: House) -> Iterator[str]:
    """Today: two orders, one of them shipped."""
    robot = house.robot()
    robot.stock_up({"MUG": 1})
    robot.place("1", {"MUG": 1})
    house.deliver()
    robot.ship_all()
    robot.place("2", {"MUG": 1})
    house.deliver()
    reads.forget()
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        yield clock.now().date().isoformat()
    reads.forget()


def ask(ruth: Desk, path: str = "", **said: str) -> Page:
    return Page(ruth.ask("GET", f"/messages/rehearsal{path}", params=said))


def test_a_change_is_rehearsed_filtered_and_exported_and_the_store_stays_as_it_is(day: str, ruth: Desk) -> None:
    assert "/messages/rehearsal" in ruth.get("/messages").links
    assert "/messages/rehearsal?store=demo" in ruth.get("/stores/demo/messages").links
    assert "Nothing yet: it is rehearsed as it stands." in ask(ruth).text
    as_it_stands = ask(ruth, day=day, run="1")
    assert "0 otherwise than it was" in as_it_stands.text
    changed = Page(ruth.ask("GET", "/messages/rehearsal/kinds/shipped", params={**TYPED, "day": day, "on": "", "channel.email": "1"} | {"least": "100"}))
    assert "from 100.00 EUR As it stands" in changed.text
    assert "1 otherwise than it was" in changed.text
    row = next(one for one in changed.rows if "policy: the order's total is below" in one)
    assert ("On its way" in row, "differs" in row, email_of("1") in row) == (True, True, True)
    kept = next(form for form in changed.forms if "changed" in form.fields).fields["changed"]
    only = ask(ruth, day=day, changed=kept, run="1", shown="differs")
    assert "1 shown, by when they go" in only.text
    assert "No message here" in ask(ruth, day=day, changed=kept, run="1", q="nobody").text
    table = ruth.file(next(link for link in only.links if "lines.csv" in link)).text.lstrip("\ufeff")
    [told] = list(csv.DictReader(io.StringIO(table)))
    assert (told["kind"], told["outcome"], told["really"]) == ("shipped", "does not go", "sent")
    with db.reading() as session:
        assert policies.policy(session, 1, "shipped") == DEFAULTS["shipped"]
    undo = next(form for form in changed.forms if form.action == "/messages/rehearsal/kinds/shipped/standing")
    back = ask(ruth, "/kinds/shipped/standing", **undo.fields)
    assert "0 otherwise than it was" in back.text
    preset = ask(ruth, "/preset", day=day, preset="core-five")
    assert "Still waiting" in preset.text
    assert "What is changed" in preset.text
    quiet = ask(ruth, "/manners", day=day, quiet_from="00:00", quiet_to="23:59", cap="1", cap_days="2")
    assert "quiet from 00:00 until 23:59, at most 1 in 2 days" in quiet.text


def test_who_waits_long_for_anothers_rehearsal_is_asked_to_come_again(day: str, ruth: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PATIENCE_S", 0.0)
    with reads._one_at_a_time:
        refused = ask(ruth, day=day, run="1")
    assert (refused.status, "under way" in refused.text) == (503, True)
    assert ask(ruth, day=day, run="1").status == 200


def test_what_cannot_be_rehearsed_is_said(day: str, ruth: Desk) -> None:
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    for path, said, code, say in (
        ("", {"day": tomorrow, "run": "1"}, 422, "What is to come cannot be rehearsed"),
        ("", {"day": "soon", "run": "1"}, 422, "“soon”"),
        ("/kinds/shipped", {**TYPED, "day": day, "delay": "soon"}, 422, "On its way cannot be so"),
        ("/manners", {"day": day, "quiet_from": "25:00", "cap": "1", "cap_days": "1"}, 422, "no time of the day"),
        ("", {"changed": '{"kinds": {"shipped": {"on": 3}}}'}, 400, "These changes cannot be read"),
        ("", {"changed": '{"kinds": {"welcome": {}}}'}, 400, "name a kind that is not rehearsed"),
        ("", {"days": "30"}, 400, "There is no days"),
        ("/kinds/welcome", TYPED, 404, "could be rehearsed"),
        ("", {"store": "none"}, 404, "There is no store"),
    ):
        page = ask(ruth, path, **said)
        assert (page.status, say in page.text) == (code, True), (path, said, page.text)
