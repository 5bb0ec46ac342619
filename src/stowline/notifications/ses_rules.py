"""Amazon SES through SNS: what is signed, by whom, and what a notification says. Plain decisions on plain values.

Signatures: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html; contents:
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from stowline.notifications.bounce_rules import Notice
from stowline.notifications.suppression_rules import COMPLAINT, HARD, SOFT

NOTIFICATION, SUBSCRIPTION = "Notification", "SubscriptionConfirmation"
KINDS = (NOTIFICATION, SUBSCRIPTION, "UnsubscribeConfirmation")
_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?")
_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


def is_amazons(url: str) -> bool:
    """Whether an address is one of SNS itself: https, its own host, the usual port, nothing before the host."""
    try:
        parts = urlsplit(url)
        usual = parts.port in (None, 443)
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and not parts.fragment and "\\" not in url
    return parts.scheme == "https" and usual and plain and bool(_HOST.fullmatch((parts.hostname or "").lower()))


def is_certificate(url: str) -> bool:
    """Whether an address is that of an SNS signing certificate."""
    return is_amazons(url) and urlsplit(url).path.endswith(".pem") and not urlsplit(url).query


def signed_text(said: Mapping[str, str]) -> bytes:
    """The text that is signed: names and values, each on a line of its own, without what is not there."""
    names = _SIGNED[said["Type"]]
    return "".join(f"{name}\n{said[name]}\n" for name in names if name in said).encode()


def notices(said: Mapping[str, Any], at: datetime) -> list[Notice]:
    """What a notification of SES reports; empty for deliveries and all else. Raises ValueError for what is none of theirs."""
    kind = said.get("notificationType") or said.get("eventType")
    mail = said.get("mail") or {}
    if not isinstance(kind, str) or not isinstance(mail, dict):
        raise ValueError("no notification of SES")  # noqa: TRY004  (what it is not is said to its sender)
    if kind == "Bounce":
        return _bounces(said["bounce"], mail, at)
    if kind == "Complaint":
        return _complaints(said["complaint"], mail, at)
    return []


def _bounces(bounce: Mapping[str, Any], mail: Mapping[str, Any], at: datetime) -> list[Notice]:
    kind = HARD if bounce.get("bounceType") == "Permanent" else SOFT
    sub = str(bounce.get("bounceSubType", ""))
    return [
        _notice(one, mail, at, kind=kind, ident=str(bounce["feedbackId"]), code=str(one.get("status") or sub),
                say=str(one.get("diagnosticCode") or f"{bounce.get('bounceType')}: {sub}"))
        for one in bounce["bouncedRecipients"]
    ]  # fmt: skip


def _complaints(complaint: Mapping[str, Any], mail: Mapping[str, Any], at: datetime) -> list[Notice]:
    kind = str(complaint.get("complaintFeedbackType") or "abuse")
    if kind == "not-spam":
        return []
    return [
        _notice(one, mail, at, kind=COMPLAINT, ident=str(complaint["feedbackId"]), code=kind, say=f"complaint ({kind}) through Amazon SES")
        for one in complaint["complainedRecipients"]
    ]


def _notice(one: Mapping[str, Any], mail: Mapping[str, Any], at: datetime, *, kind: str, ident: str, code: str, say: str) -> Notice:
    address = str(one["emailAddress"]).rpartition("<")[2].strip("> ")
    heads = {str(head["name"]).lower(): str(head["value"]) for head in mail.get("headers") or []}
    marks = tuple(filter(None, (heads.get("x-stowline-ref", ""), str(mail.get("source", "")))))
    mail_id = heads.get("message-id", "") or str((mail.get("commonHeaders") or {}).get("messageId", ""))
    return Notice(f"ses:{ident}:{hashlib.sha256(address.casefold().encode()).hexdigest()[:40]}", kind, address[:254], code[:20], " ".join(say.split())[:500], at, marks, mail_id)
