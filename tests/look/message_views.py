"""What the pages of messages for managers are drawn with: a store's kinds, stuck ones, figures."""

# fmt: off

from typing import Any

from tests.look.desk_views import HOSTILE, at, view

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
SETS = [{"name": "core-five", "label": "Core five", "say": "Confirmed, on its way, out for delivery, held up, delivered.", "chosen": True, "stands": False},
        {"name": "all", "label": "All", "say": "Every kind there is.", "chosen": False, "stands": True}]
PREVIEW = {"name": "core-five", "label": "Core five", "say": "Confirmed, on its way, out for delivery, held up, delivered.", "on": ["Delivered"], "off": ["Being packed", "How did we do"]}
STORE: dict[str, Any] = {"store": {"key": "kiln", "name": "Kiln & Cup", "currency": "EUR"}, "say": "2 of 3 kinds are sent; 1 otherwise than the house does.", "groups": KINDS, "manners": MANNERS, "sets": SETS,
         "channels": [("email", "E-mail"), ("sms", "SMS"), ("in-app", "On the order's page")], "units": ["minutes", "hours", "days"], "firsts": [("", "Any order"), ("yes", "Only a first order")],
         "preview": None, "again": None, "where": ""}
MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "store-messages": ("desk/store_messages.html", view("/stores", **STORE, may_write=True)),
    "store-messages-preset": ("desk/store_messages.html", view("/stores", **STORE | {"preview": PREVIEW}, may_write=True)),
    "store-messages-refused": ("desk/store_messages.html", view("/stores", **STORE | {"again": CONFIRMED, "where": "delay"}, may_write=True, flash="The time after its cause is “soon”.", flash_kind="bad")),
    "store-messages-read": ("desk/store_messages.html", view("/stores", **STORE | {"manners": {**MANNERS, "quiet_from": "", "quiet_to": "", "cap": "0"}}, may_write=False)),
}

CAUSES = [{"say": "The mail server refused it: … … <…> try …", "n": 1204, "going": True}, {"say": "No connection to the mail server.", "n": 3, "going": False},
          {"say": "It cannot be written: " + HOSTILE + " is missing; " * 6, "n": 1, "going": False}]
RESTING = [{"name": "Mail server mail.example:587", "until": at(27, 14, 21), "failures": 9, "why": "It did not answer within 30 s."}]
MESSAGES |= {
    "stuck": ("desk/stuck.html", view("/messages", rows=CAUSES, dead=1208, unsure=2, going=True, resting=RESTING, may_write=True, flash="500 messages go out again, each checked anew first.", flash_kind="ok")),
    "stuck-read": ("desk/stuck.html", view("/messages", rows=CAUSES, dead=1208, unsure=0, going=False, resting=[], may_write=False)),
    "stuck-none": ("desk/stuck.html", view("/messages", rows=[], dead=0, unsure=0, going=False, resting=[], may_write=True)),
}


def figures(title: str, name: str, sent: int, held: int, skipped: int, unknown: int, dead: int) -> dict[str, Any]:
    n = sent + held + skipped + unknown + dead
    return {"title": title, "kind": name, "n": n, "sent": sent, "held": held, "skipped": skipped, "unknown": unknown, "dead": dead,
            "parts": [{"state": "sent", "x": 0, "wide": 100 * sent / n}, {"state": "dead", "x": 100 * sent / n, "wide": 100 * dead / n}]}


FIGURES: dict[str, Any] = {
    "spans": [{"label": "24 hours", "href": "/messages/metrics", "n": None, "current": True}, {"label": "30 days", "href": "/messages/metrics?span=month", "n": None, "current": False}], "span": "day",
    "stores": [{"value": "", "label": "All stores", "chosen": True}], "rows": [figures("Order confirmed", "order-confirmed", 1204000, 30, 12, 2, 4100), figures("How did we do", "feedback", 3, 0, 0, 0, 1), figures("All", "", 1204003, 30, 12, 2, 4101)],
    "took": {"p50": "1.2 s", "p95": "3 min 20 s", "worst": "2 h 5 min", "n": 1204003}, "rates": [{"word": "Came back for good", "n": 12, "share": "0.01 %", "bad": True}, {"word": "Dead", "n": 0, "share": "", "bad": False}],
    "alarms": [{"say": "Messages come late: one in twenty takes 15 min or more.", "began_at": at(27, 13), "ended_at": None, "href": "/messages/stuck", "do": "Which provider rests, and what is stuck"}, {"say": "12 messages died within a day.", "began_at": at(20), "ended_at": at(21), "href": "/messages/stuck", "do": "What is dead, to be sent again"}], "summed": True, "export_href": "/messages/metrics.csv"}
NOTHING = {"rows": [], "took": {"p50": "", "p95": "", "worst": "", "n": 0}, "rates": [], "alarms": [], "summed": False}
MESSAGES |= {
    "message-metrics": ("desk/message_metrics.html", view("/messages", **FIGURES)),
    "message-metrics-none": ("desk/message_metrics.html", view("/messages", **FIGURES | NOTHING)),
}
