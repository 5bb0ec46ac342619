"""What the pages of instructions and offers are drawn with."""

# fmt: off

from datetime import date
from typing import Any

from stowline.backorders.option_policies import Policy
from tests.look.desk_views import DESK, HOSTILE, RTL, VIEWS, at, view
from tests.look.floor_views import LONG
from tests.look.shop_views import BASE, CARDS, FRAME, STEPS, STORE, WAITS

PAGES = {"say": "3 shown, newest first", "earlier": None, "later": "/instructions?after=x"}
ROW: dict[str, Any] = {
    "id": 7, "ref": "#1042", "store_key": "kiln", "what": "Pay back", "amount": 8400, "currency": "EUR", "goods": [("Mug, blue", 3), (LONG, 1200)],
    "kind": "bad", "word": "Refused", "state": "refused", "say": "The card is closed.", "why": "Chosen by the shopper", "shop_ref": "", "note": "",
    "by": "", "at": at(27), "next_at": None, "may_replay": True, "may_settle": True,
}
DOORS = [
    {"store": "Kiln & Cup", "key": "kiln", "url": "https://shop.kiln.example/instructions", "kind": "bad", "word": "Failing", "why": "", "active": True, "two": False, "known": True},
    {"store": RTL, "key": "rtl", "url": "https://" + "long-name-of-a-shop." * 6 + "example/", "kind": "done", "word": "Closed", "why": "Closed by Ruth.", "active": False, "two": True, "known": True},
    {"store": "Loft", "key": "loft", "url": "", "kind": "warn", "word": "No address", "why": "", "active": False, "two": False, "known": False},
]
ROWS = [ROW, {**ROW, "id": 6, "what": "Send faster", "amount": 0, "goods": [], "kind": "go", "word": "To be sent", "say": "The shop answered 503.", "next_at": at(27), "may_replay": False},
        {**ROW, "id": 5, "ref": HOSTILE, "kind": "done", "word": "Settled by hand", "say": "", "note": "Paid by bank", "by": "Ruth Adeyemi", "shop_ref": "re_77", "may_replay": False, "may_settle": False}]
CHOICES = [("wait:0", "Keep waiting", "Your place in line is kept, and we send it by the fast way, free of charge."),
           ("ship:0", "Send what is here now", "2 pieces go out at once. The rest follows in a parcel of its own, free of charge."),
           ("swap-4-12:0", f"Take {LONG} instead", "In place of Serving bowl, ash: in stock, kept for you until then, at the same price."),
           ("credit:4290", "Store credit, €42.90", "€39.00 and €3.90 on top. What waits is taken off your order."),
           ("cancel:3900", "Cancel what waits", "€39.00 go back the way you paid. What is here is sent to you."),
           ("cancel_order:8100", "Cancel the whole order", "€81.00 go back the way you paid.")]
CHOICE: dict[str, Any] = {
    "title": "Your choice", "action": "/track/1-x/offers/1-x", "legend": "What should become of what waits?", "said": "", "done": "", "button": "Save my choice",
    "until": "Open until Wednesday 2 December. Until you choose, your place in line is kept.",
    "options": [{"value": value, "label": label, "say": say, "checked": n == 0} for n, (value, label, say) in enumerate(CHOICES)],
}
WAITING = {**BASE, "eyebrow": "Order #1042", "headline": "No date yet", "say": "We have no date that we could stand behind, so we name none.",
           "steps": STEPS, "parcels": [], "cards": CARDS[:1], "waiting": {**WAITS, "ahead": None, "due": None}}
OFFERED = {"at": at(24), "because": "with the notice of the delay", "by": "Stowline", "kind": "done", "word": "ended", "ends_at": None, "chosen": "", "chosen_by": "", "chosen_at": None, "why": "a newer one stands"}
DECIDED = {**OFFERED, "because": "by hand", "by": "Ruth Adeyemi", "kind": "ok", "word": "chosen", "chosen": f"Another product: {LONG}", "chosen_by": "Ruth Adeyemi for the shopper", "chosen_at": at(27), "why": ""}
ORDER_CHOICE = {"rows": [DECIDED, {**OFFERED, "kind": "wait", "word": "open", "ends_at": at(27), "why": ""}, OFFERED], "told": ROWS[:2], "offer": 7, "may_offer": True,
                "consents": [{"kind": "wait", "word": "asked", "told": date(2026, 12, 3), "due": at(27), "silence": True, "text": "", "source": "", "at": at(24)}, {"kind": "ok", "word": "agreed", "told": None, "due": None, "silence": False, "text": "chose: wait", "source": "the shopper", "at": at(25)}],
                "options": [{"value": "wait", "label": "Keep waiting", "chosen": False}, {"value": "credit", "label": "Store credit, 42.90 EUR", "chosen": False}]}
OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "choices": ("desk/choices.html", view("/choices", rows=[{"key": "kiln", "name": "Kiln & Cup", "policy": Policy(bonus_percent=10, us_rule=True)}, {"key": "rtl", "name": RTL, "policy": Policy(active=False)}], may_write=True,
                lapsed=[{"ref": "#1042", "store_key": "kiln", "due": at(27), "told": date(2026, 12, 3), "asked_at": at(24)}, {"ref": HOSTILE, "store_key": "kiln", "due": at(27), "told": None, "asked_at": at(24)}])),
    "instructions": ("desk/instructions.html", view("/instructions", views=VIEWS[:3], view="person", rows=ROWS, doors=DOORS, secret="whsec_" + "c2VjcmV0" * 5 + "c2U=", pages=PAGES, may_write=True)),
    "order-choice": (DESK["order"][0], {**DESK["order"][1], "choice": ORDER_CHOICE}),
    "shop-choice": ("shop/order.html", {**WAITING, "choice": CHOICE}),
    "shop-choice-again": ("shop/order.html", {**WAITING, "choice": {**CHOICE, "done": "You chose to keep waiting", "said": "Something arrived for you meanwhile, so the amounts are others. Nothing was changed; look again, then choose.", "button": "Change my choice"}}),
    "shop-choice-over": ("shop/order.html", {**WAITING, "choice": {
        "title": "Your choice", "said": "", "done": "This offer ended on Wednesday 2 December", "options": [],
        "say": "Nothing was chosen, so nothing was changed: your place in line is kept."}}),
    "shop-chosen": ("shop/choice.html", {**FRAME, "store": STORE, "order": {"ref": "#1042"}, "eyebrow": "Order #1042", "title": "You chose to keep waiting", "back": "See your order", "back_href": "/track/1-x",
                    "says": ["You keep your place in line. We write to you when your goods are here, and they go out at once.", "You can think again until Wednesday 2 December, on your order's page."]}),
    "instructions-none": ("desk/instructions.html", view("/instructions", views=VIEWS[:3], view="person", rows=[], doors=DOORS[2:], secret="", pages=PAGES, may_write=False)),
}
