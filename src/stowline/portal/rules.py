"""What a product's page says of a product, decided on plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

FEW = 5
"""Up to so many units, a store that shows few says how many are left."""


def state(free: int, *, backorderable: bool) -> str:
    """in_stock where a new order is served at once, else backorder where it may wait, else out_of_stock."""
    if free > 0:
        return "in_stock"
    return "backorder" if backorderable else "out_of_stock"


def units(free: int, shown: str) -> int | None:
    """The number that is told: all of it, or only what is nearly gone, or none."""
    if shown == "exact" or (shown == "few" and free <= FEW):
        return max(free, 0)
    return None


@dataclass(frozen=True, slots=True)
class Window:
    """Days from and to, as RFC 3339 dates; they sort as they fall."""

    first: str
    last: str

    def told(self) -> dict[str, str]:
        """As the API tells it."""
        return {"from": self.first, "to": self.last}


def latest(windows: Sequence[Window | None]) -> Window | None:
    """When the last of several comes; None as soon as one has no date."""
    known = [one for one in windows if one is not None]
    if not known or len(known) < len(windows):
        return None
    return Window(max(one.first for one in known), max(one.last for one in known))


def is_known(mark: str, header: str) -> bool:
    """Whether an `If-None-Match` names this mark, compared as RFC 9110 (13.1.2) says: weak and strong are alike."""
    return any(one.strip() in ("*", mark, mark.removeprefix("W/")) for one in header.split(","))


def accepted(header: str) -> list[str]:
    """The languages of an `Accept-Language`, most wanted first; at most ten are read."""
    found = []
    for n, part in enumerate(header[:500].split(",")[:10]):
        name, *options = (piece.strip() for piece in part.split(";"))
        weight = next((option[2:] for option in options if option.startswith("q=")), "1")
        if name and name != "*" and _weight(weight) > 0:
            found.append((-_weight(weight), n, name))
    return [name for _, _, name in sorted(found)]


def _weight(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        return 0.0


LONGEST_NUMBER, LONGEST_PROOF = 100, 254


def numbers(typed: str) -> tuple[str, str, str, str]:
    """The numbers that an order may have which somebody typed: as it stands, in capitals, with the "#" that shops show."""
    bare = typed.strip()[:LONGEST_NUMBER].lstrip("#").strip()
    return bare, bare.upper(), f"#{bare}", f"#{bare.upper()}"


def proofs(email: str, postcode: str) -> tuple[str, str]:
    """An e-mail address and a postcode as they are compared: "NW1 6XE" is "nw16xe"."""
    return email.strip().casefold()[:LONGEST_PROOF], "".join(c for c in postcode.casefold() if c.isalnum())[:LONGEST_PROOF]


def same_site(origin: str, url: str) -> bool:
    """Whether a browser's `Origin` is the site of a shop's address."""
    try:
        asked, shop = urlsplit(origin), urlsplit(url)
    except ValueError:
        return False
    return bool(shop.netloc) and (asked.scheme, asked.netloc.lower()) == (shop.scheme, shop.netloc.lower())


def site(url: str) -> str:
    """The site of a shop's address, as browsers name it: "https://shop.example"; "" where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts.scheme in ("https", "http") and parts.netloc else ""
