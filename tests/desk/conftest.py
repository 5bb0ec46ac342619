"""Desks: Ruth leads the shift and reads everything, Maja picks, and robots do the floor's work through the contract."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from stowline.app import create_app
from stowline.core import clock, db, timers
from stowline.core.access import TOKENS
from stowline.core.web import Pace
from stowline.demo import later
from stowline.desk.queries import counts
from stowline.people import service as people
from stowline.stores import service as stores
from tests import services
from tests.desk.pages import Page
from tests.makers import Tablet, found_site, in_process
from tests.pg_copies import drop_copies
from tests.stories.conftest import Founded, copy_postgres, copy_sqlite

HTML = {"accept": "text/html"}
PASSWORD = "tea at half past 4"


class Desk:
    """A browser without JavaScript, signed in or not: its cookies are its own."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self._line = client
        self._jar: dict[str, str] = {}

    def ask(self, method: str, path: str, *, follow: bool = True, headers: dict[str, str] | None = None, **more: Any) -> Any:
        self._line.cookies.update(self._jar)
        answer = self._line.request(method, path, headers=HTML | (headers or {}), follow_redirects=follow, **more)
        self._jar = {one.name: one.value or "" for one in self._line.cookies.jar}  # what was just set comes last
        self._line.cookies.clear()
        return answer

    def sign_in(self, email: str) -> "Desk":
        answer = self.ask("POST", "/login", data={"email": email, "password": PASSWORD})
        assert "/login" not in str(answer.url), answer.text
        return self

    def get(self, path: str) -> Page:
        return Page(self.ask("GET", path))

    def file(self, path: str) -> Any:
        """The answer that is no page."""
        return self.ask("GET", path)

    def send(self, page: Page, action: str, **typed: str) -> Page:
        """Fill in the form of a page whose address ends so, and send it."""
        form = page.form(action)
        return Page(self.ask("POST", form.action, data=form.fields | typed))


@dataclass
class House:
    """A starter site in this process: who asks, and what happens meanwhile."""

    client: TestClient[Litestar]
    token: str
    env: dict[str, str]

    def robot(self, name: str = "maja") -> Tablet:
        return Tablet(in_process(self.client), self.token, name)

    def ruth(self) -> Desk:
        return self.somebody().sign_in("ruth@example.test")

    def somebody(self) -> Desk:
        """A browser of its own."""
        return Desk(self.client)

    @staticmethod
    def react() -> None:
        """The relay's part: reactions to all events, timers of all verbs; no message goes yet."""
        with db.transaction(bulk=True) as session:
            while later._next(session, clock.now()):
                pass
        counts.forget()

    @classmethod
    def deliver(cls) -> None:
        """The workers' part too: every message that is owed goes, through the channel there is."""
        cls.react()
        for timer_id, due in later._messages(clock.now() + timedelta(hours=1)):
            with clock.stopped_at(max(clock.now(), due + later.SOON)):
                timers.fire(timer_id)
        counts.forget()

    catch_up = deliver


@pytest.fixture(scope="session")
def cast_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A founded site with its people, made once and copied: (file, token)."""
    file = tmp_path_factory.mktemp("desk") / "stowline.db"
    return file, _found(f"sqlite:///{file}")


def _found(url: str) -> str:
    token = found_site(url)
    house = db.Database(url)
    with house.transaction() as session:
        people.add_user(session, name="Ruth Adeyemi", roles=["admin"], email="ruth@example.test", password=PASSWORD)
        people.add_user(session, name="Maja Kowalska", roles=["picker"], email="maja@example.test", password=PASSWORD)
    house.close()
    return token


@pytest.fixture(scope="session")
def app() -> Litestar:
    return create_app()


def running(app: Litestar, token: str, url: str, patch: pytest.MonkeyPatch, **settings: str) -> Iterator[House]:
    """The app on this database, with these settings and without what it remembers of others."""
    env = {"STOWLINE_DATABASE_URL": url, "STOWLINE_MESSAGE_GRACE_S": "0", **settings}
    for name, value in env.items():
        patch.setenv(name, value)
    _as_new()
    with TestClient(app, raise_server_exceptions=False) as client:
        yield House(client, token, env)
    _as_new()


def _as_new() -> None:
    """What a process remembers of a house is gone: its connections, its people, its figures, who came how often."""
    db.forget()
    TOKENS.clear()
    counts.forget()
    for pace in _paces():
        pace.forget()


@cache
def _paces() -> list[Pace]:
    """Every limit of how often somebody may come; once a house is running, all of them are there."""
    rooms = [module for name, module in list(sys.modules.items()) if name.startswith(("stowline.portal.", "stowline.desk.handlers."))]
    return [thing for room in rooms for thing in vars(room).values() if isinstance(thing, Pace)]


@pytest.fixture
def house(
    app: Litestar, cast_file: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    shutil.copy(cast_file[0], tmp_path / "stowline.db")
    yield from running(app, cast_file[1], f"sqlite:///{tmp_path / 'stowline.db'}", monkeypatch)


@pytest.fixture(scope="session")
def cast_postgres(postgres_url: str) -> Iterator[Founded]:
    """The same on PostgreSQL, to be copied."""
    with services.postgres_database(str(services.postgres().url)) as url:
        yield Founded(url, _found(url))
        drop_copies(url.rsplit("/", 1)[1])


@pytest.fixture(params=["sqlite", "postgres"])
def any_house(
    request: pytest.FixtureRequest, app: Litestar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A house on SQLite, and one on PostgreSQL."""
    if request.param == "sqlite":
        file, token = request.getfixturevalue("cast_file")
        yield from running(app, token, copy_sqlite(Founded(str(file), token), tmp_path / "stowline.db"), monkeypatch)
        return
    founded = request.getfixturevalue("cast_postgres")
    with copy_postgres(founded) as url:
        yield from running(app, founded.token, url, monkeypatch)


@pytest.fixture
def ruth(house: House) -> Desk:
    return house.ruth()


@pytest.fixture(scope="module")
def one_house(
    app: Litestar, cast_file: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One house for all tests of a module."""
    file = tmp_path_factory.mktemp("house") / "stowline.db"
    shutil.copy(cast_file[0], file)
    with pytest.MonkeyPatch.context() as patch:
        yield from running(app, cast_file[1], f"sqlite:///{file}", patch)


@pytest.fixture
def shift(one_house: House) -> Desk:
    """Ruth at the module's house."""
    return one_house.ruth()


@pytest.fixture
def shared_ref(house: House) -> Desk:
    """Two stores with an order 1042 each."""
    robot = house.robot()
    robot.add_product("MUG")
    with db.transaction() as session:
        stores.open_store(session, "kiln")
    robot.place("1042", {"MUG": 1})
    robot.place("1042", {"MUG": 1}, store="kiln")
    return house.ruth()


def refs(page: Page) -> list[str]:
    """The orders that a page of the list shows, in its order."""
    found: list[Any] = [text for href, text in page.links.items() if href.startswith("/orders/") and "?store=" in href]
    return [str(text) for text in found]
