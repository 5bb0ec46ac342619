"""What the pages of runs are drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import HOSTILE, MESSAGE, STORES, at, view

PAGER = {"say": "3 shown", "earlier": None, "later": None}
RUN: dict[str, Any] = {"id": 7, "mark": "m", "subject": "Order {order}: the kiln is lit", "body": "Dear {name},\n\nit is.", "whom": "who wait for Teapot, ochre (POT-OC), of Kiln & Cup", "state": "running", "colour": "go", "total": 1204, "done": 300,
       "per_minute": 60, "lasts": "about 15 minutes", "made_by": "Ruth Adeyemi", "made_at": at(27, 13), "started_at": at(27, 14), "ended_at": None}
DRAFT = {**RUN, "state": "draft", "colour": "", "done": 0, "started_at": None, "subject": HOSTILE}
MAIL = {"subject": "Order 1042: the kiln is lit", "html": MESSAGE["html"], "text": MESSAGE["text"], "short": "Kiln & Cup, order 1042: the kiln is lit"}
ROW = {"n": 1, "ref": "1042", "store_key": "kiln", "store": "Kiln & Cup", "customer": HOSTILE, "to": "ines.a.very.long.name@mail.example.test", "messages": []}
TOLD = [{"id": 3, "state": "held", "channel": "email", "reason": "Quiet hours until 07:00, Europe/Paris", "until": at(28, 6)}, {"id": 4, "state": "sent", "channel": "in-app", "reason": "", "until": None}]
FATES = [{"state": "sent", "reason": "", "n": 1100}, {"state": "held", "reason": "Quiet hours until 07:00, Europe/Paris", "n": 4}, {"state": "skipped", "reason": "The shopper does not want this kind by e-mail", "n": 12}]
STATES = [{"label": label, "href": "/messages/runs/7", "n": None, "current": label == "All"} for label in ("All", "Sent", "Held", "Skipped", "Not certain", "Dead")]
ONE: dict[str, Any] = {"run": RUN, "mail": MAIL, "trouble": "", "shown": {"n": 1, "ref": "1042", "to": "a@example.test"}, "rows": [{**ROW, "messages": TOLD}, {**ROW, "n": 2, "ref": "1043"}], "fates": FATES, "cautions": [], "views": STATES,
       "pages": PAGER, "held": True, "moving": True, "here_now": "/messages/runs/7", "fragment": False, "typed": {"subject": RUN["subject"], "body": RUN["body"], "per_minute": "60"}, "where": "", "to": "ruth@example.test", "may_write": True, "fastest": 600, "longest": {"subject": 120, "body": 4000}}
CAUTIONS = [{"say": "Nordlys does not send this kind of message: nothing goes to its 12 orders.", "href": "/stores/nordlys/messages"}, {"say": "Kiln & Cup: of 3 orders no e-mail address is known. They are skipped.", "href": ""}]
WAYS = [{"value": value, "label": label, "chosen": value == "product"} for value, label in (("product", "Who wait for a product"), ("filter", "Orders by a filter"), ("refs", "A list of orders"))]
NEW: dict[str, Any] = {"ways": WAYS, "whom": "product", "product": None, "found": [{"sku": "POT-OC", "name": "Teapot, ochre", "waiting": 1204}, {"sku": "X", "name": HOSTILE, "waiting": 1}], "q": "", "pages": PAGER, "stores": STORES, "views": STORES[:1], "states": STORES[:1],
       "tags": STORES[:1], "store": "", "typed": {"subject": "", "body": "", "per_minute": "60", "refs": ""}, "where": "", "once": "k", "fastest": 600, "longest": {"subject": 120, "body": 4000}}
RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "message-runs": ("desk/message_runs.html", view("/messages", rows=[RUN, {**DRAFT, "id": 8}, {**RUN, "id": 5, "state": "stopped", "colour": "done"}], may_write=True, pages=PAGER)),
    "message-run": ("desk/message_run.html", view("/messages", **ONE)),
    "message-run-draft": ("desk/message_run.html", view("/messages", **ONE | {"run": DRAFT, "fates": [], "cautions": CAUTIONS, "held": False, "moving": False, "where": "body", "flash": "{cat} is no placeholder. There are {name} and {order}.", "flash_kind": "bad"})),
    "message-run-none": ("desk/message_run.html", view("/messages", **ONE | {"run": {**RUN, "state": "finished"}, "rows": [], "trouble": "There is no such order in this run.", "mail": {"subject": HOSTILE, "html": "", "short": ""}, "may_write": False, "moving": False})),
    "run-new": ("desk/message_run_new.html", view("/messages", **NEW)),
    "run-new-product": ("desk/message_run_new.html", view("/messages", **NEW | {"product": {"sku": "POT-OC", "name": "Teapot, ochre", "orders": 1204}})),
    "run-new-filter": ("desk/message_run_new.html", view("/messages", **NEW | {"whom": "filter", "where": "subject", "flash": "Write a subject.", "flash_kind": "bad"})),
    "run-new-refs": ("desk/message_run_new.html", view("/messages", **NEW | {"whom": "refs", "where": "refs"})),
}
