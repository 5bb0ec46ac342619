"""The one shape of an order at the door, and the checks that all readers share.

Text is one line each, stripped, without control characters; any script is kept as it is. Unit prices are whole
ten-thousandths of a major unit, quantities whole numbers from 1 to 1,000,000, times aware UTC, countries ISO 3166-1
alpha-2 codes or `""`. An address may be incomplete: the label says later what is missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from stowline.catalog import units as whole_units
from stowline.core import countries, money
from stowline.core.fields import Bad, email, shown, text, whole

T = TypeVar("T")

MOST_UNITS = whole_units.MOST_UNITS
MOST_LINES = 10_000
MOST_VALUE = (10**11 - 1) * 10**4
"""What an order may cost at most, in ten-thousandths: in minor units of any currency it stays below 10^15."""
TOO_DEAR = "The order costs 100,000,000,000 or more. Check the prices and the quantities."
LONGEST_REF = 64
LONGEST_SKU = 100
LONGEST_NAME = 300
LONGEST_LINE = 200
LONGEST_ID = 100
LONGEST_LOCALE = 12
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Customer:
    """Who bought. `email` may be `""`: then no message is sent. `shop_id` is the shop's own number for them."""

    name: str = ""
    email: str = ""
    shop_id: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where it goes. Every part may be `""`; `country` is an alpha-2 code or `""`."""

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class IncomingLine:
    """Units of one product. `unit_price` is in ten-thousandths of the order's currency; `substitute` says that the shopper
    takes a substitute where it has to wait.
    """

    sku: str
    name: str
    quantity: int
    unit_price: int = 0
    external_id: str | None = None
    barcode: str | None = None
    requires_shipping: bool = True
    substitute: bool = False


@dataclass(frozen=True, slots=True)
class IncomingOrder:
    """An order to take in. `lines` are what must be picked, never empty; `unpicked` is sold but not on a shelf
    (gift cards, downloads, the names of kits). `currency`, `placed_at` and `priority` are None where nothing was said; `store` is
    the store's key where the sender named it; `locale` and `time_zone` are "" where the shopper's are not known; `ships` is None where it ships as its store's orders do;
    `refunds` are the shop's numbers of those that its lines are less of already.
    """

    ref: str
    lines: tuple[IncomingLine, ...]
    customer: Customer = Customer()
    address: Address = Address()
    placed_at: datetime | None = None
    currency: str | None = None
    priority: int | None = None
    platform: str = "api"
    external_id: str | None = None
    note: str = ""
    store: str = ""
    locale: str = ""
    time_zone: str = ""
    unpicked: tuple[IncomingLine, ...] = ()
    ships: str | None = None
    most_parcels: int | None = None
    refunds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """Units of what was sold that the shop paid back; `back` says that they had left and come back."""

    shop_line: str
    units: int
    sku: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True)
class IncomingRefund:
    """A refund that a shop made, under the shop's own numbers of it and of its order. `ref` is the order's where the refund
    came within it; `amount` is the shop's own figure ("12.50 EUR"). `lines` may be none: then it was money only.
    """

    shop_id: str
    shop_order: str
    at: datetime | None = None
    lines: tuple[RefundedLine, ...] = ()
    amount: str = ""
    ref: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An order that must not reach a picker as it stands, and why. It may come again in another state."""

    ref: str
    say: str
    why: Literal["cancelled", "refunded", "unpaid", "fulfilled", "nothing to ship"]
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body that a person has to look at. `where` is the place in it; `ref` the order's, where it could be read."""

    say: str
    where: str = ""
    ref: str = ""


Read = IncomingOrder | Skipped | Unreadable


def quantity(value: object, where: str = "") -> int:
    """A quantity of units: a positive whole number, at most a million. 12.0 is 12; 1.5 is refused, never rounded."""
    return whole_units.units(value, where)


def units(value: object, where: str = "") -> int:
    """A count of units a platform states, which may be 0."""
    return whole_units.units(value, where, what="The number of units", least=0)


def ref(value: object, where: str = "", *, needed: bool = True) -> str:
    """An order's reference, as the shop and its customers write it."""
    return text(value, where, what="The order reference", longest=LONGEST_REF, needed=needed)


def sku(value: object, where: str = "", *, needed: bool = True) -> str:
    """A SKU, exact and case-sensitive; only surrounding white space is dropped."""
    return text(value, where, what="The SKU", longest=LONGEST_SKU, needed=needed)


def unit_price(value: object, where: str = "") -> int:
    """A price of one unit in ten-thousandths; nothing said is 0."""
    if value is None or value == "":
        return 0
    return _money(lambda: money.unit_price(value), where)  # type: ignore[arg-type]  # it refuses any other type itself


def currency(value: object, where: str = "") -> str | None:
    """An ISO 4217 code, or None where nothing was said."""
    said = text(value, where, what="The currency", longest=LONGEST_LINE)
    return _money(lambda: money.currency(said), where) if said else None


def locale(value: object, where: str = "") -> str:
    """A shopper's language as a code (BCP 47: "zh-TW"; "zh_TW" is the same), or "" where nothing was said."""
    said = text(value, where, what="The language", longest=LONGEST_LOCALE).replace("_", "-")
    if said and not _LOCALE.fullmatch(said):
        raise Bad(f"{shown(said)} is not a language. Give a code such as en, de or zh-Hant.", where)
    return said


def known_locale(*values: object) -> str:
    """The first language that a shop's own program named in a way that we understand, or "": no reason to lose an order."""
    for value in values:
        try:
            said = locale(value)
        except Bad:
            continue
        if said:
            return said
    return ""


def _money(parse: Callable[[], T], where: str) -> T:
    try:
        return parse()
    except ValueError as error:
        raise Bad(str(error), where) from None


def priority(value: object, where: str = "") -> int | None:
    """A priority from 0 to 9, or None where nothing was said."""
    if value is None or value == "":
        return None
    return whole(value, where, what="The priority", least=0, most=9)


def external_id(value: object, where: str = "") -> str | None:
    """A platform's own number for a thing."""
    return text(value, where, what="The id", longest=LONGEST_ID) or None


def named(order: Mapping[str, object], *keys: str) -> tuple[str, str]:
    """(the shop's number of an order, its ref by the first of these keys); nothing where either cannot be read."""
    try:
        found = (ref(order.get(key), key, needed=False) for key in keys)
        return external_id(order.get("id"), "id") or "", next(filter(None, found), "")
    except Bad:
        return "", ""


def customer(name: object, mail: object, shop_id: object = None, where: str = "", *, fold: bool = False) -> Customer:
    """A customer; `fold` as in `core.fields.text`."""
    return Customer(
        name=text(name, f"{where}.name", what="The customer's name", longest=LONGEST_NAME, fold=fold),
        email=email(mail, f"{where}.email"),
        shop_id=external_id(shop_id, f"{where}.id"),
    )


def address(parts: Mapping[str, object], where: str = "", *, fold: bool = False) -> Address:
    """An address from `Address` field names. A country that is none known becomes `""`."""

    def part(field: str, longest: int = LONGEST_LINE) -> str:
        return text(parts.get(field), f"{where}.{field}", what=f"The address's {field}", longest=longest, fold=fold)

    return Address(
        name=part("name", LONGEST_NAME),
        company=part("company", LONGEST_NAME),
        line1=part("line1"),
        line2=part("line2"),
        city=part("city"),
        region=part("region"),
        postcode=part("postcode", 20),
        country=countries.code(part("country")),
        phone=part("phone", 50),
    )


def as_object(value: object, where: str, what: str) -> Mapping[str, object]:
    """A JSON object, or `Bad`."""
    if isinstance(value, Mapping):
        return value
    raise Bad(f"{what} is {shown(value)}. It has to be an object.", where)


def as_list(value: object, where: str, what: str) -> list[object]:
    """A JSON list (nothing said is an empty one), or `Bad`."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise Bad(f"{what} is {shown(value)}. It has to be a list.", where)


def objects(value: object, where: str, what: str) -> list[Mapping[str, object]]:
    """A JSON list of objects, or `Bad`."""
    return [as_object(one, f"{where}[{place}]", what) for place, one in enumerate(as_list(value, where, what))]


def value(line: IncomingLine) -> int:
    """What the line costs, in ten-thousandths of the major unit."""
    return line.quantity * line.unit_price


def checked(lines: list[IncomingLine], where: str = "lines") -> tuple[IncomingLine, ...]:
    """The lines as a tuple; `Bad` where there are more, or they cost more, than an order may."""
    if len(lines) > MOST_LINES:
        raise Bad(f"The order has {len(lines):,} lines. At most {MOST_LINES:,} are taken.", where)
    if sum(value(line) for line in lines) > MOST_VALUE:
        raise Bad(TOO_DEAR, where)
    return tuple(lines)
