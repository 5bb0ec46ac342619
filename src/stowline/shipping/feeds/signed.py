"""The signed form: for any carrier or program that can post JSON. Signed as Standard Webhooks say
(https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature` over id, time and raw body.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from stowline.core import fields, signing
from stowline.core.access import Unauthorized
from stowline.core.fields import Bad
from stowline.shipping.feeds.shape import Signed
from stowline.shipping.tracking_rules import MOST_DETAILS, MOVES, STALE, Detail, Update, clean, plain

KEY, NAME = "signed", "Signed form"


def check(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
    """The event of a post that fits one of the secrets and was signed just now. Raises Unauthorized."""
    ident, stamp = headers.get("webhook-id", "").strip(), headers.get("webhook-timestamp", "").strip()
    given = headers.get("webhook-signature", "")
    whole = 0 < len(ident) <= 100 and ident.isascii() and ident.isprintable() and stamp.isascii() and stamp.isdigit() and len(stamp) <= 11
    if not whole or not signing.fits(secrets, ident, stamp, body, given):
        raise Unauthorized("The signature does not fit id, time and body. Check the secret, and sign the body as it is sent.")
    signed_at = datetime.fromtimestamp(int(stamp), UTC)
    if abs(now - signed_at) > STALE:
        raise Unauthorized(f"This was signed {fields.shown(signed_at.isoformat())}, more than 5 minutes from now. Sign it anew.")
    return Signed(ident, signed_at)


def read(body: bytes) -> Update:
    """The parcel of a post. Raises Bad, with the place."""
    said = msgspec.json.decode(body)
    if not isinstance(said, dict):
        raise Bad(f"The body is {fields.shown(said)}. It has to be an object.")
    number = fields.text(said.get("tracking"), "tracking", what="The tracking number", longest=80, needed=True)
    rows = said.get("details") or []
    if not isinstance(rows, list) or len(rows) > MOST_DETAILS:
        raise Bad(f"“details” has to be a list of at most {MOST_DETAILS} details.", "details")
    eta = fields.day(said.get("estimated_delivery"), "estimated_delivery")
    carrier = clean(fields.text(said.get("carrier"), "carrier", what="The carrier", longest=60), 60)
    if not rows and eta is None:
        raise Bad("Nothing is said about the parcel. Send “details”, “estimated_delivery” or both.", "details")
    return Update(plain(number), carrier, eta, None, tuple(_detail(one, f"details[{n}]") for n, one in enumerate(rows)))


def _detail(said: Any, where: str) -> Detail:  # noqa: ANN401  (any JSON value)
    if not isinstance(said, dict):
        raise Bad(f"A detail is {fields.shown(said)}. It has to be an object.", where)
    milestone, at = said.get("milestone"), fields.moment(said.get("at"), f"{where}.at")
    if milestone not in MOVES:
        raise Bad(f"{fields.shown(milestone)} is no milestone of a carrier. There are: {', '.join(MOVES)}.", f"{where}.milestone")
    if at is None:
        raise Bad("The time is missing.", f"{where}.at")
    place = fields.text(said.get("place"), f"{where}.place", what="The place", longest=200)
    words = fields.text(said.get("say"), f"{where}.say", what="The sentence", longest=300)
    return Detail(milestone, at, clean(place, 200), clean(words, 300))
