"""The messages that a shopper reads on the page of an order, newest first."""

from typing import Any

from sqlmodel import Session

from stowline.notifications import in_app
from stowline.portal.reader import Reader


def shown(session: Session, order_id: int, reader: Reader) -> dict[str, Any] | None:
    """The card of messages; None where there is none. `newest` is the last one it shows."""
    found = in_app.of_order(session, order_id)
    if not found:
        return None
    read = in_app.read_of(session, [one.id or 0 for one in found])
    rows = [{"at": reader.moment(one.sent_at or one.made_at), "subject": one.subject, "say": one.short, "fresh": one.id not in read}
            for one in found]  # fmt: skip
    return {"rows": rows, "fresh": any(row["fresh"] for row in rows), "newest": max(one.id or 0 for one in found)}
