"""What the rehearsal of messages is drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import HOSTILE, STORES, at, view
from tests.look.message_views import CONFIRMED, KINDS, MANNERS, STORE

KEPT = {"store": "kiln", "day": "2026-11-26", "days": "1", "changed": '{"kinds":{"shipped":{"on":false}}}'}
DAYS = [{"value": "1", "label": "1 day", "chosen": True}, {"value": "7", "label": "7 days", "chosen": False}]
NOTHING: dict[str, Any] = {"store": STORE["store"], "stores": STORES[1:], "day": "2026-11-26", "last_day": "2026-11-27", "days": DAYS, "kept": {**KEPT, "changed": ""}, "presets": [{"name": "core-five", "label": "Core five"}],
           "changed": [], "manners": MANNERS, "manners_changed": False, "groups": KINDS, "again": None, "where": "", "channels": STORE["channels"], "units": STORE["units"], "firsts": STORE["firsts"],
           "found": None, "sums": [], "rows": [], "pages": None, "shown": [], "kinds": [], "ways": [], "q": "", "csv": ""}
LINE = {"at": at(26, 14), "kind": "shipped", "title": "On its way", "channel": "email", "to": "ines.a.very.long.name@mail.example.test", "ref": "1042", "goes": True, "outcome": "goes", "why": "quiet hours until 07:00, Europe/Paris", "really": "sent", "really_why": "",
        "really_at": at(26, 14), "differs": False, "not_owed": False}
LINES = [LINE, {**LINE, "goes": False, "outcome": "does not go", "why": "policy: the order has no tag " + HOSTILE, "differs": True}, {**LINE, "ref": "", "really": "", "really_at": None, "differs": True},
         {**LINE, "goes": False, "outcome": "is not owed", "why": "by these policies nobody is owed it", "differs": True, "not_owed": True}]
SUMS = [{"kind": "shipped", "title": "On its way", "channel": "email", "really": 1204, "now": 1204, "changed": 12, "more": -1192, "kept_back": 1192}, {"kind": "packed", "title": "Packed", "channel": "in-app", "really": 0, "now": 0, "changed": 7, "more": 7, "kept_back": 0}]
ALL = {**NOTHING, "kept": KEPT, "changed": [KINDS[1][1][0]], "manners_changed": True, "found": {"events": 20000, "cut_at": at(26, 15), "lines": 4, "goes": 19, "differs": 1199}, "sums": SUMS, "rows": LINES, "shown": DAYS, "kinds": DAYS, "ways": DAYS, "csv": "/messages/rehearsal/lines.csv",
       "pages": {"say": "4 shown, by when they go", "earlier": None, "later": "/messages/rehearsal?after=abc"}}
REHEARSAL: dict[str, tuple[str, dict[str, Any]]] = {
    "rehearsal": ("desk/rehearsal.html", view("/messages", **ALL)),
    "rehearsal-refused": ("desk/rehearsal.html", view("/messages", **NOTHING | {"again": CONFIRMED, "where": "delay", "flash": "The time after its cause is “soon”.", "flash_kind": "bad"})),
}
