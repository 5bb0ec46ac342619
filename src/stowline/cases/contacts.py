"""Verbs of contacts: what shoppers say is kept once, joined to its order, told apart, and settled."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from stowline.cases import casework
from stowline.cases import contact_rules as rules
from stowline.cases.contact_models import Contact
from stowline.cases.events import ContactLogged, ReplyReceived
from stowline.cases.reply_text import LONGEST, one_line, own_words
from stowline.core import author, clock, outbox, rows
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.orders import queries as orders

_c = Contact.__table__  # type: ignore[attr-defined]
NOBODYS = "There is no such contact."


@dataclass(frozen=True, slots=True)
class Said:
    """What came in. `ident` is its own id (a Message-ID, a program's ref); `text` is as it was sent."""

    ident: str
    channel: str
    source: str
    at: datetime
    store_id: int | None = None
    order_id: int | None = None
    message_id: int | None = None
    answers: str = ""
    address: str = ""
    name: str = ""
    subject: str = ""
    text: str = ""
    about: str = ""
    ref: str = ""


def key_of(source: str, ident: str) -> str:
    """The same for the same contact: a mail is one mail, whichever way it comes in."""
    kind = "ref" if source == "api" else "mail"
    return f"{kind}:{hashlib.sha256(ident.encode('utf-8', 'replace')).hexdigest()[:60]}"


def keep(session: Session, said: Said) -> tuple[int, bool]:
    """Keep what somebody said, and say so to its order. Its id, and whether it is new."""
    key, text, subject = key_of(said.source, said.ident), own_words(said.text, LONGEST), one_line(said.subject, 300)
    told = rules.classify(subject, text, said.answers)
    row = {
        "key": key, "store_id": said.store_id, "order_id": said.order_id, "message_id": said.message_id, "answers": said.answers[:40],
        "channel": said.channel, "source": said.source, "ref": said.ref,
        "address": plain(said.address), "name": one_line(said.name, 200), "subject": subject, "text": text,
        "about": said.about or told.about, "why": "" if said.about else told.why, "about_by": "", "at": min(said.at, clock.now()),
        "kept_at": clock.now(), "kept_by": author.current().who[:120] if said.source == "api" else "", "handled_by": "", "testimonial_by": "",
        "consent_note": "",
    }  # fmt: skip
    made = rows.insert_new(session, _c, row)
    if made is None:
        return int(session.execute(_c.select().with_only_columns(_c.c.id).where(_c.c.key == key)).scalar_one()), False
    _tell(session, session.get_one(Contact, made))
    return made, True


def plain(address: str) -> str:
    """An address for comparing."""
    return one_line(address, 254).casefold()


def _tell(session: Session, one: Contact) -> None:
    if one.order_id is None:
        return
    ident = one.id or 0
    fact: ReplyReceived | ContactLogged = (
        ContactLogged(one.order_id, ident, one.channel, one.about) if one.source == "api" else ReplyReceived(one.order_id, ident, one.about)
    )
    outbox.record(session, fact, subject=one.order_id)
    casework.from_contact(session, one)


def lock(session: Session, ident: int) -> Contact:
    """A contact, read anew and locked until the transaction ends. Raises NotFound."""
    found = session.get(Contact, ident, with_for_update=True, populate_existing=True) if abs(ident) < 2**63 else None
    if found is None:
        raise NotFound(NOBODYS)
    return found


def join(session: Session, ident: int, ref: str, store: str = "") -> Contact:
    """A person says which order it is about; again: nothing changes. Raises NotFound, and Conflict where it has another."""
    one, order = lock(session, ident), orders.by_ref(session, ref, store)
    if one.order_id == order.id:
        return one
    if one.order_id is not None:
        raise Conflict("This contact belongs to another order already. Nothing was changed.")
    one.order_id, one.store_id = order.id, order.store_id
    session.add(one)
    session.flush()
    _tell(session, one)
    return one


def correct(session: Session, ident: int, about: str) -> Contact:
    """A person says what it is about. Raises Refused for what nothing can be about."""
    if about not in rules.ABOUT:
        raise Refused(f"A contact is about one of: {', '.join(rules.ABOUT)}.", where="about")
    one = lock(session, ident)
    if one.about != about:
        one.about, one.about_by = about, author.current().who[:120]
        session.add(one)
    return one


def settle(session: Session, ident: int) -> Contact:
    """Somebody answered it, or it needs no answer; again: nothing changes."""
    one = lock(session, ident)
    if one.handled_at is None:
        one.handled_at, one.handled_by = clock.now(), author.current().who[:120]
        session.add(one)
    return one


def praise(session: Session, ident: int, consent: str) -> Contact:
    """Its words may be shown as a testimonial, with the note on how its author agreed. Raises Refused without one, and for
    what is no feedback.
    """
    one, note = lock(session, ident), one_line(consent, 300)
    if not note:
        raise Refused("Say how its author agreed that it may be shown, and when.", where="consent")
    if one.about != rules.THANKS and one.answers not in rules.ASKS_FOR_FEEDBACK:
        raise Refused("Only feedback can be a testimonial. Correct first what it is about.", where="about")
    if one.testimonial_at is None:
        one.testimonial_at, one.testimonial_by = clock.now(), author.current().who[:120]
    one.consent_note = note
    session.add(one)
    return one


def unpraise(session: Session, ident: int) -> Contact:
    """Its author took the consent back: it is no testimonial any more."""
    one = lock(session, ident)
    one.testimonial_at, one.testimonial_by, one.consent_note = None, "", ""
    session.add(one)
    return one
