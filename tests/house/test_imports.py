"""Which way imports run (design: the house). The contracts stand in pyproject.toml under [tool.importlinter]."""

import functools
import io
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout

import grimp
import importlinter.api  # sets the linter up
import pytest
from importlinter.application.use_cases import lint_imports

from tests.services import ROOT

PYPROJECT = ROOT / "pyproject.toml"
CONTRACTS = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
ENTRANCES = {"__main__", "cli", "server", "app", "worker", "demo"}
ABOVE_ALL_ROOMS = ENTRANCES | {"crew", "imports", "schema", "site", "tables", "wiring"}
WEB_FILES = {"handlers", "api", "screens", "pages", "actors", "forms"}  # api, screens: handlers split by who asks; pages: what they draw with
OWN_FILES = WEB_FILES | {"rules", "models"}


@functools.cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("stowline", include_external_packages=True, cache_dir=None)


def house() -> list[str]:
    """Every room that the house may have, from bottom to top."""
    layers = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "rooms")
    names = [name.strip(" ()") for layer in reversed(layers) for name in layer.split(":")]
    return [name for name in names if name not in ABOVE_ALL_ROOMS]


def rooms() -> list[str]:
    """The rooms that exist, from bottom to top."""
    return [name for name in house() if f"stowline.{name}" in graph().modules]


def direct_imports() -> Iterator[tuple[list[str], list[str]]]:
    """Every import of one of our modules by another, both as their names below `stowline`."""
    for importer in sorted(graph().modules):
        if not importer.startswith("stowline."):
            continue
        for imported in sorted(graph().find_modules_directly_imported_by(importer)):
            if imported.startswith("stowline."):
                yield importer.split(".")[1:], imported.split(".")[1:]


@pytest.mark.parametrize("contract", [contract["id"] for contract in CONTRACTS])
def test_the_contract_is_kept(contract: str) -> None:
    assert importlinter.api.read_configuration(str(PYPROJECT))["contracts_options"]
    said = io.StringIO()
    with redirect_stdout(said):
        kept = lint_imports(str(PYPROJECT), limit_to_contracts=(contract,), cache_dir=None, no_logo=True)
    assert kept, f"\n{said.getvalue()}"


def _through_a_closed_door(importer: list[str], imported: list[str]) -> bool:
    """Whether a room reaches past another room's service, queries and events (or nouns) into its own files."""
    room, other = importer[0], imported[0]
    if other in {room, "core"} or room not in rooms() or other not in rooms() or len(imported) == 1:
        return False
    if imported[1] == "models":
        return importer[1:2] != ["queries"]
    return imported[1] in OWN_FILES or len(imported) > 2


def test_a_room_is_entered_only_through_its_service_queries_and_events() -> None:
    through = [
        f"{'.'.join(importer)} imports {'.'.join(imported)}"
        for importer, imported in direct_imports()
        if _through_a_closed_door(importer, imported)
    ]
    doors = "a room is entered through service, queries and events (models: by another room's queries)"
    assert not through, "\n".join([doors, *through])


@pytest.mark.parametrize(
    ("importer", "imported", "closed"),
    [
        ("packing.service", "picking.service", False),
        ("packing.queries", "picking.models", False),
        ("packing.service", "picking.models", True),
        ("packing.service", "picking.rules", True),
        ("packing.handlers", "picking.handlers", True),
        ("packing.service", "picking.carts", False),
        ("portal.service", "shipping.carriers.house", True),
        ("packing.service", "packing.rules", False),
        ("packing.handlers", "core.web", False),
    ],
)
def test_a_closed_door_is_known_when_seen(
    monkeypatch: pytest.MonkeyPatch,
    importer: str,
    imported: str,
    closed: bool,  # noqa: FBT001  (a column of the table above)
) -> None:
    monkeypatch.setattr(f"{__name__}.rooms", lambda: ["core", "picking", "packing", "shipping", "portal"])
    assert _through_a_closed_door(importer.split("."), imported.split(".")) is closed


def test_only_the_entrances_import_the_wiring() -> None:
    others = [".".join(importer) for importer, imported in direct_imports() if imported == ["wiring"]]
    assert [name for name in others if name.partition(".")[0] not in ENTRANCES] == []


def test_only_handlers_and_actors_know_the_web_and_the_queue() -> None:
    knowing = [
        f"{module} imports {framework}"
        for framework in ("litestar", "dramatiq")
        if framework in graph().modules
        for module in sorted(graph().find_modules_that_directly_import(framework))
        if (words := module.split(".")[1:])[0] in rooms() and words[0] != "core" and words[1:2][0] not in WEB_FILES
    ]
    assert knowing == []
