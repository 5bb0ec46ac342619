"""What a scanned or typed text says, before anybody looks it up: plain code, command, GTIN, GS1 message or link.

Pure: the same text always gives the same reading (but for the century of a two-digit year, which GS1 ties to today).
Nothing here knows which codes exist; the resolver looks up `Reading.candidates` in their order.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from biip import ParseConfig, ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from stowline.catalog.gtin import gtin14, has_right_check_digit
from stowline.scanning.pairs import at_odds, is_complete

SSCC_LENGTH = 18
SHORTEST_BARE_MESSAGE = 16  # an AI and a GTIN
LONGEST = 200  # characters; the longest GS1 symbol carries 90 or so, a Digital Link seldom more than 120
COMMANDS = {f"CMD:{name}": name for name in ("UNDO", "SHORT", "SKIP", "FULL", "DONE", "DAMAGED")}

EMPTY = "The scan was empty. Scan again, or type the code."
TOO_LONG = f"That code is longer than {LONGEST} characters, so nothing here can have it. Scan one barcode at a time."
CONTROL = "That code holds characters that no label here has. Scan it again, or type the code."
WRONG_DIGIT = "That barcode is damaged: the check digit is wrong. Scan it again, or type the SKU."
WRONG_LENGTH = "That barcode has not the digits of its kind. Scan it again; the scanner has to send a UPC in full length."
UNREADABLE = "That barcode is damaged: it starts like a GS1 code, but its parts cannot be read. Type the SKU."
WRONG_DATE = "The date in that barcode does not exist. Type the SKU, then the date on the pack."
AT_ODDS = "The parts of that barcode contradict each other. Type the SKU."
NO_COUNT = "That barcode says it holds goods, but not which and how many. Scan one of the items, or type the SKU."
ZERO = "That barcode says it holds 0 units. Type the SKU, then count what is there."

FNC1 = "\x1d"
NO_DATE = "000000"  # printed by makers whose label must have the field
_GS1_SYMBOLS = frozenset({"]C1", "]d2", "]Q3", "]J1", "]e0", "]e1", "]e2"})
# Digits that a symbol carries. A UPC-A may come without its leading zero; "]E3" is the item with its add-on.
_EAN_LENGTHS = {"]E0": (12, 13), "]E3": (15, 18), "]E4": (8,)}
_DATES = frozenset({"11", "12", "13", "15", "16", "17"})
_COMPOSITE = "|]e0"  # joins a linear symbol with the GS1 message printed above it
_FORBIDDEN = re.compile("[\x00-\x1c\x1e\x1f\x7f-\x9f\ud800-\udfff]")
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_BRACKET = re.compile(r"(?<!\\)\(([0-9]{2,4})\)")
_BRACKETED_KEY = re.compile(r"\((?:00|01|02)\)")
_BARE_MESSAGE = re.compile(r"(?:1[1-7][0-9]{6}|20[0-9]{2})*(?:01[0-9]{14}|02[0-9]{14}|00[0-9]{18})", re.ASCII)
_LINK = re.compile(
    r"https?://[^/]+(?:/.*)?/(?:01/(?:[0-9]{8}|[0-9]{12,14})|00/[0-9]{18})(?:[/?#]|$)",
    re.IGNORECASE,
)
_LENIENT_DATES = ParseConfig(gs1_element_strings_verify_date=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one scan says.

    `candidates` are exact codes to look up, best first; `gtin` has 14 digits, `sscc` 18; `count` is trade items (AI 30
    or 37); `expiry` is AI 17, else 15; `symbology` is the scanner's prefix such as "]C1"; `complete` is False where GS1
    wants another element beside these, which may stand on the label's other barcode (a lot alone, without its product).
    Where `problem` is set, it is a sentence for the operator and there are no candidates.
    """

    raw: str
    candidates: tuple[str, ...] = ()
    command: str | None = None
    gtin: str | None = None
    lot: str | None = None
    expiry: date | None = None
    serial: str | None = None
    count: int | None = None
    sscc: str | None = None
    symbology: str | None = None
    complete: bool = True
    problem: str | None = None


class _UnfitError(Exception):
    """The text claims to be GS1 but is not fit to use; the message is the sentence for the operator."""


def read(raw: str) -> Reading:
    """Read a scan. Never raises: what cannot be used comes back with `problem` set."""
    text = raw.rstrip("\r\n\t")
    if problem := _unusable(text):
        return Reading(raw, problem=problem)
    symbology, body = _split_symbology(text)
    try:
        return _read_body(raw, text, symbology, body)
    except _UnfitError as unfit:
        return Reading(raw, symbology=symbology, problem=str(unfit))


def _unusable(text: str) -> str | None:
    if len(text) > LONGEST:
        return TOO_LONG
    if _FORBIDDEN.search(text):
        return CONTROL
    return EMPTY if not text or text.isspace() else None


def _split_symbology(text: str) -> tuple[str | None, str]:
    if text[0] == "]" and _SYMBOLOGY.match(text):
        return text[:3], text[3:]
    return None, text


def _read_body(raw: str, text: str, symbology: str | None, body: str) -> Reading:
    first = body[0] if body.strip(" " + FNC1) else ""
    if not first:
        raise _UnfitError(EMPTY)
    if symbology is not None and symbology in _EAN_LENGTHS:
        return _read_ean(raw, text, symbology, body)
    if first in "hH" and _LINK.match(body):
        return _from_parts(raw, text, symbology, _link(body))
    if symbology in _GS1_SYMBOLS or FNC1 in body:
        return _from_parts(raw, text, symbology, _message(body))
    if first == "(" and (parts := _bracketed(body)):
        return _from_parts(raw, text, symbology, parts)
    if first in "012" and len(body) >= SHORTEST_BARE_MESSAGE and (found := _bare_message(raw, text, symbology, body)):
        return found
    return _plain(raw, text, symbology, body)


def _plain(raw: str, text: str, symbology: str | None, body: str) -> Reading:
    """A code of any kind. Digits are never refused for a check digit: an SKU may be any number."""
    code = body.strip(" ")
    gtin = gtin14(code)
    sscc = code if len(code) == SSCC_LENGTH and has_right_check_digit(code) else None
    return Reading(
        raw,
        _distinct(text, code, gtin),
        COMMANDS.get(code),
        gtin=gtin,
        sscc=sscc,
        symbology=symbology,
    )


def _from_parts(
    raw: str,
    text: str,
    symbology: str | None,
    parts: dict[str, str],
    code: str | None = None,
) -> Reading:
    gtin, sscc = parts.get("01") or parts.get("02"), parts.get("00")
    return Reading(
        raw,
        _distinct(text, code, sscc, gtin),
        gtin=gtin,
        lot=parts.get("10"),
        expiry=_day(parts.get("17")) or _day(parts.get("15")),
        serial=parts.get("21"),
        count=int(parts.get("30") or parts.get("37") or 0) or None,
        sscc=sscc,
        symbology=symbology,
        complete=is_complete(parts),
    )


def _distinct(*codes: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code))


def _read_ean(raw: str, text: str, symbology: str, body: str) -> Reading:
    """An EAN or UPC symbol is a GTIN by definition; an add-on or a composite message may follow it."""
    digits, _, above = body.partition(_COMPOSITE)
    code = digits[:13] if symbology == "]E3" else digits
    gtin = gtin14(code)
    if not digits.isdigit():
        raise _UnfitError(UNREADABLE)
    if len(digits) not in _EAN_LENGTHS[symbology]:
        raise _UnfitError(WRONG_LENGTH)  # a UPC-E of 8 digits would pass for another maker's GTIN-8
    if not gtin:
        raise _UnfitError(WRONG_DIGIT)
    parts = _message(above) if above else {}
    return _from_parts(raw, text, symbology, parts | {"01": gtin}, code)


def _message(body: str) -> dict[str, str]:
    """The parts of a GS1 message as AI -> value."""
    return _parts(lambda: [element for run in body.split(FNC1) if run for element in _run(run)])


def _run(text: str) -> list[GS1ElementString]:
    """The elements between two separators. Only the last may be of a kind that needs one behind it: where a lot runs
    over its length, biip would take what is left for the next element.
    """
    elements = GS1Message.parse(text, config=_LENIENT_DATES).element_strings
    if any(element.ai.separator_required for element in elements[:-1]):
        raise _UnfitError(UNREADABLE)
    return elements


def _link(body: str) -> dict[str, str]:
    return _parts(lambda: _link_elements(body))


def _link_elements(body: str) -> list[GS1ElementString]:
    """The reader of links (biip) drops an attribute without a value, and of one that stands twice all but the last."""
    said = [pair for pair in parse_qsl(urlsplit(body).query, keep_blank_values=True) if pair[0].isdigit()]
    if not all(value for _, value in said) or len(dict(said)) < len(set(said)):
        raise _UnfitError(UNREADABLE)
    return GS1DigitalLinkURI.parse(body, config=_LENIENT_DATES).element_strings


def _bare_message(raw: str, text: str, symbology: str | None, body: str) -> Reading | None:
    """A message without prefix or separator: believed only if it can be read to its end and its check digits fit."""
    try:
        return _from_parts(raw, text, symbology, _message(body)) if _BARE_MESSAGE.match(body) else None
    except _UnfitError:
        return None


def _bracketed(body: str) -> dict[str, str]:
    """The parts of "(01)…(10)…" as people read it under the bars; {} for a plain code that happens to start so."""
    pieces = _BRACKET.split(body)
    if pieces[0]:
        return {}
    pairs = [
        (ai, value.replace(r"\(", "(").replace(" ", "")) for ai, value in zip(pieces[1::2], pieces[2::2], strict=True)
    ]
    try:
        return _parts(lambda: [_element(ai, value) for ai, value in pairs])
    except _UnfitError:
        if _BRACKETED_KEY.match(body):
            raise
        return {}


def _element(ai: str, value: str) -> GS1ElementString:
    element = GS1ElementString.parse(ai + value, config=_LENIENT_DATES)
    if element.ai.ai != ai:  # "(1)0ABC" must not pass for "(10)ABC"
        raise _UnfitError(UNREADABLE)
    return element


def _parts(parse: Callable[[], Iterable[GS1ElementString]]) -> dict[str, str]:
    """AI -> value of what `parse` finds. Raises _UnfitError for a wrong check digit, an impossible date, or nonsense."""
    try:
        elements = list(parse())
    except (ParseError, ValueError, ArithmeticError, LookupError) as cause:
        raise _UnfitError(UNREADABLE) from cause
    parts: dict[str, str] = {}
    for element in elements:
        _check(element)
        if parts.setdefault(element.ai.ai, element.value) != element.value:
            raise _UnfitError(UNREADABLE)  # by the GS1 rules an AI that stands twice says the same twice
    _check_together(parts)
    return parts


def _check_together(parts: dict[str, str]) -> None:
    """Raises _UnfitError for parts that contradict each other, or that leave open how many units of what it is.

    GS1 lets a pallet's content stand on one barcode of the label and its SSCC on another, so the content alone is
    good enough, but only with its count: without, a pallet would be booked as one unit.
    """
    if at_odds(parts):
        raise _UnfitError(AT_ODDS)
    if ("02" in parts) != ("37" in parts) and "8026" not in parts:
        raise _UnfitError(NO_COUNT)
    counts = {int(parts[ai]) for ai in ("30", "37") if ai in parts}
    if len(counts) > 1:
        raise _UnfitError(AT_ODDS)
    if 0 in counts:
        raise _UnfitError(ZERO)


def _check(element: GS1ElementString) -> None:
    if not element.value or not element.value.isascii():
        raise _UnfitError(UNREADABLE)
    if element.gtin_error or element.sscc_error:
        raise _UnfitError(WRONG_DIGIT)
    if element.ai.ai in _DATES and element.date is None and element.value != NO_DATE:
        raise _UnfitError(WRONG_DATE)


def _day(yymmdd: str | None) -> date | None:
    """The day of an AI 15 or 17 value; day 00 means the last of the month, by the GS1 rules."""
    if yymmdd is None or yymmdd == NO_DATE:
        return None
    return GS1ElementString.parse(f"17{yymmdd}").date
