"""How an address is written for people: in their language, and in the order of the place it goes to."""

from collections.abc import Mapping

from stowline.core import countries
from stowline.core.i18n import Words

LARGE_FIRST = frozenset({"CN", "HK", "MO", "TW"})
"""Where an address written in Chinese goes from the city to the door, on one line."""


def country(code: str, words: Words) -> str:
    """A country by its alpha-2 code in the reader's language; in English where that language's file does not name it."""
    named: Mapping[str, str] = words.entries.get("country", {})
    return named.get(code) or countries.name_of(code)


def lines(parts: Mapping[str, str], words: Words) -> list[str]:
    """The lines of an address without empty ones, from `Address` field names (name, company, line1, line2, city, region,
    postcode, country).
    """
    place = _large_first(parts) if _is_large_first(parts["country"], words) else _small_first(parts)
    return [line for line in (parts["name"], parts["company"], *place, country(parts["country"], words)) if line]


def door(line1: str, city: str, country_code: str, words: Words) -> list[str]:
    """The street and the city alone, for a sentence."""
    if _is_large_first(country_code, words) and not (city + line1).isascii():
        return [city + line1]
    return [part for part in (line1, city) if part]


def _is_large_first(country_code: str, words: Words) -> bool:
    return country_code in LARGE_FIRST and words.locale.startswith("zh")


def _small_first(parts: Mapping[str, str]) -> tuple[str, ...]:
    city = " ".join(part for part in (parts["postcode"], parts["city"]) if part)
    return parts["line1"], parts["line2"], city, parts["region"]


def _large_first(parts: Mapping[str, str]) -> tuple[str, ...]:
    region = "" if parts["region"] in parts["city"] else parts["region"]
    street = "".join((region, parts["city"], parts["line1"], parts["line2"]))
    if street.isascii():  # typed in Latin letters, small first: left as it was typed
        return _small_first(parts)
    return (" ".join(part for part in (parts["postcode"], street) if part),)
