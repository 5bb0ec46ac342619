"""Units in a receiver's hand that are not all alike: what is still to be said before they are in the books.

A hand is `{"product", "sku", "name", "units", "lots", "serials", "expires", "lot", "serial", "expiry"}`; texts are ''
until they are known. What a code carries is taken at once; the rest is asked for: lot, last day, then one serial after
the other, each of which brings in one unit.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from stowline.inventory.queries import LONGEST_LOT
from stowline.scanning.service import Scan, Seen, Verdict, shown

Hand = dict[str, Any]
_SIX = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Came:
    """Units of one lot or serial that may be booked in."""

    units: int
    lot: str
    serial: str
    expires_on: date | None


def take(seen: Seen, units: int, scan: Scan) -> Hand:
    """What a product scan puts into the hand."""
    hand = {"product": seen.ref, "sku": seen.sku, "name": seen.label, "units": units, "lots": bool(seen.lots),
            "serials": bool(seen.serials), "expires": bool(seen.expires), "lot": "", "serial": "", "expiry": ""}  # fmt: skip
    return _hear(hand, scan)


def _hear(hand: Hand, scan: Scan) -> Hand:
    """The hand with what a code says of its lot, last day and serial."""
    hand = dict(hand)
    if hand["lots"] and not hand["lot"]:
        hand["lot"] = scan.lot
    if hand["expires"] and not hand["expiry"] and scan.expiry:
        hand["expiry"] = scan.expiry.isoformat()
    if hand["serials"]:
        hand["serial"] = scan.serial
    return hand


def lacks(hand: Hand, known_day: date | None) -> str:
    """What is to be said next: "lot", "expiry", "serial"; '' when the units may be booked in. `known_day` is the last day
    of the lot by our books.
    """
    if hand["lots"] and not hand["lot"]:
        return "lot"
    if hand["expires"] and not hand["expiry"] and known_day is None:
        return "expiry"
    return "serial" if hand["serials"] and not hand["serial"] else ""


def answer(hand: Hand, scan: Scan, want: str) -> Hand | Verdict:
    """The hand with the answer to what was wanted: from a GS1 code, a plain label, or typed."""
    heard = _hear(hand, scan)
    if heard != hand:
        return heard
    if scan.things and scan.things[0].kind == "product":
        return Verdict.refused(f"You hold {hand['units']} {hand['name']}. {_ASK[want]}", seen=scan.things[0])
    text = scan.code.strip()
    if want == "expiry":
        day = _day(text)
        if day is None:
            return Verdict.refused(f"{shown(text)} is no day. Type it as 2027-03-31, or as on the pack: 270331.")
        return {**hand, "expiry": day.isoformat()}
    if not text or len(text) > LONGEST_LOT or not text.isprintable() or not text.isascii():
        return Verdict.refused(f"A {want} has 1 to {LONGEST_LOT} letters, digits and signs. {_ASK[want]}")
    return {**hand, want: text}


_ASK = {
    "lot": "Scan or type its lot.",
    "expiry": "Scan or type its last day.",
    "serial": "Scan the serial number of each.",
}


def ask(hand: Hand, want: str) -> str:
    """The question in words."""
    if want == "serial":
        return f"Scan the serial number of {hand['name']}: {hand['units']} left"
    if want == "expiry":
        return f"Scan or type the last day of {hand['name']}, lot {hand['lot']}" if hand["lot"] else f"{_ASK[want]}"
    return f"Scan or type the lot of {hand['units']} {hand['name']}"


def _day(text: str) -> date | None:
    try:
        if _SIX.fullmatch(text):
            return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def came(hand: Hand) -> tuple[Came, Hand]:
    """What may be booked in, and what stays in the hand: a serial brings in one unit. Nothing is lacking any more."""
    expires_on = date.fromisoformat(hand["expiry"]) if hand["expiry"] else None
    units = 1 if hand["serials"] else hand["units"]
    left = {**hand, "units": hand["units"] - units, "serial": ""}
    return Came(units, hand["lot"], hand["serial"], expires_on), left if left["units"] else {}
