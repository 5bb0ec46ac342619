"""An arrival notice as it comes in -> plain values. SSCCs are checked by their check digit."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from stowline.catalog.gtin import has_right_check_digit
from stowline.catalog.units import units_sent
from stowline.core.errors import BadRequest
from stowline.core.fields import text
from stowline.receiving.notices import MOST_CONTENTS, MOST_UNITS, Content, Unit

KINDS = ("pallet", "carton")


class ContentBody(msgspec.Struct):
    """Units of a SKU in a pallet or carton."""

    sku: str
    quantity: Any
    lot: str = ""
    expires_on: date | None = None


class CartonBody(msgspec.Struct):
    """A carton that stands on a pallet."""

    sscc: str
    contents: list[ContentBody]


class UnitBody(msgspec.Struct):
    """A pallet, or a carton that comes by itself."""

    sscc: str
    kind: str = "pallet"
    contents: list[ContentBody] = []
    cartons: list[CartonBody] = []


class ArrivalBody(msgspec.Struct):
    """An arrival notice of the public contract."""

    ref: str
    units: list[UnitBody]
    purchase_order: str = ""
    supplier: str = ""
    expected_on: date | None = None
    carrier: str = ""


def units_of(asked: ArrivalBody) -> list[Unit]:
    """The pallets and cartons. Raises Bad or BadRequest with the place."""
    if len(asked.units) + sum(len(one.cartons) for one in asked.units) > MOST_UNITS:
        raise BadRequest(f"A notice has at most {MOST_UNITS:,} pallets and cartons.", where="units")
    made = [_unit(one, f"units[{n}]") for n, one in enumerate(asked.units)]
    every = [*made, *(carton for one in made for carton in one.cartons)]
    if sum(len(one.contents) for one in every) > MOST_CONTENTS:
        raise BadRequest(f"A notice has at most {MOST_CONTENTS:,} rows of contents.", where="units")
    return made


def _unit(said: UnitBody, where: str) -> Unit:
    if said.kind not in KINDS:
        raise BadRequest("kind is pallet or carton.", where=f"{where}.kind")
    if said.cartons and said.kind == "carton":
        raise BadRequest("Only a pallet has cartons on it.", where=f"{where}.cartons")
    cartons = [
        Unit(sscc(one.sscc, f"{where}.cartons[{n}].sscc"), "carton", _contents(one.contents, f"{where}.cartons[{n}]"),
             where=f"{where}.cartons[{n}]")
        for n, one in enumerate(said.cartons)
    ]  # fmt: skip
    return Unit(sscc(said.sscc, f"{where}.sscc"), said.kind, _contents(said.contents, where), cartons, where)


def _contents(said: Sequence[ContentBody], where: str) -> list[Content]:
    return [
        Content(text(one.sku, f"{where}.contents[{n}].sku", what="The SKU", longest=100, needed=True),
                units_sent(one.quantity, f"{where}.contents[{n}].quantity"),
                text(one.lot, f"{where}.contents[{n}].lot", what="The lot", longest=20), one.expires_on, f"{where}.contents[{n}]")
        for n, one in enumerate(said)
    ]  # fmt: skip


def sscc(said: str, where: str) -> str:
    """The 18 digits, with or without "00" or "(00)" before them. Raises BadRequest for a wrong length or check digit."""
    digits = said.strip().replace(" ", "").removeprefix("(00)")
    digits = digits[2:] if len(digits) == 20 and digits.startswith("00") else digits
    if len(digits) != 18 or not (digits.isascii() and digits.isdigit()):
        raise BadRequest("An SSCC has 18 digits.", where=where)
    if not has_right_check_digit(digits):
        raise BadRequest(f"The check digit of SSCC {digits} is wrong. Ask the supplier for the right number.", where=where)
    return digits
