"""The autumn once more: real orders (UCI Online Retail) against purchase orders made from them, whose suppliers are late
by lot, each in its own stated way; every line is promised a window when it is ordered, by the product's own code, and
measured by when it leaves.

Purchase orders: for each product one a week, for what the coming week's real orders will want (times 0.9 to 1.3), due so
many days after as the supplier's lead time says. One in three is moved half way, towards what will be. The first half of
the time only teaches; what is counted are the promises of the second half.
"""

import csv
import lzma
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from stowline.backorders import windows
from stowline.backorders.forecast import Forecast
from stowline.backorders.windows import Arrival, History, Window
from stowline.receiving.outlook import off_by

FILE = "data/history/uci_online_retail/online_retail_train_to_2011-11-13.csv.xz"
BEGINS, ENDS = date(2011, 8, 1), date(2011, 11, 13)
HALF = BEGINS + (ENDS - BEGINS) / 2
STORE, ALL = 1, 0
HANDLING = (1, 1, 1, 1, 1, 2, 2, 2, 3, 5)
"""Working days from receipt to handover, by lot."""


@dataclass(frozen=True, slots=True)
class Supplier:
    """Lead time in days, and how late: days of a gamma distribution (shape, scale) less a shift, rounded."""

    name: str
    lead: int
    shape: float
    scale: float
    shift: float

    def slip(self, rng: Random) -> int:
        return round(rng.gammavariate(self.shape, self.scale) - self.shift)


SUPPLIERS = (
    Supplier("Punctual & Sons", 9, 2.0, 0.8, 1.5), Supplier("Potters & Co", 12, 3.0, 1.5, 3.0),
    Supplier("Kiln Works", 16, 2.0, 3.0, 2.0), Supplier("Far East Gifts", 24, 2.5, 4.0, 4.0),
    Supplier("Glass House", 10, 1.2, 5.0, 1.0), Supplier("Late & Later", 14, 4.0, 3.0, 0.0),
)  # fmt: skip


@dataclass(slots=True)
class Bought:
    """A purchase order: what was agreed when, and when it really comes."""

    ref: str
    product: int
    supplier: int
    units: int
    agreed: list[tuple[datetime, date]]
    comes: date


@dataclass(slots=True)
class Line:
    """An order line that waits, what it was told, and when it went. `n` counts all lines that were ordered, from 0."""

    n: int
    on: date
    product: int
    units: int
    left: int
    told: Window
    went: date | None = None


@dataclass(slots=True)
class Kept:
    """Promises of one supplier or of one month: how many, how many held, and how many would by the product's own reckoning."""

    n: int = 0
    p50: int = 0
    p90: int = 0
    reckoned_p50: float = 0.0
    reckoned_p90: float = 0.0


@dataclass(slots=True)
class Result:
    """What became of the promises of the second half."""

    lines: int = 0
    undated: int = 0
    total: Kept = field(default_factory=Kept)
    by_supplier: dict[str, Kept] = field(default_factory=lambda: defaultdict(Kept))
    by_month: dict[str, Kept] = field(default_factory=lambda: defaultdict(Kept))
    sources: Counter[str] = field(default_factory=Counter)
    widths: list[int] = field(default_factory=list)

    def count(self, line: Line, left: date) -> None:
        told = line.told
        if told.p50 is None or told.p90 is None:
            return
        for kept in (self.total, self.by_supplier[told.supplier], self.by_month[f"{line.on:%Y-%m}"]):
            kept.n += 1
            kept.p50 += left <= told.p50
            kept.p90 += left <= told.p90
            kept.reckoned_p50 += told.chances[0]
            kept.reckoned_p90 += told.chances[1]


def sales(file: Path, products: int, skip: int = 0) -> dict[date, list[tuple[int, int]]]:
    """(product, units) of each day of the autumn, of the products with the most lines; the first `skip` of them left out."""
    with lzma.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = [(date.fromisoformat(row["InvoiceDate"][:10]), row["StockCode"], int(row["Quantity"])) for row in csv.DictReader(text)
                if row["InvoiceDate"] >= BEGINS.isoformat() and row["InvoiceNo"][0].isdigit() and int(row["Quantity"]) > 0
                and float(row["UnitPrice"]) > 0]  # fmt: skip
    best = {sku: n for n, (sku, _) in enumerate(Counter(sku for _, sku, _ in rows).most_common(skip + products)[skip:])}
    found: dict[date, list[tuple[int, int]]] = defaultdict(list)
    for day, sku, units in rows:
        if sku in best:
            found[day].append((best[sku], units))
    return found


def bought(sold: dict[date, list[tuple[int, int]]], rng: Random) -> Iterator[Bought]:
    """The purchase orders, in the order in which they are placed."""
    for week in range((ENDS - BEGINS).days // 7 + 1):
        monday = BEGINS + timedelta(days=7 * week)
        wanted: Counter[int] = Counter()
        for day in range(7):
            for product, units in sold.get(monday + timedelta(days=day), []):
                wanted[product] += units
        for product, units in sorted(wanted.items()):
            supplier = product % len(SUPPLIERS)
            maker = SUPPLIERS[supplier]
            due, slip = monday + timedelta(days=maker.lead), maker.slip(rng)
            comes = max(due + timedelta(days=slip), monday + timedelta(days=1))
            agreed = [(noon(monday), due)]
            middle = monday + timedelta(days=maker.lead // 2)
            if rng.random() < 1 / 3 and middle < comes:
                agreed.append((noon(middle), due + timedelta(days=round((comes - due).days * rng.random()))))
            many = max(1, round(units * rng.uniform(0.9, 1.3)))
            yield Bought(f"PO-{week}-{product}", product, supplier + 1, many, agreed, comes)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def leaves(seed: int, n: int, came: date) -> date:
    """The day on which line `n` leaves when its last unit came on a day: our own work takes so long, by lot."""
    needed = Random(f"{seed} {n}").choice(HANDLING)
    return date.fromordinal(windows.after_working_days(came.toordinal(), needed))


class Autumn:
    """The house day by day: goods come in the morning, then orders are placed, at night it learns."""

    def __init__(self, file: Path, *, products: int, skip: int = 0, seed: int = 4) -> None:
        self.seed, self.ordered = seed, 0
        self.sold = sales(file, products, skip)
        self.orders = deque(bought(self.sold, Random(seed)))
        self.open: dict[int, list[Bought]] = defaultdict(list)
        self.queue: dict[int, deque[Line]] = defaultdict(deque)
        self.stock: Counter[int] = Counter()
        self.slips: dict[int, list[list[tuple[int, float]]]] = defaultdict(list)
        self.handled: list[tuple[date, int]] = []
        self.result = Result()
        self.lines: list[Line] = []

    def run(self) -> Result:
        day = BEGINS
        while day <= ENDS or (any(self.queue.values()) and day < ENDS + timedelta(days=120)):
            self.live(day)
            day += timedelta(days=1)
        return self.result

    def live(self, day: date) -> None:
        while self.orders and self.orders[0].agreed[0][0].date() <= day:
            order = self.orders.popleft()
            self.open[order.product].append(order)
        for product in sorted(self.open):
            for order in [one for one in self.open[product] if one.comes <= day]:
                self.open[product].remove(order)
                self.slips[order.supplier].append(off_by(order.agreed, noon(order.comes)))
                self.stock[product] += order.units
            self.fill(product, day)
        if day <= ENDS and self.sold.get(day):
            self.sell(day)

    def fill(self, product: int, day: date) -> None:
        waiting = self.queue[product]
        while waiting and self.stock[product] > 0:
            line = waiting[0]
            take = min(line.left, self.stock[product])
            line.left -= take
            self.stock[product] -= take
            if line.left:
                return
            waiting.popleft()
            left = line.went = leaves(self.seed, line.n, day)
            self.handled.append((left, windows.working_days_between(day, left)))
            if line.on > HALF:
                self.result.count(line, left)

    def sell(self, day: date) -> None:
        forecast = self.forecast(day)
        ahead = {product: sum(line.left for line in waiting) for product, waiting in self.queue.items()}
        for n, (product, units) in enumerate(self.sold[day], self.ordered):
            if not self.queue[product] and self.stock[product] >= units:
                self.stock[product] -= units
                continue
            here = self.stock[product] if not self.queue[product] else 0
            told = forecast.window(product, STORE, ahead.get(product, 0), units - here)
            self.lines.append(Line(n, day, product, units, units, told))
            self.queue[product].append(self.lines[-1])
            self.fill(product, day)
            ahead[product] = sum(line.left for line in self.queue[product])
            if day > HALF:
                self.note(told)
        self.ordered += len(self.sold[day])

    def note(self, told: Window) -> None:
        self.result.lines += 1
        if told.p50 is None or told.p90 is None:
            self.result.undated += 1
        else:
            self.result.sources[told.source] += 1
            self.result.widths.append((told.p90 - told.p50).days)

    def forecast(self, day: date) -> Forecast:
        supply = {product: [self.arrival(order, day) for order in orders] for product, orders in self.open.items()}
        slips: dict[int, History] = {supplier: windows.history(cases) for supplier, cases in self.slips.items()}
        slips[ALL] = windows.history(case for cases in self.slips.values() for case in cases)
        seen = windows.history([(days, 1.0)] for left, days in self.handled if left < day)
        return Forecast(supply, slips, {STORE: seen, ALL: seen}, day)

    @staticmethod
    def arrival(order: Bought, day: date) -> Arrival:
        expected = [due for at, due in order.agreed if at.date() <= day][-1]
        return Arrival(order.ref, order.supplier, SUPPLIERS[order.supplier - 1].name, order.units, expected, expected)


def share(part: float, whole: int) -> float:
    """Per cent."""
    return 100 * part / whole if whole else 0.0


def rows(kept: dict[str, Kept]) -> Sequence[str]:
    return [f"| {name} | {one.n:,} | {share(one.p50, one.n):.1f} % | {share(one.reckoned_p50, one.n):.1f} %"
            f" | {share(one.p90, one.n):.1f} % | {share(one.reckoned_p90, one.n):.1f} % |" for name, one in sorted(kept.items())]  # fmt: skip
