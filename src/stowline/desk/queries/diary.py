"""What happened, newest first: events with the scan that caused them and the messages they owed, hung on one line."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import outbox
from stowline.core.outbox import Happened
from stowline.desk import trail, words
from stowline.notifications import queries as messages
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.models import Message
from stowline.orders.models import Order
from stowline.scanning import queries as scans
from stowline.scanning.models import Scan
from stowline.stores.models import Store

Group = dict[str, Any]
CHANNELS = {"email": "e-mail", "sms": "SMS", "whatsapp": "WhatsApp", "push": "push", "in-app": "the order's page", "webhook": "the shop's webhook"}
_e = outbox.Event.__table__.c  # type: ignore[attr-defined]
TOGETHER = timedelta(seconds=1)
"""Events of no scan that are this near to one another belong to one change."""


def of_order(session: Session, order_id: int, *, before: int | None = None, limit: int = 100) -> tuple[list[Group], int | None]:
    """The last events of an order in groups, newest first; and the id to go on before, None at the beginning."""
    query = sa.select(outbox.Event.__table__).where(_e.subject == order_id)  # type: ignore[attr-defined]
    if before is not None:
        query = query.where(_e.id < before)
    events = [_happened(row) for row in session.execute(query.order_by(_e.id.desc()).limit(limit + 1))]
    return _groups(session, events[:limit], {}), events[limit - 1].id if len(events) > limit else None


def of_return(session: Session, order_id: int, rma: str, limit: int = 200) -> list[Group]:
    """What the diary of an order says of one return of it, newest first."""
    query = sa.select(outbox.Event.__table__).where(_e.subject == order_id).order_by(_e.id.desc()).limit(5 * limit)  # type: ignore[attr-defined]
    events = [event for row in session.execute(query) if (event := _happened(row)).values.get("rma") == rma]
    return _groups(session, events[:limit], {})


def latest(session: Session, limit: int = 14) -> list[Group]:
    """What happened last in the whole house, each with the order it belongs to."""
    query = sa.select(outbox.Event.__table__).order_by(_e.id.desc()).limit(limit)  # type: ignore[attr-defined]
    events = [_happened(row) for row in session.execute(query)]
    events.sort(key=lambda e: (e.at, e.id), reverse=True)  # writers that ran beside one another took ids crosswise
    return _groups(session, events, _orders(session, {e.subject for e in events if e.subject}))


def of_event(session: Session, event_id: int) -> list[Group]:
    """One event with its scan and message."""
    return _groups(session, [outbox.load(session, event_id)], {})


def of_task(session: Session, task: str, limit: int = 30) -> list[Group]:
    """The last scans of a task that were accepted, newest first."""
    query = select(Scan).where(Scan.task == task, Scan.fate == "accepted").order_by(col(Scan.id).desc()).limit(limit)
    return [{"at": scan.at, "rows": [_scan(scan)]} for scan in session.exec(query)]


def _happened(row: Any) -> Happened:  # noqa: ANN401  (a row of the outbox)
    return Happened(row.id, row.name, msgspec.json.decode(row.body), row.at, row.subject, row.scan_id)


def _orders(session: Session, ids: set[int]) -> dict[int, tuple[str, str]]:
    """(ref, store key) by order id."""
    query = select(Order.id, Order.ref, Store.key).join(Store, col(Store.id) == col(Order.store_id))
    return {i: (ref, key) for i, ref, key in session.exec(query.where(col(Order.id).in_(ids))) if i}


def _groups(session: Session, events: Sequence[Happened], orders: dict[int, tuple[str, str]]) -> list[Group]:
    logged = scans.scans(session, [e.scan_id for e in events if e.scan_id])
    owed = _owed(session, events)
    groups: list[Group] = []
    for together in _together(events):
        scan = logged.get(together[0].scan_id or "")
        rows = [_scan(scan)] if scan else []
        for event in reversed(together):
            rows.append(_event(event, orders))
            rows += [_message(one) for one in owed.get(event.id, ())]
        groups.append({"at": together[0].at, "rows": rows})
    return with_days(groups)


def _owed(session: Session, events: Sequence[Happened]) -> dict[int, list[Message]]:
    """Every message that each event owed, by whatever channel; looked up by order, as messages are kept."""
    of: dict[int, list[int]] = {}
    for event in events:
        if event.subject:
            of.setdefault(event.subject, []).append(event.id)
    return {event: found for order, ids in of.items() for event, found in messages.by_event(session, order, ids).items()}


def _together(events: Sequence[Happened]) -> list[list[Happened]]:
    """Neighbours of one scan, or of one moment without a scan."""
    found: list[list[Happened]] = []
    for event in events:
        last = found[-1][-1] if found else None
        near = last is not None and last.scan_id == event.scan_id and last.subject == event.subject
        if near and last is not None and (event.scan_id or last.at - event.at < TOGETHER):
            found[-1].append(event)
        else:
            found.append([event])
    return found


def with_days(groups: list[Group]) -> list[Group]:
    """Each group says its day; the page writes it where the day begins."""
    return [{**group, "by_day": True} for group in groups]


def _scan(scan: Scan) -> dict[str, Any]:
    reply = msgspec.json.decode(scan.reply)
    where = f" on {scan.device}" if scan.device else ""
    undone = ". Taken back later" if scan.undone_by else ""
    return {"kind": "scan", "strong": reply.get("say", scan.code), "say": _came(reply),
            "why": f"Scan by {words.scanner(scan.holder, scan.who)}{where}, {words.task(scan.task)}{undone}", "scan_id": scan.scan_id}


def _came(reply: dict[str, Any]) -> str:
    """What a receipt brought, where its answer only says where that goes; "" if it says so itself, or is none."""
    got = (reply.get("next") or {}).get("received") or {}
    what = f"{got['units']:,} {got['name']}" if "name" in got else f"{got['kind']} {got['sscc'][-6:]}" if "sscc" in got else ""
    return "" if got.get("name", got.get("sscc", "")[-6:]) in reply.get("say", "") else what


def _event(event: Happened, orders: dict[int, tuple[str, str]]) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": "event", "say": trail.told(event)}
    if event.subject in orders:
        ref, store = orders[event.subject or 0]
        row |= {"href": f"/orders/{words.segment(ref)}?store={store}", "href_say": f"Order {ref}"}
    return row


def _marks(message: Message) -> str:
    return ", a copy sent by hand" if message.copy_of_id is not None else ""


def _message(message: Message) -> dict[str, Any]:
    return {"kind": "message", "strong": CATALOGUE[message.kind].title if message.kind in CATALOGUE else message.kind, "say": f"by {CHANNELS.get(message.channel, message.channel)}{_marks(message)}", "state": message.state,
            "until": message.due if message.state == "held" else None, "why": words.capital(message.reason) if message.reason else "",
            "href": f"/messages/{message.id}"}
