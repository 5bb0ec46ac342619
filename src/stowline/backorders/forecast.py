"""Windows for lines that wait, from what is on its way and what was learned. One forecast serves many lines."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Self

from sqlmodel import Session

from stowline.backorders import queries, windows
from stowline.backorders.queries import ALL, HANDLING, SUPPLIER
from stowline.backorders.windows import Arrival, Basis, History, Window
from stowline.inventory import velocity

Supply = Mapping[int, Sequence[Arrival]]
SupplyOf = Callable[[Session, Sequence[int]], Supply]
Histories = Mapping[int, History]
_NOTHING = History()


class Forecast:
    """What windows rest on at one moment: arrivals by product, and the histories of their suppliers and of our stores."""

    def __init__(self, supply: Supply, slips: Histories, handling: Histories, today: date) -> None:
        self.today, self._slips, self._handling = today, slips, handling
        self._comes: dict[tuple[int, date | None], Basis | None] = {}
        self._known: dict[tuple[int, int, int, int, int], Window] = {}
        self._arrivals = {product_id: self._in_order(arrivals) for product_id, arrivals in supply.items()}
        self._sums: dict[tuple[int, int, int], list[int]] = {}

    @classmethod
    def read(cls, session: Session, supply: Supply, store_ids: Iterable[int]) -> Self:
        """With what was learned of these suppliers and stores, today."""
        suppliers = {arrival.supplier_id or ALL for arrivals in supply.values() for arrival in arrivals}
        slips = queries.histories(session, SUPPLIER, suppliers)
        return cls(supply, slips, queries.histories(session, HANDLING, store_ids), velocity.today())

    def window(self, product_id: int, store_id: int, ahead: int, units: int) -> Window:
        """The promise for so many units with `ahead` units before them."""
        arrivals = self._arrivals.get(product_id, [])
        parts, whole = windows.serving(arrivals, ahead, units)
        refs = tuple((arrival.ref, n) for arrival, n in parts)
        supplier = parts[-1][0].supplier if parts else ""
        if not whole or any(self._when(arrival) is None for arrival, _ in parts):
            return Window(arrivals=refs, supplier=supplier)
        return replace(self._dated(product_id, store_id, ahead + units), arrivals=refs, supplier=supplier)

    def _dated(self, product_id: int, store_id: int, need: int) -> Window:
        """When so many units are there and have left; one answer for all needs that the same sets of deliveries meet."""
        arrivals = self._arrivals[product_id]
        first, to, need = windows.around(arrivals, need)
        need = self._step(product_id, first, to, need)
        key = product_id, first, to, need, store_id
        if key not in self._known:
            comes = [(one.units, basis) for one in arrivals[first:to] if (basis := self._when(one)) is not None]
            self._known[key] = windows.window(comes, need, self._ours(store_id))
        return self._known[key]

    def _step(self, product_id: int, first: int, to: int, need: int) -> int:
        """The smallest sum of these deliveries' units that is enough."""
        key = product_id, first, to
        if key not in self._sums:
            sums = {0}
            for one in self._arrivals[product_id][first:to]:
                sums |= {had + one.units for had in sums if self._when(one) is not None}
            self._sums[key] = sorted(sums)
        return self._sums[key][bisect_left(self._sums[key], need)]

    def _in_order(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Soonest first: by the day on which they are half expected; without a date last."""
        return sorted(arrivals, key=lambda one: (self._middle(one), one.ref))

    def _middle(self, arrival: Arrival) -> int:
        comes = self._when(arrival)
        return windows.quantile(comes.days, 0.5) if comes is not None else date.max.toordinal()

    def _when(self, arrival: Arrival) -> Basis | None:
        key = arrival.supplier_id or ALL, arrival.expected_to
        if key not in self._comes:
            self._comes[key] = None if arrival.expected_to is None or windows.is_no_day(arrival.expected_to, self.today) else (
                windows.arrival_days(arrival.expected_to, self._slips_of(arrival.supplier_id), self.today))  # fmt: skip
        return self._comes[key]

    def _slips_of(self, supplier_id: int | None) -> list[Basis]:
        own = self._slips.get(supplier_id, _NOTHING) if supplier_id else _NOTHING
        return windows.candidates(own, self._slips.get(ALL, _NOTHING), windows.ASSUMED_SLIP)

    def _ours(self, store_id: int) -> Basis:
        return windows.basis(self._handling.get(store_id, _NOTHING), self._handling.get(ALL, _NOTHING), windows.ASSUMED_HANDLING)
