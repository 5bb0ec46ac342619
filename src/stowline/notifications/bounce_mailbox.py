"""Reading the mailbox that bounces and replies come back to: a standing timer looks, takes what is a notice or a person's
answer, leaves the rest.

What was taken is marked as seen once it is kept; an automatic answer and what cannot be read stay as they are, for people. How far the
mailbox was read is kept with what was read, in one transaction: nothing is lost or counted twice, whenever it stops.
"""

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlmodel import Session

from stowline.core import clock, db, timers
from stowline.core.config import settings
from stowline.notifications import bounces, dsn_rules, replies, reply_rules
from stowline.notifications.bounce_rules import Notice
from stowline.notifications.imap_url import Mailbox, mailbox_of
from stowline.notifications.reply_rules import Reply
from stowline.notifications.suppression_models import BounceMailbox

log = structlog.get_logger("stowline.bounces")
TIMER = "bounce-mailbox"
EVERY = timedelta(minutes=2)
PATIENCE_S = 30
MOST_MAILS = 200


def poll(_ref: str) -> None:
    """The standing timer's work: read what came since. Plans its next run itself; a mailbox that cannot be read is tried
    again then.
    """
    url = settings().bounce_imap_url
    try:
        if url:
            read(mailbox_of(url))
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        say = " ".join(str(error).split())[:300] or type(error).__name__
        log.warning("bounce_mailbox_unread", why=say)
        _in_trouble(mailbox_of(url).name if not isinstance(error, ValueError) else "", say)
    finally:
        db.run(lambda session: timers.set_timer(session, TIMER, "", clock.now() + EVERY))


def read(box: Mailbox) -> int:
    """Read what came since the last time: how many reports and replies were new. Raises OSError and imaplib's errors."""
    new = 0
    with _opened(box) as (line, validity):
        with db.reading() as session:
            place = session.get(BounceMailbox, box.name)
            after = place.uid if place is not None and place.validity == validity else 0
        for uid in _unseen(line, after):
            raw = _mail(line, uid)
            found = dsn_rules.read(raw, clock.now())
            reply = reply_rules.read(raw, clock.now()) if found is None else None
            new += _take(box, validity, uid, found or [], reply)
            if found is not None or reply is not None:
                line.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
    _went_well(box, validity)
    return new


@contextmanager
def _opened(box: Mailbox) -> Iterator[tuple[imaplib.IMAP4, int]]:
    """The mailbox, and the number that says whether its mails still have the numbers they had (UIDVALIDITY)."""
    context = ssl.create_default_context()
    if box.tls == "implicit":
        line: imaplib.IMAP4 = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=PATIENCE_S)
    else:
        line = imaplib.IMAP4(box.host, box.port, timeout=PATIENCE_S)
    try:
        if box.tls == "starttls":
            line.starttls(context)
        line.login(box.user, box.password)
        said, answer = line.select(f'"{box.folder}"')
        if said != "OK":
            raise imaplib.IMAP4.error(f"there is no folder {box.folder}: {answer!r}")
        yield line, int((line.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            line.logout()


def _unseen(line: imaplib.IMAP4, after: int) -> list[int]:
    """The mails to look at, oldest first. `n:*` always names the last mail, so it may answer one that was read."""
    _, found = line.uid("SEARCH", "UNSEEN", "UID", f"{after + 1}:*")
    ids = sorted(int(uid) for uid in (found[0] or b"").split())
    return [uid for uid in ids if uid > after][:MOST_MAILS]


def _mail(line: imaplib.IMAP4, uid: int) -> bytes:
    """A mail's beginning, without marking it as seen; empty where it is gone."""
    _, answer = line.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{dsn_rules.LARGEST}>)")
    return next((part[1] for part in answer if isinstance(part, tuple)), b"")


def _take(box: Mailbox, validity: int, uid: int, found: list[Notice], reply: Reply | None) -> int:
    def work(session: Session) -> int:
        new = bounces.take(session, found, source="mailbox", vouched=False)
        kept = replies.take(session, reply, source="mailbox") if reply is not None else None
        new += kept is not None and kept[1]
        place = _place(session, box.name, validity)
        place.uid = max(place.uid, uid)
        return new

    return db.run(work)


def _place(session: Session, name: str, validity: int) -> BounceMailbox:
    place = session.get(BounceMailbox, name)
    if place is None:
        place = BounceMailbox(name=name, validity=validity, read_at=clock.now())
    if place.validity != validity:
        place.validity, place.uid = validity, 0
    session.add(place)
    return place


def _went_well(box: Mailbox, validity: int) -> None:
    with db.transaction() as session:
        place = _place(session, box.name, validity)
        place.read_at, place.trouble = clock.now(), ""


def _in_trouble(name: str, say: str) -> None:
    if name:
        with db.transaction() as session:
            place = session.get(BounceMailbox, name) or BounceMailbox(name=name, validity=0, read_at=None)
            place.trouble = say
            session.add(place)


def state(session: Session) -> BounceMailbox | None:
    """How the mailbox that is set was read last; None where none is, or it was never tried."""
    url = settings().bounce_imap_url
    return session.get(BounceMailbox, mailbox_of(url).name) if url else None
