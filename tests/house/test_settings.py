"""Every setting is documented with its default, and nothing that is not a setting is."""

import re

from stowline.core.config import Settings
from tests.services import ROOT

ROW = re.compile(r"^\| `(STOWLINE_[A-Z0-9_]+)` \| (.*?) \|", flags=re.MULTILINE)


def test_every_setting_is_documented_with_its_default() -> None:
    told = dict(ROW.findall((ROOT / "docs/settings.md").read_text()))
    known = {f"STOWLINE_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    assert told == {name: f"`{default}`" if str(default) else "" for name, default in known.items()}


def test_every_variable_that_the_source_names_is_documented() -> None:
    """Also one that is no setting: a command's own, say."""
    named = {name for file in (ROOT / "src").rglob("*.py") for name in re.findall(r"STOWLINE_[A-Z0-9_]*[A-Z0-9]\b", file.read_text())}
    assert named
    assert sorted(named - set(re.findall(r"STOWLINE_[A-Z0-9_]+", (ROOT / "docs/settings.md").read_text()))) == []


def test_the_deploy_files_set_only_settings_that_exist() -> None:
    named = {
        name
        for file in (ROOT / "deploy").rglob("*")
        if file.is_file() and file.suffix != ".py"
        for name in re.findall(r"STOWLINE_[A-Z0-9_]+", file.read_text())
    }
    assert named
    assert sorted(named - {f"STOWLINE_{name.upper()}" for name in Settings.model_fields}) == []
