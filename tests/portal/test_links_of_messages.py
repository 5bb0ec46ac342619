"""Scanners of mailboxes open every link of every message, and robots go on from there: nothing is changed by it."""

import re
from collections import deque
from html import unescape
from urllib.parse import urlsplit

from stowline.core import db
from stowline.notifications import queries as messages
from tests.portal.conftest import Shopper
from tests.portal.test_choices import everything, offered
from tests.portal.test_the_order_page import INES

MOST = 150


def links_of_messages() -> list[str]:
    """Every address of our own that stands in a message, as mail or as text."""
    with db.reading() as session:
        bodies = [f"{one.html} {one.text} {one.short}" for one in messages.listed(session, state="")]
    found = dict.fromkeys(unescape(url) for body in bodies for url in re.findall(r"https?://[^\s\"'<>)]+", body))
    here = [urlsplit(url) for url in found if "kiln.example" not in url]
    return list(dict.fromkeys(one.path + (f"?{one.query}" if one.query else "") for one in here))


def test_whoever_opens_every_link_of_every_message_changes_nothing(ines: Shopper) -> None:
    robot = ines.house.robot()
    offered(ines)
    robot.receive({"CUP": 9})
    robot.follow("putaway:")
    robot.place("sent", {"CUP": 1}, **INES)
    robot.place("open", {"CUP": 1}, **INES)
    robot.ship_all()
    ines.house.deliver()
    todo, seen = deque(links_of_messages()), set[str]()
    kinds = {path.strip("/").partition("/")[0] for path in todo}
    assert {"track", "preferences"} <= kinds, kinds
    before = everything()
    while todo and len(seen) < MOST:
        path = todo.popleft()
        if path in seen or not path.startswith(("/track", "/parcel", "/preferences", "/unsubscribe", "/notify")):
            continue
        seen.add(path)
        ines.browser.ask("HEAD", path)
        page = ines.browser.get(path)
        assert page.status < 500, path
        todo += [href for href in page.links if href.startswith("/")]
    assert {path.partition("/change/")[2].partition("?")[0] for path in seen} >= {"address", "cancellation"}
    assert everything() == before
