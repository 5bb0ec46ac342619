"""A shop's server that webhooks are posted to: real HTTP (or HTTPS) on this machine, answering as it is told."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote

import pytest

from stowline.core.config import settings

HANG = -1


@dataclass(frozen=True)
class Posted:
    """One post as it came: its headers in lower case, its body, and its path."""

    headers: Mapping[str, str]
    raw: bytes
    path: str = ""

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def items(self) -> dict[str, int]:
        """Free units by SKU."""
        return {item["sku"]: item["free"] for item in self.body["data"]["items"]}

    def is_signed_with(self, secret: str) -> bool:
        """Standard Webhooks, worked out as a receiver would."""
        words = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.raw
        made = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), words, hashlib.sha256).digest()
        return f"v1,{base64.b64encode(made).decode()}" in self.headers["webhook-signature"].split(" ")


@dataclass
class ShopServer:
    """`answer(503, {"Retry-After": "120"})` says what the next post is answered; HANG never answers. Then 204."""

    tls: ssl.SSLContext | None = None
    posts: list[Posted] = field(default_factory=list)
    _answers: deque[tuple[int, Mapping[str, str], bytes]] = field(default_factory=deque)
    _came: threading.Condition = field(default_factory=threading.Condition)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status, more, said = shop.take(Posted({k.lower(): v for k, v in self.headers.items()}, raw, unquote(self.path)))
                if status == HANG:
                    shop.wait_until_over()
                    return
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                """Nothing: what came is in `posts`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/stock?from=stowline"

    def answer(self, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        self._answers.append((status, headers or {}, body))

    def take(self, post: Posted) -> tuple[int, Mapping[str, str], bytes]:
        with self._came:
            self.posts.append(post)
            self._came.notify_all()
            return self._answers.popleft() if self._answers else (204, {}, b"")

    def wait_until_over(self) -> None:
        self._over.wait(60)

    def wait_for(self, count: int, seconds: float = 20) -> list[Posted]:
        """The posts, once so many have come."""
        with self._came:
            came = self._came.wait_for(lambda: len(self.posts) >= count, timeout=seconds)
        assert came, f"{len(self.posts)} of {count} posts within {seconds} s"
        return list(self.posts)

    def known(self) -> dict[str, int]:
        """What the shop believes is free, by SKU, from the posts in their order."""
        found: dict[str, int] = {}
        for post in self.posts:
            found |= post.items
        return found


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopServer]:
    """A shop in the same network, which the settings allow. Modules of tests import it."""
    monkeypatch.setenv("STOWLINE_WEBHOOK_PRIVATE", "true")
    settings.cache_clear()
    with ShopServer() as server:
        yield server
