"""The embedded process is killed, again and again, in the middle of everything, and nothing is lost or done twice."""

import os
import random
import sys
import time
from collections.abc import Callable

import pytest

from tests.proof.conftest import OpenDay
from tests.proof.day import Aside, Basket, Day, baskets, wait_for
from tests.services import SmtpSink, proof_is_full

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]
KILLS, ORDERS = (20, 160) if proof_is_full() else (3, 24)


@pytest.fixture
def dice() -> random.Random:
    """Chance, with its seed printed: STOWLINE_PROOF_SEED repeats a run's choices."""
    seed = os.environ.get("STOWLINE_PROOF_SEED") or str(time.time_ns() % 10**9)
    sys.stdout.write(f"STOWLINE_PROOF_SEED={seed}\n")
    return random.Random(seed)


def moments(dice: random.Random, kills: int, begin: int, end: int) -> list[int]:
    """How far the day has come when it is killed: one moment drawn from each of so many equal parts."""
    part = (end - begin) // kills
    return [begin + part * n + dice.randrange(part) for n in range(kills)]


def steps_of(orders: list[Basket]) -> int:
    """About the steps that this day takes: an order comes, three scans a line on the walk and one at the bench, two scans
    at the end of each order. What goes straight from the dock to the bench takes a few less.
    """
    return sum(1 + 4 * len(basket.lines) + 2 for basket in orders)


def kill_and_start_again(day: Day, far: int, over: Callable[[], bool]) -> None:
    """SIGKILL once the day has come so far, or is over; then it starts on the same port and the same file."""

    def come() -> int:
        return day.count("orders") + day.count("scan")

    wait_for(lambda: come() >= far or over(), lambda: f"{come()} of {far} orders and scans\n{day.stowline.log()[-3000:]}")
    day.stowline.kill()
    sys.stdout.write(
        f"killed after {day.count('orders')} orders, {day.count('scan')} scans, messages {day.messages_by_state()}\n"
    )
    day.stowline.start()


def test_killed_at_any_moment_it_loses_nothing_and_does_nothing_twice(
    open_day: OpenDay, smtp_sink: SmtpSink, dice: random.Random
) -> None:
    day, orders = open_day(), baskets(ORDERS)
    early, late = orders[: ORDERS // 2], orders[ORDERS // 2 :]
    with day.stowline, Aside() as aside:
        day.expect_goods("PO-KILLS", orders)
        day.place(early)
        crew, shop = aside.do(day.crew), aside.do(day.place, late)
        for moment in moments(dice, KILLS, len(early) + 1, steps_of(orders)):
            kill_and_start_again(day, moment, crew.done)
        shop.result()
        report = crew.result()
        rest = day.crew()  # orders that came when the first crew had gone home
        day.rest()
        day.prove_whole()
        uncertain = day.prove_told(smtp_sink, uncertain_at_most=KILLS)
        sys.stdout.write(f"{report['resent']} calls sent again; not certain: {uncertain}\n")
        assert report["aside"] == rest["aside"] == []
        assert report["orders"] + rest["orders"] == ORDERS
        assert day.stowline.stop() == 0
