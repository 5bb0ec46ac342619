"""The sample pages from a real server, opened in one page that is kept: static files are fetched and compiled once.

A routed page (`tests/look/site.py`) asks for every file anew, as routing turns the browser's cache off. Where a test
only looks at a page, that is most of its time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.look.rendering import ROOT
from tests.look.site import PHOTO, TYPES, sample

KEPT = {"Cache-Control": "max-age=3600"}
AXE = "axe.min.js"


class _Samples(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0][1:]
        if path == AXE:
            self._send((ROOT / "tests/vendor" / AXE).read_bytes(), "text/javascript", KEPT)
        elif path.startswith("static/"):
            file = ROOT / path
            self._send(file.read_bytes(), TYPES.get(file.suffix, "text/plain"), KEPT)
        elif "photos/" in path:
            self._send((ROOT / PHOTO).read_bytes(), TYPES[".svg"], KEPT)
        else:
            body, policy = sample(path)
            self._send(body.encode(), "text/html; charset=utf-8", policy)

    def _send(self, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: Any) -> None:
        """Say nothing: the test says what failed."""


class Gallery:
    """Every sample page of a server, one after the other, in one browser page."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def open(self, name: str) -> None:
        self.page.goto(f"{self.home}/{name}")

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "about:")):
            self.complaints.append(f"asked for {request.url}")


@contextmanager
def gallery_of(browser: Browser) -> Iterator[Gallery]:
    """A server of the samples and a page of ``browser`` on it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Samples)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    try:
        yield Gallery(context.new_page(), f"http://127.0.0.1:{server.server_port}")
    finally:
        context.close()
        server.shutdown()
        server.server_close()
