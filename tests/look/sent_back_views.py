"""What the shopper's pages of a return are drawn with."""

# fmt: off

from typing import Any

from stowline.core.barcode import qr_svg
from stowline.portal.reader import Reader
from tests.look.floor_views import LONG
from tests.look.return_views import RETURNS
from tests.look.shop_views import BASE, GIFT, MUG, STEPS

ABOUT: dict[str, Any] = {**BASE, "eyebrow": "Order #1042", "here": "/track/1-x/return", "back_href": "/track/1-x", "trouble": "", "bad": ""}
CHINESE = Reader.of("zh-Hant", "Asia/Taipei").frame()
REASONS = [{"value": "damaged", "label": "Damaged", "chosen": True}, {"value": "disliked", "label": "Not as hoped", "chosen": False}]
LINES = [
    {"id": 1, "sku": "MUG-BL", "name": "Mug, blue", "most": 3, "units": "2", "may": True, "why_not": "", "reasons": REASONS,
     "says": ["May come back until Saturday 26 December: 30 days left.", "Not received: The parcel may still come. It can be reported as not received from Saturday 5 December."]},
    {"id": 2, "sku": "X", "name": LONG, "most": 1200, "units": "0", "may": True, "why_not": "", "reasons": REASONS, "says": []},
    {"id": 3, "sku": "JUG-SG", "name": "Milk jug, sage", "most": 0, "units": "0", "may": False, "why_not": "All of it is returned, or in a return already.", "reasons": [], "says": []},
]
RULES = ["Goods may come back within 30 days of delivery.", "What is damaged or wrong may be reported within 90 days of delivery.", "The return label is free."]
PICKS = [{"id": 1, "sku": "MUG-BL", "name": "Mug, blue", "units": 2, "reason": "Damaged", "options": [
    {"value": "replacement", "label": "A replacement, free of charge", "say": "In stock. It leaves by the fast way as soon as the return is approved, before anything comes back.", "checked": True},
    {"value": "refund", "label": "Refund of €9.00", "say": "The shop pays it back the way you paid.", "checked": False}, {"value": "exchange:X", "label": "Exchange for " + LONG, "say": "In stock.", "checked": False}]}]
KEPT = [("u1", "2"), ("r1", "damaged")]
MONEY = [{"label": "Paid for these goods", "amount": "€9.00", "total": False}, {"label": "Return label", "amount": "−€3.00", "total": False}, {"label": "You get", "amount": "€6.00", "total": True}]
RMA = {"ref": "RMA-7K2P9QXM", "kind": "go", "word": "Approved", "asked": "Friday 27 November, 09:12"}
STATUS: dict[str, Any] = {
    **ABOUT, "rma": RMA, "headline": "Approved: send it to us", "say": "Below is how to pack it and where to hand it in.", "why": "", "steps": STEPS,
    "goods": [{**MUG, "say": "Damaged: Refund. We found: 1 piece as new, 1 piece worn.", "parts": []}, GIFT], "note": "The handle is off.\n" + LONG, "money": [], "expected": MONEY, "cuts": [], "payments": [], "orders": [],
    "send": {"free": "Sending it back costs you nothing.", "code": "RMA-7K2P9QXM", "qr": qr_svg("RMA-7K2P9QXM"), "label_href": "/track/1-x/return/RMA-7K2P9QXM/label"}, "photos": [{"src": "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "say": "Your photograph 1"}], "way": None, "claim": "", "may_withdraw": True, "places": ["Post office, Rue des Carmes 2", "Every shop with our sign"], "packing": [],
    "more_href": "/track/1-x/return", "policy_href": "/return-policy/kiln", "said": "We have it.",
}

SENT_BACK: dict[str, tuple[str, dict[str, Any]]] = {
    "sent-back-items": ("shop/return_items.html", {**ABOUT, "lines": LINES, "any": True, "rules": RULES, "policy_href": "/return-policy/kiln"}),
    "sent-back-items-trouble": ("shop/return_items.html", {**ABOUT, "lines": LINES, "any": True, "rules": RULES, "policy_href": "/return-policy/kiln", "trouble": "Choose a reason for Mug, blue.", "bad": "r1"}),
    "sent-back-items-none": ("shop/return_items.html", {**ABOUT, **CHINESE, "lines": LINES[2:], "any": False, "rules": [], "policy_href": "/return-policy/kiln"}),
    "sent-back-wish": ("shop/return_wish.html", {**ABOUT, "picks": PICKS, "kept": KEPT, "trouble": "Choose what you would like for Mug, blue.", "bad": "o1"}),
    "sent-back-review": ("shop/return_review.html", {**ABOUT, "rows": [{**MUG, "say": "Damaged. Refund of €9.00"}], "money": MONEY, "next": RULES, "photo_needed": True, "most_photos": 5, "accept": "image/jpeg", "kept": KEPT, "after": 0, "note": ""}),
    "sent-back": ("shop/return.html", STATUS),
    "sent-back-settled": ("shop/return.html", {**STATUS, **CHINESE, "headline": "退貨已完成", "say": "所有事項都已辦理。", "money": MONEY, "expected": [], "send": None, "cuts": [LONG], "payments": ["€6.00 were paid back."], "orders": [{"ref": "RMA-7K2P9QXM-1", "href": "/track/2-x"}],
                       "way": {"carrier": "DHL", "number": "JJD000390217745"}, "claim": "C-77", "may_withdraw": False, "said": ""}),
    "sent-back-refused": ("shop/return.html", {**STATUS, "headline": "We cannot take it back", "why": LONG, "steps": [], "expected": [], "send": None, "may_withdraw": False, "more_href": ""}),
    "sent-back-policy-texts": (RETURNS["return-policy"][0], {**RETURNS["return-policy"][1], "texts": [{"locale": "en", "name": "English", "places": "Post office", "packing": ""}, {"locale": "zh-Hant", "name": "繁體中文", "places": LONG, "packing": LONG}]}),
    "sent-back-policy-shop": ("shop/return_policy.html", {**BASE, "rules": RULES, "places": ["Post office"], "packing": ["In its own box."]}),
}
