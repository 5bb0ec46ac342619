"""The wheel alone, without a checkout, is all of Stowline."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.services import ROOT, clean_env

ASSETS = ("templates", "static", "migrations")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what an installed wheel holds."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


@pytest.mark.parametrize("name", ASSETS)
def test_the_wheel_carries_every_file_that_the_checkout_has(unpacked: Path, name: str) -> None:
    def files(folder: Path) -> set[str]:
        found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {str(path.relative_to(folder)) for path in found}

    assert files(ROOT / name)
    assert files(unpacked / "stowline/_assets" / name) == files(ROOT / name)


def test_the_wheel_carries_nothing_else(unpacked: Path) -> None:
    assert list(unpacked.rglob("*.pyc")) == []
    assert {path.name for path in (unpacked / "stowline/_assets").iterdir()} == set(ASSETS)


def _run(unpacked: Path, data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = clean_env(STOWLINE_DATA_DIR=str(data_dir), PYTHONPATH=str(unpacked))
    return subprocess.run(
        [sys.executable, "-P", *words],
        cwd=data_dir,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_installed_stowline_migrates_without_a_checkout(unpacked: Path, tmp_path: Path) -> None:
    where = _run(unpacked, tmp_path, "-c", "import stowline; print(stowline.__file__)")
    assert where.stdout.startswith(f"{unpacked}{os.sep}"), "the unpacked wheel is what runs"
    migrated = _run(unpacked, tmp_path, "-m", "stowline", "migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert (tmp_path / "stowline.db").stat().st_size > 0
