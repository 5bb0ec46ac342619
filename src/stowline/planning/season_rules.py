"""Which days of a year are like each other wherever they fall: holidays, Black Friday, the weeks before Christmas. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache

import holidays

from stowline.core.errors import Refused

CHRISTMAS_PEAK_DAYS, CHRISTMAS_SPREAD_DAYS = 30, 20
"""Shops feel Christmas most about a month ahead, when presents can still arrive; so wide is that time on both sides."""


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November, the American Thanksgiving."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def cyber_monday(year: int) -> date:
    """The Monday after Black Friday."""
    return black_friday(year) + timedelta(days=3)


def days_to_christmas(day: date) -> int:
    """Days until this year's 25 December; negative after it."""
    return (date(day.year, 12, 25) - day).days


def between_the_years(day: date) -> bool:
    """From 22 December to 3 January, when many houses close."""
    return (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 3)


def public_holidays(country: str, days: Iterable[date]) -> Mapping[date, str]:
    """Names of the public holidays among the days, in a country (ISO 3166: `DE`), or a part of it (`DE-BY`); {} for "".

    Raises Refused for a country that nobody keeps holidays of.
    """
    if not country:
        return {}
    wanted = sorted(set(days))
    known = _calendar(country, tuple(sorted({day.year for day in wanted})))
    return {day: known[day] for day in wanted if day in known}


@cache
def _calendar(country: str, years: tuple[int, ...]) -> Mapping[date, str]:
    land, _, part = country.upper().partition("-")
    try:
        return dict(holidays.country_holidays(land, subdiv=part or None, years=years, language="en_US"))
    except NotImplementedError:
        raise Refused(f"No public holidays are known of {country}. Say a country as ISO 3166 has it, such as DE, or DE-BY.", where="country") from None
