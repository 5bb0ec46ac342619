"""Postmark's bounce and complaint webhooks: what one says. https://postmarkapp.com/developer/webhooks/bounce-webhook"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stowline.notifications.bounce_rules import Notice
from stowline.notifications.suppression_rules import COMPLAINT, HARD, SOFT

_KIND = {
    "HardBounce": HARD, "BadEmailAddress": HARD, "ManuallyDeactivated": HARD,
    "SoftBounce": SOFT, "Transient": SOFT, "DnsError": SOFT, "Blocked": SOFT, "SpamNotification": SOFT, "DMARCPolicy": SOFT,
    "Undeliverable": SOFT, "Unknown": SOFT, "VirusNotification": SOFT, "SMTPApiError": SOFT, "InboundError": SOFT,
    "SpamComplaint": COMPLAINT, "Unsubscribe": COMPLAINT,
}  # fmt: skip


def notices(said: Mapping[str, Any], now: datetime) -> list[Notice]:
    """What a webhook reports; empty for what is no bounce (opens, out-of-office answers). Raises ValueError for what is
    none of Postmark's.
    """
    if said.get("RecordType") not in ("Bounce", "SpamComplaint"):
        if "RecordType" in said:
            return []
        raise ValueError("no webhook of Postmark")
    kind = _KIND.get(str(said.get("Type")))
    address = str(said.get("Email", "")).strip()
    if kind is None or not address:
        return []
    metadata = said.get("Metadata")
    mark = str(metadata.get("stowline", "")) if isinstance(metadata, dict) else ""
    say = " ".join(f"{said.get('Description', '')} {said.get('Details', '')}".split())[:500]
    at = _moment(str(said.get("BouncedAt", "")), now)
    return [Notice(f"postmark:{said['ID']}", kind, address[:254], str(said["Type"])[:20], say, at, (mark,) if mark else ())]


def _moment(said: str, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return now
    return min(found, now) if found.tzinfo else now
