"""What the pages of channels, bounces and suppressed addresses are drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import DESK, HOSTILE, RTL, STORES, at, view
from tests.look.floor_views import LONG


def row(ident: int, address: str, **more: Any) -> dict[str, Any]:
    return {"id": ident, "address": address, "channel": "E-mail", "scope": "All messages", "store": "every store", "why": "the address does not take mail (hard bounce)",
            "source": "told by Amazon SES", "at": at(26), "until": None, "stands": True, "reports": "1 hard about orders", "lifted_at": None, "lifted_by": "", "lifted_why": "", **more}


OPTIONS = [{"value": "email", "label": "E-mail", "chosen": True}, {"value": "sms", "label": "SMS", "chosen": False}]
WAYS = [{"label": "Not written to", "href": "/messages/suppressions", "n": None, "current": True}, {"label": "All", "href": "/messages/suppressions?view=all", "n": None, "current": False}]
ROWS = [
    row(1, "ines@example.test"),
    row(2, "a.very.long.name.of.somebody.with.many.names@a-very-long-subdomain.of.another.example.test", scope="Marketing only", store="Kiln & Cup", why="the reader marked a mail as unwanted (complaint)", source="from the bounce mailbox", reports="1 complaint about marketing, 3 soft about orders"),
    row(3, "+4915112345678", channel="SMS", why=HOSTILE, source="added by hand", reports=""),
    row(4, "omar@example.test", until=at(30), why="5 mails within 14 days came back (soft bounces)", reports="5 soft about orders"),
    row(5, "lea@example.test", stands=False, lifted_at=at(26, 11), lifted_by=RTL, lifted_why=LONG),
    row(6, "tom@example.test", stands=False, until=at(20)),
]
SHARED = {"views": WAYS, "view": "standing", "export_href": "/messages/suppressions.csv", "channels": OPTIONS, "scopes": OPTIONS, "stores": STORES, "asked": {"address": "", "reason": ""}}
CHANNELS: dict[str, tuple[str, dict[str, Any]]] = {
    "suppressions": ("desk/suppressions.html", view("/messages", **SHARED, rows=ROWS, may_write=True)),
    "suppressions-none": ("desk/suppressions.html", view("/messages", **SHARED, rows=[], may_write=False, trouble="The bounce mailbox cannot be read since 2026-11-26 08:00 UTC: authentication failed")),
}

SMS = {"channel": "sms", "name": "SMS", "known": True, "active": True, "kind": "ok", "word": "On", "shown": "Twilio (twilio://…)", "example": "twilio://SID:TOKEN@+15550100123/{to}", "changed_at": at(20), "changed_by": RTL}
PUSH = {**SMS, "channel": "push", "name": "Push", "known": False, "active": False, "kind": "", "word": "Not set", "shown": "", "changed_at": None, "changed_by": ""}
WHATSAPP = {**SMS, "channel": "whatsapp", "name": "WhatsApp", "active": False, "kind": "done", "word": "Off", "shown": "Evolution API (evolutions://…)"}
HOOK = {"url": "https://shop.example/hooks/" + "long-" * 30, "active": False, "why": "The address answered that it is gone (410).", "two": True, "old_until": at(28), "kind": "bad", "word": "Off"}
TRIES = [{"at": at(26), "message_id": 4711, "status": 410, "say": "it answered 410", "took_ms": 1204}, {"at": at(26), "message_id": None, "status": None, "say": "the connection failed: " + HOSTILE, "took_ms": 15000}]
STORE = {"store": {"key": "kiln", "name": "Kiln & Cup"}, "mail": "By an SMTP server, signed by DKIM. Bounces go to an address of each mail's own."}
CHANNELS |= {
    "store-channels": ("desk/store_channels.html", view("/stores", **STORE, gateways=[SMS, WHATSAPP, PUSH], hook={**HOOK, "active": True, "kind": "ok", "word": "On", "why": ""}, tries=TRIES, secret="whsec_c2VjcmV0", may_write=True)),
    "store-channels-off": ("desk/store_channels.html", view("/stores", **STORE, gateways=[SMS, WHATSAPP, PUSH], hook=HOOK, tries=TRIES, secret="", may_write=False)),
    "store-channels-none": ("desk/store_channels.html", view("/stores", **STORE, gateways=[PUSH], hook=None, tries=[], secret="", may_write=True)),
}

BACK = [{"at": at(26), "word": "Came back: the address does not take mail", "code": "5.1.1", "say": "smtp; 550 5.1.1 User unknown " + HOSTILE, "source": "from the bounce mailbox"},
        {"at": at(26), "word": "Its reader marked it as unwanted", "code": "abuse", "say": "complaint (abuse) through " + "x" * 120, "source": "told by Amazon SES"}]
CHANNELS["message-bounced"] = (DESK["message"][0], {**DESK["message"][1], "reports": BACK})
