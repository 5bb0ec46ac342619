"""One kept HTTP connection that does not give up while a server is killed and started again."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

Json = dict[str, Any]

TIMEOUT_S = 30.0  # for one answer
FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 1.0  # between tries
BUSY_TRIES = 100  # so often may the server say "too many requests" to one call


class CrewError(RuntimeError):
    """The crew cannot go on; the message says why, for the person who started it."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. `status` 0: there was none, and `say` tells why. `body` is {} where it is no JSON object."""

    status: int
    body: Json
    say: str
    wait_s: float | None = None
    seconds: float = 0.0
    sent: int = 1

    @property
    def good(self) -> bool:
        """Whether the server did what was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def accepted(self) -> bool:
        """Whether this is the reply to a scan that was accepted."""
        return self.good and self.body.get("fate") == "accepted"


class Link:
    """The connection of one robot. Sends the very same call again while the server is away or asks to wait."""

    def __init__(self, url: str, token: str, robot: str, patience: float, halt: threading.Event) -> None:
        where, port = _address(url)
        if not token or not token.isascii() or not token.isprintable():
            raise CrewError("The token has characters that no token has. Copy it again.")
        kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        self._line = kind(str(where.hostname), port, timeout=TIMEOUT_S)
        self.robot = robot
        self._url, self._base = url, where.path.rstrip("/")
        self._head = {"Authorization": f"Bearer {token}", "X-Worker": robot, "Content-Type": "application/json"}
        self._patience, self._halt = patience, halt

    def get(self, path: str, **query: str | int) -> Answer:
        """GET a path with a query. Raises CrewError when patience ends or the token is refused."""
        return self._call("GET", f"{path}?{urlencode(query)}", None, {"Accept": "application/json"})

    def post(self, path: str, body: Json, **head: str) -> Answer:
        """POST JSON, with further headers. Raises CrewError as `get` does."""
        return self._call("POST", path, json.dumps(body).encode(), {"Accept": "application/json"} | head)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _call(self, method: str, path: str, body: bytes | None, head: dict[str, str]) -> Answer:
        until, pause, sent, told_to_wait = time.monotonic() + self._patience, FIRST_WAIT_S, 0, 0
        while True:
            sent += 1
            answer = self._once(method, path, body, head, sent)
            if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                raise CrewError(f"The server refuses this token: {answer.say} ({method} {path}, {answer.status})")
            busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
            if answer.status and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and not busy:
                return answer
            wait = pause * random.uniform(0.5, 1.0) if answer.wait_s is None else answer.wait_s
            pause, told_to_wait = min(pause * 2, LONGEST_WAIT_S), told_to_wait + busy
            until += wait if busy else 0.0  # a server that asks to wait is there
            if told_to_wait > BUSY_TRIES or time.monotonic() + wait > until:
                raise CrewError(
                    f"{self._url} gave no useful answer to {method} {path} for {self._patience:g} s: {answer.say}"
                )
            if self._halt.wait(wait):
                raise CrewError("The crew was stopped.")

    def _once(self, method: str, path: str, body: bytes | None, head: dict[str, str], sent: int) -> Answer:
        began = time.perf_counter()
        try:
            self._line.request(method, self._base + path, body, self._head | head)
            reply = self._line.getresponse()
            data = reply.read()
        except (OSError, http.client.HTTPException) as lost:
            self._line.close()
            # The first try may only have found that the server closed a connection which lay idle.
            return Answer(0, {}, f"{type(lost).__name__}: {lost}", 0.0 if sent == 1 else None, sent=sent)
        seconds = time.perf_counter() - began
        found = _json(data)
        say = str(found.get("say") or f"answered {reply.status} {reply.reason}")
        return Answer(reply.status, found, say, _wait_asked(reply.getheader("Retry-After")), seconds, sent)


def _address(url: str) -> tuple[SplitResult, int | None]:
    try:
        where = urlsplit(url)
        port = where.port
    except ValueError:
        where, port = urlsplit(""), None
    if where.scheme not in {"http", "https"} or not where.hostname:
        raise CrewError(f"{url!r} is no address of a server. It starts with http:// or https://.")
    return where, port


def _json(data: bytes) -> Json:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wait_asked(header: str | None) -> float | None:
    """Seconds of a Retry-After header; None without one, or where it is a date (then the usual pause is made)."""
    try:
        return max(float(header), 0.0) if header else None
    except ValueError:
        return None
