"""What the pages of allocation are drawn with: an order's stock and shipping, stores, substitutes of a product."""

# fmt: off

from typing import Any

from tests.look.desk_views import BINS, CJK, HOSTILE, MOVES, PRODUCT, RTL, WAITING, at, view
from tests.look.floor_views import LONG

SHIPS = [{"value": "complete", "label": "Complete: everything together", "chosen": False}, {"value": "parts", "label": "In parts: what is there goes, the rest follows", "chosen": False},
         {"value": "at_most", "label": "In at most so many parcels: the last one with all the rest", "chosen": True}]
SERVES = [{"value": "placed", "label": "By the day they were placed", "chosen": True}, {"value": "ship_by", "label": "By the day they must leave", "chosen": False}]
ORDER: dict[str, Any] = {"ref": "#1050", "store": "Kiln & Cup", "store_key": "kiln", "state": "part_allocated", "customer": "Ines Moreau", "priority": 2, "urgent": True, "fast": True, "most_parcels": 3, "parcels": 1}
LOSSES = [{"ref": "#1042", "customer": RTL, "name": "Serving bowl, ash", "sku": "BWL-AS-30", "units": 2}, {"ref": HOSTILE, "customer": CJK, "name": LONG, "sku": "X" * 60, "units": 1200}]
LINES = [{"id": 1, "sku": "BWL-AS-30", "name": "Serving bowl, ash", "waiting": 3, "agreed": True, "stands": "Serving bowl, oak and Serving bowl, pine (not in season)"},
         {"id": 2, "sku": "LMP-MS", "name": LONG, "waiting": 0, "agreed": False, "stands": "none"}]
KEPT = [{"sku": "MUG-BL", "name": "Mug, blue", "units": 40, "free": 12, "until": at(30), "who": "Ruth Adeyemi"}, {"sku": "Y" * 60, "name": LONG, "units": 1_000_000, "free": 0, "until": None, "who": HOSTILE}]
STORE: dict[str, Any] = {"key": "kiln", "name": "Kiln & Cup", "most_parcels": 2, "urgent": 20}
PAGES = {"say": "2 shown, by SKU", "earlier": None, "later": None}
STANDS = [{"sku": "MUG-GR", "name": "Mug, green", "months": ""}, {"sku": "Z" * 60, "name": LONG, "months": "November to February"}]
LOOKS = [{"value": "plain", "label": "Plain: what was ordered, and nothing else", "chosen": True}, {"value": "coupon", "label": "A coupon for the next order, and a word for friends", "chosen": False}]
OWN = {**dict.fromkeys(("greeting", "welcome_code", "welcome_say", "coupon_code", "coupon_say", "referral_say", "referral_url", "win_back_code", "win_back_say", "win_back_news"), ""), "sign_off": "Warmly, Maud", "name": "Kiln & Cup", "sender_email": "shop@example.test", "reply_to": "", "support_email": "help@kiln.example", "support_phone": "+49 30 123456", "support_hours": "Mon to Fri, 9 to 17", "address_line": "Töpferhof 8", "url": "https://kiln.example",
       "currency": "EUR", "locale": "en", "time_zone": "Europe/Berlin", "accent": "#7a3b1e", "ship_within_days": 2}

ALLOC: dict[str, tuple[str, dict[str, Any]]] = {
    "order-stock": ("desk/order_stock.html", view("/orders", order=ORDER, ships=SHIPS, losses=LOSSES[:1], units=2, left=17, limit=20, lacks=3, lines=LINES, seen="abc", may_write=True)),
    "order-stock-beyond": ("desk/order_stock.html", view("/orders", order={**ORDER, "ref": HOSTILE, "customer": LONG, "fast": False, "most_parcels": None}, ships=SHIPS, losses=LOSSES, units=1202, left=1, limit=20, lacks=1300, lines=[], seen="abc", may_write=True)),
    "order-stock-read": ("desk/order_stock.html", view("/orders", order={**ORDER, "state": "handed_over", "fast": False}, ships=SHIPS, losses=[], units=0, left=20, limit=20, lacks=0, lines=LINES, seen="abc", may_write=False)),
    "stores": ("desk/stores.html", view("/stores", rows=[{"key": "kiln", "name": "Kiln & Cup", "serves": "by the day they were placed", "ships": "complete", "urgent": 20, "kept": 2, "live_at": at(20)}, {"key": "rtl", "name": RTL, "serves": "by the day they must leave", "ships": "in at most 3 parcels", "urgent": 0, "kept": 0, "live_at": None}])),
    "store": ("desk/store.html", view("/stores", store=STORE, own=OWN, looks=LOOKS, zones=["Europe/Berlin", "UTC"], soft_opt_in=True, sends=False, serves=SERVES, ships=SHIPS, self_service=SHIPS, rows=KEPT, typed={}, may_write=True, pages=PAGES)),
    "store-read": ("desk/store.html", view("/stores", store={**STORE, "name": LONG}, own={**OWN, "name": LONG}, looks=LOOKS, zones=[], soft_opt_in=False, sends=True, serves=SERVES, ships=SHIPS, self_service=SHIPS, rows=[], typed={}, may_write=False, pages=PAGES)),
    "product-substitutes": ("desk/product.html", view("/stock", product=PRODUCT, bins=BINS, moves=MOVES, waiting=WAITING, stands=STANDS, kept=[("Kiln & Cup", "kiln", 40)], may_write=True)),
}
