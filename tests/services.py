"""What the tests need from outside the process: servers, a browser, a mail server, Stowline itself as a process.

Nothing here stands in for our own code. A server is used when an address is set (``STOWLINE_TEST_POSTGRES_URL``,
``STOWLINE_TEST_REDIS_URL``, ``STOWLINE_TEST_RABBITMQ_URL``) or when one answers on the usual local port; otherwise the
tests that need it are skipped with the reason, or fail where ``STOWLINE_REQUIRE_SERVICES=1``.
"""

import asyncio
import collections
import dataclasses
import email
import email.policy
import functools
import imaplib
import json
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit, urlunsplit

import pika
import psycopg
import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg import sql

from tests.forked import Forked

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CONNECT_S = 3
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def required(name: str) -> bool:
    """Whether ``STOWLINE_REQUIRE_<name>=1``: what is missing then fails instead of being skipped."""
    return os.environ.get(f"STOWLINE_REQUIRE_{name}", "") == "1"


def proof_is_full() -> bool:
    """Whether the long form of the proofs was asked for (``make proof``)."""
    return os.environ.get("STOWLINE_PROOF", "") == "full"


# ---------------------------------------------------------------- servers


@dataclasses.dataclass(frozen=True)
class Service:
    """A server that tests may use: its address, or None and the reason why not."""

    name: str
    url: str | None
    reason: str

    def __str__(self) -> str:
        if self.url is None:
            return f"{self.name}: not used, {self.reason}"
        return f"{self.name}: {without_password(self.url)} ({self.reason})"


def without_password(url: str) -> str:
    """The address as it may be printed."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    who = parts.netloc.rpartition("@")[0].partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{who}@{host}" if who else host))


def with_path(url: str, path: str) -> str:
    """The same server, another database or virtual host."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def _first_that_answers(name: str, variable: str, usual: Sequence[str], ask: Callable[[str], None]) -> Service:
    """The address from the environment, else the first of the usual ones where ``ask`` raises nothing."""
    given = os.environ.get(variable)
    said = "nothing tried"
    for url in [given] if given else usual:
        try:
            ask(url)
        except Exception as error:  # noqa: BLE001  (whatever the client says is the reason to print)
            said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        else:
            return Service(name, url, f"from {variable}" if given else "answers on the usual local port")
    where = without_password(given or usual[0])
    return Service(name, None, f"no usable server at {where} ({said}); set {variable} or start one")


def plain_postgres(url: str) -> str:
    """``postgresql+psycopg://…`` as libpq wants it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _ask_postgres(url: str) -> None:
    with psycopg.connect(plain_postgres(url), connect_timeout=CONNECT_S, autocommit=True) as connection:
        row = connection.execute(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user",
        ).fetchone()
    if not row or not row[0]:
        raise PermissionError("the role may not create databases")


def _ask_redis(url: str) -> None:
    with redis.Redis.from_url(url, socket_connect_timeout=CONNECT_S) as client:
        client.ping()


def _rabbit_parameters(url: str) -> pika.URLParameters:
    parameters = pika.URLParameters(url)
    parameters.socket_timeout = parameters.blocked_connection_timeout = CONNECT_S
    parameters.connection_attempts = 1
    return parameters


def _ask_rabbitmq(url: str) -> None:
    pika.BlockingConnection(_rabbit_parameters(url)).close()


@functools.cache
def postgres() -> Service:
    """A PostgreSQL server where this run may create databases."""
    usual = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql://root@127.0.0.1:5432/test")
    return _first_that_answers("PostgreSQL", "STOWLINE_TEST_POSTGRES_URL", usual, _ask_postgres)


@functools.cache
def redis_server() -> Service:
    """A Redis server with a free database number."""
    return _first_that_answers("Redis", "STOWLINE_TEST_REDIS_URL", ("redis://127.0.0.1:6379/0",), _ask_redis)


@functools.cache
def rabbitmq() -> Service:
    """A RabbitMQ server."""
    usual = ("amqp://guest:guest@127.0.0.1:5672/%2F",)
    return _first_that_answers("RabbitMQ", "STOWLINE_TEST_RABBITMQ_URL", usual, _ask_rabbitmq)


@functools.cache
def chromium() -> Service:
    """The browser: from ``STOWLINE_TEST_CHROMIUM``, else an installed one, else Playwright's own."""
    name, variable = "Chromium", "STOWLINE_TEST_CHROMIUM"
    given = os.environ.get(variable)
    if given:
        found = Path(given).exists()
        return Service(name, given if found else None, f"from {variable}" if found else f"{given} does not exist")
    for browser in BROWSERS:
        if path := shutil.which(browser):
            return Service(name, path, "the one installed")
    homes = (Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright")
    for own in (found for home in homes for found in sorted(home.glob("chromium-*/chrome-*/chrome"))):
        return Service(name, str(own), "Playwright's own")
    return Service(name, None, f"no browser installed; `make test` installs one, or set {variable}")


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """A private, empty database on the server, as an SQLAlchemy URL; dropped at the end, whoever is still connected."""
    name = f"stowline_test_{secrets.token_hex(6)}"
    plain = plain_postgres(server)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
        )
    try:
        yield with_path(plain, name).replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


CLAIM = "stowline:test:claimed-by"
CLAIM_S = 7200


@contextmanager
def redis_database(server: str) -> Iterator[str]:
    """A private Redis database number, empty at the start and emptied at the end."""
    for number in range(15, 0, -1):
        url = with_path(server, str(number))
        with redis.Redis.from_url(url) as client:
            if client.dbsize() or not client.set(CLAIM, os.getpid(), nx=True, ex=CLAIM_S):
                continue
            try:
                yield url
            finally:
                client.flushdb()
            return
    raise RuntimeError(f"Redis at {without_password(server)} has no empty database among 1 to 15")


def forget_all(url: str) -> None:
    """Have the Redis database of this run lose what it holds, all but the mark whose it is."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter():
            if key != CLAIM.encode():
                client.delete(key)


@contextmanager
def rabbitmq_vhost(server: str) -> Iterator[str]:
    """A private virtual host where this run may make one, else the one of the address as it is.

    Made through RabbitMQ's management API, or by ``rabbitmqctl`` for a server on this machine.
    """
    name = f"stowline_test_{secrets.token_hex(6)}"
    for door in (_RabbitManagement(server), _RabbitCommand(server)):
        if door.add(name):
            try:
                yield with_path(server, name)
            finally:
                door.remove(name)
            return
    yield server


class _RabbitManagement:
    """Virtual hosts through the management plugin's API on port 15672."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self.user = parts.username or "guest"
        self.base = f"http://{parts.hostname}:15672/api"
        passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
        passwords.add_password(None, self.base, self.user, parts.password or "guest", is_authenticated=True)
        self.opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))

    def call(self, method: str, path: str, body: dict[str, str]) -> bool:
        request = urllib.request.Request(
            f"{self.base}/{path}",
            data=json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with self.opener.open(request, timeout=CONNECT_S):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def add(self, name: str) -> bool:
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        return self.call("PUT", f"vhosts/{name}", {}) and self.call(
            "PUT",
            f"permissions/{name}/{quote(self.user)}",
            everything,
        )

    def remove(self, name: str) -> None:
        self.call("DELETE", f"vhosts/{name}", {})


class _RabbitCommand:
    """Virtual hosts by ``rabbitmqctl``, which needs the server on this machine and its owner's rights."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self.user = parts.username or "guest"
        self.here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        self.program = shutil.which("rabbitmqctl", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

    def call(self, *words: str) -> bool:
        if not self.here or self.program is None:
            return False
        try:
            done = subprocess.run([self.program, "-q", *words], capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def add(self, name: str) -> bool:
        return self.call("add_vhost", name) and self.call("set_permissions", "-p", name, self.user, ".*", ".*", ".*")

    def remove(self, name: str) -> None:
        self.call("delete_vhost", name)


# ---------------------------------------------------------------- mail


class SmtpSink:
    """A real SMTP server on a free loopback port that keeps every mail.

    ``mails`` are the parsed messages in the order they came, ``envelopes`` the (sender, recipients) beside them, ``raws``
    the same mails byte for byte.
    ``answer_next("451 4.3.0 Try later")`` makes it answer the next DATA so, keeping nothing.
    ``hang_up_next()`` keeps the next mail, then closes the connection without an answer: the sender cannot know.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.raws: list[bytes] = []
        self._answers: collections.deque[str | None] = collections.deque()
        self._came = threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), ready_timeout=30)

    @property
    def port(self) -> int:
        return int(self._controller.port)

    @property
    def url(self) -> str:
        """The value for ``STOWLINE_SMTP_URL``."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    def answer_next(self, line: str) -> None:
        self._answers.append(line)

    def hang_up_next(self) -> None:
        self._answers.append(None)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        answer = self._answers.popleft() if self._answers else "250 2.0.0 kept"
        if answer is None or answer.startswith("250"):
            self._keep(envelope)
        if answer is None:
            if isinstance(server.transport, asyncio.Transport):
                server.transport.abort()
            return "421 4.3.2 gone"
        return answer

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        with self._came:
            self.mails.append(mail)
            self.raws.append(raw)
            self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
            self._came.notify_all()

    def wait_for(self, count: int, seconds: float = 10) -> list[EmailMessage]:
        """The mails, once at least ``count`` have come; fails with what did come after ``seconds``."""
        with self._came:
            if not self._came.wait_for(lambda: len(self.mails) >= count, timeout=seconds):
                seen = [f"{mail['to']}: {mail['subject']}" for mail in self.mails]
                raise AssertionError(f"{len(seen)} of {count} mails within {seconds} s: {seen}")
            return list(self.mails)


class ImapServer:
    """A real IMAP server (pymap, in memory) in a process of its own; ``url`` is the value for ``STOWLINE_BOUNCE_IMAP_URL``.

    ``certificate``: a folder with cert.pem and key.pem for localhost; the server then takes no password before STARTTLS.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        self.port, self._certificate = free_port(), certificate
        self._user, self._password = "bounces", f"pass/{secrets.token_hex(4)}@"

    @property
    def url(self) -> str:
        return f"imap://{self._user}:{quote(self._password, safe='')}@127.0.0.1:{self.port}/INBOX"

    def __enter__(self) -> Self:
        code = "from pymap.main import main; main()"
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        tls = ["--cert", str(self._certificate / "cert.pem"), "--key", str(self._certificate / "key.pem")] if self._certificate else ["--no-tls"]
        who = ["dict", "--demo-data", "--demo-user", self._user, "--demo-password", self._password]
        env = {**os.environ, "PYTHONWARNINGS": "ignore"}
        self._process = subprocess.Popen([sys.executable, "-c", code, *where, *tls, *who], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + 30
        while True:
            try:
                with self.opened():
                    return self
            except OSError:
                if time.monotonic() > ends or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)

    @contextmanager
    def opened(self) -> Iterator[imaplib.IMAP4]:
        """The mailbox, as a person's mail program sees it."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as line:
            if self._certificate:
                line.starttls(ssl._create_unverified_context())
            line.login(self._user, self._password)
            line.select("INBOX")
            yield line

    def bring(self, *mails: bytes) -> None:
        """New mails arrive."""
        with self.opened() as line:
            for mail in mails:
                assert line.append("INBOX", None, None, mail)[0] == "OK"

    def unseen(self) -> list[str]:
        """The subjects of the mails that nobody has seen."""
        with self.opened() as line:
            found = line.search(None, "UNSEEN")[1][0].split()
            heads = [line.fetch(n.decode(), "(BODY.PEEK[HEADER])")[1][0] for n in found]
        return [str(email.message_from_bytes(head[1])["Subject"]) for head in heads if isinstance(head, tuple)]

    def clear(self) -> None:
        """Throw all mails away."""
        with self.opened() as line:
            line.store("1:*", "+FLAGS", r"(\Deleted)")
            line.expunge()


# ---------------------------------------------------------------- Stowline as a process


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_env(**settings: str) -> dict[str, str]:
    """The environment of this process without its own STOWLINE_* settings, with the given ones instead."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STOWLINE_")}
    return kept | {"PYTHONUNBUFFERED": "1"} | settings


def cli(
    *words: str,
    env: dict[str, str] | None = None,
    check: bool = True,
    seconds: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run ``stowline …`` to its end. With ``check`` a non-zero exit fails the test with what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = Forked(words, clean_env(**(env or {})), out, err)
        try:
            code = process.wait(seconds)
        finally:
            process.kill()
        done = subprocess.CompletedProcess([*words], code, out.read_text(), err.read_text())
    if check and done.returncode:
        raise AssertionError(f"stowline {' '.join(words)} exited {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def cli_json(*words: str, env: dict[str, str] | None = None, check: bool = True) -> Any:
    """Run ``stowline … --json`` and read its answer."""
    return json.loads(cli(*words, "--json", env=env, check=check).stdout)


class StowlineProcess:
    """``stowline up`` (or another of its commands that serve) as a real process on a free loopback port.

    Use it as a context manager. ``kill()`` is SIGKILL, ``stop()`` SIGTERM and the exit code, ``start()`` starts it
    again on the same port and data. ``log()`` is what it wrote.
    """

    module = "stowline"

    def __init__(self, data_dir: Path, command: Sequence[str] = ("up",), **env: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {"STOWLINE_DATA_DIR": str(data_dir)} | env
        self._command = command
        self._process: Forked | subprocess.Popen[bytes] | None = None
        self._log_path = data_dir / f"stowline-{self.port}.log"

    def start(self, seconds: float = 60) -> Self:
        """Start it and return when ``/healthz`` answers 200."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        words = [*self._command, "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = self._begun(words, clean_env(**self.env))
        self._wait_until_healthy(seconds)
        return self

    def _begun(self, words: Sequence[str], env: dict[str, str]) -> "Forked | subprocess.Popen[bytes]":
        return Forked(words, env, self._log_path, self._log_path, module=self.module)

    def _wait_until_healthy(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                raise AssertionError(f"stowline ended before it answered\n{self.log()}")
            if self.healthy():
                return
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"stowline did not answer /healthz within {seconds} s\n{self.log()}")

    def healthy(self) -> bool:
        """Whether ``/healthz`` answers 200 now."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    @property
    def pid(self) -> int:
        if self._process is None:
            raise AssertionError("stowline was not started")
        return self._process.pid

    def is_dead(self) -> bool:
        """Whether it ended."""
        return self._process is None or self._process.poll() is not None

    def exit_code(self) -> int | None:
        """What it ended with, -9 for SIGKILL; None while it runs."""
        return self._process.poll() if self._process else None

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)

    def stop(self, seconds: float = 25, *, by: signal.Signals = signal.SIGTERM) -> int:
        """A signal, then its exit code; fails if it has not drained within ``seconds``."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(by)
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"stowline did not stop within {seconds} s of SIGTERM\n{self.log()}") from None

    def log(self) -> str:
        """Everything it wrote so far, on stdout and stderr."""
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    def cli(self, *words: str, check: bool = True, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Another command with the same settings."""
        return cli(*words, env=self.env, check=check, seconds=seconds)

    def cli_json(self, *words: str, check: bool = True) -> Any:
        return cli_json(*words, env=self.env, check=check)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()


class FreshProcess(StowlineProcess):
    """The same from nothing, as a user starts it: `python -m stowline …`."""

    def _begun(self, words: Sequence[str], env: dict[str, str]) -> "Forked | subprocess.Popen[bytes]":
        with self._log_path.open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", self.module, *words], env=env, stdout=log, stderr=log)


def stowline_process(data_dir: Path, **env: str) -> StowlineProcess:
    """``with stowline_process(tmp_path, STOWLINE_SMTP_URL=smtp_sink.url) as stowline: … stowline.url …``"""
    return StowlineProcess(data_dir, **env)
