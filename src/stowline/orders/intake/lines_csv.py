"""Orders from a CSV file with one order line a row (`--format lines-csv`).

Rows of one order may stand anywhere in the file. A row that cannot be taken is refused with its reason and the other
rows of its order stand; an order all of whose rows are refused does not exist. What belongs to the whole order
(customer, address, time, currency, priority, language) is taken from the first row that says it. The same SKU twice stays two
lines. A row without an e-mail address is fine: that shopper gets no messages.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from stowline.core import csvfile, fields
from stowline.core.csvfile import Batch, Row, Source
from stowline.core.errors import Refused
from stowline.core.fields import Bad, moment, text
from stowline.orders.intake import shape
from stowline.orders.intake.shape import Address, Customer, IncomingLine, IncomingOrder

FIELDS = (
    "order", "sku", "name", "quantity", "unit_price", "placed_at", "customer", "email", "ship_name", "line1", "line2",
    "city", "region", "postcode", "country", "currency", "priority", "locale",
)  # fmt: skip
NEEDED = ("order", "sku", "quantity")


@dataclass(frozen=True, slots=True)
class _Head:
    """What one row says about its order."""

    customer: str
    email: str
    ship_name: str
    address: Address
    placed_at: datetime | None
    currency: str | None
    priority: int | None
    locale: str

    def completed_by(self, later: "_Head") -> "_Head":
        """The same with its gaps filled from a later row. An address is taken whole, never mixed from two rows."""
        address = self.address if self.address != Address() else later.address
        return _Head(
            self.customer or later.customer,
            self.email or later.email,
            self.ship_name or later.ship_name,
            address,
            self.placed_at or later.placed_at,
            self.currency or later.currency,
            later.priority if self.priority is None else self.priority,
            self.locale or later.locale,
        )


@dataclass(slots=True)
class _Order:
    head: _Head
    lines: list[IncomingLine] = field(default_factory=list)
    value: int = 0


def read(
    source: Source,
    mapping: Mapping[str, str] | None = None,
    refuse: Sequence[tuple[str, str]] = (),
    *,
    time_zone: str = "UTC",
    known: Collection[str] | None = None,
) -> Batch[IncomingOrder]:
    """The orders of a file in the order of their first good rows, and the refused rows.

    `mapping` is field -> column; a field not mapped is read from the column of its own name, if there is one.
    `time_zone` (IANA name) is the zone of times without an offset. A row whose SKU is not among `known` is refused;
    None takes any. Raises `Refused` if the file as a whole cannot be
    read: see `core.csvfile.read`.
    """
    zone = _zone(time_zone)
    found: dict[str, _Order] = {}
    rows = csvfile.read(
        source,
        csvfile.full_mapping(mapping, FIELDS),
        refuse,
        optional=[one for one in FIELDS if one not in NEEDED and one not in (mapping or {})],
    )
    batch = csvfile.collect(rows, lambda row: _take(row, found, zone, known))
    return Batch(batch.rows, tuple(_orders(found)), batch.refusals)


def _zone(name: str) -> tzinfo:
    try:
        return fields.zone(name)
    except Bad as bad:
        raise Refused(bad.say, where="time_zone") from None


def _take(row: Row, found: dict[str, _Order], zone: tzinfo, known: Collection[str] | None) -> None:
    said = row.values
    ref, line, head = shape.ref(said.get("order")), _line(said), _head(said, zone)
    if known is not None and line.sku not in known:
        raise Bad(f"There is no product {fields.shown(line.sku)}. Add it to the catalogue first.")
    order = found.get(ref) or _Order(head)
    _check_room(order, ref, line, head)
    order.head = order.head.completed_by(head)
    order.lines.append(line)
    order.value += shape.value(line)
    found[ref] = order


def _check_room(order: _Order, ref: str, line: IncomingLine, head: _Head) -> None:
    if head.currency and order.head.currency and head.currency != order.head.currency:
        raise Bad(f"Order {ref} is in {order.head.currency} and this row in {head.currency}.")
    if len(order.lines) >= shape.MOST_LINES:
        raise Bad(f"Order {ref} has {shape.MOST_LINES:,} lines already. More are not taken.")
    if order.value + shape.value(line) > shape.MOST_VALUE:
        raise Bad(shape.TOO_DEAR)


def _line(said: Mapping[str, str]) -> IncomingLine:
    return IncomingLine(
        sku=shape.sku(said.get("sku")),
        name=text(said.get("name"), what="The name", longest=shape.LONGEST_NAME),
        quantity=shape.quantity(said.get("quantity")),
        unit_price=shape.unit_price(said.get("unit_price")),
    )


def _head(said: Mapping[str, str], zone: tzinfo) -> _Head:
    whole_address = shape.address(said)
    return _Head(
        customer=text(said.get("customer"), what="The customer", longest=shape.LONGEST_ID),
        email=fields.email(said.get("email")),
        ship_name=text(said.get("ship_name"), what="The name on the label", longest=shape.LONGEST_NAME),
        address=replace(whole_address, name=""),
        placed_at=moment(said.get("placed_at"), zone=zone),
        currency=shape.currency(said.get("currency")),
        priority=shape.priority(said.get("priority")),
        locale=shape.locale(said.get("locale")),
    )


def _orders(found: Mapping[str, _Order]) -> Iterator[IncomingOrder]:
    for ref, order in found.items():
        head = order.head
        yield IncomingOrder(
            ref=ref,
            lines=tuple(order.lines),
            customer=Customer(head.ship_name or head.customer, head.email, head.customer or None),
            address=replace(head.address, name=head.ship_name or head.customer),
            placed_at=head.placed_at,
            currency=head.currency,
            priority=head.priority,
            locale=head.locale,
            platform="csv",
        )
