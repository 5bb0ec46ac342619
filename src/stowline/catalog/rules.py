"""Pure decisions of the catalogue. GTINs stand in `gtin.py`, which other rooms may enter too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stowline.catalog.gtin import canonical, check_digit, gtin14, has_right_check_digit, make_gtin13

__all__ = ["Part", "canonical", "check_digit", "gtin14", "has_right_check_digit", "listed", "make_gtin13", "whole_kits"]

NAMED = 6
"""Parts that a sentence names; a kit of more says how many more."""


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a product that are in one kit."""

    product_id: int
    sku: str
    name: str
    units: int


def listed(parts: Sequence[Part]) -> str:
    """The parts of one kit for a sentence: "2 × Mug, 1 × Box"."""
    named = ", ".join(f"{part.units} × {part.name}" for part in parts[:NAMED])
    return named + (f" and {len(parts) - NAMED} more" if len(parts) > NAMED else "")


def whole_kits(parts: Iterable[tuple[int, int]]) -> int:
    """Kits that (units there, units in one kit) of every part make up: the part of which there is least decides.

    Without a part there is no kit. Units below zero count as none.
    """
    return min((max(there, 0) // in_one for there, in_one in parts), default=0)


def in_season(month: int, from_month: int | None, to_month: int | None) -> bool:
    """Whether a month (1 to 12) lies in a season, which may go over the new year; without months it always does."""
    if from_month is None or to_month is None:
        return True
    if from_month <= to_month:
        return from_month <= month <= to_month
    return month >= from_month or month <= to_month
