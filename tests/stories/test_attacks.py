"""Somebody means harm, or is careless: a shopper, a shop's webhook, a person with a badge, a stolen token, another site."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
from typing import Any, cast
from urllib.parse import quote, urlencode

from litestar import Litestar
from structlog.testing import capture_logs

from stowline.core import db
from stowline.core.web import SESSION_COOKIE, cursor
from stowline.people import service as people
from stowline.people import signin
from tests.asserts import clear_no, refused
from tests.makers import FORM_TYPE, JSON_TYPE, STORE, Tablet, api_order, at_once
from tests.stories.conftest import House

PIN = "2468"
MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
PAGE, JSON_ONLY = {"Accept": "text/html"}, {"Accept": "application/json"}


def staff(house: House, role: str, badge: str) -> Tablet:
    """Somebody with one role, signed in by badge at a tablet whose cookies nobody else has."""
    database = db.Database(house.url)
    with database.transaction() as session:
        people.add_user(session, name=f"Maja {role}", roles=[role], badge=badge, pin=PIN)
        checked = signin.check_pin(session, badge, PIN, address="tablet")
        admitted = signin.admit(session, checked, device="tablet")
    database.close()
    assert isinstance(admitted, signin.SignedIn)
    person = Tablet(house.send(), "")
    person.headers = {
        **JSON_ONLY,
        "Cookie": f"{SESSION_COOKIE}={admitted.secret}",
        "X-CSRF-Token": str(admitted.identity.csrf),
    }
    return person


def stolen(house: House, *scopes: str) -> Tablet:
    """Somebody who found a token."""
    database = db.Database(house.url)
    with database.transaction() as session:
        secret = people.add_token(session, "stolen", scopes)
    database.close()
    return Tablet(house.send(), secret)


# ---------------------------------------------------------------- somebody without a name


def test_an_address_that_is_none_in_a_header_is_no_defect(house: House) -> None:
    maja = staff(house, "manager", "B-1")
    for headers in ({"Referer": "http://["}, {"HX-Current-URL": "http://[", "HX-Request": "true"}):
        for method, path in (("POST", "/logout"), ("GET", "/today"), ("POST", "/staff/tokens")):
            reply = house.send()(method, path, None, {**PAGE, **headers})
            assert reply.status in {303, 401}, (headers, method, path, reply.raw)
        assert house.send()("GET", "/today", None, {**maja.headers, **PAGE, **headers}).status == 200


def test_a_connection_that_ends_in_the_middle_is_no_defect(app: Litestar) -> None:
    arriving = iter([{"type": "http.request", "body": b'{"email"', "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(arriving)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/login", "raw_path": b"/login", "root_path": "", "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"100")], "scheme": "http",
        "http_version": "1.1", "server": ("testserver", 80), "client": ("testclient", 1), "extensions": {},
    }  # fmt: skip
    with capture_logs() as logged:
        asyncio.run(app(cast("Any", scope), receive, send))
    assert sent[0]["status"] == 400
    assert [line for line in logged if line["log_level"] == "error"] == []


def test_a_moment_beyond_the_calendar_is_a_clear_no(house: House) -> None:
    chief = staff(house, "manager", "B-1")
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        clear_no(chief.scan("look:", "x", scanned_at=moment), 400)
        marker = cursor.encode(moment, 1)
        for path in ("/orders?after=", "/orders?before=", "/waiting?after="):
            clear_no(chief.get(path + marker), 400)


def test_a_stranger_cannot_keep_the_house_busy_with_a_large_sign_in(house: House) -> None:
    send = house.send()
    bodies = (
        (b'{"a": [' + b"[], " * 100_000 + b"[]]}", JSON_TYPE),
        (b"email=" + b"%41" * 100_000, FORM_TYPE),
    )
    for path in ("/login", "/login/pin", "/login/badge"):
        for body, kind in bodies:
            assert "200,000 bytes" in clear_no(send("POST", path, body, {**JSON_ONLY, **kind}), 400)
    assert "200,000 bytes" in clear_no(send("POST", "/theme", bodies[1][0], {**JSON_ONLY, **FORM_TYPE}), 400)


def test_a_key_that_stands_twice_among_very_many_is_found_in_one_pass(house: House) -> None:
    keys = [*(f"k{n}" for n in range(200_000)), "k199999"]
    body = ("{" + ",".join(f'"{key}":1' for key in keys) + "}").encode()
    (reply,) = at_once([lambda: house.tablet().post("/api/v1/orders", body)])
    assert reply is not None, "no answer came: every key is compared with every other"
    assert "k199999" in clear_no(reply, 400)


def test_another_site_signs_nobody_in(house: House) -> None:
    staff(house, "picker", "B-1")
    form = urlencode({"badge": "B-1", "pin": PIN}).encode()
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        reply = house.send()("POST", "/login/pin", form, {**JSON_ONLY, **FORM_TYPE, "Origin": origin})
        clear_no(reply, 403)
        assert "set-cookie" not in reply.headers


def test_many_guesses_at_once_do_not_find_a_pin(house: House) -> None:
    staff(house, "picker", "B-1")
    send = house.send()

    def guess(pin: str) -> int:
        form = urlencode({"badge": "B-1", "pin": pin}).encode()
        return send("POST", "/login/pin", form, {**JSON_ONLY, **FORM_TYPE}).status

    for wrong in range(1230, 1235):
        assert guess(str(wrong)) == 422
    assert set(at_once([lambda: guess("1357"), lambda: guess(PIN), lambda: guess(PIN)])) == {429}


# ---------------------------------------------------------------- a shop's webhook


def test_a_webhook_signed_with_a_guess_is_turned_away(house: House) -> None:
    body = b'{"id": 1}'
    marks = [hmac.new(secret, body, hashlib.sha256).digest() for secret in (b"", b"None", b"null", b"shopify")]
    claims = [*(base64.b64encode(mark).decode() for mark in marks), "", "=" * 5_000]
    doors = (("shopify", "X-Shopify-Hmac-Sha256"), ("woocommerce", "X-WC-Webhook-Signature"))
    for store, (platform, header), claimed in itertools.product((STORE, "nobody"), doors, claims):
        reply = house.send()("POST", f"/intake/{store}/{platform}", body, {**JSON_TYPE, **JSON_ONLY, header: claimed})
        clear_no(reply, 401)
    assert house.count("intake_error") == 0


# ---------------------------------------------------------------- somebody with a badge, somebody with a token


def test_a_badge_opens_its_own_kind_of_work_and_no_other(house: House) -> None:
    doors = {"pick": "picker", "pack": "packer", "handover": "packer", "receive": "receiver", "putaway": "receiver"}
    people_by_role = {role: staff(house, role, f"B-{n}") for n, role in enumerate(("picker", "packer", "receiver"))}
    for kind, owner in doors.items():
        for role, person in people_by_role.items():
            replies = [
                person.get(f"/api/v1/tasks?kind={kind}"),
                person.get(f"/floor/tasks?kind={kind}"),
                person.lease(f"{kind}:nothing"),
                person.scan(f"{kind}:nothing", "x"),
                person.scan(f"{kind}:nothing", "CMD:UNDO"),
            ]
            assert {reply.status == 403 for reply in replies} == {role != owner}, (kind, role, replies)


def test_a_scan_token_reads_no_orders_and_makes_no_tokens(house: House) -> None:
    thief = stolen(house, "scan")
    for path in (
        "/today",
        "/orders",
        "/orders.csv",
        "/stock.csv",
        "/messages",
        "/staff",
        "/api/v1/stock?sku=x",
        "/api/v1/orders/x",
    ):
        clear_no(thief.get(path), 403)
    for path in (
        "/staff/tokens",
        "/staff/users/1/roles",
        "/orders/x/cancellation",
        "/api/v1/orders",
        "/api/v1/products",
    ):
        clear_no(thief.post(path), 403)


def test_a_program_never_passes_for_a_person(house: House, ruth: Tablet) -> None:
    thief = stolen(house, "scan", "api")
    thief.headers["X-Worker"] = "Ruth Adeyemi"
    thief.stock_up({"MUG": 1})
    shelf = ruth.send("GET", "/stock/MUG", None, {**ruth.headers, **PAGE}).raw.decode()
    assert "Ruth Adeyemi (program)" in shelf


def test_a_key_of_one_order_is_not_taken_for_its_namesake_in_another_store(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    maja.place("1001", {"MUG": 1})
    key = {**JSON_TYPE, "Idempotency-Key": "cancel-1001"}
    reason = json.dumps({"reason": "by mistake"}).encode()
    assert maja.post(f"/api/v1/orders/1001/cancellation?store={STORE}", reason, key).status == 200
    assert maja.post(f"/api/v1/orders/1001/cancellation?store={STORE}", reason, key).status == 200
    reply = maja.post("/api/v1/orders/1001/cancellation?store=other", reason, key)
    clear_no(reply, 409)
    assert reply["error"] == "key_reused"


# ---------------------------------------------------------------- a shopper


def test_a_shoppers_markup_and_formulas_stay_text(house: House, ruth: Tablet) -> None:
    maja = house.tablet()
    sku, ref = MARKUP[:60], "=cmd|' /C calc'!A0"
    maja.add_product(sku, name=MARKUP)
    address = {"name": MARKUP, "line1": MARKUP, "city": "＝1+1", "postcode": "<b>1</b>", "country": "GB"}
    order = api_order(ref, {sku: 1}) | {
        "customer": {"name": f"Bob;=1+1 {MARKUP}", "email": "bob@example.test"},
        "address": address,
    }
    assert maja.post("/api/v1/orders", order).status == 201
    for path in (
        f"/orders/{quote(ref, safe='')}",
        "/orders",
        "/waiting",
        f"/stock/{quote(sku, safe='')}",
        f"/orders?q={quote(MARKUP)}",
    ):
        page = ruth.send("GET", path, None, {**ruth.headers, **PAGE})
        assert page.status == 200, page.raw
        assert b"<script>alert" not in page.raw
        assert b"<img src=x" not in page.raw
        assert page.headers["cache-control"] == "no-store"
    sheet = ruth.get("/orders.csv").raw.decode("utf-8-sig")
    for text in ("'=cmd|", "Bob;'=1+1", "'＝1+1"):
        assert text in sheet
    slip = ruth.get(f"/orders/{quote(ref, safe='')}/slip")
    assert slip.headers["content-disposition"] == 'inline; filename="slip-_cmd____C_calc__A0.pdf"'


def test_a_code_that_would_keep_a_reader_busy_is_answered(house: House) -> None:
    maja = house.tablet()
    codes = [
        "http://a/" + "/01/" * 45,
        "(01)" * 50,
        "]C1" + "3100000000" * 19,
        "(10)\\(" * 30,
        "]d2" + "\x1d" * 190,
        "h" * 100_000,
    ]
    for code in codes:
        refused(maja.scan("look:", code))
