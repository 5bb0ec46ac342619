"""GTINs: check digits and the one form in which a barcode is kept. Pure; the scanner reads by the same rules."""

_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_GTIN_13_BODY = 12  # digits before the check digit


def check_digit(body: str) -> int:
    """The GS1 modulo-10 check digit of the digits before it.

    Source: GS1 General Specifications 7.9.1 (weights 3, 1, 3, … from the right). Raises ValueError unless `body` is
    one or more ASCII digits.
    """
    if not (body.isascii() and body.isdigit()):
        raise ValueError(f"A check digit is made from digits only, not from {body!r}.")
    total = 3 * sum(map(int, body[::-2])) + sum(map(int, body[-2::-2]))
    return -total % 10


def has_right_check_digit(digits: str) -> bool:
    """True if `digits` is two or more ASCII digits and the last one is the check digit of the others."""
    body, last = digits[:-1], digits[-1:]
    return body != "" and digits.isascii() and digits.isdigit() and check_digit(body) == int(last)


def gtin14(code: str) -> str | None:
    """The 14-digit form of a GTIN-8, -12, -13 or -14 whose check digit is right; None for any other text."""
    if len(code) in _GTIN_LENGTHS and has_right_check_digit(code):
        return code.zfill(14)
    return None


def gtin_problem(code: str) -> str | None:
    """Why a text of digits alone is no GTIN, as a sentence; None for a GTIN, and for anything but digits."""
    if not (code.isascii() and code.isdigit()) or gtin14(code):
        return None
    if len(code) not in _GTIN_LENGTHS:
        lost = " With a 0 in front it would be one: a spreadsheet may have dropped it." if gtin14(f"0{code}") else ""
        return f"The barcode “{code[:40]}” has {len(code)} digits. A GTIN has 8, 12, 13 or 14.{lost}"
    right = check_digit(code[:-1])
    return f"The barcode “{code}” is no GTIN: its check digit is {code[-1]} and should be {right}. Compare it with the pack."


def canonical(code: str) -> str:
    """The form in which a barcode is kept and compared: 14 digits for a valid GTIN, any other text exactly as it is."""
    return gtin14(code) or code


def make_gtin13(prefix_and_number: str) -> str:
    """A GTIN-13 from its first 12 digits (company prefix and item number). Raises ValueError unless they are 12."""
    if len(prefix_and_number) != _GTIN_13_BODY:
        raise ValueError(f"A GTIN-13 is made from 12 digits, not from {len(prefix_and_number)}.")
    return f"{prefix_and_number}{check_digit(prefix_and_number)}"
