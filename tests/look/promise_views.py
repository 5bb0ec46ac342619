"""What the pages of promises are drawn with."""

# fmt: off

from typing import Any

from stowline.desk.queries import calibration
from tests.look.desk_views import HOSTILE, RTL, view
from tests.look.floor_views import LONG

KEPT_WAYS = [{"label": "By supplier", "href": "/promises", "n": None, "current": True}, {"label": "By month", "href": "/promises", "n": None, "current": False}]
KEPT = [
    {"name": "Potters & Co", "n": 1204, "told": 1190, "p50": 51.2, "p90": 90.4, "say": "As it should be"},
    {"name": RTL, "n": 88, "told": 80, "p50": 20.0, "p90": 61.0, "say": "Told too early: more left after the last day than should"},
    {"name": LONG, "n": 12, "told": 0, "p50": 100.0, "p90": 100.0, "say": "12 promises: too few to judge by"},
    {"name": "All", "n": 1304, "told": 1270, "p50": 49.8, "p90": 88.7, "say": "As it should be"},
]
LATE_PO = {"ref": "PO-6", "supplier": HOSTILE, "expected": "3 to 7 Dec"}
LATE_LINES = [{"sku": "TEAPOT-OCHRE", "name": "Teapot, ochre", "left": 60, "short": 4}, {"sku": "X", "name": LONG, "left": 1200, "short": 0}]
HITS = [
    {"ref": "1042", "store_key": "kiln", "sku": "TEAPOT-OCHRE", "units": 2, "told": "16 to 21 Dec", "stands": "16 to 21 Dec", "would": "23 to 28 Dec", "tell": True},
    {"ref": HOSTILE, "store_key": "kiln", "sku": "TEAPOT-OCHRE", "units": 1200, "told": "", "stands": "16 to 21 Dec", "would": "no date", "tell": False},
]
PROMISES: dict[str, tuple[str, dict[str, Any]]] = {
    "promises-kept": ("desk/promises_kept.html", view("/promises", ways=KEPT_WAYS, spans=KEPT_WAYS, first="Supplier", rows=KEPT, chart=calibration.chart(KEPT), export_href="/promises/kept.csv")),
    "promises-none": ("desk/promises_kept.html", view("/promises", ways=KEPT_WAYS, spans=KEPT_WAYS, first="Month", rows=[], chart=None, export_href="/promises/kept.csv")),
    "what-if": ("desk/what_if.html", view("/receiving", po=LATE_PO, revision=2, days=7, lines=LATE_LINES, hits=HITS, n=2, told=1, begins="Wed 16 Dec", cut=False, may_write=True, typed={"days": "7"})),
    "what-if-nobody": ("desk/what_if.html", view("/receiving", po=LATE_PO, revision=2, days=1, lines=LATE_LINES, hits=[], n=0, told=0, begins="", cut=False, may_write=True, typed={})),
    "telling": ("desk/telling.html", view("/receiving", ref="PO-6", products=3, due=1, held=2, told=9)),
}
