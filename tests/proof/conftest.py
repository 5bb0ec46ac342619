"""A site that stands and a token, made once: each proof begins on a copy of it."""

import shutil
from pathlib import Path
from typing import Protocol

import pytest

from tests.proof.day import Day, make_site, sqlite_reader
from tests.services import SmtpSink, stowline_process


class OpenDay(Protocol):
    """What `open_day` gives."""

    def __call__(self, sink: SmtpSink = ..., **env: str) -> Day: ...


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """(the database file of an empty site, its token)."""
    file = tmp_path_factory.mktemp("site") / "stowline.db"
    return file, make_site(f"sqlite:///{file}")


@pytest.fixture
def open_day(site: tuple[Path, str], tmp_path: Path, smtp_sink: SmtpSink) -> OpenDay:
    """Opens a day of the embedded Stowline, which is not started yet. Mails go to the sink, without any grace."""

    def opens(sink: SmtpSink = smtp_sink, **env: str) -> Day:
        data_dir = tmp_path / "data"
        data_dir.mkdir()
        shutil.copy(site[0], data_dir / "stowline.db")
        settings = {"STOWLINE_SMTP_URL": sink.url, "STOWLINE_MESSAGE_GRACE_S": "0"} | env
        stowline = stowline_process(data_dir, **settings)
        return Day(stowline, site[1], sqlite_reader(data_dir / "stowline.db"))

    return opens
