"""The signed link of an order: whoever has it may see the order and speak for its shopper."""

import re

from stowline.core import ids
from stowline.core.config import settings

_LINK = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)


def verified(link: str) -> int | None:
    """The order a link was signed for; None for any other text. Compared in constant time."""
    found = _LINK.fullmatch(link)
    if found is None:
        return None
    wanted = ids.signature(settings().key(), "track", str(int(found[1])))
    return int(found[1]) if ids.same(found[2], wanted) and found[1] == str(int(found[1])) else None
