"""A site of one page for the browser: the page drawn from its sample view, our static files, nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Route

from stowline.core.web import MAIL_PREVIEW
from tests.look.account_views import ACCOUNTS
from tests.look.adjust_views import ADJUST
from tests.look.alloc_views import ALLOC
from tests.look.arrival_views import ARRIVALS
from tests.look.avail_views import AVAIL
from tests.look.calendar_views import CALENDARS
from tests.look.channel_views import CHANNELS
from tests.look.contact_views import CONTACTS
from tests.look.desk_views import DESK
from tests.look.floor_views import FLOOR
from tests.look.kind_views import KINDS
from tests.look.message_views import MESSAGES
from tests.look.options_views import OPTIONS
from tests.look.preference_views import PREFERENCES
from tests.look.product_views import PRODUCTS
from tests.look.promise_views import PROMISES
from tests.look.rehearsal_views import REHEARSAL
from tests.look.rendering import ROOT, draw
from tests.look.return_views import RETURNS
from tests.look.run_views import RUNS
from tests.look.sent_back_views import SENT_BACK
from tests.look.setup_views import SETUP
from tests.look.shop_views import SHOP
from tests.look.talk_views import TALKS
from tests.look.tracking_views import TRACKING

PAGES: dict[str, tuple[str, dict[str, Any]]] = FLOOR | DESK | SHOP | ADJUST | OPTIONS | ARRIVALS | AVAIL | ALLOC | PROMISES | CHANNELS | PREFERENCES | TRACKING | KINDS | MESSAGES | CONTACTS | RUNS | REHEARSAL | CALENDARS | SETUP | PRODUCTS | SENT_BACK
PAGES |= RETURNS
PAGES |= TALKS
PHOTO = "static/img/favicon.svg"  # what every photograph of a sample shows
HOME = "http://look.test"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
PAGES |= ACCOUNTS
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


def sample(name: str, theme: str = "light") -> tuple[str, dict[str, str]]:
    """A sample page, and the content policy it comes with."""
    template, view = PAGES[name]
    policy = {"Content-Security-Policy": POLICY} | (MAIL_PREVIEW if name.startswith("message") else {})
    return draw(template, {**view, "theme": theme}), policy


class Site:
    """What the browser meets: sample pages by their name, static files, and whatever a test answers by itself."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.theme = "light"
        self.complaints: list[str] = []
        self.answers: dict[str, Callable[[Route], None]] = {}
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.route("**/*", self._answer)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith("Failed to load resource"):  # a refusal is an answer
            self.complaints.append(said.text)

    def open(self, name: str) -> None:
        self.page.goto(f"{HOME}/{name}")

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOME).partition("?")[0]
        if not route.request.url.startswith(HOME):
            self.complaints.append(f"asked for {route.request.url}")
            route.abort()
        elif own := self.answers.get(path):
            own(route)
        elif "/photos/" in path:
            self._static(route, ROOT / PHOTO)
        elif path.startswith("/static/"):
            self._static(route, ROOT / path[1:])
        else:
            self.sample(route, path[1:])

    def _static(self, route: Route, file: Path) -> None:
        route.fulfill(body=file.read_bytes(), content_type=TYPES.get(file.suffix, "text/plain"))

    def sample(self, route: Route, name: str, status: int = 200) -> None:
        body, policy = sample(name, self.theme)
        route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8", headers=policy)
