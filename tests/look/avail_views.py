"""What the pages of the back-in-stock list, of support and of customers are drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import CJK, HOSTILE, RTL, STORES, VIEWS, at, view
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
FOUND = [{"id": n, "ref": ref, "store": "Kiln & Cup", "customer": who, "state": state, "placed_at": at(17), "tags": tags} for n, (ref, who, state, tags) in enumerate((
    ("#1042", "Ines Moreau", "part_allocated", ["backorder", "vip"]), ("536365/ä #7", HOSTILE, "handed_over", [])), 1)]
TOLD = [{"id": n, "at": at(24, 9, n), "what": what, "state": state, "until": until, "reason": why, "end": "told"} for n, (what, state, until, why) in enumerate((
    ("Later than told", "held", at(27, 16), ""), ("Still waiting", "sent", None, ""), ("On its way", "skipped", None, "the handover was undone")), 1)]
ONE = {"order": {"id": 1, "ref": "#1042", "store": "Kiln & Cup", "store_key": "kiln", "customer": "Ines Moreau", "email": "ines@example.net", "state": "part_allocated", "placed_at": at(17), "held": "", "status_href": "/track/1-0"},
       "tags": ["backorder", "vip", "call back on monday"], "told": TOLD,
       "parcels": [{"code": "PC42-1", "state": "handed_over", "word": "We missed you", "kind": "bad", "at": at(27), "place": "Nantes", "eta": "Sat 28 Nov", "carrier": "DHL", "tracking": "JJD000390217745" * 4},
                   {"code": "PC42-2", "state": "labelled", "word": "", "kind": "go", "at": None, "place": "", "eta": "", "carrier": "", "tracking": ""}],
       "choices": [{"at": at(24), "kind": "wait", "word": "open", "because": "with the apology", "chosen": "", "why": "", "ends_at": at(30)}, {"at": at(20), "kind": "done", "word": "ended", "because": "by hand", "chosen": "", "why": "a newer one stands", "ends_at": None}],
       "waiting": [{"sku": "BWL-AS-30", "name": "Serving bowl, ash", "units": 1, "place": 14, "when": "3 to 7 December"}, {"sku": "SEA/GREEN 2026 #1", "name": LONG, "units": 1200, "place": 10000, "when": "no date yet"}],
       "answers": [{"key": "where-is-it", "title": "Where is my order", "text": "Hello Ines,\n\nyour order #1042 is with us."}, {"key": "why-late", "title": "Why is it late", "text": LONG * 4}]}
NOTHING = {**ONE, "tags": [], "waiting": [], "told": [], "parcels": [], "choices": [], "answers": []}
SNIPPETS = [{"id": n, "key": key, "locale": locale, "title": title, "text": text, "public": n == 1, "changed_at": at(3), "changed_by": who} for n, (key, locale, title, text, who) in enumerate((
    ("where-is-it", "en", "Where is my order", "Hello {{ customer }},\n\nyour order {{ order }} is with us.", "Stowline"), ("why-late", "ar", RTL, LONG * 3, "")), 1)]
PEOPLE = [{"id": n, "name": name, "email": email, "store": "Kiln & Cup", "tags": tags, "orders": orders, "waiting": waits, "last": last} for n, (name, email, tags, orders, waits, last) in enumerate((
    ("Ines Moreau", "ines@example.net", ["backorder", "vip"], 12, 1, at(24)), (HOSTILE, "a.very.long.name.of.somebody@an-even-longer-name-of-a-domain.example", [], 0, 0, None)), 1)]
BOUGHT = [{"ref": "#1042", "store_key": "kiln", "state": "part_allocated", "placed_at": at(17), "total": 18700, "currency": "EUR", "waiting": 2}]
AVAIL: dict[str, tuple[str, dict[str, Any]]] = {
    "back-in-stock": ("desk/back_in_stock.html", view("/back-in-stock", say="12,068 people wait to hear.", views=VIEWS[:2], q="", view="waiting", rows=WANTED)),
    "back-in-stock-none": ("desk/back_in_stock.html", view("/back-in-stock", say="Nobody waits to hear.", views=VIEWS[:2], q="", view="all", rows=[])),
    "back-in-stock-one": ("desk/back_in_stock_one.html", view("/back-in-stock", product={"sku": "BWL-AS-30", "name": "Serving bowl, ash", "free": 3}, counted={"waiting": 27, "told": 4, "left": 1}, heard=4, rows=LIST, may_write=True)),
    "shop-pages": ("desk/shop_pages.html", view("/back-in-stock", rows=SHOPS, shown=SHOWN, most=20, may_write=True)),
    "support": ("desk/support.html", view("/support", q="ines", rows=FOUND, one=ONE, may_write=True)),
    "support-none": ("desk/support.html", view("/support", q="nobody", rows=[], one=None, may_write=False)),
    "support-done": ("desk/support.html", view("/support", q="", rows=[], one=NOTHING, may_write=False)),
    "snippets": ("desk/snippets.html", view("/support", rows=SNIPPETS, typed={"key": "no key"}, known={"customer": "the shopper's name", "order": "the order's ref"}, longest=4000, may_write=True, flash="A key is 1 to 40 small letters, digits and hyphens.", flash_kind="bad")),
    "customers": ("desk/customers.html", view("/customers", views=VIEWS[:2], q="", view="all", rows=PEOPLE, tags=STORES)),
    "customers-none": ("desk/customers.html", view("/customers", views=VIEWS[:2], q="", view="backorder", rows=[], tags=STORES)),
    "customer": ("desk/customer.html", view("/customers", customer=PEOPLE[0], orders=BOUGHT, may_write=True, may_erase=True, preferences_href="/preferences/1", phone="+4915112345678", own_phone=False, erased=False, ways=[{"value": "email", "label": "e-mail"}, {"value": "sms", "label": "text message"}],
                 consents=[{"at": at(3), "way": "e-mail", "given": True, "text": "Yes, news please", "source": "preference centre"}, {"at": at(2), "way": "text message", "given": False, "text": LONG, "source": HOSTILE}])),
    "notify": ("shop/notify.html", WISH),
    "notify-wrong": ("shop/notify.html", {**WISH, "eyebrow": LONG, "headline": "Out of stock", "typed": "ines at example", "trouble": "This is not an e-mail address. Look at it once more."}),
    "notify-done": ("shop/notify.html", {**WISH, "headline": "We will tell you", "say": "You are on the list for Serving bowl, ash.", "form": False}),
    "notify-leave": ("shop/notify.html", {**WISH, "headline": "Hear no more about it?", "say": "You are on the list for Serving bowl, ash.", "form": False, "leave": True}),
}
