"""The body of `POST /api/v1/orders`, as `contract.md` states it.

A person or a program can correct what it sent, so every problem is told at once, each with its place, and nothing is
guessed: quantities are JSON numbers, times carry an offset, a country is one we know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from stowline.catalog.units import units_sent
from stowline.core.fields import Bad, moment, prose, shown, text, whole, zone
from stowline.orders.intake import shape
from stowline.orders.intake.shape import Address, Customer, IncomingLine, IncomingOrder
from stowline.orders.rules import MOST_PARCELS, why_not_ships

T = TypeVar("T")

_ADDRESS_NEEDS = ("name", "line1", "city", "country")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a body, and where in it (`lines[2].quantity`; `""` for the body itself)."""

    say: str
    where: str = ""


@dataclass(slots=True)
class _Noted:
    """Runs checks and keeps what each one refused."""

    problems: list[Problem] = field(default_factory=list)

    def of(self, check: Callable[[], T], otherwise: T) -> T:
        try:
            return check()
        except Bad as bad:
            self.problems.append(Problem(bad.say, bad.where))
            return otherwise


def read(body: object) -> IncomingOrder | list[Problem]:
    """The order in a decoded JSON body, or every problem found. Raises nothing."""
    if not isinstance(body, Mapping):
        return [Problem(f"The body is {shown(body)}. It has to be an object with an order in it.")]
    noted = _Noted()
    as_the_store: tuple[str | None, int | None] = (None, None)
    ships, most_parcels = noted.of(lambda: _ships(body), as_the_store)
    order = IncomingOrder(
        ref=noted.of(lambda: shape.ref(_said(body, "ref"), "ref"), ""),
        store=noted.of(lambda: text(_said(body, "store"), "store", what="The store", longest=40, needed=True), ""),
        customer=noted.of(lambda: _customer(body), Customer()),
        address=noted.of(lambda: _address(body), Address()),
        lines=_lines(body, noted),
        currency=noted.of(lambda: shape.currency(body.get("currency"), "currency"), None),
        placed_at=noted.of(lambda: moment(body.get("placed_at"), "placed_at"), None),
        priority=noted.of(lambda: shape.priority(body.get("priority"), "priority"), None),
        note=noted.of(lambda: prose(body.get("note"), "note"), ""),
        locale=noted.of(lambda: shape.locale(_said(body, "locale"), "locale"), ""),
        time_zone=noted.of(lambda: _time_zone(body), ""),
        ships=ships, most_parcels=most_parcels,
    )
    return noted.problems or order


def _said(body: Mapping[str, object], key: str) -> object:
    """A key that has to be text: a number in its place would be another code ("007" is not 7)."""
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise Bad(f"“{key}” is {shown(value)}. Give it as text.", key)
    return value


def _time_zone(body: Mapping[str, object]) -> str:
    name = text(_said(body, "time_zone"), "time_zone", what="The time zone", longest=60)
    try:
        return str(zone(name)) if name else ""
    except Bad as bad:
        raise Bad(bad.say, "time_zone") from None


def _ships(body: Mapping[str, object]) -> tuple[str | None, int | None]:
    """How the order may go out, and in how many parcels at most; None where it is the store's to say."""
    ships, most = _said(body, "ships"), body.get("most_parcels")
    if most is not None and ships != "at_most":
        raise Bad("“most_parcels” belongs to an order that ships at_most so many.", "most_parcels")
    if ships is None:
        return None, None
    parcels = whole(most, "most_parcels", what="The number of parcels", least=2, most=MOST_PARCELS) if ships == "at_most" else None
    no = why_not_ships(str(ships), parcels)
    if no:
        raise Bad(no, "ships")
    return str(ships), parcels


def _customer(body: Mapping[str, object]) -> Customer:
    said = shape.as_object(body.get("customer", {}), "customer", "The customer")
    return shape.customer(said.get("name"), said.get("email"), where="customer")


def _address(body: Mapping[str, object]) -> Address:
    if body.get("address") is None:
        raise Bad("The address is missing.", "address")
    said = shape.as_object(body["address"], "address", "The address")
    taken = shape.address(said, "address")
    if said.get("country") and not taken.country:
        raise Bad(f"{shown(said['country'])} is no country. Give its two-letter code, such as GB.", "address.country")
    for part in _ADDRESS_NEEDS:
        if not getattr(taken, part):
            raise Bad(f"The address has no {part}.", f"address.{part}")
    return taken


def _lines(body: Mapping[str, object], noted: _Noted) -> tuple[IncomingLine, ...]:
    nothing: list[object] = []
    said = noted.of(lambda: shape.as_list(body.get("lines"), "lines", "“lines”"), nothing)
    if not said and not any(problem.where == "lines" for problem in noted.problems):
        noted.problems.append(Problem("The order has no lines.", "lines"))
    if len(said) > shape.MOST_LINES:
        noted.problems.append(
            Problem(f"The order has {len(said):,} lines. At most {shape.MOST_LINES:,} are taken.", "lines")
        )
        return ()
    lines = [line for place, one in enumerate(said) if (line := noted.of(lambda: _line(one, place), None))]  # noqa: B023
    return noted.of(lambda: shape.checked(lines), ())


def _line(value: object, place: int) -> IncomingLine:
    where = f"lines[{place}]"
    said = shape.as_object(value, where, "A line")
    if said.get("unit_price") is None:
        raise Bad("The unit price is missing.", f"{where}.unit_price")
    if said.get("sku") is not None and not isinstance(said["sku"], str):
        raise Bad(f"The SKU is {shown(said['sku'])}. Give it as text.", f"{where}.sku")
    return IncomingLine(
        sku=shape.sku(said.get("sku"), f"{where}.sku"),
        name=text(said.get("name"), f"{where}.name", what="The name", longest=shape.LONGEST_NAME),
        quantity=units_sent(said.get("quantity"), f"{where}.quantity"),
        unit_price=shape.unit_price(said["unit_price"], f"{where}.unit_price"),
        substitute=_yes_or_no(said.get("substitute"), f"{where}.substitute"),
    )


def _yes_or_no(value: object, where: str) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Bad(f"“substitute” is {shown(value)}. Give true or false.", where)
    return value
