"""Money, exactly: amounts are whole minor units (cents, yen, fils), unit prices whole ten-thousandths of a major unit.

Nothing passes through binary floating point. Every function raises ValueError with a sentence, and nothing else.
"""

import re
from decimal import Decimal

PRICE_DIGITS = 4
"""A unit price is held in units of 10^-4 of the major unit."""

MOST_MINOR = 10**15 - 1
"""The largest amount, in minor units."""

MOST_UNIT_PRICE = 10**13
"""The largest unit price, in ten-thousandths: a thousand million major units."""

# ISO 4217 (list one): the currencies whose minor unit is not a hundredth.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = dict.fromkeys(_NO_DECIMALS.split(), 0) | dict.fromkeys(_THREE_DECIMALS.split(), 3) | {"CLF": 4, "UYW": 4}
_HUNDREDTHS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR "
    "IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
    "SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL"
)
_KNOWN = frozenset(_HUNDREDTHS.split()) | frozenset(_DIGITS)
_DECIMAL = re.compile(r"([+-]?)([0-9]{0,30})(?:\.([0-9]{0,30}))?")


def currency(code: str) -> str:
    """The ISO 4217 code in capitals. Raises ValueError where there is no such currency."""
    known = code.strip().upper()
    if known not in _KNOWN:
        raise ValueError(f"“{_short(code)}” is not a currency. Give a code such as EUR, USD or JPY.")
    return known


def digits(code: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency(code), 2)


def minor(text: str, code: str) -> int:
    """An amount of money in minor units: ("409.94", "USD") is 40994, ("-5", "JPY") is -5.

    Refuses more decimals than the currency has (zeros beyond are fine) and 10^15 minor units or more.
    """
    places = digits(code)
    units = _scaled(text, places, f"{currency(code)} has {places} decimals" if places else f"{code} has no decimals")
    if abs(units) > MOST_MINOR:
        raise ValueError(f"“{_short(text)}” is too large an amount.")
    return units


def unit_price(text: str | float | Decimal) -> int:
    """A price of one unit in ten-thousandths of the major unit, exactly: "1.95" is 19500. At least 0.

    A number from JSON may stand in place of the text; it is read as it was written.
    """
    said = _written(text)
    units = _scaled(said, PRICE_DIGITS, "a price has at most four decimals")
    if units < 0:
        raise ValueError(f"The price is “{_short(said)}”, which is below zero.")
    if units > MOST_UNIT_PRICE:
        raise ValueError(f"The price “{_short(said)}” is too large.")
    return units


def line_total(price: int, quantity: int, code: str) -> int:
    """Price (ten-thousandths) times quantity in minor units of the currency, rounded half up."""
    if price < 0 or quantity < 0:
        raise ValueError("A price and a quantity are at least zero.")
    per_minor: int = 10 ** (PRICE_DIGITS - digits(code))
    total = (2 * price * quantity + per_minor) // (2 * per_minor)
    if total > MOST_MINOR:
        raise ValueError("The price times the quantity is too large an amount.")
    return total


def price_text(price: int) -> str:
    """A unit price as a decimal string, with at least two decimals: 19500 is "1.95", 10001 is "1.0001"."""
    major, rest = divmod(price, 10**PRICE_DIGITS)
    decimals = f"{rest:0{PRICE_DIGITS}}"
    return f"{major}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def amount_text(units: int, code: str) -> str:
    """Minor units as a decimal string: (40994, "USD") is "409.94", (-5, "JPY") is "-5"."""
    places = digits(code)
    major, rest = divmod(abs(units), 10**places)
    return f"{'-' if units < 0 else ''}{major}" + (f".{rest:0{places}}" if places else "")


def _written(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError("A price is a decimal number such as 12.50.")  # noqa: TRY004  (callers catch ValueError only)
    if isinstance(value, str):
        return value
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or (number and not -40 < number.adjusted() < 40) or number.as_tuple().exponent < -60:  # type: ignore[operator]
        raise ValueError("A price is a decimal number such as 12.50.")
    return format(number, "f")


def _scaled(text: str, places: int, limit: str) -> int:
    found = _DECIMAL.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        raise ValueError(f"“{_short(text)}” is not a decimal number such as 12.50.")
    sign, major, rest = found[1], found[2] or "0", (found[3] or "").rstrip("0")
    if len(rest) > places:
        raise ValueError(f"“{_short(text)}” has too many decimals: {limit}.")
    units = int(major + rest.ljust(places, "0"))
    return -units if sign == "-" else units


def _short(text: str) -> str:
    kept = "".join(c if c.isprintable() else "\ufffd" for c in text[:41])
    return kept if len(kept) <= 40 else kept[:39] + "…"
