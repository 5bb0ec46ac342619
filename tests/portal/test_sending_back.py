"""A shopper sends something back from her own page: what the store's policy and the stock allow, once, and read by nobody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from stowline.core import clock, db
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.portal.screens.sendback import ASKS
from stowline.returns import policies, queries, service
from stowline.returns.policies import Policy
from tests.desk.conftest import House
from tests.desk.pages import Page
from tests.portal.conftest import Shopper

SCRIPT = "<script>alert('note')</script>"
_drawn = BytesIO()
Image.new("RGB", (8, 8), "teal").save(_drawn, "PNG")
PIXEL = _drawn.getvalue()


@pytest.fixture(autouse=True)
def count_anew() -> None:
    """Orders of several tests have the same link."""
    ASKS.forget()


@pytest.fixture
def both(any_house: House) -> Shopper:
    return gone(Shopper(any_house))


def gone(ines: Shopper) -> Shopper:
    """Order 1042 left with 3 mugs at 4.50; 2 more are in the house."""
    robot = ines.house.robot()
    robot.stock_up({"MUG": 5})
    robot.place("1042", {"MUG": 3})
    robot.ship_all()
    return ines


def rules(**changes: object) -> None:
    db.run(lambda session: policies.set_policy(session, 1, policies.with_changes(Policy(), **changes)))


def mug(ref: str = "1042") -> int:
    with db.reading() as session:
        return orders.lines(session, orders.by_ref(session, ref).id or 0)[0].id


def asked(ines: Shopper, *, units: int = 2, reason: str = "disliked", wish: str = "refund", **more: str) -> dict[str, str]:
    return {f"u{mug()}": str(units), f"r{mug()}": reason, f"o{mug()}": wish, "after": "0", **more}


def send(ines: Shopper, form: dict[str, str]) -> Page:
    return Page(ines.browser.ask("POST", f"{ines.link('1042')}/return", data=form))


def returns() -> list[Any]:
    with db.reading() as session:
        return queries.of_order(session, orders.by_ref(session, "1042").id or 0)


def test_from_the_order_to_a_return_that_is_sent_and_paid_back(both: Shopper) -> None:
    rules(label_fee_minor=300, restocking_percent=10)
    page = both.sees("1042")
    start = next(href for href, said in page.links.items() if said == "Send something back")
    items = both.browser.get(start)
    assert "May come back until" in items.text
    assert "30 days left" in items.text
    assert "Not received: The parcel may still come. It can be reported as not received from" in items.text
    wish = Page(both.browser.ask("GET", items.form("/wish").action, params={f"u{mug()}": "2", f"r{mug()}": "disliked"}))
    assert "Refund of €5.10" in wish.text
    assert "€3.00 are taken off for the return label" in wish.text
    review = Page(both.browser.ask("GET", wish.form("/review").action, params=wish.form("/review").fields | {f"o{mug()}": "refund"}))
    assert "Paid for these goods €9.00 Kept for restocking −€0.90 Return label −€3.00 You get €5.10" in review.text
    made = both.browser.send(review, "/return", note="Too small for me")
    assert "We have your return request" in made.text
    assert "Too small for me" in made.text
    [rma] = returns()
    assert (rma.asked_by, rma.note, rma.state) == ("shopper", "Too small for me", "requested")
    db.run(lambda session: service.approve(session, rma.ref))
    approved = both.browser.get(made.path)
    assert "Approved: send it to us" in approved.text
    assert f"Write the number {rma.ref} on the parcel" in approved.text
    assert f"{rma.ref} " in both.sees("1042").text


def test_pressed_twice_and_from_two_browsers_at_once_it_is_one_return(both: Shopper) -> None:
    path, form = f"{both.link('1042')}/return", asked(both, units=1)
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda _: both.house.client.post(path, data=form, follow_redirects=False), range(4)))
    assert [one.status_code for one in answers] == [303] * 4
    [rma] = returns()
    assert {one.headers["location"].partition("?")[0] for one in answers} == {f"{path}/{rma.ref}"}
    assert "This was asked for already" in send(both, form).text
    assert send(both, form | {"after": str(rma.id)}).status == 200
    assert len(returns()) == 2


def test_what_may_not_be_had_is_told_and_nothing_is_asked(both: Shopper) -> None:
    both.house.robot().add_product("LAPTOP")
    rules(outcomes=("refund", "exchange"))
    for form, said in (
        (asked(both, units=4), "Of Thing MUG, only 3 pieces may come back."),
        (asked(both, units=0), "Nothing is chosen."),
        (asked(both) | {f"u{mug()}": "2e9"}, "Give a whole number for Thing MUG."),
        (asked(both, reason="ugly"), "Choose a reason for Thing MUG."),
        (asked(both, reason="not_received"), "The parcel may still come."),
        (asked(both, wish="store_credit"), "What you chose for Thing MUG cannot be had any more."),
        (asked(both, wish="exchange:LAPTOP"), "What you chose for Thing MUG cannot be had any more."),
        (asked(both, wish=""), "Choose what you would like for Thing MUG."),
    ):
        page = send(both, form)
        assert (page.status, said in page.text) == (422, True), (said, page.text)
    assert returns() == []


def test_goods_are_offered_only_where_they_are_in_stock(ines: Shopper) -> None:
    gone(ines)
    start = f"{ines.link('1042')}/return/wish"
    two = Page(ines.browser.ask("GET", start, params={f"u{mug()}": "2", f"r{mug()}": "damaged"}))
    assert "A replacement, free of charge In stock. It leaves by the fast way" in two.text
    three = Page(ines.browser.ask("GET", start, params={f"u{mug()}": "3", f"r{mug()}": "damaged"}))
    assert "replacement" not in three.text
    assert "Refund of €13.50" in three.text


def test_nobody_reads_or_changes_what_is_another_orders(ines: Shopper) -> None:
    gone(ines)
    robot = ines.house.robot()
    robot.place("1043", {"MUG": 1})
    send(ines, asked(ines))
    [rma] = returns()
    mine, other = ines.link("1042"), ines.link("1043")
    forged = f"{mine[:-1]}{'0' if mine[-1] != '0' else '1'}"
    for link in (other, forged):
        assert ines.browser.get(f"{link}/return/{rma.ref}").status == 404
        assert ines.browser.ask("POST", f"{link}/return/{rma.ref}/withdrawal").status_code == 404
    assert ines.browser.ask("POST", f"{forged}/return", data=asked(ines)).status_code == 404
    assert returns()[0].state == "requested"
    assert "Nothing of this order can come back" in ines.browser.get(f"{other}/return").text
    for path in ("", "/wish", "/review", f"/{rma.ref}"):
        ines.browser.ask("GET", f"{mine}/return{path}", params=asked(ines, units=1))
    assert len(returns()) == 1  # a look changes nothing


def test_it_is_withdrawn_while_it_can_be_and_a_refusal_says_why(ines: Shopper) -> None:
    gone(ines)
    page = send(ines, asked(ines))
    assert "Withdrawn. The return is withdrawn" in ines.browser.send(page, "/withdrawal").text
    send(ines, asked(ines, after=str(returns()[0].id)))
    ref = returns()[0].ref
    db.run(lambda session: service.refuse(session, ref, "<b>Used</b>, and washed"))
    refused = ines.browser.get(f"{ines.link('1042')}/return/{ref}")
    assert "We cannot take it back" in refused.text
    assert "<b>Used</b>, and washed" in refused.text
    assert "It cannot be withdrawn any more" in Page(ines.browser.ask("POST", f"{refused.path}/withdrawal")).text


def test_a_lost_parcel_is_claimed_after_its_days_and_paid_back_without_anything_coming(ines: Shopper) -> None:
    gone(ines)
    rules(lost="auto", settle="auto")
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        page = send(ines, asked(ines, units=3, reason="not_received"))
        assert "The lost parcel is settled" in page.text
        assert "You get €13.50" in page.text
        assert "It has not said yet that it is done." in page.text
        with db.reading() as session:
            [owed] = instruction_queries.of_order(session, orders.by_ref(session, "1042").id or 0)
        ines.house.robot().post(f"/api/v1/instructions/{owed.id}/acknowledgement", {"acknowledged": True, "ref": "R-1"})
        assert "€13.50 were paid back the way you paid: the shop said so on" in ines.browser.get(page.path).text


def test_what_its_carrier_says_is_lost_is_claimed_at_once_and_the_page_says_why(ines: Shopper) -> None:
    gone(ines)
    early = ines.browser.get(f"{ines.link('1042')}/return").text
    assert ("The parcel may still come." in early, "says that the parcel is lost" in early) == (True, False)
    ruth = ines.house.ruth()
    noted = ruth.send(ruth.get("/orders/1042?store=demo"), "/milestones", parcel="PC1-1", milestone="lost")
    assert "Lost: parcel PC1-1" in noted.text
    seen = ines.sees("1042")
    assert "Lost on its way The carrier says that it lost the parcel." in seen.text
    claim = next(href for href, said in seen.links.items() if "Claim what was lost" in said)
    form = ines.browser.get(claim).text
    assert ("Its carrier says that the parcel is lost" in form, "The parcel may still come." in form) == (True, False)
    send(ines, asked(ines, units=1, reason="not_received"))
    assert [(one.kind, one.state) for one in returns()] == [("claim", "requested")]
    ruth.send(ruth.get("/orders/1042?store=demo"), "/milestones", parcel="PC1-1", milestone="out_for_delivery")
    found = ines.browser.get(claim).text
    assert ("The parcel may still come." in found, "is lost" in found) == (True, False)


def test_damaged_goods_are_shown_in_photographs_and_a_replacement_goes_at_once(ines: Shopper) -> None:
    gone(ines)
    rules(approve="auto", keep_below_minor=1000)
    path, form = f"{ines.link('1042')}/return", asked(ines, units=1, reason="damaged", wish="replacement", note=SCRIPT)
    without = send(ines, form)
    assert (without.status, "Add a photograph that shows what is damaged." in without.text) == (422, True)
    for content, said in ((b"<script>alert(1)</script>", "no photograph that we can read"), (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "no photograph that we can read")):
        page = Page(ines.browser.ask("POST", path, data=form, files=[("photos", ("a.jpg", content, "image/jpeg"))]))
        assert (page.status, said in page.text) == (422, True)
    many = [("photos", (f"{n}.png", PIXEL, "image/png")) for n in range(6)]
    assert "At most 5 photographs" in Page(ines.browser.ask("POST", path, data=form, files=many)).text
    assert ines.browser.ask("POST", path, files=[("note", (None, b"\xff\xfe")), ("photos", ("a.png", PIXEL, "image/png"))]).status_code == 400
    assert returns() == []
    made = Page(ines.browser.ask("POST", path, data=form, files=many[:1]))
    assert made.status == 200, made.text
    assert "nothing needs to come back" in made.text or "Settled" in made.text
    assert "You keep it." in made.text
    assert SCRIPT in made.text
    assert SCRIPT not in made.answer.text
    new = next(href for href, said in made.links.items() if said == f"{returns()[0].ref}-1")
    assert "In stock, to be packed next" in ines.browser.get(new).text
    photo = ines.browser.file(f"{path}/{returns()[0].ref}/photos/1")
    assert (photo.headers["content-type"], photo.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    desk = ines.house.ruth().get(f"/returns/{returns()[0].ref}")
    assert SCRIPT in desk.text
    assert SCRIPT not in desk.answer.text


def test_what_is_approved_has_a_label_and_a_code_until_it_has_come(ines: Shopper) -> None:
    gone(ines)
    page = send(ines, asked(ines))
    label = f"{page.path.partition('?')[0]}/label"
    assert ines.browser.ask("GET", label).status_code == 404
    db.run(lambda session: service.approve(session, returns()[0].ref))
    sent = ines.browser.get(page.path)
    assert "Print the label (PDF)" in sent.text
    assert 'role="img" aria-label=' in sent.answer.text
    assert ines.browser.file(label).content.startswith(b"%PDF")


def test_the_policy_is_read_by_anybody_in_their_language(ines: Shopper) -> None:
    rules(days=14, keep_below_minor=500)
    ruth = ines.house.ruth()
    ruth.send(ruth.get("/return-policies/demo"), "/texts/zh-Hant", places="郵局\n便利商店", packing="")
    stranger = ines.house.somebody()
    assert "寄件地點 郵局 便利商店" in stranger.get("/return-policy/demo?lang=zh-Hant").text
    assert "Where to hand it in" not in stranger.get("/return-policy/demo?lang=en").text
    assert "Goods may come back within 14 days of delivery." in stranger.get("/return-policy/demo").text
    assert "商品送達後 14 天內可以退貨。" in stranger.get("/return-policy/demo?lang=zh-Hant").text
    assert stranger.get("/return-policy/nobody").status == 404
