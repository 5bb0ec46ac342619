"""Whatever shoppers type into a return, a review, a case or an address is text and nothing else: on every page of the desk that they lead to, in every
mail, on paper, and on the pages of the shop.
"""

import re
from collections import deque
from urllib.parse import urldefrag

import pypdfium2
import pytest
from sqlmodel import select

from stowline.core import db
from stowline.notifications.models import Message
from stowline.stores import service as stores
from tests import payloads
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page
from tests.portal.lived import Words, complains, got, line, link, moves, return_of, reviews, sends_back
from tests.portal.test_messages_in_the_portal import keep
from tests.portal.test_the_order_page import INES

ALL = "\n\n".join(payloads.PAYLOADS)
FILE = "\"><svg onload=pwned(21)>'.png"
MOST = 160
MAIL = {"customer": {"name": payloads.PAYLOADS[0], "email": "ines@example.test"}, "address": INES["address"]}
PRINTED = [one for one in payloads.PAYLOADS if one.isprintable()]
STREETS = [PRINTED[n : n + 4] for n in range(0, len(PRINTED) - 3, 4)] + [PRINTED[-4:]]
"""Name, firm, street and floor of an order each."""


def words() -> Words:
    return Words(ALL, payloads.ONE, payloads.ONE, ALL, payloads.ONE[:60], ALL[:1000], FILE)


@pytest.fixture(scope="module")
def typed(one_house: House) -> House:
    """Order 1042 has all of it; the others went to streets that are payloads; every shop page is open to all."""
    with db.transaction() as session:
        stores.set_shop_page(session, "demo", public=True, units_shown="few", notices_per_unit=1)
    robot = one_house.robot()
    robot.stock_up({"CUP": len(STREETS) + 3})
    for n, four in enumerate(STREETS):
        moves(one_house, f"S-{n}", *four)
    robot.ship_all()
    got(one_house, "1042", {"MUG": 2}, **MAIL)
    complains(one_house, "1042", words())
    reviews(one_house, "1042", "MUG", words())
    code = sends_back(one_house, "1042", "MUG", words(), wish="replacement")
    robot.ship_all()
    said = {"store": "demo", "channel": "phone", "order": "1042", "kind": "thanks", "text": ALL, "name": payloads.ONE, "subject": payloads.ONE, "ref": "call"}
    assert robot.post("/api/v1/contacts", said).status == 201
    ruth = one_house.ruth()
    ruth.send(ruth.get("/support/contacts"), "/testimonial", consent=payloads.ONE)
    for scan in (code, "MUG"):
        assert robot.scan(f"return:{code}", scan).status == 200
    one_house.deliver()
    keep("1042", payloads.ONE, hours=1)
    return one_house


def walked(desk: Desk, *starts: str) -> dict[str, Page]:
    """Every page that links lead to from here, nearest first, up to as many as a walk may open."""
    found: dict[str, Page] = {}
    waiting = deque(starts)
    while waiting and len(found) < MOST:
        path = urldefrag(waiting.popleft()).url
        if path in found or not path.startswith("/") or path.startswith("/static"):
            continue
        found[path] = desk.get(path)
        waiting += found[path].links
    return found


def test_it_is_only_text_on_every_page_of_the_desk_that_it_leads_to(typed: House) -> None:
    code = return_of("1042")
    starts = ("/orders/1042?store=demo", f"/returns/{code}", "/returns?view=all", "/cases/Q-1", "/cases?view=all", "/reviews?view=approved", "/support?q=1042", "/support/contacts",
              "/support/contacts?view=testimonials", "/support/replies", "/customers?view=all", "/messages", "/returns?view=all&q=pwned", "/orders?view=all&q=%3Cscript%3Epwned(1)%3C%2Fscript%3E",
              "/support?q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dpwned(2)%3E", "/cases?view=all&q=%3Cscript%3E", f"/floor/task/return:{code}", "/today")
    found = walked(typed.ruth(), *starts)
    assert {path: page.status for path, page in found.items() if page.status >= 400} == {}
    sheets = {path for path, page in found.items() if "html" not in page.answer.headers["content-type"]}
    assert {path: alive for path, page in found.items() if path not in sheets and (alive := payloads.live(page.answer.text))} == {}
    assert {path for path in sheets if found[path].answer.headers["x-content-type-options"] != "nosniff"} == set()
    holding = {path.partition("?")[0].rpartition("/")[0] or path.partition("?")[0] for path, page in found.items() if payloads.MARK in page.text}
    assert {"/orders", "/returns", "/cases", "/reviews", "/support", "/customers", "/messages"} <= holding, holding


def test_it_is_only_text_on_the_pages_of_the_shop_and_in_their_json(typed: House) -> None:
    shopper, here, code = typed.somebody(), link("1042"), return_of("1042")
    paths = (here, f"{here}/return/{code}", f"{here}/reviews", f"{here}/problem", f"{here}/cases/1/verdict", f"{link('S-0')}/change/address", "/products/demo/MUG", "/embed/demo/products/MUG",
             f"{here}/return/review?u{line('1042', 'MUG')}=1&r{line('1042', 'MUG')}=damaged&o{line('1042', 'MUG')}=refund&note=%3Cscript%3Epwned(1)%3C%2Fscript%3E")
    found = {path: shopper.get(path) for path in paths}
    assert {path: page.status for path, page in found.items() if page.status != 200} == {}
    assert {path: alive for path, page in found.items() if (alive := payloads.live(page.answer.text))} == {}
    told = typed.robot().get("/api/v1/products/MUG/reviews?store=demo")
    assert told.headers["content-type"].startswith("application/json")
    assert told["items"][0]["name"] == payloads.ONE[:60].strip()
    page, shown = found["/products/demo/MUG"].text, told["items"][0]["text"]
    assert [one for one in PRINTED if one not in shown or " ".join(one.split()) not in page] == [], "as they were typed"
    assert payloads.PAYLOADS[0] in typed.robot().get(f"/api/v1/returns/{code}")["note"]


def test_it_is_only_text_in_every_mail(typed: House) -> None:
    with db.reading() as session:
        said = list(session.exec(select(Message)))
    assert {"order-confirmed", "shipped", "delivered", "case-answer", "return-received"} <= {one.kind for one in said}
    assert [(one.id, one.kind, alive) for one in said if (alive := payloads.live(one.html))] == []
    assert [one.kind for one in said if re.search(r"[\r\n]", one.subject + one.recipient_name + one.recipient)] == []
    plain = [one for one in said if payloads.PAYLOADS[0] in one.text]
    assert plain, "as text, it stands as it was typed"
    assert [one.kind for one in plain if "&lt;script&gt;pwned(1)" in one.text] == []


def written(paper: bytes) -> str:
    """What stands on all sheets, blanks and line breaks aside; and nothing in it acts."""
    assert paper.startswith(b"%PDF"), paper[:200]
    assert not re.search(rb"/(JavaScript|JS|URI|OpenAction|Launch|EmbeddedFile|AA)\b", paper)
    document = pypdfium2.PdfDocument(paper)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document)).replace("\ufffe", "-")


def test_it_is_only_text_on_paper(typed: House) -> None:
    ruth, bare = typed.ruth(), set[str]()
    for n, four in enumerate(STREETS):
        parcel = typed.robot().order(f"S-{n}")["parcels"][0]["code"]
        for path in (f"/orders/S-{n}/slip?store=demo", f"/orders/S-{n}/slip?store=demo&size=4x6", f"/parcels/{parcel}/label"):
            drawn = written(ruth.file(path).content)
            bare |= {f"{path}: {one}" for one in four if re.sub(r"\s", "", one)[:12] not in drawn}
    assert bare == set(), "drawn as they were typed, no sign taken for markup"
    code = return_of("1042")
    for path in (f"/returns/{code}/label", f"/orders/{code}-1/slip?store=demo"):
        written(ruth.file(path).content)
