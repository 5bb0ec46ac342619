"""Scans that lead somewhere else than to an answer: a badge to its PIN, a printed code at "get work" to its task."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from stowline.core import db, web
from stowline.core.access import Identity, may
from stowline.core.errors import Refused
from stowline.floor import forms, scans, work
from stowline.people import queries as people
from stowline.picking import queries as picking
from stowline.scanning.service import Asked

Reply = dict[str, Any]


def badge(asked: Asked, reply: Reply, who: Identity) -> str | None:
    """Where a scanned badge leads: to its PIN, and from there to "get work"; for one's own badge, back to the task.

    None for every other code.
    """
    seen = reply.get("seen")
    if seen["kind"] != "badge" if seen else reply["fate"] == "accepted":
        return None
    code = asked.code.strip()[:64]
    with db.reading() as session:
        person = people.by_badge(session, code) if code.isprintable() else None
    if person is None:
        return None
    own = (who.kind, who.id) == ("user", person.id) and asked.task != "look:"
    following = f"/floor/task/{web.segment(asked.task)}" if own else "/floor"
    return f"/login/pin?{urlencode({'badge': code, 'next': following})}"


def work_of(reply: Reply, who: Identity) -> str | None:
    """Where a cart, tote, order, purchase order, manifest or return leads: to its task, which is taken now.

    None for what has no work, or none for this person. Raises Refused (Conflict) where somebody else has it.
    """
    seen = reply.get("seen") or {}
    with db.reading() as session:
        task = _task(session, str(seen.get("kind")), str(seen.get("code")))
    if task is None or not may(who, scans.PERMISSIONS[task.partition(":")[0]]):
        return None
    db.run(lambda session: work.lease(session, task, forms.holder(who, "")))
    return f"/floor/task/{web.segment(task)}"


def _task(session: Session, kind: str, code: str) -> str | None:
    if kind == "tote":
        where = picking.tote_on_its_way(session, code)
        if where is None:
            return None
        return f"pack:{code}" if where.picked else f"pick:{where.cart}"
    if kind == "order":
        with suppress(Refused):
            return work.of_order(session, code)
        return None
    name = {"cart": "pick", "purchase-order": "receive", "manifest": "handover", "return": "return"}.get(kind)
    return f"{name}:{code}" if name else None


def opened(reply: Reply, who: Identity) -> tuple[str | None, Reply]:
    """(where to go, or None; the reply to draw then): a task that cannot be had is a conflict with its reason."""
    try:
        return work_of(reply, who), reply
    except Refused as why:
        return None, {**reply, "fate": "conflict", "say": why.say, "hint": None}
