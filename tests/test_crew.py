"""The robot crew at work in a tiny warehouse behind a real HTTP server."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest

from stowline.crew import CrewError, Report, run
from stowline.crew.robot import exact_code, quantity
from tests.crew_warehouse import TOKEN, Warehouse

TWO_ORDERS = {"1042": {"MUG BL": 3, "85123a": 1}, "W 1/7": {"85123A": 2, "杯 红": 1}}


class Opens(Protocol):
    def __call__(self, orders: dict[str, dict[str, int]] = ..., **how: Any) -> Warehouse: ...


@pytest.fixture
def open_warehouse() -> Iterator[Opens]:
    """Opens warehouses and shuts them at the end."""
    with ExitStack() as stack:

        def opens(orders: dict[str, dict[str, int]] = TWO_ORDERS, **how: Any) -> Warehouse:
            house = Warehouse(orders, **how)
            stack.callback(house.down)
            return house

        yield opens


def crew(house: Warehouse, **how: Any) -> Report:
    return run(house.url, TOKEN, **{"workers": 3, "patience": 5.0, **how})


def small_orders(count: int) -> dict[str, dict[str, int]]:
    return {f"O-{n}": {"MUG": 1, f"CUP-{n % 3}": n % 4 + 1} for n in range(count)}


def expect_all_shipped(house: Warehouse) -> None:
    """Every order went out once, each scan had one effect, and the door is shut behind them."""
    assert Counter(house.handed) == Counter(dict.fromkeys(house.orders, 1))
    for task, scans in house.per_task().items():
        units: Counter[str] = Counter()
        for code, n in scans:
            units[code] += n
        if task.startswith("receive:"):
            assert units == sum((Counter(lines) for lines in house.orders.values()), Counter())
        for ref in house.orders:
            if task == f"pack:{ref}":
                assert units == Counter(house.orders[ref]) + Counter({"CMD:DONE": 1})
    assert (house.waiting, house.manifests) == ([], {})
    assert all(not job.steps for job in house.jobs.values())


# ---------------------------------------------------------------- the day goes well


def test_two_orders_go_from_the_dock_to_the_van(open_warehouse: Opens) -> None:
    house = open_warehouse()
    report = crew(house)
    expect_all_shipped(house)
    assert house.per_task()["receive:PO 1"] == [("MUG BL", 3), ("85123a", 1), ("85123A", 2), ("杯 红", 1)]
    bins = house.bins
    picked = [(bins["85123A"], 1), ("85123A", 2), (bins["杯 红"], 1), ("杯 红", 1)]
    assert house.per_task()["pick:W 1/7"] == picked
    assert house.per_task()["pick:CART-1"][2] == ("TOTE-01", 1)
    assert (report.orders, report.scans, report.refused, report.conflicts) == (2, len(house.effects), 0, 0)
    assert (house.opened, house.closed, house.labels) == (1, 1, Counter({"P/1042": 1, "P/W 1/7": 1}))


def test_a_ref_with_spaces_and_slashes_is_one_piece_of_the_path(open_warehouse: Opens) -> None:
    house = open_warehouse()
    crew(house)
    paths = {path for _, path, _ in house.asked}
    assert "/api/v1/tasks/pick%3AW%201%2F7/lease" in paths
    assert "/api/v1/parcels/P%2FW%201%2F7/label" in paths


def test_each_robot_has_a_name_and_two_crews_do_not_mix(open_warehouse: Opens) -> None:
    house = open_warehouse()
    crew(house, workers=4)
    names = {worker for *_, worker in house.asked}
    assert {name.rpartition("-")[0] for name in names} == {"robot-0", "robot-1", "robot-2", "robot-3"}
    crew(house, workers=4)
    assert len({worker for *_, worker in house.asked}) == 8


def test_many_parcels_leave_on_one_manifest(open_warehouse: Opens) -> None:
    house = open_warehouse(small_orders(15), on_cart=4)
    report = crew(house, workers=5)
    expect_all_shipped(house)
    assert (report.orders, report.manifests, house.opened, house.closed) == (15, 1, 1, 1)


def test_one_robot_alone_does_it_all_and_a_second_crew_finds_nothing(open_warehouse: Opens) -> None:
    house = open_warehouse(small_orders(4))
    assert crew(house, workers=1).orders == 4
    expect_all_shipped(house)
    again = crew(house).as_json()
    assert (again["orders"], again["scans"], again["p99_ms"], again["scans_per_s"]) == (0, 0, 0.0, 0.0)


def test_it_stops_after_the_orders_it_was_asked_for(open_warehouse: Opens) -> None:
    house = open_warehouse(small_orders(12), on_cart=0)
    report = crew(house, workers=2, orders=2)
    assert report.orders == len(house.handed) == 2
    assert house.closed == 1
    assert sum(bool(job.steps) for job in house.jobs.values()) > 3


def test_the_report_is_what_the_command_prints(open_warehouse: Opens) -> None:
    heard: list[str] = []
    report = crew(open_warehouse(), progress=heard.append).as_json()
    assert {"orders", "scans", "refused", "p50_ms", "p95_ms", "p99_ms", "scans_per_s"} <= report.keys()
    assert 0 < report["p50_ms"] <= report["p95_ms"] <= report["p99_ms"]
    assert report["scans_per_s"] > 0
    assert heard[-1].endswith("2 orders handed over")


def test_percentiles_are_times_that_were_measured() -> None:
    report = Report(times=[n / 1000 for n in range(100, 0, -1)])
    assert [report.percentile_ms(part) for part in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]
    assert (Report(times=[0.004]).percentile_ms(0.5), Report().percentile_ms(0.5)) == (4.0, 0.0)


# ---------------------------------------------------------------- mistakes


def test_mistakes_are_refused_counted_and_change_nothing(open_warehouse: Opens) -> None:
    house = open_warehouse(small_orders(30), on_cart=3)
    report = crew(house, mistakes=0.9)
    expect_all_shipped(house)
    assert report.refused > 100
    assert report.scans == len(house.effects) + report.refused
    wrong = {reply["say"].split(",")[0] for status, reply in house.replies.values() if status == 422}
    assert any(say.startswith("Not NO-SUCH-") for say in wrong)
    assert wrong & {f"Not {sku}" for sku in house.bins}
    assert wrong & {f"Not {code}" for code in house.bins.values()}


def test_a_robot_always_mistaken_still_gets_everything_out(open_warehouse: Opens) -> None:
    house = open_warehouse()
    report = crew(house, mistakes=1.0)
    expect_all_shipped(house)
    assert report.refused == len(house.effects) - 1  # the manifest is closed without a slip


def test_a_warehouse_that_takes_a_wrong_code_is_reported(open_warehouse: Opens) -> None:
    house = open_warehouse()
    house.gullible = True
    with pytest.raises(CrewError, match="wrong code was accepted: 'NO-SUCH-"):
        crew(house, mistakes=1.0)


# ---------------------------------------------------------------- a world that moves


def test_after_a_conflict_the_task_is_read_again_and_goes_on(open_warehouse: Opens) -> None:
    house = open_warehouse()
    house.conflicts.update({"pick:CART-1": 1, "receive:PO 1": 1, "pack:W 1/7": 1})
    report = crew(house)
    expect_all_shipped(house)
    assert report.conflicts == 3
    assert house.calls["/api/v1/tasks/pick%3ACART-1/lease"] >= 2


@pytest.mark.parametrize("trouble", ["wants nothing it can name", "refuses for ever", "says yes and stays"])
def test_a_task_that_stands_still_is_put_aside_and_the_rest_goes_on(open_warehouse: Opens, trouble: str) -> None:
    house = open_warehouse(small_orders(4), on_cart=1)
    stuck = "pick:O-2"
    if trouble == "wants nothing it can name":
        house.wantless.add(stuck)
    elif trouble == "refuses for ever":
        house.conflicts[stuck] = 1000
    else:
        house.never_moves.add(stuck)
    report = crew(house)
    assert sorted(house.handed) == ["O-0", "O-1", "O-3"]
    assert [gone["task"] for gone in report.aside] == [stuck]
    assert house.calls["/api/v1/tasks/pick%3AO-2/lease"] < 20


def test_what_cannot_be_put_away_goes_back_to_the_dock_and_is_taken_again(open_warehouse: Opens) -> None:
    house = open_warehouse()
    house.gone_from_hand.add("putaway:")
    report = crew(house, workers=1)
    expect_all_shipped(house)
    assert report.aside == []
    assert {code for _, code, _ in house.effects} >= set(house.bins)


def test_work_held_by_a_person_is_left_to_that_person(open_warehouse: Opens) -> None:
    house = open_warehouse()
    house.jobs["receive:PO 1"].holder = "Maja K."
    report = crew(house)
    assert (report.scans, house.effects) == (0, [])


# ---------------------------------------------------------------- a server that stumbles


def test_a_lost_answer_is_asked_for_again_with_the_same_scan(open_warehouse: Opens) -> None:
    house = open_warehouse(small_orders(6), on_cart=2)
    house.lose_answer = lambda path, count: count % 3 == 0
    report = crew(house)
    expect_all_shipped(house)
    assert report.resent > 5
    assert report.scans == len(house.effects) == len(house.replies)
    assert house.opened == house.closed == 1


def test_errors_of_the_server_are_waited_out(open_warehouse: Opens) -> None:
    house = open_warehouse()
    house.answer_instead = lambda path, count: (503 if path == "/scans" else 500, {}) if count % 4 == 1 else None
    crew(house, patience=20.0)
    expect_all_shipped(house)


def test_too_many_requests_waits_as_long_as_it_is_told(open_warehouse: Opens) -> None:
    house = open_warehouse()
    asked: list[float] = []

    def busy_twice(path: str, count: int) -> tuple[int, dict[str, str]] | None:
        if path == "/scans":
            asked.append(time.monotonic())
        return (429, {"Retry-After": "1"}) if path == "/scans" and count <= 2 else None

    house.answer_instead = busy_twice
    crew(house, workers=1, patience=0.5)
    expect_all_shipped(house)
    assert min(asked[1] - asked[0], asked[2] - asked[1]) >= 0.99


def test_a_server_killed_and_started_again_loses_nothing(open_warehouse: Opens) -> None:
    house = open_warehouse(small_orders(20), on_cart=5)
    results: list[Report] = []
    at_work = threading.Thread(target=lambda: results.append(crew(house, mistakes=0.1, patience=30.0)))
    at_work.start()
    for goal in (10, 40, 70):
        while len(house.effects) < goal:
            time.sleep(0.005)
        house.down()
        time.sleep(0.15)
        house.up()
    at_work.join(60)
    expect_all_shipped(house)
    assert results[0].orders == 20


def test_patience_ends_with_the_address_and_the_reason(open_warehouse: Opens) -> None:
    house = open_warehouse()
    house.down()
    with pytest.raises(CrewError, match=rf"{house.url} gave no useful answer to GET .* for 0.3 s: ConnectionRefused"):
        crew(house, patience=0.3)
    house.up()


def test_a_token_that_is_not_known_stops_the_crew_at_once(open_warehouse: Opens) -> None:
    house = open_warehouse()
    with pytest.raises(CrewError, match="refuses this token: This token is not known"):
        run(house.url, "another")


@pytest.mark.parametrize(
    "how",
    [
        {"url": "127.0.0.1:8000"},
        {"url": "http://"},
        {"url": "http://127.0.0.1:none"},
        {"token": ""},
        {"token": "a\nb"},
        {"workers": 0},
        {"mistakes": 1.5},
        {"orders": 0},
    ],
)
def test_a_crew_that_cannot_be_is_refused_with_a_sentence(how: dict[str, Any]) -> None:
    with pytest.raises(CrewError, match=r"\.$"):
        run(**{"url": "http://127.0.0.1:9", "token": TOKEN, "patience": 0.0, **how})


# ---------------------------------------------------------------- reading what is wanted


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"want": "bin", "code": "A-1", "bin": "A-2"}, "A-1"),
        ({"want": "bin", "code": None, "bin": "A-2"}, "A-2"),
        ({"want": "product", "sku": "MUG BL"}, "MUG BL"),
        ({"want": "tote", "tote": {"code": "TOTE-04"}}, "TOTE-04"),
        ({"want": "tote", "tote": None}, None),
        ({"want": "command"}, "CMD:DONE"),
        ({"want": "parcel", "code": None, "parcel": None}, None),
        ({"want": "label", "parcel": "P-1"}, None),
        ({}, None),
    ],
)
def test_a_robot_scans_what_the_step_names(step: dict[str, Any], code: str | None) -> None:
    assert exact_code(step) == code


def test_only_products_are_scanned_in_one_go() -> None:
    assert quantity({"want": "product", "left": 12}) == 12
    assert quantity({"want": "product", "left": 0}) == quantity({"want": "product"}) == 1
    assert quantity({"want": "bin", "left": 12}) == 1
