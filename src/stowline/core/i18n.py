"""Fixed words, dates and money for people, in their language; no message files to compile, no locale library.

A language is one TOML file in a folder of words, named by its locale (`en.toml`, `zh-Hant.toml`). Beside the words
it carries what that language needs to write a date (`[calendar]`) and an amount (`[money]`), so a new language is a
new file and no template changes. A word that counts is a table of plural forms: `{ one = "{n} item", other = "{n} items" }`.
A "~" beside a value is a space where the value is Latin on that side, and nothing where it is Chinese or Japanese:
"已交給~{carrier}~配送" is "已交給 DHL 配送" and "已交給黑貓宅急便配送".
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup, escape

from stowline.core.money import amount_text

FALLBACK = "en"

# Only signs that a reader cannot take for another country's; the rest show their code ("CHF 12.00").
SYMBOLS = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "TWD": "NT$", "HKD": "HK$", "KRW": "₩", "INR": "₹",
    "AUD": "A$", "CAD": "CA$", "NZD": "NZ$", "BRL": "R$", "MXN": "MX$", "ILS": "₪", "VND": "₫", "UAH": "₴", "NGN": "₦",
    "PHP": "₱", "TRY": "₺", "KZT": "₸",
}  # fmt: skip

# A language's [money] may name its own: `symbols = { CNY = "¥" }`.
# Money whose shops write no hundredths where there are none: "NT$1,280", yet "NT$1,280.50".
ROUND = frozenset({"TWD"})

# Languages that count otherwise than one/other, by plural form (Unicode CLDR cardinal rules for whole numbers).
UNCOUNTED = frozenset({"zh", "ja", "ko", "vi", "th", "id", "ms"})
ONE_AND_NONE_ALIKE = frozenset({"fr", "pt"})


class UnknownWord(LookupError):
    """A template asked for a word that this language's file does not hold."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language: its locale name and everything its file says."""

    locale: str
    entries: Mapping[str, Any]

    def entry(self, key: str) -> Any:  # noqa: ANN401 - a word, a table of plural forms or a list of names
        """What stands at a dotted key such as "calendar.months"; UnknownWord if nothing does."""
        found: Any = self.entries
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise UnknownWord(f"{self.locale}.toml has no word {key!r}.")
            found = found[part]
        return found

    def sentence(self, key: str, n: int | None = None) -> str:
        """The raw words at a key, in the plural form that `n` needs."""
        found = self.entry(key)
        if not isinstance(found, Mapping):
            return str(found)
        if n is None:
            raise UnknownWord(f"{key!r} has plural forms: it needs n.")
        return str(found.get(plural_form(n, self.locale), found["other"]))

    def text(self, key: str, /, **values: object) -> str:
        """The words with their values filled in, for plain text."""
        return _joined(self.sentence(key, _count(values)), values).format(**values)

    def markup(self, key: str, /, **values: object) -> Markup:
        """The same for HTML: words and values are escaped, unless a value is Markup already."""
        sentence = _joined(self.sentence(key, _count(values)), values)
        return Markup(escape(sentence)).format(**values)  # noqa: S704 - escaped first


def plural_form(n: int, locale: str) -> str:
    """ "one" or "other"."""
    language = locale.split("-", maxsplit=1)[0]
    if language in UNCOUNTED:
        return "other"
    return "one" if n == 1 or (n == 0 and language in ONE_AND_NONE_ALIKE) else "other"


def _count(values: Mapping[str, object]) -> int | None:
    n = values.get("n")
    return n if isinstance(n, int) else None


_JOINED = re.compile(r"(~?)(\{(\w+)[^{}]*\})(~?)")


def _joined(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with each "~" beside a value made a space or nothing, by what the value begins or ends with."""

    def field(found: re.Match[str]) -> str:
        value = str(values.get(found[3], ""))
        before = _gap(value[:1]) if found[1] else ""
        return before + found[2] + (_gap(value[-1:]) if found[4] else "")

    return _JOINED.sub(field, sentence) if "~" in sentence else sentence


def _gap(neighbour: str) -> str:
    return "" if not neighbour or unicodedata.east_asian_width(neighbour) in "WF" else " "


# -- choosing a language ---------------------------------------------------------------------------------------------


def locales(folder: Path) -> list[str]:
    """The locales that a folder of words holds."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def best_locale(wanted: str, held: list[str]) -> str:
    """The closest held locale: "zh-TW" takes "zh-Hant", "en-GB" takes "en", anything unknown takes English."""
    by_name = {name.lower(): name for name in held}
    for candidate in _candidates(wanted.replace("_", "-").lower()):
        if candidate in by_name:
            return by_name[candidate]
    return FALLBACK


def holds(wanted: str, held: list[str]) -> bool:
    """Whether a language is held, or a wider one that it belongs to ("en-GB" by "en")."""
    known = {name.lower() for name in held}
    return any(candidate in known for candidate in _candidates(wanted.replace("_", "-").lower()))


def _candidates(wanted: str) -> list[str]:
    parts = wanted.split("-")
    narrowing = ["-".join(parts[:size]) for size in range(len(parts), 0, -1)]
    if parts[0] == "zh":
        traditional = {"tw", "hk", "mo", "hant"} & set(parts)
        narrowing.insert(-1, "zh-hant" if traditional else "zh-hans")
    return narrowing


def words(folder: Path, locale: str) -> Words:
    """The words of `folder` in the held language closest to `locale`; each file is read once."""
    return _read(folder, best_locale(locale, locales(folder)))


@lru_cache(maxsize=64)
def _read(folder: Path, locale: str) -> Words:
    return Words(locale, tomllib.loads((folder / f"{locale}.toml").read_text(encoding="utf-8")))


# -- dates -----------------------------------------------------------------------------------------------------------


def zone_named(name: str) -> ZoneInfo:
    """The time zone of an IANA name; ValueError with a sentence if there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone named {name!r}.") from error


def moment(value: datetime | str) -> datetime:
    """An aware datetime, from one or from RFC 3339 text; ValueError when it names no zone."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if found.tzinfo is None:
        raise ValueError(f"The time {found.isoformat()} has no time zone.")
    return found


def local_date(value: date | datetime | str, zone: str) -> date:
    """The calendar day of a moment in `zone`; a plain date (or "2026-11-28") is that day everywhere."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == len("2026-11-28") else moment(value)
    if isinstance(value, datetime):
        return moment(value).astimezone(zone_named(zone)).date()
    return value


def day_name(day: date, words: Words, *, this_year: int) -> str:
    """ "Saturday 28 November", with the year when it is not this one."""
    key = "calendar.day" if day.year == this_year else "calendar.day_year"
    return words.text(key, weekday=words.entry("calendar.weekdays")[day.weekday()], **_parts(day, words))


def day_range(first: date, last: date, words: Words, *, this_year: int) -> str:
    """ "26 to 30 November", "28 November to 3 December", or one day when both are the same."""
    if first == last:
        return day_name(first, words, this_year=this_year)
    if first > last:
        first, last = last, first
    ends = {f"{key}_1": part for key, part in _parts(first, words).items()}
    ends |= {f"{key}_2": part for key, part in _parts(last, words).items()}
    return words.text(f"calendar.{_range_kind(first, last, this_year)}", **ends)


def _range_kind(first: date, last: date, this_year: int) -> str:
    if first.year != last.year:
        return "range_years"
    within = "range_days" if first.month == last.month else "range_months"
    return within if first.year == this_year else f"{within}_year"


def _parts(day: date, words: Words) -> dict[str, object]:
    return {"day": day.day, "month": words.entry("calendar.months")[day.month - 1], "year": day.year}


def clock_time(value: datetime | str, zone: str, words: Words) -> str:
    """ "16:27" in `zone`."""
    local = moment(value).astimezone(zone_named(zone))
    return words.text("calendar.time", hour=local.hour, minute=local.minute)


# -- money -----------------------------------------------------------------------------------------------------------


def major(minor: int, currency: str) -> str:
    """Minor units as a plain decimal for machines: (1250, "EUR") is "12.50". ValueError for what is no currency."""
    return amount_text(minor, currency)


def money(minor: int, currency: str, words: Words) -> str:
    """Minor units for people: "€1,234.50", "¥1,200", "CHF 12.00" (a no-break space after a code).

    ValueError for what is no currency.
    """
    whole, _, fraction = major(abs(minor), currency).partition(".")
    amount = f"{int(whole):,}".replace(",", str(words.entry("money.group")))
    if fraction.strip("0") or (fraction and currency.upper() not in ROUND):
        amount += f"{words.entry('money.decimal')}{fraction}"
    code = currency.upper()
    symbol = words.entry("money").get("symbols", {}).get(code) or SYMBOLS.get(code)
    shown = words.text("money.signed" if symbol else "money.coded", symbol=symbol or code, amount=amount)
    return f"\N{MINUS SIGN}{shown}" if minor < 0 else shown
