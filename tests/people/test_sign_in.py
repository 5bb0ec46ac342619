"""Signing in and out: by password at a desk, by badge and PIN at a tablet that changes hands."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar, Request
from litestar.testing import TestClient
from sqlmodel import col, select

from stowline.core import clock, db, web
from stowline.people import forms, rules, service
from stowline.people.models import StaffSession
from tests.people.conftest import Cast

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
Client = TestClient[Litestar]


def by_password(client: Client, email: str, password: str, **more: str) -> Any:
    return client.post("/login", data={"email": email, "password": password, **more}, headers=HTML)


def by_badge(client: Client, badge: str = "0147", pin: str = "2580", **more: str) -> Any:
    return client.post("/login/pin", data={"badge": badge, "pin": pin, **more}, headers=HTML)


def ada_signs_in(client: Client) -> str:
    """Ada is signed in; the form token of her session."""
    assert by_password(client, "ada@example.test", "correct horse battery").status_code == 303
    return str(client.get("/session", headers=JSON).json()["csrf"])


# ---------------------------------------------------------------- by password


def test_a_manager_lands_at_the_orders_and_stays_signed_in(client: Client) -> None:
    answer = by_password(client, " RUTH@example.test ", "tea at half past 4")
    assert (answer.status_code, answer.headers["location"]) == (303, "/today")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/orders").text == "orders"


def test_a_device_keeps_its_name_from_one_person_to_the_next(client: Client, other: Client, database: db.Database) -> None:
    firefox = {"User-Agent": "Mozilla/5.0 (Android 14; Tablet; rv:128.0) Gecko/128.0 Firefox/128.0"}
    client.headers.update(firefox)
    client.post("/login/pin", data={"badge": "0147", "pin": "2580"})
    by_password(client, "ruth@example.test", "tea at half past 4")
    client.cookies.set(forms.DEVICE_COOKIE, "=HYPERLINK(1)")  # what no sign-in gave is no name
    by_password(client, "ruth@example.test", "tea at half past 4")
    by_password(other, "ada@example.test", "correct horse battery")
    with database.reading() as session:
        maja, ruth, forged, ada = session.scalars(select(StaffSession.device).order_by(col(StaffSession.id)))
    assert maja == ruth
    assert re.fullmatch(r"Firefox on Android, [A-Z2-9]{6}", maja)
    assert re.fullmatch(r"Firefox on Android, [A-Z2-9]{6}", forged)
    assert len({maja, forged}) == 2
    assert ada.startswith("testclient, ")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 13; TC53) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36",
         "Chrome on Android"),
        ("Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/604.1",
         "Safari on iPad"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36 Edg/124.0",
         "Edge on Windows"),
        ("\t<script>" + "x" * 300, "<script>" + "x" * 32), ("", "unknown device"),
    ],
)  # fmt: skip
def test_a_device_is_named_in_few_words_whatever_its_browser_says(said: str, name: str) -> None:
    request = Request[Any, Any, Any]({"type": "http", "headers": [(b"user-agent", said.encode())]})  # type: ignore[arg-type]
    assert forms.device(request, "K7QM2P") == f"{name}, K7QM2P"


def test_a_wrong_password_and_an_unknown_address_sound_the_same(client: Client) -> None:
    wrong = by_password(client, "ruth@example.test", "tea at half past 5")
    nobody = by_password(client, "nobody@example.test", "tea at half past 4")
    assert wrong.status_code == nobody.status_code == 422
    assert wrong.text.replace("ruth@", "nobody@") == nobody.text
    assert "do not belong together" in wrong.text
    assert web.SESSION_COOKIE not in client.cookies


def test_a_program_may_sign_in_with_json_and_gets_its_form_token(client: Client) -> None:
    sent = {"email": "ada@example.test", "password": "correct horse battery"}
    told = client.post("/login", json=sent, headers=JSON).json()
    assert told["name"] == "Ada Lund"
    assert client.post("/logout", headers={"X-CSRF-Token": told["csrf"]}).status_code == 303


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"email": "", "password": "x"}, {"email": "a\x00b", "password": "x"}, {"email": "x" * 300, "password": "y"},
        {"email": "' or 1=1 --", "password": "' or 1=1 --"}, {"email": "ruth@example.test", "password": "\x00" * 50},
        {"email": "ruth@example.test", "password": "x" * 100_000}, {"email": "محمد@例え.jp", "password": "密码"},
    ],
)  # fmt: skip
def test_hostile_sign_ins_are_refused_with_a_sentence(client: Client, sent: dict[str, str]) -> None:
    answer = client.post("/login", data=sent, headers=HTML)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert client.post("/login", json=sent | {"email": [1]}, headers=JSON).status_code == 422


def test_what_was_typed_is_escaped_when_it_is_shown_again(client: Client) -> None:
    answer = by_password(client, '"><script>alert(1)</script>', "x")
    assert "<script>alert" not in answer.text


def test_five_wrong_passwords_close_the_account_for_a_while_from_that_address(client: Client) -> None:
    with clock.stopped_at(NOON):
        assert [by_password(client, "ruth@example.test", f"guess {n}").status_code for n in range(5)] == [422] * 5
        right = by_password(client, "ruth@example.test", "tea at half past 4")
        assert right.status_code == 429
        assert int(right.headers["retry-after"]) == pytest.approx(rules.WINDOW.total_seconds(), abs=1)
        assert "Wait 1" in right.text
        assert by_password(client, "ada@example.test", "correct horse battery").status_code == 303
        refused = client.post("/login", json={"email": "ruth@example.test", "password": "x"}, headers=JSON)
        assert (refused.status_code, refused.json()["error"]) == (429, "too_many")
    with clock.stopped_at(NOON + rules.WINDOW + timedelta(seconds=1)):
        assert by_password(client, "ruth@example.test", "tea at half past 4").status_code == 303


def test_a_right_password_wipes_the_slips_before_it(client: Client) -> None:
    for _ in range(3):
        assert [by_password(client, "ruth@example.test", "x").status_code for _ in range(4)] == [422] * 4
        assert by_password(client, "ruth@example.test", "tea at half past 4").status_code == 303


def test_a_sign_in_sent_from_another_site_is_refused(client: Client) -> None:
    sent = {"email": "ruth@example.test", "password": "tea at half past 4"}
    for header in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/x"},
        {"Origin": "http://["},
    ):
        answer = client.post("/login", data=sent, headers=JSON | header)
        assert (answer.status_code, answer.json()["error"]) == (403, "origin")
    own = client.post("/login", data=sent, headers=HTML | {"Origin": str(client.base_url).rstrip("/")})
    assert own.status_code == 303


# ---------------------------------------------------------------- where it leads


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(client: Client, wanted: str) -> None:
    answer = by_password(client, "ruth@example.test", "tea at half past 4", next=wanted)
    assert answer.headers["location"] == "/today"
    assert wanted not in client.get("/login", params={"next": wanted}, headers=HTML).text


def test_sign_in_leads_back_to_where_one_was(client: Client) -> None:
    gone = client.get("/orders?state=open", headers=HTML)
    assert "next=/orders%3Fstate%3Dopen" in gone.headers["location"]
    page = client.get(gone.headers["location"], headers=HTML).text
    assert 'name="next" value="/orders?state=open"' in page
    answer = by_password(client, "ruth@example.test", "tea at half past 4", next="/orders?state=open")
    assert answer.headers["location"] == "/orders?state=open"


@pytest.mark.parametrize("there", ["/orders/2011%2F07-5?store=k", "/orders/%E7%94%B0%E4%B8%AD", "/orders/a%20b"])
def test_sign_in_leads_back_to_names_of_all_kinds(client: Client, there: str) -> None:
    if "%2F" not in there:
        led = client.get(there, headers=HTML).headers["location"]
        assert f'name="next" value="{there}"' in client.get(led, headers=HTML).text
    answer = by_password(client, "ruth@example.test", "tea at half past 4", next=there)
    assert answer.headers["location"] == there
    answer = by_password(client, "ruth@example.test", "tea at half past 4", next="/orders/田中 é")
    assert answer.headers["location"] == "/orders/%E7%94%B0%E4%B8%AD%20%C3%A9"


def test_a_picker_lands_on_the_floor_even_after_a_manager(client: Client) -> None:
    assert by_badge(client, next="/orders").headers["location"] == "/floor"
    assert by_badge(client, next="/floor/task/pick:CART-1").headers["location"] == "/floor/task/pick:CART-1"


def test_a_picker_may_not_open_managers_pages(client: Client) -> None:
    by_badge(client)
    assert client.get("/floor").text == "floor"
    refused = client.get("/orders", headers=JSON)
    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
    assert client.get("/staff", headers=JSON).status_code == 403


# ---------------------------------------------------------------- badge and PIN


def test_a_badge_leads_to_the_pin_pad_with_a_short_name(client: Client) -> None:
    page = client.post("/login/badge", data={"badge": "0147"}, headers=HTML)
    assert page.status_code == 200
    assert "Maja K." in page.text
    assert "Kowalska" not in page.text
    assert client.get("/login/pin?badge=0147", headers=HTML).text == page.text


def test_the_pin_pad_works_without_javascript(client: Client) -> None:
    typed = ""
    for key in ["2", "5", "9", "back", "8", "clear", "2", "5", "8", "0"]:
        page = client.post("/login/pin", data={"badge": "0147", "pin": typed, "key": key}, headers=HTML)
        assert page.status_code == 200
        typed = typed[:-1] if key == "back" else "" if key == "clear" else typed + key
        assert f'maxlength="8" pattern="[0-9]*" value="{typed}"' in page.text
    assert by_badge(client, pin=typed).headers["location"] == "/floor"


def test_a_wrong_pin_keeps_the_pad_and_says_so(client: Client) -> None:
    answer = by_badge(client, pin="1111")
    assert answer.status_code == 422
    assert "Wrong PIN. Enter it again." in answer.text
    assert "Maja K." in answer.text
    assert (
        client.post("/login/pin", data={"badge": "0147", "pin": "1111"}, headers=JSON).json()["error"]
        == "sign_in_failed"
    )


def test_five_wrong_pins_close_the_badge_for_a_while(client: Client) -> None:
    with clock.stopped_at(NOON):
        assert [by_badge(client, pin="1112").status_code for _ in range(5)] == [422] * 5
        locked = by_badge(client)
        assert (locked.status_code, "retry-after" in locked.headers) == (429, True)


@pytest.mark.parametrize("badge", ["9999", "", "CMD:UNDO", "0147 x", "\x1d", "x" * 500, "🧺", "0147\x00"])
def test_a_code_that_is_no_badge_is_refused(client: Client, badge: str) -> None:
    answer = client.post("/login/badge", data={"badge": badge}, headers=HTML)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert client.post("/login/pin", data={"badge": badge, "pin": "2580"}, headers=JSON).status_code == 422


def test_nobody_can_try_all_badges(client: Client) -> None:
    with clock.stopped_at(NOON):
        answers = [
            client.get(f"/login/pin?badge=9{n:03}", headers=HTML).status_code for n in range(rules.UNKNOWN_BADGES + 1)
        ]
    assert answers == [422] * rules.UNKNOWN_BADGES + [429]


def test_a_shared_tablet_belongs_to_one_person_at_a_time(client: Client, other: Client, database: db.Database) -> None:
    with database.transaction() as session:
        service.add_user(session, name="Jonas Peters", roles=["packer"], badge="0148", pin="7412")
    by_badge(client)
    before = client.cookies[web.SESSION_COOKIE]
    by_badge(client, badge="0148", pin="7412")
    assert client.get("/session", headers=JSON).json()["name"] == "Jonas Peters"
    other.cookies.set(web.SESSION_COOKIE, before)
    assert other.get("/session", headers=JSON).status_code == 401


def test_a_badge_of_somebody_who_left_opens_nothing(client: Client, cast: Cast, database: db.Database) -> None:
    with database.transaction() as session:
        service.deactivate(session, cast.maja.id, by="Ada")
    assert by_badge(client).status_code == 422
    assert client.post("/login/badge", data={"badge": "0147"}, headers=HTML).status_code == 422


# ---------------------------------------------------------------- sessions


def test_signing_out_ends_the_session_and_not_only_the_cookie(client: Client, other: Client) -> None:
    token = ada_signs_in(client)
    secret = client.cookies[web.SESSION_COOKIE]
    assert client.post("/logout", data={"csrf": token}).headers["location"] == "/login"
    other.cookies.set(web.SESSION_COOKIE, secret)
    assert other.get("/orders", headers=JSON).status_code == 401


def test_a_badge_session_ends_with_the_shift(client: Client, other: Client) -> None:
    with clock.stopped_at(NOON):
        by_badge(client)
        other.cookies.set(web.SESSION_COOKIE, client.cookies[web.SESSION_COOKIE])  # for ever, not as long as it should
        assert other.get("/floor").status_code == 200
    with clock.stopped_at(NOON + rules.BADGE_SESSION):
        assert other.get("/floor", headers=JSON).status_code == 401


def test_a_form_from_an_earlier_sign_in_changes_nothing_and_a_new_token_goes_on(client: Client) -> None:
    stale = ada_signs_in(client)
    fresh = ada_signs_in(client)
    assert fresh != stale
    refused = client.post("/logout", data={"csrf": stale}, headers=JSON)
    assert (refused.status_code, refused.json()["error"]) == (403, "csrf")
    assert client.get("/session", headers=JSON).json()["csrf"] == fresh
    assert client.post("/logout", data={"csrf": fresh}).status_code == 303


def test_the_database_holds_no_secret(client: Client, database: db.Database) -> None:
    token = ada_signs_in(client)
    answer = client.post("/staff/tokens", data={"csrf": token, "name": "crew", "scopes": "scan"}, headers=HTML)
    secret = answer.text.partition("stl_")[2].partition("<")[0]
    assert len(secret) > 40
    raw = b"".join(file.read_bytes() for file in database_files(database))
    assert b"Ada Lund" in raw
    for hidden in (client.cookies[web.SESSION_COOKIE], secret, "correct horse battery", "2580\x00"):
        assert hidden.encode() not in raw


def database_files(database: db.Database) -> list[Path]:
    file = Path(database.url.removeprefix("sqlite:///"))
    return [path for path in file.parent.iterdir() if path.name.startswith(file.name)]


def test_day_or_night_is_kept_for_the_browser(client: Client) -> None:
    answer = client.post("/theme", data={"theme": "dark", "back": "/login"}, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert 'data-bs-theme="dark"' in client.get("/login", headers=HTML).text
    assert client.post("/theme", data={"theme": "x", "back": "//evil.example"}).headers["location"] == "/"
    assert 'data-theme="system"' in client.get("/login", headers=HTML).text
