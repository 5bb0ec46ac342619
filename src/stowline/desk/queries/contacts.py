"""Contacts for support: what is open, what belongs to no order yet, testimonials, and how many ask where their order is."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.cases import case_reads, spikes
from stowline.cases import contact_rules as rules
from stowline.cases.contact_models import Contact
from stowline.core import clock, db
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.orders.models import Order
from stowline.stores import queries as stores

_c, _o = Contact.__table__.c, Order.__table__.c  # type: ignore[attr-defined]
VIEWS = {"open": "To answer", "where": "Where is my order", "unmatched": "Of no order yet", "all": "All", "testimonials": "Testimonials"}
HEAD = ("Store", "Name", "Words", "Said on", "Consent", "Marked on", "Marked by")
PORTION, FOUR_WEEKS = 500, timedelta(days=28)
Row = dict[str, Any]


def page(session: Session, view: str, place: Place) -> Page[Contact]:
    """Contacts, newest first."""
    query = sa.select(Contact)
    if view in WHERE:
        query = query.where(*WHERE[view])

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Contact]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_c.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda row: (row.id or 0,))


WHERE: dict[str, tuple[Any, ...]] = {
    "open": (_c.handled_at.is_(None),), "where": (_c.about == rules.WHERE, _c.handled_at.is_(None)), "unmatched": (_c.order_id.is_(None), _c.handled_at.is_(None)), "testimonials": (_c.testimonial_at.is_not(None),),
}  # fmt: skip


def rows(session: Session, found: Sequence[Contact]) -> list[Row]:
    """The rows of the list."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    ids = [one.order_id for one in found if one.order_id]
    refs = {row.id: row.ref for row in session.execute(sa.select(_o.id, _o.ref).where(_o.id.in_(ids)))}
    return [
        {
            "id": one.id, "at": one.at, "channel": rules.CHANNELS.get(one.channel, one.channel), "name": one.name, "address": one.address, "subject": one.subject,
            "text": one.text, "about": one.about, "word": rules.ABOUT[one.about], "why": f"{one.about_by} said so." if one.about_by else one.why,
            "order": refs.get(one.order_id) if one.order_id else None, "store": shops[one.store_id].name if one.store_id else "", "store_key": shops[one.store_id].key if one.store_id else "",
            "handled_at": one.handled_at, "handled_by": one.handled_by, "testimonial_at": one.testimonial_at, "consent": one.consent_note,
            "may_praise": one.about == rules.THANKS or one.answers in rules.ASKS_FOR_FEEDBACK,
        }
        for one in found
    ]  # fmt: skip


def curve(session: Session) -> list[Row]:
    """The last four weeks, newest first: who asked where their order is."""
    return [{"day": one.until, "contacts": one.contacts, "orders": one.orders, "rate": one.rate} for one in reversed(spikes.days(session))]


def judged(session: Session) -> Row:
    """How shoppers say that their cases went, in the last four weeks."""
    found = case_reads.verdicts(session, clock.now() - FOUR_WEEKS)
    rows = [{"ref": f"Q-{ident}", "good": verdict == "good", "at": at, "text": words} for ident, verdict, at, words in found.words]
    return {"good": found.good, "bad": found.bad, "share": found.share, "rows": rows}


def testimonials() -> Iterator[list[tuple[Any, ...]]]:
    """The rows of the spreadsheet, oldest first, in portions."""
    with db.reading() as session:
        shops = {shop.id: shop.key for shop in stores.all_stores(session)}
    last = 0
    while True:
        with db.reading() as session:
            query = sa.select(Contact).where(_c.testimonial_at.is_not(None), _c.id > last).order_by(_c.id).limit(PORTION)
            found = list(session.execute(query).scalars())
        if not found:
            return
        last = found[-1].id or 0
        yield [(shops.get(one.store_id, ""), one.name, one.text, one.at.date().isoformat(), one.consent_note,
                one.testimonial_at.date().isoformat() if one.testimonial_at else "", one.testimonial_by) for one in found]  # fmt: skip
