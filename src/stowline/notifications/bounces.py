"""Taking in what is reported about mails: by a provider's webhook, or by notices in a mailbox."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from stowline.core.config import settings
from stowline.notifications import mail_reports, return_path
from stowline.notifications.bounce_rules import Notice
from stowline.notifications.mail_reports import Reported
from stowline.notifications.models import Message
from stowline.notifications.rules import message_id
from stowline.notifications.suppression_rules import plain

LOOKED_THROUGH = 200


def take(session: Session, notices: Sequence[Notice], *, source: str, vouched: bool) -> int:
    """Keep what these say and do what follows: how many were new.

    `vouched`: whoever told it is known to us (a signed webhook). What only came by mail counts where it names a message
    of ours: else anybody could stop anybody's mail with a made-up notice.
    """
    new = 0
    for one in notices:
        message = message_of(session, one)
        if message is None and not vouched:
            continue
        told = Reported(key=one.key, source=source, kind=one.kind, address=one.address, code=one.code, say=one.say, at=one.at, message_id=message)
        new += mail_reports.take(session, told) is not None
    return new


def message_of(session: Session, one: Notice) -> int | None:
    """The message that a report is about: by the token in its return path or mark, else by Message-ID and address."""
    key = settings().key()
    named = next(filter(None, (return_path.message_of(mark, key) for mark in one.marks)), None)
    if named is not None and session.get(Message, named) is not None:
        return named
    return _by_mail_id(session, one) if one.mail_id and one.address else None


def _by_mail_id(session: Session, one: Notice) -> int | None:
    wanted = one.mail_id.strip().strip("<>").partition("@")[0]
    query = select(Message.id, Message.key).where(Message.address == plain(one.address), Message.channel == "email")
    for ident, key in session.exec(query.order_by(col(Message.id).desc()).limit(LOOKED_THROUGH)):
        if message_id(key, "x").strip("<>").partition("@")[0] == wanted:
            return ident
    return None
