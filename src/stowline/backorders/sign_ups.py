"""The back-in-stock list: who asked to hear of a product, and whose turn it is when units are free.

Free units are those that no waiting order takes: it is served first, in the transaction that frees them. Then sign-ups
are told in the order in which they came, never more of them than free units times what their store allows; who was told
counts until none is free any more. `restock` keeps that count, so it holds over any number of receipts and orders.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation import queries as allocation
from stowline.backorders.events import BackInStock
from stowline.backorders.sign_up_models import Restock, SignUp
from stowline.backorders.sign_up_rules import State, Step, before, whose_turn
from stowline.core import clock, db, outbox, timers
from stowline.core.config import settings
from stowline.core.errors import Conflict, NotFound
from stowline.core.hot import Hot
from stowline.inventory import for_sale
from stowline.inventory import queries as inventory
from stowline.inventory.events import StockFreed, StockLeaving
from stowline.orders import queries as orders
from stowline.orders.events import DemandDropped, OrderEntered
from stowline.stores import queries as stores
from stowline.stores.queries import Store

TOO_MANY = "too_many"
TIMER, SWEEP = "back-in-stock", "back-in-stock-sweep"
EVERY = timedelta(hours=1)
AT_ONCE, MOST_PORTIONS, SWEPT = 200, 50, 1000
MOST_AWAITED = 50
"""Products of one store that one address may wait for: whoever signs somebody else up floods no mailbox."""
_s, _r = SignUp.__table__, Restock.__table__  # type: ignore[attr-defined]
_KEY = (_s.c.since, _s.c.id)


# --- the shopper ------------------------------------------------------------------------------------------------------


def sign_up(session: Session, store: Store, product_id: int, email: str, locale: str = "") -> tuple[SignUp, bool]:
    """Put a shopper on the list of a product: (the sign-up, whether it is new there). Who stands there keeps the place;
    who was told, or left, goes to the end. Raises Conflict while the product is in stock, or the address waits for many.
    """
    if free_for(session, store.id or 0, [product_id])[product_id] > 0:
        raise Conflict("This product is in stock. It can be ordered now.", code="in_stock", where="sku")
    email, now = email.lower(), clock.now()
    row = {"store_id": store.id, "product_id": product_id, "email": email, "locale": locale or store.locale, "since": now}
    known = sa.select(_s.c.id, _s.c.state).where(
        _s.c.store_id == store.id, _s.c.product_id == product_id, _s.c.email == email).with_for_update()  # fmt: skip
    found = session.execute(known).one_or_none()
    if found is None or found.state in before(Step.ASK):
        _refuse_many(session, store.id or 0, email)
    if found is None:
        ident = session.execute(sa.insert(_s).returning(_s.c.id), {**row, "state": State.WAITING, "times": 0}).scalar_one()
        return by_id(session, ident), True
    if found.state in before(Step.ASK):
        fresh = {"state": State.WAITING, "since": now, "locale": row["locale"]}
        session.execute(sa.update(_s).where(_s.c.id == found.id).values(fresh))
    return by_id(session, found.id), found.state in before(Step.ASK)


def _refuse_many(session: Session, store_id: int, email: str) -> None:
    mine = sa.select(_s.c.id).where(_s.c.email == email, _s.c.store_id == store_id, _s.c.state == State.WAITING)
    if len(session.execute(mine.limit(MOST_AWAITED)).all()) >= MOST_AWAITED:
        raise Conflict(f"This address waits for {MOST_AWAITED} products already. It can leave a list by the link in each mail.",
                       code=TOO_MANY, where="email")  # fmt: skip


def leave(session: Session, sign_up_id: int) -> SignUp:
    """The shopper wants to hear no more of this product; again: nothing changes. Raises NotFound."""
    one = by_id(session, sign_up_id)
    _step(session, sign_up_id, Step.LEAVE, State.LEFT)
    session.refresh(one)
    return one


def of_person(session: Session, store_id: int, email: str, most: int) -> list[SignUp]:
    """What somebody wants to hear of in a store, the newest first."""
    mine = sa.select(SignUp).where(_s.c.store_id == store_id, _s.c.email == email.strip().lower())
    return list(session.execute(mine.order_by(_s.c.id.desc()).limit(most)).scalars())


def by_id(session: Session, sign_up_id: int) -> SignUp:
    """A sign-up as it stands. Raises NotFound."""
    found = session.get(SignUp, sign_up_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such sign-up.")
    return found


def ahead(session: Session, one: SignUp, at_most: int = 10_000) -> int:
    """How many wait for the product before this one."""
    at = sa.bindparam(None, one.since, _s.c.since.type)
    some = sa.select(_s.c.id).where(_s.c.product_id == one.product_id, _s.c.state == State.WAITING,
                                    sa.tuple_(*_KEY) < sa.tuple_(at, sa.literal(one.id))).limit(at_most).subquery()  # fmt: skip
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def _step(session: Session, sign_up_id: int, step: Step, state: State) -> bool:
    """Take a step, if the sign-up is where it can be taken from: whether it was."""
    where = _s.c.id == sign_up_id, _s.c.state.in_(before(step))
    return bool(session.execute(sa.update(_s).where(*where).values(state=state)).rowcount)  # type: ignore[attr-defined]


# --- the stock --------------------------------------------------------------------------------------------------------

_WANTED = Hot("SELECT product_id FROM sign_up WHERE state = 'waiting' AND product_id = :p UNION SELECT s.product_id FROM"
              " kit_part k JOIN sign_up s ON s.product_id = k.kit_id WHERE k.part_id = :p AND s.state = 'waiting'")  # fmt: skip
_TOLD_OF = Hot("SELECT product_id FROM restock WHERE told > 0 AND (product_id = :p"
               " OR product_id IN (SELECT kit_id FROM kit_part WHERE part_id = :p))")  # fmt: skip


def on_freed(session: Session, fact: StockFreed | DemandDropped) -> None:
    """Units may be free: look whose turn it is, once the grace for a mistaken scan is over."""
    due = clock.now() + timedelta(seconds=settings().message_grace_s)
    for product_id in sorted({row[0] for part in fact.product_ids for row in _WANTED.all(session, p=part)}):
        timers.set_timer(session, TIMER, str(product_id), due)


def on_entered(session: Session, fact: OrderEntered) -> None:
    """An order took units: of what is sold out, nobody was told any more."""
    _sold_out(session, fact.product_ids, leaving=0)


def on_leaving(session: Session, fact: StockLeaving) -> None:
    """Units are about to leave the count."""
    _sold_out(session, [fact.product_id], leaving=fact.units)


def _sold_out(session: Session, product_ids: Iterable[int], *, leaving: int) -> None:
    for part in product_ids:
        for (product_id,) in _TOLD_OF.all(session, p=part):
            needs = for_sale.parts_of(session, [product_id])[product_id]
            there = {row.id: row.free for row in inventory.for_sale(session, ids=needs)}
            there[part] = there.get(part, 0) - leaving
            if any(there.get(one, 0) < units for one, units in needs.items()):
                session.execute(sa.update(_r).where(_r.c.product_id == product_id).values(told=0))


# --- whose turn it is -------------------------------------------------------------------------------------------------


def look(ref: str) -> None:
    """The timer's work: tell those whose turn it is, in portions, each in a transaction of its own. Safe to repeat."""
    for _ in range(MOST_PORTIONS):
        if db.run(lambda session: tell_some(session, int(ref))) < AT_ONCE:
            return
    db.run(lambda session: timers.set_timer(session, TIMER, ref, clock.now()))


def tell_some(session: Session, product_id: int) -> int:
    """Owe a message to the next in line, at most so many at once: how many. Its lock is the product's level, so that an
    order at the same moment is served before or after, never between.
    """
    shops = stores.all_stores(session)
    free = _free(session, product_id, [shop.id or 0 for shop in shops])
    told = session.execute(sa.select(_r.c.told).where(_r.c.product_id == product_id)).scalar_one_or_none() or 0
    allowed = {shop.id or 0: shop.notices_per_unit for shop in shops if free[shop.id or 0] * shop.notices_per_unit > told}
    if not allowed:
        return 0
    line = sa.select(_s.c.id, _s.c.store_id).where(
        _s.c.product_id == product_id, _s.c.state == State.WAITING, _s.c.store_id.in_(allowed))  # fmt: skip
    rows = session.execute(line.order_by(*_KEY).limit(AT_ONCE)).all()
    chosen = whose_turn([(row.id, row.store_id) for row in rows], free, told, allowed)
    if chosen:
        _tell(session, product_id, chosen)
    return len(chosen)


def _free(session: Session, product_id: int, store_ids: Iterable[int]) -> dict[int, int]:
    """Units, or kits, that are free for each store, its level locked: none while orders are owed some, none that are kept
    for another store.
    """
    needs = for_sale.parts_of(session, [product_id])[product_id]
    for_sale.free(session, [product_id], lock=True)
    if any(orders.eligible_units(session, list(needs)).values()) and not allocation.kept(session, list(needs)):
        return dict.fromkeys(store_ids, 0)
    return {store: free_for(session, store, [product_id])[product_id] for store in store_ids}


def free_for(session: Session, store_id: int, product_ids: Iterable[int]) -> dict[int, int]:
    """Units, or kits, that a new order of this store would get at once, by product: not those that are kept for others."""
    ids = sorted(set(product_ids))
    kept = allocation.kept(session, sorted({part for parts in for_sale.parts_of(session, ids).values() for part in parts}))
    less = {part: sum(units for store, units in of.items() if store != store_id) for part, of in kept.items()}
    return for_sale.free(session, ids, less=less)


def _tell(session: Session, product_id: int, chosen: list[int]) -> None:
    now, sku = clock.now(), inventory.sku(session, product_id)
    values = {"state": State.TOLD, "told_at": now, "times": _s.c.times + 1}
    mark = sa.update(_s).where(_s.c.id.in_(chosen), _s.c.state == State.WAITING).values(values).returning(_s.c.id, _s.c.times)
    marked = {row.id: row.times for row in session.execute(mark)}
    for ident in chosen:
        if ident in marked:
            outbox.record(session, BackInStock(ident, sku, marked[ident]))
    count = sa.text("INSERT INTO restock (product_id, told) VALUES (:p, :n) ON CONFLICT (product_id)"
                    " DO UPDATE SET told = restock.told + excluded.told")  # fmt: skip
    session.execute(count, {"p": product_id, "n": len(marked)})


def call_off(session: Session, sign_up_id: int) -> None:
    """It was sold out again before the message went: the sign-up keeps its place, and nobody was told."""
    one = by_id(session, sign_up_id)
    if _step(session, sign_up_id, Step.CALL_OFF, State.WAITING):
        fewer = sa.update(_r).where(_r.c.product_id == one.product_id, _r.c.told > 0).values(told=_r.c.told - 1)
        session.execute(fewer)


def sweep(_ref: str) -> None:
    """The hourly timer's work: look at every product that somebody waits for, for what nobody told us of."""
    after = 0
    while True:
        with db.reading() as session:
            some = sa.select(_s.c.product_id).where(_s.c.state == State.WAITING, _s.c.product_id > after).distinct()
            ids = list(session.execute(some.order_by(_s.c.product_id).limit(SWEPT)).scalars())
            there = [ident for ident, free in for_sale.free(session, ids).items() if free > 0]
        for ident in there:
            look(str(ident))
        if len(ids) < SWEPT:
            break
        after = ids[-1]
    db.run(lambda session: timers.set_timer(session, SWEEP, "", clock.now() + EVERY))


# --- reads ------------------------------------------------------------------------------------------------------------


def waiting_counts(session: Session, product_ids: Iterable[int]) -> dict[int, int]:
    """How many wait to hear of each product."""
    query = sa.select(_s.c.product_id, sa.func.count()).where(_s.c.state == State.WAITING, _s.c.product_id.in_(list(product_ids)))
    return {ident: int(n) for ident, n in session.execute(query.group_by(_s.c.product_id))}


def of_product(
    session: Session, product_id: int, *, state: str = "", after: tuple[datetime, int] | None = None, limit: int = 50
) -> list[SignUp]:
    """The list of a product in order, from after a key (since, id)."""
    query = sa.select(SignUp).where(_s.c.product_id == product_id)
    if state:
        query = query.where(_s.c.state == state)
    if after is not None:
        at = sa.bindparam(None, after[0], _s.c.since.type)
        query = query.where(sa.tuple_(*_KEY) > sa.tuple_(at, sa.literal(after[1])))
    return list(session.execute(query.order_by(*_KEY).limit(limit)).scalars())
