"""Houses for stories: a founded site on each database, with the app in this process or as real processes."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from stowline.app import create_app
from stowline.core import db
from stowline.core.access import TOKENS
from stowline.desk.integrity.guards import GUARDS
from stowline.desk.queries import counts
from stowline.people import service as people
from tests import services
from tests.asserts import books, breaches
from tests.makers import FORM_TYPE, Lines, Send, Tablet, found_site, in_process, web
from tests.pg_copies import copy_of, drop_copies
from tests.services import StowlineProcess, with_path
from tests.stories.drawn import DrawnTablet


@dataclass(frozen=True)
class Founded:
    """A database with the starter site, to be copied, and the token that opens it."""

    where: str
    token: str


@dataclass
class House:
    """A warehouse at work: who asks gets a tablet; its books can be read and proved."""

    url: str
    token: str
    sends: list[Callable[[], Send]]
    draws: bool = False  # whether each answer to a scan is looked at as a page, too
    _database: db.Database | None = None

    def tablet(self, name: str = "maja", door: int = 0) -> Tablet:
        """A tablet with a connection of its own, at one of the doors (web processes) there are."""
        return (DrawnTablet if self.draws else Tablet)(self.send(door), self.token, name)

    def send(self, door: int = 0) -> Send:
        return self.sends[door % len(self.sends)]()

    def books(self) -> Any:
        with self._reading() as session:
            return books(session)

    def prove(self) -> None:
        with self._reading() as session:
            assert breaches(session) == {}

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self._reading() as session:
            return int(session.connection().exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one())

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    def writing(self) -> Any:
        """A transaction past the product, for what a story needs and no page offers."""
        self._database = self._database or db.Database(self.url)
        return self._database.transaction()

    def _reading(self) -> Any:
        self._database = self._database or db.Database(self.url)
        return self._database.reading()


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    file = tmp_path_factory.mktemp("founded") / "stowline.db"
    return _guarded(Founded(str(file), found_site(f"sqlite:///{file}")), f"sqlite:///{file}")


@pytest.fixture(scope="session")
def founded_postgres(postgres_url: str) -> Iterator[Founded]:
    with services.postgres_database(_server()) as url:
        yield _guarded(Founded(url, found_site(url)), url)
        drop_copies(url.rsplit("/", 1)[1])


def _guarded(founded: Founded, url: str) -> Founded:
    """The site, once its tables have the guards that every copy of it inherits."""
    database = db.Database(url)
    with database.reading() as session:
        assert breaches(session, GUARDS) == {}
    database.close()
    return founded


def _server() -> str:
    return str(services.postgres().url)


@contextmanager
def copy_postgres(founded: Founded) -> Iterator[str]:
    """A copy of a founded site, as new."""
    template = founded.where.rsplit("/", 1)[1]
    with copy_of(template) as name:
        yield with_path(services.plain_postgres(_server()), name).replace("postgresql://", "postgresql+psycopg://", 1)


def copy_sqlite(founded: Founded, to: Path) -> str:
    shutil.copy(founded.where, to)
    return f"sqlite:///{to}"


@pytest.fixture(params=["sqlite", "postgres"])
def house_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Founded]:
    """A founded site of this test's own; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        founded = request.getfixturevalue("founded_sqlite")
        yield Founded(copy_sqlite(founded, tmp_path / "stowline.db"), founded.token)
        return
    founded = request.getfixturevalue("founded_postgres")
    with copy_postgres(founded) as url:
        yield Founded(url, founded.token)


@pytest.fixture(scope="session")
def app() -> Litestar:
    return create_app()


@pytest.fixture
def house(house_url: Founded, app: Litestar, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The app in this process, on a site of its own."""
    monkeypatch.setenv("STOWLINE_DATABASE_URL", house_url.where)
    fresh()
    with TestClient(app, raise_server_exceptions=False) as client:
        made = House(house_url.where, house_url.token, [partial(in_process, client)], draws=True)
        yield made
        made.close()
    fresh()


def fresh() -> None:
    """Forget what this process remembers of the last database."""
    db.forget()
    TOKENS.clear()
    counts.forget()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def busy_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Real processes for the tests of a module: one on SQLite, or two web processes on PostgreSQL."""
    data = tmp_path_factory.mktemp("busy")
    with ExitStack() as stack:
        if request.param == "sqlite":
            founded = request.getfixturevalue("founded_sqlite")
            url, doors = copy_sqlite(founded, data / "stowline.db"), 1
        else:
            founded = request.getfixturevalue("founded_postgres")
            url, doors = stack.enter_context(copy_postgres(founded)), 2
        running = [stack.enter_context(_door(data, url)) for _ in range(doors)]
        lines = stack.enter_context(Lines())
        made = House(url, founded.token, [partial(lines.to, one.url) for one in running])
        stack.callback(made.close)
        yield made


def _door(data: Path, url: str) -> StowlineProcess:
    return web(data, STOWLINE_DATABASE_URL=url, STOWLINE_LEASE_S="60")


@pytest.fixture
def ruth(house: House) -> Tablet:
    """A manager at the desk, signed in with a browser's cookie."""
    return signed_in(house.sends[0](), house.url)


def signed_in(send: Send, url: str) -> Tablet:
    database = db.Database(url)
    with database.transaction() as session:
        people.add_user(
            session, name="Ruth Adeyemi", roles=["admin"], email="ruth@example.test", password="tea at half past 4"
        )
    database.close()
    form = urlencode({"email": "ruth@example.test", "password": "tea at half past 4"}).encode()
    reply = send("POST", "/login", form, {**FORM_TYPE, "Accept": "text/html"})
    assert reply.status == 303, reply.raw
    desk = Tablet(send, "")
    desk.headers = {"Cookie": reply.headers["set-cookie"].partition(";")[0], "Accept": "application/json"}
    desk.headers["X-CSRF-Token"] = desk.get("/session")["csrf"]
    return desk
