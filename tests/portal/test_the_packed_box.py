"""A photograph of the packed box: taken at the bench or the desk, seen by whose order it is, and by nobody else."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from stowline.core import db
from stowline.desk import erasure
from stowline.packing.models import ParcelPhoto
from stowline.people import service as people
from tests.desk.conftest import PASSWORD, Desk, House
from tests.desk.pages import Page
from tests.portal.conftest import Shopper
from tests.portal.test_the_order_page import INES


def jpeg(colour: str = "peru", size: tuple[int, int] = (800, 600)) -> bytes:
    """As a telephone makes it: with where it was taken in it."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08")
    return made.getvalue()


def packed(house: House, ref: str) -> str:
    """An order that stands packed at the bench, waiting for its label: the code of its box."""
    robot = house.robot()
    robot.stock_up({"MUG": 5})
    robot.place(ref, {"MUG": 1}, **INES)
    robot.follow("pick:CART-1")
    robot.follow(robot.tasks("pack")[0]["task"], until="label")
    with db.reading() as session:
        return str(session.execute(sa.text("SELECT p.code FROM parcel p JOIN orders o ON o.id = p.order_id WHERE o.ref = :ref"), {"ref": ref}).scalar_one())


def packer(house: House) -> Desk:
    """Piet, who packs, at a tablet."""
    with db.transaction() as session:
        people.add_user(session, name="Piet Claes", roles=["packer"], email="piet@example.test", password=PASSWORD)
    return house.somebody().sign_in("piet@example.test")


def take(desk: Desk, page: Page, content: bytes | None, **typed: Any) -> Page:
    """Fill in the form for a photograph, and send it."""
    form = page.form("/photos")
    fields = {name: value for name, value in form.fields.items() if name != "photo"} | typed
    return Page(desk.ask("POST", form.action, data=fields, files=[("photo", ("box.jpg" if content else "", content or b"", "image/jpeg"))]))


def kept() -> list[Any]:
    with db.reading() as session:
        return list(session.execute(sa.select(ParcelPhoto.__table__).order_by(ParcelPhoto.__table__.c.id)))  # type: ignore[attr-defined]


@pytest.fixture
def box(ines: Shopper) -> str:
    return packed(ines.house, "1042")


def test_a_packer_takes_one_at_the_bench_and_the_shopper_sees_it_with_the_parcel(ines: Shopper, box: str) -> None:
    piet = packer(ines.house)
    there = next(href for href, said in piet.get("/floor/task/pack:1042").links.items() if said == "Photo")
    page = piet.get(there)
    for _ in range(2):  # a form that is sent twice is one photograph
        page = take(piet, piet.get(there), jpeg())
    assert (page.status, "It is kept." in page.text) == (200, True)
    assert "/floor/task/pack%3A1042" in page.links
    [one] = kept()
    assert (one.width, one.height, one.who) == (480, 360, "Piet Claes")
    assert b"Exif" not in one.content + one.small
    seen = ines.sees("1042")
    shown = next(href for href in seen.links if "/photos/" in href)
    small = shown.replace("/large", "/small")
    assert f'<img src="{small}" alt="Photograph 1 of the packed box" width="480" height="360" loading="lazy"' in seen.answer.text
    for path, content in ((shown, one.content), (small, one.small)):
        answer = ines.browser.file(path)
        assert (answer.headers["content-type"], answer.headers["x-content-type-options"], answer.content) == ("image/jpeg", "nosniff", content)
        assert "noindex" in answer.headers["x-robots-tag"]


def test_what_is_none_and_the_fourth_are_refused_with_a_sentence(ines: Shopper, box: str) -> None:
    piet = packer(ines.house)
    page = piet.get(f"/floor/parcels/{box}/photos?task=pack:1042")
    for content, says in ((b"<svg onload=pwned(1)>", "no photograph that we can read"), (None, "No photograph came.")):
        refused = take(piet, page, content)
        assert (refused.status, says in refused.text) == (422, True)
    for colour in ("red", "teal", "gold"):
        assert take(piet, page, jpeg(colour)).status == 200
    fourth = take(piet, page, jpeg("navy"))
    assert (fourth.status, f"{box} has 3 photographs already." in fourth.text, len(kept())) == (422, True, 3)
    assert piet.get("/floor/parcels/PC999-1/photos").status == 404
    assert "https://elsewhere.example" not in piet.get(f"/floor/parcels/{box}/photos?task=https://elsewhere.example").answer.text


def test_the_desk_keeps_one_and_throws_away_what_shows_too_much(ines: Shopper, box: str) -> None:
    ruth = ines.house.ruth()
    page = ruth.get("/orders/1042?store=demo")
    shown = take(ruth, page, jpeg(), parcel=box)
    assert "The photograph is kept." in shown.text
    path = next(href for href in shown.links if f"/parcels/{box}/photos/" in href)
    assert ruth.file(path).content[:3] == b"\xff\xd8\xff"
    assert ruth.file(path).headers["content-disposition"].startswith("attachment")
    none = take(ruth, page, b"no picture", parcel=box)
    assert (none.status, "no photograph that we can read" in none.text) == (422, True)
    assert take(ruth, page, jpeg("red"), parcel="PC999-1").status == 404
    for _ in range(2):
        assert ruth.send(shown, f"/photos/{path.split('/')[-2]}/removal").status == 200
    assert kept() == []
    assert "/photos/" not in " ".join(ines.sees("1042").links)


def test_nobody_sees_it_by_another_orders_link_or_without_one(ines: Shopper, box: str) -> None:
    ruth = ines.house.ruth()
    take(ruth, ruth.get("/orders/1042?store=demo"), jpeg(), parcel=box)
    ines.house.robot().place("1043", {"MUG": 1}, **INES)
    ident = kept()[0].id
    link, other = ines.link("1042"), ines.link("1043")
    forged = link[:-1] + ("0" if link[-1] != "0" else "1")
    assert [ines.browser.file(f"{one}/photos/{ident}/large").status_code for one in (link, other, forged)] == [200, 404, 404]
    assert ines.browser.file(f"{link}/photos/{ident}/huge").status_code == 404
    assert [ines.house.ruth().file(f"/parcels/{box}/photos/{odd}/small").status_code for odd in (0, 999999999, 10**30)] == [404] * 3
    assert "/login" in str(ines.browser.file(f"/parcels/{box}/photos/{ident}/small").url)


def test_it_goes_with_the_person_and_is_in_their_copy_until_then(ines: Shopper, box: str) -> None:
    ruth = ines.house.ruth()
    take(ruth, ruth.get("/orders/1042?store=demo"), jpeg(), parcel=box)
    ines.house.robot().ship_all()
    with db.reading() as session:
        ident = int(session.execute(sa.text("SELECT customer_id FROM orders WHERE ref = '1042'")).scalar_one())
    assert "parcel_photo" in {table for table, _ in erasure.told(ident)}
    with db.transaction() as session:
        erasure.erase(session, ident, typed="ines@example.test", by="Ruth")
    assert kept() == []
