"""What is a store's own: its name, where its mails come from and what stands in them, its money, language and time zone."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from sqlmodel import Session

from stowline.core import i18n, money
from stowline.core.errors import Refused
from stowline.core.fields import Bad, email, text, whole
from stowline.stores import queries
from stowline.stores.models import Store

_ACCENT = re.compile(r"#[0-9a-f]{6}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?")
MOST_DAYS = 60


def set_brand(session: Session, key: str, said: Mapping[str, str]) -> Store:
    """Keep what is said of a store's own (FIELDS); what is not said stays. Orders that are there keep their money, language
    and time zone. Raises Refused with the field's name for what cannot be taken; nothing is changed then.
    """
    read = {name: _read(name, value) for name, value in said.items() if name in FIELDS}
    store = queries.lock(session, queries.store_by_key(session, key).id or 0)
    for name, value in read.items():
        setattr(store, name, value)
    session.add(store)
    session.flush()
    return store


def _read(name: str, value: str) -> str | int:
    try:
        return FIELDS[name](value)
    except Bad as bad:
        raise Refused(bad.say, where=name) from None
    except ValueError as why:
        raise Refused(str(why), where=name) from None


def _named(value: str) -> str:
    return text(value, what="The name", longest=120, needed=True)


def _sender(value: str) -> str:
    said = email(value)
    if not said:
        raise ValueError("Say from which address mails come.")
    return said


def _address(value: str) -> str:
    return text(value, what="The postal address", longest=200)


def _url(value: str) -> str:
    """An address of the web without its last slash, or ""."""
    said = text(value, what="The address of the shop", longest=300).rstrip("/")
    if not said:
        return ""
    try:
        parts = urlsplit(said)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise ValueError("The address of the shop begins with https:// and names a host, such as https://shop.example.")
    return said


def _locale(value: str) -> str:
    said = text(value, what="The language", longest=12)
    if not _LOCALE.fullmatch(said):
        raise ValueError("A language is a code such as en, de or zh-Hant.")
    return said


def _zone(value: str) -> str:
    return i18n.zone_named(text(value, what="The time zone", longest=60, needed=True)).key


def _accent(value: str) -> str:
    said = value.strip().lower()
    if not _ACCENT.fullmatch(said):
        raise ValueError("A colour is # and six digits of 0 to 9 and a to f, such as #0b5a6e.")
    return said


def _days(value: str) -> int:
    return whole(value, what="The number of days", least=0, most=MOST_DAYS)


FIELDS: dict[str, Callable[[str], str | int]] = {
    "name": _named, "sender_email": _sender, "reply_to": email, "support_email": email, "address_line": _address, "url": _url,
    "currency": money.currency, "locale": _locale, "time_zone": _zone, "accent": _accent, "ship_within_days": _days,
}  # fmt: skip
