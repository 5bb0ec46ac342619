"""Reads of picking."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core.errors import NotFound
from stowline.inventory.models import Location
from stowline.orders.models import Order
from stowline.picking.models import Cart, PickLine, PickList, Tote
from stowline.picking.rules import Stop

_n, _t = PickLine.__table__.c, Tote.__table__.c  # type: ignore[attr-defined]
_p, _o = Product.__table__.c, Order.__table__.c  # type: ignore[attr-defined]
_target = Location.__table__.alias("target")  # type: ignore[attr-defined]
_from = Location.__table__.c  # type: ignore[attr-defined]

_STOPS = (
    sa.select(_n.id, _n.pick_list_id, _n.order_id, _o.ref, _n.order_line_id, _n.product_id, _p.sku, _p.name, _p.detail,
              _n.from_id, _from.code, _n.to_id, _target.c.code, _t.code, _t.number, _t.color,
              _n.tote_id, _n.qty, _n.picked)
    .select_from(PickLine)
    .join(Order, _o.id == _n.order_id)
    .join(Product, _p.id == _n.product_id)
    .join(Location, _from.id == _n.from_id)
    .join(_target, _target.c.id == _n.to_id)
    .outerjoin(Tote, _t.id == _n.tote_id)
)
_NEXT = (
    _STOPS.where(_n.pick_list_id == sa.bindparam("list"), _n.state == sa.literal_column("'open'"))
    .order_by(_n.sequence, _n.id)
    .limit(1)
)


def next_stop(session: Session, list_id: int) -> Stop | None:
    """The first open line of a pick list, along the walk."""
    row = session.connection().execute(_NEXT, {"list": list_id}).one_or_none()
    return Stop(*row) if row else None


def stop(session: Session, line_id: int) -> Stop:
    """One pick line by its id."""
    return Stop(*session.execute(_STOPS.where(_n.id == line_id)).one())


def stops(session: Session, list_id: int, limit: int = 60) -> list[tuple[Stop, str]]:
    """The lines of a pick list along the walk, each with its state."""
    query = _STOPS.add_columns(_n.state).where(_n.pick_list_id == list_id).order_by(_n.sequence, _n.id).limit(limit)
    return [(Stop(*row[:-1]), row[-1]) for row in session.execute(query)]


_OPEN = sa.select(PickList.__table__).where(  # type: ignore[attr-defined]
    PickList.__table__.c.task == sa.bindparam("task"), PickList.__table__.c.closed_at.is_(None)  # type: ignore[attr-defined]
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
    released_at: datetime
    closed_at: datetime | None


def open_list(session: Session, ref: str) -> OpenList | None:
    """The open pick list of a cart code or order ref."""
    row = session.connection().execute(_OPEN, {"task": ref}).one_or_none()
    return OpenList(*row) if row else None


def list_by_id(session: Session, list_id: int) -> OpenList:
    """A pick list as it is now, open or closed."""
    table = PickList.__table__  # type: ignore[attr-defined]
    return OpenList(*session.connection().execute(sa.select(table).where(table.c.id == list_id)).one())


def is_cart(session: Session, ref: str) -> bool:
    """Whether a pick task's ref is a cart."""
    return session.exec(select(Cart.id).where(Cart.code == ref)).first() is not None


def known_task(session: Session, ref: str) -> bool:
    """Whether a pick task's ref is a cart or an order."""
    if is_cart(session, ref):
        return True
    order_ref = ref.partition("/")[2] or ref
    return session.exec(select(Order.id).where(col(Order.ref).in_([ref, order_ref]))).first() is not None


def open_lists(session: Session, *, after: str = "", limit: int = 50) -> list[OpenList]:
    """Open pick lists by task."""
    table = PickList.__table__  # type: ignore[attr-defined]
    query = sa.select(table).where(table.c.closed_at.is_(None), table.c.task > after).order_by(table.c.task).limit(limit)
    return [OpenList(*row) for row in session.execute(query)]


def cart_by_code(session: Session, code: str) -> Cart:
    """A cart by its code. Raises NotFound."""
    found = session.exec(select(Cart).where(Cart.code == code)).one_or_none()
    if found is None:
        raise NotFound(f"There is no cart {code}.", where="task")
    return found


def free_carts(session: Session, limit: int = 50) -> list[Cart]:
    """Carts without an open pick list that have a free tote, or one whose order can be completed now."""
    lists = PickList.__table__.c  # type: ignore[attr-defined]
    busy = sa.select(lists.id).where(lists.cart_id == Cart.__table__.c.id, lists.closed_at.is_(None)).exists()  # type: ignore[attr-defined]
    room = (
        sa.select(_t.id)
        .outerjoin(Order, _o.id == _t.order_id)
        .where(_t.cart_id == Cart.__table__.c.id, sa.or_(_t.order_id.is_(None), _o.state == "allocated"))  # type: ignore[attr-defined]
        .exists()
    )
    return list(session.exec(select(Cart).where(~busy, room).order_by(col(Cart.code)).limit(limit)))


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
    """Orders whose units are all promised and that are on no pick list, by priority, then the day they were placed."""
    query = select(Order).where(Order.state == "allocated")
    if after is not None:
        key = sa.tuple_(_o.priority, _o.placed_at, _o.id)
        at = sa.bindparam(None, after[1], _o.placed_at.type)
        query = query.where(key > sa.tuple_(sa.literal(after[0]), at, sa.literal(after[2])))
    return list(session.exec(query.order_by(col(Order.priority), col(Order.placed_at), col(Order.id)).limit(limit)))


def open_lines_of(session: Session, order_id: int) -> list[PickLine]:
    """The open pick lines of an order."""
    return list(session.exec(select(PickLine).where(PickLine.order_id == order_id, PickLine.state == "open")))
