"""What a manager may write to many, and how fast it goes, pure."""

import re

PLACEHOLDERS = ("{name}", "{order}")
LONGEST_SUBJECT, LONGEST_BODY = 120, 4_000
FASTEST, MOST_ORDERS = 600, 10_000
_BRACED = re.compile(r"\{[^{}]*\}?|\}")


def trouble(subject: str, body: str) -> tuple[str, str]:
    """What is wrong with a text, as (field, sentence); ("", "") if nothing is."""
    for field, text, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if not text.strip():
            return field, "Write a subject." if field == "subject" else "Write what they are to read."
        if len(text) > longest:
            return field, f"It is {len(text):,} characters long; at most {longest:,} fit."
        for found in _BRACED.findall(text):
            if found not in PLACEHOLDERS:
                return field, f"{found} is no placeholder. There are {{name}} and {{order}}."
    return ("subject", "A subject is one line.") if "\n" in subject.strip() else ("", "")


def filled(text: str, *, name: str, order: str) -> str:
    """A text with its placeholders filled. Where no name is known, {name} goes with the space before it."""
    if not name:
        text = text.replace(" {name}", "").replace("{name}", "")
    return _BRACED.sub(lambda found: {"{name}": name, "{order}": order}.get(found[0], found[0]), text)


def paragraphs(body: str) -> list[str]:
    """The paragraphs of a text: what stands between empty lines, its own lines joined."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", body.replace("\r\n", "\n")) if part.strip()]


def portion(per_minute: int) -> tuple[int, float]:
    """How many orders are written to at once, and the seconds until the next portion: never more than `per_minute`."""
    at_once = max(1, per_minute // 10)
    return at_once, 60 * at_once / per_minute


def lasts(orders: int, per_minute: int) -> str:
    """How long so many orders take at that pace, in words: "less than a minute", "about 3 minutes", "about 2 h 5 min"."""
    at_once, pause = portion(per_minute)
    minutes = round((-(-orders // at_once) - 1) * pause / 60) if orders else 0
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return "about a minute" if minutes == 1 else f"about {minutes} minutes"
    return f"about {minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
