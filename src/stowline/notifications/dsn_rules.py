"""Reading notices that mail servers send: delivery-status reports (RFC 3464), complaints (ARF, RFC 5965), and the older
form of Exim that only names its failed recipients. Anything else is no notice: a person's answer, an automatic one.

Pure, and never raises: a notice may be broken, cut off or made up.
"""

import email
import email.policy
import hashlib
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from stowline.notifications.bounce_rules import Notice, failure_kind
from stowline.notifications.suppression_rules import COMPLAINT

LARGEST = 512 * 1024
MOST_RECIPIENTS = 50
MARK = "x-stowline-ref"
COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "complaint", "miscategorized", "virus", "other"})
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"[^\s<>;,\"()]{1,64}@[^\s<>;,\"()]{1,190}")


def read(raw: bytes, now: datetime) -> list[Notice] | None:
    """What a mail reports; an empty list for a notice of no consequence (delayed, delivered); None for no notice."""
    try:
        mail = email.message_from_bytes(raw[:LARGEST], policy=email.policy.compat32)
        return _read(mail, raw, now)
    except Exception:  # noqa: BLE001  (whatever the parser trips over is no notice of any server, and must not stop the next)
        return None


def _read(mail: Message, raw: bytes, now: datetime) -> list[Notice] | None:
    parts = {part.get_content_type(): part for part in _flat(mail)}
    if status := parts.get("message/delivery-status"):
        return _delivery(mail, status, _returned(parts), raw, now)
    if feedback := parts.get("message/feedback-report"):
        return _complaint(mail, feedback, _returned(parts), raw, now)
    if mail.get("X-Failed-Recipients") and _from_server(mail):
        return _old_exim(mail, raw, now)
    return None


def _flat(mail: Message, depth: int = 0) -> list[Message]:
    """The parts that stand for themselves; a returned mail is one, its own parts are not ours."""
    if mail.get_content_maintype() != "multipart" or depth > 5:
        return [mail]
    inside = mail.get_payload()
    return [one for part in inside if isinstance(part, Message) for one in _flat(part, depth + 1)] if isinstance(inside, list) else [mail]


def _returned(parts: dict[str, Message]) -> Message:
    """The head of the mail that came back."""
    for name in ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global", "message/global-headers"):
        part = parts.get(name)
        if part is None:
            continue
        inside = part.get_payload()
        if isinstance(inside, list) and inside and isinstance(inside[0], Message):
            return inside[0]
        text = part.get_payload(decode=True)
        if isinstance(text, bytes):
            return email.message_from_bytes(text.lstrip(), policy=email.policy.compat32)
    return Message()


def _delivery(mail: Message, status: Message, returned: Message, raw: bytes, now: datetime) -> list[Notice]:
    blocks = [block for block in status.get_payload() if isinstance(block, Message)] if status.is_multipart() else []
    about, found = blocks[0] if blocks else Message(), []
    for block in blocks[: MOST_RECIPIENTS + 1]:
        address = _bare(_one(block, "Original-Recipient") or _one(block, "Final-Recipient"))
        if _one(block, "Action").lower() != "failed" or not address:
            continue
        words = _one(block, "Diagnostic-Code") or _text_of(mail)[:1000]
        code = _code(_one(block, "Status"), words)
        found.append(Notice(
            _key(mail, raw, address), failure_kind(code, words), address, code, words[:500],
            _moment(_one(block, "Last-Attempt-Date") or _one(about, "Arrival-Date") or _one(mail, "Date"), now),
            _marks(mail, returned), _one(returned, "Message-ID"),
        ))  # fmt: skip
    return found


def _code(status: str, words: str) -> str:
    """The status of the block, or the one in the words where that says more ("5.0.0")."""
    given = _STATUS.search(status)
    said = _STATUS.search(words)
    if given and not given[1].endswith(".0.0"):
        return given[1]
    return said[1] if said else given[1] if given else ""


def _complaint(mail: Message, feedback: Message, returned: Message, raw: bytes, now: datetime) -> list[Notice]:
    inside = feedback.get_payload()
    fields = inside[0] if isinstance(inside, list) and inside and isinstance(inside[0], Message) else _as_head(feedback)
    kind = _one(fields, "Feedback-Type").lower()
    if kind not in COMPLAINTS:
        return []
    address = _bare(_one(fields, "Original-Rcpt-To") or _one(returned, "To"))
    say = f"complaint ({kind}) through {_one(fields, 'User-Agent') or 'a mailbox provider'}"[:200]
    marks = (*_marks(mail, returned), _one(fields, "Original-Mail-From"))
    at = _moment(_one(fields, "Arrival-Date") or _one(mail, "Date"), now)
    return [Notice(_key(mail, raw, address), COMPLAINT, address, kind, say, at, marks, _one(returned, "Message-ID"))]


def _as_head(part: Message) -> Message:
    text = part.get_payload(decode=True)
    return email.message_from_bytes(text.lstrip(), policy=email.policy.compat32) if isinstance(text, bytes) else Message()


def _old_exim(mail: Message, raw: bytes, now: datetime) -> list[Notice]:
    text = _text_of(mail)
    body, _, copy = text.partition("------ This is a copy of")
    returned = email.message_from_string(copy.partition("\n\n")[2], policy=email.policy.compat32)
    code = _code("", body)
    return [
        Notice(_key(mail, raw, address), failure_kind(code, body), address, code, " ".join(body.split())[-500:], _moment(_one(mail, "Date"), now),
               _marks(mail, returned), _one(returned, "Message-ID"))
        for address in (_bare(one) for one in _one(mail, "X-Failed-Recipients").split(",")[:MOST_RECIPIENTS]) if address
    ]  # fmt: skip


def _from_server(mail: Message) -> bool:
    """A notice comes from nobody (RFC 3464, 2), or says that it is one."""
    path, sender = _one(mail, "Return-Path"), _one(mail, "From").lower()
    return path in ("<>", "") or "mailer-daemon" in sender or "postmaster" in sender


def _text_of(mail: Message) -> str:
    for part in _flat(mail):
        if part.get_content_type() == "text/plain":
            text = part.get_payload(decode=True)
            return text.decode("utf-8", "replace")[:20_000] if isinstance(text, bytes) else ""
    return ""


def _marks(mail: Message, returned: Message) -> tuple[str, ...]:
    named = [_one(mail, name) for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To")]
    return tuple(filter(None, [*named, _one(returned, MARK), _one(returned, "Return-Path")]))


def _one(mail: Message, name: str) -> str:
    """A header as one line of text."""
    return " ".join(str(mail.get(name, "")).split())[:2000]


def _bare(said: str) -> str:
    """ "rfc822; <Ines@example.test>" -> "Ines@example.test" """
    plain = said.partition(";")[2] or said
    found = _ADDRESS.search(plain) or _ADDRESS.search(" ".join(address for _, address in getaddresses([plain])))
    return found[0][:254] if found else ""


def _key(mail: Message, raw: bytes, address: str) -> str:
    """The same for the same notice, however often it is read."""
    own = _one(mail, "Message-ID").encode("utf-8", "replace") or raw
    return f"mailbox:{hashlib.sha256(own + b' ' + address.casefold().encode('utf-8', 'replace')).hexdigest()[:40]}"


def _moment(said: str, now: datetime) -> datetime:
    """The moment that a header names; now where it names none, or one to come."""
    try:
        found = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError):
        return now
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return min(aware.astimezone(UTC), now)
    except OverflowError:
        return now
