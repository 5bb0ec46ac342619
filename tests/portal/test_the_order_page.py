"""What a shopper reads by her link: true words for every state, nothing of anybody else, in her store's name."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from stowline.backorders import queries as backorders
from stowline.core import db, i18n
from stowline.notifications.colours import readable
from stowline.notifications.render import mail_dir
from stowline.portal.reader import words_dir
from stowline.receiving import outlook
from tests.portal.conftest import Shopper
from tests.services import ROOT

INES = {"customer": {"name": "Ines Moreau", "email": "ines@example.test"}, "address": {
    "name": "Ines Moreau", "line1": "Rue des Carmes 8", "line2": "2e étage", "city": "Nantes", "postcode": "44000", "country": "FR"}}  # fmt: skip


def delivery(ines: Shopper, units: int, *, days: int = 5) -> str:
    """A purchase order for mugs that comes in so many days, promised to those who wait: how the first one's window reads."""
    first, last = date.today() + timedelta(days=days), date.today() + timedelta(days=days + 2)  # noqa: DTZ011  (a window of days)
    ines.house.robot().post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Secret Supplier", "expected_from": f"{first}",
                            "expected_to": f"{last}", "lines": [{"sku": "MUG", "quantity": units}]})  # fmt: skip
    outlook.catch_up("")
    with db.reading() as session:
        days_of = backorders.standing(session, range(1, 10))
    found = next((one.days for one in days_of.values() if one.days), {"from": str(first), "to": str(last)})
    first, last = date.fromisoformat(found["from"]), date.fromisoformat(found["to"])
    return i18n.day_range(first, last, i18n.words(mail_dir() / "words", "en"), this_year=date.today().year)  # noqa: DTZ011


def test_an_order_on_its_way_through_the_house(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.stock_up({"MUG": 5})
    robot.place("1042", {"MUG": 2}, **INES)
    assert "In stock, to be packed next Everything you ordered is set aside for you." in ines.sees("1042").text
    robot.follow("pick:CART-1")
    assert "Being packed Your goods are off the shelf" in ines.sees("1042").text
    [task] = robot.tasks("pack")
    robot.follow(task["task"], until="label")
    packed = ines.sees("1042").text
    assert "Packed, waiting for the carrier" in packed
    assert "tracking number" not in packed
    robot.follow(task["task"])
    robot.follow(robot.open_manifest())
    gone = ines.sees("1042").text
    assert re.search(r"On its way since \w+day \d+ \w+ Everything you ordered has left our warehouse\.", gone)
    assert "House carrier tracking number HC" in gone
    assert "Parcel 1 Handed over" in gone
    assert "Thing MUG 2 2 pieces" in gone
    assert "Handed to the carrier" in gone


def test_who_waits_reads_the_range_the_place_in_line_and_why(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.stock_up({"MUG": 1, "CUP": 9})
    for ref in ("first", "second", "1042"):
        robot.place(ref, {"MUG": 1, "CUP": 1}, **INES)
    assert "No date yet" in ines.sees("1042").text
    window = delivery(ines, 60)
    page = ines.sees("1042").text
    assert f"Expected to leave our warehouse {window}" in page
    assert f"number 2 in line, expected to leave our warehouse {window}" in page
    assert "1 ahead of you, 60 due" in page
    assert "Nobody is ahead of you, 60 due" in ines.sees("second").text
    assert "Waiting for stock" in page
    assert "Set aside for you In stock" in page
    assert "Secret Supplier" not in page


def test_a_date_that_has_passed_is_no_date(ines: Shopper) -> None:
    ines.house.robot().add_product("MUG")
    ines.house.robot().place("1042", {"MUG": 1}, **INES)
    window = delivery(ines, 60, days=-20)  # later than anything that is assumed
    page = ines.sees("1042").text
    assert "No date yet We have no date that we could stand behind" in page
    assert window not in page


def test_part_dated_part_not_is_said_frankly(ines: Shopper) -> None:
    robot = ines.house.robot()
    for sku in ("MUG", "CUP"):
        robot.add_product(sku)
    robot.place("1042", {"MUG": 1, "CUP": 1}, **INES)
    delivery(ines, 60)
    page = ines.sees("1042").text
    assert "Part of it has no date yet" in page
    assert page.count("no date yet") == 2


def test_held_and_cancelled_orders_say_so_and_promise_nothing(ines: Shopper) -> None:
    robot, ruth = ines.house.robot(), ines.house.ruth()
    robot.stock_up({"MUG": 5})
    robot.place("1042", {"MUG": 2}, **INES)
    page = ruth.send(ruth.get("/orders/1042?store=demo"), "/hold", reason="Payment looks stolen")
    held = ines.sees("1042").text
    assert "We are looking into your order" in held
    assert "stolen" not in held
    assert "What you ordered On hold" in held
    ruth.send(page, "/cancellation", reason="Payment looks stolen")
    cancelled = ines.sees("1042").text
    assert "Your order was cancelled Nothing will be sent." in cancelled
    assert "stolen" not in cancelled
    assert "What was cancelled Cancelled" in cancelled


def test_a_link_shows_neither_street_nor_email_nor_phone_nor_anybody_else(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.stock_up({"MUG": 5})
    robot.place("1042", {"MUG": 1}, **INES)
    robot.place("1043", {"MUG": 1}, customer={"name": "Another Person", "email": "another@example.test"})
    page = ines.sees("1042")
    assert "Ines Moreau 44000 Nantes France" in page.text
    for private in ("Rue des Carmes", "2e étage", "ines@", "Another", "another@", "A-01-1", "MUG-", "Ruth", "maja"):
        assert private not in page.answer.text
    assert [href for href in page.links if "/orders" in href or "/stock" in href] == []


def test_only_the_whole_signed_link_opens_an_order(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1}, **INES)
    robot.place("1043", {"MUG": 1}, **INES)
    link, other = ines.link("1042"), ines.link("1043")
    number, mark = link.rpartition("-")[0], link.rpartition("-")[2]
    wrong = [
        f"{number}-{other.rpartition('-')[2]}", f"{number}-{mark[:-1]}", f"{number}-{mark}0", f"{number}-{'0' * 32}", f"{number}-{mark.upper()}",
        f"/track/0{number.rpartition('/')[2]}-{mark}", f"/track/999999999999999999-{mark}", f"/track/-1-{mark}", "/track/1042", "/track/%F0%9F%8F%BA",
        f"/track/١-{mark}", f"{link}%0A", f"{link}%20",
    ]  # fmt: skip
    for address in wrong:
        page = ines.browser.get(address)
        assert (address, page.status) == (address, 404)
        assert "This link does not open an order" in page.text
        assert "1042" not in page.text
    assert ines.browser.get(f"{link}?utm_source=mail&x=%FF").status == 200


def test_the_page_is_kept_by_nobody_and_found_by_no_search_engine(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1}, **INES)
    for address in (ines.link("1042"), "/track/1-" + "0" * 32):
        headers = ines.browser.get(address).answer.headers
        assert (headers["cache-control"], headers["x-robots-tag"]) == ("no-store", "noindex, nofollow")
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_opening_a_link_changes_nothing(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1}, **INES)
    link = ines.link("1042")
    before = ines.house.robot().get("/api/v1/orders/1042/timeline").raw
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        assert ines.browser.ask(method, link).status_code in {200, 405}
    assert ines.house.robot().get("/api/v1/orders/1042/timeline").raw == before


def test_names_in_every_script_and_refs_with_every_sign_are_shown_as_they_are(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG", name='Tasse "bleue" <b>')
    names = {"日本/1": "山田 太郎", "#2": "أحمد الهاشمي", "R&3": "O'Brien <script>alert(1)</script>"}
    for ref, name in names.items():
        robot.place(ref, {"MUG": 1}, address={**INES["address"], "name": name})
        ruth = ines.house.ruth()
        found = ruth.get("/orders?view=all")
        order = ruth.get(next(href for href, said in found.links.items() if said == ref))
        address = next(href for href, said in order.links.items() if said == "See what the shopper sees")
        page = ines.browser.get("/" + address.split("/", 3)[3])
        assert name in page.text
        assert ref in page.text
        assert "<script>alert" not in page.answer.text


def test_an_order_in_a_language_nobody_has_written_yet_is_told_in_english(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG")
    with db.transaction() as session:
        session.execute(sa.text("UPDATE store SET locale = 'eo', time_zone = 'Pacific/Auckland'"))
    robot.place("1042", {"MUG": 1}, placed_at="2026-03-01T13:30:00Z", **INES)
    page = ines.sees("1042")
    assert '<html lang="en" dir="ltr"' in page.answer.text
    assert "Monday 2 March" in page.text


def test_every_language_of_the_page_is_one_of_the_mails_and_has_every_word() -> None:
    held = i18n.locales(words_dir())
    assert set(held) <= set(i18n.locales(mail_dir() / "words"))
    english = _keys(i18n.words(words_dir(), "en").entries)
    assert english
    assert [locale for locale in held if _keys(i18n.words(words_dir(), locale).entries) != english] == []


def _keys(entries: object, at: str = "") -> set[str]:
    if not isinstance(entries, dict) or "other" in entries:
        return {at}
    return {key for name, inner in entries.items() for key in _keys(inner, f"{at}.{name}")}


@pytest.mark.parametrize("accent", ["0b5a6e", "ffffff", "000000", "ffff00"])
def test_a_stores_colour_reads_on_both_sides(ines: Shopper, accent: str) -> None:
    answer, look = ines.browser.file(f"/track/brand/{accent}.css"), (ROOT / "static/css/stowline.css").read_text()
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    sides = re.findall(r"--accent: (#[0-9a-f]{6})", answer.text)
    grounds = [re.findall(rf"--{name}: +(#[0-9a-f]{{6}})", look)[:3] for name in ("paper", "card", "tint", "accent-soft")]
    assert [len(sides), *map(len, grounds)] == [3] * 5
    assert [(one, side) for one in grounds for side, ground in zip(sides, one, strict=True) if readable(side, ground) != side] == [], "on chips, too"
    assert ines.browser.get("/track/brand/red;}.css").status == 404
