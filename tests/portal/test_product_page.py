"""A product's page in a store: what it shows, to whom, and what a shop takes of it into its own pages."""

import base64
import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from stowline import imports
from stowline.core import clock, db
from stowline.stores import banners, service
from stowline.stores.brand import set_brand
from stowline.stores.queries import store_by_key
from tests.desk.conftest import House
from tests.desk.pages import Page
from tests.makers import JSON_TYPE, Reply, Tablet

PRODUCT = "/api/v1/products/A%20cup_3"
HOSTILE = "</script><script>alert(1)</script>"


def open_to_all(*, public: bool = True) -> None:
    with db.transaction() as session:
        service.set_shop_page(session, "demo", public=public, units_shown="few", notices_per_unit=1)
        set_brand(session, "demo", {"url": "https://shop.example", "currency": "EUR"})


def photo(colour: str = "red") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(written, "PNG")
    return written.getvalue()


def a_cup(house: House) -> Tablet:
    """One house is lent to several stories: the cup may stand there already."""
    robot = house.robot()
    robot.post("/api/v1/products", {"sku": "A cup_3", "name": "Cup, small", "weight_g": 1250, "barcodes": [{"code": "4006381333931", "quantity": 1}]})
    open_to_all()
    return robot


def put(robot: Tablet, path: str, body: object) -> Reply:
    return robot.send("PUT", path, json.dumps(body).encode(), robot.headers | JSON_TYPE)


def send(robot: Tablet, method: str, path: str, content: bytes = b"") -> Reply:
    return robot.send(method, path, content, robot.headers | {"Content-Type": "image/png"})


def linked(page: Page) -> dict[str, Any]:
    return dict(json.loads(re.findall(r'ld\+json">(.*?)</script>', page.answer.text)[0]))


def test_a_page_shows_what_is_known_in_the_readers_language(any_house: House) -> None:
    robot, shopper = a_cup(any_house), any_house.somebody()
    words = {"description": f"Turned by hand.\n\n{HOSTILE}", "sold_as": "box of 6", "guide": "Rinse it first.", "specs": [{"name": "Colour", "value": "ash"}]}
    assert put(robot, f"{PRODUCT}/words/en", words).status == 200
    assert put(robot, f"{PRODUCT}/words/zh-Hant", {"description": "手工製作"}).status == 200
    assert put(robot, f"{PRODUCT}/prices/demo", {"price": "48.5"})["price"] == "48.50"
    page = shopper.get("/products/demo/A%20cup_3")
    for said in ("Cup, small", "€48.50", "box of 6", "Turned by hand.", "Rinse it first.", "Colour", "1.25 kg", "No date yet"):
        assert said in page.text, said
    assert HOSTILE not in page.answer.text, "what a shop writes is never markup, in the linked data neither"
    told = linked(page)
    assert (told["gtin"], told["offers"]["price"], told["offers"]["availability"]) == ("4006381333931", "48.50", "https://schema.org/BackOrder")
    assert "aggregateRating" not in told
    assert "手工製作" in shopper.get("/products/demo/A%20cup_3?lang=zh-Hant").text
    robot.receive({"A cup_3": 9})
    page_told = robot.get(f"{PRODUCT}/page?store=demo")
    assert (page_told["price"], page_told["specs"][0], page_told["availability"]["state"]) == ({"amount": "48.50", "currency": "EUR"}, {"name": "Colour", "value": "ash"}, "in_stock")


def test_a_page_is_there_only_where_the_store_is_open_to_all(one_house: House) -> None:
    a_cup(one_house)
    shopper = one_house.somebody()
    assert shopper.get("/products/demo/NOBODY-KNOWS").status == 404
    open_to_all(public=False)
    for path in ("/products/demo/A%20cup_3", "/embed/demo/products/A%20cup_3", "/embed/demo/banner"):
        assert shopper.get(path).status == 404, path
    assert shopper.get("/products/nowhere/A%20cup_3").status == 404


def test_a_kit_shows_its_parts_and_a_number_that_is_none_is_refused(one_house: House) -> None:
    robot, shopper = a_cup(one_house), one_house.somebody()
    robot.add_product("SET", name="Set of four", parts=[{"sku": "A cup_3", "units": 4}])
    page = shopper.get("/products/demo/SET")
    assert "In one set Cup, small" in page.text
    assert "offers" not in linked(page), "no price is known, so none is offered"
    refused = put(robot, f"{PRODUCT}/prices/demo", {"price": "1.234"})
    assert (refused.status, refused["where"]) == (422, "price")
    refused = put(robot, f"{PRODUCT}/words/en", {"specs": [{"name": "Colour", "value": " "}]})
    assert (refused.status, refused["where"]) == (422, "specs")


def test_a_photograph_is_drawn_anew_and_never_changes(one_house: House) -> None:
    robot, shopper = a_cup(one_house), one_house.somebody()
    sent = send(robot, "POST", f"{PRODUCT}/photos?alt=From%20above", photo())
    assert (sent.status, send(robot, "POST", f"{PRODUCT}/photos", photo()).status) == (201, 200)
    got = shopper.get(sent["url"])
    assert got.answer.content[:3] == b"\xff\xd8\xff"
    assert got.answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    page = shopper.get("/products/demo/A%20cup_3")
    assert 'alt="From above, larger"' in page.answer.text
    assert linked(page)["image"][0].endswith(sent["url"])
    lie = send(robot, "POST", f"{PRODUCT}/photos", base64.b64decode("PHN2Zy8+"))
    assert (lie.status, lie["where"]) == (422, "photo")
    assert send(robot, "DELETE", f"{PRODUCT}/photos/{sent['photo']}").status == 200
    assert shopper.get(sent["url"]).status == 404


def test_managers_write_a_page_and_a_banner(one_house: House) -> None:
    a_cup(one_house)
    ruth, shopper = one_house.ruth(), one_house.somebody()
    page = ruth.get("/product-pages/A%20cup_3?locale=zh-Hans")
    assert "has no colon" in ruth.send(page, "/words", specs="Colour ash", say="杯子").text
    assert "says so from now on" in ruth.send(page, "/words", specs="颜色：白\nColour: ash", say="杯子").text
    assert "颜色 白" in shopper.get("/products/demo/A%20cup_3?lang=zh-Hans").text
    assert ruth.send(page, "/prices", **{"price.demo": "x"}).status == 422
    assert "are shown from now on" in ruth.send(page, "/prices", **{"price.demo": "12"}).text
    form = ruth.get("/shop-pages/demo/banner")
    assert "Say what the banner says" in ruth.send(form, "/banner").text
    assert "Say a later end" in ruth.send(form, "/banner", text_en="Closed", ends_at="2020-01-01T00:00").text
    assert "show it from its beginning on" in ruth.send(form, "/banner", text_en="Closed on Friday", begins_at="2020-01-01T00:00").text
    assert "Closed on Friday" in shopper.get("/embed/demo/banner").text
    assert "Closed on Friday" in ruth.get("/shop-pages/demo/banner").text
    assert "shown no more" in ruth.send(ruth.get("/shop-pages/demo/banner"), "/removal").text
    assert "Closed" not in shopper.get("/embed/demo/banner").text


def test_what_a_shop_takes_in_is_kept_by_caches_and_framed_by_its_own_site_only(one_house: House) -> None:
    robot, shopper = a_cup(one_house), one_house.somebody()
    path = "/embed/demo/products/A%20cup_3"
    notice = shopper.get(path)
    headers = notice.answer.headers
    assert "No date yet" in notice.text
    assert headers["content-security-policy"].endswith("frame-ancestors https://shop.example")
    assert headers["cache-control"] == "public, max-age=60, stale-while-revalidate=600"
    assert "set-cookie" not in headers
    again = shopper.ask("GET", path, headers={"If-None-Match": headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    robot.receive({"A cup_3": 1})
    fresh = shopper.ask("GET", path, headers={"If-None-Match": headers["etag"]})
    assert (fresh.status_code, "1 left" in fresh.text) == (200, True)
    part = shopper.ask("GET", f"{path}?part=1", headers={"Origin": "https://shop.example"})
    assert part.headers["access-control-allow-origin"] == "https://shop.example"
    assert part.text.lstrip().startswith("<section")
    assert "access-control-allow-origin" not in shopper.ask("GET", f"{path}?part=1", headers={"Origin": "https://evil.example"}).headers


def test_the_banner_of_now_is_the_one_that_began_last(one_house: House) -> None:
    a_cup(one_house)
    now = clock.now()
    with db.transaction() as session:
        shop = store_by_key(session, "demo")
        for text, begins, ends in (("old", -9, 9), ("over", -2, None), ("new", -1, 5), ("to come", 2, 3)):
            one = banners.write(session, shop, {"en": text}, now + timedelta(hours=begins), now + timedelta(hours=ends) if ends else None)
            if text == "over":
                banners.take_down(session, shop.id or 0, one.id or 0)
        ident = shop.id or 0
        seen = [banners.standing(session, ident, now + timedelta(hours=hours)) for hours in (0, 2.5, 6, 10)]
    assert [one.texts["en"] if one else None for one in seen] == ["new", "to come", "old", None]


def test_an_import_fills_in_what_is_not_said_yet(one_house: House, tmp_path: Path) -> None:
    robot = a_cup(one_house)
    file = tmp_path / "goods.csv"
    file.write_text("sku,name,description,specs,price\nJUG-1,Jug,Holds a litre,Colour: sage | Lid: yes,19.90\nJUG-2,Jug,,,cheap\nJUG-3,Jug,,no colon,\n")
    tally = imports.products(file, imports.Job(store="demo"))
    assert (tally.accepted, tally.rows_refused, len(tally.reasons)) == (2, 1, 2)
    put(robot, "/api/v1/products/JUG-1/prices/demo", {"price": "21"})
    imports.products(file, imports.Job(store="demo"))
    told = robot.get("/api/v1/products/JUG-1/page?store=demo")
    assert (told["description"], told["price"]["amount"], told["specs"][1]) == ("Holds a litre", "21.00", {"name": "Lid", "value": "yes"})
