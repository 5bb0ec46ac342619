"""What the desk's pages are drawn with."""

# fmt: off

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.look.floor_views import CUTOFFS, LONG

NOW = datetime(2026, 11, 27, 14, 6, tzinfo=UTC)
RTL = "أحمد بن عبد الرحمن الهاشمي"
CJK = "株式会社山田太郎商店 東京本社営業部"
HOSTILE = "<script>alert(1)</script> & \"O'Brien\""


def at(day: int, hour: int = 9, minute: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def rail(current: str) -> list[dict[str, Any]]:
    entries = [("", "Today", "/today", "", False), ("Orders", "Orders", "/orders", "214", False), ("Orders", "Waiting list", "/waiting", "27", False),
               ("Orders", "Intake errors", "/intake-errors", "2", True), ("Shoppers", "Messages", "/messages", "1 dead", True), ("Goods", "Receiving", "/receiving", "2", False),
               ("Goods", "Stock", "/stock", "", False), ("Goods", "Products", "/products", "", False), ("House", "Floor", "/floor", "", False)]
    return [{"label": label, "href": href, "group": group, "count": n, "alarm": alarm, "current": href == current} for group, label, href, n, alarm in entries]


def view(current: str, **more: Any) -> dict[str, Any]:
    user = {"name": "Ruth Adeyemi", "short": "Ruth A.", "initials": "RA", "role": "Shift lead, Hall 2"}
    return {"rail": rail(current), "user": user, "csrf": "token", "theme": "system", "path": current, "now": NOW, "q": "", "view": "open", "pages": PAGES, **more}


PAGES = {"say": "9 shown, oldest first", "earlier": None, "later": "/orders?after=abc", "later_say": "Later, after #1042"}
STORES = [{"value": "", "label": "All stores", "chosen": True}, {"value": "kiln", "label": "Kiln & Cup", "chosen": False}, {"value": "nordlys", "label": "Nordlys", "chosen": False}]
STATES = [{"value": "", "label": "All open", "chosen": True}, {"value": "backordered", "label": "Waiting", "chosen": False}]
VIEWS = [{"label": label, "href": f"/orders?view={key}", "n": n, "current": key == "open"} for label, key, n in
         (("Open", "open", 214), ("Ship today", "today", 38), ("Waiting", "waiting", 27), ("On hold", "held", 4), ("Handed over", "done", 130600), ("All", "all", None))]


def order_row(ref: str, customer: str, state: str, why: str, ready: int, units: int, **more: Any) -> dict[str, Any]:
    return {"ref": ref, "store": "Kiln & Cup", "store_key": "kiln", "customer": customer, "state": state, "why": why, "ready": ready, "open": units,
            "placed_at": at(17, 21, 14), "late": False, "urgent": False, "total": 18700, "currency": "EUR", **more}


ORDERS = [
    order_row("#1038", "Aino Virtanen", "short", "A-07-3 was empty; re-allocated to C-02-1", 2, 3, late=True),
    order_row("#1040", "Tom Becker", "on_hold", "Address not found by DHL", 1, 1, late=True, total=1234567),
    order_row("#1041", "Léa Fontaine", "picking", "Cart 16, stop 11 of 14, Jonas P.", 4, 5, urgent=True),
    order_row("#1045", RTL, "packed", "Parcel 1 on manifest DHL 27-2", 6, 6),
    order_row("536365/ä #7", CJK, "picked", "Tote 31, oldest at the pack bench: 18 min", 3, 3, currency="JPY"),
    order_row("#1050", "Mateusz Nowak", "released", "Wave 31, cart 18, not claimed yet", 0, 7),
    order_row("#1053", "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Sr.", "allocated", "Next wave at 14:30", 0, 1),
    order_row("#1051", HOSTILE, "backordered", "Lamp, moss: 3rd in line; 12 due Mon", 0, 1),
    order_row("#1042", "Ines Moreau", "part_allocated", "Bowl, ash: 14th in line; 60 due 3 to 7 Dec", 1, 2),
    order_row("#1001", "Omar Haddad", "cancelled", "The shopper asked for it", 0, 0),
]


def line(sku: str, name: str, *counts: int, why: str, cancelled: int = 0, part: str = "", kit: bool = False) -> dict[str, Any]:
    quantity, promised, waiting, picked, packed, handed = counts
    return {"sku": sku, "name": name, "quantity": quantity, "promised": promised, "waiting": waiting, "picked": picked, "packed": packed,
            "handed_over": handed, "cancelled": cancelled, "why": why, "part": part, "kit": kit}


LINES = [
    line("MUG-BL", "Mug, blue", 3, 3, 0, 3, 3, 3, why="Parcel 1, handed over Tue 24 Nov."),
    line("JUG-SG", "Milk jug, sage", 1, 1, 0, 1, 1, 1, why="Parcel 1, handed over Tue 24 Nov."),
    line("TPT-OC", "Teapot, ochre", 2, 1, 0, 0, 0, 0, why="Promised from bin C-11-1.", cancelled=1),
    line("BWL-AS-30", "Serving bowl, ash", 1, 0, 1, 0, 0, 0, why="14th in line. 60 units due 3 to 7 Dec on PO-6."),
    line("GIFT-1", "Gift box, blue", 2, 1, 1, 0, 0, 0, why="Sold as one, picked as its parts. Lacks Mug, blue.", kit=True),
    line("MUG-BL", "Mug, blue", 4, 3, 1, 0, 0, 0, why="3 units promised, to be picked from A-03-2. 2nd in line. No purchase order brings it yet.", part="2 in each kit"),
    line("BOX", "Box with ribbon", 2, 2, 0, 0, 0, 0, why="2 units promised, to be picked from B-01-1.", part="1 in each kit"),
    line("SEA/GREEN 2026 #1", LONG, 1200, 0, 1200, 0, 0, 0, why="No purchase order brings it yet."),
]
PARCELS = [
    {"code": "P-2026-000001", "contents": "3 Mug, blue; 1 Milk jug, sage", "carrier": "House", "tracking": "JJD000390217745", "tracking_href": None, "weight_g": 1840,
     "state": "handed_over", "label_href": "/parcels/P-2026-000001/label", "slip_href": "/parcels/P-2026-000001/slip",
     "photos": [{"id": n, "who": who, "at": at(27, 13, 5)} for n, who in ((1, "Maja Kowalska"), (2, RTL))]},
    {"code": "P-2026-000002", "contents": "1 Teapot, ochre", "carrier": "", "tracking": None, "tracking_href": None, "weight_g": None, "state": "open", "label_href": None, "slip_href": None},
]
TRAIL = [
    {"at": at(27, 14, 2), "rows": [
        {"kind": "scan", "strong": "Teapot, ochre received", "say": "from PO-4, 1 of 60", "why": "Scan by Maja K. on tablet 4", "scan_id": "0192f0c4-7a11-7bb2-9c00-000000000001"},
        {"kind": "event", "say": "Backorder filled: 1 unit to #1042", "why": "Oldest waiting line of 13 for this product"},
        {"kind": "message", "strong": "It is here", "say": "by email", "state": "held", "until": at(27, 14, 4), "why": "Two minutes in which an undo still takes it back.", "href": "/messages/7"}]},
    {"at": at(24, 16, 27), "rows": [
        {"kind": "scan", "strong": "Parcel 1 handed over", "say": "to House, manifest 24-2", "why": "Scan by Jonas P. on tablet 2"},
        {"kind": "event", "say": "Parcel handed over: 4 of 6 units"},
        {"kind": "message", "strong": "On its way", "say": "by email", "state": "sent", "href": "/messages/5"},
        {"kind": "message", "strong": "On its way", "say": "by SMS", "state": "skipped", "why": "She chose email only"},
        {"kind": "message", "strong": "Later than told", "say": "by email", "state": "unknown", "why": "The server took it and the answer was lost; not sent again by itself"},
        {"kind": "message", "strong": "options", "say": "by email", "state": "dead", "why": "Mailbox does not exist"}]},
    {"at": at(17, 21, 14), "rows": [{"kind": "event", "say": "Order placed in Kiln & Cup; teapot and bowl wait"}]},
]
ORDER = {"ref": "#1042", "store": "Kiln & Cup", "store_key": "kiln", "state": "part_allocated", "placed_at": at(17, 21, 14), "customer": "Ines Moreau", "email": "ines@example.net",
         "address": ["Rue des Carmes 8", "44000 Nantes", "FR"], "urgent": True, "fast": True, "total": 18700, "currency": "EUR", "units": 6, "handed_over": 4, "hold_reason": None}
HELD = {**ORDER, "state": "on_hold", "customer": CJK, "hold_reason": "Address not found by DHL. Ruth A., Today, 11:20"}


def stock_row(sku: str, name: str, *counts: int, due: str | None = None) -> dict[str, Any]:
    on_hand, promised, free, waiting, incoming = counts
    return {"sku": sku, "name": name, "on_hand": on_hand, "promised": promised, "free": free, "waiting": waiting, "incoming": incoming, "incoming_say": due}


STOCK = [
    stock_row("MUG-BL", "Mug, blue", 42, 39, 3, 0, 0), stock_row("TPT-OC", "Teapot, ochre", 12040, 1, 12039, 0, 60, due="Tue 1 Dec"),
    stock_row("BWL-AS-30", "Serving bowl, ash", 0, 0, 0, 27, 60, due="3 to 7 Dec"), stock_row("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", 6, 6, 0, 0, 0),
    stock_row("手-1", "手绘陶瓷茶壶 大号", 1, 0, 1, 0, 0), stock_row("SEA/GREEN 2026 #1", LONG, 0, 0, 0, 1200, 0), stock_row("إ-9", RTL, 3, 1, 2, 0, 0),
    stock_row("BX-1", "Gift box, kraft", 9, 1, 8, 0, 0), stock_row("BK-1", "Notebook, moss", 9, 1, 8, 0, 0), stock_row("LMP-2", "Desk lamp, oak", 9, 1, 8, 0, 0),
]
WAITING = [{"place": n, "ref": ref, "store": "Kiln & Cup", "store_key": "kiln", "customer": who, "sku": "BWL-AS-30", "name": name, "units": n, "since": at(17), "incoming": 60 if n < 3 else 0,
            "due": "Tue 24 Nov" if n == 1 else "3 to 7 Dec" if n == 2 else None, "late": n == 1, "why": f"{n} in line; 60 due on PO-6"}
           for n, ref, who, name in ((1, "#1019", "Ines Moreau", "Serving bowl, ash"), (2, "#1042", CJK, LONG), (3, "#1044", RTL, "手绘陶瓷茶壶 大号"))]
PRODUCT = {"sku": "BWL-AS-30", "name": "Serving bowl, ash", "weight_g": 1240, "dims_mm": [300, 300, 120], "barcodes": [{"code": "4006381333931", "quantity": 1}, {"code": "14006381333938", "quantity": 6}],
           "on_hand": 7, "promised": 7, "free": 0, "waiting": 27, "incoming": 60}
BINS = [{"bin": "A-03-2", "kind": "pick", "condition": "good", "on_hand": 6, "promised": 6}, {"bin": "DOCK", "kind": "dock", "condition": "good", "on_hand": 1, "promised": 1}]
MOVES = [{"at": at(27, 14), "quantity": 1, "from_bin": "supplier", "to_bin": "DOCK", "because": "receive", "who": "Maja K.", "say": "PO-6"},
         {"at": at(26, 9), "quantity": 6, "from_bin": "DOCK", "to_bin": "A-03-2", "because": "putaway", "who": None, "say": None}]
BIN_SAID = {"zone": "north", "aisle": "A", "bay": 3, "level": 2, "x_mm": 6000, "y_mm": 4800, "sequence": 1042, "max_units": 40, "max_weight_g": 20000, "max_volume_cm3": None, "mixing": "one_lot",
            "rule": "One product of one lot, 40 units, 20 kg", "full": 3100, "active": True}
BIN_BARE = {"zone": "", "aisle": "", "bay": None, "level": None, "x_mm": None, "y_mm": None, "sequence": 0, "max_units": None, "max_weight_g": None, "max_volume_cm3": None, "mixing": "",
            "rule": "Any goods", "full": None, "active": False}
BIN_ROWS = [{**BINS[0], "sku": "BWL-AS-30", "name": "Serving bowl, ash", **BIN_SAID, "first": True}, {**BINS[1], "sku": "SEA/GREEN 2026 #1", "name": LONG, **BIN_BARE, "active": True, "first": True},
            {**BINS[1], "sku": "X", "name": RTL, **BIN_BARE, "first": False, "apart": "1,204 lots, serial SN-0001"}, {**BINS[1], "sku": None, "name": None, **BIN_BARE, "first": False, "more": 1204}, {"bin": "A-03-3", "kind": "pick", "condition": "", "on_hand": 0, "promised": 0, "sku": None, "name": None, **BIN_BARE, "first": True}]
RULES = [{"value": "", "label": "As its zone says", "chosen": True}, {"value": "one_lot", "label": "One product of one lot", "chosen": False}]
SIZES = {"100x50": "100 × 50 mm, one a page", "a4": "A4, ten a sheet"}
KINDS = [{"value": "pick", "label": "Pick", "chosen": True}, {"value": "storage", "label": "Storage", "chosen": False}]
BIN_FORM = {"form": {name: "" if value is None else value for name, value in BIN_SAID.items()}, "kinds": KINDS, "rules": RULES, "zones": ["north", "south"], "sizes": SIZES, "in_building": True, "may_write": True, "open_form": False}
ZONES = [{"code": code, "name": name, "rule": "One product", "mixing": "one_product", "sequence": n * 100, "bins": n * 200, "shut": n, "rules": RULES} for n, (code, name) in enumerate((("dock", ""), ("north", LONG), ("W" * 20, RTL)))]
RACK_FORM = {"form": dict.fromkeys(("aisle", "first_bay", "last_bay", "first_level", "last_level", "step", "pattern", "run", "x_mm", "y_mm", "pitch_mm", "kind", "zone", "max_units", "max_weight_g", "max_volume_cm3", "mixing"), "1"),
             "kinds": KINDS, "rules": RULES, "runs": RULES, "steps": RULES, "zones": ["north", "south"]}
MAP = {"plan": {"width": 2000, "height": 1200, "captions": [{"x": 300, "y": 80, "words": "A", "kind": "aisle"}, {"x": 1500, "y": 700, "words": "DOCK-1", "kind": "bin"}], "together": 0},
       "boxes": [{"path": f"M{200 + n % 4 * 30} {120 + n // 4 * 120}h30v110h-30z", "shade": n % 6, "shut": n == 9, "hit": n == 3, "href": f"/bins/A-{n}", "say": f"A-{n}: {n} units"} for n in range(24)],
       "legend": [(0, "empty"), (1, "up to 25 %"), (2, "up to 50 %"), (3, "up to 75 %"), (4, "up to 100 %"), (5, "over its limit")], "legend_say": "46 bins have no limit: they are compared with the fullest of them, 48 units.",
       "show": "fill", "found": None, "zones": STORES, "aisles": STORES, "levels": STORES[:1], "shows": STORES[:2], "whole_href": "", "days": 28,
       "top": [{"code": "A-03-2", "units": 1240, "full": 3100, "picks": 12}, {"code": "A" * 40, "units": 1, "full": 3, "picks": 0}],
       "sums": [{"zone": "north", "aisle": "A", "bins": 40, "empty": 4, "units": 12431, "picks": 160, "full": 104, "href": "/map?zone=north&aisle=A"}, {"zone": "", "aisle": "", "bins": 1, "empty": 1, "units": 0, "picks": 0, "full": None, "href": "/map"}]}
BIN_GOODS = [{"sku": "BWL-AS-30", "name": "Serving bowl, ash", "condition": "good", "on_hand": 1240, "promised": 12}, {"sku": "SEA/GREEN 2026 #1", "name": LONG, "condition": "damaged", "on_hand": 1, "promised": 0}]
TO_COUNT = [
    {"id": 1, "code": "A-03-2", "zone": "A", "sku": "BWL-AS-30", "name": "Serving bowl, ash", "lot": "L-204", "serial": "", "kind": "short", "kind_say": "Short pick", "priority": 2, "due_on": None, "at": at(27), "who": "Maja K.", "why": "Short pick: 2 of 3 missing. It is damaged", "round": 1, "missing": 2, "at_it": "Tom B.", "may_cancel": False},
    {"id": 2, "code": "B/01 #2", "zone": "Bulk storage, hall", "sku": "SEA/GREEN 2026 #1", "name": LONG, "lot": "", "serial": "SN-0001-77", "kind": "second", "kind_say": "Second count", "priority": 1, "due_on": None, "at": at(26), "who": RTL, "why": RTL, "round": 3, "missing": 0, "at_it": None, "may_cancel": False},
    {"id": 3, "code": "A-04-1", "zone": "", "sku": None, "name": None, "lot": "", "serial": "", "kind": "plan", "kind_say": "Plan", "priority": 6, "due_on": at(27).date(), "at": at(27), "who": "Stowline", "why": "Its turn by plan", "round": 1, "missing": 0, "at_it": None, "may_cancel": True},
]
COUNTED = [
    {"at": at(27, 14, 2), "who": "Maja Kowalska", "code": "A-03-2", "zone": "A", "sku": "BWL-AS-30", "name": "Serving bowl, ash", "lot": "L-204", "serial": "", "book": 1240, "missing": 2, "counted": 1238, "difference": -2, "posted": -2, "kind": "go", "word": "Posted", "decided_by": ""},
    {"at": at(26, 9, 30), "who": RTL, "code": "B/01 #2", "zone": "", "sku": "SEA/GREEN 2026 #1", "name": LONG, "lot": "", "serial": "SN-0001-77", "book": 0, "missing": 0, "counted": 1, "difference": 1, "posted": 0, "kind": "done", "word": "Not believed", "decided_by": "Ruth Adeyemi"},
    {"at": at(26, 9, 29), "who": "Tom Brandt", "code": "A-01-1", "zone": "A", "sku": "MUG-BL", "name": "Mug, blue", "lot": "", "serial": "", "book": 12, "missing": 0, "counted": 12, "difference": 0, "posted": 0, "kind": "ok", "word": "As the books said", "decided_by": ""},
]
DISPUTES = [
    {"id": 5, "code": "A-03-2", "zone": "A", "sku": "BWL-AS-30", "name": "Serving bowl, ash", "lot": "", "serial": "", "round": 3, "at": at(26), "missing": 4, "mine": False, "seen": "-20,-18", "numbers": [{"who": "Maja Kowalska", "at": at(26), "counted": 20, "book": 40, "difference": -20}, {"who": "Tom Brandt", "at": at(27), "counted": 22, "book": 40, "difference": -18}]},
    {"id": 6, "code": "B/01 #2", "zone": "", "sku": "SEA/GREEN 2026 #1", "name": LONG, "lot": "L-1", "serial": "", "round": 2, "at": at(26), "missing": 0, "mine": True, "seen": "12000", "numbers": [{"who": RTL, "at": at(26), "counted": 12000, "book": 0, "difference": 12000}]},
]
RIGHT = [{"zone": zone, "bins": bins, "right": right, "bins_percent": 100 * right / bins, "book": book, "wrong": wrong, "units_percent": 100 - 100 * wrong / book}
         for zone, bins, right, book, wrong in (("A", 120, 118, 4310, 3), ("Bulk storage, hall", 14, 12, 52000, 640), ("no zone", 3, 3, 9, 0))]
COUNT_VIEWS = [{"label": label, "href": "/counts", "n": n, "current": label == "To count"} for label, n in (("To count", 3), ("Under way", None), ("To decide", 2), ("History", None), ("Accuracy", None), ("Plan", None))]
COUNT_PLAN = {"a_days": "30", "b_days": "90", "c_days": "180", "a_share": "80", "b_share": "15", "per_day": "40", "second_units": "10", "second_percent": "25", "work_days": "12345", "emptied": "1"}
WEEK = [{"value": str(n), "label": label, "chosen": n < 6} for n, label in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 1)]
MAIL_HTML = "<!doctype html><html><head><style>body{font:16px sans-serif;margin:0;background:#f0f2ee}div{max-width:560px;margin:0 auto;background:#fff;padding:32px}</style></head><body><div><h1>Arrives Saturday 28&nbsp;November</h1><p style='color:#53605c'>Hello Ines, we handed your parcel to DHL today at 16:27.</p></div></body></html>"
MESSAGES = [
    {"id": 7, "at": at(27, 14, 2), "title": "It is here", "to": "ines@example.net", "subject": "Your teapot is here", "channel": "email", "state": "held", "until": at(27, 14, 4), "reason": "An undo still takes it back", "ref": "#1042", "store_key": "kiln", "purchase_order": None},
    {"id": 5, "at": at(24, 16, 29), "title": "On its way", "to": "ines@example.net", "subject": "Parcel 1 of order #1042 is on its way", "channel": "email", "state": "sent", "until": None, "reason": None, "ref": "#1042", "store_key": "kiln", "purchase_order": None},
    {"id": 4, "at": at(24, 16, 29), "title": "On its way", "to": "a-very-long-address-of-somebody@subdomain.of.an.example.org", "subject": "ご注文の商品を発送いたしました " + LONG, "channel": "email", "state": "dead", "until": None, "reason": "550 5.1.1 No such user; 5 tries", "ref": "#1050", "store_key": "kiln", "purchase_order": None},
    {"id": 3, "at": at(24, 16, 29), "title": "On its way", "to": RTL, "subject": "طلبك في الطريق", "channel": "email", "state": "unknown", "until": None, "reason": "The answer was lost after the mail was taken", "ref": None, "store_key": None, "purchase_order": None},
    {"id": 2, "at": at(24, 16, 29), "title": "Still waiting", "to": "t@example.net", "subject": "Your lamp waits", "channel": "email", "state": "skipped", "until": None, "reason": "The line was filled before it was due", "ref": "#1051", "store_key": "kiln", "purchase_order": None},
]
MESSAGE = {**MESSAGES[2], "tries": 5, "html": MAIL_HTML, "text": "Arrives Saturday 28 November\n\nHello Ines, we handed your parcel to DHL today.\nhttps://example.net/" + "x" * 120,
           "headers": [("From", "Kiln & Cup <hello@example.net>"), ("Message-ID", "<0192f0c4-7a11-7bb2-9c00-000000000001@stowline.example>"), ("X-Stowline-Message", "shipped")]}
FAULTS = [
    {"id": 1, "at": at(27, 11), "store": "Kiln & Cup", "platform": "Shopify", "ref": "#1090", "reason": "Line 2 has a quantity of 1.5. A quantity is a whole number above zero.", "payload": '{"name": "#1090", "line_items": [{"sku": "' + "A" * 300 + '"}]}', "tries": 1, "open": True, "order_ref": None, "store_key": "kiln"},
    {"id": 2, "at": at(26, 11), "store": "Nordlys", "platform": "WooCommerce", "ref": None, "reason": "The body is not JSON.", "payload": HOSTILE, "tries": 2, "open": False, "order_ref": "#1077", "store_key": "nordlys"},
]
PURCHASES = [
    {"ref": "PO-4", "supplier": "Studio Haas", "state": "part_received", "expected": "Tue 24 Nov", "late": True, "lines": 9, "units": 560, "received": 112, "fills": 9},
    {"ref": "PO-6", "supplier": CJK, "state": "open", "expected": "3 to 7 Dec", "late": False, "lines": 1, "units": 60, "received": 0, "fills": 13},
    {"ref": "PO/2026 #9", "supplier": "Tornio Oy", "state": "received", "expected": None, "late": False, "lines": 4, "units": 400, "received": 400, "fills": 0},
]
PO = {"ref": "PO-4", "supplier": "Studio Haas", "state_kind": "go", "state_word": "Coming in", "expected": "Tue 24 Nov", "late": True, "units": 560, "received": 112, "fills": 9}
PO_LINES = [{"sku": "TPT-OC", "name": "Teapot, ochre", "ordered": 60, "received": 12, "waiting": 9, "why": None}, {"sku": "SEA/GREEN 2026 #1", "name": LONG, "ordered": 500, "received": 100, "waiting": 0, "why": "2 arrived broken, in quarantine"}]
BOARDS = [
    {"title": "Late", "n": 3, "unit": "orders", "say": "oldest was due Thu 26, 16:30", "href": "/orders?view=late", "kind": "bad"}, {"title": "To pick", "n": 212, "unit": "lines", "say": "5 carts, 2 of them on the way", "href": "/orders", "kind": ""},
    {"title": "To pack", "n": 12, "unit": "totes", "say": "oldest waits 18 min", "href": "/orders", "kind": ""}, {"title": "To hand over", "n": 41, "unit": "parcels", "say": "DHL leaves at 16:30", "href": "/orders", "kind": ""},
    {"title": "Waiting", "n": 27, "unit": "lines", "say": "9 are filled by PO-4", "href": "/waiting", "kind": "warn"}, {"title": "Intake errors", "n": 2, "unit": "orders", "say": "not taken, kept with their payload", "href": "/intake-errors", "kind": "bad"},
    {"title": "Dead messages", "n": 0, "unit": "messages", "say": "every message went out or says why not", "href": "/messages", "kind": "bad"},
]
BOXES = [{"say": "A balance is the sum of the ledger, per product, bin, lot, serial and condition.", "broken": True, "proofs": [
              {"way": "query", "say": "What the books have in a bin is what ever came into it less what left it.", "code": "", "kind": "bad", "word": "25 breaches", "at": at(27, 2)},
              {"way": "guard", "say": "A CHECK refuses a balance below zero.", "code": "", "kind": "ok", "word": "holds", "at": at(27, 2)},
              {"way": "test", "say": "The rebuild from zero finds nothing.", "code": "tests/desk/test_rebuild.py::test_a_rebuild_of_true_books_changes_nothing", "kind": "", "word": "by test", "at": None}]},
         {"say": LONG, "broken": False, "proofs": [{"way": "none", "say": "Nothing to add up yet.", "code": "", "kind": "done", "word": "not proved", "at": None}]}]
BREACH = {"name": "balance is the sum of the ledger", "say": "What the books have in a bin is what ever came into it less what left it.", "do": "Tell whoever runs the server.",
          "since": at(24, 2), "breaches": [f"BWL-AS-30 in A-03-{n}: the books have 7, the ledger adds up to {n}" for n in range(20)], "more": "and 5 more"}
PROOF = {"boxes": BOXES, "days": [{"state": state, "say": f"{state} {n}"} for n in range(6) for state in ("held", "broken", "none", "failed", "stopped")], "next": at(28, 2), "may_run": True,
         "last": {"state": "broken", "by": "the night", "at": at(27, 2), "took": "3.1 s", "slowest": "balance is the sum of the ledger, 1.2 s", "say": ""}}
KNOWN: dict[str, Any] = {"sku": "TEA-GR", "name": "Tea, green", "unnamed": False, "detail": "250 g", "weight_g": 12500, "length_mm": 120, "width_mm": 90, "height_mm": 95, "low_at": 12, "backorderable": True, "lots": True,
         "serials": False, "expires": True, "fefo": True, "min_days_left": 30, "apart": "lots, expiry", "in_the_house": True,
         "barcodes": [{"code": "4006381333931", "quantity": 1}, {"code": "14006381333938", "quantity": 1200}]}
UNKNOWN = {**KNOWN, "sku": "85123a", "name": "85123a", "unnamed": True, "detail": "", "weight_g": None, "length_mm": None, "width_mm": None, "height_mm": None, "low_at": None, "backorderable": True, "lots": False,
           "expires": False, "fefo": False, "min_days_left": 0, "apart": "", "in_the_house": False, "barcodes": []}
PRODUCTS = [{**{name: one[name] for name in ("sku", "name", "unnamed", "weight_g", "apart")}, "dims_mm": [120, 90, 95] if one["weight_g"] else None, "barcodes": len(one["barcodes"])}
            for one in (KNOWN, UNKNOWN, {**KNOWN, "name": RTL}, {**KNOWN, "sku": "X" * 60, "name": LONG}, {**UNKNOWN, "name": HOSTILE, "unnamed": False})]
MAY = {"cancel": True, "hold": True, "release": False}



def lot_row(sku: str, name: str, lot: str, left: int | None, good: int, hold: int = 0, held: str = "") -> dict[str, Any]:
    ends = NOW.date() + timedelta(days=left) if left is not None else None
    return {"sku": sku, "name": name, "lot": lot, "expires_on": ends, "days_left": left, "on_hand": good, "free": good - 1, "hold": hold, "damaged": 0, "bins": 2, "held": held}


LOTS = [lot_row("YOG-500", "Yoghurt, 500 g", "L-2026-11/A", -1, 12), lot_row("YOG-500", "Yoghurt, 500 g", "L-2026-11/B", 4, 640, hold=12, held="Glass was found"), lot_row("SEA/GREEN 2026 #1", LONG, "12345678901234567890", 1204, 12040), lot_row("إ-9", RTL, "批-7", None, 3)]
LIFE = {
    "bins": [{"bin": "A-03-2", "kind": "pick", "lot": "L-2026-11/B", "serial": "", "condition": "good", "on_hand": 640, "bound": 12}, {"bin": "QUARANTINE", "kind": "quarantine", "lot": "L-2026-11/B", "serial": "SN-0001", "condition": "hold", "on_hand": 1, "bound": 0}],
    "orders": [{"order": "#1042", "store": "kiln", "customer": "Ines Moreau", "email": "ines@example.net", "parcel": "P-2026-000001", "state": "handed_over", "handed_over_at": at(24, 16, 27), "lot": "L-2026-11/B", "serial": "", "units": 3},
               {"order": "536365/ä #7", "store": "kiln", "customer": HOSTILE, "email": "", "parcel": "P-2026-000002", "state": "open", "handed_over_at": None, "lot": "L-2026-11/B", "serial": "", "units": 1200}],
    "more": True, "moves": MOVES,
}
ARRIVALS = [{"ref": ref, "supplier": supplier, "sku": "BWL-AS-30", "name": name, "units": units, "when": when, "late": late, "waiting": waits} for ref, supplier, name, units, when, late, waits in (
    ("PO-4", "Potters & Co", "Serving bowl, ash", 60, "Tue 24 Nov", True, 27), ("PO/9 ü", CJK, LONG, 12000, "3 to 7 Dec", False, 0), ("PO-12", RTL, "Mug, blue", 1, "no date", False, 0))]
LOW = [{"sku": sku, "name": name, "free": free, "low_at": limit, "cover_days": cover, "waiting": waits, "incoming": coming, "due": due, "late": late} for sku, name, free, limit, cover, waits, coming, due, late in (
    ("BWL-AS-30", "Serving bowl, ash", 0, 12, 0, 27, 60, "Tue 24 Nov", True), ("MUG-BL", "Mug, blue", 3, 40, 2, 0, 0, "", False), ("SEA/GREEN 2026 #1", LONG, 1, None, None, 0, 1200, "no date", False))]
HOOK = {"id": 3, "url": "https://shop.example/hooks/stock?from=stowline", "store": "Kiln & Cup", "kind": "ok", "word": "Up to date", "active": True, "why": "", "tries": 0, "failing_since": None, "next_at": None, "made_at": at(24), "made_by": "Ruth Adeyemi"}
HOOKS = [HOOK, {**HOOK, "id": 4, "url": "https://" + "a-very-long-name-of-a-shop." * 8 + "example/", "store": "", "kind": "bad", "word": "Failing", "tries": 7, "failing_since": at(26), "next_at": at(27, 14, 30)},
         {**HOOK, "id": 5, "kind": "done", "word": "Paused", "active": False, "why": "The address answered that it is gone (410)."}]
POSTS = [{"at": at(27, 14), "status": None, "say": "no answer within 15 s", "items": 200, "took_ms": 15003}, {"at": at(27, 13), "status": 204, "say": "taken (204)", "items": 1, "took_ms": 87}]
HEAD = {"q": "", "export_href": "/lots.csv", "may_write": True, "here": "/expiring"}
DAYS = [{"value": "30", "label": "30 days", "chosen": True}]
STOCK_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "lots": ("desk/stock_lots.html", view("/stock", views=VIEWS[:3], rows=LOTS, **{**HEAD, "view": "here"})),
    "lots-none": ("desk/stock_lots.html", view("/stock", views=VIEWS[:3], rows=[], **HEAD)),
    "expiring": ("desk/stock_expiring.html", view("/stock", within=30, days=DAYS, rows=LOTS[:3], **HEAD)),
    "expiring-none": ("desk/stock_expiring.html", view("/stock", within=7, days=DAYS, rows=[], **HEAD)),
    "lot": ("desk/stock_lot.html", view("/stock", product=PRODUCT, lot={**LOTS[0], "received_at": at(3)}, may_write=True, **LIFE)),
    "lot-held": ("desk/stock_lot.html", view("/stock", product={**PRODUCT, "name": LONG}, lot={**LOTS[1], "received_at": at(3)}, may_write=True, bins=[], orders=[], moves=[], more=False)),
    "serial": ("desk/stock_serial.html", view("/stock", product=PRODUCT, serial="SN-0001", **LIFE)),
    "arrivals": ("desk/stock_arrivals.html", view("/stock", views=VIEWS[:3], rows=ARRIVALS, **HEAD)),
    "arrivals-none": ("desk/stock_arrivals.html", view("/stock", views=VIEWS[:3], rows=[], **HEAD)),
    "low": ("desk/stock_low.html", view("/stock", views=VIEWS[:2], rows=LOW, within=14, days=DAYS, known=28, **{**HEAD, "view": "cover"})),
    "low-none": ("desk/stock_low.html", view("/stock", views=VIEWS[:2], rows=[], within=14, days=DAYS, known=1, **{**HEAD, "view": "limit"})),
    "webhooks": ("desk/stock_webhooks.html", view("/stock", rows=HOOKS, asked={"url": "http://10.0.0.1/", "store": "", "all": "yes"}, stores=STORES, may_write=True, flash="Give an https:// address.", flash_kind="bad")),
    "webhooks-none": ("desk/stock_webhooks.html", view("/stock", rows=[], asked={"url": "", "store": "", "all": ""}, stores=STORES, may_write=False)),
    "webhook": ("desk/stock_webhook.html", view("/stock", hook=HOOKS[1], tries=POSTS, secret="", may_write=True)),
    "webhook-new": ("desk/stock_webhook.html", view("/stock", hook=HOOK, tries=[], secret="whsec_" + "c2VjcmV0" * 5 + "c2U=", may_write=True)),
}

NEEDS = [{"sku": sku, "name": name, "kind": kind, "word": word, "units": units, "source": source, "face": face, "lot": lot, "why": why, "free": 4, "promised": 30, "expected": 12, "reserve": reserve}
         for sku, name, kind, word, units, source, face, lot, why, reserve in (
    ("MUG-BL", "Mug, blue", "warn", "Promised", 24, "R-01-1", "A-03-2", "", "30 are promised, 4 are free in the face", 1240),
    ("SEA/GREEN 2026 #1", LONG, "go", "Expected", 1200, "OVERFLOW", "B-01-4", "12345678901234567890", "3 promised and about 1,412 expected within 2 days, 9 are free in the face", 12000),
    ("YOG-500", RTL, "", "Low", 0, "", "", "", "its pick faces have no room for more", 3))]
FACES = [{"sku": sku, "name": name, "code": code, "min_units": least, "max_units": most, "free": free} for sku, name, code, least, most, free in (
    ("MUG-BL", "Mug, blue", "A-03-2", 6, 24, 4), ("SEA/GREEN 2026 #1", LONG, "B-01-4", 0, 12000, 1240), ("YOG-500", CJK, "A-04-1", 5, 20, 5))]
TURNED = [{"at": at(27, 14), "sku": sku, "name": name, "units": units, "lot": lot, "advised": "A-01-1", "taken": taken, "why": why, "who": who} for sku, name, units, lot, taken, why, who in (
    ("MUG-BL", "Mug, blue", 24, "", "A-03-2", "empty picking bin, late on the walk: it is picked seldom", "Maja Kowalska"),
    ("YOG-500", LONG, 1200, "L-2026-11/A", "OVERFLOW", "lot L-2026-11/A lies there already", HOSTILE))]
TABS = [{"label": label, "href": "/replenishment", "n": None, "current": label == "To fill"} for label in ("To fill", "Pick faces", "Overridden suggestions")]
MOVED_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "replenishment": ("desk/replenishment.html", view("/replenishment", views=TABS, rows=NEEDS, days=2, first=True)),
    "replenishment-none": ("desk/replenishment.html", view("/replenishment", views=TABS, rows=[], days=0, first=True)),
    "pick-faces": ("desk/pick_faces.html", view("/replenishment", views=TABS, rows=FACES, said={"sku": "MUG-BL", "bin": "DOCK-1", "min": "5", "max": "20"}, may_write=True, flash="DOCK-1 is no open picking bin: only those are pick faces.", flash_kind="bad")),
    "pick-faces-none": ("desk/pick_faces.html", view("/replenishment", views=TABS, rows=[], said={}, may_write=False)),
    "overrides": ("desk/overrides.html", view("/replenishment", views=TABS, rows=TURNED, often=[("A-01-1", "A-03-2", 12), ("A-01-1", "OVERFLOW", 1)], days=28)),
    "overrides-none": ("desk/overrides.html", view("/replenishment", views=TABS, rows=[], often=[], days=28)),
}

SHELF = [{"code": f"S-{n:02d}", "order": order, "store_key": "kiln", "state": state, "here": here, "of": of, "stray": stray, "since": at(27) if order else None, "active": n != 9, "ready": ready, "why": why}
         for n, order, state, here, of, stray, ready, why in (
    (1, "#1019", "part_allocated", 2, 4, 0, False, "Teapot, ochre is 1st in line; 60 due 28 Nov to 1 Dec on PO-4"), (2, "#1023", "allocated", 2, 2, 0, True, "Complete: it can be picked from here"),
    (3, None, "", 0, 0, 0, False, ""), (4, "SO/2026/000-1051-EXPRESS ü", "part_allocated", 1200, 3400, 0, False, "12 units stand at the dock for it"), (5, None, "", 0, 0, 2, False, "Clear it: 2 units are for nobody. Put away takes them."),
    *((n, None, "", 0, 0, 0, False, "") for n in range(6, 13)))]
ALONE: dict[str, Any] = {"original": None, "copies": [], "told_in": None, "forced": "", "expires": at(28)}
HUNG: dict[str, Any] = {"original": 7, "copies": [9, 10], "told_in": 12, "forced": "Ruth Adeyemi: " + HOSTILE, "expires": None}
TRIED = [{"at": at(26, 11), "say": "posted to the shop: it answered 503"}, {"at": at(26, 12), "say": "handed out, try 2"}]
DESK: dict[str, tuple[str, dict[str, Any]]] = STOCK_PAGES | MOVED_PAGES | {
    "orders": ("desk/orders.html", view("/orders", say="214 open, 38 to ship today. 3 are late.", views=VIEWS, stores=STORES, states=STATES, rows=ORDERS, actions=[{"label": "Export", "href": "/orders.csv", "main": False}])),
    "orders-dated": ("desk/orders.html", view("/orders", say="2 open.", views=VIEWS, stores=STORES, states=STATES, rows=[{**row, "ship_by": "Thu 26, 16:30", "promise": "27–28 Nov"} for row in ORDERS[:2]])),
    "orders-none": ("desk/orders.html", view("/orders", say="Nothing is open.", views=VIEWS, stores=STORES, states=STATES, rows=[], pages={"say": "0 shown", "earlier": None, "later": None})),
    "order": ("desk/order.html", view("/orders", order=ORDER, tags=["backorder", "vip"], lines=LINES, parcels=PARCELS, trail=TRAIL, may=MAY, shopper_href="/o/abc", slip_href="/orders/%231042/slip", messages_say="email, French, CET")),
    "order-held": ("desk/order.html", view("/orders", order=HELD, tags=[], lines=LINES[:1], parcels=[], trail=TRAIL[2:], may={"cancel": True, "hold": False, "release": True}, shopper_href=None, slip_href=None, flash="The order is held.")),
    "stock": ("desk/stock.html", view("/stock", say="300 products, 12,431 units on hand.", views=VIEWS[:3], rows=STOCK)),
    "product": ("desk/product.html", view("/stock", product=PRODUCT, bins=BINS, moves=MOVES, waiting=WAITING)),
    "product-bare": ("desk/product.html", view("/stock", product={**PRODUCT, "name": LONG, "weight_g": None, "dims_mm": None, "barcodes": []}, bins=[], moves=[], waiting=[])),
    "products": ("desk/products.html", view("/products", say="8,129 products. 2 without a name.", views=VIEWS[:4], rows=PRODUCTS, export_href="/products.csv", may_write=True)),
    "products-none": ("desk/products.html", view("/products", say="0 products.", views=VIEWS[:4], rows=[], export_href="/products.csv", may_write=False)),
    "product-details": ("desk/product_details.html", view("/products", product=KNOWN, typed={}, may_write=True)),
    "product-details-bare": ("desk/product_details.html", view("/products", product=UNKNOWN, typed={"name": LONG, "weight_g": "1.5"}, may_write=True, flash="The weight in g is “1.5”.", flash_kind="bad")),
    "product-details-read": ("desk/product_details.html", view("/products", product=KNOWN, typed={}, may_write=False)),
    "bin": ("desk/bin.html", view("/bins", bin={"code": "A-03-2", "kind": "pick", "units": 1240, "products": 1204, "there": 1300, **BIN_SAID}, rows=BIN_GOODS, counts=[{"why": "Three were asked, one lay there", "at": at(27)}], picks=1240, **BIN_FORM)),
    "bin-empty": ("desk/bin.html", view("/bins", bin={"code": "A-03-3", "kind": "pick", "units": 0, **BIN_BARE}, rows=[], counts=[], picks=0, **{**BIN_FORM, "open_form": True}, flash="The bay is “x”. Give a whole number from 0 to 999.", flash_kind="bad")),
    "bin-read": ("desk/bin.html", view("/bins", bin={"code": "SHIP-1", "kind": "ship", "units": 0, **BIN_BARE}, rows=[], counts=[], picks=0, **{**BIN_FORM, "may_write": False, "in_building": False})),
    "zones": ("desk/zones.html", view("/bins", say="3 zones, 446 bins, along the walk.", rows=ZONES, rules=RULES, may_write=True)),
    "zones-none": ("desk/zones.html", view("/bins", say="0 zones, 0 bins, along the walk.", rows=[], rules=RULES, may_write=False)),
    "racks": ("desk/racks.html", view("/bins", preview=None, **RACK_FORM)),
    "racks-shown": ("desk/racks.html", view("/bins", preview={"many": 2000, "known": 12, "more": 1998, "last": "M-20-4", "rows": [{"code": f"M-01-{n}", "aisle": "M", "bay": 1, "level": n, "x_mm": 1000, "y_mm": None} for n in (1, 2)]}, **RACK_FORM)),
    "map": ("desk/map.html", view("/map", say="446 bins, 89 empty.", **MAP)),
    "map-picks": ("desk/map.html", view("/map", say="446 bins, 89 empty.", **{**MAP, "show": "7", "days": 7, "found": 3, "whole_href": "/map", "top": []})),
    "map-none": ("desk/map.html", view("/map", say="0 bins, 0 empty.", **{**MAP, "boxes": []})),
    "counts": ("desk/counts.html", view("/counts", say="3 to count.", views=COUNT_VIEWS, rows=TO_COUNT, pages=PAGES, q="", kinds=STORES, zones=STORES, export_href="/counts.csv", may_write=True, first=1, last=9)),
    "counts-none": ("desk/counts.html", view("/counts", say="Nothing to count.", views=COUNT_VIEWS, rows=[], pages=PAGES, q="", kinds=STORES, zones=STORES, export_href="/counts.csv", may_write=False, first=1, last=9)),
    "counts-running": ("desk/counts_running.html", view("/counts", views=COUNT_VIEWS, rows=[{"code": "A-03-2", "zone": "A", "who": "Maja Kowalska", "begun_at": at(27), "entries": 4, "there": True}, {"code": "B/01 #2", "zone": "", "who": RTL, "begun_at": at(26), "entries": 0, "there": False}])),
    "counts-decide": ("desk/counts_decide.html", view("/counts", views=COUNT_VIEWS, rows=DISPUTES, may_write=True)),
    "counts-decide-none": ("desk/counts_decide.html", view("/counts", views=COUNT_VIEWS, rows=[], may_write=True, flash="Nobody has counted this yet. Count it first.", flash_kind="bad")),
    "counts-history": ("desk/counts_history.html", view("/counts", views=COUNT_VIEWS, q="", found=STORES, rows=COUNTED, export_href="/counts/history.csv", pages=PAGES)),
    "counts-accuracy": ("desk/counts_accuracy.html", view("/counts", views=COUNT_VIEWS, rows=RIGHT, ways=[{"label": "Last 30 days", "href": "/counts/accuracy?days=30", "current": True}, {"label": "Last 90 days", "href": "/counts/accuracy?days=90", "current": False}], export_href="/counts/accuracy.csv")),
    "counts-plan": ("desk/counts_plan.html", view("/counts", views=COUNT_VIEWS, said=COUNT_PLAN, week=WEEK, where="", may_write=True)),
    "bins": ("desk/bins.html", view("/bins", say="400 bins, 12 empty.", kinds=[{"value": "", "label": "All kinds", "chosen": True}], zones=STORES, rows=BIN_ROWS, export_href="/bins.csv", label_fields={"zone": "A", "q": ""}, sizes=SIZES, may_write=True)),
    "shelf": ("desk/shelf.html", view("/backorders/shelf", say="3 of 12 slots are kept for orders, 1 to clear.", rows=SHELF, may_give=True, given={"slot": "", "order": "", "reason": ""}, here="/backorders/shelf", labels="/bins/labels.pdf?kind=backorder")),
    "shelf-none": ("desk/shelf.html", view("/backorders/shelf", say="", rows=[], may_give=True, given={"slot": "", "order": "", "reason": ""}, here="/backorders/shelf", labels="/bins/labels.pdf?kind=backorder")),
    "waiting": ("desk/waiting.html", view("/waiting", say="27 lines, 41 units. 9 are filled by what is due this week.", stores=STORES, rows=WAITING)),
    "mailbox": ("desk/mailbox.html", view("/messages", mail_alarms=[{"say": "Messages come late: of those of the last hour one in twenty takes 15 min or more from its event.", "began_at": at(27, 13), "href": "/messages/stuck", "do": "What is dead, to be sent again"}], say="1,204 sent, 3 held, 1 dead.", views=VIEWS[:4], rows=MESSAGES)),
    "message": ("desk/message.html", view("/messages", message=MESSAGE, trail=TRAIL[1:2], hung=ALONE, attempts=[], copy_form=None, actions=[{"label": "Send again", "href": "/messages/4/retry", "say": "It keeps its Message-ID."}])),
    "message-text": ("desk/message.html", view("/messages", message={**MESSAGE, "html": None, "state": "sent", "reason": None}, hung=HUNG, attempts=TRIED, copy_form={"href": "/messages/4/copies", "asked": True, "why": ""}, trail=[], actions=[])),
    "intake": ("desk/intake.html", view("/intake-errors", say="2 orders were not taken.", views=VIEWS[:2], rows=FAULTS)),
    "intake-none": ("desk/intake.html", view("/intake-errors", say="Nothing waits here.", views=VIEWS[:2], rows=[])),
    "receiving": ("desk/receiving.html", view("/receiving", say="2 at the dock, 1 late.", views=VIEWS[:3], rows=PURCHASES, suppliers=STORES)),
    "today": ("desk/today.html", view("/today", say="Fri 27 Nov. 214 open orders, 38 to ship today.", tiles=BOARDS, alarms=[{"name": BREACH["name"], "broken_since": BREACH["since"]}], cutoffs=CUTOFFS, trail=TRAIL, to_set_up=[{"key": "kiln", "name": HOSTILE}])),
    "integrity": ("desk/integrity.html", view("/integrity", say="1 of 29 does not hold, asked 12 h ago.", broken=[BREACH], running=None, **PROOF)),
    "integrity-running": ("desk/integrity.html", view("/integrity", say="All 29 queries hold.", broken=[], running={"id": 7, "done": 11, "of": 29, "by": RTL, "at": NOW, "say": "Now: one live label for a parcel.", "lost": False}, **PROOF)),
    "error-404": ("errors.html", {"status": 404, "title": "Not found", "say": "Nothing stands at this address. Check it, or start again from the first page.", "where": None, "action": None}),
    "error-409": ("errors.html", {"status": 409, "title": "Something changed meanwhile", "say": f"Two stores have an order 1042: Kiln & Cup and {CJK}.", "where": "store", "action": {"href": "/orders", "label": "Choose the store"}}),
}
