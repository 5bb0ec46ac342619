"""Units in a receiver's hand that are not all alike: what is still to be said before they are in the books.

A hand is `{"product", "sku", "name", "units", "lots", "serials", "expires", "lot", "serial", "expiry"}`; texts are ''
until they are known. What a code carries is taken at once; the rest is asked for: lot, last day, then one serial after
the other, each of which brings in one unit.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from stowline.core import fields
from stowline.core.fields import Bad
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
    heard = _hear(hand, scan)
    return heard if units == 1 else {**heard, "serial": ""}


def _hear(hand: Hand, scan: Scan) -> Hand:
    """The hand with what a code says of its lot, last day and serial."""
    hand = dict(hand)
    if hand["lots"] and not hand["lot"]:
        hand["lot"] = scan.lot
    if hand["expires"] and not hand["expiry"] and scan.expiry:
        hand["expiry"] = scan.expiry.isoformat()
    if hand["serials"] and scan.is_one_unit:
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
    wrong = _of_other_goods(hand, scan)
    if wrong:
        return Verdict.refused(f"{wrong} {_ASK[want]}", seen=scan.things[0] if scan.things else None)
    heard = _hear(hand, scan)
    if heard != hand:
        return heard
    if scan.things and scan.things[0].kind == "product":
        return Verdict.refused(f"You hold {hand['units']} {hand['name']}. {_ASK[want]}", seen=scan.things[0])
    text = scan.number
    if want == "expiry":
        day = _day(text)
        if day is None:
            return Verdict.refused(f"{shown(text)} is no day. Type it as 2027-03-31, or as on the pack: 270331.")
        return {**hand, "expiry": day.isoformat()}
    if not text or len(text) > LONGEST_LOT or not text.isprintable() or not text.isascii():
        return Verdict.refused(f"A {want} has 1 to {LONGEST_LOT} letters, digits and signs. {_ASK[want]}")
    return {**hand, want: text}


def _of_other_goods(hand: Hand, scan: Scan) -> str:
    """Why a code does not belong to what is in the hand: another product, lot or last day; '' if it may."""
    held = f"You hold {hand['units']} {hand['name']}"
    products = [thing.ref for thing in scan.things if thing.kind == "product"]
    if hand["product"] not in products and (products or scan.names_an_item):
        return f"{held}, that is the code of something else."
    if hand["lots"] and hand["lot"] and scan.lot and scan.lot != hand["lot"]:
        return f"{held} of lot {hand['lot']}, that is lot {shown(scan.lot)}."
    if hand["expiry"] and scan.expiry and scan.expiry.isoformat() != hand["expiry"]:
        return f"{held} that end on {hand['expiry']}, that ends on {scan.expiry}."
    return ""


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
    """A day as people type it, or six digits as on the pack, where day 00 is the last of its month."""
    if _SIX.fullmatch(text):
        year, month = f"20{text[:2]}", text[2:4]
        text = f"{year}-{month}-{text[4:] if text[4:] != '00' else _last_of(int(year), int(month))}"
    try:
        return fields.day(text)
    except Bad:
        return None


def _last_of(year: int, month: int) -> int:
    return monthrange(year, month)[1] if 1 <= month <= 12 else 0


def came(hand: Hand) -> tuple[Came, Hand]:
    """What may be booked in, and what stays in the hand: a serial brings in one unit. Nothing is lacking any more."""
    expires_on = date.fromisoformat(hand["expiry"]) if hand["expiry"] else None
    units = 1 if hand["serials"] else hand["units"]
    left = {**hand, "units": hand["units"] - units, "serial": ""}
    return Came(units, hand["lot"], hand["serial"], expires_on), left if left["units"] else {}
