"""Sequences of a store as managers see them: how they are paced, how many are under way, which."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.desk.queries.communication import SEQUENCES
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.notifications import policies, sequence_runs
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.preference_rules import plain
from stowline.notifications.sequence_models import Basket, SequenceRun
from stowline.notifications.sequence_rules import BASKET
from stowline.notifications.sequence_rules import SEQUENCES as RULES
from stowline.orders.queries import Order
from stowline.stores.queries import Store

_r, _o, _b = SequenceRun.__table__.c, Order.__table__.c, Basket.__table__.c  # type: ignore[attr-defined]
MOST_COUNTED = 10_000
Row = dict[str, Any]


def pace(session: Session, store: Store) -> dict[str, int]:
    """How the store paces them."""
    return asdict(sequence_runs.pace(session, store.id or 0))


def kinds(session: Session, store: Store) -> list[Row]:
    """Every sequence with what it begins with, whether its message is sent, and how many are under way, each counted to 10,000."""
    return [{"name": name, "title": SEQUENCES[name], "begins": rule.begins, "on": policies.policy(session, store.id or 0, rule.kind).on,
             "message": CATALOGUE[rule.kind].title, "n": _under_way(session, store, name)} for name, rule in RULES.items()]  # fmt: skip


def _under_way(session: Session, store: Store, name: str) -> int:
    some = sa.select(_r.id).where(_r.store_id == store.id, _r.sequence == name, _r.ended_at.is_(None)).limit(MOST_COUNTED).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def page(session: Session, store: Store, text: str, place: Place) -> Page[SequenceRun]:
    """Those under way, the next step first; of one address, or of all."""
    query = select(SequenceRun).where(_r.store_id == store.id, _r.ended_at.is_(None))
    if text:
        query = query.where(_r.address == plain(text))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[SequenceRun]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_r.next_at, _r.id], after, descending=backwards, most=most)).scalars())

    return walk(place, fetch, lambda run: (run.next_at, run.id or 0))


def rows(session: Session, found: Sequence[SequenceRun]) -> list[Row]:
    """The rows of the sheet."""
    refs = dict(session.execute(sa.select(_o.id, _o.ref).where(_o.id.in_([run.order_id for run in found if run.order_id]))).all())
    ids = [int(run.subject.split(":")[1]) for run in found if run.sequence == BASKET]
    baskets = dict(session.execute(sa.select(_b.id, _b.ref).where(_b.id.in_(ids))).all())
    return [{
        "id": run.id, "title": SEQUENCES.get(run.sequence, run.sequence), "order": refs.get(run.order_id), "to": run.address or "nobody", "step": run.step,
        "basket": baskets.get(int(run.subject.split(":")[1])) if run.sequence == BASKET else None, "began_at": run.began_at, "next_at": run.next_at,
        "last_at": run.last_at, "trouble": run.trouble,
    } for run in found]  # fmt: skip
