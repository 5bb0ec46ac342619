"""The admins' page and its verbs: people, sessions and tokens come and go, and each change is written down."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from stowline.core import clock, db, web
from stowline.core.access import Identity
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.fields import Bad
from stowline.people import queries, rules, service, signin
from tests.people.conftest import Cast

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
Client = TestClient[Litestar]


@pytest.fixture
def ada(client: Client) -> "Desk":
    client.post("/login", data={"email": "ada@example.test", "password": "correct horse battery"})
    return Desk(client)


class Desk:
    """Ada at her desk: what she sends carries her form token."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.csrf = client.get("/session", headers=JSON).json()["csrf"]

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **fields}, headers=HTML)

    def page(self) -> str:
        answer = self.client.get("/staff", headers=HTML)
        assert answer.status_code == 200, answer.text
        return answer.text


def maja_signs_in(device: Client) -> int:
    """Maja is signed in on a device; the status of what she does next."""
    device.post("/login/pin", data={"badge": "0147", "pin": "2580"})
    return device.get("/floor", headers=JSON).status_code


def session_of(database: db.Database, name: str) -> int:
    with database.reading() as session:
        return next(row.id for row in queries.open_sessions(session) if row.name == name)


def new_token(desk: Desk, *scopes: str) -> str:
    """The secret of a fresh token, as the page shows it once."""
    answer = desk.post("/staff/tokens", name="robots", scopes=list(scopes))
    assert answer.status_code == 200, answer.text
    found = re.search(r"stl_[\w-]+", answer.text)
    assert found
    return found.group()


# ---------------------------------------------------------------- sessions


def test_a_revoked_session_ends_at_its_next_step(ada: Desk, other: Client, database: db.Database) -> None:
    assert maja_signs_in(other) == 200
    answer = ada.post(f"/staff/sessions/{session_of(database, 'Maja Kowalska')}/revocation")
    assert answer.headers["location"] == "/staff?done=session"
    assert other.get("/floor", headers=JSON).status_code == 401
    assert "session revoked" in ada.page()


def test_every_session_of_a_person_ends_at_once(ada: Desk, other: Client, cast: Cast) -> None:
    maja_signs_in(other)
    assert ada.post(f"/staff/users/{cast.maja.id}/sessions/revocation").status_code == 303
    assert other.get("/floor", headers=JSON).status_code == 401
    assert maja_signs_in(other) == 200


@pytest.mark.parametrize("change", ["deactivation", "password", "badge"])
def test_a_lost_badge_or_password_ends_what_it_opened(ada: Desk, other: Client, cast: Cast, change: str) -> None:
    maja_signs_in(other)
    fields = {"password": {"password": "a new one, longer"}, "badge": {"badge": "0199", "pin": "9173"}}.get(change, {})
    assert ada.post(f"/staff/users/{cast.maja.id}/{change}", **fields).status_code == 303
    assert other.get("/floor", headers=JSON).status_code == 401


def test_a_change_of_roles_counts_from_the_next_step(ada: Desk, other: Client, cast: Cast) -> None:
    maja_signs_in(other)
    assert other.get("/orders", headers=JSON).status_code == 403
    ada.post(f"/staff/users/{cast.maja.id}/roles", roles=["picker", "manager"])
    assert other.get("/orders", headers=JSON).status_code == 200


def test_when_somebody_was_last_seen_is_written_once_a_minute(other: Client, database: db.Database) -> None:
    def seen() -> datetime:
        with database.reading() as session:
            return queries.open_sessions(session)[0].seen_at

    for minute, wanted in ((0, 0), (0.9, 0), (1.1, 1.1), (2, 1.1)):
        with clock.stopped_at(NOON + timedelta(minutes=minute)):
            if minute == 0:
                maja_signs_in(other)
            other.get("/floor")
            assert seen() == NOON + timedelta(minutes=wanted)


# ---------------------------------------------------------------- tokens


def test_a_token_is_shown_once_and_opens_what_its_scopes_say(ada: Desk, other: Client) -> None:
    scan, api = new_token(ada, "scan"), new_token(ada, "api")
    assert scan not in ada.page()
    seen = {
        name: [
            other.get(path, headers=JSON | {"Authorization": f"Bearer {secret}"}).status_code
            for path in ("/floor", "/orders", "/staff")
        ]
        for name, secret in (
            ("scan", scan),
            ("api", api),
            ("both", new_token(ada, "scan", "api")),
            ("admin", new_token(ada, "admin")),
        )
    }
    assert seen == {"scan": [200, 403, 403], "api": [403, 200, 403], "both": [200, 200, 403], "admin": [200, 200, 200]}


def test_a_revoked_token_opens_nothing_any_more(ada: Desk, other: Client, database: db.Database) -> None:
    bearer = JSON | {"Authorization": f"Bearer {new_token(ada, 'scan')}"}
    assert other.get("/floor", headers=bearer).status_code == 200
    with database.reading() as session:
        token_id = queries.tokens(session)[0].id
    assert ada.post(f"/staff/tokens/{token_id}/revocation").status_code == 303
    assert other.get("/floor", headers=bearer).status_code == 401


def test_a_token_revoked_by_another_process_stops_within_five_seconds(
    ada: Desk, other: Client, database: db.Database
) -> None:
    with clock.stopped_at(NOON):
        bearer = JSON | {"Authorization": f"Bearer {new_token(ada, 'scan')}"}
        assert other.get("/floor", headers=bearer).status_code == 200
        with database.transaction() as session:
            service.revoke_token(session, queries.tokens(session)[0].id, by="cli")
            session.info["after_commit"].clear()  # another process cannot make this one forget
        assert other.get("/floor", headers=bearer).status_code == 200
    with clock.stopped_at(NOON + timedelta(seconds=5)):
        assert other.get("/floor", headers=bearer).status_code == 401


def test_a_token_tells_when_it_was_last_used(database: db.Database) -> None:
    with clock.stopped_at(NOON), database.transaction() as session:
        secret = service.add_token(session, "crew", ["scan", "api"])
    for minute, wanted in ((1, 1), (1.5, 1), (2.1, 2.1)):
        with clock.stopped_at(NOON + timedelta(minutes=minute)):
            who = signin.identify("token", secret)
            assert isinstance(who, Identity)
            assert (who.name, who.csrf, who.permissions) == ("crew", None, rules.FLOOR | rules.DESK)
        with database.reading() as session:
            assert queries.tokens(session)[0].last_used_at == NOON + timedelta(minutes=wanted)


@pytest.mark.parametrize("secret", ["", "stl_", "x" * 201, "stl_\x00", "' or 1=1 --"])
def test_a_secret_that_nobody_has_is_nobody(database: db.Database, secret: str) -> None:
    assert signin.identify("token", secret) is None
    assert signin.identify("user", secret) is None


def test_a_session_secret_is_no_token_and_a_token_no_session(other: Client, ada: Desk) -> None:
    maja_signs_in(other)
    secret = other.cookies[web.SESSION_COOKIE]
    assert signin.identify("user", secret) is not None
    assert signin.identify("token", secret) is None
    assert signin.identify("user", new_token(ada, "admin")) is None


@pytest.mark.parametrize("scopes", [[], ["everything"], ["scan", "root"], [""], ["Scan"]])
def test_a_token_needs_scopes_that_exist(database: db.Database, scopes: list[str]) -> None:
    with pytest.raises(Refused, match="There are: scan, api, admin"), database.transaction() as session:
        service.add_token(session, "crew", scopes)


# ---------------------------------------------------------------- people


def test_a_new_picker_can_sign_in_at_once(ada: Desk, other: Client) -> None:
    answer = ada.post("/staff/users", name="田中 美咲", badge="0300", pin="4826", roles=["picker", "packer"])
    assert answer.headers["location"] == "/staff?done=user"
    assert "田中 美咲" in ada.page()
    landed = other.post("/login/pin", data={"badge": "0300", "pin": "4826"}, headers=HTML)
    assert landed.headers["location"] == "/floor"


@pytest.mark.parametrize("name", ["محمد العلي", "O'Brien & <b>Sons</b>", "🧺" * 60, "Ängström-Ñuñez", "x"])
def test_names_of_all_kinds_are_shown_as_they_are_and_never_as_markup(ada: Desk, other: Client, name: str) -> None:
    assert ada.post("/staff/users", name=name, badge="0301", pin="4826", roles=["picker"]).status_code == 303
    assert "<b>Sons" not in ada.page()
    assert other.post("/login/badge", data={"badge": "0301"}, headers=HTML).status_code == 200
    other.post("/login/pin", data={"badge": "0301", "pin": "4826"})
    assert other.get("/session", headers=JSON).json()["name"] == name


@pytest.mark.parametrize(
    ("fields", "say"),
    [
        ({"name": ""}, "name is missing"),
        ({"name": "a\x00b"}, "cannot be printed"),
        ({"name": "x" * 121}, "At most 120"),
        ({"roles": []}, "Name at least one role"),
        ({"roles": ["king"]}, "“king” is no role"),
        ({"badge": "0147"}, "belongs to somebody already"),
        ({"badge": "", "pin": ""}, "could not sign in"),
        ({"pin": "12"}, "4 to 8 digits"),
        ({"pin": "1111"}, "not all the same"),
        ({"pin": "١٢٣٤"}, "4 to 8 digits"),
        ({"email": "no address"}, "is not an e-mail address"),
        ({"email": "ADA@example.test", "password": "long enough"}, "belongs to somebody already"),
        ({"email": "new@example.test", "password": "short"}, "8 to 200 characters"),
    ],
)
def test_a_person_who_cannot_be_is_refused_with_a_sentence(ada: Desk, fields: dict[str, Any], say: str) -> None:
    given: dict[str, Any] = {"name": "Jonas Peters", "badge": "0302", "pin": "4826", "roles": ["packer"]}
    answer = ada.post("/staff/users", **given | fields)
    assert answer.status_code in {409, 422}
    assert say in answer.text
    assert "Jonas Peters" not in ada.page()


def test_the_last_admin_stays(ada: Desk, cast: Cast) -> None:
    for change, fields in (("deactivation", {}), ("roles", {"roles": ["picker"]})):
        answer = ada.post(f"/staff/users/{cast.ada.id}/{change}", **fields)
        assert answer.status_code == 409
        assert "last admin" in answer.text
    ada.post(f"/staff/users/{cast.ruth.id}/roles", roles=["admin"])
    assert ada.post(f"/staff/users/{cast.ada.id}/roles", roles=["manager"]).status_code == 303
    assert ada.client.get("/staff", headers=JSON).status_code == 403


def test_a_badge_can_be_taken_away_and_given_to_somebody_else(ada: Desk, other: Client, cast: Cast) -> None:
    assert ada.post(f"/staff/users/{cast.maja.id}/badge", badge="").status_code == 303
    assert other.post("/login/badge", data={"badge": "0147"}, headers=HTML).status_code == 422
    refused = ada.post(f"/staff/users/{cast.ruth.id}/badge", badge="0147")
    assert (refused.status_code, "needs a PIN" in refused.text) == (422, True)
    assert ada.post(f"/staff/users/{cast.ruth.id}/badge", badge="0147", pin="3691").status_code == 303
    assert "Ruth A." in other.post("/login/badge", data={"badge": "0147"}, headers=HTML).text


def test_a_new_badge_may_keep_the_pin(ada: Desk, other: Client, cast: Cast) -> None:
    assert ada.post(f"/staff/users/{cast.maja.id}/badge", badge="0999", pin="").status_code == 303
    assert other.post("/login/pin", data={"badge": "0999", "pin": "2580"}, headers=HTML).status_code == 303


@pytest.mark.parametrize(
    "path", ["/staff/users/99/roles", "/staff/sessions/99/revocation", "/staff/tokens/99/revocation"]
)
def test_what_is_not_there_cannot_be_changed(ada: Desk, path: str) -> None:
    assert ada.post(path, roles=["picker"]).status_code == 404
    assert ada.post(path.replace("99", "9" * 30), roles=["picker"]).status_code == 404
    assert ada.post(path.replace("99", "x"), roles=["picker"]).status_code == 404


def test_only_admins_see_the_page_and_only_with_their_own_form_token(ada: Desk, other: Client, cast: Cast) -> None:
    other.post("/login", data={"email": "ruth@example.test", "password": "tea at half past 4"})
    assert other.get("/staff", headers=JSON).status_code == 403
    stolen = {"csrf": ada.csrf}
    assert other.post(f"/staff/users/{cast.maja.id}/deactivation", data=stolen, headers=JSON).status_code == 403
    ada.csrf = "guessed"
    assert ada.post(f"/staff/users/{cast.maja.id}/deactivation").status_code == 403
    with db.reading() as session:
        assert queries.by_id(session, cast.maja.id) == cast.maja


def test_a_badge_code_is_found_for_the_scanner_exactly_as_printed(database: db.Database, cast: Cast) -> None:
    with database.reading() as session:
        assert queries.by_badge(session, "0147") == cast.maja
        assert [queries.by_badge(session, code) for code in ("147", "0147 ", "")] == [None] * 3


def test_the_command_line_finds_a_person_by_any_name(database: db.Database, cast: Cast) -> None:
    with database.transaction() as session:
        assert [service.find_user(session, said) for said in ("RUTH@example.test", "0147", "Ada Lund")] == [
            cast.ruth,
            cast.maja,
            cast.ada,
        ]
        with pytest.raises(NotFound):
            service.find_user(session, "nobody")
        service.add_user(session, name="Ada Lund", roles=["picker"], badge="0400", pin="1593")
        with pytest.raises(Conflict):
            service.find_user(session, "Ada Lund")
        with pytest.raises(Bad):
            service.add_user(session, name="", roles=["picker"])
