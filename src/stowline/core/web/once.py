"""API writes: JSON in, one transaction, JSON out, the same answer when the same `Idempotency-Key` comes again."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from sqlmodel import Session

from stowline.core import db, idempotency
from stowline.core.idempotency import Answer
from stowline.core.web.door import identity_of

Made = tuple[int, dict[str, Any]]


def written(request: Request[Any, Any, Any], body: bytes, make: Callable[[Session], Made]) -> Response[bytes]:
    """Do `make` (status, JSON object) in a transaction, tried again where a rival's lock failed it."""
    who = identity_of(request)
    sent = request.url.query.encode() + b"\n" + body  # `?store=` says which of two orders is meant
    key = idempotency.request_key(request.headers.get("Idempotency-Key"), request.url.path[:200], who.label[:40], sent)

    def work(session: Session) -> Answer:
        return idempotency.once(session, key, lambda: _answer(*make(session)))

    return json_answer(*_parts(db.run(work)))


def _answer(status: int, value: dict[str, Any]) -> Answer:
    return Answer(status, msgspec.json.encode(value))


def _parts(answer: Answer) -> tuple[int, bytes]:
    return answer.status, answer.body


def encoded(value: Any) -> bytes:  # noqa: ANN401  (any JSON value)
    """A value as JSON."""
    return msgspec.json.encode(value)


def json_answer(status: int, body: bytes) -> Response[bytes]:
    """JSON that is encoded already."""
    return Response(body, status_code=status, media_type=MediaType.JSON)
