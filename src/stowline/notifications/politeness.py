"""When a message may go, pure: quiet hours in the reader's own zone, and how many messages a person gets."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LAWFUL_FROM, LAWFUL_TO = 8 * 60, 21 * 60
"""Marketing by SMS goes from 8:00 to 21:00 by the reader's clock (US: 47 CFR 64.1200(c)(1))."""


def zone_of(*names: str) -> tuple[ZoneInfo, str]:
    """The first of these zones that there is, and which were not known: ("Europe/Berlin", ""). UTC if there is none."""
    unknown: list[str] = []
    for name in filter(None, names):
        try:
            return ZoneInfo(name), ", ".join(unknown)
        except (KeyError, ValueError, OSError):
            unknown.append(name)
    return ZoneInfo("UTC"), ", ".join(unknown)


def quiet_until(now: datetime, zone: ZoneInfo, start: int | None, end: int | None) -> datetime | None:
    """When the quiet hours that `now` lies in end; None outside them.

    `start` and `end` are minutes of the reader's day; the hours run over midnight where start is later. Start = end, or
    either None: there are none. By the clock on the wall: on a day that loses an hour they end when that clock first shows
    the end or a later time; where an hour comes twice they last until it has passed for good.
    """
    if start is None or end is None or start == end:
        return None
    ends = now
    for _ in range(3):  # an hour that is lost may take the whole pause between two quiet times with it
        if not _is_quiet(ends.astimezone(zone), start, end):
            break
        ends = _first_end(ends, zone, end)
    return ends if ends > now else None


def _is_quiet(local: datetime, start: int, end: int) -> bool:
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start < end else minute >= start or minute < end


def _first_end(now: datetime, zone: ZoneInfo, end: int) -> datetime:
    """The next moment at which the wall clock shows this minute of the day, for good."""
    today = now.astimezone(zone).date()
    ends = (_moment(today + timedelta(days=later), end, zone) for later in (0, 1, 2))
    return next(one for one in ends if one > now)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The last moment at which the wall clock shows this; in an hour that is lost, the moment of the jump."""
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return late
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (early, middle) if middle.astimezone(zone).replace(tzinfo=None) >= wall else (middle, late)
    return late.replace(microsecond=0)


def cap_until(times: Sequence[datetime], now: datetime, most: int, window: timedelta) -> datetime | None:
    """When one more message keeps to `most` in any `window`, given when earlier ones went; None: now. `most` 0: no cap."""
    if most <= 0:
        return None
    recent = sorted(one for one in times if one > now - window)
    return None if len(recent) < most else recent[len(recent) - most] + window


def lawful_until(now: datetime, zone: ZoneInfo) -> datetime | None:
    """When marketing by SMS may go again; None: now."""
    return quiet_until(now, zone, LAWFUL_TO, LAWFUL_FROM)
