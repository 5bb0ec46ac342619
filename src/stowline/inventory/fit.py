"""Whether goods fit a bin and may lie beside what is in it: decisions on plain values, no database, no clock.

A bin's own mixing rule comes first, then its zone's, then `any`. A limit that is not set does not limit. A product
whose weight or size nobody measured cannot be weighed against a limit of weight or volume: it counts as nothing there,
which is why a limit in units is the safest one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ANY, ONE_PRODUCT, ONE_LOT = "any", "one_product", "one_lot"
MIXING = {ANY: "Any goods", ONE_PRODUCT: "One product", ONE_LOT: "One product of one lot"}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a bin takes. `mixing` is the rule that holds (the zone's, where the bin has none); limits are None where
    there is no limit: base units, grams, cubic centimetres.
    """

    code: str
    active: bool = True
    mixing: str = ANY
    max_units: int | None = None
    max_weight_g: int | None = None
    max_volume_cm3: int | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """A product as it takes up room: grams and cubic millimetres of one base unit, None where nobody measured."""

    product_id: int
    sku: str
    weight_g: int | None = None
    volume_mm3: int | None = None


@dataclass(frozen=True, slots=True)
class Inside:
    """Units of a product (of one lot, '' if it has none) that lie in the bin, in whatever condition."""

    goods: Goods
    lot: str
    units: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How many more units fit (None: no limit) and why, as a sentence without its full stop."""

    units: int | None
    why: str

    def takes(self, units: int) -> bool:
        """Whether so many units fit."""
        return self.units is None or units <= self.units


def rule_of(bin_mixing: str, zone_mixing: str) -> str:
    """The mixing rule that holds for a bin: its own, else its zone's, else any goods may lie together."""
    return bin_mixing or zone_mixing or ANY


def room_for(rules: Rules, contents: Sequence[Inside], goods: Goods, lot: str = "") -> Fit:
    """How many more units of a product (of this lot) the bin takes beside what lies in it, and what decides it."""
    if not rules.active:
        return Fit(0, f"{rules.code} is closed")
    stranger = _stranger(rules, [one for one in contents if one.units > 0], goods, lot)
    if stranger:
        return Fit(0, stranger)
    limits = [fit for fit in (_units(rules, contents), _weight(rules, contents, goods), _volume(rules, contents, goods)) if fit]
    if not limits:
        return Fit(None, f"{rules.code} has no limit")
    return min(limits, key=lambda fit: fit.units or 0)


def _stranger(rules: Rules, contents: Sequence[Inside], goods: Goods, lot: str) -> str:
    """What lies in the bin that these goods may not lie beside, as a sentence; '' if nothing does."""
    if rules.mixing == ANY:
        return ""
    other = next((one for one in contents if one.goods.product_id != goods.product_id), None)
    if other:
        return f"{rules.code} takes one product only, and {other.goods.sku} lies in it"
    apart = next((one for one in contents if one.lot != lot), None)
    if rules.mixing == ONE_LOT and apart:
        return f"{rules.code} takes one lot only, and {f'lot {apart.lot}' if apart.lot else 'stock without a lot'} lies in it"
    return ""


def _units(rules: Rules, contents: Sequence[Inside]) -> Fit | None:
    if rules.max_units is None:
        return None
    there = sum(one.units for one in contents)
    return _fit(rules, max(rules.max_units - there, 0), f"{there:,} of {rules.max_units:,} units")


def _weight(rules: Rules, contents: Sequence[Inside], goods: Goods) -> Fit | None:
    if rules.max_weight_g is None or not goods.weight_g:
        return None
    there = sum(one.units * (one.goods.weight_g or 0) for one in contents)
    more = max(rules.max_weight_g - there, 0) // goods.weight_g
    return _fit(rules, more, f"{there / 1000:,.1f} of {rules.max_weight_g / 1000:,.1f} kg")


def _volume(rules: Rules, contents: Sequence[Inside], goods: Goods) -> Fit | None:
    if rules.max_volume_cm3 is None or not goods.volume_mm3:
        return None
    there = sum(one.units * (one.goods.volume_mm3 or 0) for one in contents)
    more = max(rules.max_volume_cm3 * 1000 - there, 0) // goods.volume_mm3
    return _fit(rules, more, f"{there / 1e6:,.1f} of {rules.max_volume_cm3 / 1000:,.1f} litres")


def _fit(rules: Rules, more: int, taken: str) -> Fit:
    if more == 0:
        return Fit(0, f"{rules.code} is full: {taken}")
    return Fit(more, f"{rules.code} has room for {more:,} more: {taken}")


def share(used: int, limit: int | None) -> float | None:
    """How full by one measure, 0 is empty and 1 is full (more is possible: a limit may be set below what lies there)."""
    return None if not limit else used / limit


def fullness(rules: Rules, contents: Sequence[Inside]) -> float | None:
    """How full a bin is by the limit that it is nearest to; None where no limit is set."""
    weight = sum(one.units * (one.goods.weight_g or 0) for one in contents)
    volume = sum(one.units * (one.goods.volume_mm3 or 0) for one in contents)
    shares = [
        share(sum(one.units for one in contents), rules.max_units),
        share(weight, rules.max_weight_g),
        share(volume, rules.max_volume_cm3 * 1000 if rules.max_volume_cm3 else None),
    ]
    return max((one for one in shares if one is not None), default=None)
