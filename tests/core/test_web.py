"""The door and the answers: who comes in, what is refused, and how every refusal looks."""

import base64
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from litestar import Litestar, Request, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.testing import TestClient
from structlog.testing import capture_logs

from stowline.core import clock, web
from stowline.core.access import TOKENS, Identity, Kind
from stowline.core.config import settings
from stowline.core.errors import BadRequest, Conflict
from stowline.core.fields import Bad

JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MAJA = Identity("user", 1, "Maja Kowalska", frozenset({"carts.push"}), csrf="majas-form-token", session_id=7)
ROBOT = Identity("token", 2, "robots", frozenset({"carts.push"}))


class Staff:
    """Whom the look-up knows, and how often it was asked."""

    def __init__(self) -> None:
        self.known = {("user", "majas-secret"): MAJA, ("token", "stl_robot"): ROBOT}
        self.asked: list[tuple[Kind, str]] = []

    def identify(self, kind: Kind, secret: str) -> Identity | None:
        self.asked.append((kind, secret))
        return self.known.get((kind, secret))


class Line(msgspec.Struct, forbid_unknown_fields=True):
    sku: str
    quantity: int


class Cart(msgspec.Struct):
    ref: str
    lines: list[Line]


@get("/healthz", opt=web.permission(web.PUBLIC), sync_to_thread=False)
def health() -> dict[str, bool]:
    return {"ok": True}


@get("/whoever", opt=web.permission(web.VISITOR), sync_to_thread=False)
def whoever(request: Request[Any, Any, Any]) -> dict[str, Any]:
    who = web.visitor(request)
    return {"name": who.name if who else None}


@get("/carts", opt=web.permission("carts.push"), sync_to_thread=True)
def carts(request: Request[Any, Any, Any]) -> dict[str, Any]:
    return {"holder": web.identity_of(request).holder, "limit": web.limit(request)}


@post("/carts", opt=web.permission("carts.push", "carts.own"), sync_to_thread=True)
def push(body: RawBody) -> dict[str, Any]:
    return {"bytes": len(body)}


@get("/secrets", opt=web.permission("secrets.read"), sync_to_thread=False)
def secrets() -> str:
    return "never"


@post("/read", opt=web.permission(web.PUBLIC), sync_to_thread=True, status_code=200)
def read(body: RawBody) -> dict[str, Any]:
    cart = web.read_as(body, Cart)
    return {"units": sum(line.quantity for line in cart.lines)}


@post("/hook", opt=web.permission(web.SIGNED_IN, signature=True), sync_to_thread=False)
def hook() -> None:
    return None


@get("/typed", opt=web.permission(web.PUBLIC), sync_to_thread=False)
def typed(count: FromQuery[int]) -> int:
    return count


@get("/breaks/{how:str}", opt=web.permission(web.PUBLIC), sync_to_thread=True)
def breaks(how: FromPath[str]) -> None:
    if how == "conflict":
        raise Conflict("The order was cancelled meanwhile. Put its items back.", where="order")
    if how == "bad":
        raise Bad("The quantity is “x”. Give a whole number from 1 to 9.", "lines[0].quantity")
    raise ZeroDivisionError("the inside that nobody may see")


ROUTES = [health, whoever, carts, push, secrets, read, hook, typed, breaks]
PERMISSIONS = {"carts.push", "carts.own", "secrets.read"}


@pytest.fixture
def staff() -> Iterator[Staff]:
    TOKENS.clear()
    yield Staff()
    TOKENS.clear()


@pytest.fixture
def client(staff: Staff) -> Iterator[TestClient[Litestar]]:
    app = Litestar(ROUTES, plugins=[web.Web(staff.identify, PERMISSIONS)], openapi_config=None)
    with TestClient(app, raise_server_exceptions=False) as running:
        yield running


def signed_in(client: TestClient[Litestar], secret: str = "majas-secret") -> TestClient[Litestar]:
    client.cookies.set(web.SESSION_COOKIE, secret)
    return client


def bearer(secret: str = "stl_robot") -> dict[str, str]:
    return JSON | {"Authorization": f"Bearer {secret}"}


def refusal(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The refusal in an answer, after a look at its shape."""
    said: dict[str, Any] = answer.json()
    assert (answer.status_code, said["error"]) == (status, code), answer.text
    assert set(said) == {"error", "say", "where"}
    assert said["say"].endswith(".")
    return said


# ---------------------------------------------------------------- who comes in


def test_a_health_check_asks_nobody_who_comes(client: TestClient[Litestar], staff: Staff) -> None:
    assert signed_in(client).get("/healthz").json() == {"ok": True}
    assert staff.asked == []


@pytest.mark.parametrize(
    "opt", [{}, {"permission": ""}, web.permission("carts.psuh"), web.permission("carts.push", "x")]
)
def test_a_route_without_a_permission_that_exists_stops_the_start(staff: Staff, opt: dict[str, Any]) -> None:
    @get("/forgotten", opt=opt, sync_to_thread=False)
    def forgotten() -> None:
        return None

    with pytest.raises(RuntimeError, match="/forgotten"):
        Litestar([forgotten], plugins=[web.Web(staff.identify, PERMISSIONS)], openapi_config=None)


def test_a_program_without_token_hears_401_and_a_sentence(client: TestClient[Litestar]) -> None:
    answer = client.get("/carts", headers=JSON)
    refusal(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("secret", ["", "stl_wrong", "stl_robot2", "ü", "x" * 5000, "' or 1=1 --"])
def test_a_wrong_token_is_nobody(client: TestClient[Litestar], secret: str) -> None:
    header = {b"Authorization": f"Bearer {secret}".encode(), b"Accept": b"application/json"}
    refusal(client.get("/carts", headers=header), 401, "unauthorized")


def test_a_browser_is_led_to_the_sign_in_page_and_back(client: TestClient[Litestar]) -> None:
    answer = client.get("/carts?state=open", headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/carts%3Fstate%3Dopen")


def test_a_part_of_a_page_leads_the_whole_page_to_sign_in(client: TestClient[Litestar]) -> None:
    asks = {"Accept": "text/html", "HX-Request": "true", "HX-Current-URL": "http://warehouse.test/floor?x=1"}
    answer = client.get("/carts", headers=asks, follow_redirects=False)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login?next=/floor%3Fx%3D1")


def test_a_form_sent_after_the_session_ended_says_that_nothing_was_changed(client: TestClient[Litestar]) -> None:
    asks = HTML | {"Referer": "http://warehouse.test/floor"}
    answer = client.post("/carts", data={"a": "1"}, headers=asks, follow_redirects=False)
    assert answer.status_code == 401
    assert "nothing was changed" in answer.text
    assert "/login?next=/floor" in answer.text


def test_whoever_lacks_the_permission_is_told_which_one(client: TestClient[Litestar]) -> None:
    said = refusal(client.get("/secrets", headers=bearer()), 403, "forbidden")
    assert "secrets.read" in said["say"]


def test_a_visitor_is_known_but_need_not_be(client: TestClient[Litestar]) -> None:
    assert client.get("/whoever").json() == {"name": None}
    assert signed_in(client).get("/whoever").json() == {"name": "Maja Kowalska"}


def test_robots_that_share_a_token_are_told_apart(client: TestClient[Litestar]) -> None:
    assert client.get("/carts", headers=bearer()).json()["holder"] == "robots"
    assert client.get("/carts", headers=bearer() | {"X-Worker": "robot-7"}).json()["holder"] == "robot-7"


@pytest.mark.parametrize("name", [b"", b" ", b"x" * 65, b"robot\x01"])
def test_a_worker_without_a_fit_name_is_refused(client: TestClient[Litestar], name: bytes) -> None:
    header = {b"Authorization": b"Bearer stl_robot", b"Accept": b"application/json", b"X-Worker": name}
    refusal(client.get("/carts", headers=header), 400, "bad_request")


def test_a_token_is_looked_up_once_in_five_seconds_and_a_session_each_time(
    client: TestClient[Litestar], staff: Staff
) -> None:
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    with clock.stopped_at(noon):
        assert [client.get("/carts", headers=bearer()).status_code for _ in range(3)] == [200] * 3
        assert len(staff.asked) == 1
    with clock.stopped_at(noon + timedelta(seconds=4.9)):
        client.get("/carts", headers=bearer())
        assert len(staff.asked) == 1
    del staff.known["token", "stl_robot"]
    with clock.stopped_at(noon + timedelta(seconds=5)):
        refusal(client.get("/carts", headers=bearer()), 401, "unauthorized")
    staff.asked.clear()
    signed_in(client)
    assert [client.get("/carts").status_code for _ in range(3)] == [200] * 3
    assert len(staff.asked) == 3


# ---------------------------------------------------------------- CSRF


def test_a_form_with_the_sessions_token_is_taken(client: TestClient[Litestar]) -> None:
    assert signed_in(client).post("/carts", data={"csrf": "majas-form-token", "n": "1"}).status_code == 201
    token = {"X-CSRF-Token": "majas-form-token"}
    assert client.post("/carts", json={"n": 1}, headers=token).status_code == 201
    part: dict[str, Any] = {"csrf": (None, "majas-form-token"), "file": ("day.csv", b"a,b")}
    assert client.post("/carts", files=part).status_code == 201


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data": {"csrf": "the-token-of-yesterday"}},
        {"data": {"csrf": ""}},
        {"data": {"csrf": "türkis"}},
        {"json": {"csrf": "majas-form-token"}},
        {"headers": {"X-CSRF-Token": "wrong"}, "data": {"csrf": "majas-form-token"}},
        {"files": {"csrf": ("csrf", b"majas-form-token")}},
    ],
)
def test_a_form_without_the_sessions_token_changes_nothing(client: TestClient[Litestar], sent: dict[str, Any]) -> None:
    said = refusal(signed_in(client).post("/carts", **sent), 403, "csrf")
    assert "GET /session" in said["say"]


def test_a_token_or_a_signature_needs_no_form_token(client: TestClient[Litestar]) -> None:
    signed_in(client)
    assert client.post("/carts", json={}, headers=bearer()).status_code == 201
    assert client.post("/hook", content=b"raw").status_code == 201


# ---------------------------------------------------------------- refusals in one shape


def test_refusals_of_every_kind_have_one_shape(client: TestClient[Litestar]) -> None:
    assert refusal(client.get("/breaks/conflict", headers=JSON), 409, "conflict")["where"] == "order"
    assert refusal(client.get("/breaks/bad", headers=JSON), 422, "bad_value")["where"] == "lines[0].quantity"
    refusal(client.get("/nowhere", headers=JSON), 404, "not_found")
    refusal(client.get("/nowhere"), 404, "not_found")
    assert refusal(client.get("/typed?count=x", headers=JSON), 400, "bad_request")["where"] == "count"
    assert "count" in refusal(client.get("/typed", headers=JSON), 400, "bad_request")["say"]


def test_a_wrong_method_names_the_right_ones(client: TestClient[Litestar]) -> None:
    answer = client.delete("/carts", headers=JSON)
    refusal(answer, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


def test_a_body_beyond_the_limit_is_refused_with_the_limit(client: TestClient[Litestar]) -> None:
    said = refusal(
        client.post("/read", content=b" " * (settings().upload_limit_bytes + 1), headers=JSON), 413, "too_large"
    )
    assert f"{settings().upload_limit_bytes:,} bytes" in said["say"]


def test_a_chunked_body_beyond_the_limit_is_refused_too(client: TestClient[Litestar]) -> None:
    chunks = (b" " * 1_000_000 for _ in range(settings().upload_limit_bytes // 1_000_000 + 2))
    refusal(client.post("/read", content=chunks, headers=JSON), 413, "too_large")


def test_a_defect_shows_nothing_of_the_inside(client: TestClient[Litestar]) -> None:
    with capture_logs() as logs:
        answer = client.get("/breaks/now", headers=JSON)
    said = refusal(answer, 500, "internal")
    assert "inside" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"] in said["say"]
    assert [line["request_id"] for line in logs] == [answer.headers["x-request-id"]]
    assert isinstance(logs[0]["exc_info"], ZeroDivisionError)


@pytest.mark.parametrize("path", ["/carts%00", "/typed?count=%00", "/carts/%2e%2e/%00"])
def test_a_nul_in_an_address_is_no_defect(client: TestClient[Litestar], path: str) -> None:
    assert client.get(path, headers=bearer()).status_code in {400, 404}


def test_people_get_a_page_for_every_refusal(client: TestClient[Litestar]) -> None:
    for path, status in (("/nowhere", 404), ("/breaks/conflict", 409), ("/breaks/now", 500), ("/typed?count=x", 400)):
        answer = client.get(path, headers=HTML)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
    assert "Put its items back." in client.get("/breaks/conflict", headers=HTML).text


@pytest.mark.parametrize(
    ("accept", "json_wanted"),
    [
        ("", True),
        ("*/*", True),
        ("application/json", True),
        ("application/json, text/html;q=0.5", True),
        ("text/html;q=nonsense", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        (",;q=,", True),
        ("TEXT/HTML", False),
    ],
)
def test_what_accept_asks_for(client: TestClient[Litestar], accept: str, json_wanted: bool) -> None:  # noqa: FBT001
    answer = client.get("/nowhere", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("application/json") is json_wanted


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, False),
        ({"HX-Request": "true", "HX-Request-Type": "partial"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, False),
        ({"HX-History-Restore-Request": "true"}, False),
    ],
)
def test_which_htmx_requests_want_a_part(headers: dict[str, str], part: bool) -> None:  # noqa: FBT001
    scope: Any = {"type": "http", "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()]}
    assert web.is_fragment(Request(scope)) is part


def test_the_element_behind_an_htmx_request_is_named_by_its_id() -> None:
    scope: Any = {"type": "http", "headers": [(b"hx-source", b"button#release")]}
    assert web.source(Request(scope)) == "release"


def test_every_answer_carries_the_safety_headers(client: TestClient[Litestar]) -> None:
    for answer in (client.get("/healthz"), client.get("/nowhere"), client.get("/carts", headers=bearer())):
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert client.get("/carts", headers=bearer()).headers["cache-control"] == "no-store"
    assert "cache-control" not in client.get("/healthz").headers


# ---------------------------------------------------------------- reading input


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b"nope", b"[NaN]", b"[Infinity]", b"1e999", b"9" * 5000, b"\xff\xfe", b'"\xff"', b'"\\ud800"',
        b'{"a":1,"a":2}', b'{"a":[{"b":1,"b":2}]}', b"[" * 65 + b"]" * 65, b"[" * 100_000, b"\xef\xbb\xbf{}", b"{}{}",
        b'"\x00"', b"'a'", b"[1,]",
    ],
)  # fmt: skip
def test_what_is_no_strict_json_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        web.read_json(body)
    assert refused.value.say.endswith((".", "?"))
    assert len(refused.value.say) < 200


def test_json_keeps_what_people_write() -> None:
    written = {"name": "محمد العلي 田中 🧺", "nul": "a\x00b", "deep": [[[1.5, None, True]]], "big": 10**12}
    assert web.read_json(json.dumps(written).encode()) == written


def test_random_bytes_never_break_the_readers() -> None:
    dice = random.Random(2)
    for _ in range(300):
        junk = dice.randbytes(dice.randrange(40))
        for read_it in (web.read_json, web.read_form, lambda raw: web.cursor.decode(raw.decode("latin-1"), int)):
            with suppress(BadRequest):
                read_it(junk)


@pytest.mark.parametrize(
    ("body", "where", "say"),
    [
        (b"[]", None, "The body must be an object, not a list."),
        (b"{}", "ref", "ref is missing."),
        (b'{"ref":"C","lines":[{"sku":"A"}]}', "lines[0].quantity", "lines[0].quantity is missing."),
        (
            b'{"ref":"C","lines":[{"sku":"A","quantity":"2"}]}',
            "lines[0].quantity",
            "lines[0].quantity must be a whole number, not text.",
        ),
        (
            b'{"ref":"C","lines":[{"sku":"A","quantity":1.5}]}',
            "lines[0].quantity",
            "lines[0].quantity must be a whole number, not a number.",
        ),
        (
            b'{"ref":"C","lines":[{"sku":"A","quantity":1,"qty":2}]}',
            "lines[0].qty",
            "lines[0].qty is not a field here.",
        ),
    ],
)
def test_a_field_at_fault_is_named_in_words(
    client: TestClient[Litestar], body: bytes, where: str | None, say: str
) -> None:
    said = refusal(client.post("/read", content=body, headers=JSON), 400, "bad_request")
    assert (said["where"], said["say"]) == (where, say)


def test_a_body_of_the_right_shape_is_read(client: TestClient[Litestar]) -> None:
    body = {"ref": "C", "lines": [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 3}]}
    assert client.post("/read", json=body).json() == {"units": 5}


@pytest.mark.parametrize("body", [b"a=%FF", "a=ü".encode(), b"&".join([b"a=1"] * 1001)])
def test_a_broken_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        web.read_form(body)


def test_a_form_reads_as_it_was_filled_in() -> None:
    assert web.read_form(b"name=%E7%94%B0%E4%B8%AD+a&empty=&code=A%26B") == {
        "name": "田中 a",
        "empty": "",
        "code": "A&B",
    }
    assert web.form_values(b"roles=picker&x=1&roles=packer", "roles") == ["picker", "packer"]


def test_a_cursor_brings_the_sort_key_back() -> None:
    placed = datetime(2026, 11, 27, 14, 3, 11, 250, tzinfo=UTC)
    assert web.cursor.decode(web.cursor.encode(placed, 1042, "85123a ü/"), datetime, int, str) == (
        placed,
        1042,
        "85123a ü/",
    )


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "x",
        "!!!",
        "ü",
        "e30",
        base64.urlsafe_b64encode(b"[1,2]").decode(),
        base64.urlsafe_b64encode(b'["a"]').decode(),
        "=" * 9,
    ],
)
def test_a_broken_cursor_is_refused_with_a_sentence(broken: str) -> None:
    with pytest.raises(BadRequest, match="first page"):
        web.cursor.decode(broken, int)


@pytest.mark.parametrize(("value", "kind"), [("a\x00b", str), (2**63, int), (-(10**18) * 10, int)])
def test_a_cursor_cannot_smuggle_what_no_database_takes(value: object, kind: type) -> None:
    with pytest.raises(BadRequest):
        web.cursor.decode(web.cursor.encode(value), kind)


def test_a_page_holds_fifty_rows_unless_told_and_never_more_than_five_hundred(client: TestClient[Litestar]) -> None:
    seen = [client.get(f"/carts{query}", headers=bearer()).json()["limit"] for query in ("", "?limit=1", "?limit=9999")]
    assert seen == [50, 1, 500]


@pytest.mark.parametrize("junk", ["0", "-1", "1.5", "x", "", "٣", "1" * 400])
def test_a_page_size_that_is_none_is_refused(client: TestClient[Litestar], junk: str) -> None:
    answer = client.get("/carts", params={"limit": junk}, headers=bearer())
    assert refusal(answer, 400, "bad_request")["where"] == "limit"


@pytest.mark.parametrize("path", ["/floor", "/orders?state=open&q=%2F", "/orders/A%2FB"])
def test_a_path_of_ours_is_followed(path: str) -> None:
    assert web.local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "floor",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
        "\\\\evil",
    ],
)
def test_a_path_to_another_site_is_not_followed(path: str | None) -> None:
    assert web.local_path(path) is None
