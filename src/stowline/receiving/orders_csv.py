"""Purchase orders from a CSV file with one line a row; the rows of one order may stand anywhere in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from stowline.catalog.units import units
from stowline.core import csvfile
from stowline.core.csvfile import Batch, Row, Source
from stowline.core.fields import Bad, day, shown, text

FIELDS = ("ref", "supplier", "sku", "quantity", "expected_from", "expected_to")
NEEDED = ("ref", "sku", "quantity")
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class IncomingPurchaseLine:
    """Units of a product that were ordered."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class IncomingPurchase:
    """A purchase order as the file states it. The supplier may be `""`, the days None where nothing was said."""

    ref: str
    supplier: str
    lines: tuple[IncomingPurchaseLine, ...]
    expected_from: date | None = None
    expected_to: date | None = None


@dataclass(slots=True)
class _Purchase:
    supplier: str = ""
    expected_from: date | None = None
    expected_to: date | None = None
    lines: list[IncomingPurchaseLine] = field(default_factory=list)


def read(
    source: Source, mapping: Mapping[str, str] | None = None, refuse: Sequence[tuple[str, str]] = (),
    *, known: Collection[str] | None = None,
) -> Batch[IncomingPurchase]:  # fmt: skip
    """The purchase orders of a file, and the refused rows; the other rows of their order stand.

    `mapping` is field -> column; a field not mapped is read from the column of its own name, if there is one. The
    supplier and the days are taken from the first row of the order that says them. A row whose SKU is not among
    `known` is refused; None takes any. Raises `Refused` if the file as a whole cannot be read: see `core.csvfile.read`.
    """
    found: dict[str, _Purchase] = {}
    optional = [one for one in FIELDS if one not in NEEDED and one not in (mapping or {})]
    rows = csvfile.read(source, csvfile.full_mapping(mapping, FIELDS), refuse, optional=optional)
    batch = csvfile.collect(rows, lambda row: _take(row, found, known))
    orders = (
        IncomingPurchase(ref, one.supplier, tuple(one.lines), one.expected_from, one.expected_to)
        for ref, one in found.items()
    )
    return Batch(batch.rows, tuple(orders), batch.refusals)


def _take(row: Row, found: dict[str, _Purchase], known: Collection[str] | None) -> None:
    said = row.values
    ref = text(said.get("ref"), what="The order reference", longest=64, needed=True)
    order = found.get(ref) or _Purchase()
    line = IncomingPurchaseLine(
        sku=text(said.get("sku"), what="The SKU", longest=100, needed=True),
        quantity=units(said.get("quantity")),
    )
    if known is not None and line.sku not in known:
        raise Bad(f"There is no product {shown(line.sku)}. Add it to the catalogue first.")
    supplier = _supplier(said, order, ref)
    first = order.expected_from or day(said.get("expected_from"))
    last = order.expected_to or day(said.get("expected_to"))
    if first and last and last < first:
        raise Bad(f"The goods are expected from {first} to {last}, which ends before it begins.")
    if len(order.lines) >= _MOST_LINES:
        raise Bad(f"Purchase order {ref} has {_MOST_LINES:,} lines already. More are not taken.")
    order.supplier, order.expected_from, order.expected_to = supplier, first, last
    order.lines.append(line)
    found[ref] = order


def _supplier(said: Mapping[str, str], order: _Purchase, ref: str) -> str:
    supplier = text(said.get("supplier"), what="The supplier", longest=200)
    if supplier and order.supplier and supplier != order.supplier:
        raise Bad(f"Purchase order {ref} is from {order.supplier} and this row from {supplier}.")
    return order.supplier or supplier
