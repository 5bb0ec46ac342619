"""What the pages of carriers' news are drawn with."""

# fmt: off

from typing import Any

from stowline.shipping.tracking_queries import MOVES, WORDS
from tests.look.desk_views import DESK, HOSTILE, RTL, VIEWS, at, view
from tests.look.floor_views import LONG
from tests.look.shop_views import SHOP

NONE_MORE = {"say": "3 shown, newest first", "earlier": None, "later": "/carriers?after=x"}
STEPS = [{"at": at(27), "word": "Delivered", "place": "Edison, NJ, US", "say": "Left at the front door"},
         {"at": at(26), "word": "Out for delivery", "place": "", "say": ""}, {"at": at(25), "word": "On its way", "place": LONG, "say": RTL}]
ROW: dict[str, Any] = {
    "id": 9, "number": "HC00000000423", "carrier": "House van", "provider": "Signed form", "at": at(27), "event": "msg_1", "kind": "warn", "word": "Waits",
    "why": "The parcel is still in the house: it was not handed over.", "parcel": "PC42-1", "ref": "#1042", "store_key": "kiln", "steps": STEPS, "more": 4,
    "payload": '{"tracking": "HC00000000423", "details": []}', "held": True, "by": "", "settled_at": None,
}
ROWS = [ROW, {**ROW, "id": 8, "number": "9400100208303109500782" * 3, "carrier": HOSTILE, "provider": "EasyPost", "parcel": "", "ref": "", "steps": STEPS[:1], "more": 0,
              "why": "Nobody here knows this tracking number. Note it on the page of its order, and this is tried again.", "payload": "{" + "x" * 600 + "}"},
        {**ROW, "id": 7, "kind": "done", "word": "Let be", "held": False, "by": "Ruth Adeyemi", "settled_at": at(27), "payload": "", "steps": [], "more": 0}]
FEEDS = [{"key": "easypost", "name": "EasyPost", "path": "/tracking/easypost", "kind": "ok", "word": "Open", "known": True, "two": True, "last": at(27), "by": "Ruth", "made_at": at(20)},
         {"key": "signed", "name": "Signed form", "path": "/tracking/signed", "kind": "done", "word": "No secret", "known": False, "two": False, "last": None, "by": "", "made_at": None}]
OPEN_FEEDS = [{**FEEDS[0], "two": False}, {**FEEDS[1], "kind": "ok", "word": "Open", "known": True}]
SHOWN: dict[str, Any] = {"home": "https://stowline.example", "views": VIEWS[:3], "pages": NONE_MORE}
WAY = {"kind": "bad", "word": "We missed you", "eta": "Sat 28 Nov", "steps": STEPS}
ORDER = DESK["order"][1]
TRACKED = {**ORDER, "milestones": [(code, WORDS[code]) for code in MOVES],
           "parcels": [{**parcel, "way": WAY if n == 0 else None} for n, parcel in enumerate(ORDER["parcels"])]}
ON_THE_ROAD = SHOP["shop-order"][1]
PARCEL = {**ON_THE_ROAD["parcels"][0], "word": "Out for delivery", "expected": "Expected Saturday 28 November", "events": [
    {"at": "Saturday 28 November, 07:40", "say": "Out for delivery", "place": "Nantes"}, {"at": "Friday 27 November, 09:12", "say": "On its way", "place": LONG},
    {"at": "Thursday 26 November, 16:27", "say": "Handed to the carrier", "place": ""}]}
FURTHER = [{"label": "On its way", "say": "Le Mans", "state": "now"}, {"label": "Delivered", "say": None, "state": ""}]

TRACKING: dict[str, tuple[str, dict[str, Any]]] = {
    "carriers": ("desk/carriers.html", view("/carriers", **SHOWN, view="held", rows=ROWS, feeds=FEEDS, secret="", may_write=True)),
    "carriers-secret": ("desk/carriers.html", view("/carriers", **SHOWN, view="held", rows=ROWS[:1], feeds=OPEN_FEEDS, secret="whsec_" + "c2VjcmV0" * 5 + "c2U=", may_write=True)),
    "carriers-none": ("desk/carriers.html", view("/carriers", **SHOWN, view="held", rows=[], feeds=FEEDS, secret="", may_write=False)),
    "order-tracked": (DESK["order"][0], TRACKED),
    "shop-on-the-road": ("shop/order.html", {**ON_THE_ROAD, "headline": "Out for delivery", "parcels": [PARCEL, *ON_THE_ROAD["parcels"][1:]],
                         "steps": [*({**step, "state": "done"} for step in ON_THE_ROAD["steps"]), *FURTHER]}),
}
