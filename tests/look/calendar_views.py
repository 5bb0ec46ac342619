"""What the pages of the calendar and of sequences are drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import CJK, HOSTILE, MESSAGE, STORES, at, view

PAGER = {"say": "3 shown", "earlier": None, "later": None}
ROW: dict[str, Any] = {"id": 7, "mark": "m", "kind": "News", "headline": "The winter glazes are here", "state": "planned", "colour": "warn", "hour": "09:00", "when": "Mon 30 Nov 2026, 09:00", "zone": "Europe/Berlin",
       "whom": "who ordered in the last 90 days and agreed to such mail, tagged vip", "said": 0, "per_minute": 60, "why": "", "split": 50, "made_by": "Ruth Adeyemi", "made_at": at(26), "started_at": None, "ended_at": None, "open": True}
STOPPED = {**ROW, "id": 8, "kind": "Greeting card", "headline": HOSTILE, "state": "stopped", "colour": "done", "why": "It was taken off the calendar", "open": False, "said": 1204, "started_at": at(27), "ended_at": at(27, 11)}
DRAFT = {**ROW, "id": 9, "headline": CJK * 3, "kind": "We miss you", "state": "draft", "colour": ""}


def day(n: int, **more: Any) -> dict[str, Any]:
    return {"iso": f"2026-11-{n:02}", "n": n, "name": f"day {n} November", "today": n == 27, "ahead": n >= 27, "entries": [], "steps": [], **more}


WEEKS = [[day(n) for n in range(16, 23)], [*(day(n) for n in range(23, 27)), day(27, entries=[ROW, STOPPED], steps=[{"say": "Getting ready", "n": 1204}, {"say": "Left in the basket", "n": 3}]), day(28, entries=[DRAFT]), day(29)]]
MONTH = {"name": "November 2026", "iso": "2026-11", "earlier": "2026-10", "later": "2026-12"}
LINKS = [{"label": label, "href": f"/messages/calendar?view={label.lower()}", "n": None, "current": label == "Month"} for label in ("Month", "List")]
CALENDAR: dict[str, Any] = {"view": "month", "views": LINKS, "stores": STORES[1:], "store": "kiln", "may_write": True, "month": MONTH, "weeks": WEEKS, "rows": [], "pages": None}
KINDS = [{"value": value, "label": label, "chosen": value == "news"} for value, label in (("news", "News"), ("greeting-card", "Greeting card"), ("win-back", "We miss you"))]
WHOS = [{"value": value, "label": label, "chosen": value == "agreed"} for value, label in (("agreed", "Everybody who agreed"), ("away", "Who has not ordered for days"))]
TYPED = {"kind": "news", "day": "2026-11-30", "hour": "09:00", "headline": "The winter glazes", "body": "They are here.", "headline_b": "", "body_b": "", "share_b": "0", "who": "agreed", "days": "180", "tag": "", "per_minute": "60"}
FORM: dict[str, Any] = {"typed": TYPED, "where": "", "kinds": KINDS, "whos": WHOS, "zone": "Europe/Berlin", "fastest": 600, "longest": {"headline": 120, "body": 4000}}
MAILS = [{"name": name, "subject": "The winter glazes are here", "html": MESSAGE["html"], "short": "Kiln & Cup: the winter glazes are here"} for name in ("The text", "The other text")]
REPORT = {"rows": [{"name": "The text", "turns": 602, "went": 600, "ordered": 12, "replied": 1, "left": 0}, {"name": "The other text", "turns": 602, "went": 598, "ordered": 25, "replied": 0, "left": 3}], "days": 7,
          "claims": ["Of the first 12 of 600 ordered (2.0%), of the other 25 of 598 (4.2%). The difference lies between +0.2 and +4.3 points with 95 % confidence. More ordered of the other one."]}
FATES = [{"state": "sent", "reason": "", "n": 1198}, {"state": "held", "reason": "the reader heard of something else within a day", "n": 6}]
SHOWN = {**ROW, "reach": 1204, "more": False, "held": False, "store": "Kiln & Cup", "store_key": "kiln"}
ENTRY: dict[str, Any] = {**FORM, "entry": SHOWN, "mails": MAILS, "trouble": "", "fates": [], "report": REPORT, "may_write": True}
RUN: dict[str, Any] = {"id": 3, "title": "Getting ready", "order": "1042", "basket": None, "to": "ines.a.very.long.name@mail.example.test", "step": 2, "began_at": at(2), "next_at": at(28), "last_at": at(16), "trouble": ""}
SEQUENCES: dict[str, Any] = {"store": {"key": "kiln", "name": "Kiln & Cup"}, "q": "", "where": "", "may_write": True, "pages": PAGER,
             "kinds": [{"name": "basket", "title": "Left in the basket", "begins": "a basket was left", "on": True, "message": "Left in the basket", "n": 1204}, {"name": "win-back", "title": "We miss you", "begins": "no order for a long time", "on": False, "message": "We miss you", "n": 0}],
             "typed": {"long_days": "21", "every_from": "10", "every_to": "14", "cart_again_h": "24", "away_days": "180"}, "limits": {"long_days": (1, 365), "every_from": (3, 60), "every_to": (3, 60), "cart_again_h": (0, 240), "away_days": (14, 1500)},
             "rows": [RUN, {**RUN, "id": 4, "title": "Left in the basket", "order": None, "basket": HOSTILE, "trouble": "ZeroDivisionError: " + HOSTILE, "last_at": None, "step": 0}]}
CALENDARS: dict[str, tuple[str, dict[str, Any]]] = {
    "calendar": ("desk/calendar.html", view("/messages", **CALENDAR)),
    "calendar-list": ("desk/calendar.html", view("/messages", **CALENDAR | {"view": "list", "month": None, "weeks": [], "rows": [ROW, STOPPED, DRAFT], "pages": PAGER})),
    "calendar-none": ("desk/calendar.html", view("/messages", **CALENDAR | {"view": "list", "month": None, "weeks": [], "may_write": False, "store": "", "stores": []})),
    "sequences": ("desk/sequences.html", view("/stores", **SEQUENCES)),
    "sequences-none": ("desk/sequences.html", view("/stores", **SEQUENCES | {"rows": [], "may_write": False, "pages": {**PAGER, "say": ""}})),
    "sequences-wrong": ("desk/sequences.html", view("/stores", **SEQUENCES | {"where": "every_to", "flash": "The range of days ends before it begins.", "flash_kind": "bad"})),
    "calendar-new": ("desk/calendar_new.html", view("/messages", **FORM, stores=STORES[1:], once="k")),
    "calendar-new-wrong": ("desk/calendar_new.html", view("/messages", **FORM | {"where": "headline_b"}, stores=STORES[1:], once="k", flash="Write the other headline.", flash_kind="bad")),
    "message-calendar-entry": ("desk/calendar_entry.html", view("/messages", **ENTRY)),
    "message-calendar-entry-done": ("desk/calendar_entry.html", view("/messages", **ENTRY | {"entry": {**SHOWN, **STOPPED, "held": True}, "fates": FATES})),
    "message-calendar-entry-read": ("desk/calendar_entry.html", view("/messages", **ENTRY | {"entry": {**SHOWN, **DRAFT}, "mails": [], "trouble": "This store has no words in that language.", "may_write": False})),
}
