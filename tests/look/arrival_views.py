"""What the pages of purchase orders and arrivals are drawn with."""

# fmt: off

from typing import Any

from stowline.receiving.built import Row
from tests.look.desk_views import CJK, HOSTILE, PAGES, PO, PO_LINES, PURCHASES, RTL, TRAIL, VIEWS, at, view
from tests.look.floor_views import LONG

REVISIONS = [
    {"n": 3, "at": at(27), "who": RTL, "why": LONG, "units": 1200, "expected": "9 to 11 Dec", "slip": 6, "more": -30},
    {"n": 2, "at": at(26), "who": "Ruth Adeyemi", "why": "Mail of the supplier", "units": 1230, "expected": "3 to 5 Dec", "slip": -2, "more": 0},
    {"n": 1, "at": at(24), "who": "Stowline", "why": "As entered", "units": 1230, "expected": "no date", "slip": 0, "more": 0},
]
LINES = [{**line, "over": n, "damaged": 2 * n} for n, line in enumerate(PO_LINES)]
ORDER: dict[str, Any] = {"po": {**PO, "closed": False}, "lines": LINES, "revisions": REVISIONS, "days": {"from": "2026-12-09", "to": "2026-12-11"}, "typed": {},
         "wrong": [{"what": "Damaged", "sku": "TPT-OC", "name": "Teapot, ochre", "units": 2, "note": "", "photos": 0}, {"what": "Not ordered", "sku": "JAM", "name": LONG, "units": 1200, "note": "CASE-3", "photos": 4}],
         "trail": TRAIL[:1], "may_write": True, "tags": ["backorder", "season"], "press": "0192f0c4", "may_build": True, "no_prefix": "", "to_stack": [{"sku": "MUG-BL", "name": "Mug, blue", "units": 1200}, {"sku": "JAM", "name": LONG, "units": 3}],
         "pallets": [Row("340063810000000045", at(27), RTL, apart=False, order_id=4, contents=(("MUG-BL", "Mug, blue", 4800), ("JAM", LONG, 12))), Row("340063810000000052", at(26), "Maja", apart=True, order_id=4, contents=(("MUG-BL", "Mug, blue", 1),))],
         "supplier": {"id": 1, "name": CJK, "email": "orders@haas.example"},
         "reports": [{"ref": "PO-4", "n": 1, "at": at(27), "who": RTL, "email": "a-very-long-name-of-somebody@a-very-long-domain.example", "said": "12 short, 2 damaged", "message": 7, "state": "sent", "until": at(27)}]}
ODD = {"ref": "PO-4", "supplier": CJK, "supplier_id": 1, "short": 0, "over": 4, "damaged": 1200, "wrong": 12, "report": ORDER["reports"][0]}
NOTICE = {"ref": "ASN-7", "supplier": CJK, "order": "PO-4", "carrier": "Northway", "state": "arriving", "kind": "go", "word": "Coming in", "of": 3, "received": 1,
          "units": 5012, "expected": "Tue 24 Nov", "late": True}
LATER = {**NOTICE, "ref": "ASN/2026 #8", "supplier": RTL, "order": None, "carrier": "", "state": "announced", "kind": "", "word": "Announced", "received": 0, "expected": "no date", "late": False}
IN_IT = [{"sku": "MUG-BL", "name": "Mug, blue", "units": 4800, "lot": "", "ends": ""}, {"sku": "JAM", "name": LONG, "units": 12, "lot": "L-2026-11", "ends": "Tue 1 Dec"}]
CARTON = {"sscc": "340063810000000021", "kind": "carton", "received_at": at(27), "contents": IN_IT}
PALLETS = [{"sscc": "340063810000000014", "kind": "pallet", "received_at": None, "contents": [], "cartons": [CARTON, {**CARTON, "sscc": "340063810000000038", "received_at": None}]}]

CASE: dict[str, Any] = {"ref": "CASE-3", "what": "Wrong item", "open": True, "note": HOSTILE, "units": 12, "order": "PO-4", "sku": "JAM", "name": LONG, "owner": RTL, "opened_by": "Maja Kowalska",
        "opened_at": at(27), "outcome": "", "solved_by": "", "solved_at": None, "photos": 2}
SOLVED = {**CASE, "ref": "CASE-2", "what": "Unknown box", "open": False, "sku": None, "name": None, "order": None, "outcome": "Sent back", "solved_by": CJK, "solved_at": at(27), "note": "", "photos": 0}
OWNERS = [{"value": 1, "label": RTL, "chosen": True}, {"value": 2, "label": "Ruth Adeyemi", "chosen": False}]
SEES = {"stock": True, "receiving": True}
CASES = {"q": "", "view": "open", "views": VIEWS[:3], "pages": PAGES, "owners": OWNERS, "kinds": OWNERS, "form": dict.fromkeys(("kind", "note", "units", "order", "sku"), "")}

SUPPLIER = {"id": 1, "name": CJK, "email": "orders@haas.example", "over": 0, "open": 3, "late": 0}
SLIPS = [{"ref": "PO-4", "told": "3 to 5 Dec", "came": "Wed 11 Nov", "units": 60, "revisions": 3, "slip": 6}, {"ref": "PO/2026 #9", "told": "no date", "came": "Tue 3 Nov", "units": 400, "revisions": 1, "slip": None}]

ARRIVALS: dict[str, tuple[str, dict[str, Any]]] = {
    "purchase-order": ("desk/purchase_order.html", view("/receiving", **ORDER, floor_href="/floor/task/receive:PO-4")),
    "dock-cases": ("desk/dock_cases.html", view("/receiving", **CASES, rows=[CASE, SOLVED], may_write=True, sees=SEES, open_form=True)),
    "dock-case": ("desk/dock_case.html", view("/receiving", case=CASE, photos=[], most_photos=8, owners=OWNERS, may_write=True, sees=SEES, floor_href="/floor/task/receive:PO-4")),
    "dock-case-solved": ("desk/dock_case.html", view("/receiving", case=SOLVED, photos=[], most_photos=8, owners=OWNERS, may_write=True, sees=SEES, floor_href=None)),
    "suppliers": ("desk/suppliers.html", view("/receiving", rows=[SUPPLIER, {**SUPPLIER, "id": 2, "name": LONG, "late": 3, "over": 5}])),
    "supplier": ("desk/supplier.html", view("/receiving", supplier=SUPPLIER, orders=PURCHASES, slips=SLIPS, middle=6, known=2, form={"email": "", "over_percent": 0}, may_write=True)),
    "supplier-new": ("desk/supplier.html", view("/receiving", supplier=SUPPLIER, orders=[], slips=[], middle=None, known=0, form={"email": "", "over_percent": 0}, may_write=False)),
    "discrepancies": ("desk/discrepancies.html", view("/receiving", view="orders", q="", views=VIEWS[:2], suppliers=OWNERS, pages=PAGES, rows=[ODD, {**ODD, "ref": "PO/2026 #9", "supplier": LONG, "supplier_id": None, "report": None}])),
    "discrepancies-reports": ("desk/discrepancies.html", view("/receiving", view="reports", q="", views=VIEWS[:2], suppliers=OWNERS, pages=PAGES, rows=ORDER["reports"])),
    "discrepancies-none": ("desk/discrepancies.html", view("/receiving", view="orders", q="", views=VIEWS[:2], suppliers=OWNERS, pages=PAGES, rows=[])),
    "notices": ("desk/notices.html", view("/receiving", q="", view="open", views=VIEWS[:2], rows=[NOTICE, LATER], pages=PAGES)),
    "notices-none": ("desk/notices.html", view("/receiving", q="x", view="open", views=VIEWS[:2], rows=[], pages={"say": "", "earlier": None, "later": None})),
    "notice": ("desk/notice.html", view("/receiving", notice=NOTICE, pallets=PALLETS, trail=TRAIL[:1], may_write=True, floor_href="/floor/task/receive:PO-4")),
    "notice-closed": ("desk/notice.html", view("/receiving", notice={**LATER, "state": "closed", "kind": "done", "word": "Closed"}, pallets=PALLETS[:1], trail=[], may_write=True, floor_href=None)),
}
