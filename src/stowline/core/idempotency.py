"""`Idempotency-Key`: a POST that is sent again gets its first answer, and nothing happens twice.

The answer is stored in the transaction of its effect, so there is never one without the other. A refusal undoes both,
and the key is free again: only what was done is remembered.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Field, Session, SQLModel

from stowline.core import clock
from stowline.core.db import UtcDateTime
from stowline.core.errors import BadRequest, Conflict

LONGEST_KEY = 255
KEPT = timedelta(days=7)


class Idempotency(SQLModel, table=True):
    """One key as one asker used it on one route: a mark of what was sent, and the answer it got."""

    __tablename__ = "idempotency"

    key: str = Field(primary_key=True, max_length=LONGEST_KEY)
    route: str = Field(primary_key=True, max_length=200)
    identity: str = Field(primary_key=True, max_length=40)
    sent: str = Field(max_length=64)
    status: int = Field(default=0)
    body: bytes = Field(default=b"", sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A POST that may come again: its `Idempotency-Key` (None: it will not), where, by whom, and what it sent."""

    key: str | None
    route: str
    identity: str
    sent: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a POST answers: HTTP status and body (JSON, as bytes)."""

    status: int
    body: bytes


def request_key(key: str | None, route: str, identity: str, body: bytes) -> RequestKey:
    """The request as it is told apart from others. Raises `BadRequest` for a key that cannot be one."""
    if key is not None and not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise BadRequest(
            f"Idempotency-Key must be 1 to {LONGEST_KEY} printable ASCII characters.", where="Idempotency-Key"
        )
    if "@" in route or "%40" in route:  # somebody's address names no row: it would outlive what is said about them
        route = f"sha256:{hashlib.sha256(route.encode()).hexdigest()}"
    return RequestKey(key, route, identity, hashlib.sha256(body).hexdigest())


def once(session: Session, request: RequestKey, make: Callable[[], Answer]) -> Answer:
    """The answer of `make`, or the first answer if this key was used before.

    `make` works in the same session. A rival with the same key waits until this transaction ends. Raises `Conflict`
    where the key came with another body.
    """
    if request.key is None:
        return make()
    if not _claimed(session, request):
        return _first_answer(session, request)
    answer = make()
    done = update(Idempotency).where(*_same(request)).values(status=answer.status, body=answer.body)
    session.execute(done)
    return answer


def forget_old(session: Session) -> int:
    """Drop keys older than seven days; how many went."""
    gone: Any = session.execute(delete(Idempotency).where(Idempotency.at < clock.now() - KEPT))  # type: ignore[arg-type]
    return int(gone.rowcount)


def _claimed(session: Session, request: RequestKey) -> bool:
    insert: Any = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    row = {
        "key": request.key,
        "route": request.route,
        "identity": request.identity,
        "sent": request.sent,
        "status": 0,
        "body": b"",
        "at": clock.now(),
    }
    claim = insert(Idempotency).values(**row).on_conflict_do_nothing().returning(Idempotency.key)
    return session.execute(claim).first() is not None


def _first_answer(session: Session, request: RequestKey) -> Answer:
    columns: Any = (Idempotency.sent, Idempotency.status, Idempotency.body)
    sent, status, body = session.execute(select(*columns).where(*_same(request))).one()
    if sent != request.sent:
        say = "This Idempotency-Key was used for another request. Take a new key, or send the first request again."
        raise Conflict(say, code="key_reused", where="Idempotency-Key")
    return Answer(status, body)


def _same(request: RequestKey) -> tuple[Any, ...]:
    mine = (Idempotency.key == request.key, Idempotency.route == request.route)
    return (*mine, Idempotency.identity == request.identity)
