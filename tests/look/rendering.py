"""Draws a template with a sample view, the way the app does: autoescape on, undefined names are errors."""

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(when: datetime) -> str:
    return f"{DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]}"


def moment(when: datetime) -> str:
    return f"{day(when)}, {when:%H:%M}"


def ago(when: datetime) -> str:
    return f"{(datetime(2026, 11, 27, 14, 6, tzinfo=when.tzinfo) - when).days} days ago"


def money(minor: int, currency: str) -> str:
    return f"{ {'EUR': '€', 'GBP': '£'}.get(currency, currency + ' ') }{minor / 100:,.2f}"


def thousands(number: int) -> str:
    return f"{number:,}"


def environment() -> Environment:
    env = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined)
    env.filters |= {"day": day, "moment": moment, "ago": ago, "money": money, "thousands": thousands}
    env.globals["static"] = lambda path: f"/static/{path}"
    return env


ENV = environment()


def draw(template: str, view: dict[str, Any]) -> str:
    """The page as text; raises UndefinedError when the view lacks a name that the page needs."""
    return ENV.get_template(template).render(view)
