"""The message to a supplier: what a delivery was not as ordered, with the report as a PDF."""

import re
from typing import Any

from sqlmodel import Session

from stowline.core.config import settings
from stowline.core.errors import NotFound
from stowline.notifications.channels import Attachment
from stowline.notifications.models import Message
from stowline.notifications.render import Brand
from stowline.receiving import reports

KINDS = {"short": "short", "over": "over", "damaged": "damaged", "wrong-item": "wrong"}


def brand(session: Session) -> Brand:
    """The house, as its mails to suppliers show it. Raises NotFound where it has no address to write from."""
    sender = reports.sender(session)
    if sender is None:
        raise NotFound("There is no address to write from. Set STOWLINE_WAREHOUSE_EMAIL, or add a store.")
    return Brand(sender.name, sender.email)


def facts(session: Session, message: Message) -> dict[str, Any]:
    """What the message says: of which purchase order, and each thing that is not as ordered."""
    kept = reports.by_id(session, message.report_id or 0)
    told = reports.lines(kept)
    return {"zone": settings().time_zone, "order_ref": reports.order_refs(session, [kept.id or 0])[kept.id or 0], "supplier": message.recipient_name,
            "sent_at": kept.at, "lines": [
                {"what": KINDS[one.kind], "name": one.name, "sku": one.sku, "quantity": one.units, "photos": one.photos} for one in told
            ]}  # fmt: skip


def attachments(session: Session, message: Message) -> tuple[Attachment, ...]:
    """The report as it was sent; nothing for other kinds."""
    if message.report_id is None:
        return ()
    kept = reports.by_id(session, message.report_id)
    name = re.sub(r"[/:\\]", "-", reports.order_refs(session, [kept.id or 0])[kept.id or 0])
    return (Attachment(f"discrepancies-{name}.pdf", reports.paper(session, kept)),)

