"""What the pages and the API of adjustments share: what somebody asked for, and asking so that surprises are counted."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from litestar import Request

from stowline.catalog import queries as catalog
from stowline.catalog.units import units
from stowline.core import db, web
from stowline.core.errors import BadRequest
from stowline.core.fields import day, prose, text
from stowline.inventory import adjustments, wishes
from stowline.inventory import queries as inventory
from stowline.inventory.adjustments import TooFew, Wish
from stowline.people.somebody import Somebody

Made = TypeVar("Made")
MOST = wishes.MOST_UNITS


def key_of(request: Request[Any, Any, Any]) -> str:
    """What tells askers apart, as scans do: "u3" for a person, "t5" for a program."""
    who = web.identity_of(request)
    return f"{'u' if who.kind == 'user' else 't'}{who.id}"


def somebody(request: Request[Any, Any, Any]) -> Somebody:
    """Who asks, for what needs two people."""
    return Somebody(key_of(request), web.identity_of(request).holder)


def read(said: Mapping[str, Any], number: Callable[..., int] = units) -> dict[str, Any]:
    """The fields of a form or of JSON (`number` reads its units), checked for form. Raises Bad that names the field."""
    if (said.get("units") in (None, "")) == (said.get("counted") in (None, "")):
        raise BadRequest("Say either units (by how many the books change) or counted (how many lie there).", where="units")
    counted = said.get("counted") not in (None, "")
    where = "counted" if counted else "units"
    found = number(said[where], where, what="The number of units", least=0 if counted else -MOST, most=MOST)
    condition = text(said.get("condition"), "condition", what="The condition", longest=8) or "good"
    return {
        "sku": text(said.get("sku"), "sku", what="The SKU", longest=100, needed=True),
        "bin": text(said.get("bin"), "bin", what="The bin", longest=60, needed=True),
        "lot": text(said.get("lot"), "lot", what="The lot", longest=20),
        "serial": text(said.get("serial"), "serial", what="The serial", longest=20),
        "expires_on": _day(said.get("expires_on")), "condition": condition, "counted": counted, "number": found,
        "reason": text(said.get("reason"), "reason", what="The reason", longest=20, needed=True),
        "note": prose(said.get("note"), "note", longest=500),
    }  # fmt: skip


def _day(said: object) -> date | None:
    return day(said.isoformat() if isinstance(said, date) else said, "expires_on")


def wish(session: db.Session, said: Mapping[str, Any]) -> Wish:
    """What was read, as the room knows it. Raises NotFound for a product or bin nobody knows."""
    made = Wish(
        product_id=catalog.product_by_sku(session, said["sku"]).id or 0,
        location_id=inventory.location_by_code(session, said["bin"]).id or 0, units=said["number"], reason=said["reason"],
        note=said["note"], condition=said["condition"], lot=said["lot"], serial=said["serial"], expires_on=said["expires_on"],
    )  # fmt: skip
    return wishes.as_counted(session, made) if said["counted"] else made


def surprising(work: Callable[[], Made]) -> Made:
    """Do it; where the books lack the units, have the bin counted before the refusal is told."""
    try:
        return work()
    except TooFew as few:
        wanted = few.wish
        db.run(lambda session: adjustments.surprised(session, wanted))
        raise
