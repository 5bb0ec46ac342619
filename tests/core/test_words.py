"""How figures and moments read on staff pages, and the environment that draws them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from stowline.core import clock, web
from stowline.core.web import words

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 11, 27, 14, 6, tzinfo=UTC)
TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (None, "–"),
        (NOW, "Today, 15:06"),
        (datetime(2026, 11, 27, 23, 30, tzinfo=UTC), "Sat 28 Nov, 00:30"),
        (datetime(2026, 12, 1, 8, 5, tzinfo=UTC), "Tue 1 Dec, 09:05"),
        (datetime(2027, 1, 1, tzinfo=UTC), "Fri 1 Jan 2027, 01:00"),
    ],
)
def test_a_moment_reads_in_the_time_zone_of_the_house(when: datetime | None, says: str) -> None:
    assert words.moment(when, OSLO, TODAY) == says


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (8640, "2 h 24 min"),
        (86_400, "1 day"),
        (273_600, "3 days 4 h"),
    ],
)
def test_a_length_of_time_reads_in_its_two_largest_units(seconds: int, says: str) -> None:
    assert words.span(timedelta(seconds=seconds)) == says


def test_ago_looks_both_ways() -> None:
    seen = [words.ago(NOW + timedelta(minutes=m), NOW) for m in (-18, 0, 144)]
    assert seen == ["18 min ago", "just now", "in 2 h 24 min"]


@pytest.mark.parametrize(
    ("minor", "currency", "says"),
    [
        (8400, "EUR", "€84.00"), (-120_050, "GBP", "-£1,200.50"), (1200, "JPY", "¥1,200"), (5, "USD", "$0.05"),
        (1_234_567, "KWD", "1,234.567 KWD"), (100, "SEK", "1.00 SEK"), (None, "EUR", "–"), (0, "EUR", "€0.00"),
    ],
)  # fmt: skip
def test_money_reads_exactly(minor: int | None, currency: str, says: str) -> None:
    assert words.money(minor, currency) == says


def draw(source: str, **view: object) -> str:
    return web.environment().from_string(source).render(view)


def test_templates_escape_and_refuse_unknown_variables() -> None:
    assert draw("{{ name }}", name="<b>Ø & co</b>") == "&lt;b&gt;Ø &amp; co&lt;/b&gt;"
    with pytest.raises(UndefinedError):
        draw("{{ nmae }}", name="x")


def test_filters_take_the_zone_of_the_view() -> None:
    with clock.stopped_at(NOW):
        view = {"at": datetime(2026, 11, 27, 15, 30, tzinfo=UTC), "time_zone": "Asia/Tokyo"}
        assert draw("{{ at|moment }} {{ at|clock }} {{ at|day }} {{ at|ago }}", **view) == (
            "Sat 28 Nov, 00:30 00:30 Sat 28 Nov in 1 h 24 min"
        )
        assert draw("{{ 1306|thousands }} {{ 90|span }} {{ 100|money('EUR') }}") == "1,306 1 min €1.00"


def test_a_static_address_changes_with_the_content_only() -> None:
    address = draw("{{ static('css/stowline.css') }}")
    assert address.startswith("/static/css/stowline.css?v=")
    assert draw("{{ static('css/stowline.css') }}") == address
    with pytest.raises(FileNotFoundError):
        draw("{{ static('css/no-such.css') }}")
