"""Draws a template with a sample view, in the app's own Jinja environment."""

from pathlib import Path
from typing import Any

from stowline.core.web import environment

ROOT = Path(__file__).resolve().parents[2]


def draw(template: str, view: dict[str, Any]) -> str:
    """The page as text; raises UndefinedError when the view lacks a name that the page needs."""
    return environment().get_template(template).render(view)
