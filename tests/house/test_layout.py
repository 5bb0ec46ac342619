"""What the house looks like from outside: its folders, the size of its files, and what must never be committed."""

import ast
import collections
import functools
import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_imports import ABOVE_ALL_ROOMS, house
from tests.services import ROOT

TOP_LEVEL = {
    *(".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
    *("alembic.ini", "benchmarks", "deploy", "docs", "migrations", "pyproject.toml"),
    *("requirements-dev.lock", "requirements.lock", "src", "static", "templates", "tests"),
}
LONGEST_FUNCTION, LONGEST_FILE, SHORTEST_PARAGRAPH = 45, 400, 80
# Not in quotes: a word of somebody's data (the currency code of "no currency", say) is no note to ourselves.
LATER = re.compile(r"(?<![\"'`])\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b(?![\"'`])")
REGISTRIES = re.compile(
    "|".join(
        (
            r"https?://\S+/simple\b",
            r"https?://registry\.",
            r"pypi" + r"\.org",
            r"python" + r"hosted\.org",
            r"npm" + r"js\.(org|com)",
            r"deb\.deb" + r"ian\.org",
        ),
    ),
)
DATA_KINDS = {".csv", ".txt", ".json", ".jsonl", ".xml"}
TELLING_LINE = 60


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every file that is committed, or will be with the next commit."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        names = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: what is committed cannot be told")
    return tuple(ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file())


def texts(*, vendored: bool = False) -> Iterator[tuple[str, str]]:
    """Every committed text file, as its path and its content."""
    for path in tracked():
        if "vendor" in path.parts and not vendored:
            continue
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def _lines_that_match(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_every_top_level_entry_is_one_of_the_house() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_every_folder_and_file_of_the_package_is_one_of_the_house() -> None:
    here = {path.relative_to(ROOT / "src/stowline").parts[0].removesuffix(".py") for path in _source()}
    assert sorted(here - {"__init__", *ABOVE_ALL_ROOMS, *house()}) == []


def _rooms_on_disk() -> dict[str, set[str]]:
    """Each room's folder with the names of the files in it."""
    package = ROOT / "src/stowline"
    found: dict[str, set[str]] = collections.defaultdict(set)
    for path in _source():
        room, *inside = path.relative_to(package).parts
        if inside:
            found[room].add("/".join(inside))
    return found


def test_no_room_is_empty() -> None:
    assert [room for room, files in _rooms_on_disk().items() if files == {"__init__.py"}] == []


def _paragraph(room: str) -> str:
    path = ROOT / f"src/stowline/{room}/__init__.py"
    return ast.get_docstring(ast.parse(path.read_text())) or "" if path.exists() else ""


def test_every_room_has_a_paragraph() -> None:
    short = [room for room in _rooms_on_disk() if len(_paragraph(room)) < SHORTEST_PARAGRAPH]
    assert short == [], "a room's __init__.py says its job, its words and its events"


def test_every_room_names_its_facts_and_events() -> None:
    """Whoever looks for what a room tells, or for the room that tells it, finds it in the paragraph."""
    unnamed = [
        f"{room}: {node.name}"
        for room, files in _rooms_on_disk().items()
        for file in files
        if file.endswith("events.py") and "/" not in file
        for node in ast.parse((ROOT / "src/stowline" / room / file).read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not re.search(rf"\b{node.name}\b", _paragraph(room)) and node.name != "Part"  # of a fact
    ]
    assert unnamed == []


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def _source() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "src")]


def test_no_function_is_longer_than_a_screen() -> None:
    sizes = (function for path in _source() for function in _functions(path))
    assert [f"{name}: {lines} lines" for name, lines in sizes if lines > LONGEST_FUNCTION] == []


def test_no_file_is_too_long_to_read() -> None:
    sizes = {path.relative_to(ROOT): path.read_text(encoding="utf-8").count("\n") for path in _source()}
    assert [f"{name}: {lines} lines" for name, lines in sizes.items() if lines > LONGEST_FILE] == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    assert _lines_that_match(LATER) == []


def _places_of_this_machine() -> list[str]:
    """Folders that only this machine has. One of the first level (/srv, /tmp) might be meant on any machine."""
    deep = [f"{folder}/" for folder in (ROOT, ROOT.parent) if len(folder.parts) > len(("/", "srv"))]
    return [*deep, f"{Path.home()}/.", "/root" + "/", "/work" + "/"]


def test_no_committed_file_names_a_place_of_this_machine() -> None:
    assert _lines_that_match(re.compile("|".join(map(re.escape, _places_of_this_machine())))) == []


def test_no_committed_file_names_a_package_registry() -> None:
    assert _lines_that_match(REGISTRIES) == []


def _telling_lines(path: Path) -> Iterator[str]:
    """A few lines that only a copy of this data file would hold; not its header, which others may share."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()[1:6]
    except UnicodeDecodeError:
        return
    yield from (line.strip() for line in lines if len(line.strip()) >= TELLING_LINE)


def test_no_data_of_the_shared_folder_is_committed(shared: Path) -> None:
    data = [path for path in (shared / "data").rglob("*") if path.is_file() and path.stat().st_size > TELLING_LINE]
    sizes = {path.stat().st_size for path in data}
    ours = {hashlib.sha256(path.read_bytes()).digest(): path for path in tracked() if path.stat().st_size in sizes}
    copies = [path.name for path in data if hashlib.sha256(path.read_bytes()).digest() in ours] if ours else []
    telling = {line: path.name for path in data if path.suffix in DATA_KINDS for line in _telling_lines(path)}
    lines = [
        f"{name} holds a line of {telling[line.strip()]}"
        for name, text in texts(vendored=True)
        for line in text.splitlines()
        if line.strip() in telling
    ]
    assert data
    assert copies + lines == []
