"""What carriers told us, at the desk and on the shopper's page: what waits for a person, and each provider's secret."""

import json
import re
from datetime import timedelta
from typing import Any

from stowline.core import clock, signing
from tests.desk.conftest import PASSWORD, Desk, House
from tests.desk.pages import Page
from tests.makers import Tablet
from tests.portal.conftest import Shopper


def tell(house: House, secret: str, ident: str, number: str, *steps: tuple[str, int], **more: Any) -> int:
    """A carrier's program posts milestones, so many hours from now."""
    rows = [{"milestone": name, "at": (clock.now() + timedelta(hours=n)).isoformat(), "place": "Leeds"} for name, n in steps]
    raw = json.dumps({"tracking": number, "carrier": "Our van", "details": rows} | more).encode()
    headers = signing.headers(secret, ident, int(clock.now().timestamp()), raw)
    status: int = house.client.post("/tracking/signed", content=raw, headers=headers).status_code
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        house.react()
    return status


def secret_of(page: Page) -> str:
    return str(re.findall(r"whsec_[A-Za-z0-9+/=]+", page.answer.text)[0])


def packed(robot: Tablet) -> str:
    """An order whose parcel stands in the ship lane; its tracking number."""
    robot.stock_up({"MUG": 1})
    robot.place("1042", {"MUG": 1})
    robot.follow("pick:CART-1")
    robot.follow(robot.tasks("pack")[0]["task"])
    return str(robot.order("1042")["parcels"][0]["tracking"])


def test_a_secret_is_shown_once_and_changed_without_a_gap(house: House) -> None:
    ruth = house.ruth()
    page = ruth.get("/carriers")
    assert "Nothing waits for a person" in page.text
    assert tell(house, signing.new_secret(), "m-0", "X", ("in_transit", 0)) == 401
    made = ruth.send(page, "/feeds/signed/secret")
    old = secret_of(made)
    assert made.answer.headers["cache-control"] == "no-store"
    assert old not in ruth.get("/carriers").answer.text
    second = ruth.send(ruth.get("/carriers"), "/feeds/signed/secret")
    new = secret_of(second)
    assert [tell(house, one, f"m-{one}", "X", ("in_transit", 0)) for one in (old, new)] == [202, 202]
    assert "Two secrets count" in ruth.get("/carriers").text
    assert "The old secret counts no more." in ruth.send(ruth.get("/carriers"), "/feeds/signed/secret/old").text
    assert [tell(house, one, f"n-{one}", "X", ("in_transit", 0)) for one in (old, new)] == [401, 202]
    assert "Closed. Every post" in ruth.send(ruth.get("/carriers"), "/feeds/signed/closure").text
    assert tell(house, new, "m-9", "X", ("in_transit", 0)) == 401
    short = ruth.send(ruth.get("/carriers"), "/feeds/easypost/secret", secret="abc")
    assert (short.status, "6 to 200 characters" in short.text) == (422, True)
    kept = ruth.send(ruth.get("/carriers"), "/feeds/easypost/secret", secret="sécret of ours")
    assert "The secret is kept." in kept.text
    assert "sécret of ours" not in kept.answer.text


def test_who_only_picks_sees_no_carriers_and_changes_no_secret(house: House) -> None:
    ruth, maja = house.ruth(), house.somebody().sign_in("maja@example.test")
    assert maja.get("/carriers").status == 403
    form = ruth.get("/carriers").form("/feeds/signed/secret")
    assert maja.ask("POST", form.action, data=form.fields).status_code == 403
    assert house.somebody().ask("POST", form.action, data=form.fields, follow=False).status_code in (303, 401, 403)
    assert PASSWORD not in ruth.get("/carriers").text


def test_a_person_takes_it_as_true_or_lets_it_be(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    number, secret = packed(robot), secret_of(ruth.send(ruth.get("/carriers"), "/feeds/signed/secret"))
    assert tell(house, secret, "m-1", number, ("delivered", -1)) == 202
    assert tell(house, secret, "m-2", "NOBODY'S", ("in_transit", -1)) == 202
    page = ruth.get("/carriers")
    for said in ("The parcel is still in the house: it was not handed over.", "Order 1042", "Number NOBODY'S", "Nobody here knows", "Delivered, Leeds", "Our van"):
        assert said in page.text
    assert "Carriers 2" in ruth.get("/today").text
    again = ruth.send(page, f"/posts/{2}/again")
    assert (again.status, "It still waits. Nobody here knows" in again.text) == (422, True)
    assert "Let be. It stays" in ruth.send(page, f"/posts/{2}/dismissal").text
    assert "Settled by Ruth Adeyemi" in ruth.get("/carriers?view=settled").text
    late = ruth.send(page, f"/posts/{2}/dismissal")
    assert (late.status, "settled already" in late.text) == (409, True)
    assert "the parcel moved on" in ruth.send(page, f"/posts/{1}/truth").text
    assert robot.order("1042")["parcels"][0]["milestone"] == "delivered"
    assert "Delivered: parcel PC1-1, Leeds" in ruth.get("/orders/1042?store=demo").text


def test_the_way_of_a_parcel_stands_on_the_order_s_page_and_the_shopper_s(house: House) -> None:
    robot, ruth, ines = house.robot(), house.ruth(), Shopper(house)
    number, secret = packed(robot), secret_of(ruth.send(ruth.get("/carriers"), "/feeds/signed/secret"))
    robot.follow(robot.open_manifest())
    day = (clock.now() + timedelta(days=2)).date()
    assert tell(house, secret, "m-1", number, ("in_transit", 0), estimated_delivery=day.isoformat()) == 202
    expected = f"{day:%A} {day.day} {day:%B}"
    shopper = ines.sees("1042").text
    for said in (f"Expected {expected}", "Parcel 1 On its way", "On its way · Leeds", "Handed to the carrier", "On its way Leeds Delivered"):
        assert said in shopper
    desk = ruth.get("/orders/1042?store=demo")
    for said in (f"Expected {day:%a} {day.day} {day:%b}.", "1 step by its carrier", "On its way, Leeds"):
        assert said in desk.text
    support = ruth.get("/support?q=1042").text
    assert "Where it is by its carrier PC1-1 On its way" in support
    assert f"Expected {day:%a} {day.day} {day:%b}. House carrier {number}" in support
    noted = ruth.send(desk, "/tracking", parcel="PC1-1", carrier="DHL", number="jjd 7")
    assert "The number is noted." in noted.text
    assert "Parcel PC1-1 goes with DHL as JJD7" in noted.text
    assert "DHL tracking number JJD7" in ines.sees("1042").text
    assert "1042" in ruth.get("/orders?view=all&q=jjd7").text
    tell(house, secret, "m-2", "JJD 7", ("out_for_delivery", 0))
    assert "Out for delivery The carrier brings it today." in ines.sees("1042").text
    missed = ruth.send(ruth.get("/orders/1042?store=demo"), "/milestones", parcel="PC1-1", milestone="attempt_failed", place="at the door")
    assert ("It is noted." in missed.text, "By hand, Ruth Adeyemi" in missed.text) == (True, True)
    assert "We missed you The carrier could not hand it over." in ines.sees("1042").text
    tell(house, secret, "m-3", number, ("delivered", 0))
    last = ines.sees("1042").text
    assert re.search(r"Delivered \w+day \d+ \w+ The carrier says that everything is delivered\.", last)
    assert "Expected" not in last
    assert robot.events("1042").count("MilestoneReached") == 4


def test_only_the_order_s_own_parcels_are_noted_and_only_what_may_be(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    packed(robot)
    page = ruth.get("/orders/1042?store=demo")
    refusals = (
        ("/tracking", {"parcel": "PC9-9", "carrier": "DHL", "number": "1"}, 404, "no parcel"),
        ("/tracking", {"parcel": "PC1-1", "carrier": " ", "number": "1"}, 422, "carrier is missing"),
        ("/tracking", {"parcel": "PC1-1", "carrier": "DHL", "number": "x" * 81}, 422, "81 characters"),
        ("/milestones", {"parcel": "PC1-1", "milestone": "packed", "place": ""}, 422, "no milestone packed"),
        ("/milestones", {"parcel": "PC1-1", "milestone": "delivered", "place": ""}, 409, "still in the house"),
    )
    for action, typed, status, said in refusals:
        refused = ruth.send(page, action, **typed)
        assert (refused.status, said in refused.text) == (status, True), refused.text


def test_a_hostile_number_is_shown_as_it_is(house: House) -> None:
    ruth: Desk = house.ruth()
    secret = secret_of(ruth.send(ruth.get("/carriers"), "/feeds/signed/secret"))
    number = '"><script>alert(1)</script>'
    assert tell(house, secret, "m-1", number, ("in_transit", 0), carrier="\u202eDHL") == 202
    page = ruth.get("/carriers")
    assert "<SCRIPT>ALERT(1)" not in page.answer.text
    assert f"Number {number.upper()}" in page.text
    assert "\u202e" not in page.text.partition("What was sent")[0]
