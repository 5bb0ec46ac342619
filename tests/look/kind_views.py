"""What the pages of the catalogue of messages are drawn with."""

# fmt: off

from typing import Any

from stowline.desk.queries import kinds as reads
from stowline.notifications.catalogue import CATALOGUE, GROUPS
from stowline.notifications.policy_rules import Policy
from tests.look.desk_views import HOSTILE, MESSAGE, STORES, view

LOCALES = [{"value": "en", "label": "English", "chosen": True}, {"value": "zh-Hant", "label": "繁體中文", "chosen": False}]
LOOKS = [{"value": "plain", "label": "Plain: what was ordered, and nothing else", "chosen": True}, {"value": "coupon", "label": "A coupon for the next order, and a word for friends", "chosen": False}]
MAIL = {"subject": "Your order 1042 is confirmed", "html": MESSAGE["html"], "text": MESSAGE["text"], "short": "Kiln & Cup: order 1042 is confirmed, 3 items, €43.50. https://kiln.example/track/1042?key=abc"}
SHARED = {"stores": STORES, "locales": LOCALES, "looks": LOOKS, "ref": "", "to": "ruth@example.test", "trouble": "", "chosen": {"store": "kiln", "ref": "", "locale": "", "look": ""}, "may_write": True}
ON, OFF = Policy(channels=("email", "sms", "in-app"), delay_s=432_000), Policy(on=False)
EVERY = [(group, [reads.row(kind, OFF if kind == "packed" else ON) for kind, entry in CATALOGUE.items() if entry.group == group]) for group in GROUPS]
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "kinds": ("desk/kinds.html", view("/messages", groups=EVERY, locales=["English", "繁體中文", "简体中文"], stores=STORES[1:], store="kiln")),
    "message-kind": ("desk/kind.html", view("/messages", one=reads.row("order-confirmed", ON), mail=MAIL, **SHARED)),
    "message-kind-none": ("desk/kind.html", view("/messages", one=reads.row("shipped", OFF), mail={"subject": HOSTILE, "html": "", "text": "", "short": ""}, **{**SHARED, "looks": [], "ref": HOSTILE, "may_write": False, "trouble": f"There is no order {HOSTILE}. What stands here is made up."})),
}
