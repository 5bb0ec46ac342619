"""Reading people's mails that come back to us: who wrote, which of our mails they answer, and whether a person wrote at all.

Pure. An automatic answer is none (RFC 3834, and the marks that older programs set).
"""

import email
import email.policy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

from stowline.cases.reply_text import words_of_html

LARGEST = 512 * 1024
MOST_IDS = 60
_ID = re.compile(r"<([^<>\s@]{1,200})@[^<>\s]{1,250}>")
_AWAY = re.compile(r"^\s*(?:auto(?:matic)?[ -]?(?:reply|response|answer)|out of (?:the )?office|automatische antwort|abwesen|réponse automatique|自动回复|自動回覆|自動回復|休假通知)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail of a person. `ids` are the left halves of the Message-IDs it names, the nearest first; `marks` are texts in
    which our token may stand; `to` whom it went to.
    """

    ident: str
    address: str
    name: str
    to: tuple[str, ...]
    subject: str
    text: str
    at: datetime
    ids: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


def read(raw: bytes, now: datetime) -> Reply | None:
    """The reply in a mail; None for an automatic one, and for what cannot be read."""
    try:
        mail = email.message_from_bytes(raw[:LARGEST], policy=email.policy.default)
        return None if is_automatic(_heads(mail)) else _read(mail, now)
    except Exception:  # noqa: BLE001  (whatever the parser trips over stays in the mailbox for people, and must not stop the next)
        return None


def _heads(mail: EmailMessage) -> dict[str, str]:
    return {name.lower(): " ".join(str(value).split()) for name, value in mail.items()}


def is_automatic(heads: Mapping[str, str]) -> bool:
    """Whether a program wrote it: an absence, a notice, a mailing list. `heads` by lower-case name."""
    sender = heads.get("from", "").lower()
    return (
        heads.get("auto-submitted", "no").split(";")[0].strip().lower() not in ("no", "")
        or heads.get("return-path", "x").strip() == "<>"
        or heads.get("precedence", "").strip().lower() in ("bulk", "junk", "list", "auto_reply")
        or any(name in heads for name in ("x-autoreply", "x-autorespond", "x-auto-reply", "list-id", "list-unsubscribe", "x-failed-recipients", "x-stowline-message"))
        or any(word in sender for word in ("mailer-daemon", "postmaster@", "no-reply@", "noreply@", "donotreply@"))
        or bool(_AWAY.match(heads.get("subject", "")))
    )  # fmt: skip


def _read(mail: EmailMessage, now: datetime) -> Reply | None:
    heads = _heads(mail)
    name, address = next(iter(getaddresses([heads.get("from", "")])), ("", ""))
    ident = heads.get("message-id", "")
    if "@" not in address or not ident:
        return None
    marks = tuple(filter(None, (heads.get(one, "") for one in ("to", "cc", "delivered-to", "x-original-to", "envelope-to"))))
    return Reply(ident[:500], address[:254], name, tuple(one for _, one in getaddresses(list(marks[:2]))), heads.get("subject", ""), _text(mail),
                 moment(heads.get("date", ""), now), ids_of(heads.get("in-reply-to", ""), heads.get("references", "")), marks)  # fmt: skip


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    content = body.get_content()
    text = content if isinstance(content, str) else bytes(content).decode("utf-8", "replace")
    return words_of_html(text) if body.get_content_subtype() == "html" else text


def ids_of(in_reply_to: str, references: str) -> tuple[str, ...]:
    """The left halves of the Message-IDs that a mail names, what it answers first, then the nearest before."""
    found = [*_ID.findall(in_reply_to[:8000]), *reversed(_ID.findall(references[-16_000:]))]
    return tuple(dict.fromkeys(found))[:MOST_IDS]


def moment(said: str, now: datetime) -> datetime:
    """The moment that a header names; now where it names none, or one to come."""
    try:
        found = parsedate_to_datetime(said)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return min(aware.astimezone(UTC), now)
    except (ValueError, TypeError, OverflowError):
        return now


def names(subject: str, ref: str) -> bool:
    """Whether a subject names this order, as a word of its own."""
    return bool(ref) and re.search(rf"(?<![\w-]){re.escape(ref)}(?![\w-])", subject, re.IGNORECASE) is not None
