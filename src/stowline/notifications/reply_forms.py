"""A reply as JSON, as shops hand it on."""

from datetime import datetime
from email.utils import getaddresses
from typing import Any

from stowline.core import fields
from stowline.core.fields import Bad
from stowline.notifications import reply_rules
from stowline.notifications.reply_rules import Reply

LONGEST = 200_000


def read(said: dict[str, Any], now: datetime) -> Reply | None:
    """{from, to, subject, text, message_id, in_reply_to, references, date, headers} -> the reply; None where a program wrote it.

    `from` and `message_id` are needed; `date` is RFC 3339. `headers` {name: value} tell automatic answers apart. Raises Bad.
    """
    sender = _line(said, "from", 500, needed=True)
    name, address = next(iter(getaddresses([sender])), ("", ""))
    heads = {"from": sender, "subject": _line(said, "subject", 2000), **_headers(said.get("headers"))}
    ident = _line(said, "message_id", 500, needed=True)
    text = fields.prose(said.get("text"), "text", what="The text", longest=LONGEST)
    at = fields.moment(said.get("date"), "date") or now
    to = _line(said, "to", 2000)
    ids = reply_rules.ids_of(_line(said, "in_reply_to", 2000), _line(said, "references", 20_000))
    if reply_rules.is_automatic(heads):
        return None
    whole = ident if ident.startswith("<") else f"<{ident}>"
    return Reply(whole, fields.email(address, "from"), name, tuple(one for _, one in getaddresses([to])), heads["subject"], text, min(at, now), ids, (to,) if to else ())


def _line(said: dict[str, Any], name: str, longest: int, *, needed: bool = False) -> str:
    return fields.text(said.get(name), name, what=f"“{name}”", longest=longest, needed=needed, fold=True)


def _headers(said: Any) -> dict[str, str]:  # noqa: ANN401  (any JSON value)
    if said is None:
        return {}
    if not isinstance(said, dict) or len(said) > 200:
        raise Bad("“headers” has to be an object of at most 200 headers.", "headers")
    return {name.lower(): fields.text(value, f"headers.{name[:40]}", what="A header", longest=20_000, fold=True) for name, value in said.items()}
