"""What the preference centre and the way out of marketing are drawn with."""

# fmt: off

from typing import Any

from tests.look.shop_views import FRAME, STORE

WAYS = [{"name": "email", "label": "E-mail"}, {"name": "sms", "label": "Text message"}, {"name": "whatsapp", "label": "WhatsApp"}, {"name": "push", "label": "Push"}]
ROWS = [("order-confirmed", "Order confirmed", "what, how much, when, where to", True), ("shipped", "On its way", "the carrier has it", False),
        ("getting-ready", "How a long wait stands", "every ten to fourteen days, while you wait for months", False)]


def table(name: str, title: str, ways: list[dict[str, str]], note: str = "", owed: str = "") -> dict[str, Any]:
    rows = [{"label": label, "say": say, "cells": [
        {"value": f"{kind}.{way['name']}", "on": n == 0, "fixed": bool(owed) and always and n == 0, "label": f"{label}: {way['label']}", "way": way["label"]} if n < 3 or not always else None
        for n, way in enumerate(ways)]} for kind, label, say, always in ROWS]
    return {"id": name, "title": title, "rows": rows, "note": note, "owed": owed}


CENTRE: dict[str, Any] = {
    **FRAME, "store": STORE, "headline": "What we write to you", "say": "For in•••@example.test. What you choose here holds at once, for Kiln & Cup only.", "action": "/preferences/1",
    "ways": WAYS[:1], "tables": [table("orders", "Your orders", WAYS[:1], owed="Some of these we owe you, so they always come by e-mail."),
                                 table("news", "News and offers", WAYS[:1], note="If you switch one on, you agree that Kiln & Cup sends you that kind of news and offers by e-mail.")],
    "shown": "shipped.email", "spoken": [{"value": "", "label": "As with my order", "chosen": True}, {"value": "zh-Hant", "label": "繁體中文", "chosen": False}],
    "zone": "", "zone_known": "Europe/Paris", "zones": ["Asia/Taipei", "Europe/Paris"], "quiet_from": "22:00", "quiet_to": "07:00", "phone": None, "phone_say": "",
    "stop": True, "said": "", "bad": "",
}
OUT: dict[str, Any] = {**FRAME, "store": STORE, "headline": "No more news and offers?", "says": ["Kiln & Cup sends news and offers to in•••@example.test."], "action": "/unsubscribe/1", "button": "Stop them",
                       "main": True, "button_say": "", "preferences_href": "/preferences/1"}

PREFERENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "preferences": ("shop/preferences.html", CENTRE),
    "preferences-all": ("shop/preferences.html", {**CENTRE, "ways": WAYS, "tables": [table("orders", "Your orders", WAYS, owed="Some of these we owe you."), table("news", "News and offers", WAYS, note="If you switch one on, you agree.")],
                        "phone": "0151", "phone_say": "Nobody has made sure yet that this number is yours.", "said": "This is no telephone number. Write it with its country: +49 1512 3456789.", "bad": "phone", "stop": False}),
    "unsubscribe": ("shop/unsubscribe.html", OUT),
    "unsubscribed": ("shop/unsubscribe.html", {**OUT, "headline": "Stopped", "action": "/unsubscribe/1/undo", "button": "Undo", "main": False, "button_say": "By Undo you agree that Kiln & Cup sends you news and offers again."}),
    "unsubscribe-undone": ("shop/unsubscribe.html", {**OUT, "headline": "Undone", "action": None, "button": ""}),
}
