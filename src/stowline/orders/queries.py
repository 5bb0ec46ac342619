"""Reads of orders."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core.errors import Conflict, NotFound
from stowline.orders.models import Order, OrderKit, OrderLine, SearchTerm
from stowline.orders.rules import LEAST_URGENT, OPEN, URGENT, marks
from stowline.stores.models import Store

__all__ = ["LEAST_URGENT", "URGENT", "marks"]  # words of an order that goes before others, for rooms below
_o, _l, _k = Order.__table__.c, OrderLine.__table__.c, OrderKit.__table__.c  # type: ignore[attr-defined]


def order(session: Session, order_id: int) -> Order:
    """An order by its id. Raises NotFound."""
    found = session.get(Order, order_id)
    if found is None:
        raise NotFound("There is no such order.")
    return found


def lock(session: Session, order_id: int) -> Order:
    """An order, read anew and locked until the transaction ends."""
    query = select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound("There is no such order.")
    return found


def lock_all(session: Session, order_ids: Iterable[int]) -> None:
    """Orders, locked in order of id until the transaction ends."""
    query = select(Order).where(col(Order.id).in_(sorted(set(order_ids)))).order_by(col(Order.id))
    list(session.exec(query.with_for_update().execution_options(populate_existing=True)))


def by_ref(session: Session, ref: str, store: str = "") -> Order:
    """An order by its ref, exactly; `KEY/REF` names the store too. Raises NotFound, or Conflict where stores share it."""
    query = select(Order, Store).join(Store, col(Store.id) == col(Order.store_id)).where(Order.ref == ref)
    if store:
        query = query.where(Store.key == store)
    found = list(session.exec(query.limit(20)))
    if len(found) == 1:
        return found[0][0]
    if found:
        names = ", ".join(sorted(s.key for _, s in found))
        raise Conflict(f"Several stores have an order {ref}: {names}. Add ?store=.", code="ambiguous", where="store")
    key, slash, rest = ref.partition("/")
    if slash and not store:
        return by_ref(session, rest, key)
    raise NotFound(f"There is no order {ref}{f' in store {store}' if store else ''}.", where="ref")


def numbered(session: Session, refs: Sequence[str], store_id: int | None, most: int) -> list[Order]:
    """The newest orders with one of these refs, of one store or of all."""
    query = select(Order).where(col(Order.ref).in_(list(refs)))
    if store_id is not None:
        query = query.where(Order.store_id == store_id)
    return list(session.exec(query.order_by(col(Order.id).desc()).limit(most)))


@dataclass(frozen=True, slots=True)
class LineView:
    """An order line with its product. One of a kit has `per_kit` units in one kit of what was sold as `kit_id`."""

    id: int
    product_id: int
    sku: str
    name: str
    unit_price: int
    ordered: int
    cancelled: int
    allocated: int
    released: int
    picked: int
    packed: int
    handed_over: int
    returned: int
    kit_id: int | None = None
    per_kit: int = 1
    substitute_for: int | None = None
    substitutes_ok: bool = False
    take_out: int = 0

    @property
    def waiting(self) -> int:
        """Units without stock."""
        return self.ordered - self.cancelled - self.allocated


def lines(session: Session, order_id: int) -> list[LineView]:
    """The lines of an order, as ordered."""
    p = Product.__table__.c  # type: ignore[attr-defined]
    query = (
        sa.select(_l.id, _l.product_id, p.sku, _l.name, _l.unit_price, _l.ordered, _l.cancelled, _l.allocated,
                  _l.released, _l.picked, _l.packed, _l.handed_over, _l.returned, _l.kit_id, _l.per_kit,
                  _l.substitute_for, _l.substitutes_ok, _l.take_out)
        .join(Product, p.id == _l.product_id)
        .where(_l.order_id == order_id)
        .order_by(_l.position, _l.id)
    )
    return [LineView(*row) for row in session.execute(query)]


def line(session: Session, line_id: int) -> OrderLine:
    """An order line by its id, read anew. Raises NotFound."""
    found = session.get(OrderLine, line_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such order line.")
    return found


def line_of(session: Session, order_id: int, line_id: int) -> OrderLine:
    """A line of this order, read anew. Raises NotFound, for a line of another order, too."""
    found = line(session, line_id)
    if found.order_id != order_id:
        raise NotFound("There is no such order line.")
    return found


@dataclass(frozen=True, slots=True)
class KitView:
    """Kits that were sold in one line of an order."""

    id: int
    product_id: int
    sku: str
    name: str
    quantity: int
    unit_price: int


def kits_of(session: Session, order_id: int) -> dict[int, KitView]:
    """The kits sold on an order, by id."""
    p = Product.__table__.c  # type: ignore[attr-defined]
    query = sa.select(_k.id, _k.product_id, p.sku, _k.name, _k.quantity, _k.unit_price).join(Product, p.id == _k.product_id)
    return {row[0]: KitView(*row) for row in session.execute(query.where(_k.order_id == order_id))}


def waiting_kits(session: Session, kit_ids: Sequence[int]) -> dict[int, int]:
    """Kits that wait for a part, by the kit's product: of each order as many as its scarcest part lacks."""
    if not kit_ids:
        return {}
    lacks = (_l.ordered - _l.cancelled - _l.allocated + _l.per_kit - 1) // _l.per_kit
    of_order = (
        sa.select(_l.kit_id, sa.func.max(lacks).label("n"))
        .where(_l.kit_id.is_not(None), _l.ordered - _l.cancelled > _l.allocated).group_by(_l.kit_id).subquery()
    )  # fmt: skip
    query = (
        sa.select(_k.product_id, sa.func.sum(of_order.c.n)).join(of_order, of_order.c.kit_id == _k.id)
        .where(_k.product_id.in_(list(kit_ids))).group_by(_k.product_id)
    )  # fmt: skip
    return {product_id: int(n) for product_id, n in session.execute(query)}


def owing(session: Session, product_id: int) -> str | None:
    """The ref of an order that is owed units of a product as it stands, not as a kit's part."""
    query = (
        sa.select(_o.ref).join(OrderLine, _l.order_id == _o.id)
        .where(_l.product_id == product_id, _l.kit_id.is_(None), _l.ordered - _l.cancelled > _l.handed_over)
    )  # fmt: skip
    return session.execute(query.order_by(_o.id).limit(1)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Search:
    """What a list of orders is narrowed to; `states` empty means all."""

    states: tuple[str, ...] = OPEN
    store_id: int | None = None
    text: str = ""
    after: tuple[datetime, int] | None = None
    newest_first: bool = False
    only: tuple[int, ...] | None = None


def search(session: Session, asked: Search, limit: int = 50) -> list[Order]:
    """Orders by the day they were placed, from after a key (placed_at, id). Every way in is an index."""
    query = select(Order)
    if asked.store_id is not None:
        # with states, their index is the way in: of one store the closed orders are many, the open ones few
        query = query.where((_o.store_id + 0 if asked.states else _o.store_id) == asked.store_id)
    if asked.only is not None:
        query = query.where(col(Order.id).in_(asked.only))
    if asked.text.strip():
        query = query.where(col(Order.id).in_(_matching(session, asked.text.strip())))
    if asked.after is not None:
        key = sa.tuple_(_o.placed_at, _o.id)
        after = sa.tuple_(sa.bindparam(None, asked.after[0], _o.placed_at.type), sa.literal(asked.after[1]))
        query = query.where(key < after if asked.newest_first else key > after)
    order_by = (col(Order.placed_at), col(Order.id))
    if asked.newest_first:
        order_by = tuple(c.desc() for c in order_by)  # type: ignore[assignment]
    if len(asked.states) > 1 and len(asked.states) < 13:
        return _merged(session, query, asked, order_by, limit)
    if asked.states and len(asked.states) == 1:
        query = query.where(Order.state == asked.states[0])
    return list(session.exec(query.order_by(*order_by).limit(limit)))


def _merged(session: Session, query: object, asked: Search, order_by: Sequence[object], limit: int) -> list[Order]:
    """One short index walk for each state, merged: a list of open orders never walks past the closed ones."""
    found: list[Order] = []
    for state in asked.states:
        part = query.where(Order.state == state).order_by(*order_by).limit(limit)  # type: ignore[attr-defined]
        found.extend(session.exec(part))
    found.sort(key=lambda o: (o.placed_at, o.id), reverse=asked.newest_first)
    return found[:limit]


def _matching(session: Session, text: str) -> list[int]:
    """Ids of at most 500 orders that a search text finds: by the beginning of a ref, e-mail, name or tracking number
    (all words must match), or by a SKU.
    """
    ids: set[int] | None = None
    for word in text.lower().split()[:5]:
        t = SearchTerm.__table__.c  # type: ignore[attr-defined]
        query = sa.select(t.order_id).where(t.term >= word, t.term < word + "\U0010fffd").order_by(t.term).limit(500)
        hits = set(session.execute(query).scalars())
        ids = hits if ids is None else ids & hits
    by_sku = sa.select(_l.order_id).join(Product).where(Product.sku == text).order_by(_l.order_id.desc()).limit(500)  # type: ignore[arg-type]
    by_kit = sa.select(_k.order_id).join(Product).where(Product.sku == text).order_by(_k.order_id.desc()).limit(500)  # type: ignore[arg-type]
    found = (ids or set()).union(session.execute(by_sku).scalars(), session.execute(by_kit).scalars())
    return sorted(found)


def counts(session: Session) -> dict[str, int]:
    """Number of orders by state; the two states that only grow are counted to 10,000 at most."""
    found: dict[str, int] = {}
    for state in OPEN:
        found[state] = int(session.execute(sa.select(sa.func.count()).where(_o.state == state)).scalar_one())
    for state in ("handed_over", "cancelled"):
        some = sa.select(_o.id).where(_o.state == state).limit(10_000).subquery()
        found[state] = int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
    return found


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A line that waits for stock: units, since when, and whose."""

    line_id: int
    order_id: int
    order_ref: str
    store_id: int
    customer: str
    product_id: int
    sku: str
    name: str
    units: int
    priority: int
    placed_at: datetime


def waiting_lines(
    session: Session, *, product_id: int | None = None, order_id: int | None = None,
    after: tuple[datetime, int] | None = None, limit: int = 50,
) -> list[WaitingLine]:
    """Lines that wait, oldest first, from after a key (placed_at, line id)."""
    p = Product.__table__.c  # type: ignore[attr-defined]
    query = (
        sa.select(_l.id, _o.id, _o.ref, _o.store_id, _o.customer_name, _l.product_id, p.sku, _l.name,
                  _l.ordered - _l.cancelled - _l.allocated, _l.priority, _l.placed_at)
        .join(Order, _o.id == _l.order_id)
        .join(Product, p.id == _l.product_id)
        .where(_l.ordered - _l.cancelled > _l.allocated)
    )
    if product_id is not None:
        query = query.where(_l.product_id == product_id)
    if order_id is not None:
        query = query.where(_l.order_id == order_id)
    if after is not None:
        at = sa.bindparam(None, after[0], _l.placed_at.type)
        query = query.where(sa.tuple_(_l.placed_at, _l.id) > sa.tuple_(at, sa.literal(after[1])))
    return [WaitingLine(*row) for row in session.execute(query.order_by(_l.placed_at, _l.id).limit(limit))]


def waiting_units(session: Session, product_ids: Sequence[int]) -> dict[int, int]:
    """Units that wait, by product."""
    if not product_ids:
        return {}
    query = (
        sa.select(_l.product_id, sa.func.sum(_l.ordered - _l.cancelled - _l.allocated))
        .where(_l.product_id.in_(list(product_ids)), _l.ordered - _l.cancelled > _l.allocated)
        .group_by(_l.product_id)
    )
    return {product_id: int(units) for product_id, units in session.execute(query)}


def eligible_units(session: Session, product_ids: Sequence[int]) -> dict[int, int]:
    """Units that wait and would be served now if there were any, by product."""
    query = (
        sa.select(_l.product_id, sa.func.sum(_l.ordered - _l.cancelled - _l.allocated))
        .where(_l.product_id.in_(list(product_ids)), _l.held.is_(False), _l.ordered - _l.cancelled > _l.allocated)
        .group_by(_l.product_id)
    )
    return {product_id: int(units) for product_id, units in session.execute(query)}


def count_in_state(session: Session, state: str, at_most: int) -> int:
    """Number of orders in a state, counted to `at_most`."""
    some = sa.select(_o.id).where(_o.state == state).limit(at_most).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def any_urgent(session: Session) -> bool:
    """Whether somebody can pick or pack for an urgent order."""
    states = ("allocated", "released", "picking", "picked", "packed")
    return session.execute(sa.select(_o.id).where(_o.state.in_(states), _o.priority == URGENT).limit(1)).first() is not None


def every_order(session: Session) -> Iterator[sa.Row[tuple[object, ...]]]:
    """Id, state, the eight counters, the hold and the way out of every order, streamed, for the proof of the invariants."""
    columns = (_o.id, _o.state, _o.ordered, _o.cancelled, _o.allocated, _o.released, _o.picked, _o.packed,
               _o.handed_over, _o.returned, _o.held, _o.ships, _o.most_parcels, _o.parcels)
    yield from session.execute(sa.select(*columns).execution_options(yield_per=1000))


def places_in_line(session: Session, line_ids: Sequence[int], *, at_most: int = 1000) -> dict[int, int]:
    """The place of each waiting line among the eligible ones of its product, in one statement: 1 is served next.

    Counted to `at_most`, so that it costs the same however long the line is.
    """
    if not line_ids:
        return {}
    b = OrderLine.__table__.alias("before")  # type: ignore[attr-defined]
    first = sa.tuple_(b.c.priority, b.c.serve_at, b.c.id) < sa.tuple_(_l.priority, _l.serve_at, _l.id)
    ahead = (
        sa.select(sa.literal(1).label("one"))
        .where(b.c.product_id == _l.product_id, b.c.held.is_(False), b.c.ordered - b.c.cancelled > b.c.allocated, first)
        .limit(at_most)
        .correlate(OrderLine.__table__)  # type: ignore[attr-defined]
        .subquery()
    )
    n = sa.select(sa.func.count()).select_from(ahead).correlate(OrderLine.__table__).scalar_subquery()  # type: ignore[attr-defined]
    query = sa.select(_l.id, n).where(_l.id.in_(list(line_ids)))
    return {line_id: int(found) + 1 for line_id, found in session.execute(query)}


def page_of(session: Session, customer_id: int, text: str, after: tuple[datetime, int] | None, most: int) -> list[Order]:
    """Orders of a customer, the newest first, from before a place on; with a text those of that number, or that hold such goods."""
    p = Product.__table__.c  # type: ignore[attr-defined]
    query = select(Order).where(Order.customer_id == customer_id)
    if text:
        inside = sa.select(_l.id).join(Product, p.id == _l.product_id).where(_l.order_id == _o.id)
        goods = (inside.where(sa.func.lower(column).contains(text.lower(), autoescape=True)).exists() for column in (p.name, p.sku))
        query = query.where(sa.or_(sa.func.lower(_o.ref).contains(text.lower(), autoescape=True), *goods))
    if after is not None:
        query = query.where(sa.tuple_(_o.placed_at, _o.id) < sa.tuple_(sa.literal(after[0], _o.placed_at.type), sa.literal(after[1])))
    return list(session.exec(query.order_by(_o.placed_at.desc(), _o.id.desc()).limit(most)))
