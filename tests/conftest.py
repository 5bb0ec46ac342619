"""Fixtures that every test may ask for, and the rules that hold for all of them.

Tests reach nothing beyond this machine, warnings are errors (pyproject.toml), no setting of the person who runs them
leaks in, and what was not tested because a server is missing is said at the start and at the end of the run.
"""

import gc
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from stowline.cli import COLLECTED_AFTER
from stowline.notifications.channels import SmtpChannel
from tests import services, shares
from tests.services import Service, SmtpSink

SERVICES: tuple[Callable[[], Service], ...] = (
    services.postgres,
    services.redis_server,
    services.rabbitmq,
    services.chromium,
)
KEPT_SETTINGS = ("STOWLINE_TEST_", "STOWLINE_REQUIRE_", "STOWLINE_PROOF", "STOWLINE_SOAK_")
MARKED_BY = {
    "postgres_url": "postgres",
    "fresh_postgres_url": "postgres",
    "redis_url": "redis",
    "rabbitmq_url": "rabbitmq",
    "chromium": "browser",
    "browser": "browser",
    "page": "browser",
}

settings.register_profile("stowline", deadline=None)  # how long an example takes is the machine's business
settings.load_profile("stowline")


# ---------------------------------------------------------------- what holds for every test


class NetworkRefused(RuntimeError):
    """A test tried to leave this machine."""


def _is_loopback(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    host = str(address[0]).partition("%")[0]
    if host in {"localhost", "localhost.localdomain", ""}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded(real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any, *rest: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address):
            raise NetworkRefused(f"a test tried to connect to {address}; tests stay on this machine")
        return real(self, address, *rest)

    return connect


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(*COLLECTED_AFTER)
    for name in [name for name in os.environ if name.startswith("STOWLINE_") and not name.startswith(KEPT_SETTINGS)]:
        del os.environ[name]
    data = tempfile.TemporaryDirectory(prefix="stowline-test-")
    config.add_cleanup(data.cleanup)
    os.environ["STOWLINE_DATA_DIR"] = data.name
    guard = pytest.MonkeyPatch()
    config.add_cleanup(guard.undo)
    for verb in ("connect", "connect_ex"):
        guard.setattr(socket.socket, verb, _guarded(getattr(socket.socket, verb)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKED_BY:
                item.add_marker(MARKED_BY[fixture])
        cases = getattr(item, "callspec", None)
        if cases is not None and cases.params.get("fresh_database_url") == "postgres":
            item.add_marker("postgres")
    shares.leave_to_the_proof(config, items)
    items[:] = shares.long_ones_spread(items)


def _told() -> list[str]:
    shared = services.SHARED
    state = "used" if shared.is_dir() else "not used, no folder shared/ beside the checkout"
    return [*(str(find()) for find in SERVICES), f"shared data: {state}"]


def pytest_report_header() -> list[str]:
    return _told()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.section("what the tests could use")
    for line in _told():
        terminalreporter.write_line(line)


def _skip_or_fail(kind: str, say: str) -> None:
    if services.required(kind):
        pytest.fail(f"{say} (STOWLINE_REQUIRE_{kind}=1)", pytrace=False)
    pytest.skip(say)


def _url(service: Service) -> str:
    if service.url is None:
        _skip_or_fail("SERVICES", f"{service.name}: {service.reason}")
    return str(service.url)


# ---------------------------------------------------------------- places and servers


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout."""
    if not services.SHARED.is_dir():
        _skip_or_fail("SHARED", "no folder shared/ beside the checkout: tests on real data need it")
    return services.SHARED


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A private, empty PostgreSQL database for the whole run, as ``postgresql+psycopg://…``."""
    with services.postgres_database(_url(services.postgres())) as url:
        yield url


@pytest.fixture
def fresh_postgres_url() -> Iterator[str]:
    """A private, empty PostgreSQL database for this test alone."""
    with services.postgres_database(_url(services.postgres())) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def fresh_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database for this test alone; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'stowline.db'}"
    return str(request.getfixturevalue("fresh_postgres_url"))


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A private, empty Redis database number for the whole run."""
    with services.redis_database(_url(services.redis_server())) as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """A private RabbitMQ virtual host for the whole run."""
    with services.rabbitmq_vhost(_url(services.rabbitmq())) as url:
        yield url


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A real SMTP server that keeps every mail; its ``url`` is the value for ``STOWLINE_SMTP_URL``."""
    sink = SmtpSink()
    with ExitStack() as stack:
        stack.callback(sink.stop)
        sink.start()
        stack.enter_context(lines_closed())
        yield sink


@contextmanager
def lines_closed() -> Iterator[None]:
    """Channels keep this thread's line to their mail server; those that are made meanwhile let go of it in the end."""
    made: list[SmtpChannel] = []
    begin = SmtpChannel.__init__

    def noted(self: SmtpChannel, *said: Any, **more: Any) -> None:
        begin(self, *said, **more)
        made.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SmtpChannel, "__init__", noted)
        yield
    for channel in made:
        channel.close()


# ---------------------------------------------------------------- the browser


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to drive."""
    return _url(services.chromium())


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium. One per module: while it runs, its event loop occupies the main thread."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(services.BROWSER_ARGS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with a fresh profile; an uncaught error of a script on it fails the test."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    context.close()
    assert thrown == []
