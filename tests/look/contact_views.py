"""What the page of contacts is drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import HOSTILE, RTL, at, view
from tests.look.floor_views import LONG


def row(ident: int, **more: Any) -> dict[str, Any]:
    return {"id": ident, "at": at(26), "channel": "Mail", "name": "Ines Moreau", "address": "ines@example.test", "subject": "Re: Your order is confirmed", "text": "Where is my order? It was due on Monday.",
            "about": "where", "word": "Where is my order", "why": "It says “where is my”.", "order": "1042", "store": "Kiln & Cup", "store_key": "kiln", "handled_at": None, "handled_by": "",
            "testimonial_at": None, "consent": "", "may_praise": False, **more}


VIEWS = [{"label": "To answer", "href": "/support/contacts?view=open", "n": None, "current": True}, {"label": "Of no order yet", "href": "/support/contacts?view=unmatched", "n": None, "current": False}]
ABOUTS = {"where": "Where is my order", "cancel": "Cancel", "other": "Other"}
ROWS = [
    row(1), row(2, order=None, store="", store_key="", name="", subject=HOSTILE, text=LONG * 8, about="other", word="Other", why="No word in it tells."),
    row(3, channel="Telephone", address="", name="", subject="", handled_at=at(26, 11), handled_by=RTL),
    row(4, about="thanks", word="Thanks or feedback", text="謝謝，很喜歡", may_praise=True), row(5, may_praise=True, testimonial_at=at(26), consent="agreed by mail on 26 November " + HOSTILE),
]
CURVE = [{"day": at(26), "contacts": 8, "orders": 120, "rate": 6.7}, {"day": at(25), "contacts": 0, "orders": 0, "rate": None}, {"day": at(24), "contacts": 2, "orders": 200, "rate": 1.0}]
SHARED = {"views": VIEWS, "view": "open", "abouts": ABOUTS, "most": 8}
CONTACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "contacts": ("desk/contacts.html", view("/support", **SHARED, rows=ROWS, curve=CURVE, may_write=True, judged={"good": 9, "bad": 1, "share": 90, "rows": [{"ref": "Q-1", "good": False, "at": at(26), "text": HOSTILE}]}, mail_alarms=[{"say": "8 shoppers asked within a day where their order is; 0.4 a day are usual.", "began_at": at(26), "href": "/support/contacts?view=where", "do": "Who asked, to be answered"}])),
    "contacts-none": ("desk/contacts.html", view("/support", **SHARED, rows=[], curve=CURVE, may_write=False)),
}
