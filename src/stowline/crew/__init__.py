"""The robot crew: workers who do a whole day through the public contract, over HTTP and nothing else.

Each robot is a thread with one connection and a name of its own. It goes round the kinds of work, leases a task and
scans what the task asks for until it wants nothing more. The first robot also stands at the door: it alone opens
manifests (one a carrier), loads the parcels and closes the manifests at the end. Standard library only.
"""

import threading
import time
from collections.abc import Callable

from stowline.crew.board import Board, Report
from stowline.crew.link import CrewError, Link
from stowline.crew.robot import Robot

__all__ = ["CrewError", "Report", "run"]


def run(
    url: str,
    token: str,
    workers: int = 4,
    mistakes: float = 0.0,
    orders: int | None = None,
    seed: int | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    patience: float = 60.0,
) -> Report:
    """Work until no kind has anything left for anybody, or `orders` orders were handed over.

    `mistakes` is the share of scans (0 to 1) before which a robot scans something wrong; `seed` repeats its choices.
    `progress` hears a short line about once a second. `patience` is how many seconds a call is tried again while the
    server does not answer. Raises CrewError: no answer, token refused, or a wrong code accepted.
    """
    if workers < 1 or not 0 <= mistakes <= 1 or (orders is not None and orders < 1):
        raise CrewError("A crew has 1 worker or more, 1 order or more, and a share of mistakes from 0 to 1.")
    crew = Board(workers, mistakes, orders, seed)
    links = [Link(url, token, f"robot-{n}-{crew.name}", patience, crew.halt) for n in range(workers)]
    robots = [Robot(crew, n, link) for n, link in enumerate(links)]
    threads = [threading.Thread(target=robot.work, name=robot.name, daemon=True) for robot in robots]
    began = time.monotonic()
    try:
        for thread in threads:
            thread.start()
        _wait_for(threads, crew, progress)
        if crew.error is None:
            robots[0].close_manifests()
    finally:
        crew.halt.set()
        for link in links:
            link.close()
    if crew.error is not None:
        raise crew.error
    crew.report.seconds = (crew.last_scan or began) - began
    return crew.report


def _wait_for(threads: list[threading.Thread], crew: Board, progress: Callable[[str], None] | None) -> None:
    """Wait for the robots to end, telling how far they are; the last word is told when all of them stand still."""
    at_work = True
    while at_work:
        until = time.monotonic() + 1
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))
        at_work = any(thread.is_alive() for thread in threads)
        if progress:
            done = crew.report
            progress(f"{done.scans} scans, {done.refused} refused, {done.orders} orders handed over")
