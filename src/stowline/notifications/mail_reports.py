"""What was reported about mails that went out, and what follows from it: counts by address, suppression by scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from stowline.core import clock, rows
from stowline.notifications import suppressions
from stowline.notifications.models import Message
from stowline.notifications.render import clean_text
from stowline.notifications.rules import KINDS as MESSAGES
from stowline.notifications.suppression_models import MailReport
from stowline.notifications.suppression_rules import KINDS, SOFT, SOFT_WINDOW, consequence, plain

log = structlog.get_logger("stowline.bounces")
_r = MailReport.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Reported:
    """One report, as its reporter told it. `key` is its own id; `kind` is hard, soft or complaint."""

    key: str
    source: str
    kind: str
    address: str
    code: str
    say: str
    at: datetime
    message_id: int | None = None
    channel: str = "email"


def take(session: Session, one: Reported) -> int | None:
    """Keep a report and do what follows from it; None where it was kept already, or names nobody."""
    message = session.get(Message, one.message_id) if one.message_id else None
    address = plain(message.recipient if message is not None else clean_text(one.address))
    if not address or one.kind not in KINDS:
        return None
    row = {"key": clean_text(one.key)[:200], "source": one.source[:40], "channel": one.channel, "message_id": message.id if message else None,
           "store_id": message.store_id if message else None, "address": address, "kind": one.kind, "scope": _scope(message),
           "code": clean_text(one.code)[:20], "say": clean_text(one.say)[:500], "at": min(one.at, clock.now()), "kept_at": clock.now()}  # fmt: skip
    made = rows.insert_new(session, _r, row)
    if made is not None:
        log.info("mail_reported", kind=one.kind, source=one.source, message=row["message_id"])
        _follow(session, session.get_one(MailReport, made))
    return made


def _scope(message: Message | None) -> str:
    if message is None:
        return ""
    kind = MESSAGES.get(message.kind)
    return "transactional" if kind is None or kind.transactional else "marketing"


def _follow(session: Session, report: MailReport) -> None:
    softs = _softs(session, report) if report.kind == SOFT else ()
    found = consequence(report.kind, report.at, softs)
    if found is not None:
        suppressions.suppress(
            session, report.channel, report.address, scope=found.scope, store_id=None if found.every_store else report.store_id,
            why=found.why, source=report.source, until=found.until,
        )  # fmt: skip


def _softs(session: Session, report: MailReport) -> Sequence[datetime]:
    """When mails to this address came back softly of late; one mail counts once, however often it was reported."""
    query = sa.select(sa.func.max(_r.c.at)).where(
        _r.c.address == report.address, _r.c.channel == report.channel, _r.c.kind == SOFT, _r.c.at > report.at - SOFT_WINDOW,
    ).group_by(sa.func.coalesce(_r.c.message_id, -_r.c.id)).limit(100)  # fmt: skip
    return list(session.execute(query).scalars())


# -- reads -----------------------------------------------------------------------------------------------------------


def of_message(session: Session, message_id: int, most: int = 20) -> list[MailReport]:
    """What was reported about a message, oldest first."""
    query = select(MailReport).where(MailReport.message_id == message_id)
    return list(session.exec(query.order_by(col(MailReport.at), col(MailReport.id)).limit(most)))


def counts(session: Session, addresses: Sequence[str], channel: str = "email") -> dict[str, dict[tuple[str, str], int]]:
    """For each address how often what was reported: {(kind, scope): n}."""
    wanted = [plain(address) for address in addresses]
    query = sa.select(_r.c.address, _r.c.kind, _r.c.scope, sa.func.count()).where(_r.c.address.in_(wanted), _r.c.channel == channel)
    found: dict[str, dict[tuple[str, str], int]] = {address: {} for address in wanted}
    for address, kind, scope, n in session.execute(query.group_by(_r.c.address, _r.c.kind, _r.c.scope)):
        found[address][kind, scope] = int(n)
    return found


def totals(session: Session, since: datetime) -> dict[tuple[str, str], int]:
    """How often what was reported since a moment: {(kind, scope): n}."""
    query = sa.select(_r.c.kind, _r.c.scope, sa.func.count()).where(_r.c.kept_at >= since).group_by(_r.c.kind, _r.c.scope)
    return {(kind, scope): int(n) for kind, scope, n in session.execute(query)}


def scrub(session: Session, address: str) -> int:
    """Somebody is forgotten: what was reported about their mails stays as a count, without address and words. How many."""
    found = sa.update(_r).where(_r.c.address == plain(address)).values(address="", say="")
    return int(session.execute(found).rowcount)  # type: ignore[attr-defined]
