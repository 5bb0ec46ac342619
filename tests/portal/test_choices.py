"""A shopper chooses on her own page: a click does it, a look never does, a link that is over says so kindly."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from stowline import wiring
from stowline.backorders import lapses, offers
from stowline.catalog import substitutes
from stowline.core import clock, db, timers
from stowline.core.config import settings
from stowline.notifications import queries as messages
from stowline.notifications.models import Message
from stowline.orders import instruction_post, instruction_queries, shop_doors
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from tests.desk.pages import Page
from tests.portal.conftest import Shopper
from tests.shop_server import ShopServer


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopServer]:
    monkeypatch.setenv("STOWLINE_WEBHOOK_PRIVATE", "true")
    settings.cache_clear()
    with ShopServer() as server:
        yield server
    settings.cache_clear()


def offered(ines: Shopper, ref: str = "1042") -> int:
    """Her order wants a cup, which is there, and two mugs, which are not; her notice came with an offer."""
    robot = ines.house.robot()
    robot.stock_up({"CUP": 3})
    robot.add_product("MUG")
    robot.place(ref, {"CUP": 1, "MUG": 2})
    with db.transaction() as session:
        order = orders.by_ref(session, ref)
        made = offers.make(session, order.id or 0, "notice", "1")
        assert made is not None
        return made.id or 0


def click(ines: Shopper, page: Page, choice: str) -> Page:
    """What the browser shows after the form was sent."""
    form = next(form for form in page.forms if "/offers/" in form.action)
    answer = ines.browser.ask("POST", form.action, data={"choice": choice})
    assert answer.status_code in (303, 200), answer.text
    if answer.status_code == 200:
        return Page(answer)
    there = urlsplit(answer.headers["location"])
    return ines.browser.get(there.path + (f"?{there.query}" if there.query else ""))


def test_from_the_click_to_the_shop_and_the_warehouse(ines: Shopper, shop: ShopServer) -> None:
    offered(ines)
    secret = db.run(lambda session: shop_doors.set_door(session, "demo", shop.url).secret)
    shop.answer(200, body=b'{"acknowledged": true, "ref": "re_5"}')
    page = ines.sees("1042")
    assert ines.house.robot().tasks("pick") == []
    assert "Your choice What should become of what waits? Keep waiting Your place in line is kept, and we send it by the fast way, free of charge." in page.text
    assert "Cancel what waits €9.00 go back the way you paid." in page.text
    done = click(ines, page, "cancel:900")
    assert "You cancelled what waits The shop pays €9.00 back the way you paid." in done.text
    assert "See your order" in done.links.values()
    ines.house.react()
    instruction_post.deliver("1")
    (post,) = shop.posts
    assert (post.is_signed_with(secret), post.body["type"], post.body["data"]["amount"]) == (True, "instruction.refund", "9.00")
    robot = ines.house.robot()
    assert robot.tasks("pick"), "what is here is picked at once"
    robot.ship_all()
    after = ines.sees("1042")
    assert "All that was not cancelled has left our warehouse." in after.text
    assert "You cancelled what waits" in after.text
    assert robot.events("1042")[-1] == "ParcelHandedOver"


def everything() -> dict[str, list[str]]:
    """Every row of every table."""
    with db.reading() as session:
        inside = session.connection()
        tables = sa.inspect(inside).get_table_names()
        return {name: sorted(str(tuple(row)) for row in inside.exec_driver_sql(f'SELECT * FROM "{name}"')) for name in tables}


def test_a_look_changes_nothing_whoever_looks(ines: Shopper) -> None:
    offered(ines)
    page = ines.sees("1042")
    form = next(form for form in page.forms if "/offers/" in form.action)
    link = ines.link("1042")
    before = everything()
    for path in (f"{link}?choose=cancel", f"{link}?choose=nonsense", form.action, f"{form.action}?fate=used"):
        assert ines.browser.ask("GET", path).status_code in (200, 303)
        assert ines.browser.ask("HEAD", path).status_code in (200, 303, 405)
    marked = ines.browser.ask("GET", f"{link}?choose=cancel").text
    assert everything() == before
    assert 'value="cancel:900" checked' in marked
    assert marked.count(" checked") == 1


def test_a_link_that_is_over_or_used_says_so_kindly(ines: Shopper) -> None:
    ident = offered(ines)
    page = ines.sees("1042")
    assert "Nothing was chosen. Mark one, then save it." in click(ines, page, "").text
    assert "That is not possible any more." in click(ines, page, "swap-1-2:0").text
    ines.house.robot().receive({"MUG": 1})
    assert "the amounts are others" in click(ines, page, "cancel:900").text
    assert "You chose to keep waiting" in click(ines, page, "wait:0").text
    again = ines.sees("1042")
    assert "You chose to keep waiting" in again.text
    assert "You chose store credit, €4.50" in click(ines, again, "credit:450").text
    used = click(ines, again, "cancel:450")
    assert "You chose store credit, €4.50 Your choice stands already, so nothing was changed just now." in used.text
    assert "You chose store credit, €4.50 The shop gives" in click(ines, again, "credit:450").text, "the same again answers the same"
    form = next(form for form in again.forms if "/offers/" in form.action)
    for wrong in (form.action[:-1] + ("0" if form.action[-1] != "0" else "1"), form.action.replace(f"/{ident}-", "/999-")):
        assert ines.browser.ask("POST", wrong, data={"choice": "cancel:450"}).status_code == 404
        assert ines.browser.ask("GET", wrong).status_code == 404


def test_an_offer_that_ended_says_what_can_be_done(ines: Shopper) -> None:
    ident = offered(ines)
    page = ines.sees("1042")
    with db.reading() as session:
        ends = offers.by_id(session, ident).ends_at
    with clock.stopped_at(ends):
        over = click(ines, page, "cancel:900")
        assert "This offer ended on" in over.text
        assert "your place in line is kept" in over.text
        db.run(lambda session: offers.expire(session, ident))
        assert "This offer ended on" in click(ines, page, "cancel:900").text
        assert "Your choice" not in ines.sees("1042").text
        by_mail = ines.browser.get(f"{ines.link('1042')}?choose=cancel").text
        assert "Your choice This offer ended on" in by_mail
        assert "your place in line is kept" in by_mail


def test_the_link_of_an_old_mail_says_what_became_of_its_choice(ines: Shopper) -> None:
    """While something else can still be chosen; after all of it came; once the order is on hold, or cancelled."""
    offered(ines)
    robot, mail = ines.house.robot(), f"{ines.link('1042')}?choose=swap-2-9"
    page = ines.browser.get(mail)
    assert "That is not possible any more." in page.text
    assert " checked" not in page.answer.text, "nothing else is marked in its place"
    with db.reading() as session:
        order_id = orders.by_ref(session, "1042").id or 0
    db.run(lambda session: order_service.hold(session, order_id, "is the address right?"))
    assert "Nothing can be chosen at the moment" in click(ines, page, "cancel:900").text
    assert "Nothing can be chosen at the moment" in ines.browser.get(mail).text
    db.run(lambda session: order_service.lift_hold(session, order_id))
    robot.receive({"MUG": 2})
    assert "What you waited for has come It is set aside for you" in ines.browser.get(mail).text
    assert "What you waited for has come" in click(ines, page, "cancel:900").text
    assert robot.post("/api/v1/orders/1042/cancellation", {"reason": "changed my mind"}).status == 200
    assert "The order was cancelled Nothing will be sent" in ines.browser.get(mail).text
    ines.house.react()
    assert "Your choice" not in ines.sees("1042").text


def test_what_was_taken_off_is_not_said_to_have_come(ines: Shopper) -> None:
    """Support took it off at the shopper's wish, by phone, while the offer stood."""
    ident = offered(ines)
    mail = f"{ines.link('1042')}?choose=cancel"
    with db.reading() as session:
        mugs = next(line for line in orders.lines(session, offers.by_id(session, ident).order_id) if line.sku == "MUG")
    db.run(lambda session: order_service.cancel_units(session, mugs.id, 2, "asked by phone"))
    for _ in range(2):  # before the event is reacted to, and after
        assert "Nothing of your order waits any more What waited has come, or was taken off" in ines.browser.get(mail).text
        ines.house.react()
    with db.reading() as session:
        assert (offers.by_id(session, ident).state, offers.by_id(session, ident).why) == ("ended", "settled")
    assert "The offer ended: nothing waits any more" in ines.house.ruth().get("/orders/1042?store=demo").text


def shoppers(ines: Shopper) -> None:
    """Five orders with a cup that is there and mugs that are not; a beaker may stand in for a mug. Each with its offer."""
    robot = ines.house.robot()
    robot.stock_up({"CUP": 9, "BEAKER": 2})
    robot.add_product("MUG")
    with db.transaction() as session:
        substitutes.add(session, "MUG", "BEAKER")
    for ref in ("swap", "wait", "ship", "credit", "cancel"):
        robot.place(ref, {"CUP": 1, "MUG": 2})
        made = db.run(lambda session, ref=ref: offers.make(session, orders.by_ref(session, ref).id or 0, "notice", "1"))  # type: ignore[misc]
        assert made is not None


def work() -> list[tuple[str, str, int]]:
    """What pick lists want: order, product, units."""
    query = (
        "SELECT o.ref, p.sku, l.qty FROM pick_line l JOIN order_line n ON n.id = l.order_line_id"
        " JOIN orders o ON o.id = n.order_id JOIN product p ON p.id = n.product_id WHERE l.picked < l.qty"
    )
    with db.reading() as session:
        return sorted((ref, sku, qty) for ref, sku, qty in session.connection().exec_driver_sql(query))


def told(ref: str) -> list[tuple[str, str]]:
    """What the shop is to do about an order, and what became of it."""
    with db.reading() as session:
        found = instruction_queries.of_order(session, orders.by_ref(session, ref).id or 0)
    return [(one.kind, one.state) for one in found]


def test_each_choice_from_the_click_to_the_pick_and_the_shop_s_server(ines: Shopper, shop: ShopServer) -> None:
    """The warehouse gets its work from the click, the shop its signed post from the product's own timers; it answers done."""
    shoppers(ines)
    secret = db.run(lambda session: shop_doors.set_door(session, "demo", shop.url).secret)
    robot = ines.house.robot()
    assert robot.tasks("pick") == []
    clicks = {"swap": "swap-", "wait": "wait:0", "ship": "ship:0", "credit": "credit:900", "cancel": "cancel:900"}
    for ref, choice in clicks.items():
        page = ines.sees(ref)
        values = [part.partition('"')[0] for part in page.answer.text.split('name="choice" value="')[1:]]
        shop.answer(200, body=b'{"acknowledged": true}')
        assert "You c" in click(ines, page, next(value for value in values if value.startswith(choice))).text
    ines.house.react()
    with db.transaction() as session:
        due = timers.claim(session)
    for ident, _ in due:
        timers.fire(ident)
    posts = {post.body["data"]["order"]: (post.body["type"], post.body["data"]["amount"]) for post in shop.posts if post.is_signed_with(secret)}
    assert len(shop.posts) == len(posts)
    assert posts == {
        "swap": ("instruction.swap", "0.00"), "wait": ("instruction.expedite", "0.00"),
        "credit": ("instruction.store_credit", "9.00"), "cancel": ("instruction.refund", "9.00"),
    }  # fmt: skip
    assert {ref: told(ref) for ref in clicks} == {ref: [(posts[ref][0].partition(".")[2], "acknowledged")] for ref in posts} | {"ship": []}
    assert robot.lease("pick:CART-1").status == 200
    assert work() == [("cancel", "CUP", 1), ("credit", "CUP", 1), ("ship", "CUP", 1), ("swap", "BEAKER", 2), ("swap", "CUP", 1)]
    robot.ship_all()
    gone = {ref: robot.order(ref)["state"] for ref in clicks}
    assert gone == {"swap": "handed_over", "wait": "part_allocated", "ship": "part_allocated", "credit": "handed_over", "cancel": "handed_over"}
    assert robot.order("ship")["lines"][0]["handed_over"] == 1
    robot.receive({"MUG": 4})
    robot.follow("putaway:")
    step = robot.lease("pick:wait")["next"]
    assert robot.scan("pick:wait", step["code"])["task"]["title"].endswith(", expedite")
    robot.ship_all()
    assert (robot.order("wait")["state"], robot.order("ship")["state"]) == ("handed_over", "handed_over")
    assert [line["handed_over"] for line in robot.order("swap")["lines"] if line["sku"] == "BEAKER"] == [2]


def notices(state: str = "") -> list[Message]:
    with db.reading() as session:
        return [one for one in messages.listed(session, state=state) if one.kind == "backorder-notice"]


def test_the_notice_brings_the_choices_and_is_withdrawn_once_one_is_made(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.stock_up({"CUP": 3})
    robot.add_product("MUG")
    for ref in ("1042", "1043"):
        robot.place(ref, {"CUP": 1, "MUG": 2})
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        ines.house.react()
        held = notices("held")
        assert [one.order_ref for one in held] == ["1043", "1042"], "owed, not sent"
        assert "You cancelled what waits" in click(ines, ines.sees("1043"), "cancel:900").text
        ines.house.deliver()
    assert {one.order_ref: one.state for one in notices()} == {"1042": "sent", "1043": "skipped"}
    skipped, sent = sorted(notices(), key=lambda one: one.order_ref, reverse=True)
    assert skipped.reason == "the shopper has chosen what becomes of it"
    for kind in ("wait", "ship", "credit", "cancel", "cancel_order"):
        assert f"{ines.link('1042')}?choose={kind}#choice" in sent.text
    assert "Cancel what waits, €9.00 back" in sent.html
    assert wiring.STANDING.keys() >= {offers.TIMER, lapses.TIMER}
