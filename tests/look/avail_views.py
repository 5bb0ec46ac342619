"""What the pages of the back-in-stock list are drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import CJK, HOSTILE, RTL, VIEWS, at, view
from tests.look.floor_views import LONG
from tests.look.shop_views import FRAME, STORE

WANTED = [{"sku": sku, "name": name, "waiting": waits, "told": told, "left": left, "free": free, "due": due, "late": late} for sku, name, waits, told, left, free, due, late in (
    ("BWL-AS-30", "Serving bowl, ash", 27, 4, 1, 0, "Tue 24 Nov", True), ("SEA/GREEN 2026 #1", LONG, 12040, 0, 0, 3, "3 to 7 Dec", False), ("إ-9", RTL, 1, 0, 0, 0, "", False))]
LIST = [{"id": n, "email": email, "store": store, "since": at(3, 9, n), "state": state, "kind": kind, "word": word, "told_at": told} for n, (email, store, state, kind, word, told) in enumerate((
    ("ines@example.net", "Kiln & Cup", "told", "ok", "Told", at(24, 14)), ("a.very.long.name.of.somebody.who.types.much@an-even-longer-name-of-a-domain.example", CJK, "waiting", "warn", "Waiting", None),
    ("left@example.net", HOSTILE, "left", "done", "Left", at(24))))]
SHOPS = [{"key": "kiln", "name": "Kiln & Cup", "url": "https://kiln.example", "public": True, "units_shown": "few", "notices": 2}, {"key": "other", "name": LONG, "url": "", "public": False, "units_shown": "none", "notices": 20}]
SHOWN = {"none": "not at all", "few": "the last five", "exact": "exactly"}
WISH: dict[str, Any] = {**FRAME, "store": STORE, "eyebrow": "Serving bowl, ash", "headline": "Expected 3 to 7 December", "action": "/notify/kiln/BWL-AS-30", "form": True, "trap": "website",
        "say": "Leave your address, and we write once, as soon as there is some after everybody who ordered is served."}
AVAIL: dict[str, tuple[str, dict[str, Any]]] = {
    "back-in-stock": ("desk/back_in_stock.html", view("/back-in-stock", say="12,068 people wait to hear.", views=VIEWS[:2], q="", view="waiting", rows=WANTED)),
    "back-in-stock-none": ("desk/back_in_stock.html", view("/back-in-stock", say="Nobody waits to hear.", views=VIEWS[:2], q="", view="all", rows=[])),
    "back-in-stock-one": ("desk/back_in_stock_one.html", view("/back-in-stock", product={"sku": "BWL-AS-30", "name": "Serving bowl, ash", "free": 3}, counted={"waiting": 27, "told": 4, "left": 1}, heard=4, rows=LIST, may_write=True)),
    "shop-pages": ("desk/shop_pages.html", view("/back-in-stock", rows=SHOPS, shown=SHOWN, most=20, may_write=True)),
    "notify": ("shop/notify.html", WISH),
    "notify-wrong": ("shop/notify.html", {**WISH, "eyebrow": LONG, "headline": "Out of stock", "typed": "ines at example", "trouble": "This is not an e-mail address. Look at it once more."}),
    "notify-done": ("shop/notify.html", {**WISH, "headline": "We will tell you", "say": "You are on the list for Serving bowl, ash.", "form": False}),
    "notify-leave": ("shop/notify.html", {**WISH, "headline": "Hear no more about it?", "say": "You are on the list for Serving bowl, ash.", "form": False, "leave": True}),
}
