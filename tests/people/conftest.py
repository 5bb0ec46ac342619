"""A warehouse with its cast: Maja picks, Ruth leads the shift, Ada looks after the accounts."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.static_files import create_static_files_router
from litestar.testing import TestClient
from sqlalchemy import create_engine
from sqlmodel import Session

from stowline.core import db, web
from stowline.core.access import TOKENS
from stowline.core.config import asset_dir
from stowline.people import rules, service, signin
from stowline.people.handlers import SignIn, Staff
from stowline.people.queries import Person
from stowline.tables import metadata


@dataclass(frozen=True, slots=True)
class Cast:
    maja: Person
    ruth: Person
    ada: Person


@pytest.fixture(scope="session")
def house_with_cast(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """A database with the cast, made once: hashing and a hundred tables and indexes take their time."""
    file = tmp_path_factory.mktemp("cast") / "cast.db"
    engine = create_engine(f"sqlite:///{file}")
    metadata().create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        maja = service.add_user(session, name="Maja Kowalska", roles=["picker"], badge="0147", pin="2580")
        ruth = service.add_user(
            session, name="Ruth Adeyemi", roles=["manager"], email="Ruth@example.test", password="tea at half past 4"
        )
        ada = service.add_user(
            session, name="Ada Lund", roles=["admin"], email="ada@example.test", password="correct horse battery"
        )
        session.commit()
    engine.dispose()
    return file, Cast(maja, ruth, ada)


@pytest.fixture
def database(
    house_with_cast: tuple[Path, Cast], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[db.Database]:
    shutil.copy(house_with_cast[0], tmp_path / "people.db")
    monkeypatch.setenv("STOWLINE_DATABASE_URL", f"sqlite:///{tmp_path / 'people.db'}")
    db.forget()
    TOKENS.clear()
    yield db.database()
    TOKENS.clear()
    db.forget()


@pytest.fixture
def cast(house_with_cast: tuple[Path, Cast], database: db.Database) -> Cast:
    return house_with_cast[1]


@get("/orders", opt=web.permission("orders.read"), sync_to_thread=False)
def orders() -> str:
    return "orders"


@get("/orders/{ref:str}", opt=web.permission("orders.read"), sync_to_thread=False)
def order(ref: FromPath[str]) -> str:
    return ref


@get("/floor", opt=web.permission("floor.scan"), sync_to_thread=False)
def floor() -> str:
    return "floor"


def make_app() -> Litestar:
    static = create_static_files_router("/static", [asset_dir("static")], opt=web.permission(web.PUBLIC))
    door = web.Web(signin.identify, rules.PERMISSIONS)
    return Litestar([SignIn, Staff, orders, order, floor, static], plugins=[door], openapi_config=None)


@pytest.fixture(scope="session")
def app() -> Litestar:
    return make_app()


def device(app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app, raise_server_exceptions=False) as running:
        running.follow_redirects = False
        yield running


@pytest.fixture
def client(app: Litestar, database: db.Database) -> Iterator[TestClient[Litestar]]:
    yield from device(app)


@pytest.fixture
def other(database: db.Database) -> Iterator[TestClient[Litestar]]:
    """A second device, at a second server of the same house."""
    yield from device(make_app())
