"""What is a store's own: its name, where its mails come from and what stands in them, its voice, its money, language and time zone."""

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
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{3,38}")
_CODE = re.compile(r"[A-Za-z0-9._-]*")
MOST_DAYS = 60
LOOKS: Mapping[str, str] = {
    "plain": "Plain: what was ordered, and nothing else",
    "welcome": "A warm welcome with a first order",
    "reassurance": "What the shopper can count on",
    "coupon": "A coupon for the next order, and a word for friends",
    "similar": "Similar items that are in stock",
}
"""The looks of the order confirmation. Where what a look shows is not known, the confirmation is plain."""


def set_brand(session: Session, key: str, said: Mapping[str, str]) -> Store:
    """Keep what is said of a store's own (FIELDS) and of its voice (VOICE); what is not said stays. Orders that are there keep their money, language
    and time zone. Raises Refused with the field's name for what cannot be taken; nothing is changed then.
    """
    told = read(said)
    store = queries.lock(session, queries.store_by_key(session, key).id or 0)
    for name, value in told.items():
        setattr(store, name, value)
    session.add(store)
    session.flush()
    return store


def read(said: Mapping[str, str]) -> dict[str, str | int]:
    """What is said of a store's own and its voice, as it would be kept. Raises Refused with the field's name."""
    return {name: _read(name, value) for name, value in said.items() if name in FIELDS or name in VOICE}


def _read(name: str, value: str) -> str | int:
    try:
        return (FIELDS | VOICE)[name](value)
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


def _link(value: str) -> str:
    """An address of the web, with what stands behind its host, or ""."""
    said = text(value, what="The link for friends", longest=300)
    if said and (not said.startswith(("https://", "http://")) or not _HOST.fullmatch(urlsplit(said).netloc)):
        raise ValueError("The link for friends begins with https:// and names a host, such as https://shop.example/friends.")
    return said


def _look(value: str) -> str:
    if value not in LOOKS:
        raise ValueError(f"A confirmation looks {', '.join(LOOKS)}.")
    return value


def _code(what: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        said = text(value, what=what, longest=40)
        if not _CODE.fullmatch(said):
            raise ValueError(f"{what} is made of letters, digits, dots and dashes.")
        return said

    return read


def _line(what: str, longest: int) -> Callable[[str], str]:
    return lambda value: text(value, what=what, longest=longest)


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


def _phone(value: str) -> str:
    said = text(value, what="The telephone number", longest=40)
    if said and not _PHONE.fullmatch(said):
        raise ValueError("A telephone number is digits, blanks and dashes, with its country: +49 30 123456.")
    return said


FIELDS: dict[str, Callable[[str], str | int]] = {
    "name": _named, "sender_email": _sender, "reply_to": email, "support_email": email, "support_phone": _phone, "support_hours": _line("The hours", 120), "address_line": _address, "url": _url,
    "currency": money.currency, "locale": _locale, "time_zone": _zone, "accent": _accent, "ship_within_days": _days,
}
VOICE: dict[str, Callable[[str], str]] = {
    "confirmation_look": _look, "greeting": _line("The greeting", 60), "sign_off": _line("The sign-off", 200),
    "welcome_code": _code("The welcome code"), "welcome_say": _line("What the welcome code is good for", 200),
    "coupon_code": _code("The coupon"), "coupon_say": _line("What the coupon is good for", 200),
    "referral_say": _line("The word for friends", 300), "referral_url": _link,
    "win_back_code": _code("The code for who was long away"), "win_back_say": _line("What that code is good for", 200),
    "win_back_news": _line("What is new", 300),
}  # fmt: skip
