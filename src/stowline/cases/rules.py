"""Placeholders of snippets and the form of tags, on plain values."""

import re
from collections.abc import Mapping

PLACEHOLDERS = {
    "customer": "the shopper's name", "order": "the order's ref", "store": "the store's name", "placed": "the day of the order",
    "waiting": "what waits, with place and days", "when": "when all that waits is expected to leave",
    "told": "what was told last, and when", "status_page": "the address of the shopper's page",
}  # fmt: skip
"""What a text may name, as {{ name }}."""
PUBLIC = ("order", "store", "placed")
"""What the text of a snippet may name that shoppers read on the page of their order."""
NOUNS = ("order", "purchase_order", "customer")
BACKORDER = "backorder"
"""The tag that is derived, never given: something waits for stock."""
MOST_TAGS = 20
_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_TAG = re.compile(r"\w[\w .:-]{0,39}")


def faults(text: str) -> list[str]:
    """Why a text is no snippet, in sentences; none if it is one. Nothing but known placeholders may stand in braces."""
    unknown = [name for name in _PLACE.findall(text) if name not in PLACEHOLDERS]
    said = [f"There is no placeholder {{{{ {name[:40]} }}}}." for name in dict.fromkeys(unknown)]
    left = _PLACE.sub("", text)
    if any(mark in left for mark in ("{{", "}}", "{%", "%}", "{#", "#}")):
        said.append("A brace is left open, or closes nothing. Placeholders are written {{ order }}.")
    return said


def faults_in_public(text: str) -> list[str]:
    """Why a text cannot stand on the page of every order; none if it can."""
    unknown = [name for name in _PLACE.findall(text) if name in PLACEHOLDERS and name not in PUBLIC]
    return [f"What shoppers read names no {{{{ {name} }}}}: only {', '.join(PUBLIC)}." for name in dict.fromkeys(unknown)]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled. Raises KeyError for a name that has no value."""
    return _PLACE.sub(lambda found: values[found[1]], text)


def tag(said: str) -> str:
    """A tag as it is kept: small letters, one blank between words; "" for what is no tag."""
    kept = " ".join(said.casefold().split())
    return kept if _TAG.fullmatch(kept) and kept.isprintable() else ""
