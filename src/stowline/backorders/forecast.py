"""Windows for lines that wait, from what is on its way and what was learned. One forecast serves many lines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from stowline.backorders import queries, windows
from stowline.backorders.queries import ALL, HANDLING, SUPPLIER
from stowline.backorders.windows import Arrival, Basis, History, Window
from stowline.inventory import velocity

Supply = Mapping[int, Sequence[Arrival]]
SupplyOf = Callable[[Session, Sequence[int]], Supply]
_NOTHING = History()


class Forecast:
    """What windows rest on at one moment: arrivals by product, and the histories of their suppliers and of our stores."""

    def __init__(self, session: Session, supply: Supply, store_ids: Iterable[int], today: date | None = None) -> None:
        self.today = today or velocity.today()
        suppliers = {arrival.supplier_id or ALL for arrivals in supply.values() for arrival in arrivals}
        self._slips = queries.histories(session, SUPPLIER, suppliers)
        self._handling = queries.histories(session, HANDLING, store_ids)
        self._comes: dict[tuple[int, date | None], Basis | None] = {}
        self._known: dict[tuple[int, tuple[str, ...], int], Window] = {}
        self._arrivals = {product_id: self._in_order(arrivals) for product_id, arrivals in supply.items()}

    def window(self, product_id: int, store_id: int, ahead: int, units: int) -> Window:
        """The promise for so many units with `ahead` units before them."""
        parts, whole = windows.serving(self._arrivals.get(product_id, ()), ahead, units)
        refs = tuple((arrival.ref, n) for arrival, n in parts)
        if not whole:
            return Window(arrivals=refs, supplier=parts[-1][0].supplier if parts else "")
        key = product_id, tuple(ref for ref, _ in refs), store_id
        if key not in self._known:
            comes = {arrival.ref: self._when(arrival) for arrival, _ in parts}
            self._known[key] = windows.window(parts, whole=whole, comes=comes, handling=self._ours(store_id))
        return replace(self._known[key], arrivals=refs)

    def _in_order(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Soonest first: by the day on which they are half expected; without a date last."""
        return sorted(arrivals, key=lambda one: (self._middle(one), one.ref))

    def _middle(self, arrival: Arrival) -> int:
        comes = self._when(arrival)
        return windows.quantile(comes.days, 0.5) if comes is not None else date.max.toordinal()

    def _when(self, arrival: Arrival) -> Basis | None:
        key = arrival.supplier_id or ALL, arrival.expected_to
        if key not in self._comes:
            self._comes[key] = None if arrival.expected_to is None else windows.arrival_days(
                arrival.expected_to, self._slips_of(arrival.supplier_id), self.today)  # fmt: skip
        return self._comes[key]

    def _slips_of(self, supplier_id: int | None) -> list[Basis]:
        own = self._slips.get(supplier_id, _NOTHING) if supplier_id else _NOTHING
        return windows.candidates(own, self._slips.get(ALL, _NOTHING), windows.ASSUMED_SLIP)

    def _ours(self, store_id: int) -> Basis:
        return windows.basis(self._handling.get(store_id, _NOTHING), self._handling.get(ALL, _NOTHING), windows.ASSUMED_HANDLING)
