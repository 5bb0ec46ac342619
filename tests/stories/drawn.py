"""A tablet whose every answer is drawn, too: what a program is told, a person must be able to read and to act on."""

import html
import re
from typing import Any
from urllib.parse import urlencode

from tests.makers import FORM_TYPE, Reply, Tablet

_TAG, _BLANKS = re.compile(r"<[^>]*>"), re.compile(r"\s+")
_KEY = re.compile(r"<(?:button|a) class=\"key[^>]*>(.*?)</(?:button|a)>", re.DOTALL)
_NAMED = re.compile(r"“([^”]*)”")


class DrawnTablet(Tablet):
    """The same scan is sent again as a tablet's form sends it: that is the first answer once more, as a page."""

    def scan(self, task: str, code: str, quantity: int = 1, **more: Any) -> Reply:
        reply = super().scan(task, code, quantity, **more)
        if "fate" in reply.body:
            fields = {"task": task, "code": code, "quantity": quantity, "scan_id": reply["scan_id"], "kind": more.get("kind", "")}
            sent = {**self.headers, **FORM_TYPE, "Accept": "text/html"}
            _same(reply, self.send("POST", "/scans", urlencode(fields).encode(), sent))
        return reply


def _same(reply: Reply, page: Reply) -> None:
    """The page says what the answer says, and has the keys that its words name."""
    assert page.status == reply.status, (reply.raw, page.raw[:600])
    drawn = page.raw.decode()
    assert '<div id="screen"' in drawn, (reply.raw, _words(drawn)[:600])
    words = _words(drawn.partition('<div id="screen"')[2])
    said = [reply["say"], reply.body.get("hint") or ""]
    for one in said:
        assert _words(html.escape(one)) in words, (one, words)
    said.append((reply["next"] or {}).get("say") or "")
    keys, named = {_words(key) for key in _KEY.findall(drawn)}, {name for one in said for name in _NAMED.findall(one)}
    assert named <= keys, (named, keys, reply.raw)


def _words(drawn: str) -> str:
    return _BLANKS.sub(" ", html.unescape(_TAG.sub("", drawn))).strip()
