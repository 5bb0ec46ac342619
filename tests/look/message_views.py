"""What the pages of messages for managers are drawn with: a store's kinds, stuck ones, figures."""

# fmt: off

from typing import Any

from tests.look.desk_views import HOSTILE, view

TYPED = {"on": "1", "quiet": "1", "channel.email": "1", "delay": "2", "delay_unit": "hours", "grace": "", "grace_unit": "minutes", "expires": "14", "expires_unit": "days",
         "least": "", "countries": "", "tags": "", "not_tags": "", "first_order": ""}


def kind(name: str, group: str, title: str, **more: Any) -> dict[str, Any]:
    return {"kind": name, "group": group, "title": title, "purpose": "What it is for, in a sentence.", "on": True, "channels": "E-mail", "delay": "at once", "expires": "14 days",
            "manner": "", "conditions": "", "otherwise": False, "scan": False, "marketing": False, "typed": TYPED, **more}


CONFIRMED = kind("order-confirmed", "The order", "Order confirmed")
KINDS = [
    ("The order", [CONFIRMED, kind("item-processed", "The order", "Being packed", scan=True, on=False, channels="none")]),
    ("After delivery", [kind("feedback", "After delivery", "How did we do", marketing=True, otherwise=True, channels="E-mail, SMS, WhatsApp, Push, On the order's page, Webhook", delay="7 days",
                             manner="capped, quiet hours", conditions="from 50.00 EUR; to DE, FR, GB; tagged VIP or " + HOSTILE + "; only a first order")]),
]
MANNERS = {"quiet_from": "22:00", "quiet_to": "07:00", "cap": "2", "cap_days": "7", "digest": True}
SETS = [{"name": "core-five", "label": "Core five", "say": "Confirmed, still waiting, later than told, on its way, delivered.", "chosen": True, "stands": False},
        {"name": "all", "label": "All", "say": "Every kind there is.", "chosen": False, "stands": True}]
PREVIEW = {"name": "core-five", "label": "Core five", "say": "Confirmed, still waiting, later than told, on its way, delivered.", "on": ["Delivered"], "off": ["Being packed", "How did we do"]}
STORE: dict[str, Any] = {"store": {"key": "kiln", "name": "Kiln & Cup", "currency": "EUR"}, "say": "2 of 3 kinds are sent; 1 otherwise than the house does.", "groups": KINDS, "manners": MANNERS, "sets": SETS,
         "channels": [("email", "E-mail"), ("sms", "SMS"), ("in-app", "On the order's page")], "units": ["minutes", "hours", "days"], "firsts": [("", "Any order"), ("yes", "Only a first order")],
         "preview": None, "again": None, "where": ""}
MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "store-messages": ("desk/store_messages.html", view("/stores", **STORE, may_write=True)),
    "store-messages-preset": ("desk/store_messages.html", view("/stores", **STORE | {"preview": PREVIEW}, may_write=True)),
    "store-messages-refused": ("desk/store_messages.html", view("/stores", **STORE | {"again": CONFIRMED, "where": "delay"}, may_write=True, flash="The time after its cause is “soon”.", flash_kind="bad")),
    "store-messages-read": ("desk/store_messages.html", view("/stores", **STORE | {"manners": {**MANNERS, "quiet_from": "", "quiet_to": "", "cap": "0"}}, may_write=False)),
}
