"""What of the tests the suite runs, and in which order, so that it ends within its fifteen minutes on two cores."""

import zlib
from itertools import groupby

import pytest

from tests.services import proof_is_full

ONE_IN = 3
DIALECT_MATTERS = ("race", "rival", "attack", "two_people", "ledger", "books", "change_feed", "state_machine")
"""Files of stories that are told on PostgreSQL whole: they are about locks, triggers or its own SQL."""
LONG = ("tests/proof/", "tests/test_demo.py", "_in_a_browser.py", "test_the_flow.py", "test_any_door.py", "test_the_autumn",
        "test_the_put_wall", "test_races.py", "test_rivals.py", "test_state_machine.py", "house/test_fixtures.py", "test_wheel.py",
        "test_every_page.py", "test_webhooks.py", "test_tracking.py", "test_cli.py", "test_promises.py")  # fmt: skip
"""Files that take half a minute or more, mostly in processes of their own."""


def leave_to_the_proof(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every story is told on SQLite; of its twins on PostgreSQL the suite tells one in three, always the same, and `make proof` all."""
    told = {item.nodeid for item in items}
    rest = [item for item in items if _is_twin(item, told) and zlib.crc32(item.nodeid.encode()) % ONE_IN]
    for item in rest:
        item.add_marker("proof")
    asked_by_name = any(".py" in one for one in config.args)
    if rest and not proof_is_full() and not asked_by_name:
        items[:] = [item for item in items if item not in set(rest)]
        config.hook.pytest_deselected(items=rest)


def _is_twin(item: pytest.Item, told: set[str]) -> bool:
    cases = getattr(item, "callspec", None)
    if cases is None or cases.params.get("house_url") != "postgres" or any(word in item.path.name for word in DIALECT_MATTERS):
        return False
    return item.nodeid.replace("[postgres", "[sqlite") in told


def long_ones_spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests, file by file, with the long files spread among the short ones, so that no long one is left to the end
    and processes that wait for servers run beside those that reckon.
    """
    files = [list(group) for _, group in groupby(items, key=lambda item: item.path)]
    long = [group for group in files if any(part in group[0].nodeid for part in LONG)]
    short = [group for group in files if group not in long]
    after = max(1, len(short) * 3 // 4 // max(len(long), 1))
    spread: list[pytest.Item] = []
    for n, group in enumerate(short):
        if n % after == 0 and long:
            spread += long.pop(0)
        spread += group
    return spread + [item for group in long for item in group]
