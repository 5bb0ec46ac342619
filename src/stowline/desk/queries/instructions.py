"""Instructions to shops as the desk lists them, and each store's address."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.desk import words
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, walk
from stowline.orders import instruction_post, shop_doors
from stowline.orders.instruction_models import Instruction, ShopDoor
from stowline.orders.instructions import KINDS, OPEN, WANTS_A_PERSON
from stowline.stores import queries as stores

_i = Instruction.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]
VIEWS = {"person": "For a person", "open": "Under way", "done": "Done", "all": "All"}
STATES: dict[str, tuple[str, ...]] = {
    "person": (*WANTS_A_PERSON, *OPEN), "open": tuple(OPEN), "done": ("acknowledged", "settled", "withdrawn"), "all": (),
}  # fmt: skip
CHIPS = {
    "owed": ("go", "To be sent"), "sent": ("wait", "Sent"), "acknowledged": ("ok", "Done by the shop"), "refused": ("bad", "Refused"),
    "dead": ("bad", "Dead"), "settled": ("done", "Settled by hand"), "withdrawn": ("done", "Withdrawn"),
}  # fmt: skip


def page(
    session: Session, view: str, place: Place, *, states: Sequence[str] = (), store_id: int | None = None, size: int = SIZE
) -> Page[Instruction]:
    """Instructions, newest first. "person" leaves out what a shop with an open address will still be asked."""
    query = select(Instruction)
    wanted = tuple(states) or STATES[view]
    if wanted:
        query = query.where(_i.state.in_(wanted))
    if view == "person" and not states:
        opened = [one.store_id for one in shop_doors.all_doors(session).values() if one.active]
        query = query.where(sa.or_(_i.state.in_(WANTS_A_PERSON), _i.store_id.not_in(opened)))
    if store_id is not None:
        query = query.where(_i.store_id == store_id)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Instruction]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_i.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.id or 0,), size)


def row(one: Instruction, store: str, *, door: bool) -> Row:
    """An instruction as a row: what, for whom, where it stands and why."""
    kind, word = CHIPS[one.state]
    if one.state in OPEN and not door:
        kind, word = "warn", "No address"
    return {
        "id": one.id, "ref": one.order_ref, "store_key": store, "what": KINDS[one.kind], "amount": one.amount_minor,
        "currency": one.currency, "goods": [(line["name"], line["quantity"]) for line in one.lines[:5]],
        "kind": kind, "word": word, "state": one.state, "say": words.capital(one.say) if one.say else "", "why": words.capital(one.why) if one.why else "", "shop_ref": one.ref, "note": one.note,
        "by": one.settled_by, "at": one.made_at, "next_at": one.next_at if one.state in OPEN else None,
        "may_replay": one.state in WANTS_A_PERSON, "may_settle": one.state in (*OPEN, *WANTS_A_PERSON),
    }  # fmt: skip


def rows(session: Session, found: Sequence[Instruction]) -> list[Row]:
    """The rows of a page or of an order."""
    shops = {shop.id: shop.key for shop in stores.all_stores(session)}
    doors = shop_doors.all_doors(session)
    return [row(one, shops[one.store_id], door=one.store_id in doors and doors[one.store_id].active) for one in found]


def doors(session: Session) -> list[Row]:
    """Every store with its address, if it has one."""
    known = shop_doors.all_doors(session)
    return [_door(shop.name, shop.key, known.get(shop.id or 0)) for shop in stores.all_stores(session)]


def _door(name: str, key: str, one: ShopDoor | None) -> Row:
    if one is None:
        state = ("warn", "No address")
    elif not one.active:
        state = ("done", "Closed")
    else:
        state = ("bad", "Failing") if one.tries else ("ok", "Open")
    return {"store": name, "key": key, "url": one.url if one else "", "kind": state[0], "word": state[1], "why": one.why if one else "",
            "active": bool(one and one.active), "two": bool(one and one.old_secret), "known": one is not None}  # fmt: skip


def told(session: Session, found: Sequence[Instruction]) -> list[Row]:
    """Instructions as programs read them."""
    shops = {shop.id: shop.key for shop in stores.all_stores(session)}
    return [
        instruction_post.told(one, shops[one.store_id])
        | {"state": one.state, "say": one.say, "ref": one.ref or None, "made_at": one.made_at, "sent_at": one.sent_at,
           "settled_at": one.settled_at}
        for one in found
    ]  # fmt: skip
