"""An order's page: photographs of the catalogue, why a day does not hold, why there are several parcels, whom to call."""

from datetime import timedelta

from stowline.cases import service as cases
from stowline.core import clock, db
from stowline.orders import queries as orders
from stowline.orders import service
from stowline.receiving import outlook
from stowline.stores.brand import set_brand
from tests.portal.conftest import Shopper
from tests.portal.test_choices import offered
from tests.portal.test_product_page import photo
from tests.portal.test_the_order_page import INES, delivery


def test_goods_have_their_photograph_and_the_store_its_telephone(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.stock_up({"MUG": 5, "CUP": 5})
    sent = robot.send("POST", "/api/v1/products/MUG/photos", photo(), robot.headers | {"Content-Type": "image/png"})
    assert sent.status == 201, sent.raw
    with db.transaction() as session:
        set_brand(session, "demo", {"support_phone": "+49 30 123456", "support_hours": "Mon to Fri, 9 to 17"})
        cases.save_snippet(session, key="asked", locale="zh-Hant", title="何時出貨？", text="隨下一班收件出貨。", who="Ruth", public=True)
    robot.place("1042", {"MUG": 1, "CUP": 1}, **INES)
    page = ines.sees("1042")
    html = page.answer.text
    assert (html.count('<img class="pic" src="/photos/'), html.count('loading="lazy"')) == (1, 1)
    assert ines.browser.file(html.partition('<img class="pic" src="')[2].partition('"')[0]).status_code == 200
    assert 'href="tel:+4930123456"' in html
    assert "Mon to Fri, 9 to 17" in page.text
    assert "Asked often" not in page.text, "none is written in English"
    assert "何時出貨？" in ines.browser.get(f"{ines.link('1042')}?lang=zh-Hant").text


def test_days_that_do_not_hold_and_several_parcels_are_explained(ines: Shopper) -> None:
    offered(ines)
    robot = ines.house.robot()
    told = delivery(ines, 60)
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        ines.house.deliver()
    assert "We had told you" not in ines.sees("1042").text
    day = f"{(clock.now() + timedelta(days=40)).date()}"
    assert robot.post("/api/v1/purchase-orders/PO-1/revisions", {"expected_from": day, "expected_to": day, "why": "the kiln broke"}).status < 300
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        outlook.catch_up("")
        ines.house.react()
        page = ines.sees("1042").text
    assert f"We had told you {told} first: the delivery that brings it is later" in page
    assert "kiln broke" not in page
    assert "Send now what is here" not in page, "it stands among the choices"
    with db.reading() as session:
        order_id = orders.by_ref(session, "1042").id or 0
    db.run(lambda session: service.set_shipping(session, order_id, parts="parts"))
    robot.ship_all()
    robot.receive({"MUG": 2})
    robot.follow("putaway:")
    robot.ship_all()
    assert "Not everything was here at once, so what was here went first." in ines.sees("1042").text
