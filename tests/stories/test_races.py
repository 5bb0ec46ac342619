"""Races: the same things done at the same moment through real connections, at one process or at two."""

import json
from collections import Counter
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.asserts import accepted
from tests.makers import FORM_TYPE, Reply, Tablet, at_once, shopify_order, signed, webhook
from tests.stories.conftest import House

ROBOTS = 8


def crew(house: House, names: str = "robot-{n}") -> list[Tablet]:
    """Eight tablets, each on a connection of its own, spread over the doors there are."""
    return [house.tablet(names.format(n=n), door=n) for n in range(ROBOTS)]


def fates(replies: list[Reply]) -> Counter[str]:
    return Counter(reply["fate"] for reply in replies)


def ready_to_pick(tablet: Tablet, ref: str, sku: str, units: int) -> None:
    tablet.stock_up({sku: units})
    assert tablet.place(ref, {sku: units})["state"] == "allocated"


def test_the_same_order_fifty_times_from_eight_connections_is_one_order(busy_house: House) -> None:
    before = busy_house.count("orders")
    raw = signed("shopify", shopify_order("#5001", {"RACE-1": 2, "RACE-2": 1}))[0]

    def send(times: int, door: int) -> list[str]:
        line = busy_house.send(door)
        replies = [webhook(line, "shopify", raw) for _ in range(times)]
        assert {reply.status for reply in replies} == {202}, [reply.raw for reply in replies]
        return [taken["outcome"] for reply in replies for taken in reply["taken"]]

    outcomes = Counter(
        one for part in at_once([partial(send, 7 if n < 2 else 6, n) for n in range(ROBOTS)]) for one in part
    )
    assert outcomes == {"new": 1, "known": 49}
    assert busy_house.count("orders") == before + 1
    assert busy_house.tablet().events("#5001").count("OrderPlaced") == 1
    busy_house.prove()


def test_twelve_orders_for_five_units_promise_five_units(busy_house: House) -> None:
    maja = busy_house.tablet()
    maja.stock_up({"LAST-5": 5})
    tablets = [busy_house.tablet(door=n) for n in range(12)]
    replies = at_once([partial(tablets[n].place, f"RUSH-{n}", {"LAST-5": 1}) for n in range(12)])
    assert {reply.status for reply in replies} == {201}
    states = Counter(maja.order(f"RUSH-{n}")["state"] for n in range(12))
    assert states == {"allocated": 5, "backordered": 7}
    assert maja.stock("LAST-5") == {"on_hand": 5, "promised": 5, "free": 0, "waiting": 7}
    busy_house.prove()
    lucky = [f"RUSH-{n}" for n in range(12) if maja.order(f"RUSH-{n}")["state"] == "allocated"]
    sorry = {"reason": "changed my mind"}
    cancels = at_once(
        [partial(t.post, f"/api/v1/orders/{ref}/cancellation", sorry) for t, ref in zip(tablets, lucky, strict=False)]
    )
    assert {reply.status for reply in cancels} == {200}
    assert Counter(maja.order(f"RUSH-{n}")["state"] for n in range(12)) == {
        "cancelled": 5, "allocated": 5, "backordered": 2,
    }  # fmt: skip
    busy_house.prove()


def test_one_of_eight_gets_the_task(busy_house: House) -> None:
    ready_to_pick(busy_house.tablet(), "GRAB-1", "GRAB", 2)
    robots = crew(busy_house)
    leases = at_once([partial(robot.lease, "pick:GRAB-1") for robot in robots])
    assert sorted(lease.status for lease in leases) == [200] + [409] * 7
    winner = next(robot for robot, lease in zip(robots, leases, strict=True) if lease.status == 200)
    bin_ = winner.lease("pick:GRAB-1")["next"]["bin"]
    replies = at_once([partial(robot.scan, "pick:GRAB-1", bin_) for robot in robots])
    assert fates(replies) == {"accepted": 1, "conflict": 7}
    winner.follow("pick:GRAB-1")
    busy_house.prove()


def test_eight_robots_on_one_cart_never_pick_a_unit_twice(busy_house: House) -> None:
    maja = busy_house.tablet()
    goods = {f"CART-{n}": 6 for n in range(4)}
    maja.stock_up(goods)
    for n in range(3):
        assert maja.place(f"WAVE-{n}", {f"CART-{n}": 3, f"CART-{n + 1}": 3}, priority=0)["state"] == "allocated"
    task = "pick:CART-2"
    robots = crew(busy_house, "one-name-for-all")

    def pick(robot: Tablet) -> list[str]:
        seen: list[str] = []
        step = robot.lease(task)["next"]
        for _ in range(200):
            if step["want"] == "nothing":
                return seen
            reply = robot.scan(task, step["code"])
            seen.append(reply["fate"])
            step = reply["next"] or step
        raise AssertionError(f"the cart is never done: {seen[-5:]}")

    seen = Counter(fate for part in at_once([partial(pick, robot) for robot in robots]) for fate in part)
    assert seen["refused"] + seen["conflict"] > 0  # they did meet
    for n in range(3):
        order = maja.order(f"WAVE-{n}")
        assert order["state"] == "picked"
        assert [line["picked"] for line in order["lines"]] == [3, 3]
        assert maja.events(f"WAVE-{n}").count("ToteConfirmed") == 2
    busy_house.prove()


def test_four_carts_and_four_hands_share_no_order(busy_house: House) -> None:
    maja = busy_house.tablet()
    maja.ship_all()  # what other tests left
    maja.stock_up({"SHARE": 40})
    refs = [f"SHARE-{n}" for n in range(8)]
    for ref in refs:
        assert maja.place(ref, {"SHARE": 2}, priority=0)["state"] == "allocated"
    robots = crew(busy_house)
    tasks = [f"pick:CART-{n}" for n in range(1, 5)] + [f"pick:{ref}" for ref in refs[:4]]
    leases = at_once([partial(robot.lease, task) for robot, task in zip(robots, tasks, strict=True)])
    assert {lease.status for lease in leases} <= {200, 409}, [lease.raw for lease in leases]
    assert [maja.events(ref).count("OrderReleased") for ref in refs] == [1] * 8
    busy_house.prove()
    taken = [(robot, task) for robot, task, lease in zip(robots, tasks, leases, strict=True) if lease.status == 200]
    at_once([partial(robot.follow, task) for robot, task in taken])
    assert {maja.order(ref)["state"] for ref in refs} == {"picked"}
    busy_house.prove()


def test_the_same_order_from_eight_programs_is_placed_once(busy_house: House) -> None:
    maja = busy_house.tablet()
    maja.add_product("ONCE")
    replies = at_once([partial(robot.place, "ONCE-1", {"ONCE": 1}) for robot in crew(busy_house)])
    assert sorted(reply.status for reply in replies) == [200] * 7 + [201]
    assert len({json.dumps(reply["lines"]) for reply in replies}) == 1
    busy_house.prove()


def test_goods_at_the_dock_are_put_away_once_however_many_hands_there_are(busy_house: House) -> None:
    maja = busy_house.tablet()
    maja.add_product("HANDS")
    accepted(maja.scan("receive:", "HANDS", 5))
    robots = crew(busy_house, "hand-{n}")
    at_once([partial(robot.scan, "putaway:", "HANDS", 2) for robot in robots])
    at_once([partial(robot.scan, "putaway:", "A-05-4") for robot in robots])
    assert maja.stock("HANDS")["on_hand"] == 5
    busy_house.prove()


def test_the_same_scan_from_eight_devices_has_one_effect(busy_house: House) -> None:
    maja = busy_house.tablet()
    maja.add_product("TWIN")
    replies = at_once([partial(t.scan, "receive:", "TWIN", 5, scan_id="twin-1") for t in crew(busy_house, "x")])
    assert fates(replies) == {"accepted": ROBOTS}
    assert sorted(reply["duplicate"] for reply in replies) == [False] + [True] * 7
    assert len({reply["say"] for reply in replies}) == 1
    assert maja.stock("TWIN")["on_hand"] == 5
    busy_house.prove()


def test_eight_undos_of_one_scan_undo_it_once(busy_house: House) -> None:
    maja = busy_house.tablet("same")
    maja.add_product("BACK")
    for units in (10, 20):
        accepted(maja.scan("receive:", "BACK", units))
    crew_of_one = crew(busy_house, "same")
    first = at_once([partial(robot.scan, "receive:", "CMD:UNDO", scan_id="undo-1") for robot in crew_of_one])
    assert (fates(first), maja.stock("BACK")["on_hand"]) == ({"accepted": ROBOTS}, 10)
    second = at_once([partial(robot.scan, "receive:", "CMD:UNDO") for robot in crew_of_one])
    assert (fates(second)["accepted"], maja.stock("BACK")["on_hand"]) == (1, 0)
    busy_house.prove()


def test_a_parcel_scanned_at_two_doors_goes_through_one(busy_house: House) -> None:
    maja, ruth = busy_house.tablet("maja", 0), busy_house.tablet("ruth", 1)
    ready_to_pick(maja, "DOOR-1", "DOOR", 1)
    maja.follow("pick:DOOR-1")
    maja.follow("pack:DOOR-1")
    parcel = maja.order("DOOR-1")["parcels"][0]["code"]
    vans = [maja.open_manifest(), ruth.open_manifest()]
    replies = at_once([partial(maja.scan, vans[0], parcel), partial(ruth.scan, vans[1], parcel)])
    assert fates(replies)["accepted"] == 1
    assert maja.order("DOOR-1")["state"] == "handed_over"
    assert maja.events("DOOR-1").count("ParcelHandedOver") == 1
    busy_house.prove()


def test_a_crew_at_one_line_counts_every_unit_once(busy_house: House) -> None:
    """Twenty were ordered, two more are taken unasked: whoever scans the next one is told, and nobody's unit counts twice."""
    maja = busy_house.tablet()
    maja.add_product("CROWD")
    body = {"ref": "PO-CROWD", "supplier": "Crowded kiln", "lines": [{"sku": "CROWD", "quantity": 20}]}
    assert maja.post("/api/v1/purchase-orders", body).status == 201
    with busy_house.writing() as session:
        session.connection().exec_driver_sql("UPDATE supplier SET over_percent = 10, email = 'dock@kiln.example' WHERE name = 'Crowded kiln'")
    robots = crew(busy_house)

    def receive(robot: Tablet, kind: str, times: int) -> list[Reply]:
        return [robot.scan("receive:PO-CROWD", "CROWD", 1, kind=kind) for _ in range(times)]

    def all_of(kind: str, times: int) -> list[Reply]:
        return [reply for part in at_once([partial(receive, robot, kind, times) for robot in robots]) for reply in part]

    replies = all_of("product", 5)
    assert Counter(reply["fate"] for reply in replies) == {"accepted": 22, "refused": 18}
    for reply in replies:
        if reply["fate"] == "refused":
            assert "Thing CROWD: already 20 of 20." in reply["say"]
            assert reply["choices"][0]["kind"] == "units over"
    assert {reply["fate"] for reply in all_of("units over", 1)} == {"accepted"}
    [line] = maja.get("/api/v1/purchase-orders/PO-CROWD")["lines"]
    assert (line["received"], line["over"]) == (20, 2 + len(robots))
    assert maja.stock("CROWD")["on_hand"] == 22 + len(robots)
    press = urlencode({"press": "one-press-of-one-key"}).encode()
    sent = at_once([partial(robot.post, "/receiving/PO-CROWD/reports", press, FORM_TYPE) for robot in robots])
    assert [reply.status for reply in sent] == [303] * len(robots)
    assert busy_house.count("supplier_report") == 1
    busy_house.prove()


def test_a_label_asked_for_eight_times_at_once_is_one_label(busy_house: House) -> None:
    maja = busy_house.tablet()
    ready_to_pick(maja, "LABEL-1", "LABEL", 1)
    maja.follow("pick:LABEL-1")
    maja.follow("pack:LABEL-1", until="label")
    parcel = maja.order("LABEL-1")["parcels"][0]["code"]
    labels = at_once([partial(t.post, f"/api/v1/parcels/{parcel}/label") for t in crew(busy_house)])
    assert {label.status for label in labels} == {200}
    assert maja.events("LABEL-1").count("LabelMade") == 1
    busy_house.prove()


@pytest.mark.parametrize("rival", ["cancel", "order"])
def test_whoever_comes_first_the_books_are_right(busy_house: House, rival: str) -> None:
    """A picker takes an order while its shopper cancels it; goods come in while orders do."""
    maja, ruth = busy_house.tablet("maja", 0), busy_house.tablet("ruth", 1)
    for n in range(6):
        ref, sku = f"{rival}-{n}", f"{rival}-{n}".upper()
        if rival == "cancel":
            ready_to_pick(maja, ref, sku, 2)
            say = {"reason": "changed my mind"}
            both: list[Any] = [
                partial(maja.lease, f"pick:{ref}"),
                partial(ruth.post, f"/api/v1/orders/{ref}/cancellation", say),
            ]
        else:
            maja.add_product(sku)
            both = [partial(maja.scan, "receive:", sku, 2), partial(ruth.place, ref, {sku: 3})]
        replies = at_once(both)
        assert all(reply.status in {200, 201, 409} for reply in replies), [reply.raw for reply in replies]
        state = maja.order(ref)["state"]
        assert state == ("cancelled" if rival == "cancel" else "part_allocated")
    busy_house.prove()
