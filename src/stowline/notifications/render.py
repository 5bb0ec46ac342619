"""A kind, a language, a brand and its facts -> the subject, HTML, text and short text of one message.

A kind is a folder under `templates/mail/`: `subject.txt`, `body.mjml`, `body.txt`, `short.txt`, and `sample.json`, a
full set of its facts. Words come from `templates/mail/words/<locale>.toml`. A name that a template uses and the facts
lack is a RenderFailed, never a gap in a mail. Nothing that a shopper or a shop typed is trusted: HTML is escaped,
control and bidi-override characters go, links must be http(s).
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from mjml import mjml2html

from stowline.core import clock, i18n
from stowline.core.config import asset_dir

PETROL = "#0b5a6e"
ROWS_SHOWN = 50  # in HTML; with more, Gmail would cut the mail off at 102 kB
PARTS_SHOWN = 6  # of a kit, for the same reason

# Facts that may be absent, and what they then are.
OPTIONAL: dict[str, dict[str, Any]] = {
    "order-confirmed": {"customer_name": "", "promise": None, "status_url": ""},
    "shipped": {"customer_name": "", "arrives": None, "address": [], "still_to_come": [], "status_url": ""},
    "back-in-stock": {"status_url": ""},
    "backorder-notice": {"customer_name": "", "ready": [], "why": None, "next_step": None, "status_url": ""},
    "delay-apology": {"customer_name": "", "say": None, "status_url": ""},
    "good-news": {"customer_name": "", "status_url": ""},
    "delivery-report": {"status_url": ""},
    "stock-arrived": {"customer_name": "", "waiting": [], "status_url": ""},
}


@dataclass(frozen=True, slots=True)
class Brand:
    """The shop in whose name a message is written; `accent` is "#rrggbb", the addresses plain ("a@b.example")."""

    name: str
    from_address: str
    reply_to: str = ""
    accent: str = PETROL
    address_line: str = ""
    support_email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message, ready for a channel: subject and short are single lines."""

    subject: str
    html: str
    text: str
    short: str


class RenderFailed(Exception):
    """A message could not be written: a fact is missing or not what it should be, or a template is wrong."""


def render(kind: str, *, locale: str, brand: Brand, data: Mapping[str, Any], now: datetime | None = None) -> Rendered:
    """Write one message of `kind` in the held language closest to `locale`.

    `data` holds the facts as the kind's `sample.json` shows them; times are aware datetimes or RFC 3339 text, days are
    dates or "2026-11-28", money is integer minor units. `zone` (an IANA name, default UTC) is the order's. `now`
    decides only whether a date shows its year. Raises RenderFailed.
    """
    if kind not in OPTIONAL:
        raise RenderFailed(f"There is no message named {kind!r}.")
    words = i18n.words(mail_dir() / "words", locale)
    facts = {"zone": "UTC"} | OPTIONAL[kind] | _clean(dict(data))
    pen = Pen(words, str(facts["zone"]), now or clock.now())
    context = facts | {"brand": _clean_brand(brand), "f": pen, "words": words, "rows_shown": ROWS_SHOWN,
                       "parts_shown": PARTS_SHOWN}
    try:
        return _written(kind, _environment(words.locale), context)
    except (TemplateError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise RenderFailed(f"{kind} ({words.locale}): {error}") from error


def _written(kind: str, environment: Environment, context: dict[str, Any]) -> Rendered:
    def part(name: str) -> str:
        return environment.get_template(f"{kind}/{name}").render(context)

    # fonts={}: MJML's own list would make a mail whose font set says "Roboto" fetch it from Google.
    html = mjml2html(part("body.mjml"), fonts={}, disable_comments=False)
    return Rendered(
        subject=_clip(part("subject.txt"), 120),
        html=html,
        text=re.sub(r"\n{3,}", "\n\n", part("body.txt")).strip() + "\n",
        short=_clip(part("short.txt"), 600),
    )


def mail_dir() -> Path:
    """Where the message templates lie."""
    return asset_dir("templates") / "mail"


def kinds() -> list[str]:
    """The kinds that have templates."""
    return sorted(path.parent.name for path in mail_dir().glob("*/body.mjml"))


def sample(kind: str) -> dict[str, Any]:
    """A full set of made-up facts for a kind: for previews, test sends and tests."""
    if kind not in kinds():
        raise RenderFailed(f"There is no message named {kind!r}.")
    return cast(dict[str, Any], json.loads((mail_dir() / kind / "sample.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=32)
def _environment(locale: str) -> Environment:
    words = i18n.words(mail_dir() / "words", locale)
    environment = Environment(
        loader=FileSystemLoader(mail_dir()),
        autoescape=select_autoescape(enabled_extensions=("mjml",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = _translator(words)
    environment.filters["clip"] = _clip
    environment.filters["weblink"] = _weblink
    environment.filters["on_light"] = lambda accent: readable(accent, "#ffffff")
    environment.filters["on_dark"] = lambda accent: readable(accent, "#171f1d")
    return environment


def _translator(words: i18n.Words) -> Callable[..., str]:
    @pass_eval_context
    def t(place: EvalContext, key: str, /, **values: object) -> str:
        return words.markup(key, **values) if place.autoescape else words.text(key, **values)

    return t


# -- what templates write with ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pen:
    """Dates, amounts and lists, written in the reader's language and the order's time zone. Templates call it `f`."""

    words: i18n.Words
    zone: str
    now: datetime

    def day(self, value: date | datetime | str) -> str:
        """ "Saturday 28 November"."""
        return i18n.day_name(i18n.local_date(value, self.zone), self.words, this_year=self._year())

    def time(self, value: datetime | str) -> str:
        """ "16:27"."""
        return i18n.clock_time(value, self.zone, self.words)

    def range(self, window: Mapping[str, Any]) -> str:
        """ "26 to 30 November", from {"from", "to"}."""
        first, last = (i18n.local_date(window[end], self.zone) for end in ("from", "to"))
        return i18n.day_range(first, last, self.words, this_year=self._year())

    def window(self, lines: Sequence[Mapping[str, Any]]) -> dict[str, date] | None:
        """The window that holds all the lines' `expected` windows; None as soon as one line has no date."""
        windows = [line["expected"] for line in lines]
        if not windows or not all(windows):
            return None
        first = min(i18n.local_date(window["from"], self.zone) for window in windows)
        return {"from": first, "to": max(i18n.local_date(window["to"], self.zone) for window in windows)}

    def money(self, minor: int, currency: str) -> str:
        """ "€12.50", from minor units."""
        return i18n.money(minor, currency, self.words)

    def major(self, minor: int, currency: str) -> str:
        """ "12.50", for machines."""
        return i18n.major(minor, currency)

    def units(self, lines: Sequence[Mapping[str, Any]]) -> int:
        """How many units the lines hold together."""
        return sum(int(line["quantity"]) for line in lines)

    def lines_of(self, address: str | Sequence[str]) -> list[str]:
        """An address as lines without empty ones, from a list or from one line of text."""
        return [line.strip() for line in ([address] if isinstance(address, str) else address) if line.strip()]

    def iso(self, value: datetime | str) -> str:
        """A moment for machines, with the offset of the order's time zone."""
        return i18n.moment(value).astimezone(i18n.zone_named(self.zone)).isoformat(timespec="seconds")

    def iso_day(self, value: date | datetime | str) -> str:
        """A day for machines."""
        return i18n.local_date(value, self.zone).isoformat()

    def _year(self) -> int:
        return i18n.local_date(self.now, self.zone).year


# -- what is kept out ------------------------------------------------------------------------------------------------

# Embeddings, overrides and isolates could turn the words around a name; the plain marks (LRM, RLM, ZWJ) may stay.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _clean(value: Any) -> Any:  # noqa: ANN401 - facts are plain JSON-like values
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def clean_text(value: str) -> str:
    """Text on one line, without control characters, lone surrogates and bidi overrides; what stays is still text."""
    return "".join(_kept(character) for character in str(value))


def _kept(character: str) -> str:
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category == "Cs" or character in _BIDI_CONTROLS else character


def _clean_brand(brand: Brand) -> Brand:
    tidy = {name: _clip(clean_text(getattr(brand, name)), 300) for name in Brand.__slots__}
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", tidy["accent"]):
        tidy["accent"] = PETROL
    return replace(brand, **tidy)


def _clip(text: str, most: int) -> str:
    """One line of at most `most` characters, cut with an ellipsis."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _weblink(url: str) -> str:
    if not re.match(r"https?://[^\s/]", url, re.IGNORECASE) or re.search(r"\s", url):
        raise ValueError(f"{_clip(url, 60)!r} is no web address.")
    return url


# -- colour ----------------------------------------------------------------------------------------------------------


def readable(accent: str, ground: str) -> str:
    """The accent, moved towards black or white until it reads on `ground` (WCAG 2.2 contrast 4.5 : 1)."""
    target = 255 if _luminance(_rgb(ground)) < 0.5 else 0
    for step in range(21):
        mixed = tuple(round(part + (target - part) * step / 20) for part in _rgb(accent))
        if contrast(mixed, _rgb(ground)) >= 4.5:
            break
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Contrast ratio of two RGB colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(rgb: tuple[int, ...]) -> float:
    parts = [part / 255 for part in rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
