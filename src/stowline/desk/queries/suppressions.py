"""Addresses that are not written to, for managers: what stands, what was lifted, and what was reported about each."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, db
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.notifications import bounce_mailbox, mail_reports, suppressions
from stowline.notifications.suppression_models import Suppression
from stowline.stores import queries as stores

_s = Suppression.__table__.c  # type: ignore[attr-defined]
VIEWS = {"standing": "Not written to", "lifted": "Written to again", "all": "All"}
SCOPES = {"all": "All messages", "marketing": "Marketing only"}
CHANNELS = {"email": "E-mail", "sms": "SMS", "whatsapp": "WhatsApp", "push": "Push"}
SOURCES = {"by hand": "added by hand", "ses": "told by Amazon SES", "postmark": "told by Postmark", "mailbox": "from the bounce mailbox"}
HEAD = ("Address", "Channel", "Stopped", "Store", "Why", "Source", "Since", "Until", "Lifted", "Lifted by", "Reason")
Row = dict[str, Any]


def page(session: Session, view: str, text: str, place: Place) -> Page[Suppression]:
    """Suppressions, newest first; text is a part of the address."""
    query = sa.select(Suppression)
    if view != "all":
        query = query.where(_standing() if view == "standing" else sa.not_(_standing()))
    if text:
        query = query.where(_s.address.contains(text.casefold(), autoescape=True))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Suppression]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_s.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda row: (row.id or 0,))


def _standing() -> sa.ColumnElement[bool]:
    now = sa.bindparam("now", clock.now(), _s.until.type)
    return sa.and_(_s.lifted_at.is_(None), sa.or_(_s.until.is_(None), _s.until > now))


def rows(session: Session, found: Sequence[Suppression]) -> list[Row]:
    """The rows of the sheet."""
    shops = {shop.id: shop.name for shop in stores.all_stores(session)}
    counted = mail_reports.counts(session, [one.address for one in found])
    now = clock.now()
    return [_row(one, shops, counted.get(one.address, {}), stands=one.lifted_at is None and (one.until is None or one.until > now))
            for one in found]  # fmt: skip


def _row(one: Suppression, shops: dict[int | None, str], counted: dict[tuple[str, str], int], *, stands: bool) -> Row:
    return {
        "id": one.id, "address": one.address, "channel": CHANNELS.get(one.channel, one.channel), "scope": SCOPES.get(one.scope, one.scope),
        "store": shops.get(one.store_id, "") if one.store_id else "every store", "why": one.why, "source": SOURCES.get(one.source, f"from {one.source}"), "at": one.at,
        "until": one.until, "stands": stands, "reports": _said(counted) if one.channel == "email" else "", "lifted_at": one.lifted_at,
        "lifted_by": one.lifted_by, "lifted_why": one.lifted_why,
    }  # fmt: skip


def _said(counted: dict[tuple[str, str], int]) -> str:
    """ "2 hard, 1 complaint about marketing" """
    words = {"marketing": " about marketing", "transactional": " about orders"}
    return ", ".join(f"{n} {kind}{words.get(scope, '')}" for (kind, scope), n in sorted(counted.items()))


def of_message(session: Session, message_id: int) -> list[Row]:
    """What was reported about a message after it went out."""
    words = {"hard": "Came back: the address does not take mail", "soft": "Came back for now", "complaint": "Its reader marked it as unwanted"}
    return [{"at": one.at, "word": words[one.kind], "code": one.code, "say": one.say, "source": SOURCES.get(one.source, f"from {one.source}")}
            for one in mail_reports.of_message(session, message_id)]  # fmt: skip


def trouble(session: Session) -> str:
    """Why the mailbox of bounces could not be read last; '' if it was, or none is set."""
    state = bounce_mailbox.state(session)
    if state is None or not state.trouble:
        return ""
    since = f" since {state.read_at:%Y-%m-%d %H:%M} UTC" if state.read_at else ""
    return f"The bounce mailbox cannot be read{since}: {state.trouble}"


def exported(view: str) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of the spreadsheet, oldest first."""
    with db.reading() as session:
        shops = {shop.id: shop.key for shop in stores.all_stores(session)}
    now = clock.now()
    for portion in suppressions.exported():
        yield [
            (one.address, one.channel, one.scope, shops.get(one.store_id, ""), one.why, one.source, *_moments(one), one.lifted_by, one.lifted_why)
            for one in portion
            if view == "all" or (one.lifted_at is None and (one.until is None or one.until > now)) == (view == "standing")
        ]  # fmt: skip


def _moments(one: Suppression) -> tuple[str, str, str]:
    since, until, lifted = (moment.isoformat(timespec="seconds") if moment else "" for moment in (one.at, one.until, one.lifted_at))
    return since, until, lifted
