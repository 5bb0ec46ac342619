"""Addresses that are not written to: suppress one, lift it, and ask before each message.

Scopes are apart: what stops marketing never stops a receipt.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock, db, ids, rows
from stowline.core.config import settings
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.notifications.suppression_models import Suppression
from stowline.notifications.suppression_rules import ALL, MARKETING, SCOPES, plain, stands_for

_s = Suppression.__table__  # type: ignore[attr-defined]
PORTION = 1000


def suppressed(session: Session, channel: str, address: str, *, marketing: bool, store_id: int | None) -> str:
    """Why this address is not written to by this channel now; '' if it may be."""
    scopes = (ALL, MARKETING) if marketing else (ALL,)
    found = session.exec(select(Suppression).where(
        col(Suppression.address).in_([plain(address), fingerprint(address)]), col(Suppression.channel) == channel, col(Suppression.lifted_at).is_(None),
        col(Suppression.scope).in_(scopes), sa.or_(col(Suppression.store_id).is_(None), col(Suppression.store_id) == store_id),
        sa.or_(col(Suppression.until).is_(None), col(Suppression.until) > clock.now()),
    ).order_by(col(Suppression.scope), col(Suppression.id)).limit(1)).first()  # fmt: skip
    return said_of(found) if found is not None else ""


def said_of(found: Suppression) -> str:
    """What a suppression says to who asks why."""
    return f"suppressed: {found.why}" + (f", until {found.until:%Y-%m-%d %H:%M} UTC" if found.until else "")


def of_addresses(session: Session, addresses: Collection[str]) -> list[Suppression]:
    """All that was ever suppressed of these addresses, by channel and scope: whether it stood is for the reader to say."""
    known = {mark: one for one in addresses for mark in (plain(one), fingerprint(one))}
    query = select(Suppression).where(col(Suppression.address).in_(list(known)))
    return list(session.exec(query.order_by(col(Suppression.scope), col(Suppression.id)).limit(10_000)))


def fingerprint(address: str) -> str:
    """What is kept of somebody who was erased and must not be written to: it can be compared, and not be read."""
    return f"erased:{ids.signature(settings().key(), 'erased', plain(address))}"


def suppress(
    session: Session, channel: str, address: str, *, scope: str, store_id: int | None, why: str, source: str,
    until: datetime | None = None,
) -> int:  # fmt: skip
    """Write to this address no more: its id. One that stands already stays as it is, but never ends sooner than asked now."""
    if scope not in SCOPES or not plain(address):
        raise Refused("Name an address, and whether all messages or only marketing are meant.", where="scope")
    standing = stands_for(channel, plain(address), scope, store_id)
    row = {"channel": channel, "address": plain(address), "scope": scope, "store_id": store_id, "why": why[:300],
           "source": source[:40], "at": clock.now(), "until": until, "standing": standing, "lifted_by": "", "lifted_why": ""}  # fmt: skip
    made = rows.insert_new(session, _s, row)
    if made is None:
        made = _extend(session, row)
    return made if made is not None else rows.insert_new(session, _s, row) or 0  # lifted in this very moment


def _extend(session: Session, row: dict[str, Any]) -> int | None:
    query = select(Suppression).where(Suppression.standing == row["standing"]).with_for_update()
    found = session.exec(query).one_or_none()
    if found is None:
        return None
    until = row["until"]
    if found.until is not None and (until is None or until > found.until):
        found.until, found.why, found.source = until, row["why"], row["source"]
        session.add(found)
        session.flush()
    return found.id


def lift(session: Session, ident: int, *, who: str, why: str) -> Suppression:
    """Write to this address again, for a reason that is kept. Raises NotFound, Conflict for one that was lifted."""
    found = session.exec(select(Suppression).where(Suppression.id == ident).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("There is no such suppression.")
    if found.lifted_at is not None:
        raise Conflict("It was lifted already.")
    if not why.strip():
        raise Refused("Say why this address may be written to again.", where="reason")
    found.lifted_at, found.lifted_by, found.lifted_why, found.standing = clock.now(), who[:120], why.strip()[:300], None
    session.add(found)
    session.flush()
    return found


def lift_for(session: Session, channel: str, address: str, *, scope: str, store_id: int | None, who: str, why: str) -> bool:
    """Lift what stands for exactly this scope and store: whether there was any."""
    standing = stands_for(channel, plain(address), scope, store_id)
    found = session.exec(select(Suppression.id).where(Suppression.standing == standing)).one_or_none()
    if found is None:
        return False
    lift(session, found, who=who, why=why)
    return True


def since(session: Session, channel: str, address: str, *, scope: str, store_id: int | None) -> datetime | None:
    """Since when exactly this scope and store stands; None where it does not."""
    standing = stands_for(channel, plain(address), scope, store_id)
    return session.exec(select(Suppression.at).where(Suppression.standing == standing)).one_or_none()


def exported() -> Iterator[list[Suppression]]:
    """All of them, oldest first, in portions."""
    last = 0
    while True:
        with db.reading() as session:
            query = select(Suppression).where(col(Suppression.id) > last).order_by(col(Suppression.id)).limit(PORTION)
            found = list(session.exec(query))
            session.expunge_all()
        yield found
        if len(found) < PORTION:
            return
        last = found[-1].id or 0
