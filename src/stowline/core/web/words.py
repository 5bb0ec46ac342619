"""How figures and moments read on staff pages: "Tue 1 Dec", "Today, 16:30", "18 min ago", "€84.00", "1,306".

Moments come in UTC and are told in the time zone given. Pure; the Jinja filters in `jinja.py` call these.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from stowline.core import i18n


def day(when: datetime | date | None, zone: ZoneInfo, today: date) -> str:
    """The day in words: "Tue 1 Dec", with the year where it is not this one; a dash for None."""
    if when is None:
        return "–"
    on = when.astimezone(zone).date() if isinstance(when, datetime) else when
    return f"{on:%a} {on.day} {on:%b}" + ("" if on.year == today.year else f" {on.year}")


def moment(when: datetime | None, zone: ZoneInfo, today: date) -> str:
    """Day and time: "Today, 16:30", "Tue 1 Dec, 09:05"; a dash for None."""
    if when is None:
        return "–"
    there = when.astimezone(zone)
    name = "Today" if there.date() == today else day(there, zone, today)
    return f"{name}, {there:%H:%M}"


def span(length: timedelta) -> str:
    """A length of time in its two largest units: "40 s", "18 min", "2 h 24 min", "3 days 4 h"."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    days, rest = divmod(seconds // 60, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} day{'s' if days > 1 else ''}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    return f"{minutes} min"


def ago(when: datetime | None, now: datetime) -> str:
    """How long ago, or in how long: "18 min ago", "in 2 h 24 min", "just now"; a dash for None."""
    if when is None:
        return "–"
    apart = now - when.astimezone(UTC)
    if abs(apart) < timedelta(seconds=5):
        return "just now"
    return f"{span(apart)} ago" if apart > timedelta() else f"in {span(-apart)}"


def money(minor: int | None, currency: str) -> str:
    """Minor units as money: "€84.00", "-£1,200.50", "¥1,200", "84.00 SEK"; a dash for None."""
    if minor is None:
        return "–"
    whole, point, part = i18n.major(abs(minor), currency).partition(".")
    figure = f"{int(whole):,}{point}{part}"
    sign, symbol = ("-" if minor < 0 else ""), i18n.SYMBOLS.get(currency)
    return f"{sign}{symbol}{figure}" if symbol else f"{sign}{figure} {currency}"


def thousands(number: int | None) -> str:
    """A whole number with its thousands set apart: "1,306", "−20"; a dash for None."""
    return "–" if number is None else f"{number:,}".replace("-", "\N{MINUS SIGN}")
