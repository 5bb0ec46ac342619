"""What a shopper may send back, and what they may have for it: read from a form's fields, checked against the order now.

Fields are named by the order's line: `u12` units, `r12` the reason, `o12` what is wanted ("refund", "exchange:SKU").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import clock, i18n
from stowline.orders.queries import Order
from stowline.portal import availability
from stowline.portal.reader import Reader
from stowline.returns import preview
from stowline.returns.eligibility import Eligible, Line, Reason
from stowline.returns.policies import Said
from stowline.returns.preview import GOODS, MONEY, Money, Wish
from stowline.stores.queries import Store

View = dict[str, Any]
SUBSTITUTES = 3
"""Of so many products may an exchange be chosen."""


class Trouble(Exception):
    """A form asks for what cannot be: a sentence of our words with its values, and the field."""

    def __init__(self, key: str, where: str = "", **values: Any) -> None:  # noqa: ANN401  (what the sentence needs)
        super().__init__(key)
        self.key, self.where, self.values = key, where, values


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of a line that are to come back, and why."""

    line: Line
    units: int
    reason: Reason

    @property
    def fields(self) -> dict[str, str]:
        """What a form says of it."""
        return {f"u{self.line.line_id}": str(self.units), f"r{self.line.line_id}": self.reason.reason}


@dataclass(frozen=True, slots=True)
class Option:
    """What may be had for a pick; an exchange names its product, and money what it comes to."""

    outcome: str
    sku: str = ""
    name: str = ""
    money: Money | None = None

    @property
    def value(self) -> str:
        """As the form says it."""
        return f"{self.outcome}:{self.sku}" if self.sku else self.outcome


def picks(can: Eligible, asked: Mapping[str, str]) -> list[Pick]:
    """What the fields choose. Raises Trouble for units or reasons that cannot be, and where nothing is chosen."""
    found = []
    for line in can.lines:
        units, reason = _units(asked.get(f"u{line.line_id}", ""), line), asked.get(f"r{line.line_id}", "")
        if not units:
            continue
        given = next((one for one in line.reasons if one.reason == reason), None)
        if given is None and reason in line.not_now:
            raise Trouble("", f"r{line.line_id}", said=line.not_now[reason])
        if given is None:
            raise Trouble("sendback.no_reason", f"r{line.line_id}", name=line.name)
        found.append(Pick(line, units, given))
    if not found:
        raise Trouble("sendback.nothing")
    return found


def _units(typed: str, line: Line) -> int:
    said = typed.strip()
    if said in ("", "0"):
        return 0
    if not (said.isascii() and said.isdigit() and len(said) < 8):
        raise Trouble("sendback.no_number", f"u{line.line_id}", name=line.name)
    if int(said) > line.units:
        key = "sendback.too_many" if line.units else "sendback.none_left"
        raise Trouble(key, f"u{line.line_id}", n=line.units, name=line.name)
    return int(said)


def options(session: Session, order: Order, store: Store, can: Eligible, chosen: Sequence[Pick]) -> dict[int, list[Option]]:
    """What may be had for each pick, by line: what the policy gives for its reason, goods only where they are here now."""
    stands = _stands(session, chosen)
    skus = [one.line.sku for one in chosen] + [sku for found in stands.values() for sku, _ in found]
    free = {sku: one.free for sku, one in availability.items(session, store, list(dict.fromkeys(skus))).items()}
    return {one.line.line_id: _of(session, order, can, one, stands, free) for one in chosen}


def _stands(session: Session, chosen: Sequence[Pick]) -> dict[int, list[tuple[str, str]]]:
    """What each product may be exchanged for: what may stand in for it in this month, and itself."""
    month = clock.now().month
    found = catalog.substitutes(session, [one.line.product_id for one in chosen if "exchange" in one.reason.outcomes])
    others = {key: [(one.sku, one.name) for one in stands if one.fits(month)][:SUBSTITUTES] for key, stands in found.items()}
    return {one.line.product_id: [*others.get(one.line.product_id, []), (one.line.sku, one.line.name)] for one in chosen}


def _of(
    session: Session, order: Order, can: Eligible, pick: Pick, stands: Mapping[int, Sequence[tuple[str, str]]], free: Mapping[str, int]
) -> list[Option]:
    found = []
    for outcome in pick.reason.outcomes:
        if outcome in MONEY:
            wish = Wish(pick.line.line_id, pick.units, pick.reason.reason, outcome)
            found.append(Option(outcome, money=preview.money_of(session, order, can.policy, [wish])[0]))
        elif outcome == "replacement" and free.get(pick.line.sku, 0) >= pick.units:
            found.append(Option(outcome, name=pick.line.name))
        elif outcome == "exchange":
            same = "replacement" in pick.reason.outcomes  # the same goods again are a replacement
            found += [Option(outcome, sku, name) for sku, name in stands[pick.line.product_id]
                      if free.get(sku, 0) >= pick.units and not (same and sku == pick.line.sku)]  # fmt: skip
    return found


def wishes(chosen: Sequence[Pick], may: Mapping[int, Sequence[Option]], asked: Mapping[str, str]) -> list[Wish]:
    """What is wanted for each pick. Raises Trouble where nothing is chosen for it, or what may not be had."""
    found = []
    for one in chosen:
        field = f"o{one.line.line_id}"
        said = asked.get(field, "")
        option = next((each for each in may[one.line.line_id] if each.value == said), None)
        if option is None:
            raise Trouble("sendback.no_longer" if said else "sendback.no_outcome", field, name=one.line.name)
        found.append(Wish(one.line.line_id, one.units, one.reason.reason, option.outcome, exchange_sku=option.sku))
    return found


# --- in words -----------------------------------------------------------------------------------------------------------


def told(one: Said, reader: Reader, currency: str) -> str:
    """A sentence of the policy in the reader's language."""
    values = dict(one.values)
    for name in ("fee", "below"):
        if f"{name}_minor" in values:
            values[name] = reader.money(values[f"{name}_minor"], currency)
    for name, kind in (("reasons", "reason"), ("outcomes", "outcome")):
        if name in values:
            values[name] = reader.say("sendback.comma").join(reader.say(f"sendback.{kind}_{each}") for each in values[name])
    if "reason" in values:
        values["reason"] = reader.say(f"sendback.reason_{values['reason']}")
    if "on" in values:
        values["on"] = reader.date(values["on"])
    if "days" in values:
        values["n"] = values["days"]
    return reader.say(f"policy.{one.key}", **values)


def why(trouble: Trouble, reader: Reader, currency: str) -> str:
    """What is wrong, in the reader's language."""
    if "said" in trouble.values:
        return told(trouble.values["said"], reader, currency)
    return reader.say(trouble.key, **trouble.values)


def lines(can: Eligible, reader: Reader, asked: Mapping[str, str]) -> list[View]:
    """The goods of an order with what of them may come back, as the first page asks."""
    alone = len([one for one in can.lines if one.units and one.reasons]) == 1
    return [_line(one, can, reader, asked, alone=alone) for one in can.lines]


def _line(one: Line, can: Eligible, reader: Reader, asked: Mapping[str, str], *, alone: bool) -> View:
    units = asked.get(f"u{one.line_id}", "1" if alone and one.units == 1 else "0")
    return {
        "id": one.line_id, "sku": one.sku, "name": one.name, "most": one.units, "units": units,
        "may": bool(one.units and one.reasons), "why_not": told(one.why_not, reader, can.currency) if one.why_not else "",
        "reasons": [{"value": each.reason, "label": reader.say(f"sendback.reason_{each.reason}"), "chosen": asked.get(f"r{one.line_id}") == each.reason}
                    for each in one.reasons],
        "says": [*_lost(one, reader), *_until(one, reader), *_not_now(one, can, reader)] if one.reasons else [],
    }  # fmt: skip


def _lost(one: Line, reader: Reader) -> list[str]:
    """Why nobody has to wait to say that it never came."""
    return [reader.say("sendback.lost", reason=reader.say("sendback.reason_not_received"))] if one.lost and "not_received" not in one.not_now else []


def _until(one: Line, reader: Reader) -> list[str]:
    """Until when, and how many days that is."""
    given = {each.reason for each in one.reasons}
    last = (one.until if given & {"disliked", "other"} else one.fault_until) if given - {"not_received"} else None
    if last is None:
        return []
    days = (i18n.local_date(last, reader.zone) - i18n.local_date(clock.now(), reader.zone)).days
    return [reader.say("sendback.until", n=days, day=reader.day(last))]


def _not_now(one: Line, can: Eligible, reader: Reader) -> list[str]:
    """Why the other reasons may not be given, those alike together."""
    said: dict[str, list[str]] = {}
    for reason, no in one.not_now.items():
        said.setdefault(told(no, reader, can.currency), []).append(reader.say(f"sendback.reason_{reason}"))
    return [reader.say("sendback.not_now", reasons=reader.say("sendback.comma").join(names), why=no) for no, names in said.items()]


def offered(chosen: Sequence[Pick], may: Mapping[int, Sequence[Option]], can: Eligible, reader: Reader, asked: Mapping[str, str]) -> list[View]:
    """Each pick with what may be had for it, as the second page asks."""
    return [{
        "id": one.line.line_id, "sku": one.line.sku, "name": one.line.name, "units": one.units, "reason": reader.say(f"sendback.reason_{one.reason.reason}"),
        "options": [_option(each, one, can, reader) | {"checked": asked.get(f"o{one.line.line_id}", may[one.line.line_id][0].value) == each.value}
                    for each in may[one.line.line_id]],
    } for one in chosen]  # fmt: skip


def _option(one: Option, pick: Pick, can: Eligible, reader: Reader) -> View:
    label = reader.say(f"sendback.want_{one.outcome}", amount=reader.money(one.money.amount, can.currency) if one.money else "", goods=one.name, n=pick.units)
    return {"value": one.value, "label": label, "say": _terms(one, pick, can, reader)}


def _terms(one: Option, pick: Pick, can: Eligible, reader: Reader) -> str:
    if one.money is None:
        even = reader.say("sendback.even") if one.sku not in ("", pick.line.sku) else ""
        return reader.together(even, goods_when(can, pick.reason.reason, one.outcome, kept=pick.reason.keep, reader=reader))
    less = [reader.say(f"sendback.less_{name}", amount=reader.money(minor, can.currency))
            for name, minor in (("fee", one.money.fee), ("label", one.money.label)) if minor]  # fmt: skip
    return reader.together(reader.say(f"sendback.want_{one.outcome}_say"), *less)


def goods_when(can: Eligible, reason: str, outcome: str, *, kept: bool, reader: Reader) -> str:
    """When goods for a return leave."""
    if reason == "not_received" or kept:
        return reader.say("sendback.goods_decided")
    if reason == "damaged" and outcome == "replacement" and can.policy.damaged_at_once:
        return reader.say("sendback.goods_fast")
    return reader.say("sendback.goods_at_once" if can.policy.exchange == "at_once" and outcome in GOODS else "sendback.goods_on_receipt")
