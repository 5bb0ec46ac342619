"""What the pages of cases and reviews are drawn with, at the desk and for shoppers."""

# fmt: off

from typing import Any

from tests.look.contact_views import VIEWS
from tests.look.desk_views import HOSTILE, RTL, at, view
from tests.look.floor_views import LONG
from tests.look.shop_views import BASE

KINDS = [{"value": "damaged", "label": "Damaged", "chosen": False}, {"value": "question", "label": "Question", "chosen": True}]
STORES = [{"value": "", "label": "All stores", "chosen": True}, {"value": "kiln", "label": "Kiln & Cup", "chosen": False}]
OWNERS = [{"value": "", "label": "Nobody", "chosen": False}, {"value": 3, "label": "Ruth Adeyemi", "chosen": True}]
ALARM = {"say": "8 shoppers asked within a day where their order is; 0.4 a day are usual.", "began_at": at(26), "href": "/support/contacts?view=where", "do": "Who asked, to be answered"}
FITS = {"id": 1, "key": "why-late", "title": "Why is it late"}


def row(ident: int, **more: Any) -> dict[str, Any]:
    return {"ref": f"Q-{ident}", "what": "Damaged", "state": "open", "kind": "go", "word": "To answer", "order": "1042", "store": "Kiln & Cup", "store_key": "kiln", "who": "Ines Moreau", "owner": "",
            "due_at": at(27), "late": False, "spoke_at": at(26), "said": "The ochre teapot has a chip.", "opened_at": at(26), "opened_by": "the shopper", "reopened": 0,
            "solved_at": None, "solved_by": "", "closed_at": None, "verdict": "", "verdict_text": "", **more}


ROWS = [row(1, late=True, due_at=at(26)), row(2, owner=RTL, who=LONG, said=HOSTILE + LONG, reopened=1), row(3, state="solved", kind="ok", word="Solved", owner="Ruth Adeyemi")]
SAID = [
    {"id": 1, "author": "shopper", "who": "Ines Moreau", "at": at(26), "text": "The teapot has a chip.\n\nSee the photo. " + HOSTILE, "photos": []},
    {"id": 2, "author": "note", "who": "Maja Kowalska", "at": at(26, 10), "text": LONG * 3, "photos": []},
    {"id": 3, "author": "staff", "who": "Ruth Adeyemi", "at": at(26, 11), "text": "I am sorry. A new one leaves tomorrow.", "photos": []},
]
BESIDE = {
    "order": {"id": 7, "ref": "1042", "store": "Kiln & Cup", "store_key": "kiln", "customer": "Ines Moreau", "email": "ines@example.test", "state": "handed_over", "placed_at": at(17), "held": "", "status_href": "/track/7-f"},
    "tags": [], "waiting": [{"sku": "MUG", "name": "Mug, blue", "units": 3, "place": 14, "when": "3 to 7 December"}], "told": [{"id": 1, "at": at(26), "what": "On its way", "subject": "", "state": "sent", "until": None, "reason": "", "end": "told"}],
    "parcels": [{"code": "P-1", "state": "handed_over", "word": "On its way", "kind": "go", "at": at(26), "place": "Lyon", "eta": "", "carrier": "House", "tracking": "JJD000390217745"}],
    "said": [], "choices": [], "answers": [{"key": "why-late", "title": "Why is it late", "text": "Hello"}],
}
CASE: dict[str, Any] = {"said": SAID, "about": ["Teapot, ochre", LONG], "beside": BESIDE, "phone": "+33 6 00 00 00 00", "owners": OWNERS, "mine": False, "chosen": "why-late", "text": "Hello Ines,", "preview": "", "press": "AB12",
        "longest": 4000, "known": {"customer": "the shopper's name", "order": "the order's ref"}, "may_write": True, "mail_alarms": [], "fits": FITS}
FORM = {"form": {"order": "", "store": "", "kind": "question", "text": ""}, "press": "AB12", "open_form": False, "longest": 4000, "kinds": KINDS, "stores": STORES, "q": "", "view": "open", "views": VIEWS}
PAGER = {"pages": {"say": "3 shown, the first due first", "earlier": None, "later": "/cases?after=x"}}

SHOPPERS_KINDS = [{"value": one, "label": label, "say": "broken, leaking, incomplete", "chosen": one == "damaged"} for one, label in (("not_received", "It did not arrive"), ("damaged", "Something is damaged or missing"))]
PROBLEM: dict[str, Any] = {**BASE, "eyebrow": "Order #1042", "headline": "What is wrong?", "going_on": False, "kinds": SHOPPERS_KINDS, "lines": [{"id": "1", "name": "Mug, blue", "quantity": 3, "chosen": True}, {"id": "2", "name": LONG, "quantity": 1, "chosen": False}],
           "text": "", "longest": 4000, "accept": "image/jpeg", "action": "/track/1-f/problem", "press": "AB12", "back_href": "/track/1-f", "busy": "", "trouble": "", "trouble_at": ""}
VERDICT: dict[str, Any] = {**BASE, "eyebrow": "Order #1042", "headline": "Did we put it right?", "say": "We have settled Q-1.", "asks": True, "answers": [{"value": "good", "label": "Good"}, {"value": "bad", "label": "Not good"}], "action": "/track/1-f/cases/1/verdict", "back_href": "/track/1-f#talk", "trouble": ""}
TALK = {"cases": [
    {"id": 1, "title": "Something is damaged or missing", "ref": "Q-1", "kind": "go", "word": "With us", "due": "A person answers by Friday 27 November, 11:00.", "reply_href": "/track/1-f/cases/1/entries", "press": "AB1", "verdict_href": None,
     "entries": [{"mine": True, "who": "You", "at": "Thursday 26 November, 09:12", "text": "The teapot has a chip.\n" + HOSTILE, "photos": "2 photos"}, {"mine": False, "who": "Kiln & Cup", "at": "Thursday 26 November, 11:00", "text": LONG * 2, "photos": ""}]},
    {"id": 2, "title": "A question", "ref": "Q-2", "kind": "ok", "word": "Settled", "due": "", "reply_href": "/track/1-f/cases/2/entries", "press": "AB2", "verdict_href": "/track/1-f/cases/2/verdict", "entries": []}],
    "reviews_href": "/track/1-f/reviews", "busy": "Very many of you write to us at the moment."}


def review(line: int, **more: Any) -> dict[str, Any]:
    return {"line": line, "sku": f"MUG-{line}", "name": "Mug, blue", "state": "", "word": "", "kind": "done", "just": False, "open": True, "stars": 0, "text": "", "shown": "", "answer": "", **more}


REVIEWS: dict[str, Any] = {**BASE, "eyebrow": "Order #1042", "action": "/track/1-f/reviews", "back_href": "/track/1-f", "longest": 3000, "trouble": "", "rows": [
    review(1), review(2, state="waiting", word="Being read", kind="warn", stars=4, text=LONG, shown=RTL, just=True), review(3, state="approved", word="Shown", kind="ok", open=False, stars=5, name=LONG, text=HOSTILE, answer="Thank you.")]}

def judged(ident: int, **more: Any) -> dict[str, Any]:
    return {"id": ident, "stars": 4, "text": HOSTILE + LONG * 4, "name": RTL, "sku": "MUG", "product": "Mug, blue", "order": "1042", "store": "Kiln & Cup", "store_key": "kiln", "at": at(26), "state": "waiting", "kind": "warn", "word": "To decide",
            "reason": "", "answer": "", "answered_by": "", "settled_by": "", **more}


POLICY = {"store": {"key": "kiln", "name": "Kiln & Cup"}, "stores": STORES, "busy": [{"value": "off", "label": "Never", "chosen": True}], "hours": [{"kind": "damaged", "label": "Damaged", "n": 4}], "most_hours": 200, "close_after_h": 48, "most_close": 720,
          "words": [{"lang": "en", "name": "English", "own": HOSTILE, "house": "Very many of you write to us."}, {"lang": "zh-Hant", "name": "繁體中文", "own": "", "house": "目前來信的人非常多。"}], "longest": 300}

TALKS: dict[str, tuple[str, dict[str, Any]]] = {
    "cases": ("desk/shopper_cases.html", view("/cases", **FORM, **PAGER, rows=ROWS, may_write=True, mail_alarms=[ALARM], fits=FITS)),
    "cases-none": ("desk/shopper_cases.html", view("/cases", **FORM, pages={"say": "", "earlier": None, "later": None}, rows=[], may_write=False, mail_alarms=[], fits=None)),
    "case": ("desk/shopper_case.html", view("/cases", case=row(1, late=True), **CASE)),
    "case-preview": ("desk/shopper_case.html", view("/cases", case=row(1, owner="Ruth Adeyemi"), **{**CASE, "preview": "Hello Ines,\n\n" + LONG, "fits": None})),
    "case-closed": ("desk/shopper_case.html", view("/cases", case=row(1, state="closed", kind="done", word="Closed", solved_at=at(26), solved_by="Ruth Adeyemi", closed_at=at(27), verdict="Not good", verdict_text=HOSTILE), **CASE)),
    "reviews": ("desk/reviews.html", view("/cases", views=VIEWS, view="waiting", rows=[judged(1), judged(2, state="approved", kind="ok", word="Shown", answer="Thank you.", answered_by="Ruth Adeyemi", settled_by="Ruth Adeyemi"), judged(3, state="refused", kind="bad", word="Refused", text="", name="", reason=HOSTILE, settled_by=RTL)], pages={"say": "3 shown", "earlier": None, "later": None}, longest=2000, may_write=True)),
    "reviews-none": ("desk/reviews.html", view("/cases", views=VIEWS, view="waiting", rows=[], pages={"say": "", "earlier": None, "later": None}, longest=2000, may_write=False)),
    "case-policy": ("desk/case_policy.html", view("/cases", **POLICY, may_write=True)),
    "shop-talk": ("shop/order.html", {**BASE, "eyebrow": "Order #1042", "headline": "Delivered on Thursday", "say": "All is there.", "steps": [], "parcels": [], "cards": [], "waiting": None, "talk": TALK}),
    "shop-problem": ("shop/problem.html", PROBLEM), "shop-problem-again": ("shop/problem.html", {**PROBLEM, "busy": TALK["busy"], "trouble": "Say what happened, in a few words.", "trouble_at": "text"}),
    "shop-problem-more": ("shop/problem.html", {**PROBLEM, "going_on": True, "headline": "A question", "text": HOSTILE, "trouble": "One of the photos cannot be read.", "trouble_at": "photos"}),
    "shop-verdict": ("shop/verdict.html", VERDICT), "shop-verdict-over": ("shop/verdict.html", {**VERDICT, "asks": False, "trouble": "Choose one of the two."}),
    "shop-reviews": ("shop/reviews.html", REVIEWS), "shop-reviews-none": ("shop/reviews.html", {**REVIEWS, "rows": [], "trouble": "Choose one to five stars."}),
}
