"""Who may be told what by which way, decided on plain values.

Transactional kinds come by e-mail unless switched off; those that law or fairness owes cannot be switched off on every
way. Other ways carry what was asked for. Marketing needs consent for its way; marketing on a telephone needs a number
that is known to be the person's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from stowline.notifications.rules import KINDS, UNSENT

ALWAYS = ("in-app", "webhook")
"""Ways that reach nobody who does not look for it: the order's own page, and the shop's own programs."""
PERSONAL = ("sms", "whatsapp")
"""Ways that need a telephone number."""
CHOSEN = ("email", "sms", "whatsapp", "push")
"""Ways that a person chooses among."""

OWED = frozenset({"order-confirmed", "backorder-notice", "delay-apology", "options", "refunded"})
"""What was bought, that it is late, what can be chosen, what was paid back: on one way at least, always."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "orders": ("welcome", "order-confirmed", "item-processed", "packed"),
    "waits": ("backorder-notice", "delay-apology", "options", "good-news", "stock-arrived", "getting-ready", "note", "back-in-stock"),
    "parcels": ("shipped", "in-transit", "out-for-delivery", "delivered", "delivery-failed", "delayed-in-transit", "returned-to-sender"),
    "returns": ("return-received", "return-inspected", "refunded", "exchange-shipped"),
    "after": ("case-answer", "case-closed", "follow-up", "thank-you", "feedback", "points"),
    "news": ("cart-reminder", "win-back", "news", "greeting-card"),
}  # fmt: skip
"""The kinds as a person sees them, in groups; a kind that needs consent stands in `news`, wherever it is listed."""
NEWS = "news"
NOT_FOR_SHOPPERS = frozenset({"delivery-report", "digest", "sign-in-link"})
_GROUP_OF = {kind: name for name, kinds in GROUPS.items() for kind in kinds}


def plain(address: str) -> str:
    """An address as it is compared: casefolded, without the blanks around it."""
    return address.strip().casefold()


def is_marketing(kind: str) -> bool:
    """Whether a kind needs consent; one that the catalogue does not know, too, unless its group owes it."""
    if kind in KINDS:
        return not KINDS[kind].transactional
    return _GROUP_OF.get(kind, NEWS) == NEWS


def groups() -> dict[str, list[str]]:
    """The kinds that are sent, in their groups, as a page shows them."""
    found: dict[str, list[str]] = {name: [] for name in GROUPS}
    listed = [kind for kinds in GROUPS.values() for kind in kinds if kind in KINDS.keys() - UNSENT]
    others = [kind for kind in KINDS if kind not in _GROUP_OF and kind not in NOT_FOR_SHOPPERS | UNSENT]
    for kind in listed + others:
        found[_group(kind)].append(kind)
    return {name: kinds for name, kinds in found.items() if kinds}


def _group(kind: str) -> str:
    if is_marketing(kind):
        return NEWS
    listed = _GROUP_OF.get(kind, "orders")
    return "after" if listed == NEWS else listed


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of one kind, and what is on record: `wanted` by channel (one that was never touched is not in
    it), the newest `consent` by channel, whether the store may write to its `own_customer` without asking, whether the
    person stopped it before their data was erased, and whether the telephone is known to be theirs.
    """

    wanted: Mapping[str, bool] = field(default_factory=dict)
    consent: Mapping[str, bool] = field(default_factory=dict)
    own_customer: bool = False
    stopped: bool = False
    own_phone: bool = False


def refusal(kind: str, channel: str, said: Said) -> str:
    """Why this kind must not go by this channel; empty if it may."""
    if channel in ALWAYS:
        return ""
    if is_marketing(kind):
        return _marketing_refusal(channel, said)
    if channel == "email":
        return "" if is_fixed(kind, channel, said) or said.wanted.get("email", True) else "the shopper does not want this kind by e-mail"
    return "" if said.wanted.get(channel) else f"the shopper did not ask for this kind by {WAYS[channel]}"


def is_on(kind: str, channel: str, said: Said) -> bool:
    """Whether a person has this switched on, as their page shows it; a number that is not known to be theirs may keep it
    from going all the same.
    """
    return not refusal(kind, channel, replace(said, own_phone=True) if channel in PERSONAL else said)


def is_fixed(kind: str, channel: str, said: Said) -> bool:
    """Whether this way stays on, because what is owed must arrive by one."""
    return channel == "email" and kind in OWED and not _goes_elsewhere(said)


def _goes_elsewhere(said: Said) -> bool:
    """Whether what is owed reaches the person for certain by another way than e-mail."""
    return said.own_phone and any(said.wanted.get(channel) for channel in PERSONAL)


def _marketing_refusal(channel: str, said: Said) -> str:
    consent = said.consent.get(channel)
    if consent is False:
        return "the shopper stopped marketing"
    if consent is None and said.stopped:
        return "this person stopped marketing before their data was erased"
    if consent is None and not (channel == "email" and said.own_customer):
        return f"no consent to marketing by {WAYS[channel]} is on record"
    if channel in PERSONAL and not said.own_phone:
        return "nobody made sure that the number is the shopper's own"
    return "" if said.wanted.get(channel, True) else f"the shopper does not want this kind by {WAYS[channel]}"


WAYS: Mapping[str, str] = {"email": "e-mail", "sms": "text message", "whatsapp": "WhatsApp", "push": "push"}
