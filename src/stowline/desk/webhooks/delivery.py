"""Posting changed stock: read a batch, post it, write down what came of it; each in a transaction of its own, or none.

One worker at a time posts to a webhook (a lease on its row), and its place in the feed moves only when the address
answered 2xx. A worker that dies in between leaves the place where it was: the batch goes once more when the lease is
over, in its latest state. So every product arrives at least once, and never an older state after a newer one.
"""

import random
import time
from datetime import datetime
from typing import Any

import msgspec
import structlog

from stowline.core import callout, clock, db
from stowline.core.config import settings
from stowline.desk.queries import levels
from stowline.desk.webhooks import rules, service
from stowline.desk.webhooks.models import WebhookTry
from stowline.desk.webhooks.service import Turn
from stowline.inventory import feed

log = structlog.get_logger("stowline.webhooks")
BATCH, MOST_BATCHES = 200, 20
_rng = random.Random()  # noqa: S311  (spreads tries over time, keeps no secret)


def deliver(ref: str) -> None:
    """The timer's work: post what changed since this webhook was last told. Plans its next run itself."""
    turn = db.run(lambda session: service.take_turn(session, int(ref)))
    for _ in range(MOST_BATCHES):
        if turn is None:
            return
        feed.keep_up()
        with db.reading() as session:
            items, last = levels.changed(session, after=turn.cursor, limit=BATCH)
        if not items:
            break
        turn = _tell(turn, items, last)
    if turn is not None:
        ended = turn
        db.run(lambda session: service.rest(session, ended))


def _tell(turn: Turn, items: list[dict[str, Any]], last: int) -> Turn | None:
    body = _body("stock.changed", max(item["at"] for item in items), turn.store, items)
    tried, asked_s = _post(turn.id, turn.url, turn.secret, body, len(items))
    if tried.status is not None and 200 <= tried.status < 300:
        return db.run(lambda session: service.went_well(session, turn, last, tried))
    log.warning("webhook_not_taken", webhook=turn.id, why=tried.say)
    db.run(lambda session: service.went_wrong(session, turn, tried, asked_s=asked_s, rng=_rng))
    return None


def _body(kind: str, at: datetime, store: str, items: list[dict[str, Any]]) -> bytes:
    """The moment is the stock's, not the post's: the same content is the same message, however often it is sent."""
    return msgspec.json.encode({"type": kind, "timestamp": at, "data": {"store": store or None, "items": items}})


def _post(ident: int, url: str, secret: str, body: bytes, items: int) -> tuple[WebhookTry, int | None]:
    at, began = clock.now(), time.monotonic()
    headers = rules.headers(secret, rules.message_id(ident, body), int(at.timestamp()), body)
    status, asked_s = None, None
    try:
        answer = callout.post(url, body, headers, private=settings().webhook_private)
        status, asked_s, say = answer.status, answer.retry_after_s, _said(answer.status)
    except callout.CalloutFailed as failed:
        say = failed.say
    took = int((time.monotonic() - began) * 1000)
    return WebhookTry(webhook_id=ident, at=at, status=status, say=say[:300], items=items, took_ms=took), asked_s


def _said(status: int) -> str:
    if 200 <= status < 300:
        return f"taken ({status})"
    if 300 <= status < 400:
        return f"it answered {status}: it wants another address. Nobody is led on; add that address instead"
    return f"it answered {status}"


def test(ident: int) -> WebhookTry:
    """Post a message without products, now: what came of it. Changes nothing but the list of tries. Raises NotFound."""
    with db.reading() as session:
        hook = service.by_id(session, ident)
    tried, _ = _post(ident, hook.url, hook.secret, _body("stock.test", clock.now(), "", []), 0)
    shown = tried.model_copy()
    db.run(lambda session: service.note(session, tried))
    return shown
