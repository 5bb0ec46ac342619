"""What carriers told us as the desk lists it: what waits for a person with the raw facts, and each provider's keys."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from stowline.core.fields import Bad
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.orders.models import Order
from stowline.packing.models import Parcel
from stowline.shipping import carrier_feeds
from stowline.shipping.carrier_feeds import FEEDS
from stowline.shipping.tracking_models import CarrierFeed, TrackingPost
from stowline.shipping.tracking_queries import WORDS
from stowline.stores.models import Store

_p = TrackingPost.__table__.c  # type: ignore[attr-defined]
VIEWS = {"held": "For a person", "settled": "Let be", "all": "All"}
STATES: dict[str, tuple[str, ...]] = {"held": ("held",), "settled": ("dismissed", "superseded"), "all": ()}
CHIPS = {"new": ("go", "To be worked"), "worked": ("ok", "Done"), "held": ("warn", "Waits"), "dismissed": ("done", "Let be"),
         "superseded": ("done", "Said again later")}  # fmt: skip
STEPS_SHOWN, PAYLOAD_SHOWN = 8, 20_000
Row = dict[str, Any]


def page(session: Session, view: str, place: Place) -> Page[TrackingPost]:
    """Posts, newest first."""
    query = select(TrackingPost)
    if STATES[view]:
        query = query.where(_p.state.in_(STATES[view]))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[TrackingPost]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_p.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda post: (post.id or 0,), size=20)


def rows(session: Session, found: Sequence[TrackingPost]) -> list[Row]:
    """The rows of the page, each with what was posted and, where it is known, its order."""
    query = select(Parcel.id, Parcel.code, Order.ref, Store.key).join(Order, col(Order.id) == col(Parcel.order_id))
    query = query.join(Store, col(Store.id) == col(Order.store_id)).where(col(Parcel.id).in_([post.parcel_id for post in found]))
    known = {ident: (code, ref, key) for ident, code, ref, key in session.exec(query)}
    return [_row(post, known.get(post.parcel_id)) for post in found]


def _row(post: TrackingPost, whose: tuple[str, str, str] | None) -> Row:
    kind, word = CHIPS[post.state]
    steps, more = _steps(post)
    text = (post.body or b"").decode("utf-8", "replace").replace("\x00", "␀")
    cut = "" if len(text) <= PAYLOAD_SHOWN else f"\n… {len(text) - PAYLOAD_SHOWN:,} more characters"
    parcel, ref, store = whose or ("", "", "")
    return {
        "id": post.id, "number": post.number or None, "carrier": post.carrier, "provider": FEEDS[post.provider].NAME, "at": post.received_at,
        "event": post.event_id, "kind": kind, "word": word, "why": post.say, "parcel": parcel, "ref": ref, "store_key": store, "steps": steps,
        "more": more, "payload": text[:PAYLOAD_SHOWN] + cut, "held": post.state == "held", "by": post.settled_by, "settled_at": post.worked_at,
    }  # fmt: skip


def _steps(post: TrackingPost) -> tuple[list[Row], int]:
    """What was said, last first, and how many more there are."""
    try:
        update = FEEDS[post.provider].read(post.body) if post.body else None
    except (Bad, msgspec.DecodeError):
        update = None
    said = sorted(update.details, key=lambda one: one.at, reverse=True) if update else []
    shown = [{"at": one.at, "word": WORDS.get(one.milestone, "Noted"), "place": one.place, "say": one.say} for one in said[:STEPS_SHOWN]]
    return shown, len(said) - len(shown)


def feeds(session: Session) -> list[Row]:
    """Every provider with how it stands."""
    keyed = carrier_feeds.all_feeds(session)
    return [_feed(session, key, feed.NAME, keyed.get(key)) for key, feed in FEEDS.items()]


def _feed(session: Session, key: str, name: str, known: CarrierFeed | None) -> Row:
    last = session.exec(select(_p.received_at).where(_p.provider == key).order_by(_p.id.desc()).limit(1)).first()
    kind, word = ("ok", "Open") if known else ("done", "No secret")
    return {"key": key, "name": name, "path": f"/tracking/{key}", "kind": kind, "word": word, "known": known is not None,
            "two": bool(known and known.old_secret), "last": last, "by": known.made_by if known else "", "made_at": known.made_at if known else None}  # fmt: skip
