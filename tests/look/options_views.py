"""What the pages of instructions and offers are drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import HOSTILE, RTL, VIEWS, at, view
from tests.look.floor_views import LONG

PAGES = {"say": "3 shown, newest first", "earlier": None, "later": "/instructions?after=x"}
ROW: dict[str, Any] = {
    "id": 7, "ref": "#1042", "store_key": "kiln", "what": "Pay back", "amount": 8400, "currency": "EUR", "goods": [("Mug, blue", 3), (LONG, 1200)],
    "kind": "bad", "word": "Refused", "state": "refused", "say": "The card is closed", "why": "Chosen by the shopper", "shop_ref": "", "note": "",
    "by": "", "at": at(27), "next_at": None, "may_replay": True, "may_settle": True,
}
DOORS = [
    {"store": "Kiln & Cup", "key": "kiln", "url": "https://shop.kiln.example/instructions", "kind": "bad", "word": "Failing", "why": "", "active": True, "two": False, "known": True},
    {"store": RTL, "key": "rtl", "url": "https://" + "long-name-of-a-shop." * 6 + "example/", "kind": "done", "word": "Closed", "why": "Closed by Ruth.", "active": False, "two": True, "known": True},
    {"store": "Loft", "key": "loft", "url": "", "kind": "warn", "word": "No address", "why": "", "active": False, "two": False, "known": False},
]
ROWS = [ROW, {**ROW, "id": 6, "what": "Send faster", "amount": 0, "goods": [], "kind": "go", "word": "To be sent", "say": "The shop answered 503", "next_at": at(27), "may_replay": False},
        {**ROW, "id": 5, "ref": HOSTILE, "kind": "done", "word": "Settled by hand", "say": "", "note": "Paid by bank", "by": "Ruth Adeyemi", "shop_ref": "re_77", "may_replay": False, "may_settle": False}]
OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "instructions": ("desk/instructions.html", view("/instructions", views=VIEWS[:3], view="person", rows=ROWS, doors=DOORS, secret="whsec_" + "c2VjcmV0" * 5 + "c2U=", pages=PAGES, may_write=True)),
    "instructions-none": ("desk/instructions.html", view("/instructions", views=VIEWS[:3], view="person", rows=[], doors=DOORS[2:], secret="", pages=PAGES, may_write=False)),
}
