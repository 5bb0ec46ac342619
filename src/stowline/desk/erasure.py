"""Erase a person of a store, or give them all that is kept about them. Amounts, SKUs, days and countries stay: the books
need them. What is erased cannot be brought back, except from a backup that is older.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import Pattern
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from stowline.core import db, ids
from stowline.core.config import settings
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.desk import erasure_words, personal_columns
from stowline.desk.personal import EXPORTED, GONE, LOOSE, MESSAGE, MESSAGE_CLEAN, PLACES, Place
from stowline.notifications import consents, suppressions
from stowline.notifications.preference_rules import plain
from stowline.people import service as people
from stowline.shipping import tracking
from stowline.stores import queries as stores

PORTION = 500
NAMES = ("customer_name", "ship_name")
NOBODY = "@erased.invalid"
OWN = (*NAMES, "company", "line1", "line2", "phone", "email")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with their orders and parcels."""

    customer_id: int
    store_id: int
    email: str
    name: str
    orders: tuple[int, ...]
    parcels: tuple[int, ...]
    phones: tuple[str, ...] = ()
    returns: tuple[int, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where they are written to: by mail, and at numbers that are nobody else's."""
        return plain(self.email), *self.phones

    def ids(self, by: str) -> tuple[int, ...]:
        """The ids of a kind of thing that is theirs."""
        return {"customer": (self.customer_id,), "order": self.orders, "parcel": self.parcels, "return": self.returns}[by]


def _table(name: str) -> sa.Table:
    return SQLModel.metadata.tables[name]


def person(session: Session, customer_id: int) -> Person:
    """A customer. Raises NotFound."""
    customers, orders, parcels = _table("customer"), _table("orders"), _table("parcel")
    row = session.execute(sa.select(customers).where(customers.c.id == customer_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such customer.")
    mine = tuple(session.execute(sa.select(orders.c.id).where(orders.c.customer_id == customer_id).order_by(orders.c.id)).scalars())
    boxes = tuple(session.execute(sa.select(parcels.c.id).join(orders, orders.c.id == parcels.c.order_id).where(orders.c.customer_id == customer_id)).scalars())
    rmas = _table("rma")
    back = tuple(session.execute(sa.select(rmas.c.id).join(orders, orders.c.id == rmas.c.order_id).where(orders.c.customer_id == customer_id)).scalars())
    return Person(row.id, row.store_id, row.email, row.name, mine, boxes, _phones(session, row.store_id, row.email), back)


def _phones(session: Session, store_id: int, email: str) -> tuple[str, ...]:
    """The numbers that a person gave, without those that another person of the store gave too."""
    r = _table("reader").c
    mine = sa.select(r.phone).where(r.store_id == store_id, r.address == plain(email), r.phone != "")
    others = sa.select(r.phone).where(r.store_id == store_id, r.address != plain(email))
    return tuple(session.execute(mine.where(r.phone.not_in(others))).scalars())


def is_erased(email: str) -> bool:
    """Whether a customer's address stands for somebody who was erased."""
    return email.endswith(NOBODY)


def by_email(session: Session, email: str, store: str) -> int:
    """The customer of a store with this address; its key may be left out where only one has them. Raises NotFound, Conflict."""
    customers = _table("customer")
    query = sa.select(customers.c.id).where(sa.func.lower(customers.c.email) == plain(email))
    if store:
        query = query.where(customers.c.store_id == stores.store_by_key(session, store).id)
    found = list(session.execute(query.order_by(customers.c.id).limit(2)).scalars())
    if not found:
        raise NotFound("Nobody with this address is known.")
    if len(found) > 1:
        raise Conflict("Several stores know this address. Say which: ?store=KEY.", code="several_stores")
    return int(found[0])


# --- erasing ----------------------------------------------------------------------------------------------------------


def erase(session: Session, customer_id: int, *, typed: str, by: str) -> Person:
    """Take a person out of everything. `typed` is their address, to be sure. Raises Refused, Conflict, NotFound."""
    who = person(session, customer_id)
    if plain(typed) != plain(who.email):
        raise Refused("Nothing was erased. Type the customer's e-mail address exactly, to be sure that it is the right one.", where="typed")
    _refuse_on_its_way(session, who)
    own = _words(session, who)
    stopped = [way for way, row in consents.standing(session, who.store_id, who.email).items() if not row.given]
    _suppressions(session, who, stopped)
    for place in PLACES:
        if place.table == "message":
            _messages(session, place, who, own)
        else:
            _empty(session, place, who, own)
    tracking.forget(session, who.parcels)
    _terms(session, who, own)
    _tags(session, who, own)
    _keys(session, who)
    _loose(session, who, own)
    customers = _table("customer")
    session.execute(sa.update(customers).where(customers.c.id == customer_id).values(email=f"erased-{customer_id}{NOBODY}"))
    people.note(session, by, "person erased", f"customer {customer_id}, {len(who.orders)} orders")
    return who


def erase_by_email(session: Session, email: str, store: str, *, typed: str, by: str) -> bool:
    """The same for the person of a store with this address. False where nobody is known by it: they may be erased already."""
    if plain(typed) != plain(email):
        raise Refused("Nothing was erased. `confirm` is not the address of the path.", where="confirm")
    try:
        ident = by_email(session, email, store)
    except NotFound:
        if store:
            stores.store_by_key(session, store)
        return False
    erase(session, ident, typed=typed, by=by)
    return True


def _refuse_on_its_way(session: Session, who: Person) -> None:
    o, m = _table("orders").c, _table("message").c
    waits = sa.select(o.ref).where(o.customer_id == who.customer_id, o.ordered - o.cancelled > o.handed_over).order_by(o.id).limit(5)
    refs = list(session.execute(waits).scalars())
    if refs:
        raise Conflict(f"Nothing was erased: {', '.join(refs)} still has to be sent. Send or cancel what is open first.", code="on_its_way")
    goes = sa.select(m.id).where(m.order_id.in_(who.orders), m.state == "sending").limit(1)
    if session.execute(goes).first() is not None:
        raise Conflict("Nothing was erased: a message to this person is being sent at this moment. Try again in a minute.", code="sending")


def _words(session: Session, who: Person) -> Pattern[str]:
    orders, readers = _table("orders"), _table("reader")
    rows = session.execute(sa.select(*(orders.c[name] for name in OWN)).where(orders.c.customer_id == who.customer_id)).all()
    phones = session.execute(sa.select(readers.c.phone).where(readers.c.store_id == who.store_id, readers.c.address == plain(who.email))).scalars()
    phrases = [who.email, *phones, *(getattr(row, name) for row in rows for name in OWN)]
    names = [who.name, *(getattr(row, name) for row in rows for name in NAMES)]
    return erasure_words.pattern(phrases, [name for name in names if name != GONE])


def _where(place: Place, table: sa.Table, who: Person, some: Iterable[int]) -> sa.ColumnElement[bool]:
    if place.by == "person":
        mine = table.c.store_id == who.store_id
        return sa.and_(sa.or_(mine, table.c.store_id.is_(None)) if place.any_store else mine, sa.func.lower(table.c[place.column]).in_(who.addresses))
    return table.c[place.column].in_(list(some))


def _portions(place: Place, who: Person) -> Iterator[tuple[int, ...]]:
    if place.by == "person":
        yield ()
        return
    mine = who.ids(place.by)
    for n in range(0, len(mine), PORTION):
        yield mine[n : n + PORTION]


def _empty(session: Session, place: Place, who: Person, own: Pattern[str]) -> None:
    table = _table(place.table)
    for some in _portions(place, who):
        where = _where(place, table, who, some)
        if place.goes:
            session.execute(sa.delete(table).where(where))
            continue
        _clean(session, table, where, place.clean, own)
        if place.sets:
            session.execute(sa.update(table).where(where).values(dict(place.sets)))


def _clean(session: Session, table: sa.Table, where: sa.ColumnElement[bool], columns: Iterable[str], own: Pattern[str]) -> None:
    keys, named = list(table.primary_key.columns), [table.c[name] for name in columns]
    if not named:
        return
    for row in session.execute(sa.select(*keys, *named).where(where)).all():
        new = {column.name: _fitting(column, erasure_words.cleaned(value, own)) for column, value in zip(named, row[len(keys) :], strict=True)}
        if new != {column.name: value for column, value in zip(named, row[len(keys) :], strict=True)}:
            same = sa.and_(*(key == value for key, value in zip(keys, row, strict=False)))
            session.execute(sa.update(table).where(same).values(new))


def _fitting(column: sa.Column[Any], value: Any) -> Any:  # noqa: ANN401  (a text, bytes of one, or JSON)
    """What stands in a name's place may be longer than it was."""
    longest = getattr(column.type, "length", None)
    return value[:longest] if isinstance(value, str) and longest else value


def _messages(session: Session, place: Place, who: Person, own: Pattern[str]) -> None:
    """Renderings and recipients go, that there was a message stays; what has not gone never goes."""
    table = _table("message")
    for some in _portions(place, who):
        where = _where(place, table, who, some)
        _clean(session, table, where, MESSAGE_CLEAN, own)
        for ident, key in session.execute(sa.select(table.c.id, table.c.key).where(where)).all():
            values = {**MESSAGE, "key": f"erased:{ids.signature(settings().key(), 'message', key)}"}
            session.execute(sa.update(table).where(table.c.id == ident).values(values))
            over = sa.update(table).where(table.c.id == ident, table.c.state.in_(["held", "dead", "unknown"]))
            session.execute(over.values(state="skipped", reason="the person was erased"))


def _suppressions(session: Session, who: Person, stopped: list[str]) -> None:
    """Who must not be written to stays so, by a fingerprint; who stopped marketing, too. What holds for every store is this person's
    alone where no other store knows them.
    """
    table, customers = _table("suppression"), _table("customer")
    another = sa.select(customers.c.id).where(sa.func.lower(customers.c.email) == plain(who.email), customers.c.id != who.customer_id).limit(1)
    alone = session.execute(another).first() is None
    theirs = sa.or_(table.c.store_id == who.store_id, table.c.store_id.is_(None)) if alone else table.c.store_id == who.store_id
    mine, mark = sa.and_(table.c.address.in_(who.addresses), theirs), suppressions.fingerprint(who.email)
    session.execute(sa.delete(table).where(mine, table.c.lifted_at.is_not(None)))
    for row in session.execute(sa.select(table).where(mine)).all():
        suppressions.suppress(session, row.channel, suppressions.fingerprint(row.address), scope=row.scope, store_id=row.store_id, why="asked before they were erased", source="erasure", until=row.until)
        session.execute(sa.delete(table).where(table.c.id == row.id))
    for way in stopped:
        suppressions.suppress(session, way, mark, scope="marketing", store_id=who.store_id, why="stopped marketing before they were erased", source="erasure")


def _terms(session: Session, who: Person, own: Pattern[str]) -> None:
    terms = _table("order_term").c
    for n in range(0, len(who.orders), PORTION):
        found = session.execute(sa.select(terms.term, terms.order_id).where(terms.order_id.in_(who.orders[n : n + PORTION]))).all()
        for term, order_id in found:
            if own.search(term):
                session.execute(sa.delete(_table("order_term")).where(terms.term == term, terms.order_id == order_id))


def _tags(session: Session, who: Person, own: Pattern[str]) -> None:
    table = _table("tag")
    mine = sa.or_(sa.and_(table.c.noun == "customer", table.c.noun_id == who.customer_id), sa.and_(table.c.noun == "order", table.c.noun_id.in_(who.orders)))
    for ident, noun, tag in session.execute(sa.select(table.c.id, table.c.noun, table.c.tag).where(mine)).all():
        if noun == "customer" or own.search(tag):
            session.execute(sa.delete(table).where(table.c.id == ident))


def _keys(session: Session, who: Person) -> None:
    """Answers that are kept under a key or an address of ours with the person's in it go: a repeat is answered anew. Reports are
    named by a fingerprint.
    """
    reports, kept = _table("mail_report"), _table("idempotency")
    for ident, key in session.execute(sa.select(reports.c.id, reports.c.key).where(_holds(session, reports.c.key, who.email))).all():
        session.execute(sa.update(reports).where(reports.c.id == ident).values(key=f"erased:{ids.signature(settings().key(), 'report', key)}"))
    mine = (kept.c[name] for name in ("key", "route"))
    session.execute(sa.delete(kept).where(sa.or_(*(_holds(session, one, email) for one in mine for email in {who.email, quote(who.email)}))))


def _loose(session: Session, who: Person, own: Pattern[str]) -> None:
    """Rows that belong to nobody by a column: those with an address or number of theirs in them, and what scans of their orders answered."""
    refs = list(session.execute(sa.select(_table("orders").c.ref).where(_table("orders").c.id.in_(who.orders))).scalars())
    for name in LOOSE:
        table = _table(name)
        columns = [one for one in personal_columns.texts(table) if not one.primary_key and not one.unique]
        holds = [_holds(session, one, address) for one in columns for address in {who.email, *who.addresses}]  # bytes keep their letter case
        if name == "scan":
            holds += [table.c.reply.contains(f"Order {ref}:", autoescape=True) for ref in refs]
        where = sa.or_(sa.false(), *holds)
        if "store_id" in table.c:
            where = sa.and_(where, sa.or_(table.c.store_id.is_(None), table.c.store_id == who.store_id))
        if name == "outbox":
            where = sa.and_(where, table.c.subject.is_(None))
        _clean(session, table, where, [one.name for one in columns], own)


def _holds(session: Session, column: sa.Column[Any], address: str) -> sa.ColumnElement[bool]:
    if isinstance(column.type, sa.LargeBinary):
        return _in_bytes(session, column, address)
    return sa.func.lower(sa.cast(column, sa.Text)).contains(plain(address), autoescape=True)


def _in_bytes(session: Session, column: sa.Column[Any], text: str) -> sa.ColumnElement[bool]:
    if session.connection().dialect.name == "sqlite":
        return sa.func.instr(column, text.encode()) > 0
    return sa.func.encode(column, "escape").contains(text, autoescape=True)


# --- telling ----------------------------------------------------------------------------------------------------------


def told(customer_id: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """All that is kept about a person, table by table in portions, each read in a transaction of its own."""
    with db.reading() as session:
        who = person(session, customer_id)
    for place in PLACES:
        if place.table not in EXPORTED:
            continue
        for some in _portions(place, who):
            with db.reading() as session:
                table = _table(place.table)
                rows = session.execute(sa.select(table).where(_where(place, table, who, some))).mappings().all()
                yield place.table, [dict(row) for row in rows]
