"""Whoever installs from the lock files gets what pyproject.toml asks for, from wherever they install."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.services import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+")
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]


def pins(lock: Path) -> dict[str, str]:
    """Name to version."""
    found = (line.partition("==") for line in lock.read_text().splitlines())
    return {canonicalize_name(name): version for name, _, version in found}


def _unmet(lock: Path, wanted: list[str]) -> list[str]:
    pinned = pins(lock)
    requirements = [Requirement(line) for line in wanted]
    return [
        str(requirement)
        for requirement in requirements
        if not requirement.specifier.contains(pinned.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_holds_pins_and_nothing_else(lock: Path) -> None:
    assert [line for line in lock.read_text().splitlines() if not PIN.fullmatch(line)] == []


def test_the_lock_file_covers_what_the_project_needs() -> None:
    assert _unmet(LOCKS[0], PROJECT["dependencies"]) == []


def test_the_dev_lock_file_covers_what_the_tests_need() -> None:
    assert _unmet(LOCKS[1], PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]) == []


def test_the_two_lock_files_agree() -> None:
    assert pins(LOCKS[0]).items() <= pins(LOCKS[1]).items()


def test_every_dependency_says_why_it_is_there() -> None:
    told = (ROOT / "docs/dependencies.md").read_text()
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    assert [name for line in wanted if f"| {(name := Requirement(line).name)} |" not in told] == []
