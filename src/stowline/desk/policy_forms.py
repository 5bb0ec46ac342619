"""What a manager types about one kind of message, as a policy; and a policy in plain words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stowline.core import countries, fields, money
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.notifications.policy_rules import CHANNELS, Conditions, Policy

UNITS = {"minutes": 60, "hours": 3600, "days": 86_400}
MOST_NAMED, LONGEST_TAG = 50, 40
CHANNEL_WORDS = {"email": "E-mail", "sms": "SMS", "whatsapp": "WhatsApp", "push": "Push", "in-app": "On the order's page", "webhook": "Webhook"}
FIRST = {"": "Any order", "yes": "Only a first order", "no": "Not a first order"}


@dataclass(frozen=True, slots=True)
class Span:
    """A time as people type it: 90 minutes, 2 hours, 3 days."""

    n: str
    unit: str


def span(seconds: int | None) -> Span:
    """Seconds in the largest unit that holds them whole; empty for none. What is no whole minute stands in decimals."""
    if seconds is None:
        return Span("", "minutes")
    unit = next((name for name in reversed(UNITS) if seconds and seconds % UNITS[name] == 0), "minutes")
    return Span(f"{seconds / UNITS[unit]:g}", unit)


def said(seconds: int) -> str:
    """ "2 hours", "1 day", "at once"."""
    if seconds == 0:
        return "at once"
    one = span(seconds)
    return f"{one.n} {one.unit[:-1] if one.n == '1' else one.unit}"


def seconds(form: Mapping[str, str], name: str, what: str) -> int:
    """The time under a name and its `_unit`. Raises Refused; a part of a unit may be typed (1.5 hours)."""
    unit = form.get(f"{name}_unit", "minutes")
    if unit not in UNITS:
        raise Refused(f"{what} is counted in minutes, hours or days.", where=name)
    whole, _, part = form.get(name, "").strip().partition(".")
    typed = whole + (part or "0")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
        raise Refused(f"{what} is {fields.shown(form.get(name, ''))}. Give a number such as 2 or 1.5.", where=name)
    return round(float(f"{whole or 0}.{part or 0}") * UNITS[unit])


def policy(form: Mapping[str, str], currency: str) -> Policy:
    """The policy that a form says. Raises Refused with the field."""
    return Policy(
        on="on" in form, channels=tuple(one for one in CHANNELS if f"channel.{one}" in form),
        delay_s=seconds(form, "delay", "The time after its cause"),
        grace_s=seconds(form, "grace", "The time for an undo") if form.get("grace", "").strip() else None,
        expires_s=seconds(form, "expires", "The time it is of use for"),
        capped="capped" in form, quiet="quiet" in form, urgent="urgent" in form, conditions=_conditions(form, currency),
    )  # fmt: skip


def _conditions(form: Mapping[str, str], currency: str) -> Conditions:
    first = form.get("first_order", "")
    if first not in FIRST:
        raise Refused("Say any order, only a first order, or not a first order.", where="first_order")
    return Conditions(least_minor=least(form.get("least", ""), currency), countries=country_codes(names(form, "countries")),
                      tags=names(form, "tags"), not_tags=names(form, "not_tags"), first_order={"yes": True, "no": False}.get(first))  # fmt: skip


def least(typed: str, currency: str) -> int | None:
    """A total in the store's money; None for none. Raises Refused."""
    if not typed.strip():
        return None
    try:
        minor = money.minor(typed.strip(), currency)
    except ValueError as why:
        raise Refused(str(why), where="least") from None
    if minor < 0:
        raise Refused("A total is at least 0.", where="least")
    return minor


def names(form: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What stands between commas, each once. Raises Refused."""
    return listed(form.get(name, "").split(","), name)


def listed(typed: Iterable[str], where: str) -> tuple[str, ...]:
    """Names, each once, at most 50 of at most 40 characters. Raises Refused."""
    try:
        found = dict.fromkeys(fields.text(one, where, what="A name in this list", longest=LONGEST_TAG) for one in typed)
    except Bad as bad:
        raise Refused(bad.say, where=where) from None
    found.pop("", None)
    if len(found) > MOST_NAMED:
        raise Refused(f"At most {MOST_NAMED} fit here.", where=where)
    return tuple(found)


def country_codes(typed: Iterable[str]) -> tuple[str, ...]:
    """ISO codes of countries by code or English name. Raises Refused for one that nobody knows."""
    found = {one: countries.code(one) for one in typed}
    for one, code in found.items():
        if not code:
            raise Refused(f"{fields.shown(one)} is no country. Give codes such as DE, FR.", where="countries")
    return tuple(dict.fromkeys(found.values()))


# -- in words --------------------------------------------------------------------------------------------------------


def conditions_say(asked: Conditions, currency: str) -> list[str]:
    """What an order must be like, each condition as a few words."""
    found = []
    if asked.least_minor is not None:
        found.append(f"from {money.amount_text(asked.least_minor, currency)} {currency}")
    found += [f"to {', '.join(asked.countries)}"] if asked.countries else []
    found += [f"tagged {' or '.join(asked.tags)}"] if asked.tags else []
    found += [f"not tagged {' or '.join(asked.not_tags)}"] if asked.not_tags else []
    found += [FIRST["yes" if asked.first_order else "no"].lower()] if asked.first_order is not None else []
    return found


def typed(policy: Policy, currency: str) -> dict[str, str]:
    """A policy as its form shows it: field -> text; what is not ticked is left out."""
    asked = policy.conditions
    found = {name: "1" for name in ("on", "capped", "quiet", "urgent") if getattr(policy, name)}
    found |= {f"channel.{one}": "1" for one in policy.channels}
    for name, value in (("delay", policy.delay_s), ("grace", policy.grace_s), ("expires", policy.expires_s)):
        found |= {name: span(value).n, f"{name}_unit": span(value).unit}
    return found | {
        "least": "" if asked.least_minor is None else money.amount_text(asked.least_minor, currency),
        "countries": ", ".join(asked.countries), "tags": ", ".join(asked.tags), "not_tags": ", ".join(asked.not_tags),
        "first_order": {True: "yes", False: "no", None: ""}[asked.first_order],
    }  # fmt: skip


def plain(policy: Policy, currency: str) -> dict[str, Any]:
    """A policy for programs: times in seconds, money as decimal text in the store's currency."""
    asked = policy.conditions
    return {
        "on": policy.on, "channels": list(policy.channels), "delay_s": policy.delay_s, "grace_s": policy.grace_s, "expires_s": policy.expires_s,
        "capped": policy.capped, "quiet": policy.quiet, "urgent": policy.urgent,
        "conditions": {"least": None if asked.least_minor is None else money.amount_text(asked.least_minor, currency),
                       "countries": list(asked.countries), "tags": list(asked.tags), "not_tags": list(asked.not_tags), "first_order": asked.first_order},
    }  # fmt: skip


# -- quiet hours -----------------------------------------------------------------------------------------------------


def minute(text: str, where: str) -> int | None:
    """The minute of the day of "22:00"; None for nothing. Raises Refused."""
    if not text.strip():
        return None
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isascii() and hours.isdigit() and len(hours) <= 2 and minutes.isascii() and minutes.isdigit() and len(minutes) == 2):
        raise Refused(f"{fields.shown(text)} is no time of the day such as 22:00.", where=where)
    if int(hours) > 23 or int(minutes) > 59:
        raise Refused(f"{fields.shown(text)} is no time of the day such as 22:00.", where=where)
    return int(hours) * 60 + int(minutes)


def clock(minute_of_day: int | None) -> str:
    """ "22:00"; "" for none."""
    return "" if minute_of_day is None else f"{minute_of_day // 60:02}:{minute_of_day % 60:02}"
