"""What managers read: places in line, windows of days, deliveries on their way. Plain values in, short sentences out."""

from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import quote

from stowline.allocation.queries import in_line, ordinal
from stowline.core import clock, fields
from stowline.core.config import settings
from stowline.inventory import velocity
from stowline.receiving.queries import Incoming

__all__ = ["in_line", "ordinal"]


def units(n: int, one: str = "unit", many: str = "") -> str:
    """ "1 unit", "1,200 units"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def day(on: date) -> str:
    """ "Tue 1 Dec", with the year where it is not this one."""
    return f"{on:%a} {on.day} {on:%b}" + ("" if on.year == velocity.today().year else f" {on.year}")


def moment(at: str) -> str:
    """ "Tue 1 Dec, 14:05" by the warehouse's clock, from a moment in RFC 3339."""
    there = datetime.fromisoformat(at).astimezone(fields.zone(settings().time_zone))
    return f"{day(there.date())}, {there:%H:%M}"


def lasting(seconds: int) -> str:
    """A time in its largest unit of at least one: "6 days", "1 hour", "20 minutes"."""
    for unit, size in (("day", 86_400), ("hour", 3600)):
        if seconds >= size:
            return units(seconds // size, unit)
    return units(max(1, seconds // 60), "minute")


def window(first: date | None, last: date | None) -> str:
    """ "Tue 1 Dec", "3 to 7 Dec", "28 Nov to 3 Dec"; "" if nobody knows."""
    if first is None or last is None or first == last:
        known = first or last
        return day(known) if known else ""
    year = "" if last.year == velocity.today().year else f" {last.year}"
    begin = f"{first.day}" if (first.month, first.year) == (last.month, last.year) else f"{first.day} {first:%b}"
    return f"{begin} to {last.day} {last:%b}{year}"


def server_of(incoming: Sequence[Incoming], place: int) -> Incoming | None:
    """The delivery that reaches this place in line, counting a unit for each line before it; None if none does."""
    left = place
    for arrival in incoming:
        left -= arrival.units
        if left <= 0:
            return arrival
    return None


def due(arrival: Incoming | None) -> str:
    """When a delivery comes: "3 to 7 Dec", "" if nobody knows."""
    return window(arrival.expected_from, arrival.expected_to) if arrival is not None else ""


def coming(incoming: Sequence[Incoming], place: int) -> str:
    """What is on its way for a line that waits: "60 due 3 to 7 Dec on PO-6", or that nothing is."""
    if not incoming:
        return "no purchase order brings it yet"
    arrival = server_of(incoming, place)
    if arrival is None:
        total = sum(one.units for one in incoming)
        return f"all {total:,} that are due go to those before it"
    when = due(arrival)
    if arrival.late():
        return f"{arrival.units:,} were due {when} on {arrival.ref}, late"
    return f"{arrival.units:,} due {when} on {arrival.ref}" if when else f"{arrival.units:,} due on {arrival.ref}, no date"


def waits(why: Sequence[str], coming: Sequence[str]) -> str:
    """Why a line waits, as one sentence: its place, what is on its way, what else there is to say."""
    return "; ".join([*why[:1], *coming, *why[1:]])


def joined(parts: Sequence[str]) -> str:
    """Several places or parts: "A-01-1, A-02-1 and B-03-1"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def capital(said: str) -> str:
    """A sentence begins with a capital letter and ends with a full stop."""
    ended = said if said.endswith((".", "?")) else f"{said}."
    return ended[:1].upper() + ended[1:]


PLATFORMS = {"shopify": "Shopify", "woocommerce": "WooCommerce", "api": "API", "csv": "CSV file", "return": "Return"}
LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fi": "Finnish",
    "fr": "French", "he": "Hebrew", "hu": "Hungarian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nb": "Norwegian",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def platform(name: str) -> str:
    """Where an order came from: "Shopify"; what names no shop platform came by the API."""
    return PLATFORMS.get(name, name) if name else PLATFORMS["api"]


def language(locale: str) -> str:
    """ "French" for "fr" and "fr-CA"; a locale that is not known here stands as it is."""
    return LANGUAGES.get(locale.replace("_", "-").partition("-")[0].lower(), locale)


def city(zone: str) -> str:
    """ "New York" for "America/New_York"."""
    return zone.rpartition("/")[2].replace("_", " ")


def segment(name: str) -> str:
    """A name as one step of a path."""
    return quote(name, safe="")


def person(who: str) -> str:
    """Who did it, from how records name them: "user 3, Maja Kowalska" is Maja Kowalska."""
    kind, comma, name = who.partition(", ")
    return name if comma and kind.partition(" ")[0] in ("user", "token") else who


def scanner(holder: str, who: str) -> str:
    """Who scanned. A program chooses the name it goes by (`X-Worker`), so it never passes for a person of that name."""
    return f"{who} (program)" if holder.startswith("t") else person(who)


def task(name: str) -> str:
    """A task as people say it: "pick:CART-1", and "putaway" for the one that has no name of its own."""
    return name.removesuffix(":")


def ago(when: datetime) -> str:
    """ "18 min ago"; "just now" within a minute."""
    minutes = int((clock.now() - when).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days ago"
