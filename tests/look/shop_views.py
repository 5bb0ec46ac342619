"""What the shopper's pages are drawn with."""

# fmt: off

from typing import Any

from stowline.portal.reader import Reader
from tests.look.floor_views import LONG

STORE = {"name": "Kiln & Cup", "href": "https://kiln.example", "email": "hello@kiln.example", "phone": "+49 30 123456", "hours": "Monday to Friday, 9 to 17"}
STEPS = [
    {"label": "Ordered", "say": "Tuesday 17 November", "state": "done"}, {"label": "In stock", "say": None, "state": "done"},
    {"label": "Packed", "say": "Tuesday 24 November", "state": "done"}, {"label": "Waiting for the carrier", "say": None, "state": "now"},
]
MUG, JUG = ({"sku": "MUG-BL", "name": "Mug, blue", "say": "0.3 l", "quantity": 3}, {"sku": "JUG-SG", "name": "Milk jug, sage", "say": None, "quantity": 1})
GIFT = {"sku": "GIFT-1", "name": "Gift box, blue", "say": None, "quantity": 2, "parts": [{"name": "Mug, blue", "times": "4 ×"}, {"name": "Box with ribbon", "times": "2 ×"}]}
PARCEL = {
    "title": "Parcel 1", "kind": "ok", "word": "Handed over", "carrier": "House carrier", "tracking": "JJD000390217745", "tracking_href": None,
    "goods": [MUG, JUG, GIFT], "more": "",
    "photos": [{"src": f"/track/1-f/photos/{n}/small", "href": f"/track/1-f/photos/{n}", "width": 480, "height": 360, "say": f"Photograph {n} of the packed box"} for n in (1, 2)],
    "events": [{"at": "Friday 27 November, 09:12", "say": "Handed to the carrier"}, {"at": "Tuesday 24 November, 16:27", "say": "Packed"}],
}
WAITS = {
    "title": "Still to come", "kind": "warn", "word": "Waiting", "more": "and 3 more lines",
    "goods": [{"sku": "BWL-AS-30", "name": "Serving bowl, ash", "say": "number 14 in line, expected to leave our warehouse 3 to 7 December", "quantity": 1}, {"sku": "X", "name": LONG, "say": None, "quantity": 1200}],
    "say": "Whoever ordered first is served first. What arrives for you is set aside at once.", "ahead": 13, "due": 60,
}
CARDS = [{"id": "ready", "title": "Set aside for you", "kind": "ok", "word": "In stock", "goods": [JUG], "more": ""}, {"id": "cancelled", "title": "What was cancelled", "kind": "done", "word": "Cancelled", "goods": [MUG], "more": ""}]
ORDER = {"ref": "#1042", "placed": "Tuesday 17 November", "total": "€187.00"}
FRAME = Reader.of("en", "UTC").frame() | {"languages": [
    {"lang": "en", "name": "English", "href": ""}, {"lang": "zh-Hans", "name": "简体中文", "href": "?lang=zh-Hans"}, {"lang": "zh-Hant", "name": "繁體中文", "href": "?lang=zh-Hant"}]}
BASE: dict[str, Any] = {**FRAME, "store": STORE, "order": ORDER, "address": ["Ines Moreau", "44000 Nantes", "France"]}
DEED: dict[str, Any] = {"eyebrow": "Order #1042", "action": "/track/1-f/change/address", "mark": "1-f", "back": "See your order", "back_href": "/track/1-f", "bad": "", "trouble": ""}
CHANGE: dict[str, Any] = {"parts_say": "Not everything was here at once, so what was here went first.", "trouble_href": "/track/1-f/problem", "asked": [{"question": "When does it leave?", "says": ["With the next pick-up.", LONG]}, {"question": LONG, "says": ["Yes."]}],
    "change": {"title": "Change something", "deeds": [{"href": "/track/1-f/change/address", "label": "Send it somewhere else"}, {"href": "/track/1-f/change/cancellation", "label": "Cancel the order"}], "whys": ["It is packed already. Once you have it, send it back: we send you a return label instead."]}}
LOST = {**FRAME, "word": "Your order", "title": "This link does not open an order", "say": "It may be cut off. Open it again from the message, whole."}

NEWS = {"news": {"fresh": True, "newest": 9, "rows": [{"at": "Friday 27 November, 09:12", "subject": "Your parcel is on its way", "say": "Order #1042: 1 parcel left today. https://shop.example/track/1-" + "f" * 32, "fresh": True},
        {"at": "Tuesday 17 November, 21:14", "subject": LONG, "say": "Order #1042 is confirmed.", "fresh": False}]}, "read_href": "/track/1-f/news"}

SHOP: dict[str, tuple[str, dict[str, Any]]] = {
    "shop-order": ("shop/order.html", {**BASE, "eyebrow": "Order #1042", "headline": "The rest is expected to leave our warehouse 3 to 7 December",
                   "say": "Part of your order is on its way already.", "steps": STEPS, "parcels": [PARCEL], "cards": CARDS, "waiting": WAITS, **NEWS, **CHANGE}),
    "shop-waiting": ("shop/order.html", {**BASE, "store": {"name": "متجر الفخار", "href": None, "email": None}, "dir": "rtl", "lang": "ar", "eyebrow": "الطلب #1042", "headline": "لا يوجد موعد بعد", "say": "نكتب لك حالما نعرفه.",
                     "steps": [], "parcels": [], "cards": [], "waiting": {**WAITS, "ahead": None, "due": None}}),
    "shop-chinese": ("shop/order.html", {**BASE, **Reader.of("zh-Hant", "Asia/Taipei").frame(), "store": {"name": "青石茶行", "href": "https://tea.example", "email": "hello@tea.example"}, "eyebrow": "訂單 1042",
                     "headline": "其餘預計 12月3日至7日出貨", "say": "您的訂單有一部分已經出貨。這些日期依供應商的說法，以及他們過去的準時程度估算。若有變動，我們會寫信通知您。", "steps": STEPS, "parcels": [PARCEL], "cards": CARDS, "waiting": WAITS}),
    "shop-change": ("shop/change.html", {**BASE, **DEED, "headline": "Send it somewhere else", "say": "Type the whole address once more.", "button": "Send it there", "proof": "", "note": "In France.", "bad": "line1", "trouble": "Something is missing here. Nothing was changed yet.",
                    "fields": [{"name": "ship_name", "label": "Name", "value": "Ines Moreau", "longest": 300, "needed": True, "fill": "name"}, {"name": "line1", "label": "Street and number", "value": "", "longest": 300, "needed": True, "fill": "address-line1"}], "choices": []}),
    "shop-change-cancel": ("shop/change.html", {**BASE, **DEED, "headline": "Cancel the order", "say": "All of it, or a line.", "button": "Cancel it", "proof": "", "note": "Kiln & Cup pays it back.", "fields": [],
                           "choices": [{"value": "all", "label": "The whole order", "checked": True}, {"value": "7", "label": LONG, "checked": False}]}),
    "shop-track": ("shop/track.html", {**FRAME, "store": STORE, "keep": "kiln", "typed": "", "trouble": "", "several": []}),
    "shop-track-trouble": ("shop/track.html", {**FRAME, **Reader.of("zh-Hant", "Asia/Taipei").frame(), "store": STORE, "keep": "", "typed": LONG[:90], "trouble": "兩項資料不相符。", "several": []}),
    "shop-track-several": ("shop/track.html", {**FRAME, "store": STORE, "keep": "", "typed": "", "trouble": "", "several": [{"store": "Kiln & Cup", "href": "/track/1-f"}, {"store": LONG, "href": "/track/2-f"}]}),
    "shop-parcel": ("shop/parcel.html", {**FRAME, "store": STORE, "keep": "", "number": "JJD000390217745", "trouble": "", "parcel": {
        "headline": "Out for delivery", "say": "Expected Saturday 28 November", "steps": STEPS, "carrier": "DHL", "events": [{"place": "Köln", "at": "Friday 27 November, 09:12", "say": "Out for delivery"}, {"place": "", "at": "Tuesday 24 November, 16:27", "say": "Packed"}]}}),
    "shop-parcel-none": ("shop/parcel.html", {**FRAME, "store": STORE, "keep": "", "number": "JJD1", "trouble": "We know no parcel of this number.", "parcel": None}),
    "shop-error": ("shop/error.html", LOST),
}
