"""The catalogue for people: what each kind of message is for, in which group it stands, and which facts it may lack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stowline.notifications.rules import KINDS, UNSENT, Kind

GROUPS = ("The order", "What waits", "The parcel", "After delivery", "Returns", "The calendar", "The house")

@dataclass(frozen=True, slots=True)
class Entry:
    """One kind: its group, its name and purpose in words, and the facts that may be absent with what they then are."""

    group: str
    title: str
    purpose: str
    may_lack: Mapping[str, Any] = field(default_factory=dict)


_PERSON: Mapping[str, Any] = {"customer_name": "", "status_url": ""}
_PARCEL: Mapping[str, Any] = {**_PERSON, "delivery": None, "arrives": None, "place": "", "say": None}
_LOOK: Mapping[str, Any] = {"look": "plain", "first_order": False, "coupon": None, "referral": None, "similar": []}
_ORDER, _WAITS, _WAY, _AFTER, _BACK, _DAYS, _HOUSE = GROUPS

CATALOGUE: Mapping[str, Entry] = {
    "order-confirmed": Entry(_ORDER, "Order confirmed", "An order was placed: what, how much, when, where to.", {**_PERSON, **_LOOK, "promise": None, "leaves_by": None}),
    "item-processed": Entry(_ORDER, "Being packed", "What was waited for is picked and packed.", {**_PERSON, "waiting": [], "parcel": None}),
    "backorder-notice": Entry(_WAITS, "Still waiting", "A line waits: which, how long, why, and what may be chosen.",
                              {**_PERSON, "ready": [], "why": None, "next_step": None}),
    "delay-apology": Entry(_WAITS, "Later than told", "A day that was told does not hold.", {**_PERSON, "say": None}),
    "good-news": Entry(_WAITS, "Sooner than told", "It leaves sooner than was told, or has a date at last.", _PERSON),
    "getting-ready": Entry(_WAITS, "Getting ready", "A wait of months: how it stands, every 10 to 14 days.",
                           {**_PERSON, "expected": None, "place_in_line": None, "say": None, "choices": None, "guide": None}),
    "note": Entry(_WAITS, "A word about an order", "What a manager writes to many at once, each about their order.", _PERSON),
    "stock-arrived": Entry(_WAITS, "It is here", "What an order waited for arrived and is set aside.", {**_PERSON, "waiting": []}),
    "back-in-stock": Entry(_WAITS, "Back in stock", "A product that was asked after can be ordered again.", {"status_url": ""}),
    "packed": Entry(_WAY, "Packed", "A parcel is closed.", _PARCEL),
    "shipped": Entry(_WAY, "On its way", "A parcel was handed to its carrier.", {**_PERSON, "delivery": None, "arrives": None, "address": [], "still_to_come": []}),
    "in-transit": Entry(_WAY, "Moving", "The carrier scanned the parcel on its way.", _PARCEL),
    "out-for-delivery": Entry(_WAY, "Out for delivery", "The parcel is on the van.", _PARCEL),
    "delivered": Entry(_WAY, "Delivered", "The parcel was delivered.", _PARCEL),
    "delivery-failed": Entry(_WAY, "We missed you", "The carrier could not hand the parcel over.", _PARCEL),
    "delayed-in-transit": Entry(_WAY, "Held up on the way", "The carrier reports a delay.", _PARCEL),
    "returned-to-sender": Entry(_WAY, "Came back", "The parcel came back to the warehouse.", _PARCEL),
    "case-answer": Entry(_AFTER, "An answer", "What a person answers in a case about an order.", _PERSON),
    "case-closed": Entry(_AFTER, "Was that good", "A case is closed: its shopper is asked how it was, once.", _PERSON),
    "follow-up": Entry(_AFTER, "Is everything right", "Days after delivery: is all well, and a way to say if not.", _PERSON),
    "thank-you": Entry(_AFTER, "Thank you", "Hours after delivery: a thank-you and nothing else.", _PERSON),
    "feedback": Entry(_AFTER, "How did we do", "Days after delivery: one sentence is asked for.", _PERSON),
    "points": Entry(_AFTER, "Points", "Points that an order earned, and what they are good for.", {**_PERSON, "reward": None, "next_at": None}),
    "return-received": Entry(_BACK, "Return received", "A return reached the warehouse.", _PERSON),
    "return-inspected": Entry(_BACK, "Return inspected", "What was found, item by item, and what follows.", _PERSON),
    "refunded": Entry(_BACK, "Paid back", "Money is on its way back.", {**_PERSON, "way": ""}),
    "exchange-shipped": Entry(_BACK, "Exchange on its way", "What was exchanged left.", {**_PERSON, "delivery": None, "arrives": None}),
    "welcome": Entry(_DAYS, "Welcome", "An account was opened.", {**_PERSON, "code": None, "unsubscribe_url": ""}),
    "cart-reminder": Entry(_DAYS, "Left in the basket", "A basket was left, and nothing bought since.", {"customer_name": ""}),
    "win-back": Entry(_DAYS, "We miss you", "No order for a long time.", {**_PERSON, "gift": None, "news": None, "waited": False}),
    "news": Entry(_DAYS, "News", "A store's news, in its own words.", _PERSON),
    "greeting-card": Entry(_DAYS, "Greeting card", "A card for the day, in the store's own words.", _PERSON),
    "digest": Entry(_DAYS, "In one mail", "What waited because a reader had enough, put together.", _PERSON),
    "delivery-report": Entry(_HOUSE, "Not as ordered", "To a supplier: what a delivery was not as ordered.", {"status_url": ""}),
    "sign-in-link": Entry(_HOUSE, "Link to the account", "To a shopper who asked for it: the link that signs in, or confirms an erasure.", {"customer_name": ""}),
}  # fmt: skip


def rule(kind: str) -> Kind:
    """What the pipeline holds of a kind: what makes one unique, whether it is owed, whether a scan causes it."""
    return KINDS[kind]


def is_sent(kind: str) -> bool:
    """Whether anything sends messages of this kind."""
    return kind not in UNSENT
