"""What the pages of adjustments, and the screens of scrap and quarantine, are drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import CJK, HOSTILE, RTL, at, view
from tests.look.floor_views import BASE, LONG, MUG, said, screen, task

ADJUSTMENT: dict[str, Any] = {
    "ref": "ADJ-12", "sku": "MUG-BL", "name": "Mug, blue", "bin": "A-03-2", "lot": "", "serial": "", "condition": "good", "to_condition": "damaged",
    "units": -15, "goes": "stays in the bin, as damaged", "reason": "damaged", "reason_say": "Damaged, set aside", "note": f"The shelf broke.\n{HOSTILE}",
    "state": "waiting", "state_kind": "warn", "state_word": "Waits for approval", "who": "Maja Kowalska", "device": "tablet-4",
    "scan_id": "0192f0c4-7a01-7c44-9d0e-3b8c1a2f5e66", "asked_at": at(27), "decided_by": "", "decided_at": None, "decided_why": "",
}
POSTED = {**ADJUSTMENT, "ref": "ADJ-11", "units": 1200, "name": LONG, "lot": "L-2026-11", "serial": "SN-1", "condition": "good", "to_condition": "good", "goes": "into the books",
          "reason_say": "Found", "note": "", "state": "posted", "state_kind": "ok", "state_word": "Posted", "who": RTL, "device": "", "scan_id": None,
          "decided_by": CJK, "decided_at": at(27, 11)}
REFUSED = {**ADJUSTMENT, "ref": "ADJ-10", "state": "refused", "state_kind": "bad", "state_word": "Refused", "decided_by": "Ruth Adeyemi", "decided_at": at(26), "decided_why": "Count the bin first"}
FILES = [{"id": 1, "name": "paper.pdf", "mime": "application/pdf", "size": 48211, "who": "Maja Kowalska", "at": at(27), "is_picture": False},
         {"id": 2, "name": LONG, "mime": "application/pdf", "size": 4_900_000, "who": RTL, "at": at(27), "is_picture": False}]
MOVES = [{"at": at(27), "quantity": 1200, "from_bin": "ADJUSTMENT", "to_bin": "A-03-2", "because": "adjust", "who": RTL, "say": "", "device": "", "scan_id": None}]
MAY = {"counted_out": 0, "may_approve": False, "may_withdraw": False, "must_wait": False, "may_attach": True, "most_files": 5}
BINS = [{"bin": "A-03-2", "kind": "pick", "lot": "L-1", "serial": "", "condition": "good", "on_hand": 36, "promised": 4, "expires_on": None},
        {"bin": "OVERFLOW-NORTH-0117-B", "kind": "storage", "lot": "L-2", "serial": "SN-9", "condition": "damaged", "on_hand": 1, "promised": 0, "expires_on": None}]
GOES = [{"value": value, "label": label, "chosen": value == "scrap"} for value, label in (("adjustment", "out of the books"), ("scrap", "scrap"), ("damaged", "stays in the bin, as damaged"))]
WAYS = [{"value": value, "label": label, "chosen": value == "out"} for value, label in (("in", "in"), ("out", "out"), ("either", "in or out"))]
OFFERED: list[dict[str, Any]] = [{"value": "lost", "label": "Lost", "direction": "out", "goes": "out of the books", "approve_above": 10, "chosen": False},
           {"value": "theft", "label": "Theft", "direction": "out", "goes": "out of the books", "approve_above": 0, "chosen": True},
           {"value": "gift", "label": LONG[:60], "direction": "in or out", "goes": "out of the books", "approve_above": None, "chosen": False}]
REASON_ROWS = [{"code": one["value"], "label": one["label"], "active": one["value"] != "theft", "approve_above": one["approve_above"], "direction_say": one["direction"],
                "goes_say": one["goes"], "directions": WAYS, "goes": GOES} for one in OFFERED]
CONDITIONS = [{"value": one, "label": one.capitalize(), "chosen": one == "good"} for one in ("good", "damaged", "hold")]
LIST_VIEWS = [{"label": label, "href": f"/adjustments?view={key}", "n": n, "current": key == "waiting"}
              for label, key, n in (("Waiting for approval", "waiting", 2), ("Posted", "posted", None), ("Refused or taken back", "ended", None), ("All", "all", None))]
ANY = [{"value": "", "label": "Any reason", "chosen": True}]
EMPTY = dict.fromkeys(("sku", "bin", "lot", "serial", "condition", "units", "counted", "reason", "note", "expires_on"), "")
FORM: dict[str, Any] = {"found": [], "bins": BINS, "said": EMPTY, "where": None, "once": "k", "reasons": OFFERED, "conditions": CONDITIONS}
APART = {"sku": "MUG-BL", "name": "Mug, blue", "lots": True, "serials": True, "expires": True}
WHY = [{"kind": f"why {code}", "ref": "CMD:DONE", "label": label} for code, label in (("damaged", "Damaged"), ("suspect", "Suspect"), ("recall", "Recalled"), ("other", "Another reason"))]
OTHER = [{"task": f"{kind}:", "say": title, "soft": soft, "icon": icon, "href": f"/floor/task/{kind}:", "holder": None, "mine": False, "lease": False}
         for kind, title, soft, icon in (("move", "Move", "Units from bin to bin", "moved"), ("scrap", "Scrap", "Units that nobody can sell leave the books", "cross"))]
APART_TASK = task("quarantine:", "quarantine", "Quarantine", stop=None, stops=None)
LOTS = [{"kind": "lot L1", "ref": "L1", "label": "Lot L1, ends 2026-12-01: 3 there"}, {"kind": "lot L2 damaged", "ref": "L2", "label": "Lot L2, damaged: 12 there"}]

ADJUST: dict[str, tuple[str, dict[str, Any]]] = {
    "adjustments": ("desk/adjustments.html", view("/stock", say="2 wait for approval.", views=LIST_VIEWS, reasons=ANY, rows=[ADJUSTMENT, POSTED, REFUSED], export_href="/adjustments.csv", may_write=True)),
    "adjustments-none": ("desk/adjustments.html", view("/stock", say="None waits for approval.", views=LIST_VIEWS, reasons=ANY, rows=[], export_href="/adjustments.csv", may_write=False)),
    "adjustment": ("desk/adjustment.html", view("/stock", adjustment=ADJUSTMENT, there=36, bound=4, moves=[], files=FILES, **{**MAY, "may_approve": True})),
    "adjustment-short": ("desk/adjustment.html", view("/stock", adjustment=ADJUSTMENT, there=3, bound=0, moves=[], files=[], **{**MAY, "may_withdraw": True, "must_wait": True})),
    "adjustment-posted": ("desk/adjustment.html", view("/stock", adjustment=POSTED, there=1236, bound=0, moves=MOVES, files=[], **{**MAY, "may_attach": False})),
    "adjustment-refused": ("desk/adjustment.html", view("/stock", adjustment=REFUSED, there=36, bound=0, moves=[], files=FILES[:1], **MAY)),
    "adjustment-find": ("desk/adjustment_new.html", view("/stock", **{**FORM, "found": [("MUG-BL", "Mug, blue"), ("A/B #7 ü", LONG)], "product": None, "q": "mug"})),
    "adjustment-new": ("desk/adjustment_new.html", view("/stock", product=APART, flash="The number of units is “1.5”. Stock is counted in whole units.", flash_kind="bad",
                       **{**FORM, "where": "units", "said": {**EMPTY, "bin": "A-03-2", "units": "1.5"}})),
    "adjustment-new-bare": ("desk/adjustment_new.html", view("/stock", product={**APART, "name": LONG, "lots": False, "serials": False, "expires": False}, **{**FORM, "bins": []})),
    "reasons": ("desk/reasons.html", view("/stock", rows=REASON_ROWS, directions=WAYS, goes=GOES, may_write=True)),
    "reasons-read": ("desk/reasons.html", view("/stock", rows=REASON_ROWS, directions=WAYS, goes=GOES, may_write=False)),
    "floor-other": ("floor/list.html", {**BASE, "kind": "other", "title": "Other work", "rows": OTHER, "more": None}),
    "quarantine-why": ("floor/task.html", screen(APART_TASK, {"want": "command", "code": "CMD:DONE", "bin": "A-03-2", **MUG, "left": 3, "say": "Why do you put 3 Mug, blue apart?", "choices": WHY},
                       said("accepted", "3 Mug, blue in hand"))),
    "quarantine-to": ("floor/task.html", screen(APART_TASK, {"want": "bin", "code": "QUARANTINE", "bin": "QUARANTINE", **MUG, "left": 3, "say": "Put 3 Mug, blue into QUARANTINE"},
                      said("accepted", "3 Mug, blue in hand"))),
    "scrap-lot": ("floor/task.html", screen(task("scrap:", "scrap", "Scrap", stop=None, stops=None), {"want": "product", "bin": "A-03-2", "say": "Scan what you take from A-03-2"},
                  said("refused", "Which Tea do you have in hand?", choices=LOTS, seen=None), scanned="4006381333931", quantity=3)),
    "scrap-begin": ("floor/task.html", screen(task("scrap:", "scrap", "Scrap", stop=None, stops=None), {"want": "bin", "say": "Scan the bin that the goods lie in."})),
}
