"""Any sequence of scans, orders, counts, moves, adjustments, cancellations, holds, choices and undos leaves every invariant of the
floor intact. The shift that Hypothesis plays stands in `shift.py` and `shift_choices.py`.
"""

import os
import shutil
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.services import proof_is_full
from tests.stories.conftest import Founded, copy_postgres
from tests.stories.shift_choices import ShiftWithChoices

EXAMPLES, STEPS, PARTS = 200, 50, 4
CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def play(open_site: Callable[[ExitStack], str], examples: int, steps: int, *, fixed: bool | None = None) -> None:
    machine = type("Shift", (ShiftWithChoices,), {"open_site": staticmethod(open_site)})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=CALM, database=None,
        print_blob=True, derandomize=not proof_is_full() if fixed is None else fixed,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


@pytest.fixture
def sqlite_sites(founded_sqlite: Founded, tmp_path: Path) -> Callable[[ExitStack], str]:
    def open_site(stack: ExitStack) -> str:
        file = tmp_path / f"{uuid.uuid4().hex}.db"
        shutil.copy(founded_sqlite.where, file)
        stack.callback(file.unlink)
        return f"sqlite:///{file}"

    return open_site


@pytest.fixture
def postgres_sites(founded_postgres: Founded) -> Callable[[ExitStack], str]:
    return lambda stack: stack.enter_context(copy_postgres(founded_postgres))


def test_no_shift_breaks_an_invariant(sqlite_sites: Callable[[ExitStack], str]) -> None:
    play(sqlite_sites, examples=10, steps=20)


def test_no_shift_breaks_an_invariant_on_postgresql(postgres_sites: Callable[[ExitStack], str]) -> None:
    play(postgres_sites, examples=3, steps=15)


# 200 shifts on each database, in parts that can be played side by side.
@pytest.mark.proof
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not proof_is_full(), reason="a long proof: make proof")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_long_shift_breaks_an_invariant(sqlite_sites: Callable[[ExitStack], str], part: int) -> None:
    play(sqlite_sites, examples=EXAMPLES // PARTS, steps=STEPS)


@pytest.mark.proof
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not proof_is_full(), reason="a long proof: make proof")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_long_shift_breaks_an_invariant_on_postgresql(postgres_sites: Callable[[ExitStack], str], part: int) -> None:
    play(postgres_sites, examples=EXAMPLES // PARTS, steps=STEPS)


@pytest.mark.timeout(0)
@pytest.mark.skipif(not os.environ.get("STOWLINE_SOAK_MINUTES"), reason="a soak: make soak")
def test_no_shift_breaks_an_invariant_however_long_it_goes_on(
    sqlite_sites: Callable[[ExitStack], str], postgres_sites: Callable[[ExitStack], str]
) -> None:
    """New shifts on both databases in turn, until the time is over."""
    end = time.monotonic() + 60 * float(os.environ["STOWLINE_SOAK_MINUTES"])
    shifts = 0
    while time.monotonic() < end:
        play(sqlite_sites, examples=5, steps=80, fixed=False)
        play(postgres_sites, examples=2, steps=80, fixed=False)
        shifts += 7
    assert shifts
