"""A manager sets up what a store tells: step by step, tried out on real orders, and nothing counts before it is live."""

from typing import Any

import pytest

from stowline.core import db
from stowline.desk.queries import counts
from stowline.notifications import policies, setup_rules, setups
from stowline.notifications.policy_rules import Policy
from stowline.orders import queries as orders
from stowline.stores import queries as stores
from stowline.stores import service as store_verbs
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page
from tests.services import SmtpSink
from tests.shop_server import ShopServer, shop

__all__ = ["shop"]  # a fixture

HERE = "/stores/demo/messages/setup"
NINE = {"order-confirmed", "shipped", "out-for-delivery", "delayed-in-transit", "delivered", "packed", "in-transit", "delivery-failed", "returned-to-sender"}
WAITS = {"backorder-notice", "delay-apology"}
STAYS = {"back-in-stock", "case-answer", "case-closed"}
TAKEN = b'{"result": {"message_id": 1, "status": "ok"}}'
BRAND = {"name": "Kiln & Cup", "sender_email": "shop@kiln.example", "url": "https://kiln.example", "greeting": "Servus", "locale": "en", "accent": "#335577",
         "reply_to": "", "support_email": "", "address_line": "", "confirmation_look": "plain", "sign_off": ""}  # fmt: skip


def press(ruth: Desk, step: str, action: str = "", **typed: str) -> Page:
    csrf = ruth.get(f"{HERE}/{step}").form("/logout").fields["csrf"]
    return Page(ruth.ask("POST", f"{HERE}/{action or step}", data={"csrf": csrf, **typed}))


def standing() -> dict[str, Policy]:
    with db.reading() as session:
        return policies.all_of(session, 1)


def sent() -> set[str]:
    return {kind for kind, policy in standing().items() if policy.on}


def brand(name: str) -> Any:
    with db.reading() as session:
        return getattr(stores.store(session, 1), name)


@pytest.fixture
def mailing(house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house with a mail server, and an order that is placed and one that came by import, in silence."""
    monkeypatch.setenv("STOWLINE_SMTP_URL", smtp_sink.url)
    db.forget()
    robot = house.robot()
    robot.stock_up({"MUG": 4})
    robot.place("1042", {"MUG": 2})
    robot.place("1043", {"MUG": 1})
    with db.transaction() as session:
        session.get_one(orders.Order, orders.by_ref(session, "1043", "demo").id).tell = False
    return house


def test_a_manager_sets_up_a_store_from_the_first_page_to_live(shop: ShopServer, mailing: House, smtp_sink: SmtpSink) -> None:
    ruth = mailing.ruth()
    assert "nobody has set up yet what it tells its shoppers" in ruth.get("/today").text
    assert ruth.get(HERE).path.startswith(f"{HERE}/kinds")
    before = standing()
    assert "Core five 5 kinds, and 2 for whose order waits" in ruth.get(f"{HERE}/kinds").text
    assert press(ruth, "kinds", preset="nine-milestones").path.startswith(f"{HERE}/channels")
    assert ruth.get(HERE).path.startswith(f"{HERE}/channels"), "one goes on where one was"
    press(ruth, "channels", ways="these", **{"channel.email": "1", "channel.sms": "1"})
    press(ruth, "brand", **BRAND)
    secret = press(ruth, "carriers", "feeds/signed/secret")
    assert ('id="the-secret"' in secret.answer.text, secret.answer.headers["cache-control"]) == (True, "no-store")
    press(ruth, "carriers")
    assert (standing(), brand("name"), brand("greeting")) == (before, "Demo", ""), "nothing counts yet"

    shown = ruth.get(f"{HERE}/preview?kind=order-confirmed&ref=1042&locale=en")
    assert "Your order 1042 is confirmed" in shown.text
    assert "Servus" in shown.answer.text, "in the brand that was chosen"
    assert "made up: the order has nothing of it to tell yet" in next(row for row in shown.rows if "On its way" in row)
    assert "1042" in ruth.get(f"{HERE}/preview?kind=order-confirmed&ref=1042&locale=zh-Hant").text
    missing = press(ruth, "live")
    assert (missing.status, "No test has gone out from shop@kiln.example yet." in missing.text, standing()) == (422, True, before)
    told = press(ruth, "preview", "tests", channel="email", kind="order-confirmed", ref="1042", locale="en", to="ruth@example.test")
    assert "The test is on its way to ruth@example.test." in told.text
    [mail] = smtp_sink.wait_for(1)
    assert (mail["Subject"], mail["From"]) == ("[Test] Your order 1042 is confirmed", "Kiln & Cup <shop@kiln.example>")
    assert "SMS: not set." in press(ruth, "live").text

    url = f"smseagle://secret@127.0.0.1:{shop.port}/{{to}}"
    ruth.send(ruth.get("/stores/demo/channels"), "/gateways/sms", url=url)
    assert "it is on, and no test has gone this way" in ruth.get(f"{HERE}/live").text
    shop.answer(200, {}, TAKEN)
    press(ruth, "preview", "tests", channel="sms", kind="shipped", ref="1042", locale="en", to="+4915112345678")
    assert shop.posts[0].body["params"]["message"].startswith("[Test] ")
    assert "SMS: a test went this way." in ruth.get(f"{HERE}/live").text
    press(ruth, "preview")

    last = ruth.get(f"{HERE}/live")
    assert "The shoppers of 1 open order hear" in last.text
    assert "1 open order came by import, in silence" in last.text
    live = ruth.send(last, f"{HERE}/live")
    assert "Live. What was chosen counts from the next event on." in live.text
    assert sent() == {*NINE, *WAITS, *STAYS}
    assert standing()["shipped"].channels == ("email", "sms")
    assert (brand("name"), brand("sender_email"), brand("accent")) == ("Kiln & Cup", "shop@kiln.example", "#335577")
    assert "live since" in ruth.get("/stores").text
    counts.forget()
    assert "nobody has set up" not in ruth.get("/today").text


def test_imported_orders_stay_silent_until_a_person_says_otherwise(mailing: House) -> None:
    ruth = mailing.ruth()
    with db.transaction() as session:
        setups.leave(session, stores.store(session, 1), "Ruth")
    mailing.deliver()
    with db.reading() as session:
        assert not orders.by_ref(session, "1043", "demo").tell
    page = ruth.get(f"{HERE}/live")
    assert "Tell the shoppers of 1 order" in page.text
    assert "hear of them from now on" in ruth.send(page, "/telling").text
    mailing.react()
    with db.reading() as session:
        assert orders.by_ref(session, "1043", "demo").tell
    counts.forget()
    assert "came by import" not in ruth.get(f"{HERE}/live").text


def test_a_store_may_be_silent_until_it_is_live_and_loses_nothing_of_what_it_sent(house: House) -> None:
    ruth = house.ruth()
    before = sent()
    quiet = press(ruth, "kinds", "silence")
    assert "Nothing is sent from now on" in quiet.text
    assert sent() == STAYS, "who asked to hear of goods or of their case still does"
    press(ruth, "kinds", "silence")
    assert press(ruth, "live", "rest").status == 409, "it cannot be left silent for good"
    robot = house.robot()
    robot.stock_up({"MUG": 4})
    robot.place("1042", {"MUG": 1})
    house.deliver()
    assert "This store does not send it" in ruth.get("/messages").text
    press(ruth, "brand", **{**BRAND, "name": "Demo"})
    press(ruth, "live", seen=ruth.get(f"{HERE}/live").form(f"{HERE}/live").fields["seen"])
    assert sent() == before
    assert press(ruth, "kinds", "silence").status == 409


def test_one_puts_in_force_only_what_one_saw_and_twice_is_once(house: House) -> None:
    ruth = house.ruth()
    press(ruth, "brand", **BRAND)
    seen = ruth.get(f"{HERE}/live").form(f"{HERE}/live").fields["seen"]
    press(ruth, "kinds", preset="core-five", was="core-five", ticked="shipped", **{"kind.shipped": "1", "kind.packed": "1"})  # who ticks means what is ticked
    late = press(ruth, "live", seen=seen)
    assert (late.status, "Something was changed here since" in late.text) == (409, True)
    assert "packed" not in sent()
    seen = ruth.get(f"{HERE}/live").form(f"{HERE}/live").fields["seen"]
    assert "Live." in press(ruth, "live", seen=seen).text
    assert sent() == {"shipped", "packed", *STAYS}
    assert "Nothing was left to put in force." in press(ruth, "live", seen=seen).text


@pytest.mark.parametrize(
    ("step", "typed", "code", "say"),
    [
        ("kinds", {"preset": "own"}, 422, "Choose at least one message."),
        ("kinds", {"preset": "own", "kind.love-letter": "1"}, 422, "There is no message named love-letter."),
        ("kinds", {"preset": "most"}, 404, ""),
        ("kinds", {"preset": "all", "was": "core-five", "ticked": "shipped", "kind.packed": "1"}, 422, "Choose One by one for what is ticked."),
        ("channels", {"ways": "these"}, 422, "Choose at least one channel."),
        ("brand", {**BRAND, "url": "kiln"}, 422, "begins with https://"),
        ("love", {}, 404, ""),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_changes_nothing(shift: Desk, step: str, typed: dict[str, str], code: int, say: str) -> None:
    csrf = shift.get("/stores").form("/logout").fields["csrf"]
    page = Page(shift.ask("POST", f"{HERE}/{step}", data={"csrf": csrf, **typed}))
    assert (page.status, say in page.text) == (code, True)
    assert ('aria-invalid="true"' in page.answer.text) is (code == 422)
    with db.reading() as session:
        assert setups.drafted(session, 1) == setup_rules.Draft()
    assert shift.get(f"{HERE}/love").status == 404


def test_a_picker_reads_nothing_and_a_strange_store_is_not_there(one_house: House, shift: Desk) -> None:
    assert one_house.somebody().sign_in("maja@example.test").get(f"{HERE}/kinds").status == 403
    assert shift.get("/stores/nobody/messages/setup").status == 404
    with db.transaction() as session:
        store_verbs.open_store(session, "kiln")
        assert [store.key for store in setups.waiting(session)] == ["demo", "kiln"]
