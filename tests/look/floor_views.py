"""What the floor's pages are drawn with: real sentences, and names that are long, Chinese or right to left."""

# fmt: off

from datetime import UTC, datetime
from typing import Any

MAJA = {
    "name": "Maja Kowalska", "short": "Maja K.", "initials": "MK", "role": "Picker", "badge": "0147",
    "since": datetime(2026, 11, 27, 13, 2, tzinfo=UTC), "device": "Chrome on Android, K7QM2P",
}
BASE: dict[str, Any] = {"csrf": "token", "scan_id": "0192f0c4-7a11-7bb2-9c00-000000000001", "user": MAJA}
LONG = "Hand-painted porcelain serving platter with raised rim, mottled sea green, limited edition of the Aarhus workshop"
MUG = {"sku": "MUG-BL", "name": "Mug, blue", "detail": "0.3 l, glazed, single box"}
TOTE = {"code": "TOTE-04", "number": 4, "color": "blue", "totes": 6}


def line(name: str, sku: str, bin_code: str | None, done: int, of: int, state: str) -> dict[str, Any]:
    return {"name": name, "sku": sku, "bin": bin_code, "done": done, "of": of, "state": state}


LINES = [
    line("Mug, red", "MUG-RD", "A-01-1", 2, 2, "done"),
    line("Mug, blue", "MUG-BL", "A-03-2", 1, 3, "now"),
    line("إبريق شاي خزفي مزخرف", "TPT-AR", "A-07-3", 0, 1, "short"),
    line("手绘陶瓷茶壶 大号", "TPT-ZH", "B-02-1", 0, 4, "open"),
    line(LONG, "PLATTER-SEA-GREEN-LIMITED-2026", "OVERFLOW-7", 0, 120, "open"),
]


def task(ref: str, kind: str, title: str, **more: Any) -> dict[str, Any]:
    return {"task": ref, "kind": kind, "title": title, "stop": 6, "stops": 14, "unit": "stop", "holder": "Maja K.",
            "finished": False, "lines": [], **more}


def screen(the_task: dict[str, Any], wanted: dict[str, Any] | None, reply: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {**BASE, "task": the_task, "next": wanted, "reply": reply, **more}


def said(fate: str, say: str, hint: str | None = None, **more: Any) -> dict[str, Any]:
    return {"scan_id": "x", "fate": fate, "duplicate": False, "say": say, "hint": hint, **more}


COUNT_LINES = [{"name": "Mug, blue", "sku": "MUG-BL", "bin": None, "done": 12, "of": 0, "state": "done"}, {"name": f"{LONG}, lot L-204", "sku": "SEA/GREEN 2026 #1", "bin": None, "done": 1240, "of": 0, "state": "done"}]
CART = task("pick:CART-17", "pick", "Cart 17", lines=LINES)
PICK = {"want": "product", "code": "MUG-BL", "say": "Take 2 more Mug, blue from A-03-2.", "bin": "A-03-2", **MUG,
        "done": 1, "of": 3, "left": 2, "tote": TOTE, "order": "#1057"}
PACK = task("pack:TOTE-04", "pack", "Pack tote 4", unit="line", stop=2, stops=5, lines=LINES)
BOX = {"parcel": "P-2026-0001", "task": "pack:TOTE-04", "most": 3, "accept": "image/jpeg,image/png,image/webp"}
PO = task("receive:PO-4", "receive", "Receive PO-4", unit="line", stop=3, stops=9, lines=LINES)
PARCELS = [line(f"Parcel P-2026-00{n}", f"P-2026-00{n}", None, int(n < 3), 1, "done" if n < 3 else "open") for n in range(1, 9)]
SEEN_RED = {"kind": "product", "sku": "MUG-RD", "name": "Mug, red", "code": "MUG-RD"}

TILES: list[dict[str, Any]] = [
    {"kind": "pick", "title": "Pick", "n": 5, "unit": "carts", "soft": "212 lines released", "href": "/floor/tasks?kind=pick", "icon": "pick"},
    {"kind": "pack", "title": "Pack", "n": 12, "unit": "totes", "soft": "oldest waits 18 min", "href": "/floor/tasks?kind=pack", "icon": "pack"},
    {"kind": "receive", "title": "Receive", "n": 2, "unit": "at dock", "soft": "PO-4 fills 9 orders", "href": "/floor/tasks?kind=receive", "icon": "receive"},
    {"kind": "putaway", "title": "Put away", "n": 9, "unit": "products", "soft": "at the dock", "href": "/floor/task/putaway:", "icon": "putaway"},
    {"kind": "handover", "title": "Hand over", "n": 41, "unit": "parcels", "soft": "on 2 manifests", "href": "/floor/tasks?kind=handover", "icon": "handover"},
    {"kind": "other", "title": "Other work", "n": None, "unit": "", "soft": "move, quarantine, release, scrap", "href": "/floor/other", "icon": "list"},
]
CUTOFFS = [
    {"carrier": "DHL", "at": "16:30", "to_go": 41, "say": "in 2 h 24 min", "ready": 118, "of": 159},
    {"carrier": "UPS", "at": "17:15", "to_go": 63, "say": "in 3 h 9 min", "ready": 35, "of": 98},
]
SUGGESTED = {"title": "Pick cart 18", "say": "14 stops, about 22 min, for DHL at 16:30", "href": "/floor/task/pick:CART-18", "icon": "pick", "take": True, "urgent": True}
CARTS = [
    {"task": "pick:CART-17", "say": "Cart 17", "soft": "stop 6 of 14", "holder": "Maja K.", "mine": True, "href": "/floor/task/pick:CART-17", "lease": False},
    {"task": "pick:CART-18", "say": "Cart 18", "soft": "a wave of 6 orders", "holder": None, "mine": False, "href": "/floor/task/pick:CART-18", "lease": True, "urgent": True},
    {"task": "pick:CART-19", "say": "Cart 19", "soft": "stop 2 of 9", "holder": "Jonas P.", "mine": False, "href": "/floor/task/pick:CART-19", "lease": True},
    {"task": "pick:#10/58 ü", "say": f"Order #10/58 ü for {LONG}", "soft": None, "holder": None, "mine": False, "href": "/x", "lease": True},
]
CHOICES = [
    {"kind": "bin", "ref": "A-03-2", "label": "Bin A-03-2"}, {"kind": "product", "ref": "A-03-2", "label": LONG},
    {"kind": "order", "ref": "A-03-2", "label": "Order A-03-2 of 株式会社山田"},
]

FLOOR: dict[str, tuple[str, dict[str, Any]]] = {
    "floor-home": ("floor/home.html", {**BASE, "suggested": SUGGESTED, "tiles": TILES, "cutoffs": CUTOFFS}),
    "floor-home-quiet": ("floor/home.html", {**BASE, "suggested": None, "tiles": [{**t, "n": 0} for t in TILES[:4]]}),
    "floor-list": ("floor/list.html", {**BASE, "kind": "pick", "title": "Carts to pick", "rows": CARTS, "more": "/floor/tasks?kind=pick&after=x"}),
    "floor-list-empty": ("floor/list.html", {**BASE, "kind": "handover", "title": "Hand over", "rows": [], "more": None,
                         "refused": "Cart 18 was taken by Jonas P. a moment ago.",
                         "starts": [{"label": "New manifest for House", "say": "41 parcels wait", "href": "/manifests", "fields": {"carrier": "house"}}]}),
    "floor-help": ("floor/help.html", {**BASE, "task": "pick:CART-17", "back": "Cart 17"}),
    "floor-help-dock": ("floor/help.html", {**BASE, "task": "receive:PO-4", "back": "PO-4"}),
    "count-first": ("floor/task.html", screen(task("count:A-03-2", "count", "Count A-03-2", stop=None, stops=None), {"want": "bin", "code": "A-03-2", "bin": "A-03-2", "say": "Go to A-03-2 and scan it"})),
    "count-on": ("floor/task.html", screen(task("count:A-03-2", "count", "Count A-03-2", stop=None, stops=None, lines=COUNT_LINES), {"want": "product", "bin": "A-03-2", "say": "Scan everything in A-03-2, then “All counted”"},
                 said("accepted", "Mug, blue: 12 counted"))),
    "count-moved": ("floor/task.html", screen(task("count:A-03-2", "count", "Count A-03-2", stop=None, stops=None, lines=COUNT_LINES[1:]), {"want": "product", "bin": "A-03-2", "say": "Scan everything in A-03-2, then “All counted”"},
                    said("conflict", "Stock moved while you counted Mug, blue: count it again, from the first one on."))),
    "count-serial": ("floor/task.html", screen(task("count:A-03-2", "count", "Count A-03-2", stop=None, stops=None, lines=COUNT_LINES), {"want": "serial", "bin": "A-03-2", "sku": "PHONE", "name": "Phone", "say": "Scan or type the serial of Phone"},
                     said("accepted", "Phone: which serial?"))),
    "count-empty": ("floor/task.html", screen(task("count:A-03-2", "count", "Count A-03-2", stop=None, stops=None), {"want": "bin", "code": "A-03-2", "bin": "A-03-2", "say": "Scan A-03-2 once more if it is empty"},
                    said("accepted", "Nothing lies in A-03-2?", "Look behind it, then scan A-03-2 once more."))),
    "count-done": ("floor/task.html", screen(task("count:A-03-2", "count", "Count A-03-2", stop=None, stops=None, finished=True), {"want": "nothing", "say": "A-03-2 is counted: 31 units."}, said("accepted", "A-03-2 is counted: 31 units."))),
    "pick-first": ("floor/task.html", screen(CART, {**PICK, "want": "bin", "code": "A-03-2", "say": "Go to A-03-2 and scan it."})),
    "pick-right": ("floor/task.html", screen(CART, {**PICK, "done": 2, "left": 1}, said("accepted", "Mug, blue: 2 of 3", "One more from A-03-2, into tote 4."))),
    "pick-wrong": ("floor/task.html", screen(CART, PICK, said("refused", "Wrong item.", "You scanned Mug, red. Scan Mug, blue from A-03-2.", seen=SEEN_RED))),
    "pick-wrong-bin": ("floor/task.html", screen(CART, {**PICK, "want": "bin"}, said("refused", "Wrong bin.", "You are at B-11-4. Go to A-03-2.",
                       seen={"kind": "bin", "sku": None, "name": "B-11-4", "code": "B-11-4"}))),
    "pick-tote": ("floor/task.html", screen(CART, {**PICK, "want": "tote", "done": 3, "left": 0, "say": "Put 3 Mug, blue into tote 4 and scan it.", "tote": {**TOTE, "color": "yellow"}},
                  said("accepted", "Mug, blue: 3 of 3", "Scan tote 4, yellow."))),
    "pick-conflict": ("floor/task.html", screen(CART, PICK, said("conflict", "Order #1057 was cancelled.", "Leave Mug, blue in A-03-2 and go on."))),
    "pick-long": ("floor/task.html", screen(task("pick:1", "pick", "Order 536365-ÄÖÜ-of-a-shop-with-long-references", stop=1, stops=2, lines=LINES),
                  {**PICK, "name": LONG, "sku": "PLATTER-SEA-GREEN-LIMITED-2026", "bin": "OVERFLOW-NORTH-0117-B", "tote": None, "done": 7, "of": 1200, "left": 1193})),
    "pick-cjk": ("floor/task.html", screen(CART, {**PICK, "name": "手绘陶瓷茶壶 大号 青花", "detail": "إبريق شاي", "of": 48, "bin": "BULK7"},
                 said("accepted", "手绘陶瓷茶壶: 1 of 48"))),
    "pick-choices": ("floor/task.html", screen(CART, PICK, said("refused", "This code means several things.", "Choose one.", choices=CHOICES, seen=None), scanned="A-03-2")),
    "pick-done": ("floor/task.html", screen(task("pick:CART-17", "pick", "Cart 17", finished=True, stop=14), {"want": "nothing", "say": "14 stops, 32 units. Bring it to the pack bench."},
                  said("accepted", "Tote 2, yellow: done", None))),
    "pack": ("floor/task.html", screen(PACK, {"want": "product", "code": None, "say": "Scan each thing as it goes into the box.", "order": "#1057"})),
    "pack-close": ("floor/task.html", screen(PACK, {"want": "command", "code": "CMD:DONE", "say": "All 5 units are in. Close the box.", "order": "#1057", "parcel": "P-2026-0001"},
                   said("accepted", "Mug, blue: 3 of 3"))),
    "pack-label": ("floor/task.html", screen(PACK, {"want": "label", "say": "Print the label and put it on the box.", "parcel": "P-2026-0001", "order": "#1057"},
                   said("accepted", "The box is closed."), label={"slip_href": "/parcels/P-2026-0001/slip"})),
    "pack-photo": ("floor/photo.html", {**BASE, **BOX, "photos": [], "said": "", "trouble": ""}),
    "pack-photo-kept": ("floor/photo.html", {**BASE, **BOX, "photos": [{"id": n, "width": 480, "height": 360} for n in (1, 2)], "said": "It is kept.", "trouble": ""}),
    "pack-photo-refused": ("floor/photo.html", {**BASE, **BOX, "photos": [{"id": n, "width": 135, "height": 240} for n in (1, 2, 3)], "said": "", "trouble": "P-2026-0001 has 3 photographs already. No more are kept."}),
    "receive": ("floor/task.html", screen(PO, {"want": "product", "code": None, "say": "Scan what came in. Set the units first when there are many.", **MUG, "done": 12, "of": 60, "left": 48, "received": {"sku": "MUG-BL", "name": "Mug, blue", "units": 12}},
                said("accepted", "Mug, blue: 12 of 60", "9 of them are promised to waiting orders."))),
    "receive-build": ("floor/task.html", screen(PO, {"want": "product", "code": None, "say": "Scan what came in.", **MUG, "done": 12, "of": 60, "left": 48, "received": {"sku": "MUG-BL", "name": LONG, "units": 4800}},
                      said("accepted", "Mug, blue: 12 of 60", "9 of them are promised to waiting orders."), own_sscc=True)),
    "receive-pallet": ("floor/task.html", screen(PO, {"want": "product", "code": None, "say": "Scan what came in.", "sku": "JAM", "name": LONG, "detail": None, "done": 12, "of": 60, "left": 48, "received": {"notice": "ASN/7 #1", "sscc": "340063810000000021", "kind": "pallet"}},
                       said("accepted", "Pallet 000021: 4,812 units of 2 products received", None))),
    "putaway": ("floor/task.html", screen(task("putaway:", "putaway", "Put away", stop=None, stops=None),
                {"want": "bin", "code": None, "say": "Put 12 Mug, blue into C-11-1 or any free bin, then scan it.", "bin": "C-11-1", **MUG, "done": 0, "of": 12, "left": 12})),
    "putaway-part": ("floor/task.html", screen(task("putaway:", "putaway", "Put away", stop=None, stops=None),
                     {"want": "bin", "code": "A-03-2", "say": "Put 15 of 100 Mug, blue, lot L-2026-11/A into A-03-2: its pick face, 5 lie there", "bin": "A-03-2", **MUG, "left": 15},
                     said("accepted", "Mug, blue, lot L-2026-11/A: 100 in hand", "Into A-03-2: its pick face, 5 lie there."))),
    "replenish": ("floor/task.html", screen(task("replenish:MUG-BL", "replenish", "Replenish Mug, blue", stop=None, stops=None),
                  {"want": "bin", "code": "R-01-1", "say": "Take 24 Mug, blue from R-01-1 to A-03-2: 30 are promised, 4 are free in the face", "bin": "R-01-1", **MUG, "left": 24})),
    "replenish-face": ("floor/task.html", screen(task("replenish:MUG-BL", "replenish", "Replenish Mug, blue", stop=None, stops=None),
                       {"want": "bin", "code": "A-03-2", "say": "Put 24 Mug, blue into A-03-2: 30 are promised, 4 are free in the face", "bin": "A-03-2", **MUG, "done": 24, "of": 24},
                       said("accepted", "Mug, blue: 24 of 24 in hand"))),
    "move": ("floor/task.html", screen(task("move:", "move", "Move", stop=None, stops=None), {"want": "bin", "say": "Scan the bin you take from"})),
    "move-refused": ("floor/task.html", screen(task("move:", "move", "Move", stop=None, stops=None),
                     {"want": "product", "bin": "A-03-2", "say": "Scan what you take from A-03-2, or the bin again for all of it"},
                     said("refused", "Mug, blue: 6 of 10 in A-03-2 are for pick lists (6 on CART-2). Take 4.", None, seen={"kind": "product", "sku": "MUG-BL", "name": "Mug, blue", "code": "MUG-BL"}))),
    "handover": ("floor/task.html", screen(task("handover:M-2", "handover", "Manifest M-2", unit="parcel", stop=2, stops=8, lines=PARCELS),
                 {"want": "parcel", "code": None, "say": "Scan each parcel as it goes onto the truck.", "carrier": "house", "done": 2, "of": 8, "left": 6})),
    "look": ("floor/task.html", screen(task("look:", "look", "Look up", stop=None, stops=None), {"want": "product", "code": None, "say": "Scan anything to see what it is and where."},
             said("accepted", "Mug, blue (MUG-BL)", "42 on hand: 36 in A-03-2, 6 at the dock. 3 free.", seen={"kind": "product", "sku": "MUG-BL", "name": "Mug, blue", "code": "4006381333931"}))),
}

# --- the put-wall ---
_OTHERS = {1: ("#1019", 2, 4), 2: ("#1023", 1, 2), 4: ("#1031", 3, 5), 5: ("#1036", 1, 2), 7: ("#1042", 1, 2), 8: ("#1044", 4, 6),
           9: ("#1047", 1, 3), 10: ("SO/2026/000-1051-EXPRESS ü", 1200, 3400)}
WALL = {"say": "S-01 to S-12", "slots": [
    {"code": f"S-{n:02d}", "order": _OTHERS.get(n, (None, 0, 0))[0], "here": _OTHERS.get(n, (None, 0, 0))[1], "of": _OTHERS.get(n, (None, 0, 0))[2],
     "stray": 3 if n == 12 else 0, "lit": n == 7} for n in range(1, 13)]}
POT = {"sku": "TPT-OC", "name": "Teapot, ochre"}
INTO = {"want": "bin", "code": "S-07", "bin": "S-07", **POT, "left": 1, "order": "#1042", "expected": 60, "rest": 47, "rest_bin": "C-11-1", "say": "Put 1 Teapot, ochre into S-07, order #1042",
        "splits": [{"slot": "S-07", "order": "#1042", "units": 1}, {"slot": "S-10", "order": "#1051", "units": 12}]}
FLOOR |= {
    "put-wall": ("floor/task.html", screen(PO, INTO, said("accepted", "Don't put away: slot S-07, order #1042", "Teapot, ochre: 1 of 60. Put it in S-07, then scan the slot. 1 more order after it. 47 more go to C-11-1."), wall=WALL)),
    "put-wall-wrong": ("floor/task.html", screen(PO, {**INTO, "name": LONG, "serial": "SN-2026-1"}, said("refused", "Wrong slot. You scanned S-03. Put 1 Teapot, ochre into S-07, order #1042, and scan it.",
                       seen={"kind": "bin", "sku": "", "name": "S-03", "code": "S-03"}), wall=WALL)),
    "pack-bench": ("floor/task.html", screen(PO, {**INTO, "code": "STAGE-1", "bin": "STAGE-1", "bench": True, "say": "Bring 1 Teapot, ochre to the pack bench, order #1042"},
                   said("accepted", "Don't put away: pack bench, order #1042", "Teapot, ochre: 1 of 60. Bring it to the pack bench, then scan STAGE-1."), wall=None)),
}
