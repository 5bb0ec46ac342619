"""What the pages of returns are drawn with."""

# fmt: off

from datetime import datetime
from typing import Any

from stowline.returns.eligibility import Eligible, Line
from stowline.returns.policies import Policy, Said
from tests.look.desk_views import CJK, HOSTILE, PAGES, RTL, STORES, TRAIL, VIEWS, at, view
from tests.look.floor_views import LONG

SAYS = ["Goods may come back within 30 days of delivery.", "What is damaged or wrong may be reported within 90 days of delivery.", "You choose for each item: refund, store credit, exchange, replacement.",
        "The return label is free for: wrong item, damaged.", "For other reasons (not as hoped, other) the label costs 4.90 EUR; it is taken off the refund."]
REASONS = {"not_received": "Not received", "wrong": "Wrong item", "damaged": "Damaged", "disliked": "Not as hoped", "other": "Other"}
OUTCOMES = {"refund": "Refund", "store_credit": "Store credit", "exchange": "Exchange", "replacement": "Replacement"}
ROW: dict[str, Any] = {"ref": "RMA-8KQ2TX7M", "order": "#1042", "store_key": "kiln", "store": "Kiln & Cup", "what": "Return", "state": "inspected", "word": "Inspected", "chip": "warn", "units": 3, "arrived": 2,
       "goods": [(2, "Mug, blue"), (1, LONG)], "more": 4, "reasons": "Damaged, Not as hoped", "outcomes": "Refund, Exchange", "asked_at": at(21), "asked_by": "shopper"}
ROWS = [ROW, {**ROW, "ref": "RMA-W3ZB9HD4", "state": "requested", "word": "Asked for", "arrived": 0, "store": CJK, "order": "536365/ä #7", "more": 0},
        {**ROW, "ref": "RMA-PR5J6VYC", "what": "Lost parcel", "state": "settled", "word": "Settled", "chip": "ok", "goods": [(1, HOSTILE)], "more": 0, "reasons": "Not received"}]
ONE = {**ROW, "note": HOSTILE, "why": "", "decided_by": RTL, "decided_at": at(22), "tracking": "HC90000000014", "carrier": "House carrier", "claim": "", "free_label": True, "weight_g": 840, "kind": "return", "counted": True}
LINES = [{"id": 1, "sku": "MUG-BL", "name": "Mug, blue", "units": 2, "reason": "Damaged", "outcome": "refund", "outcome_word": "Refund", "note": LONG, "swap": None, "arrived": 2, "inspected": 2, "spared": 0, "settled": 0, "to_settle": 2, "strange": False},
         {"id": 2, "sku": "JAM", "name": LONG, "units": 1, "reason": "Not as hoped", "outcome": "exchange", "outcome_word": "Exchange", "note": "", "swap": "Bowl, ash", "arrived": 0, "inspected": 0, "spared": 1, "settled": 1, "to_settle": 0, "strange": False},
         {"id": 3, "sku": "TPT-OC", "name": "Teapot, ochre", "units": 1, "reason": "Other", "outcome": "refund", "outcome_word": "Refund", "note": "", "swap": None, "arrived": 1, "inspected": 1, "spared": 0, "settled": 0, "to_settle": 0, "strange": True}]
FOUND = [{"at": at(26), "name": "Mug, blue", "units": 1, "grade": "As new", "what": "Back to stock", "bin": "A-07-3", "which": "", "who": RTL},
         {"at": at(26), "name": "Teapot, ochre", "units": 1, "grade": "Other item", "what": "Quarantine", "bin": "QUARANTINE", "which": "SN-2026-0001", "who": "Maja Kowalska"}]
MONEY = [{"at": at(27), "who": "Ruth Adeyemi", "name": "Mug, blue", "units": 2, "what": "Refund", "paid": 3800, "fee": 380, "label": 490, "cut": 100, "cut_why": HOSTILE, "amount": 2830, "instruction": "sent", "shop_ref": "re_1Q2w"},
         {"at": at(27), "who": "Ruth Adeyemi", "name": LONG, "units": 1, "what": "Exchange", "paid": 0, "fee": 0, "label": 0, "cut": 0, "cut_why": "", "amount": 0, "instruction": "", "shop_ref": "", "new_order": "RMA-8KQ2TX7M-1"}]
MONEY[0]["new_order"] = None
PAGE: dict[str, Any] = {"rma": ONE, "currency": "EUR", "hints": ["The parcel weighs 840 g; the goods alone weigh 1,450 g. Something may be missing.", "Serial SN-2026-0001 of Teapot, ochre did not leave with order #1042: it may be another one's."],
        "lines": LINES, "found": FOUND, "money": MONEY, "photos": [], "most_photos": 24, "policy": SAYS, "trail": TRAIL[:1], "outcomes": OUTCOMES, "may_write": True, "may_show": True}
AGES = [{"value": "", "label": "Any age", "chosen": True}, {"value": "14", "label": "Older than 14 days", "chosen": False}]


def _line(ident: int, name: str, units: int) -> Line:
    late: datetime = at(1)
    return Line(ident, ident, f"P{ident}", name, None, 3, 0, 3 - units, units, 1350, units > 0, units == 1, late, late, (), {}, None if units else Said("return-nothing-left"))


ORDER = {"ref": "#1042", "store_key": "kiln", "name": RTL, "can": Eligible(1, "#1042", "EUR", Policy(), (_line(1, "Mug, blue", 3), _line(2, LONG, 0), _line(3, HOSTILE, 1)))}
STORE = {"key": "kiln", "name": CJK, "says": SAYS}
AMOUNTS = {"keep_below": "5.00", "label_fee": "4.90"}

RATE = {"sent": 1240, "back": 61, "rate": 0.0492, "least": 0.0402}
CAUSES = ["It breaks on the way. Look at its box and what is put around it.", "Lot L-2026-11: 8 of 40 came back, of its other lots fewer. Look at what is left of it, and tell the supplier.", ""]
WORST = [{"sku": f"P{n}", "name": name, **RATE, "reasons": [(40, "Damaged"), (21, "Not as hoped")], "grades": [(33, "Damaged")] if n else [], "cause": CAUSES[n]} for n, name in enumerate(("Mug, blue", LONG, HOSTILE))]
LOTS = [{"lot": "L-2026-11", "sku": "JAM", "name": LONG, "supplier": CJK, **RATE}, {"lot": RTL, "sku": "P2", "name": HOSTILE, "supplier": "", **RATE}]
COST = {"currency": "EUR", "returns": 58, "each": 1234, "total": 71572, "lost": 40000, "replaced": 12000, "ways": 14500, "work": 5072}
SPANS = [{"value": "90", "label": "Last 90 days", "chosen": True}]
FIGURES: dict[str, Any] = {"views": VIEWS, "view": "products", "days": SPANS, "stores": STORES, "way": "4.90", "work": "", "csv": "/return-figures.csv", "total": RATE, "costs": [COST, {**COST, "currency": "JPY"}], "rows": WORST}

RETURNS: dict[str, tuple[str, dict[str, Any]]] = {
    "returns": ("desk/returns.html", view("/returns", views=VIEWS, rows=ROWS, stores=STORES, ages=AGES, csv="/returns.csv?view=open", may_write=True)),
    "returns-none": ("desk/returns.html", view("/returns", views=VIEWS, rows=[], stores=STORES, ages=AGES, csv="/returns.csv", may_write=False, pages={**PAGES, "say": "", "later": None})),
    "return": ("desk/return.html", view("/returns", **PAGE)),
    "return-asked": ("desk/return.html", view("/returns", **{**PAGE, "rma": {**ONE, "state": "requested", "word": "Asked for", "decided_at": None, "arrived": 0, "weight_g": None, "tracking": ""}, "hints": [], "lines": LINES[:2], "found": [], "money": []})),
    "return-lost": ("desk/return.html", view("/returns", **{**PAGE, "rma": {**ONE, "kind": "claim", "what": "Lost parcel", "state": "approved", "word": "Approved", "chip": "go", "claim": "HC-4711"}, "hints": [], "found": [], "money": []})),
    "return-new": ("desk/return_new.html", view("/returns", asked="#1042", order=ORDER, form={}, press="0192f0c4", reasons=REASONS, outcomes=OUTCOMES)),
    "return-new-none": ("desk/return_new.html", view("/returns", asked="", order=None, form={}, press="0192f0c4", reasons=REASONS, outcomes=OUTCOMES)),
    "return-policies": ("desk/return_policies.html", view("/returns", rows=[STORE, {**STORE, "key": "nordlys", "name": LONG}])),
    "return-policy": ("desk/return_policy.html", view("/returns", store=STORE, policy=Policy(), amounts=AMOUNTS, currency="EUR", reasons=REASONS, outcomes=OUTCOMES, may_write=True)),
    "return-figures": ("desk/return_figures.html", view("/returns", **FIGURES)),
    "return-figures-none": ("desk/return_figures.html", view("/returns", **{**FIGURES, "rows": [], "costs": [], "total": {"sent": 0, "back": 0, "rate": 0.0, "least": 0.0}, "way": ""})),
    "return-figures-reasons": ("desk/return_figures.html", view("/returns", **{**FIGURES, "view": "reasons", "rows": [{"reason": "Damaged", "back": 40, "share": 0.66}]})),
    "return-figures-lots": ("desk/return_figures.html", view("/returns", **{**FIGURES, "view": "lots", "rows": LOTS})),
    "return-figures-stores": ("desk/return_figures.html", view("/returns", **{**FIGURES, "view": "stores", "rows": [{"store": "kiln", "name": CJK, **RATE}]})),
}
