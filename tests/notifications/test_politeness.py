"""Quiet hours and caps on plain values: over every kind of time zone, on days that lose or gain an hour, at every edge."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.notifications.politeness import cap_until, lawful_until, quiet_until, zone_of
from tests.services import proof_is_full

EXAMPLES = 5000 if proof_is_full() else 300
ODD = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Africa/Casablanca")
ZONES = st.sampled_from([*ODD, *sorted(available_timezones())]).map(ZoneInfo)
MINUTE = st.integers(0, 1439)
MOMENTS = st.integers(1_230_768_000, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))
# Moments near the days on which clocks jump: the last Sundays of March and October, Apia's lost Friday, New York's.
JUMPS = [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2011, 12, 30, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)]
NEAR_JUMPS = st.builds(lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(JUMPS), st.integers(-2000, 2000))


def is_quiet(now: datetime, zone: ZoneInfo, start: int, end: int) -> bool:
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return minute in {*range(start, end)} if start <= end else minute not in {*range(end, start)}


@settings(max_examples=EXAMPLES, deadline=None)
@given(now=MOMENTS | NEAR_JUMPS, zone=ZONES, start=MINUTE, end=MINUTE)
def test_nothing_goes_in_quiet_hours_and_nothing_waits_outside_them(now: datetime, zone: ZoneInfo, start: int, end: int) -> None:
    until = quiet_until(now, zone, start, end)
    if start == end or not is_quiet(now, zone, start, end):
        assert until is None
        return
    assert until is not None
    assert now < until <= now + timedelta(days=3)
    assert not is_quiet(until, zone, start, end)


@settings(max_examples=EXAMPLES // 10, deadline=None)
@given(now=MOMENTS | NEAR_JUMPS, zone=ZONES, start=MINUTE, end=MINUTE)
def test_one_waits_no_longer_than_until_the_hours_end_for_good(now: datetime, zone: ZoneInfo, start: int, end: int) -> None:
    """A quarter of an hour of slack for each end that comes twice or never; Apia's lost day is the longest."""
    until = quiet_until(now, zone, start, end)
    if until is None:
        return
    quiet = [now + timedelta(minutes=n) for n in range(0, int((until - now).total_seconds() // 60), 7)]
    awake = [one for one in quiet if not is_quiet(one, zone, start, end)]
    assert len(awake) * 7 <= 2 * 60 + 7, "only an hour that comes twice may be waited out"


@pytest.mark.parametrize(
    ("now", "zone", "start", "end", "until"),
    [
        ("2026-03-28T23:00Z", "Europe/Berlin", 22 * 60, 150, "2026-03-29T01:00Z"),  # 2:30 does not exist: it jumps to 3:00
        ("2026-10-24T23:00Z", "Europe/Berlin", 22 * 60, 150, "2026-10-25T01:30Z"),  # 2:30 comes twice: the second one
        ("2011-12-30T09:00Z", "Pacific/Apia", 22 * 60, 8 * 60, "2011-12-30T18:00Z"),  # the 30th was left out there
        ("2026-06-01T20:30Z", "Asia/Kathmandu", 23 * 60, 6 * 60 + 15, "2026-06-02T00:30Z"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(now: str, zone: str, start: int, end: int, until: str) -> None:
    found = quiet_until(datetime.fromisoformat(now), ZoneInfo(zone), start, end)
    assert found == datetime.fromisoformat(until)


def test_a_zone_that_nobody_knows_is_said_and_the_next_one_counts() -> None:
    assert zone_of("Mars/Base", "Europe/Berlin") == (ZoneInfo("Europe/Berlin"), "Mars/Base")
    assert zone_of("", "") == (ZoneInfo("UTC"), "")
    assert zone_of("../etc/passwd") == (ZoneInfo("UTC"), "../etc/passwd")


def test_marketing_by_sms_goes_from_eight_to_nine_in_the_evening() -> None:
    zone = ZoneInfo("America/New_York")
    night, noon = (datetime(2026, 12, 1, hour, tzinfo=zone).astimezone(UTC) for hour in (6, 12))
    assert lawful_until(noon, zone) is None
    assert lawful_until(night, zone) == datetime(2026, 12, 1, 8, tzinfo=zone)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    asks=st.lists(st.integers(0, 20_000), max_size=40).map(sorted), most=st.integers(1, 5), minutes=st.integers(1, 5_000),
)  # fmt: skip
def test_no_window_ever_holds_more_than_the_cap_and_none_waits_without_need(asks: list[int], most: int, minutes: int) -> None:
    window, began = timedelta(minutes=minutes), datetime(2026, 1, 1, tzinfo=UTC)
    went: list[datetime] = []
    for asked in asks:
        now = max(began + timedelta(minutes=asked), went[-1] if went else began)
        until = cap_until(went, now, most, window)
        if until is not None:
            assert until > now
            assert len([one for one in went if one > now - window]) >= most
        went.append(until or now)
    for one in went:
        assert len([other for other in went if one - window < other <= one]) <= most
    assert cap_until(went, went[-1] if went else began, 0, window) is None
