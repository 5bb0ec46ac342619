"""Scanners of mailboxes open every link of every message, and robots go on from there: nothing is changed by it."""

import re
from collections import deque
from html import unescape
from urllib.parse import urlencode, urlsplit

from stowline.core import db
from stowline.notifications import previews
from stowline.notifications import queries as messages
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.render import RenderFailed
from stowline.orders import queries as orders
from stowline.stores import service as stores
from tests.desk.pages import Page
from tests.portal.conftest import Shopper
from tests.portal.lived import Words, complains, got, return_of, reviews, sends_back
from tests.portal.test_choices import everything, offered
from tests.portal.test_my_account import link_for
from tests.portal.test_the_order_page import INES

MOST = 250
OURS = ("/track", "/parcel", "/preferences", "/unsubscribe", "/notify", "/account", "/products", "/embed", "/return-policy")
NEEDS_MORE = {"back-in-stock", "cart-reminder", "delivery-report", "digest", "greeting-card", "news", "note", "points", "sign-in-link", "welcome", "win-back"}
"""Kinds that no order tells: of baskets, days, suppliers and people."""
OF_DAYS = {"getting-ready", "good-news"}
"""Kinds that want a promise that moved; they lead to the order's page and its choices, as others do."""


def links_of(bodies: list[str]) -> list[str]:
    """Every address of our own that stands in a message, as mail or as text."""
    found = dict.fromkeys(unescape(url) for body in bodies for url in re.findall(r"https?://[^\s\"'<>)]+", body))
    here = [urlsplit(url) for url in found if "kiln.example" not in url]
    return list(dict.fromkeys(one.path + (f"?{one.query}" if one.query else "") for one in here))


def sent() -> list[str]:
    """What went out."""
    with db.reading() as session:
        return [f"{one.html} {one.text} {one.short}" for one in messages.listed(session, state="", limit=500)]


def could_be_sent(*refs: str) -> dict[str, list[str]]:
    """Every kind of message, written of these orders as they stand."""
    found: dict[str, list[str]] = {}
    with db.reading() as session:
        for kind in CATALOGUE:
            for ref in refs:
                try:
                    one = previews.of_order(session, kind, orders.by_ref(session, ref), "", "")
                except RenderFailed:
                    continue
                found.setdefault(kind, []).append(f"{one.html} {one.text} {one.short}")
    return found


def onward(page: Page) -> list[str]:
    """Where a robot goes on from a page: its links, and its forms that only ask."""
    asks = [f"{form.action.partition('?')[0]}?{urlencode(form.fields)}" for form in page.forms if form.method.lower() == "get"]
    return [href for href in (*page.links, *asks) if href.startswith("/")]


def test_whoever_opens_every_link_of_every_message_changes_nothing(ines: Shopper) -> None:
    house, robot = ines.house, ines.house.robot()
    with db.transaction() as session:
        stores.set_shop_page(session, "demo", public=True, units_shown="few", notices_per_unit=1)
    offered(ines)
    robot.receive({"CUP": 9})
    robot.follow("putaway:")
    robot.place("sent", {"CUP": 1}, **INES)
    robot.place("open", {"CUP": 1}, **INES)
    robot.ship_all()
    got(house, "lived", {"JUG": 2}, **INES)
    complains(house, "lived", Words())
    reviews(house, "lived", "JUG", Words())
    code = sends_back(house, "lived", "JUG", Words())
    for scan, kind in ((code, ""), ("JUG", ""), ("JUG", ""), ("CMD:DONE", "grade damaged"), ("CMD:DONE", "to scrap")):
        assert robot.scan(f"return:{code}", scan, kind=kind).status == 200
    got(house, "swap", {"POT": 1}, **INES)
    new = sends_back(house, "swap", "POT", Words(), wish="replacement")
    robot.ship_all()
    house.deliver()
    account = link_for(house, "ines@example.test")
    kinds = could_be_sent("sent", "open", "1042", "lived", f"{new}-1")
    assert set(CATALOGUE) - NEEDS_MORE - OF_DAYS - set(kinds) == set()
    todo, seen = deque([*links_of(sent()), account, *links_of([body for some in kinds.values() for body in some])]), set[str]()
    assert {"track", "preferences", "account"} <= {path.strip("/").partition("/")[0] for path in todo}
    before = everything()
    while todo and len(seen) < MOST:
        path = todo.popleft().partition("#")[0]
        if path in seen or not path.startswith(OURS):
            continue
        seen.add(path)
        ines.browser.ask("HEAD", path)
        page = ines.browser.get(path)
        assert page.status < 500, path
        todo += onward(page)
    assert not todo or len(seen) == MOST
    assert {path.partition("/change/")[2].partition("?")[0] for path in seen} >= {"address", "cancellation"}
    below = {path.partition("?")[0].split("/", 3)[3] for path in seen if path.startswith("/track/") and path.count("/") > 2}
    assert below >= {"problem", "reviews", "return", f"return/{return_of('lived')}"}, below
    assert [path for path in below if path.startswith("return/wish")], below
    assert everything() == before
