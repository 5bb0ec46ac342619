"""The forms by which shoppers change an order: what they show, their signed mark, the proof they ask for, what was typed."""

import re
from typing import Any

from sqlmodel import Session

from stowline.core import clock, ids, places
from stowline.core.config import settings
from stowline.core.fields import Bad, text
from stowline.notifications import facts
from stowline.orders import kits, merging
from stowline.orders.queries import Order
from stowline.orders.readdress import Address
from stowline.portal import account_order, changes
from stowline.portal import change_rules as rules
from stowline.portal import rules as looks
from stowline.portal.change_rules import ADDRESS, CANCEL, MERGE, OFF, PARTS
from stowline.portal.reader import Reader
from stowline.stores import queries as stores

HOURS = 2
_MARK = re.compile(r"([0-9]{1,12})-([0-9a-f]{32})", re.ASCII)
_FIELDS = (("ship_name", 300, True, "name"), ("company", 300, False, "organization"), ("line1", 300, True, "address-line1"), ("line2", 300, False, "address-line2"),
           ("postcode", 40, False, "postal-code"), ("city", 200, True, "address-level2"), ("region", 200, False, "address-level1"))  # fmt: skip
View = dict[str, Any]


def mark(order_id: int, deed: str) -> str:
    """What a form is sent with: until when it counts, signed for this order and deed."""
    until = str(int(clock.now().timestamp()) + HOURS * 3600)
    return f"{until}-{ids.signature(settings().key(), 'deed', deed, str(order_id), until)}"


def marked(said: str, order_id: int, deed: str) -> bool:
    """Whether a form of ours is sent, and in time."""
    found = _MARK.fullmatch(said)
    wanted = ids.signature(settings().key(), "deed", deed, str(order_id), found[1] if found else "")
    return bool(found) and ids.same(found[2] if found else "", wanted) and int(found[1] if found else 0) > clock.now().timestamp()


def provable(order: Order) -> bool:
    """Whether anybody can prove that the order is theirs: by its e-mail address, the one thing of them that its page does not show."""
    return bool(order.email)


def proved(order: Order, typed: str) -> bool:
    """Whether the order's e-mail address was typed, compared in constant time."""
    known, said = (ids.signature(settings().key(), "proof", looks.proofs(one, "")[0]) for one in (order.email, typed))
    return ids.same(known, said) and provable(order)


def address(said: dict[str, str]) -> Address:
    """The address that was typed. Raises Bad with the field at fault."""
    read = {name: text(said.get(name, ""), name, what="", longest=longest) for name, longest, *_ in _FIELDS}
    for name, _, needed, _ in _FIELDS:
        if needed and not read[name]:
            raise Bad("missing", name)
    return Address(**read)


# --- the card on the order's page ----------------------------------------------------------------------------------------


def card(session: Session, order: Order, reader: Reader, *, chooses: bool) -> View | None:
    """What can be changed now, each a page of its own; and why the rest cannot. None where the store leaves it to people.

    Who `chooses` what becomes of goods that wait has it among the choices to have sent what is here.
    """
    one = changes.stand(session, order)
    if one.policy == OFF or one.over or not provable(order):
        return None
    here = facts.status_path(order.id or 0)
    no = {ADDRESS: rules.why_not_address(one), CANCEL: rules.why_not_cancel(one)}
    deeds = [{"href": f"{here}/change/{deed}", "label": reader.say(f"change.{deed}")} for deed, why in no.items() if not why]
    wish = "complete" if order.ships == "parts" else "parts"
    if not rules.why_not_parts(one, wish) and not (chooses and wish == "parts"):
        deeds.append({"href": f"{here}/change/{PARTS}", "label": reader.say(f"change.{PARTS}_{wish}")})
    if merging.partners(session, order):
        deeds.append({"href": f"{here}/change/{MERGE}", "label": reader.say(f"change.{MERGE}")})
    whys = list(dict.fromkeys(reader.say(f"late.{why}") for why in no.values() if why))
    return {"title": reader.say("change.title"), "deeds": deeds, "whys": whys}


# --- a form --------------------------------------------------------------------------------------------------------------


def form(session: Session, order: Order, deed: str, reader: Reader, *, typed: dict[str, str] | None = None, bad: str = "", trouble: str = "") -> View | str:
    """A deed's page; or the key of why it cannot be done."""
    one = changes.stand(session, order)
    if one.policy == OFF or not provable(order):
        return "off"
    made = _FORMS[deed](session, order, one, reader, typed or {})
    if isinstance(made, str):
        return made
    name = made.pop("word", deed)
    return {
        "action": f"{facts.status_path(order.id or 0)}/change/{deed}", "mark": mark(order.id or 0, deed), "headline": reader.say(f"change.{name}"),
        "say": reader.say(f"change.{name}_say"), "button": reader.say(f"change.{name}_button"), "bad": bad, "trouble": trouble,
        "fields": [], "choices": [], "proof": (typed or {}).get("proof", "") if deed in (ADDRESS, CANCEL) else None, **made,
    }  # fmt: skip


def _address(session: Session, order: Order, one: rules.Stand, reader: Reader, typed: dict[str, str]) -> View | str:
    """Name, postcode and city stand on the page already; the street is typed, as whoever has the link need not know it."""
    shown = {"ship_name": order.ship_name, "postcode": order.postcode, "city": order.city, "region": order.region} | typed
    fields = [{"name": name, "label": reader.say(f"change.{name}"), "value": shown.get(name, ""), "longest": longest, "needed": needed, "fill": fill}
              for name, longest, needed, fill in _FIELDS]  # fmt: skip
    note = reader.say("change.country", country=places.country(order.country, reader.calendar))
    mine = {"href": account_order.address_path(stores.store(session, order.store_id), order.id or 0), "label": reader.say("change.mine")}
    return rules.why_not_address(one) or {"fields": fields, "note": note, "instead": mine}


def _cancel(session: Session, order: Order, one: rules.Stand, reader: Reader, typed: dict[str, str]) -> View | str:
    """All of it, or one line; a kit goes with all of it alone."""
    choices = [] if rules.why_not_cancel(one) else [{"value": "all", "label": reader.say("change.all"), "checked": typed.get("what", "all") == "all"}]
    sold = [row for row in kits.sold(session, order.id or 0) if not row.is_kit]
    for row in sold if one.wanted > 0 else []:
        line, left = row.lines[0], row.ordered - row.cancelled - row.handed_over
        if not rules.why_not_line(one, line.released, line.handed_over, left, of_kit=False):
            label = reader.say("change.line", name=row.name, n=left)
            choices.append({"value": str(line.id), "label": label, "checked": typed.get("what") == str(line.id)})
    note = reader.say("change.money", store=stores.store(session, order.store_id).name)
    return {"choices": choices, "note": note} if choices else rules.why_not_cancel(one) or "over_left"


def _parts(session: Session, order: Order, one: rules.Stand, reader: Reader, typed: dict[str, str]) -> View | str:
    _ = session, reader, typed
    wish = "complete" if order.ships == "parts" else "parts"
    return rules.why_not_parts(one, wish) or {"word": f"{PARTS}_{wish}", "hidden": {"wish": wish}}


def _merge(session: Session, order: Order, one: rules.Stand, reader: Reader, typed: dict[str, str]) -> View | str:
    _ = one
    found = merging.partners(session, order)
    choices = [{"value": other.ref, "label": reader.say("change.order_of", ref=other.ref, day=reader.day(other.placed_at)),
                "checked": typed.get("what", found[0].ref) == other.ref} for other in found]  # fmt: skip
    return {"choices": choices} if found else "no_partner"


_FORMS = {ADDRESS: _address, CANCEL: _cancel, PARTS: _parts, MERGE: _merge}
