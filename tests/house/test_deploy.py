"""The deploy files start what the command line has, and pack what the wheel needs."""

import re
import tomllib

from stowline.cli import cli
from tests.services import ROOT

DEPLOY = ROOT / "deploy"
STARTS = re.compile(
    r"^ExecStart=/opt/stowline/bin/stowline (\S+)|^\s*command: \[([a-z]+)|^CMD \[\"(\w+)\"", re.MULTILINE
)
NOT_OURS = {"redis", "caddy"}


def _started() -> set[str]:
    files = [*DEPLOY.glob("systemd/*.service"), DEPLOY / "compose.yaml", DEPLOY / "Containerfile"]
    found = (match for file in files for match in STARTS.findall(file.read_text()))
    return {word for words in found for word in words if word} - NOT_OURS


def test_every_process_that_the_deploy_files_start_is_a_command() -> None:
    assert _started() == {"up", "web", "relay", "worker", "migrate"}
    assert _started() <= set(cli.commands)


def test_the_container_is_built_with_all_that_the_wheel_packs() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = re.findall(r"^COPY (\w+) \w+$", (DEPLOY / "Containerfile").read_text(), flags=re.MULTILINE)
    assert set(copied) == {*wheel["force-include"], "src"}
