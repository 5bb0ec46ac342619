"""What the steps of setting up a store's messages are drawn with."""

# fmt: off

from typing import Any

from stowline.desk.queries.message_setup import SAYS
from stowline.notifications.setup_rules import STEPS
from stowline.stores.brand import LOOKS
from tests.look.desk_views import HOSTILE, RTL, at, view
from tests.look.kind_views import LOCALES, MAIL

HERE = "/stores/kiln/messages/setup"
OWN = {"name": "Kiln & Cup", "sender_email": "shop@example.test", "reply_to": "", "support_email": "help@kiln.example", "address_line": HOSTILE, "url": "https://kiln.example", "accent": "#0b5a6e",
       "locale": "en", "confirmation_look": "plain", "greeting": RTL, "sign_off": "The people of Kiln & Cup"}
WAYS = [{"value": value, "label": label, "kind": kind, "word": word, "chosen": value == "email"} for value, label, kind, word in
        (("email", "E-mail", "ok", "a mail server is set"), ("sms", "SMS", "bad", "not set"), ("in-app", "On the order's page", "ok", "always there"))]
KIND = {"kind": "shipped", "title": "On its way", "purpose": "A parcel was handed to its carrier.", "on": True, "marketing": False, "parcel": False}
FEED = {"key": "easypost", "name": "EasyPost", "path": "/tracking/easypost", "kind": "done", "word": "No secret", "known": False, "two": False, "last": None}
ROW = {"kind": "order-confirmed", "title": "Order confirmed", "subject": MAIL["subject"], "short": MAIL["short"], "made_up": False, "trouble": "", "current": True}
CHECKS = [{"kind": "bad", "word": "Missing", "say": "No test has gone out from shop@kiln.example yet.", "href": f"{HERE}/preview#test", "fix": "Send a test"},
          {"kind": "warn", "word": "Look", "say": "No carrier's news can come in, so Moving, Out for delivery, Delivered and 4 more will not be sent.", "href": f"{HERE}/carriers", "fix": "Carriers"},
          {"kind": "ok", "word": "Fine", "say": "Every message can be written.", "href": f"{HERE}/preview", "fix": "Preview"}]


def page(step: str, **more: Any) -> tuple[str, dict[str, Any]]:
    names = list(STEPS)
    steps = [{"name": name, "label": label, "state": "now" if name == step else "done" if names.index(name) < names.index(step) else "", "href": f"{HERE}/{name}"} for name, label in STEPS.items()]
    shared = {"store": {"key": "kiln", "name": "Kiln & Cup"}, "steps": steps, "step": step, "title": STEPS[step], "say": SAYS[step], "back": HERE, "silent": False, "pending": True,
              "live_at": None, "live_by": "", "may_write": True, "where": "", "typed": {}, "secret": "", "to": "ruth@example.test"}
    return "desk/message_setup.html", view("/stores", **{**shared, **more})


SETUP: dict[str, tuple[str, dict[str, Any]]] = {
    "setup-kinds": page("kinds", back="", sets=[{"value": "core-five", "label": "Core five", "say": "Confirmed, on its way, out for delivery, held up, delivered.", "n": 5, "besides": 2, "chosen": False}], own=True, was="own", ticked="shipped", n=2,
                        groups=[("The parcel", [KIND, {**KIND, "kind": "packed", "title": "Packed", "on": False, "marketing": True, "parcel": True}])], where="kinds"),
    "setup-channels": page("channels", keep=False, ways=WAYS, by_now="E-mail", silent=True, where="channels"),
    "setup-brand": page("brand", own=OWN, sends=False, looks=[{"value": key, "label": label, "chosen": key == "plain"} for key, label in LOOKS.items()], locales=LOCALES, where="url", typed={"url": "kiln"}),
    "setup-carriers": page("carriers", feeds=[FEED, {**FEED, "key": "signed", "name": "Signed form", "path": "/tracking/signed"}, {**FEED, "key": "other", "name": "Another", "known": True, "kind": "ok", "word": "Open", "last": at(25)}],
                           hang=["Moving", "Delivered"], address="https://stowline.example", secret="whsec_c2VjcmV0"),
    "message-setup-preview": page("preview", rows=[ROW, {**ROW, "kind": "shipped", "title": "On its way", "subject": HOSTILE, "made_up": True, "trouble": "a name is missing", "current": False}], mail=MAIL,
                                  kind="order-confirmed", kind_title="Order confirmed", ref="1042", made_up=False, orders=[{"value": "1042", "label": "1042, Ines", "chosen": True}], locales=LOCALES, locale="en", ways=WAYS[:1]),
    "setup-live": page("live", will=[{"kind": "shipped", "title": "On its way", "by": "E-mail, SMS", "when": "at once", "change": "other ways"}, {"kind": "packed", "title": "Packed", "by": "E-mail", "when": "2 hours", "change": "new"},
                                     {"kind": "delivered", "title": "Delivered", "by": "E-mail", "when": "at once", "change": ""}],
                       ends=["Good news"], brand_changes=2, checks=CHECKS, blocked=True, hear=1306, unheard=10_000, seen="", live_at=at(20), live_by=RTL),
}
