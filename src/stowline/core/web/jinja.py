"""The one Jinja environment: strict variables, escaping always on, filters in the reader's time zone."""

import hashlib
import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from stowline.core import clock
from stowline.core.config import asset_dir, settings
from stowline.core.web import words

_CODE = re.compile(r"(?<![\w-])(?=[\w-]{3,16}(?![\w-]))[A-Z0-9]+(?:-[A-Z0-9]+)+", re.ASCII)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment over `templates/`. Unknown variables raise; every value is escaped."""
    made = Environment(
        loader=FileSystemLoader(asset_dir("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=True,  # costs one stat per template and spares a restart after a change
    )
    made.filters |= {"day": _day, "moment": _moment, "ago": _ago, "span": _span, "money": words.money}
    made.filters |= {"thousands": words.thousands, "clock": _clock, "kept": _kept}
    made.globals["static"] = static
    return made


def static(path: str) -> str:
    """The address of a file under static/, with a mark of its content, so that browsers may keep it for ever."""
    return f"/static/{path}?v={_mark(path, (asset_dir('static') / path).stat().st_mtime_ns)}"


@lru_cache(maxsize=512)
def _mark(path: str, _changed: int) -> str:
    return hashlib.sha256((asset_dir("static") / path).read_bytes()).hexdigest()[:10]


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _here(context: Context) -> ZoneInfo:
    """The zone that the view names in `time_zone`, else the warehouse's."""
    return _zone(context.get("time_zone") or settings().time_zone)


@pass_context
def _day(context: Context, when: datetime | date | None) -> str:
    zone = _here(context)
    return words.day(when, zone, clock.now().astimezone(zone).date())


@pass_context
def _moment(context: Context, when: datetime | None) -> str:
    zone = _here(context)
    return words.moment(when, zone, clock.now().astimezone(zone).date())


@pass_context
def _clock(context: Context, when: datetime | None) -> str:
    return "–" if when is None else f"{when.astimezone(_here(context)):%H:%M}"


def _ago(when: datetime | None) -> str:
    return words.ago(when, clock.now())


def _span(length: timedelta | float) -> str:
    return words.span(length if isinstance(length, timedelta) else timedelta(seconds=length))


def render(name: str, view: dict[str, Any]) -> str:
    """The template drawn with exactly this view."""
    return environment().get_template(name).render(view)


def _kept(text: str) -> Markup:
    """A sentence in which no code breaks across lines: each "A-03-2" of up to 16 characters is held together."""
    return Markup(_CODE.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))  # noqa: S704  (escaped just now)
