"""A shopper's address book: what they have things sent to. Orders keep the address that they were placed with."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock, countries
from stowline.core.errors import Conflict, NotFound
from stowline.core.fields import Bad, text
from stowline.orders.address_models import CustomerAddress
from stowline.orders.models import Customer

MOST = 20
_NEEDED = ("name", "line1", "city", "country")
_LONGEST = {"name": 300, "company": 300, "line1": 300, "line2": 300, "city": 200, "region": 200, "postcode": 40, "country": 60}
FIELDS = tuple(_LONGEST)
_a = CustomerAddress.__table__.c  # type: ignore[attr-defined]


def listed(session: Session, customer_id: int) -> list[CustomerAddress]:
    """The book of a shopper: the default first, then as they were written."""
    query = select(CustomerAddress).where(CustomerAddress.customer_id == customer_id)
    return list(session.exec(query.order_by(col(CustomerAddress.is_default).desc(), col(CustomerAddress.id)).limit(MOST)))


def default(session: Session, customer_id: int) -> CustomerAddress | None:
    """Where a shopper has things sent unless they say otherwise; None where they never said."""
    found = listed(session, customer_id)
    return found[0] if found and found[0].is_default else None


def write(session: Session, customer_id: int, said: Mapping[str, str], address_id: int | None = None) -> CustomerAddress:
    """Write an address into the book, or another one in the place of one that is there; the same twice is one. The first is
    the default. Raises Bad with the field; NotFound where the shopper has none under this id; Conflict where the book is full.
    """
    wanted = read(said)
    _lock(session, customer_id)
    book = listed(session, customer_id)
    row = _mine(book, address_id) if address_id is not None else next((one for one in book if {name: getattr(one, name) for name in FIELDS} == wanted), None)
    if row is None and len(book) >= MOST:
        raise Conflict(f"The book holds {MOST} addresses. Take one out first.", code="full")
    if row is None:
        row = CustomerAddress.model_validate({"customer_id": customer_id, "is_default": not book, "changed_at": clock.now(), **wanted})
    for name, value in wanted.items():
        setattr(row, name, value)
    row.changed_at = clock.now()
    session.add(row)
    session.flush()
    return row


def read(said: Mapping[str, str]) -> dict[str, str]:
    """An address as it would be kept. Raises Bad with the field."""
    found = {name: text(said.get(name), name, what="This", longest=longest) for name, longest in _LONGEST.items()}
    for name in _NEEDED:
        if not found[name]:
            raise Bad("This is missing.", name)
    found["country"] = countries.code(found["country"])
    if not found["country"]:
        raise Bad("This is no country.", "country")
    return found


def make_default(session: Session, customer_id: int, address_id: int) -> None:
    """Have things sent there unless said otherwise. Raises NotFound where the shopper has no such address."""
    _lock(session, customer_id)
    _mine(listed(session, customer_id), address_id)
    session.execute(sa.update(CustomerAddress).where(_a.customer_id == customer_id).values(is_default=_a.id == address_id))
    session.expire_all()


def take_out(session: Session, customer_id: int, address_id: int) -> None:
    """Take an address out; where it was the default, the next one is. One that is gone stays gone."""
    _lock(session, customer_id)
    session.execute(sa.delete(CustomerAddress).where(_a.customer_id == customer_id, _a.id == address_id))
    session.expire_all()
    left = listed(session, customer_id)
    if left and not left[0].is_default:
        make_default(session, customer_id, left[0].id or 0)


def _mine(book: list[CustomerAddress], address_id: int) -> CustomerAddress:
    found = next((one for one in book if one.id == address_id), None)
    if found is None:
        raise NotFound("There is no such address.", where="address")
    return found


def _lock(session: Session, customer_id: int) -> None:
    session.exec(select(Customer.id).where(Customer.id == customer_id).with_for_update(key_share=True)).one()
