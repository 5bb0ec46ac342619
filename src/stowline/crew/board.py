"""What the robots of one crew share: the report, who rests, what is put aside, when enough is done."""

import math
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus

from stowline.crew.link import Answer, Json

STRIKES = 2  # so often may a task stand still before the crew puts it aside


@dataclass
class Report:
    """What a crew did. `times` are the seconds of each answered scan, without the tries that got no answer."""

    orders: int = 0
    scans: int = 0
    refused: int = 0
    conflicts: int = 0
    resent: int = 0
    manifests: int = 0
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    aside: list[dict[str, str]] = field(default_factory=list)

    def percentile_ms(self, part: float) -> float:
        """The time in ms within which so many of the scans (0 to 1) were answered; nearest rank; 0 without scans."""
        ranked = sorted(self.times)
        return round(ranked[max(math.ceil(part * len(ranked)), 1) - 1] * 1000, 2) if ranked else 0.0

    def as_json(self) -> Json:
        """Counts; times in ms; `orders` handed over; `aside` the tasks given up, each with the last sentence heard."""
        return {
            "orders": self.orders,
            "scans": self.scans,
            "refused": self.refused,
            "p50_ms": self.percentile_ms(0.50),
            "p95_ms": self.percentile_ms(0.95),
            "p99_ms": self.percentile_ms(0.99),
            "scans_per_s": round(self.scans / self.seconds, 2) if self.seconds else 0.0,
            "conflicts": self.conflicts,
            "resent": self.resent,
            "manifests": self.manifests,
            "seconds": round(self.seconds, 2),
            "aside": self.aside,
        }


class Board:
    """What the robots of one crew know of each other. Every method may be called from any thread."""

    def __init__(self, workers: int, mistakes: float, orders: int | None, seed: int | None) -> None:
        self.workers, self.mistakes, self.orders, self.seed = workers, mistakes, orders, seed
        self.name = uuid.uuid4().hex[:8]
        self.report = Report()
        self.over = threading.Event()  # no robot starts another task
        self.halt = threading.Event()  # no robot goes on at all
        self.error: BaseException | None = None
        self.last_scan: float | None = None
        self.skus: dict[str, str] = {}  # product code -> SKU, of what was wanted so far
        self.bins: dict[str, str] = {}
        self.progress = 0  # what was accepted; with it grows what there may be to do
        self._resting: dict[str, int] = {}
        self._strikes: Counter[str] = Counter()
        self._packed: set[str] = set()
        self._handed: set[str] = set()
        self._lock = threading.Lock()

    def fail(self, why: BaseException) -> None:
        """Something broke: nobody goes on, and the first reason is kept."""
        with self._lock:
            self.error = self.error or why
        self.over.set()
        self.halt.set()

    def starts(self, robot: str) -> int:
        """A robot looks for work: the progress at that moment."""
        with self._lock:
            self._resting.pop(robot, None)
            return self.progress

    def rests(self, robot: str, seen: int) -> None:
        """A robot found nothing to do when `seen` was the progress. If nobody found anything since, it is over."""
        with self._lock:
            self._resting[robot] = seen
            if len(self._resting) == self.workers and set(self._resting.values()) == {self.progress}:
                self.over.set()

    def count(self, answer: Answer, *, blunder: bool) -> None:
        """A scan was answered; a blunder is one that had to be refused."""
        with self._lock:
            self.report.scans += 1
            self.report.times.append(answer.seconds)
            self.report.resent += answer.sent - 1
            self.report.refused += answer.status == HTTPStatus.UNPROCESSABLE_ENTITY or (blunder and not answer.good)
            self.report.conflicts += answer.status == HTTPStatus.CONFLICT and not blunder
            self.progress += answer.accepted
            self.last_scan = time.monotonic()

    def opened_manifest(self) -> None:
        """One more manifest."""
        with self._lock:
            self.report.manifests += 1

    def packed(self, order: str) -> None:
        """A parcel of this order is closed and labelled."""
        with self._lock:
            self.progress += 1
            self._packed.add(order)

    def handed(self, order: str) -> None:
        """A parcel of this order went through the door."""
        with self._lock:
            self._handed.add(order)
            self.report.orders = len(self._handed)
        if self.sent_enough():
            self.over.set()

    def sent_enough(self) -> bool:
        """Whether as many orders went out as were asked for."""
        return self.orders is not None and len(self._handed) >= self.orders

    def packed_enough(self) -> bool:
        """Whether as many orders are packed as were asked for: only the door has work then."""
        return self.orders is not None and len(self._packed) >= self.orders

    def moved(self, task: str) -> None:
        """A task got on: its strikes are forgotten."""
        with self._lock:
            self._strikes.pop(task, None)

    def strike(self, task: str, say: str, times: int = 1) -> None:
        """A task stood still. After STRIKES it is put aside for good: no endless loop."""
        with self._lock:
            before = self._strikes[task]
            self._strikes[task] += times
            if before < STRIKES <= self._strikes[task]:
                self.report.aside.append({"task": task, "say": say})

    def is_aside(self, task: str) -> bool:
        """Whether the crew has given this task up."""
        return self._strikes[task] >= STRIKES
