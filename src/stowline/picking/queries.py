"""Reads of picking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core.errors import NotFound
from stowline.core.hot import Hot
from stowline.orders.models import Order
from stowline.orders.queries import LEAST_URGENT, URGENT
from stowline.picking.models import Cart, PickLine, PickList, Tote
from stowline.picking.rules import Stop

_n, _t = PickLine.__table__.c, Tote.__table__.c  # type: ignore[attr-defined]
_p, _o = Product.__table__.c, Order.__table__.c  # type: ignore[attr-defined]

# What a picker reads below the name: the kit that the units are for, then the product's own detail.
_FOR_KIT = """
    SELECT 'for kit ' || k.name || CASE WHEN p.detail <> '' THEN ', ' || p.detail ELSE '' END
    FROM order_line w JOIN order_kit k ON k.id = w.kit_id WHERE w.id = n.order_line_id
"""
_STOP = """
    SELECT n.id, n.pick_list_id, n.order_id, o.ref, n.order_line_id, n.product_id, p.sku, p.name, COALESCE(({for_kit}), p.detail), n.from_id,
        f.code, n.to_id, t.code, b.code, b.number, b.color, n.tote_id, n.qty, n.picked, n.lot, n.serial,
        p.lots, p.serials, f.kind, o.expedite, o.priority = 0{more}
    FROM pick_line n JOIN orders o ON o.id = n.order_id JOIN product p ON p.id = n.product_id
    JOIN location f ON f.id = n.from_id JOIN location t ON t.id = n.to_id LEFT JOIN tote b ON b.id = n.tote_id
"""
_ALONG = "ORDER BY n.sequence, n.id LIMIT "
_NEXT = Hot(f"{_STOP.format(for_kit=_FOR_KIT, more='')} WHERE n.pick_list_id = :list AND n.state = 'open' {_ALONG} 1")
_ONE = Hot(f"{_STOP.format(for_kit=_FOR_KIT, more='')} WHERE n.id = :id")
_ALL = Hot(f"{_STOP.format(for_kit=_FOR_KIT, more=', n.state')} WHERE n.pick_list_id = :list {_ALONG} :most")


def next_stop(session: Session, list_id: int) -> Stop | None:
    """The first open line of a pick list, along the walk."""
    row = _NEXT.one(session, list=list_id)
    return Stop(*row) if row else None


def stop(session: Session, line_id: int) -> Stop:
    """One pick line by its id."""
    row = _ONE.one(session, id=line_id)
    assert row is not None
    return Stop(*row)


def sequence_of(session: Session, line_id: int) -> int:
    """A pick line's place on the walk."""
    return int(session.execute(sa.select(_n.sequence).where(_n.id == line_id)).scalar_one())


def stops(session: Session, list_id: int, limit: int = 60) -> list[tuple[Stop, str]]:
    """The lines of a pick list along the walk, each with its state."""
    return [(Stop(*row[:-1]), row[-1]) for row in _ALL.all(session, list=list_id, most=limit)]


_AT_BIN = Hot(f"""{_STOP.format(for_kit=_FOR_KIT, more='')} WHERE n.product_id = :p AND n.from_id = :l AND n.lot = :lt AND n.serial = :sn
    AND n.state = 'open' AND n.picked < n.qty ORDER BY n.id DESC LIMIT 200""")


def open_stops_at(session: Session, product_id: int, location_id: int, lot: str = "", serial: str = "") -> list[Stop]:
    """Open lines that are to take units of a product out of a bin, those released last first."""
    return [Stop(*row) for row in _AT_BIN.all(session, p=product_id, l=location_id, lt=lot, sn=serial)]


_OF_LINE = Hot(f"""{_STOP.format(for_kit=_FOR_KIT, more='')} WHERE n.order_line_id = :w AND n.state = 'open' AND n.picked < n.qty
    ORDER BY n.id DESC""")


def open_stops_of(session: Session, line_id: int) -> list[Stop]:
    """Open lines that are to take units for an order line, those released last first; locked."""
    locked = select(PickLine.id).where(PickLine.order_line_id == line_id, PickLine.state == "open").order_by(col(PickLine.id))
    list(session.exec(locked.with_for_update()))
    return [Stop(*row) for row in _OF_LINE.all(session, w=line_id)]


# The task's list and who holds it, in one look.
_OPEN = Hot(
    "SELECT l.id, l.task, l.cart_id, l.order_id, l.at_id, l.lines, l.lines_done, h.holder, h.label, h.until"
    " FROM pick_list l LEFT JOIN task_lease h ON h.task = 'pick:' || l.task"
    " WHERE l.task = :task AND l.closed_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class OpenList:
    """A pick list that is being worked, or waits to be."""

    id: int
    task: str
    cart_id: int | None
    order_id: int | None
    at_id: int | None
    lines: int
    lines_done: int
    held: tuple[Any, ...] = (None, None, None)
    closed: bool = False


def open_list(session: Session, ref: str) -> OpenList | None:
    """The open pick list of a cart code or order ref."""
    row = _OPEN.one(session, task=ref)
    return _as_list(row, held=tuple(row[7:])) if row else None


def list_by_id(session: Session, list_id: int) -> OpenList:
    """A pick list as it is now, open or closed."""
    row = _LIST.one(session, list=list_id)
    assert row is not None
    return _as_list(row, closed=row[7] is not None)


def _as_list(row: Sequence[Any], **more: Any) -> OpenList:  # noqa: ANN401
    ident, task, cart_id, order_id, at_id, lines, done = row[:7]
    return OpenList(ident, task, cart_id, order_id, at_id, lines, done, **more)


_LIST = Hot("SELECT id, task, cart_id, order_id, at_id, lines, lines_done, closed_at FROM pick_list WHERE id = :list")


def is_cart(session: Session, ref: str) -> bool:
    """Whether a pick task's ref is a cart."""
    return session.exec(select(Cart.id).where(Cart.code == ref)).first() is not None


def known_task(session: Session, ref: str) -> bool:
    """Whether a pick task's ref is a cart or an order."""
    if is_cart(session, ref):
        return True
    order_ref = ref.partition("/")[2] or ref
    return session.exec(select(Order.id).where(col(Order.ref).in_([ref, order_ref]))).first() is not None


def open_lists(session: Session, *, after: str = "", limit: int = 50, urgent: bool | None = None) -> list[OpenList]:
    """Open pick lists by task. `urgent`: only those with an open line of an urgent order, or only the others."""
    t = PickList.__table__.c  # type: ignore[attr-defined]
    query = sa.select(t.id, t.task, t.cart_id, t.order_id, t.at_id, t.lines, t.lines_done)
    query = query.where(t.closed_at.is_(None), t.task > after).order_by(t.task).limit(limit)
    if urgent is not None:
        line = sa.select(_n.id).join(Order, _o.id == _n.order_id)
        some = line.where(_n.pick_list_id == t.id, _n.state == "open", _o.priority == URGENT).exists()
        query = query.where(some if urgent else ~some)
    return [OpenList(*row) for row in session.execute(query)]


def cart_by_code(session: Session, code: str) -> Cart:
    """A cart by its code. Raises NotFound."""
    found = session.exec(select(Cart).where(Cart.code == code)).one_or_none()
    if found is None:
        raise NotFound(f"There is no cart {code}.", where="task")
    return found


def free_carts(session: Session, *, after: str = "", limit: int = 50) -> list[Cart]:
    """Carts without an open pick list that have a free tote, or one whose order can be completed now."""
    lists = PickList.__table__.c  # type: ignore[attr-defined]
    busy = sa.select(lists.id).where(lists.cart_id == Cart.__table__.c.id, lists.closed_at.is_(None)).exists()  # type: ignore[attr-defined]
    room = (
        sa.select(_t.id)
        .outerjoin(Order, _o.id == _t.order_id)
        .where(_t.cart_id == Cart.__table__.c.id, sa.or_(_t.order_id.is_(None), _o.state == "allocated"))  # type: ignore[attr-defined]
        .exists()
    )
    return list(session.exec(select(Cart).where(~busy, room, col(Cart.code) > after).order_by(col(Cart.code)).limit(limit)))


def free_totes(session: Session, cart_id: int) -> list[Tote]:
    """The cart's totes that hold no order, by number; locked."""
    query = select(Tote).where(Tote.cart_id == cart_id, col(Tote.order_id).is_(None)).order_by(col(Tote.number))
    return list(session.exec(query.with_for_update()))


def totes_to_complete(session: Session, cart_id: int) -> list[Tote]:
    """The cart's totes whose order ran short before and has its stock now."""
    query = select(Tote).join(Order, _o.id == _t.order_id).where(Tote.cart_id == cart_id, Order.state == "allocated")
    return list(session.exec(query.order_by(col(Tote.number))))


def tote_by_code(session: Session, code: str) -> Tote | None:
    """A tote by its code."""
    return session.exec(select(Tote).where(Tote.code == code)).one_or_none()


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A tote with an order in it: the cart it belongs to, and whether all of the order is picked."""

    cart: str
    picked: bool


def tote_on_its_way(session: Session, code: str) -> OnItsWay | None:
    """Where a tote's order stands; None for an empty tote."""
    query = sa.select(Cart.__table__.c.code, _o.state).join(Tote, _t.cart_id == Cart.__table__.c.id)  # type: ignore[attr-defined]
    row = session.execute(query.join(Order, _o.id == _t.order_id).where(_t.code == code)).first()
    return OnItsWay(row[0], row[1] in ("picked", "packed")) if row else None


def totes_of(session: Session, cart_id: int) -> int:
    """How many totes a cart has."""
    return int(session.execute(sa.select(sa.func.count()).where(_t.cart_id == cart_id)).scalar_one())


def tote_of(session: Session, order_id: int) -> Tote | None:
    """The tote an order is in."""
    return session.exec(select(Tote).where(Tote.order_id == order_id)).one_or_none()


def totes_with(session: Session, order_ids: list[int]) -> dict[int, Tote]:
    """Totes by the order in them."""
    return {t.order_id or 0: t for t in session.exec(select(Tote).where(col(Tote.order_id).in_(order_ids)))}


def picked_into(session: Session, order_id: int) -> int | None:
    """The place an order's picked units stand at."""
    query = sa.select(_n.to_id).where(_n.order_id == order_id, _n.picked > 0).order_by(_n.id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def ready_orders(session: Session, *, after: tuple[int, datetime, int] | None = None, limit: int = 50) -> list[Order]:
    """Orders that have what goes out next promised and are on no pick list, by priority, then as their store serves."""
    query = select(Order).where(Order.state == "allocated")
    if after is not None:
        key = sa.tuple_(_o.priority, _o.serve_at, _o.id)
        at = sa.bindparam(None, after[1], _o.serve_at.type)
        query = query.where(key > sa.tuple_(sa.literal(after[0]), at, sa.literal(after[2])))
    return list(session.exec(query.order_by(col(Order.priority), col(Order.serve_at), col(Order.id)).limit(limit)))


def open_lines_of(session: Session, order_id: int) -> list[PickLine]:
    """The open pick lines of an order."""
    return list(session.exec(select(PickLine).where(PickLine.order_id == order_id, PickLine.state == "open")))


@dataclass(frozen=True, slots=True)
class ReadyOnShelf:
    """An order whose goods lie in its slot of the backorder shelf, and what is missing there in bins: it can be picked."""

    order_id: int
    task: str
    order: str
    slot: str
    taken_at: datetime | None


_READY = sa.text("""
    SELECT o.id, CASE WHEN EXISTS (SELECT 1 FROM orders t WHERE t.ref = o.ref AND t.id <> o.id) THEN st.key || '/' || o.ref
        ELSE o.ref END AS task, o.ref, l.code, s.taken_at
    FROM shelf_slot s JOIN orders o ON o.id = s.order_id JOIN location l ON l.id = s.location_id JOIN store st ON st.id = o.store_id
    WHERE o.state = 'allocated' AND o.id > :after AND o.priority BETWEEN :first AND :last
        AND EXISTS (SELECT 1 FROM shelf_line n WHERE n.order_id = o.id AND n.state = 'on_shelf')
        AND NOT EXISTS (SELECT 1 FROM shelf_line n WHERE n.order_id = o.id AND n.state = 'open')
        AND NOT EXISTS (
            SELECT 1 FROM (
                SELECT k.product_id AS p, SUM(k.allocated - k.released - COALESCE((SELECT SUM(n.qty) FROM shelf_line n
                    WHERE n.order_line_id = k.id AND n.state = 'on_shelf'), 0)) AS n
                FROM order_line k WHERE k.order_id = o.id AND k.allocated > k.released GROUP BY k.product_id) AS w
            WHERE w.n > COALESCE((SELECT SUM(b.qty - b.bound) FROM balance b JOIN location f ON f.id = b.location_id
                WHERE b.product_id = w.p AND b.condition = 'good' AND b.qty > b.bound AND f.kind IN ('pick', 'storage')), 0))
    ORDER BY o.id LIMIT :most
""").columns(taken_at=Order.__table__.c.placed_at.type)  # type: ignore[attr-defined]


def ready_on_shelf(session: Session, *, after: int = 0, limit: int = 50, urgent: bool | None = None) -> list[ReadyOnShelf]:
    """Orders that are complete with what lies in their slot, by id: `pick:ORDER-REF` takes each. `urgent`: as `open_lists`."""
    first, last = {None: (URGENT, LEAST_URGENT), True: (URGENT, URGENT), False: (URGENT + 1, LEAST_URGENT)}[urgent]
    asked = {"after": after, "most": limit, "first": first, "last": last}
    return [ReadyOnShelf(*row) for row in session.execute(_READY, asked)]
