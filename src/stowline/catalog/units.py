"""Whole units: the one sentence that a fraction of a unit gets, whichever door it comes to."""

import re
from decimal import Decimal
from math import inf, isnan

from stowline.core.fields import Bad, shown, whole

MOST_UNITS = 1_000_000
_FRACTION = re.compile(r"[+-]?[0-9]*(?:\.[0-9]*[1-9][0-9]*|,(?![0-9]{3}$)[0-9]*[1-9][0-9]*)", re.ASCII)


def units(
    value: object, where: str = "", *, what: str = "The quantity", least: int = 1, most: int = MOST_UNITS
) -> int:
    """So many units: 12, "12" and 12.0 are; a fraction is refused with the reason, never rounded. Raises `Bad`."""
    try:
        return whole(value, where, what=what, least=least, most=most)
    except Bad:
        if not is_fraction(value):
            raise
    raise Bad(
        f"{what} is {shown(value)}. Stock is counted in whole units: {shown(value)} is not a whole number. Count it in a "
        "smaller unit (a piece, 100 g) and give how many of those.", where
    )  # fmt: skip


def units_sent(
    value: object, where: str = "", *, what: str = "The quantity", least: int = 1, most: int = MOST_UNITS
) -> int:
    """The same of a JSON value of our own contract, where a number is no text. Raises `Bad`."""
    if isinstance(value, str):
        raise Bad(f"{what} is {shown(value)}, a text. Give it as a number.", where)
    return units(value, where, what=what, least=least, most=most)


def is_fraction(value: object) -> bool:
    """True for a number between two whole ones, or the text of one: 1.5, "1.5", "1,5"; "1,000" may be a thousand."""
    if isinstance(value, float):
        return not value.is_integer() and value not in (inf, -inf) and not isnan(value)
    if isinstance(value, Decimal):
        return value.is_finite() and value != value.to_integral_value()
    return isinstance(value, str) and bool(_FRACTION.fullmatch(value.strip()))
