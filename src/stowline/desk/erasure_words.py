"""A person's own words, and a text without them: plain values."""

import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "[erased]"
SHORTEST = 3


def whole(texts: Iterable[str]) -> list[str]:
    """The phrases that are a person's own, the longest first."""
    return sorted({text.strip() for text in texts if len(text.strip()) >= SHORTEST}, key=len, reverse=True)


def pattern(phrases: Iterable[str], names: Iterable[str]) -> re.Pattern[str]:
    """What finds the phrases, and each word of the names, in any letter case."""
    words = [word for name in names for word in name.split() if len(word) >= SHORTEST]
    found = whole([*phrases, *names, *words])
    return re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in found) or r"(?!)", re.IGNORECASE)


def cleaned(value: Any, own: re.Pattern[str]) -> Any:  # noqa: ANN401  (a text, bytes of one, or JSON)
    """The value without the person's words."""
    if isinstance(value, str):
        return own.sub(HIDDEN, value)
    if isinstance(value, bytes):
        return cleaned(value.decode("utf-8", "surrogateescape"), own).encode("utf-8", "surrogateescape")
    if isinstance(value, dict):
        return {key: cleaned(inner, own) for key, inner in value.items()}
    if isinstance(value, list):
        return [cleaned(inner, own) for inner in value]
    return value
