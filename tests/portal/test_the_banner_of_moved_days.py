"""The banner across the shop's site names, by itself, the products whose days changed this week."""

from datetime import date, timedelta

from stowline.core import clock, db
from stowline.receiving import outlook
from stowline.stores import banners, service
from stowline.stores import queries as stores
from tests.portal.conftest import Shopper
from tests.portal.test_the_order_page import INES, delivery


def test_it_names_what_comes_later_than_was_said_for_a_week_unless_the_shop_says_something_else(ines: Shopper) -> None:
    robot = ines.house.robot()
    with db.transaction() as session:
        service.set_shop_page(session, "demo", public=True, units_shown="few", notices_per_unit=1)
    robot.add_product("MUG", name="Mug <b>grey</b>")
    robot.add_product("CUP", name="Cup, small")
    delivery(ines, 60)
    robot.place("1042", {"MUG": 2, "CUP": 1}, **INES)
    outlook.catch_up("")

    def says() -> str:
        page = ines.browser.get("/embed/demo/banner")
        assert page.status == 200
        return page.text

    assert "New days" not in says(), "a first promise is no change"
    later = date.today() + timedelta(days=30)  # noqa: DTZ011  (a window of days)
    moved = robot.post("/api/v1/purchase-orders/PO-1/revisions", {"expected_from": f"{later}", "expected_to": f"{later + timedelta(days=2)}", "why": "The kiln broke"})
    assert moved.status == 201
    outlook.catch_up("")
    banner = ines.browser.get("/embed/demo/banner")
    assert "New days for what is on its way to us: Mug <b>grey</b> : expected to leave our warehouse" in banner.text
    assert [href for href in banner.links if href.endswith("/products/demo/MUG")] != []
    assert "Cup, small" not in banner.text, "nothing was said of it"
    assert "Kiln" not in banner.text
    assert "The kiln broke" not in banner.text, "that is the house's own"
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        assert "New days" not in says(), "a week is over"
    with db.transaction() as session:
        banners.write(session, stores.store_by_key(session, "demo"), {"en": "Closed on Friday"}, clock.now() - timedelta(hours=1), None)
    assert ("Closed on Friday" in says(), "Mug" in says()) == (True, False)
