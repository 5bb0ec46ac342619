"""One scan's way in: seen before? then the same answer; else one transaction that does it, or says why not."""

from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from stowline.core import db
from stowline.core.access import Identity, demand
from stowline.core.errors import Conflict, Refused
from stowline.floor.forms import holder
from stowline.scanning import service as scanning
from stowline.scanning.service import Asked

# What a person must be allowed to do for each kind of task.
PERMISSIONS = {
    "receive": "floor.receive", "putaway": "floor.receive", "move": "floor.move",
    "replenish": "floor.move", "pick": "floor.pick", "pack": "floor.pack",
    "handover": "floor.handover", "look": "floor.scan", "scrap": "floor.adjust", "quarantine": "floor.adjust",
    "release": "stock.release", "count": "floor.count", "return": "floor.receive",
}
Answer = tuple[int, dict[str, Any]]


def carry_out(asked: Asked, who: Identity) -> Answer:
    """The answer to one scan: (HTTP status, reply), durable before it is given. Raises Forbidden."""
    demand(who, PERMISSIONS.get(asked.task.partition(":")[0], "floor.scan"))
    by, asked = holder(who, asked.device), _on_device(asked, who)
    try:
        return db.run(lambda session: scanning.carry_out(session, asked, by, by.name))
    except scanning.SeenBefore:
        return _again(asked)
    except Refused as why:
        return _turned_down(asked, by, why)
    except IntegrityError:  # a rival raised the same counter first, and the database held the line
        return _turned_down(asked, by, Conflict("Somebody changed this just now. Look at what is wanted."))


def _on_device(asked: Asked, who: Identity) -> Asked:
    """The scan with its device: of a person the one they signed in on, whatever the form says; a program says it, or is
    named itself.
    """
    known = who.device or asked.device if who.kind == "user" else asked.device or who.device
    return asked if known == asked.device else replace(asked, device=known)


def _again(asked: Asked) -> Answer:
    with db.transaction() as session:  # not a read: the first answer may be part of the commit that is being made
        answer = scanning.before(session, asked)
    if answer is None:
        raise Conflict("This scan is being carried out at this moment. Send it again.")
    return answer


def _turned_down(asked: Asked, by: scanning.Holder, why: Refused) -> Answer:
    """What the workflow began is rolled back; the answer is kept all the same, for a repeat of the scan."""
    try:
        return db.run(lambda session: scanning.turn_down(session, asked, by, by.name, why))
    except scanning.SeenBefore:
        return _again(asked)


def carry_out_all(asked: list[Asked], who: Identity) -> tuple[list[dict[str, Any]], int | None]:
    """A batch in order, each scan in a transaction of its own; stops after the first that is not accepted."""
    replies: list[dict[str, Any]] = []
    for n, one in enumerate(asked):
        status, reply = carry_out(one, who)
        replies.append(reply)
        if status != 200:
            return replies, n
    return replies, None
