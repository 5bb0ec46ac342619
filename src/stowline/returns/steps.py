"""The one place where a return changes its state."""

from sqlmodel import Session

from stowline.core import author, clock, outbox
from stowline.core.errors import Conflict
from stowline.returns import rules
from stowline.returns.models import Rma

_AT = {"approved": "decided_at", "refused": "decided_at", "in_transit": "sent_at", "received": "received_at",
       "inspected": "inspected_at", "settled": "settled_at"}  # fmt: skip


def become(session: Session, rma: Rma, state: str, *, back: bool = False) -> None:
    """Move a locked return on (or `back`, by an undo, which keeps no moment). Raises Conflict where the table says no."""
    no = rules.why_not(rma.ref, rma.state, state)
    if no:
        raise Conflict(no)
    if back:
        setattr(rma, _AT[rma.state], None)
    elif state in _AT:
        setattr(rma, _AT[state], clock.now())
    if state in {"approved", "refused"} and not back:
        rma.decided_by = author.current().who
    rma.state = state
    session.add(rma)
    session.flush()


def tell(session: Session, rma: Rma, fact: type, *more: object) -> None:
    """Write an event of a return into the diary of its order."""
    outbox.record(session, fact(rma.order_id, rma.order_ref, rma.ref, *more), subject=rma.order_id)
