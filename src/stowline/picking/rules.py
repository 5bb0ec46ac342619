"""Decisions of picking, on plain values."""

from dataclasses import dataclass

COLORS = ("blue", "yellow", "violet", "orange", "grey", "teal")


@dataclass(frozen=True, slots=True)
class Stop:
    """The pick line a picker is at, with all that a verdict or a screen needs."""

    id: int
    pick_list_id: int
    order_id: int
    order_ref: str
    order_line_id: int
    product_id: int
    sku: str
    name: str
    detail: str
    from_id: int
    bin: str
    to_id: int
    to_code: str
    tote_code: str | None
    tote_number: int | None
    tote_color: str | None
    tote_id: int | None
    qty: int
    picked: int
    lot: str = ""
    serial: str = ""
    by_lots: bool = False
    by_serials: bool = False
    from_kind: str = ""
    fast: bool = False
    urgent: bool = False

    @property
    def told_apart(self) -> bool:
        """Whether units of this product are not all alike."""
        return bool(self.by_lots or self.by_serials)

    @property
    def left(self) -> int:
        """Units still to take."""
        return self.qty - self.picked


def want(stop: Stop, at_id: int | None) -> str:
    """What the picker does next at this stop: go to the bin, take product, put into the tote."""
    if stop.picked >= stop.qty:
        return "tote"
    return "product" if at_id == stop.from_id else "bin"


def color(number: int) -> str:
    """The painted colour of a cart's tote by its number, from 1."""
    return COLORS[(number - 1) % len(COLORS)]


# Why a bin has fewer than the books say, as the picker sees it: what the count will look for.
SHORT_BECAUSE = {
    "empty": "The bin is empty",
    "fewer": "Fewer are there than the list says",
    "damaged": "What is there is damaged",
    "other": "Something else lies there",
}
