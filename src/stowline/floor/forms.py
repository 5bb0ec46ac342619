"""A scan as it comes in, JSON or form -> Asked. What has not the form of a scan is a 400 with the field's name."""

from datetime import datetime
from typing import Any

import msgspec

from stowline.catalog.units import units
from stowline.core import clock
from stowline.core.access import Identity
from stowline.core.errors import BadRequest
from stowline.core.fields import Bad
from stowline.people.somebody import UNNAMED
from stowline.scanning.service import LARGEST_QUANTITY, Asked, Holder


class ScanBody(msgspec.Struct):
    """The scan of the public contract."""

    scan_id: str
    task: str
    code: str
    quantity: int = 1
    scanned_at: datetime | None = None
    device: str | None = None
    kind: str | None = None


_decoder = msgspec.json.Decoder(ScanBody)


def from_json(body: bytes) -> Asked:
    """A JSON body, in one pass where it is well formed. Raises BadRequest that names the field."""
    try:
        return asked(_decoder.decode(body))
    except msgspec.ValidationError as error:
        raise _named(str(error), sent=_sent(body)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest("The body is no valid JSON. Send one JSON object with scan_id, task and code.") from None


def from_value(value: Any, where: str) -> Asked:  # noqa: ANN401  (a value of a decoded JSON body)
    """One scan of a batch."""
    try:
        return asked(msgspec.convert(value, ScanBody))
    except msgspec.ValidationError as error:
        raise _named(str(error), where, sent=value) from None


def from_form(fields: dict[str, str]) -> Asked:
    """A form's fields; the quantity may be left out or empty. A tablet's SHORT without a reason asks for one."""
    said = fields.get("quantity", "").strip() or "1"
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise _no_quantity(said, "quantity")
    return asked(ScanBody(
        scan_id=fields.get("scan_id", ""), task=fields.get("task", ""), code=fields.get("code", ""),
        quantity=int(said), device=fields.get("device") or None,
        kind=fields.get("kind") or ("ask" if fields.get("code", "").strip().endswith("CMD:SHORT") else None),
    ))


def asked(body: ScanBody) -> Asked:
    """The scan, its form checked: id and task printable, quantity 1 to a million. The code may be anything."""
    _word(body.scan_id, "scan_id", 64)
    _word(body.task, "task", 200)
    for name, most in (("device", 80), ("kind", 40)):
        if getattr(body, name):
            _word(getattr(body, name), name, most)
    if not 1 <= body.quantity <= LARGEST_QUANTITY:
        raise _no_quantity(body.quantity, "quantity")
    at = body.scanned_at
    if at is not None and at.tzinfo is None:
        raise BadRequest("scanned_at needs its offset: 2026-11-27T14:03:11Z.", where="scanned_at")
    if at is not None and clock.in_utc(at) is None:
        raise BadRequest("scanned_at is before the first year or after the last one that a calendar has.", where="scanned_at")
    return Asked(body.scan_id, body.task, body.code, body.quantity, at, body.device or "", body.kind or "")


def _word(value: str, name: str, most: int) -> None:
    if not value or len(value) > most or not value.isprintable():
        raise BadRequest(f"{name} is text of 1 to {most} printable characters.", where=name)


def _sent(body: bytes) -> object:
    """The body that was refused, if it can be read at all."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _no_quantity(said: object, where: str) -> BadRequest:
    """Why that is no number of units."""
    try:
        units(said, most=LARGEST_QUANTITY)
    except Bad as bad:
        return BadRequest(bad.say, where=where)
    return BadRequest("Send the quantity as a whole number, without sign, point or quotes.", where=where)


def _named(told: str, where: str = "", *, sent: object = None) -> BadRequest:
    """Msgspec says `Object missing required field `code`` or `Expected `int`, got `str` - at `$.quantity``."""
    name = told.split("`")[-2].removeprefix("$").removeprefix(".") if "`" in told else ""
    name = f"{where}.{name}".strip(".") if name.isidentifier() or not name else where
    if "missing" in told:
        return BadRequest(f"{name} is missing.", where=name)
    if "quantity" in name:
        return _no_quantity(sent.get("quantity") if isinstance(sent, dict) else sent, name)
    return BadRequest(f"{name or 'The scan'} has the wrong form: send one JSON object with scan_id, task and code.",
                      where=name or None)


def holder(who: Identity, device: str) -> Holder:
    """Who holds a task: a person wherever they sign in, a program's worker or device (several may share a token)."""
    if who.kind == "user":
        return Holder(f"u{who.id}", who.name)
    return Holder(f"t{who.id}:{who.worker or UNNAMED + device}", who.worker or device or who.name)
