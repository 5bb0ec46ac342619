"""What a bounce or complaint says, in whatever form it came: plain values, and how a failure is told apart."""

import re
from dataclasses import dataclass
from datetime import datetime

from stowline.notifications.suppression_rules import HARD, SOFT


@dataclass(frozen=True, slots=True)
class Notice:
    """One report about one address. `key` is its reporter's own id; `kind` is hard, soft or complaint.

    `marks` are the texts in which our token may stand (the return path, a header that came back); `mail_id` is the
    Message-ID of the mail it is about.
    """

    key: str
    kind: str
    address: str
    code: str
    say: str
    at: datetime
    marks: tuple[str, ...] = ()
    mail_id: str = ""


# Enhanced status codes (RFC 3463) by which the address itself is bad, not the moment or the mail.
_BAD_ADDRESS = re.compile(r"5\.(1\.(?!5|8|9)\d+|2\.1|4\.1|4\.4|5\.0)")
_OTHERWISE = re.compile(r"5\.(1\.[589]|2\.[234]|3\.\d+|4\.\d+|5\.\d+|6\.\d+|7\.\d+)")
_NOBODY = re.compile(
    r"user unknown|unknown (?:user|recipient|address|local.?part)|no such (?:user|recipient|mailbox|address|person)|"
    r"(?:user|mailbox|account|address|recipient|domain)[^.;]{0,40}(?:does not exist|doesn.t exist|not found|unknown|disabled|inactive)|"
    r"invalid (?:recipient|mailbox|address)|mailbox unavailable|recipient address rejected|host (?:or domain name )?not found|nxdomain|"
    r"recipnotfound|no mailbox here|not a valid (?:mailbox|recipient)|unrouteable address",
    re.IGNORECASE,
)
_FOR_NOW = re.compile(
    r"quota|full|over.?limit|spam|block(?:ed|list)|blacklist|policy|reputation|dmarc|\bspf\b|too large|size limit|rate limit|try again|greylist|timed? ?out",
    re.IGNORECASE,
)


def failure_kind(status: str, words: str) -> str:
    """Hard where the address does not take mail; soft where this mail or this moment was the trouble.

    `status` is an enhanced status code ("5.1.1", may be ""), `words` what the server said. A code that says nothing
    ("5.0.0") leaves it to the words; what neither tells is soft, as five of them still stop an address for a while.
    """
    if status.startswith("4"):
        return SOFT
    if _BAD_ADDRESS.fullmatch(status):
        return SOFT if _FOR_NOW.search(words) and not _NOBODY.search(words) else HARD
    if _OTHERWISE.fullmatch(status):
        return SOFT
    return HARD if _NOBODY.search(words) and not _FOR_NOW.search(words) else SOFT
