"""My account: who signs in, what they see, and that nobody ever sees another's."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import clock, db
from stowline.core.config import settings
from stowline.notifications import sign_in
from stowline.notifications.models import Message
from stowline.notifications.render import Rendered
from stowline.notifications.sign_in_models import SignInLink
from stowline.orders import address_book
from stowline.portal import account
from stowline.portal.account_models import ShopperSession
from stowline.portal.screens import account as screens
from stowline.stores import service as stores
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page
from tests.makers import Tablet

HOME = "/account/demo"
INES = "ines@example.test"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    for pace in (screens.ASKS, screens.OF_ADDRESS, screens.TRIES, screens.VISITS):
        pace.forget()
    yield
    clock_back()


def clock_back() -> None:
    """Every story leaves the paces as it found them."""
    for pace in (screens.ASKS, screens.OF_ADDRESS, screens.TRIES, screens.VISITS):
        pace.forget()


def a_shopper(robot: Tablet, email: str = INES, ref: str = "", store: str = "demo") -> None:
    """Somebody who ordered."""
    robot.post("/api/v1/products", {"sku": "CUP", "name": "Cup, small"})
    placed = robot.place(ref or f"A-{email[:20]}", {"CUP": 1}, customer={"name": "Ines Moreau", "email": email}, store=store)
    assert placed.status in (200, 201), placed.body


def mails(address: str = INES) -> list[str]:
    """The links in the mails that went to an address, the newest last."""
    with db.reading() as session:
        rows = session.exec(select(Message).where(Message.kind == sign_in.KIND, Message.recipient == address).order_by(Message.id)).all()  # type: ignore[arg-type]
    return [re.findall(r"(/account/[^/]+/\w+/[0-9]+-[0-9a-f]{32})", one.text)[0] for one in rows if one.text]


def link_for(house: House, address: str = INES, store: str = "demo") -> str:
    """Ask for a link in a browser, and read the mail."""
    page = house.somebody().get(f"/account/{store}")
    sent = house.somebody().send(page, "/link", email=address)
    assert "If we know this address" in sent.text
    house.deliver()
    return mails(address)[-1]


def signed_in(house: House, address: str = INES, store: str = "demo") -> Desk:
    browser = house.somebody()
    there = link_for(house, address, store)
    browser.send(browser.get(there), there)
    return browser


def count(session: Session, table: type) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_who_ordered_signs_in_by_mail_and_sees_their_orders(any_house: House) -> None:
    robot = any_house.robot()
    a_shopper(robot, ref="ORD-7")
    browser = any_house.somebody()
    there = link_for(any_house)
    asked = browser.get(there)
    assert "Press the button" in asked.text
    assert "Your orders" not in browser.get(HOME).text, "opening a link signs nobody in"
    hub = browser.send(asked, there)
    assert ("Your orders" in hub.text, "ORD-7" in hub.text, "No date yet" in hub.text) == (True, True, True)
    order = next(href for href in hub.links if "/track/" in href)
    assert "Cup, small" in browser.get(order).text
    assert "ORD-7" in browser.get(f"{HOME}?q=small").text
    assert "None of your orders fits" in browser.get(f"{HOME}?q=teapot").text
    out = browser.send(hub, "/sign-out")
    assert "You are signed out" in out.text
    assert "ORD-7" not in browser.get(HOME).text


def test_a_link_is_good_once_and_briefly_and_for_its_store_only(one_house: House) -> None:
    a_shopper(one_house.robot())
    with db.transaction() as session:
        stores.open_store(session, "other", "Other")
    a_shopper(one_house.robot(), store="other", ref="OTHER-1")
    browser = one_house.somebody()
    used = link_for(one_house)
    page = browser.get(used)
    assert "Your orders" in browser.send(page, used).text
    thief = one_house.somebody()
    assert "This link is over" in thief.send(page, used).text, "used"
    assert "over" in thief.get(used).text
    fresh = link_for(one_house)
    shape = page.form(used)
    shape.action = fresh.replace("/demo/", "/other/")
    assert "This link is over" in Page(thief.ask("POST", shape.action)).text, "another store"
    assert "This link is over" in Page(thief.ask("POST", fresh[:-1] + ("0" if fresh[-1] != "0" else "1"))).text, "tampered with"
    older, newest = fresh, link_for(one_house)
    with db.transaction() as session:
        session.execute(sa.update(SignInLink).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert "This link is over" in Page(thief.ask("POST", newest)).text, "15 minutes are over"
    assert "This link is over" in Page(thief.ask("POST", older)).text
    assert "Your orders" not in thief.get(HOME).text


def test_nobody_learns_whether_an_address_is_known(one_house: House) -> None:
    a_shopper(one_house.robot())
    said, asked = [], []
    for address in (INES, "nobody@example.test"):
        browser = one_house.somebody()
        with statements() as seen:
            answer = browser.send(browser.get(HOME), "/link", email=address)
        said.append((answer.status, answer.path, answer.text, sorted(answer.answer.headers)))
        asked.append(seen)
    assert said[0] == said[1]
    assert asked[0] == asked[1], "the same statements"
    one_house.deliver()
    assert mails("nobody@example.test") == []
    with db.reading() as session:
        stored = session.exec(select(Message).where(Message.recipient == "nobody@example.test")).all()
    assert stored == []


class statements:  # noqa: N801  (reads as a word)
    """The SQL that is sent meanwhile, without its values."""

    def __enter__(self) -> list[str]:
        self.seen: list[str] = []
        sa.event.listen(sa.engine.Engine, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_: object) -> None:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", self._note)

    def _note(self, _conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.split(maxsplit=1)[0] in ("INSERT", "UPDATE", "DELETE") or "customer" in statement:
            self.seen.append(statement)


def test_a_session_opens_one_person_of_one_store(one_house: House) -> None:
    """Two stores know the same address, and a stranger has an account beside it."""
    robot = one_house.robot()
    a_shopper(robot, ref="MINE-1")
    with db.transaction() as session:
        stores.open_store(session, "other", "Other")
    a_shopper(robot, store="other", ref="OTHERS-1")
    a_shopper(robot, email="mal@example.test", ref="MALS-1")
    ines, mal = signed_in(one_house), signed_in(one_house, "mal@example.test")
    assert ("MINE-1" in ines.get(HOME).text, "OTHERS-1" in ines.get(HOME).text, "MALS-1" in ines.get(HOME).text) == (True, False, False)
    there = ines.get("/account/other")
    assert ("Send me the link" in there.text, "OTHERS-1" in there.text) == (True, False), "the same cookie is nobody's in another store"
    assert "MINE-1" not in mal.get(f"{HOME}?q=MINE").text
    details = ines.get(f"{HOME}/details")
    typed = {"name": HOSTILE, "line1": "1 Kiln Road", "city": "Weimar", "country": "DE"}
    kept = ines.send(details, "/addresses", **typed)
    assert (kept.status, HOSTILE in kept.answer.text, "1 Kiln Road" in kept.text) == (200, False, True)
    with db.reading() as session:
        ident = session.execute(sa.text("SELECT id FROM customer_address")).scalar_one()
    others = mal.get(f"{HOME}/details?edit={ident}")
    assert "Kiln Road" not in others.text
    for action in ("/addresses", "/addresses/default", "/addresses/removal"):
        answer = mal.ask("POST", f"{HOME}{action}", data={"csrf": others.form("/name").fields["csrf"], "address": str(ident), **typed})
        assert "Kiln Road" not in answer.text, action
    assert "1 Kiln Road" in ines.get(f"{HOME}/details").text
    forged = mal.ask("POST", f"{HOME}/name", data={"csrf": details.form("/name").fields["csrf"], "person": "Mal"})
    assert forged.status_code == 403, "the token of another session"
    abroad = ines.ask("POST", f"{HOME}/name", data=details.form("/name").fields | {"person": "Mal"}, headers={"Origin": "https://evil.example"})
    assert abroad.status_code == 403


def test_a_shopper_keeps_their_book_and_sees_what_the_shop_told(one_house: House) -> None:
    robot = one_house.robot()
    a_shopper(robot, email="ada@example.test", ref="ADA-1")
    for payment, status in (("Visa 4242 4242 4242 4242", 422), ("4242424242", 422), ("Visa ending 4242", 200)):
        told = robot.post("/api/v1/customers", {"store": "demo", "email": "ada@example.test", "name": "Ada", "payment": payment})
        assert told.status in (status, 201 if status == 200 else status), payment
    assert robot.post("/api/v1/points", {"store": "demo", "order": "ADA-1", "earned": 10, "balance": 40, "next_at": 50}).status == 201
    robot.post("/api/v1/products", {"sku": "GONE", "name": "Bowl, ash"})
    robot.post("/api/v1/back-in-stock", {"sku": "GONE", "email": "ada@example.test", "store": "demo"})
    ada = signed_in(one_house, "ada@example.test")
    hub = ada.get(HOME)
    assert all(one in hub.text for one in ("40 points", "10 points more", "Bowl, ash"))
    assert "You hear no more about it" in ada.send(hub, "/back-in-stock/removal").text
    page = ada.get(f"{HOME}/details")
    assert "Visa ending 4242" in page.text
    bad = ada.send(page, "/addresses", name="Ada", line1="", city="X", country="DE")
    assert (bad.status, "Look at the marked field" in bad.text) == (422, True)
    for line in ("First Street", "Second Street", "Second Street"):
        ada.send(page, "/addresses", name="Ada", line1=line, city="X", country="DE")
    with db.reading() as session:
        customer = session.execute(sa.text("SELECT id FROM customer WHERE email = 'ada@example.test'")).scalar_one()
        book = address_book.listed(session, customer)
    assert [(one.line1, one.is_default) for one in book] == [("First Street", True), ("Second Street", False)]
    ada.send(ada.get(f"{HOME}/details"), "/addresses/default")
    with db.reading() as session:
        first = address_book.default(session, customer)
    assert first is not None
    assert first.line1 == "Second Street"
    assert "Saved" in ada.send(page, "/name", person="Ada L.").text
    copy = json.loads(ada.file(f"{HOME}/my-data.json").text)["items"]
    assert {one["row"].get("line1") for one in copy if one["table"] == "customer_address"} == {"First Street", "Second Street"}


def test_an_erasure_is_confirmed_by_a_fresh_link(one_house: House) -> None:
    robot = one_house.robot()
    a_shopper(robot, email="eve@example.test", ref="EVE-1")
    eve = signed_in(one_house, "eve@example.test")
    asked = eve.send(eve.get(f"{HOME}/details"), "/erasure")
    assert "Nothing is erased before" in asked.text
    one_house.deliver()
    there = mails("eve@example.test")[-1]
    assert there.startswith(f"{HOME}/erasure/")
    assert "This link is over" in Page(one_house.somebody().ask("POST", there.replace("/erasure/", "/link/"))).text, "it erases, it does not sign in"
    assert "cannot be undone" in eve.get(there).text
    assert "still to be sent" in eve.send(eve.get(there), f"{there}/end").text
    robot.post("/api/v1/orders/EVE-1/cancellation", {"reason": "mind changed"})
    assert "was erased" in eve.send(eve.get(there), f"{there}/end").text
    assert "EVE-1" not in eve.get(HOME).text, "the session went, too"
    with db.reading() as session:
        left = [session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ("sign_in_link WHERE address LIKE 'eve%'", "customer WHERE email LIKE 'eve%'")]
    assert left == [0, 0]


def test_signing_out_everywhere_ends_all_and_links_under_way(one_house: House) -> None:
    a_shopper(one_house.robot(), email="sam@example.test")
    one, two = signed_in(one_house, "sam@example.test"), signed_in(one_house, "sam@example.test")
    under_way = link_for(one_house, "sam@example.test")
    one.send(one.get(f"{HOME}/details"), "/sign-out-everywhere")
    for browser in (one, two):
        assert "Send me the link" in browser.get(HOME).text
    assert "This link is over" in two.send(two.get(HOME), "/link", email="x").text or "over" in Page(two.ask("POST", under_way)).text


def test_a_cookie_is_changed_as_it_is_used_and_ends(one_house: House) -> None:
    a_shopper(one_house.robot(), email="ron@example.test")
    ron = signed_in(one_house, "ron@example.test")
    first = ron._jar[account.COOKIE]
    with db.transaction() as session:
        session.execute(sa.update(ShopperSession).values(rotated_at=clock.now() - timedelta(hours=2)))
    answer = ron.ask("POST", f"{HOME}/name", data=ron.get(f"{HOME}/details").form("/name").fields | {"person": "Ron"}, follow=False)
    cookie = answer.headers["set-cookie"].lower()
    assert all(said in cookie for said in ("httponly", "samesite=lax", f"path={HOME}"))
    assert ron._jar[account.COOKIE] != first
    with db.reading() as session:
        assert account.current(session, 1, first) is None
    with db.transaction() as session:
        session.execute(sa.update(ShopperSession).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert "Send me the link" in ron.get(HOME).text


def test_who_asks_too_often_waits_and_no_address_is_flooded(one_house: House) -> None:
    a_shopper(one_house.robot(), email="kim@example.test")
    page = one_house.somebody().get(HOME)
    answers = [one_house.somebody().send(page, "/link", email="kim@example.test").status for _ in range(6)]
    assert answers == [200] * 5 + [429]
    screens.OF_ADDRESS.forget()
    screens.ASKS.forget()
    for _ in range(3):
        one_house.somebody().send(page, "/link", email="kim@example.test")
    one_house.deliver()
    assert len(mails("kim@example.test")) == sign_in.MOST, "another process counts by itself; the worker counts them all"


def test_who_tries_links_too_often_waits_even_with_a_good_one(one_house: House) -> None:
    a_shopper(one_house.robot(), email="lee@example.test", ref="LEE-1")
    there, guesser = link_for(one_house, "lee@example.test"), one_house.somebody()
    guesses = [guesser.ask("POST", f"{there[:-32]}{n:032x}", follow=False).status_code for n in range(31)]
    assert guesses == [303] * 30 + [429]
    good = Page(guesser.ask("POST", there))
    assert (good.status, "LEE-1" in good.text, "LEE-1" in guesser.get(HOME).text) == (429, False, False)
    screens.TRIES.forget()
    assert "LEE-1" in Page(guesser.ask("POST", there)).text, "ten minutes later the link is as good as it was"


def test_a_mail_is_kept_without_its_link_where_mails_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    written = Rendered("Sign in", "<a href='https://x/account/kiln/link/7-" + "a" * 32 + "'>", "link/7-" + "a" * 32, "7-" + "a" * 32)
    monkeypatch.setenv("STOWLINE_SMTP_URL", "smtp://mail")
    settings.cache_clear()
    kept = sign_in.without_link(sign_in.KIND, written)
    monkeypatch.undo()
    settings.cache_clear()
    assert "a" * 32 not in kept.html + kept.text + kept.short
    assert sign_in.without_link("shipped", written) == written
