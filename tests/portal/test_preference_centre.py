"""The preference centre and the way out: links speak for one person of one store, looking changes nothing, pressing does."""

import re
from collections.abc import Iterator

import pytest

from stowline.core import db
from stowline.notifications import consents, preferences, unsubscribe
from stowline.notifications.preference_models import MarketingConsent
from stowline.notifications.preferences import Reader
from stowline.portal.screens import preferences as screens
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page
from tests.makers import email_of

MAIL = email_of("1042")


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    screens.CHANGES.forget()
    yield
    screens.CHANGES.forget()


@pytest.fixture(scope="module")
def placed(one_house: House) -> House:
    robot = one_house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1})
    return one_house


@pytest.fixture
def ines(placed: House) -> Desk:
    with db.transaction() as session:
        session.execute(MarketingConsent.__table__.delete())  # type: ignore[attr-defined]
    return placed.somebody()


def centre(ines: Desk, address: str = MAIL) -> Page:
    return ines.get(unsubscribe.preferences_path(1, address))


def save(ines: Desk, on: list[str], address: str = MAIL, **typed: str) -> Page:
    form = next(form for form in centre(ines, address).forms if form.action.startswith("/preferences/") and not form.action.endswith("/stop"))
    kept = {name: value for name, value in form.fields.items() if name != "on"}
    return Page(ines.ask("POST", form.action, data=kept | typed | {"on": on}))


def refuses(kind: str, address: str = MAIL, channel: str = "email") -> str:
    with db.reading() as session:
        return preferences.refuses(session, 1, address, kind, channel)


def record(address: str = MAIL) -> list[tuple[str, bool, str]]:
    with db.reading() as session:
        return [(row.channel, row.given, row.source) for row in consents.history(session, 1, address)]


def test_from_the_order_to_the_page_and_from_the_switch_to_the_mail(ines: Desk, placed: House) -> None:
    order = placed.ruth().get("/orders/1042?store=demo")
    shopper = next(href for href, said in order.links.items() if said == "See what the shopper sees")
    href = next(href for href, said in ines.get(shopper).links.items() if said == "Choose what we write to you")
    page = ines.get(href)
    assert "sh•••@example.test" in page.text
    assert MAIL not in page.text
    assert "1042" not in page.text, "no order is shown"
    said = save(ines, ["good-news.email"], locale="en", zone="Asia/Taipei", quiet_from="22:00", quiet_to="07:30:00")
    assert "Saved. It holds from now on." in said.text
    assert refuses("shipped") == "the shopper does not want this kind by e-mail"
    assert refuses("good-news") == refuses("order-confirmed") == refuses("delay-apology") == ""
    with db.reading() as session:
        assert preferences.reader(session, 1, MAIL.upper()) == Reader("en", "Asia/Taipei", 1320, 450, "")
    assert "Nothing was changed" in save(ines, ["good-news.email"]).text


@pytest.mark.parametrize(("field", "typed", "say"), [
    ("zone", "Mars/Olympus", "no time zone"), ("locale", "tlh", "do not write in that language"), ("quiet_from", "25:00", "no time of day"),
    ("quiet_from", "٢٢:00", "no time of day"), ("quiet_to", "", "a beginning and an end"), ("phone", "12", "no telephone number"),
])  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_changed(ines: Desk, field: str, typed: str, say: str) -> None:
    said = save(ines, [], "pia@example.test", **{"quiet_from": "22:00", "quiet_to": "07:00", field: typed})
    assert (said.status, say in said.text) == (422, True), said.text
    assert refuses("shipped", "pia@example.test") == ""
    with db.reading() as session:
        assert preferences.reader(session, 1, "pia@example.test") == Reader()


def test_a_number_is_read_as_the_country_of_the_order_dials_it(ines: Desk) -> None:
    assert save(ines, ["shipped.email"], phone="020 7946 0018").status == 200
    with db.reading() as session:
        assert preferences.address_for(session, 1, MAIL, "sms") == "+442079460018"
        assert not preferences.reader(session, 1, MAIL).own_phone


def test_stop_all_marketing_in_one_tap(ines: Desk) -> None:
    assert "You get no news and offers" in centre(ines).text
    db.run(lambda session: consents.record(session, 1, MAIL, "email", given=True, text="Yes", source="shop"))
    db.run(lambda session: consents.record(session, 1, MAIL, "sms", given=True, text="Yes", source="shop"))
    assert refuses("news") == ""
    said = ines.send(centre(ines), "/stop")
    assert "Stopped." in said.text
    assert refuses("news")
    assert refuses("shipped", "somebody@example.test") == ""
    assert sorted(record()) == [("email", False, "preference centre"), ("email", True, "shop"), ("sms", False, "preference centre"), ("sms", True, "shop")]


def test_looking_never_unsubscribes_and_pressing_does_at_once(ines: Desk) -> None:
    db.run(lambda session: consents.record(session, 1, MAIL, "email", given=True, text="Yes", source="shop"))
    way_out = unsubscribe.path(1, MAIL)
    for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"Purpose": "prefetch", "Sec-Purpose": "prefetch"}), ("GET", {"User-Agent": "scanner"}), ("OPTIONS", {})):
        ines.ask(method, way_out, headers=headers)
        ines.ask(method, f"{way_out}/undo", headers=headers)
        ines.ask(method, unsubscribe.preferences_path(1, MAIL) + "/stop", headers=headers)
    assert record() == [("email", True, "shop")]
    answer = ines.ask("POST", way_out, content=b"List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"}, follow=False)
    assert answer.status_code == 200, "a mail program follows nothing"
    assert "stopped" in refuses("news")
    assert refuses("order-confirmed") == ""
    for _ in range(3):
        ines.ask("POST", way_out, content=b"List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert record() == [("email", False, "one-click unsubscribe"), ("email", True, "shop")], "again, it changes nothing"


def test_a_slip_is_undone_and_what_was_stopped_elsewhere_is_not(ines: Desk) -> None:
    way_out = unsubscribe.path(1, MAIL)
    done = ines.send(ines.get(way_out), way_out)
    assert "Stopped" in done.text
    undone = ines.send(done, "/undo")
    assert "goes on sending" in undone.text
    assert refuses("news") == ""
    ines.send(centre(ines), "/stop")
    assert "No more news and offers?" in ines.send(done, "/undo").text
    assert "stopped" in refuses("news")


def test_a_mail_program_may_send_the_form_in_parts(ines: Desk) -> None:
    ines.ask("POST", unsubscribe.path(1, MAIL), files={"List-Unsubscribe": (None, "One-Click")})
    assert "stopped" in refuses("news")


def altered(path: str) -> Iterator[str]:
    kind, token = path.rsplit("/", 1)
    said, mark = token.split(".")
    yield from (f"{kind}/{said}.{mark[:-1]}{'0' if mark[-1] != '0' else '1'}", f"{kind}/{said[:-2]}AA.{mark}", f"{kind}/{said}=.{mark}", f"{kind}/{said}.", f"{kind}/.{mark}")
    other = "/preferences" if kind == "/unsubscribe" else "/unsubscribe"
    yield from (f"{other}/{token}", f"{kind}/{'A' * 700}.{mark}", f"{kind}/é.{mark}", f"{kind}/{said}.é")


@pytest.mark.parametrize("make", [unsubscribe.path, unsubscribe.preferences_path])
def test_a_link_that_was_not_signed_opens_nothing(ines: Desk, make: object) -> None:
    assert callable(make)
    for link in altered(make(1, MAIL)):
        assert ines.get(link).status == 404, link
        for more in ("", "/undo", "/stop"):
            assert ines.ask("POST", link + more, data={"on": "news.email"}).status_code in (404, 405), link
    assert record() == []
    assert ines.get(make(999, MAIL)).status == 404, "a store that is gone"


def test_the_link_stands_at_the_foot_of_the_mail(placed: House, ines: Desk) -> None:
    placed.deliver()
    ruth = placed.ruth()
    row = next(href for href in ruth.get("/messages?q=1042").links if re.fullmatch(r"/messages/\d+", href))
    assert unsubscribe.preferences_url(1, MAIL) in ruth.get(row).text
    assert ines.get(unsubscribe.preferences_path(1, MAIL)).status == 200
