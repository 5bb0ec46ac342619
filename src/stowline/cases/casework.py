"""Verbs of cases: what a shopper says opens one or joins the one that is under way; staff own, answer, solve; time closes.

One case of a kind is under way for each order: whoever opens another gets that one. What is said is kept once by its key,
so a form may be sent twice and a contact be told twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.cases import case_policies
from stowline.cases import case_rules as rules
from stowline.cases.case_models import Case, CaseEntry, CasePhoto
from stowline.cases.contact_models import Contact
from stowline.cases.contact_rules import THANKS
from stowline.cases.events import CaseAnswered, CaseClosed, CaseJudged, CaseOpened, CaseReopened, CaseSolved
from stowline.cases.reply_text import clean
from stowline.core import author, clock, outbox, rows, timers
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.pictures import Picture
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.people import queries as people

TIMER = "case-close"
EVERY, PORTION = timedelta(minutes=10), 200
FRESH = timedelta(days=14)
"""A contact that is logged later than this is history, and opens nothing."""
NOBODYS = "There is no such case."
SHOPPER, STAFF, NOTE = "shopper", "staff", "note"
_cases, _entries, _photos = Case.__table__, CaseEntry.__table__, CasePhoto.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says in a case: the words, the key that makes them one of a kind, and photographs drawn anew."""

    text: str
    key: str
    photos: Sequence[Picture] = ()
    contact_id: int | None = None


# -- by the shopper --------------------------------------------------------------------------------------------------


def report(session: Session, order: Order, kind: str, said: Said, *, lines: Sequence[int] = (), source: str = "page", by: str = "the shopper") -> Case:
    """A shopper has a concern: open a case of its kind, or join the one that is under way. The same key again changes nothing.

    Raises Refused for a kind there is not, for no words, and beyond what one order may say within a day.
    """
    if kind not in rules.KINDS:
        raise Refused(f"A case is one of: {', '.join(rules.KINDS)}.", where="kind")
    if (known := _of_key(session, said.key)) is not None:
        return known
    if not said.text.strip():
        raise Refused("Say what happened, in a few words.", where="text")
    if source == "page":
        _not_too_often(session, order.id or 0)
    case = _opened(session, order, kind, lines, source, by)
    _spoken(session, case, said, order)
    return case


def say(session: Session, order: Order, ident: int, said: Said) -> Case:
    """A shopper goes on in a case of their order, which is to be answered again. Raises NotFound, and Refused as `report` does."""
    if (known := _of_key(session, said.key)) is not None:
        return known
    case = of_order(session, order.id or 0, ident)
    if not said.text.strip():
        raise Refused("Write a few words first.", where="text")
    _not_too_often(session, order.id or 0)
    if case.state == "closed" and (other := _under_way(session, order.id or 0, case.kind)) is not None:
        case = lock(session, other)
    _spoken(session, case, said, order)
    return case


def from_contact(session: Session, one: Contact) -> Case | None:
    """A reply or a call about an order joins the case that is under way, or opens one of the kind that it is about.

    Thanks open none, and leave the state of the one they join. What is logged long after opens nothing.
    """
    if one.order_id is None or clock.now() - one.at > FRESH:
        return None
    order, said = orders.order(session, one.order_id), Said(_words(one), f"contact:{one.id}", contact_id=one.id)
    if (known := _of_key(session, said.key)) is not None:
        return known
    kind = rules.kind_of_contact(one.about)
    ident = _under_way(session, one.order_id, kind) or _latest(session, one.order_id)
    if ident is not None:
        case = lock(session, ident)
        if one.about == THANKS:
            _add(session, case, SHOPPER, said)
        else:
            _spoken(session, case, said, order)
        return case
    if not kind:
        return None
    by = "the shopper" if one.source != "api" else author.current().who[:120]
    return report(session, order, kind, said, source="mail" if one.source != "api" else "contact", by=by)


def _words(one: Contact) -> str:
    return one.text or one.subject or "(no words)"


def judge(session: Session, order_id: int, ident: int, verdict: str, words: str) -> Case:
    """How it was, said once by its shopper. The same again changes nothing; raises Conflict for another, Refused before it is over."""
    if verdict not in rules.VERDICTS:
        raise Refused("Choose one of the two.", where="verdict")
    case = of_order(session, order_id, ident)
    if case.verdict == verdict:
        return case
    if not rules.may_judge(case.state, case.verdict):
        raise Conflict("This was answered already." if case.verdict else "This is not over yet.")
    case.verdict, case.verdict_text, case.judged_at = verdict, clean(words)[:1000].strip(), clock.now()
    session.add(case)
    outbox.record(session, CaseJudged(order_id, case.id or 0, case.ref, verdict), subject=order_id)
    return case


def _not_too_often(session: Session, order_id: int) -> None:
    c = _entries.c
    query = sa.select(c.id).where(c.order_id == order_id, c.author == SHOPPER, c.at > clock.now() - timedelta(days=1)).limit(rules.MOST_A_DAY)
    if len(session.execute(query).all()) >= rules.MOST_A_DAY:
        raise Refused("So much was said about this order today that no more can be kept. Try again tomorrow.", code="too_often", status=429)


def _opened(session: Session, order: Order, kind: str, lines: Sequence[int], source: str, by: str) -> Case:
    """A new case, or the one of this kind that is under way; locked."""
    mine, now = {one.id for one in orders.lines(session, order.id or 0)}, clock.now()
    row = {
        "store_id": order.store_id, "order_id": order.id, "kind": kind, "state": "open", "lines": [one for one in dict.fromkeys(lines) if one in mine], "source": source,
        "owner": "", "owner_id": None, "opened_by": by[:120], "opened_at": now, "due_at": _due(session, order, kind, now), "spoke_at": now,
        "solved_by": "", "reopened": 0, "verdict": "", "verdict_text": "",
    }  # fmt: skip
    made = rows.insert_new(session, _cases, row)
    if made is None:
        return lock(session, _under_way(session, order.id or 0, kind) or 0)
    case = lock(session, made)
    outbox.record(session, CaseOpened(order.id or 0, made, case.ref, kind, by), subject=order.id)
    return case


def _spoken(session: Session, case: Case, said: Said, order: Order) -> None:
    """The shopper said something: it is to be answered, from now on."""
    if _add(session, case, SHOPPER, said) is None:
        return
    if case.state != "open":
        if case.state in ("solved", "closed"):
            case.reopened += 1
            outbox.record(session, CaseReopened(case.order_id, case.id or 0, case.ref), subject=case.order_id)
        case.state, case.due_at = "open", _due(session, order, case.kind, clock.now())
        case.solved_at, case.solved_by, case.closed_at = None, "", None
    session.add(case)
    session.flush()


def _due(session: Session, order: Order, kind: str, at: datetime) -> datetime:
    policy = case_policies.of_store(session, order.store_id)
    return rules.due(at, policy.hours_of(kind), ZoneInfo(case_policies.zone(session, order.store_id)))


# -- by staff --------------------------------------------------------------------------------------------------------


def give(session: Session, ident: int, owner_id: int | None) -> Case:
    """Somebody sees to it from now on, or (None) nobody. Raises Conflict for one that is closed."""
    case = lock(session, ident)
    if case.state == "closed":
        raise Conflict(f"{case.ref} is closed.")
    person = people.by_id(session, owner_id) if owner_id is not None else None
    if owner_id is not None and (person is None or not person.active):
        raise Refused("There is no such person. Choose who sees to it.", where="owner")
    case.owner, case.owner_id = (person.name, person.id) if person else ("", None)
    session.add(case)
    return case


def answer(session: Session, ident: int, text: str, key: str) -> tuple[Case, int]:
    """Answer its shopper: the case and the entry, which goes out as a message and stands on the order's page. The same key again
    changes nothing. Raises Refused for what must not go out, Conflict for a case that is closed.
    """
    case = lock(session, ident)
    if (known := session.execute(sa.select(_entries.c.id).where(_entries.c.key == key)).scalar_one_or_none()) is not None:
        return case, int(known)
    if why := rules.trouble_with_answer(text):
        raise Refused(why, where="text")
    if not rules.may_answer(case.state):
        raise Conflict(f"{case.ref} is closed. What its shopper says next opens it again.")
    entry = _add(session, case, STAFF, Said(text, key)) or 0
    case.state, case.answered_at = "waiting", case.answered_at or clock.now()
    case.solved_at, case.solved_by = None, ""
    session.add(case)
    session.flush()
    _settle_contacts(session, case)
    outbox.record(session, CaseAnswered(case.order_id, case.id or 0, case.ref, entry, author.current().who), subject=case.order_id)
    return case, entry


def note(session: Session, ident: int, text: str, key: str) -> Case:
    """A word among staff; the shopper never sees it. The same key again changes nothing."""
    case = lock(session, ident)
    if not text.strip():
        raise Refused("Write the note first.", where="text")
    _add(session, case, NOTE, Said(text, key))
    return case


def solve(session: Session, ident: int) -> Case:
    """It is settled; again: nothing changes. It closes after a while, unless its shopper says more. Raises Conflict when closed."""
    case = lock(session, ident)
    if case.state == "solved":
        return case
    if not rules.may_solve(case.state):
        raise Conflict(f"{case.ref} is {rules.STATES[case.state].lower()} already.")
    case.state, case.solved_at, case.solved_by = "solved", clock.now(), author.current().who[:120]
    session.add(case)
    session.flush()
    _settle_contacts(session, case)
    outbox.record(session, CaseSolved(case.order_id, case.id or 0, case.ref, case.solved_by), subject=case.order_id)
    return case


def reopen(session: Session, ident: int) -> Case:
    """It was solved too early; again: nothing changes. Raises Conflict once it is closed."""
    case = lock(session, ident)
    if case.state == "closed":
        raise Conflict(f"{case.ref} is closed. What its shopper says next opens it again.")
    if case.state != "open":
        case.reopened += case.state == "solved"
        case.state, case.solved_at, case.solved_by = "open", None, ""
        case.due_at = _due(session, orders.order(session, case.order_id), case.kind, clock.now())
        session.add(case)
        outbox.record(session, CaseReopened(case.order_id, case.id or 0, case.ref), subject=case.order_id)
    return case


def _settle_contacts(session: Session, case: Case) -> None:
    """What came as a mail or a call needs no other answer."""
    c = Contact.__table__.c  # type: ignore[attr-defined]
    mine = sa.select(_entries.c.contact_id).where(_entries.c.case_id == case.id, _entries.c.contact_id.is_not(None))
    session.execute(sa.update(Contact).where(c.id.in_(mine), c.handled_at.is_(None)).values(handled_at=clock.now(), handled_by=author.current().who[:120]))


# -- by time ---------------------------------------------------------------------------------------------------------


def close_solved(session: Session, _ref: str) -> None:
    """Every ten minutes: what was solved long enough ago is closed, each with its one question to the shopper."""
    c, now = _cases.c, clock.now()
    soonest = case_policies.shortest_close_h(session)
    due = sa.select(c.id).where(c.state == "solved", c.solved_at <= now - timedelta(hours=soonest)).order_by(c.solved_at).limit(PORTION)
    for ident in list(session.execute(due).scalars()):
        case = lock(session, ident)
        waits = timedelta(hours=case_policies.of_store(session, case.store_id).close_after_h)
        if case.state == "solved" and case.solved_at and case.solved_at + waits <= now:
            case.state, case.closed_at = "closed", now
            session.add(case)
            outbox.record(session, CaseClosed(case.order_id, case.id or 0, case.ref), subject=case.order_id)
    session.flush()
    timers.set_timer(session, TIMER, "", now + EVERY)


# -- rows ------------------------------------------------------------------------------------------------------------


def lock(session: Session, ident: int) -> Case:
    """A case, read anew and locked until the transaction ends. Raises NotFound."""
    found = session.get(Case, ident, with_for_update=True, populate_existing=True) if 0 < ident < 2**31 else None
    if found is None:
        raise NotFound(NOBODYS)
    return found


def of_order(session: Session, order_id: int, ident: int) -> Case:
    """A case of this order, locked. Raises NotFound for any other."""
    case = lock(session, ident)
    if case.order_id != order_id:
        raise NotFound(NOBODYS)
    return case


def _of_key(session: Session, key: str) -> Case | None:
    found = session.execute(sa.select(_entries.c.case_id).where(_entries.c.key == key)).scalar_one_or_none()
    return session.get(Case, found) if found is not None else None


def _under_way(session: Session, order_id: int, kind: str) -> int | None:
    query = select(Case.id).where(Case.order_id == order_id, Case.kind == kind, Case.state != "closed")
    return session.exec(query).first()


def _latest(session: Session, order_id: int) -> int | None:
    query = select(Case.id).where(Case.order_id == order_id, Case.state != "closed").order_by(col(Case.id).desc())
    return session.exec(query).first()


def _add(session: Session, case: Case, who: str, said: Said) -> int | None:
    """Keep what was said, with its photographs: the entry's id; None if it stands there already."""
    now = clock.now()
    row = {"case_id": case.id, "order_id": case.order_id, "key": said.key, "author": who, "who": "" if who == SHOPPER else author.current().who[:120],
           "text": clean(said.text).strip()[: rules.LONGEST * 2], "at": now, "contact_id": said.contact_id}  # fmt: skip
    made = rows.insert_new(session, _entries, row)
    if made is None:
        return None
    case.spoke_at = now
    _keep(session, case, made, said.photos)
    return made


def _keep(session: Session, case: Case, entry_id: int, photos: Sequence[Picture]) -> None:
    there = len(session.execute(sa.select(_photos.c.id).where(_photos.c.case_id == case.id).limit(rules.MOST_OF_A_CASE)).all())
    for one in photos[: max(0, min(rules.MOST_PHOTOS, rules.MOST_OF_A_CASE - there))]:
        row = {"case_id": case.id, "order_id": case.order_id, "entry_id": entry_id, "mime": one.mime, "size": len(one.content), "width": one.width, "height": one.height,
               "sha256": one.digest, "at": clock.now(), "content": one.content}  # fmt: skip
        rows.insert_new(session, _photos, row)
