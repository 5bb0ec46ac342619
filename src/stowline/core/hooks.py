"""Facts that must have their consequence at once, in the caller's session.

A room tells a fact (`hooks.tell(session, StockFreed(...))`); `wiring.py` says which verbs of other rooms hear it. So
stock that arrives runs allocation in the same transaction, though inventory knows nothing of allocation.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

Hook = Callable[[Session, Any], None]
_hooks: dict[type, list[Hook]] = defaultdict(list)


def on(fact: type, *hooks: Hook) -> None:
    """Have `hooks` called, in this order, whenever a fact of this type is told. Called by wiring only."""
    _hooks[fact] = list(hooks)


def tell(session: Session, fact: object) -> None:
    """Call every hook for this fact, now, in this session. What a hook raises undoes the whole transaction."""
    for hook in _hooks[type(fact)]:
        hook(session, fact)
