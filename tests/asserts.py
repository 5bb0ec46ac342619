"""Assertions in the words of the floor."""

from collections import Counter
from collections.abc import Iterable
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.desk.integrity.guards import GUARDS
from stowline.desk.integrity.invariant import Invariant, ask
from stowline.desk.integrity.prove import INVARIANTS
from tests.makers import Reply

# Whatever counts units or says where work stands. What a taken-back scan must restore, to the last column.
BOOKS = {
    "bins": "SELECT product_id, location_id, lot, serial, condition, qty, bound FROM balance WHERE qty <> 0",
    "levels": "SELECT product_id, on_hand, promised FROM stock_level WHERE on_hand <> 0 OR promised <> 0",
    "lines": "SELECT id, ordered, cancelled, allocated, released, picked, packed, handed_over, held FROM order_line",
    "orders": "SELECT id, state, parcels, ordered, cancelled, allocated, released, picked, packed, handed_over FROM orders",
    "picks": "SELECT id, qty, picked, lot, serial, state FROM pick_line",
    "lists": "SELECT id, lines, lines_done, closed_at IS NULL FROM pick_list",
    "totes": "SELECT id, order_id FROM tote",
    "parcels": "SELECT id, state, at_id, tote_id FROM parcel p WHERE state <> 'open'"
    " OR EXISTS (SELECT 1 FROM parcel_line l WHERE l.parcel_id = p.id AND l.qty > 0)",
    "boxes": "SELECT parcel_id, order_line_id, lot, serial, qty FROM parcel_line WHERE qty <> 0",
    "manifests": "SELECT m.id, m.closed_at IS NULL, p.parcel_id FROM manifest m"
    " LEFT JOIN manifest_parcel p ON p.manifest_id = m.id",
    "slots": "SELECT location_id, order_id FROM shelf_slot WHERE order_id IS NOT NULL",
    "shelf": "SELECT order_line_id, lot, serial, slot_id, at_id, qty, state FROM shelf_line WHERE state IN ('open', 'on_shelf')",
    "purchases": "SELECT id, received FROM purchase_order_line",
}

OF_ROWS = tuple(one for one in INVARIANTS if one not in GUARDS)  # no story changes the tables themselves


def books(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every count in the house, for comparing before and after."""
    return {name: sorted(map(tuple, session.execute(sa.text(query))), key=repr) for name, query in BOOKS.items()}


def breaches(session: Session, invariants: Iterable[Invariant] = OF_ROWS) -> dict[str, object]:
    """What `stowline check` finds broken among the rows: nothing, if all is well."""
    found = {one.name: ask(session, one) for one in invariants}
    return {name: one.shown for name, one in found.items() if not one.holds}


def accepted(reply: Reply, *words: str) -> Reply:
    return _fate(reply, 200, "accepted", words)


def refused(reply: Reply, *words: str) -> Reply:
    return _fate(reply, 422, "refused", words)


def conflict(reply: Reply, *words: str) -> Reply:
    return _fate(reply, 409, "conflict", words)


def _fate(reply: Reply, status: int, fate: str, words: Iterable[str]) -> Reply:
    assert (reply.status, reply.body.get("fate")) == (status, fate), (reply.status, reply.raw)
    say = reply["say"]
    assert say
    for word in words:
        assert word in say, say
    return reply


def clear_no(reply: Reply, *statuses: int) -> str:
    """A 4xx with a sentence, in the contract's shape; the sentence."""
    assert 400 <= reply.status < 500, (reply.status, reply.raw[:400])
    assert not statuses or reply.status in statuses, (reply.status, reply.raw[:400])
    said = reply.body
    assert said["error"], said
    assert said["say"][-1] in ".!?", said
    assert not any(ord(c) < 32 for c in said["say"]), said
    return str(said["say"])


def told(mails: Iterable[EmailMessage]) -> Counter[tuple[str, str]]:
    """How often each (kind of message, order) came."""
    return Counter((mail["X-Stowline-Message"], mail["X-Stowline-Order"]) for mail in mails)
