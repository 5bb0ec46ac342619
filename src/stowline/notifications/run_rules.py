"""What a manager may write to many, and how fast it goes, pure."""

import re

PLACEHOLDERS = ("{name}", "{order}")
LONGEST_SUBJECT, LONGEST_BODY = 120, 4_000
FASTEST, MOST_ORDERS = 600, 10_000
_BRACED = re.compile(r"\{[^{}]*\}?|\}")
_BREAK = re.compile("[\n\r\v\f\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def trouble(subject: str, body: str) -> tuple[str, str]:
    """What is wrong with a text, as (field, sentence); ("", "") if nothing is."""
    for field, text, longest, missing in (("subject", subject, LONGEST_SUBJECT, "Write a subject."), ("body", body, LONGEST_BODY, "Write what they are to read.")):
        if say := wrong(text, longest, missing, one_line=field == "subject"):
            return field, say
        for found in _BRACED.findall(text):
            if found not in PLACEHOLDERS:
                return field, f"{found} is no placeholder. There are {{name}} and {{order}}."
    return "", ""


def wrong(text: str, longest: int, missing: str, *, one_line: bool) -> str:
    """What is wrong with words for many, as a sentence; '' if nothing is. What a mail or a database cannot hold is refused."""
    if not text.strip():
        return missing
    if len(text) > longest:
        return f"It is {len(text):,} characters long; at most {longest:,} fit."
    if one_line and _BREAK.search(text.strip()):
        return "This is one line: leave out what breaks it."
    return "It holds a character that cannot be printed. Type it anew." if _UNPRINTABLE.search(text) else ""


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
