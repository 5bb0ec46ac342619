"""Whatever is sent to any form or page below the link of an order, from the list of routes: a sentence, never a defect, and nothing kept that says nothing."""

from itertools import product

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.routes import HTTPRoute

from stowline.core import db
from stowline.core.web import PUBLIC
from stowline.notifications import unsubscribe
from tests.desk import conftest
from tests.desk.conftest import House
from tests.portal.lived import line
from tests.portal.test_every_link_of_an_order import MINE, both, filled, own, routes

__all__ = ["both"]  # a fixture of the routes
QUERIES = ("lang=%00", "lang=..%2Fx", "lang=zh-Hant&lang=en", "said=%FF", "done=x", f"done={10**30}", "done=-1", "choose=%00", "fate=%3Cb%3E", "u1=2e9&r1=%00&o1=x", "u1=1&u1=2",
           f"note={'x' * 5000}", "%00=%00", "=", "&&&", "said[]=1")  # fmt: skip
EDGE = b"--edge\r\nContent-Disposition: form-data; name="
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=edge"
BODIES: tuple[tuple[str, bytes], ...] = (
    ("", b""), (FORM, b""), (PARTS, b""), ("multipart/form-data", EDGE + b'"text"\r\n\r\nx\r\n--edge--\r\n'), ("application/json", b'{"text": 1}'), ("text/plain", b"\x00\xff"),
    (FORM, b"text=%00&kind=%00&stars=%00&line=%00&verdict=%00&what=%00"), (FORM, b"text=%FF%FE&stars=%ED%A0%80&name=%C0%80&newest=%FF&choice=%FF"), (FORM, b"text=a&text=b&stars=1&stars=9&line=1&line=2"),
    (FORM, b"stars=9e9&line=99999999999999999999&newest=99999999999999999999999&what=99999999999999999999999&after=99999999999999999999999"), (FORM, b"&".join(b"f%d=x" % n for n in range(2000))),
    (FORM, b"text=" + b"x" * 200_000), (PARTS, EDGE + b'"text"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nwords\r\n--edge--\r\n'), (PARTS, EDGE + b'"photos"\r\n\r\nno file\r\n--edge--\r\n'),
    (PARTS, EDGE + b'"text"\r\n\r\nnever ends'), (PARTS, b"\x00" * 500), (PARTS, EDGE + b'"kind"\r\n\r\n\xff\xfe\r\n--edge--\r\n'),
    (PARTS, EDGE + b'"text"\r\n\r\nx\r\n' + EDGE + b'"kind"\r\n\r\nquestion\r\n' + EDGE + b'"photos"; filename="../../x\x00.png"\r\nContent-Type: image/png\r\n\r\nnone\r\n--edge--\r\n'),
    (PARTS, b"".join(EDGE + b'"photos"; filename="%d.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n' % n for n in range(40)) + b"--edge--\r\n"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def rested() -> None:
    _rest()


def _rest() -> None:
    for pace in conftest._paces():
        pace.forget()


def kept() -> dict[str, int]:
    """How much there is of what a shopper may leave."""
    with db.reading() as session:
        return {name: session.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in ("review", "rma", "rma_photo", "case_photo", "instruction")}


def test_every_page_answers_odd_questions_with_a_page(both: House, app: Litestar) -> None:
    mine, found = own(MINE), {}
    for (method, path), query in product(routes(app), QUERIES):
        if method == "GET":
            answer = both.client.get(f"{filled(path, mine)}?{query}", headers={"accept": "text/html"}, follow_redirects=False)
            if answer.status_code >= 500 or (answer.status_code >= 400 and "<h1" not in answer.text):
                found[path, query] = answer.status_code
    assert found == {}


def test_every_form_answers_odd_bodies_with_a_sentence_and_keeps_none_of_them(both: House, app: Litestar) -> None:
    mine, found, before = own(MINE), {}, kept()
    for (method, path), (n, (kind, body)) in product(routes(app), enumerate(BODIES)):
        if method == "POST":
            _rest()
            answer = both.client.post(filled(path, mine), content=body, headers={"accept": "text/html"} | ({"content-type": kind} if kind else {}), follow_redirects=False)
            if answer.status_code >= 500 or (answer.status_code >= 400 and "<h1" not in answer.text):
                found[path, n] = answer.status_code
    assert found == {}
    assert kept() == before


def doors(app: Litestar) -> list[str]:
    """Where anybody may post, the pages of an order aside."""
    found = [(one.path, handler) for one in app.routes if isinstance(one, HTTPRoute) for handler in one.route_handlers]
    return sorted({path for path, handler in found if "POST" in handler.http_methods and handler.opt.get("permission") == PUBLIC and not path.startswith("/track/{")})


def test_no_other_door_that_is_open_to_all_breaks(both: House, app: Litestar) -> None:
    token = {"preferences": unsubscribe.preferences_path(1, "ines@example.test"), "unsubscribe": unsubscribe.path(1, "ines@example.test")}
    found, known = {}, doors(app)
    assert {"/track", "/notify/{store:str}/{sku:str}", "/preferences/{token:str}", "/account/{store:str}/link", "/intake/{store:str}/{platform:str}"} <= set(known)
    for path, (n, (kind, body)) in product(known, enumerate(BODIES)):
        _rest()
        room = path.split("/")[1]
        values = {"store": "demo", "sku": "CUP0", "token": token.get(room, "1-" + "0" * 32).rpartition("/")[2], "link": "1-" + "0" * 32, "platform": "shopify", "provider": "ses"}
        answer = both.client.post(filled(path, values), content=body, headers={"accept": "text/html"} | ({"content-type": kind} if kind else {}), follow_redirects=False)
        if answer.status_code >= 500:
            found[path, n] = answer.status_code
    assert found == {}


def test_words_of_any_length_and_script_are_cut_or_kept_but_never_a_defect(both: House) -> None:
    mine = own(MINE)
    one, here = line(MINE, "CUP0"), f"/track/{mine['link']}"
    for text in ("x" * 50_000, "漢" * 20_000, "a\u0301" * 9_000, "\U0001f375" * 9_000, "\u202e\u2066" * 99, "\r\n" * 9_000, "\x0b\x0c\x1b[31m", "x\u0000y", "ﷺ" * 3_000):
        _rest()
        codes = {
            "review": both.client.post(f"{here}/reviews", data={"line": one, "stars": "3", "text": text, "name": text}).status_code,
            "problem": both.client.post(f"{here}/problem", data={"kind": "question", "text": text}, files=[("photos", ("", b""))]).status_code,
            "verdict": both.client.post(f"{here}/cases/{mine['ident']}/verdict", data={"verdict": "bad", "text": text}).status_code,
            "return": both.client.post(f"{here}/return", data={"after": "77", "note": text}).status_code,
        }
        assert {name: code for name, code in codes.items() if code >= 500} == {}, text[:9]
    page = both.client.get(here, headers={"accept": "text/html"})
    assert (page.status_code, "\x1b" in page.text) == (200, False)
