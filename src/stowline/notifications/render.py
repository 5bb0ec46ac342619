"""A kind, a language, a brand and its facts -> the subject, HTML, text and short text of one message.

A kind is a folder under `templates/mail/`: `subject.txt`, `body.mjml`, `body.txt`, `short.txt`, and `sample.json`, a
full set of its facts. Words come from `templates/mail/words/<locale>.toml`. A name that a template uses and the facts
lack is a RenderFailed, never a gap in a mail. Nothing that a shopper or a shop typed is trusted: HTML is escaped,
control and bidi-override characters go, links must be http(s).
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from mjml import mjml2html

from stowline.core import clock, i18n
from stowline.core.config import asset_dir
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.colours import readable
from stowline.notifications.pen import Pen
from stowline.notifications.rules import KINDS
from stowline.stores.brand import LOOKS

PETROL = "#0b5a6e"
MOST_BYTES = 100_000  # of HTML; Gmail cuts a mail off at 102 kB
ROWS_SHOWN = (50, 25, 12, 6, 3)  # rows in HTML: the most that fit
PARTS_SHOWN = 6  # of a kit, for the same reason


@dataclass(frozen=True, slots=True)
class Brand:
    """The shop in whose name a message is written; `accent` is "#rrggbb", the addresses plain ("a@b.example").

    `greeting` stands in place of "Hello", `sign_off` at the end, in the shop's own voice; '' for what the language has.
    """

    name: str
    from_address: str
    reply_to: str = ""
    accent: str = PETROL
    address_line: str = ""
    support_email: str = ""
    url: str = ""
    greeting: str = ""
    sign_off: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message, ready for a channel: subject and short are single lines."""

    subject: str
    html: str
    text: str
    short: str


class RenderFailed(Exception):
    """A message could not be written: a fact is missing or not what it should be, or a template is wrong."""


def render(
    kind: str, *, locale: str, brand: Brand, data: Mapping[str, Any], now: datetime | None = None, test: bool = False
) -> Rendered:
    """Write one message of `kind` in the held language closest to `locale`.

    `data` holds the facts as the kind's `sample.json` shows them; times are aware datetimes or RFC 3339 text, days are
    dates or "2026-11-28", money is integer minor units. `zone` (an IANA name, default UTC) is the order's. `now`
    decides only whether a date shows its year. What is marketing needs `unsubscribe_url`. A `test` says so in
    its subject and at its head. Raises RenderFailed.
    """
    if kind not in CATALOGUE:
        raise RenderFailed(f"There is no message named {kind!r}.")
    words = i18n.words(mail_dir() / "words", locale)
    try:
        context = _context(kind, words, _clean_brand(brand), data, now) | {"is_test": test}
        rendered = _written(kind, _environment(words.locale), context)
        return replace(rendered, subject=_clip(words.text("test.subject", subject=rendered.subject), 120)) if test else rendered
    except (TemplateError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise RenderFailed(f"{kind} ({words.locale}): {error}") from error


def _context(
    kind: str, words: i18n.Words, brand: Brand, data: Mapping[str, Any], now: datetime | None
) -> dict[str, Any]:
    """The names that a template may use; any other is an error."""
    facts: dict[str, Any] = {"zone": "UTC", "preferences_url": "", **CATALOGUE[kind].may_lack, **_clean(dict(data))}
    if facts.get("look", "plain") not in LOOKS:
        raise ValueError(f"there is no look {facts['look']!r}")
    name = str(facts.get("customer_name", ""))
    return facts | {
        "kind": kind, "brand": brand, "f": Pen(words, str(facts["zone"]), now or clock.now()), "words": words, "hello": _hello(words, brand, name),
        "marketing": not KINDS[kind].transactional, "parts_shown": PARTS_SHOWN,
    }  # fmt: skip


def _hello(words: i18n.Words, brand: Brand, name: str) -> str:
    """ "Hello Ines", or what the shop says in its place; plain text, which templates escape."""
    if brand.greeting:
        return f"{brand.greeting} {name}".strip()
    return words.text("common.hello", name=name) if name else words.text("common.hello_nobody")


def _written(kind: str, environment: Environment, context: dict[str, Any]) -> Rendered:
    def part(name: str, rows: int = ROWS_SHOWN[0]) -> str:
        return environment.get_template(f"{kind}/{name}").render(context, rows_shown=rows)

    html = ""
    for rows in ROWS_SHOWN:
        # fonts={}: MJML's own list would make a mail whose font set says "Roboto" fetch it from Google.
        html = mjml2html(part("body.mjml", rows), fonts={}, disable_comments=False)
        if len(html.encode()) <= MOST_BYTES:
            break
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
        auto_reload=False,  # no look at the disk for each part of each mail
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = _translator(words)
    environment.globals |= {name: str(words.entry(f"type.{name}")) for name in ("gap", "comma", "colon", "semicolon", "stop")}
    environment.filters["clip"] = _clip
    environment.filters["weblink"] = _weblink
    environment.filters["address"] = _address
    environment.filters["on_light"] = lambda accent: readable(accent, "#ffffff")
    environment.filters["on_dark"] = lambda accent: readable(accent, "#171f1d")
    return environment


def _translator(words: i18n.Words) -> Callable[..., str]:
    @pass_eval_context
    def t(place: EvalContext, key: str, /, **values: object) -> str:
        return words.markup(key, **values) if place.autoescape else words.text(key, **values)

    return t


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


def _address(url: str) -> str:
    """A link that may also be a mail address."""
    return url if re.match(r"mailto:[^\s@]+@[^\s@]+$", url) else _weblink(url)


def _weblink(url: str) -> str:
    if not re.match(r"https?://[^\s/]", url, re.IGNORECASE) or re.search(r"\s", url):
        raise ValueError(f"{_clip(url, 60)!r} is no web address.")
    return url
