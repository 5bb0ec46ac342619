"""What a store's answer in a case says, and the one question once the case is closed."""

from typing import Any

from sqlmodel import Session

from stowline.cases import case_reads as cases
from stowline.core import outbox
from stowline.notifications.models import Message
from stowline.notifications.run_rules import paragraphs

ANSWER, CLOSED = "case-answer", "case-closed"
KINDS = (ANSWER, CLOSED)
"""They are about a conversation, whatever became of the order: they go for one that was cancelled, too."""
Facts = dict[str, Any]


def answer(session: Session, message: Message, page: str) -> Facts:
    """The words that staff wrote, and where to go on; they stand on the order's page, too."""
    said = outbox.load(session, message.event_id).values
    return {"case": said["case"], "texts": paragraphs(cases.entry(session, said["entry_id"]).text), "status_url": f"{page}#talk"}


def closed(session: Session, message: Message, page: str) -> Facts:
    """Which case is over, and where its shopper says how it was."""
    said = outbox.load(session, message.event_id).values
    return {"case": said["case"], "status_url": f"{page}/cases/{said['case_id']}/verdict"}


def untrue(session: Session, message: Message) -> str:
    """Why the message must not go; '' if it may: nobody is asked about what is open again, or was answered already."""
    if message.kind != CLOSED:
        return ""
    case = cases.case(session, outbox.load(session, message.event_id).values["case_id"])
    return "" if case.state == "closed" and not case.verdict else "the case is open again" if not case.verdict else "the shopper said already how it was"
