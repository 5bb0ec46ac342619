"""Posting instructions to shops: read one, post it signed, write down what the shop answered; each in a transaction of
its own, or none.

A worker that dies after the post leaves its lease; the instruction goes once more when that is over, under the same
`webhook-id` and key, by which the shop knows it. So a shop hears each at least once and does it once.
"""

import random
from typing import Any

import msgspec
import structlog

from stowline.core import callout, clock, db, money, signing
from stowline.core.config import settings
from stowline.orders import instructions
from stowline.orders.instruction_rules import Heard, Outcome, heard
from stowline.orders.instructions import Instruction, Turn

log = structlog.get_logger("stowline.instructions")
MOST_READ = 10_000
_rng = random.Random()  # noqa: S311  (spreads tries over time, keeps no secret)


def deliver(ref: str) -> None:
    """The timer's work: post this instruction if it may go now. Plans its next run itself."""
    turn = db.run(lambda session: instructions.take_turn(session, int(ref)))
    if turn is None:
        return
    with db.reading() as session:
        body = _body(*instructions.told(session, turn.id))
    said, gone, asked_s = _post(turn, body)
    if said.outcome is Outcome.FAILED:
        log.warning("instruction_not_taken", instruction=turn.id, why=said.say)
    db.run(lambda session: instructions.posted(session, turn, said, gone=gone, asked_s=asked_s, rng=_rng))


def _post(turn: Turn, body: bytes) -> tuple[Heard, bool, int | None]:
    headers = signing.headers(turn.secret, f"ins_{turn.id}", int(clock.now().timestamp()), body, old_secret=turn.old_secret)
    try:
        answer = callout.post(turn.url, body, headers, private=settings().webhook_private, read=MOST_READ)
    except callout.CalloutFailed as failed:
        return Heard(Outcome.FAILED, say=failed.say), False, None
    return heard(answer.status, answer.body), answer.status == 410, answer.retry_after_s


def _body(one: Instruction, store: str) -> bytes:
    """The moment is the instruction's, not the post's: the same instruction is the same message with each try."""
    return msgspec.json.encode({"type": f"instruction.{one.kind}", "timestamp": one.made_at, "data": told(one, store) | {
        "acknowledge": f"{settings().public_url.rstrip('/')}/api/v1/instructions/{one.id}/acknowledgement"}})


def told(one: Instruction, store: str) -> dict[str, Any]:
    """An instruction as programs read it; amounts as decimal texts."""
    lines = [{"sku": line["sku"], "name": line["name"], "quantity": line["quantity"],
              "amount": money.amount_text(line["amount_minor"], one.currency)} for line in one.lines]  # fmt: skip
    return {
        "id": one.id, "key": one.key, "store": store, "order": one.order_ref, "kind": one.kind,
        "amount": money.amount_text(one.amount_minor, one.currency), "currency": one.currency, "lines": lines, "why": one.why,
    }  # fmt: skip
