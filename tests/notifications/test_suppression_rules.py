"""What a bounce or a complaint leads to."""

from datetime import UTC, datetime, timedelta

import pytest

from stowline.notifications.suppression_rules import (
    ALL,
    COMPLAINT,
    HARD,
    MARKETING,
    SOFT,
    SOFT_MOST,
    SOFT_REST,
    SOFT_WINDOW,
    consequence,
)

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def softs(n: int, apart: timedelta = timedelta(hours=8)) -> list[datetime]:
    return [NOW - apart * k for k in range(n)]


def test_a_hard_bounce_stops_the_address_for_all_and_every_store() -> None:
    found = consequence(HARD, NOW)
    assert found is not None
    assert (found.scope, found.every_store, found.until) == (ALL, True, None)


def test_a_complaint_stops_the_marketing_of_that_store_only() -> None:
    found = consequence(COMPLAINT, NOW)
    assert found is not None
    assert (found.scope, found.every_store, found.until) == (MARKETING, False, None)


@pytest.mark.parametrize(
    ("when", "stopped"),
    [
        (softs(1), False),
        (softs(SOFT_MOST - 1), False),
        (softs(SOFT_MOST), True),
        (softs(SOFT_MOST + 3), True),
        (softs(SOFT_MOST, SOFT_WINDOW), False),  # spread over months
        (softs(SOFT_MOST, SOFT_WINDOW / (SOFT_MOST - 1)), False),  # the first is just out of the window
        ([*softs(SOFT_MOST - 1), NOW + timedelta(days=1)], False),  # a later one does not count yet
    ],
)
def test_soft_bounces_stop_an_address_for_a_while_when_they_come_close_together(when: list[datetime], *, stopped: bool) -> None:
    found = consequence(SOFT, NOW, when)
    assert (found is not None) is stopped
    if found is not None:
        assert (found.scope, found.until) == (ALL, NOW + SOFT_REST)
