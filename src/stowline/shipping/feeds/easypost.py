"""EasyPost's webhooks of trackers (https://docs.easypost.com/docs/trackers, …/guides/webhooks-guide).

Signed in `X-Hmac-Signature`: "hmac-sha256-hex=" and the HMAC-SHA256 of the raw body in hex; the key is the webhook's
secret in Unicode form NFKD, in UTF-8. The signature has no time: a replay is known by the event's id.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from stowline.core import fields
from stowline.core.access import Unauthorized
from stowline.core.fields import Bad
from stowline.shipping.feeds.shape import Signed
from stowline.shipping.tracking_rules import MOST_DETAILS, Detail, Update, clean, plain

KEY, NAME = "easypost", "EasyPost"
HEADER = "x-hmac-signature"
_STATUS = {
    "pre_transit": "packed", "in_transit": "in_transit", "out_for_delivery": "out_for_delivery", "delivered": "delivered",
    "available_for_pickup": "in_transit", "return_to_sender": "returning", "failure": "attempt_failed",
}  # fmt: skip
_CLOSER = {
    "delayed": "delayed", "weather_delay": "delayed", "transit_exception": "delayed", "missorted": "delayed",
    "delivery_exception": "attempt_failed", "return": "returning", "lost": "lost",
}  # fmt: skip
"""What a status's detail says closer, unless the status itself is the end of the way."""


def signature(secret: str, body: bytes) -> str:
    """The header's value for a body."""
    key = unicodedata.normalize("NFKD", secret).encode()
    return f"hmac-sha256-hex={hmac.new(key, body, hashlib.sha256).hexdigest()}"


def check(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
    """The event of a post that fits one of the secrets. Raises Unauthorized."""
    _ = now
    given = headers.get(HEADER, "").strip().encode("utf-8", "replace")
    fits = [hmac.compare_digest(signature(secret, body).encode(), given) for secret in secrets]
    if not any(fits):
        raise Unauthorized("The signature does not fit the body. Check the webhook's secret.")
    return Signed(_event_id(body))


def _event_id(body: bytes) -> str:
    """The event's own id; where there is none that can be used, the body's fingerprint."""
    try:
        ident = msgspec.json.decode(body).get("id")
    except (msgspec.DecodeError, AttributeError, RecursionError, UnicodeDecodeError):
        ident = None
    own = clean(ident, 200)
    return own if own and own == ident and len(own) <= 100 else f"sha256:{hashlib.sha256(body).hexdigest()}"


def read(body: bytes) -> Update | None:
    """The tracker's parcel; None for an event about something else. Raises Bad."""
    event = _object(msgspec.json.decode(body), "The body")
    if not str(event.get("description", "")).startswith("tracker."):
        return None
    tracker = _object(event.get("result"), "“result”")
    number = fields.text(tracker.get("tracking_code"), "result.tracking_code", what="The tracking number", longest=80, needed=True)
    said = tracker.get("tracking_details") or []
    if not isinstance(said, list) or len(said) > MOST_DETAILS:
        raise Bad(f"“tracking_details” has to be a list of at most {MOST_DETAILS} details.", "result.tracking_details")
    details, unread = _details(said, tracker)
    said_at = _moment(tracker.get("updated_at")) or _moment(event.get("created_at"))
    return Update(plain(number), clean(tracker.get("carrier"), 60), _eta(tracker), said_at, details, whole=True, unread=unread)


def _object(said: object, what: str) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise Bad(f"{what} is {fields.shown(said)}. It has to be an object.")
    return said


def _details(said: Sequence[object], tracker: Mapping[str, Any]) -> tuple[tuple[Detail, ...], tuple[str, ...]]:
    details, unread = [], []
    for n, one in enumerate(said):
        made = _detail(one) if isinstance(one, dict) else None
        if made is None:
            unread.append(f"Detail {n + 1} has no time that can be read.")
        else:
            details.append(made)
    alone = _moment(tracker.get("updated_at"))
    if not said and alone and (milestone := _milestone(tracker)):
        details.append(Detail(milestone, alone))
    return tuple(details), tuple(unread)


def _detail(said: Mapping[str, Any]) -> Detail | None:
    at = _moment(said.get("datetime"))
    words = clean(said.get("message") or said.get("description"), 300)
    return Detail(_milestone(said), at, _place(said.get("tracking_location")), words) if at else None


def _milestone(said: Mapping[str, Any]) -> str:
    status = _STATUS.get(str(said.get("status")), "")
    return status if status in ("delivered", "returning") else _CLOSER.get(str(said.get("status_detail")), status)


def _moment(said: object) -> datetime | None:
    try:
        return fields.moment(said)
    except Bad:
        return None


def _place(said: object) -> str:
    """ "Orlando, FL, US": the town and its state, or the postcode where no town is known."""
    if not isinstance(said, dict):
        return ""
    city = clean(said.get("city"), 80)
    town = city.title() if city.isupper() else city
    parts = (town, clean(said.get("state"), 40), "" if town else clean(said.get("zip"), 20), clean(said.get("country"), 40))
    return ", ".join(part for part in parts if part)


def _eta(tracker: Mapping[str, Any]) -> date | None:
    """The day by the receiver's calendar where the carrier says it, else the day of the moment it gives."""
    closer = tracker.get("carrier_detail")
    local = closer.get("est_delivery_date_local") if isinstance(closer, dict) else None
    for said in (local, tracker.get("est_delivery_date")):
        try:
            if found := fields.day(said[:10] if isinstance(said, str) else None):
                return found
        except Bad:
            continue
    return None
