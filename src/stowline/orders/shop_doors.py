"""Verbs of shop doors: the one address of each store that hears instructions, its secrets, whether it is open."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import author, callout, clock, db, signing, timers
from stowline.core.config import settings
from stowline.core.errors import Conflict, NotFound
from stowline.orders.instruction_models import Instruction, ShopDoor
from stowline.orders.instruction_rules import OPEN
from stowline.orders.instructions import TIMER as ONE
from stowline.stores import queries as stores

TIMER = "shop-door"
AT_ONCE = 500
LOOK_AGAIN = timedelta(minutes=1)
_i = Instruction.__table__  # type: ignore[attr-defined]


def set_door(session: Session, store: str, url: str) -> ShopDoor:
    """Post the store's instructions to this address from now on, what is owed already too. A new door's secret is in the
    answer; a new address keeps it. Raises Refused for an address that may not be posted to, NotFound for a store.
    """
    callout.refuse_address(url, private=settings().webhook_private)
    store_id = stores.store_by_key(session, store).id or 0
    door = session.exec(select(ShopDoor).where(ShopDoor.store_id == store_id).with_for_update()).one_or_none()
    if door is None:
        door = ShopDoor(store_id=store_id, url=url, secret=signing.new_secret(), made_at=clock.now(),
                        made_by=author.current().who[:120])  # fmt: skip
    door.url, door.active, door.why, door.tries, door.rest_until = url, True, "", 0, None
    return _opened(session, door)


def _opened(session: Session, door: ShopDoor) -> ShopDoor:
    door.opened_at = clock.now()
    session.add(door)
    session.flush()
    timers.set_timer(session, TIMER, str(door.store_id), clock.now())
    return door


def door(session: Session, store_id: int, *, lock: bool = False) -> ShopDoor:
    """A store's door. Raises NotFound."""
    query = select(ShopDoor).where(ShopDoor.store_id == store_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound("This store has no address for instructions.")
    return found


def close(session: Session, store_id: int, why: str) -> None:
    """Post nothing until somebody opens it again; what is owed waits on the desk's list."""
    shut = door(session, store_id, lock=True)
    shut.active, shut.why = False, why[:300]
    session.add(shut)
    session.flush()


def reopen(session: Session, store_id: int) -> None:
    """Post again, at once."""
    shut = door(session, store_id, lock=True)
    shut.active, shut.why, shut.tries, shut.rest_until = True, "", 0, None
    _opened(session, shut)


def new_secret(session: Session, store_id: int) -> ShopDoor:
    """Sign with a new secret and the one before, until `forget_old_secret`. Raises Conflict while two are in use."""
    changed = door(session, store_id, lock=True)
    if changed.old_secret:
        raise Conflict("Two secrets are in use already. Forget the old one first.")
    changed.secret, changed.old_secret = signing.new_secret(), changed.secret
    session.add(changed)
    session.flush()
    return changed


def forget_old_secret(session: Session, store_id: int) -> None:
    """The shop knows the new secret: sign with that one alone."""
    changed = door(session, store_id, lock=True)
    changed.old_secret = ""
    session.add(changed)
    session.flush()


def catch_up(ref: str) -> None:
    """The door timer's work: plan a post for everything that is owed to this store and has none planned."""
    while db.run(lambda session: _plan(session, int(ref))) == AT_ONCE:
        continue
    db.run(lambda session: _look_again(session, ref))


def _look_again(session: Session, ref: str) -> None:
    """Once more for what was owed at the very moment in which the door opened."""
    opened = door(session, int(ref))
    if opened.active and clock.now() - (opened.opened_at or opened.made_at) < LOOK_AGAIN:
        timers.set_timer(session, TIMER, ref, clock.now() + LOOK_AGAIN)


def _plan(session: Session, store_id: int) -> int:
    query = (
        sa.select(_i.c.id).where(_i.c.store_id == store_id, _i.c.state.in_([*OPEN]), _i.c.next_at.is_(None))
        .order_by(_i.c.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    )  # fmt: skip
    now, ids = clock.now(), list(session.execute(query).scalars())
    session.execute(sa.update(_i).where(_i.c.id.in_(ids)).values(next_at=now))
    for ident in ids:
        timers.set_timer(session, ONE, str(ident), now)
    return len(ids)


def all_doors(session: Session) -> dict[int, ShopDoor]:
    """Every door by its store's id (a house has dozens of stores at the most)."""
    return {one.store_id: one for one in session.exec(select(ShopDoor).limit(500))}
