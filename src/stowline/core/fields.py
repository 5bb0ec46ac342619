"""Values that somebody else wrote, made safe: text, whole numbers, e-mail addresses, moments and days.

Each function takes what stood in a cell or in decoded JSON and returns a plain value, or raises `Bad` with a sentence
and the place. Nothing else is ever raised, whatever the value is.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FOLDABLE = re.compile("[\t\r\n\v\f\u2028\u2029 ]+")
_NUL_LIKE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_WHOLE = re.compile(r"([+-]?[0-9]{1,18})(?:\.0*)?", re.ASCII)
_EMAIL = re.compile(r'[^\s@,;:<>()\[\]\\"]{1,64}@[^\s@,;:<>()\[\]\\"/?#%!=+]{1,190}')
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?: ?([Zz]|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


class Bad(ValueError):
    """A value cannot be taken. `say` is a sentence for a person; `where` the place, such as `lines[2].quantity`."""

    def __init__(self, say: str, where: str = "") -> None:
        super().__init__(say)
        self.say = say
        self.where = where


def shown(value: object) -> str:
    """The value as a sentence may quote it: short, in quotes if it is text, nothing unprintable."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    said = _UNPRINTABLE.sub("\ufffd", str(value)[:60])
    said = said if len(said) <= 40 else said[:39] + "…"
    return f"“{said}”" if isinstance(value, str) else said


def text(
    value: object,
    where: str = "",
    *,
    what: str = "The text",
    longest: int = 200,
    needed: bool = False,
    fold: bool = False,
) -> str:
    """One line of text without surrounding white space; `""` where there is none.

    Numbers become their digits. Control characters, line breaks and broken Unicode are refused; with `fold`, tabs and
    line breaks inside become one blank (for bodies whose sender cannot correct them).
    """
    said = _as_text(value, where, what).strip().strip("\ufeff").strip()
    if fold:
        said = _FOLDABLE.sub(" ", said)
    if needed and not said:
        raise Bad(f"{what} is missing.", where)
    if len(said) > longest:
        raise Bad(f"{what} has {len(said):,} characters. At most {longest:,} fit.", where)
    if _UNPRINTABLE.search(said):
        raise Bad(f"{what} holds a character that cannot be printed: {shown(said)}.", where)
    return said


def _as_text(value: object, where: str, what: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    raise Bad(f"{what} is {shown(value)}. Give it as text.", where)


def prose(value: object, where: str = "", *, what: str = "The note", longest: int = 5000) -> str:
    """Text of several lines. What is longer is cut, with an ellipsis; unprintable characters are left out."""
    said = _as_text(value, where, what).replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").strip()
    said = _NUL_LIKE.sub("", said)
    return said if len(said) <= longest else said[: longest - 1] + "…"


def whole(value: object, where: str = "", *, what: str = "The number", least: int = 0, most: int = 1_000_000) -> int:
    """A whole number from `least` to `most`: 12, "12" and 12.0 are; 1.5, true, "", "NaN", "1e3" and "1,000" are not."""
    number = _number(value)
    if number is None or not least <= number <= most or number != int(number):
        raise Bad(f"{what} is {shown(value)}. Give a whole number from {least:,} to {most:,}.", where)
    return int(number)


def _number(value: object) -> int | float | Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124  (NaN differs from itself)
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    found = _WHOLE.fullmatch(value.strip()) if isinstance(value, str) else None
    return int(found[1]) if found else None


def email(value: object, where: str = "") -> str:
    """An e-mail address a message can be sent to, or `""`. One @, no blanks, commas, brackets or line breaks."""
    said = text(value, where, what="The e-mail address", longest=254)
    if said and not _sendable(said):
        raise Bad(f"{shown(said)} is not an e-mail address.", where)
    return said


def _sendable(said: str) -> bool:
    name, _, host = said.partition("@")
    whole_labels = all(host.split(".")) and not any(p.startswith("-") or p.endswith("-") for p in host.split("."))
    return bool(_EMAIL.fullmatch(said)) and whole_labels and all(name.split("."))


def moment(value: object, where: str = "", *, zone: tzinfo | None = None) -> datetime | None:
    """An aware UTC time from RFC 3339, "2011-09-15 08:27[:00]" or a day alone; None where there is none.

    Without an offset the time is read in `zone`; where `zone` is None an offset is needed.
    """
    said = text(value, where, what="The time", longest=40)
    if not said:
        return None
    found = _MOMENT.fullmatch(said)
    try:
        naive = _naive(found) if found else None
    except ValueError:
        naive = None
    if found is None or naive is None or not _FIRST_YEAR <= naive.year <= _LAST_YEAR:
        raise Bad(f"{shown(said)} is not a time such as 2026-11-27T14:03:11Z or 2026-11-27 14:03.", where)
    if found[8]:
        return naive.replace(tzinfo=_offset(found[8])).astimezone(UTC)
    if zone is None:
        raise Bad(f"{shown(said)} has no time zone. Write it such as 2026-11-27T14:03:11Z.", where)
    return naive.replace(tzinfo=zone).astimezone(UTC)


def _naive(found: re.Match[str]) -> datetime:
    year, month, day_, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    micro = int((found[7] or "0").ljust(6, "0")[:6])
    return datetime(year, month, day_, hour, minute, second, micro)  # noqa: DTZ001  (the caller gives it its zone)


def _offset(said: str) -> timezone:
    if said in "Zz":
        return UTC
    hours, minutes = int(said[1:3]), int(said[-2:])
    if hours > 23 or minutes > 59:
        raise Bad(f"{shown(said)} is not a time zone offset.")
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if said[0] == "-" else away)


def day(value: object, where: str = "") -> date | None:
    """A calendar day from "2026-11-27"; None where there is none."""
    said = text(value, where, what="The date", longest=40)
    if not said:
        return None
    found = _DAY.fullmatch(said)
    try:
        taken = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        taken = None
    if taken is None or not _FIRST_YEAR <= taken.year <= _LAST_YEAR:
        raise Bad(f"{shown(said)} is not a day such as 2026-11-27.", where)
    return taken


def zone(name: str) -> tzinfo:
    """The time zone of an IANA name such as "Europe/London"; `Bad` where there is no such zone."""
    if name == "UTC":
        return UTC  # needs no time zone database on the machine
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Bad(f"{shown(name)} is not a time zone. Give an IANA name such as Europe/London.") from None
