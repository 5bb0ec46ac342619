"""Verbs of tracking: a signed post is kept, worked once, and moves its parcel on; what cannot be waits for a person.

`take_in` stores the raw body and sets a timer in the same transaction; the timer's verb `work` does the rest in one of
its own. So a worker that dies changes nothing, and the post is worked when it is rung again.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import author, clock, outbox, timers
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.fields import Bad
from stowline.core.outbox import Happened
from stowline.packing import queries as packing
from stowline.packing.queries import Parcel
from stowline.shipping import tracking_queries as queries
from stowline.shipping import tracking_rules as rules
from stowline.shipping.carrier_feeds import FEEDS
from stowline.shipping.events import MilestoneReached
from stowline.shipping.feeds.shape import Signed
from stowline.shipping.tracking_models import ParcelMilestone, ParcelTrack, TrackingPost
from stowline.shipping.tracking_rules import Detail, Update

TIMER, SWEEP = "tracking", "tracking-sweep"
EVERY = timedelta(days=1)
BODY_KEPT = timedelta(days=30)
AT_ONCE = 5000
UNKNOWN = "Nobody here knows this tracking number. Note it on the page of its order, and this is tried again."
_p = TrackingPost.__table__  # type: ignore[attr-defined]


# --- a post comes in ----------------------------------------------------------------------------------------------------


def take_in(session: Session, provider: str, event: Signed, body: bytes, number: str) -> bool:
    """Keep a post about this number whose signature fits, to be worked at once. Whether it is new.

    Raises Conflict for a replay of the signed form: the same id at the same moment, or with another body.
    """
    values: dict[str, Any] = {
        "provider": provider, "event_id": event.event_id, "body": body, "body_hash": hashlib.sha256(body).hexdigest(),
        "received_at": clock.now(), "signed_at": event.signed_at, "state": "new", "number": number, "carrier": "", "say": "",
        "settled_by": "",
    }  # fmt: skip
    kept = session.execute(_insert(session).values(values).on_conflict_do_nothing().returning(_p.c.id)).scalar_one_or_none()
    if kept is None:
        _again(session, provider, event, values["body_hash"])
        return False
    timers.set_timer(session, TIMER, str(kept), clock.now())
    return True


def _insert(session: Session) -> Any:  # noqa: ANN401  (PostgreSQL's or SQLite's own)
    from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415

    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(_p)


def _again(session: Session, provider: str, event: Signed, body_hash: str) -> None:
    """A sender that did not hear our answer signs anew, a little later; whoever copied a post cannot."""
    if event.signed_at is None:
        return
    query = select(TrackingPost).where(TrackingPost.provider == provider, TrackingPost.event_id == event.event_id)
    known = session.exec(query.with_for_update()).one()
    if known.body_hash != body_hash:
        raise Conflict(f"The id {event.event_id} was used for another body. Give each post an id of its own.", code="replayed")
    if known.signed_at is not None and event.signed_at <= known.signed_at:
        raise Conflict("This very post was taken already. Nothing was changed; sign a further try anew.", code="replayed")
    known.signed_at = event.signed_at
    session.add(known)


# --- it is worked -------------------------------------------------------------------------------------------------------


def work(session: Session, ref: str) -> None:
    """The timer's verb: do what a post says. One that is settled is left alone."""
    post = _lock(session, int(ref))
    if post is not None and post.state in ("new", "held"):
        _work(session, post, anyway=False)


def _lock(session: Session, ident: int) -> TrackingPost | None:
    query = select(TrackingPost).where(TrackingPost.id == ident).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def _work(session: Session, post: TrackingPost, *, anyway: bool) -> None:
    try:
        update = FEEDS[post.provider].read(post.body or b"null")
    except Bad as bad:
        _settle(session, post, "held", bad.say)
        return
    if update is None:
        _settle(session, post, "worked", "It is about no parcel.")
        return
    post.number, post.carrier = update.number, update.carrier
    found = queries.whose(session, update.number)
    if found is None:
        _unknown(session, post, update)
        return
    parcel = packing.lock(session, found)  # before its id is written anywhere: that would hold the row halfway
    post.parcel_id = found
    held = _apply(session, parcel, update, post, anyway=anyway)
    _settle(session, post, "held" if held else "worked", " ".join(held[:3]))
    if held and (soon := rules.comes_true(update.details, clock.now())):
        timers.set_timer(session, TIMER, str(post.id), soon)


def _unknown(session: Session, post: TrackingPost, update: Update) -> None:
    """Held; where each post repeats the parcel's whole way, the last one stands for those before it."""
    if update.whole:
        same = _p.c.provider == post.provider, _p.c.number == post.number, _p.c.state == "held", _p.c.id < post.id
        session.execute(sa.update(_p).where(*same).values(state="superseded", say="A later post says all of it."))
    _settle(session, post, "held", UNKNOWN)


def _settle(session: Session, post: TrackingPost, state: str, say: str) -> None:
    assert state in rules.STATES[post.state]
    post.state, post.say, post.worked_at = state, say[:500], clock.now()
    session.add(post)
    session.flush()


def _apply(session: Session, parcel: Parcel, update: Update, post: TrackingPost, *, anyway: bool) -> list[str]:
    """Do what can be; the sentences on what cannot. `anyway` where a person says that all of it is true."""
    judged = [(one, "" if anyway else _why_not(parcel, one)) for one in update.details]
    fine = [one for one, why in judged if not why]
    whys = list(dict.fromkeys(why for _, why in judged if why))
    full = add(session, parcel, fine, post.provider)
    _expect(session, parcel.id or 0, update, post)
    unread = [] if anyway else list(update.unread)
    return [*whys, *unread, *([f"Only the first {rules.MOST_KEPT:,} details of a parcel are kept."] if full and not anyway else [])]


def _why_not(parcel: Parcel, one: Detail) -> str:
    return rules.why_not(one, handed_over=parcel.state == "handed_over", packed_at=parcel.opened_at, now=clock.now())


def add(session: Session, parcel: Parcel, details: Sequence[Detail], source: str) -> bool:
    """Keep details that are not known yet, and make known what is news, each milestone once. The parcel is locked.

    True where there were more than are kept.
    """
    rows = queries.details(session, parcel.id or 0)
    known = {row.key: Detail(row.milestone, row.at, row.place, row.say) for row in rows}
    told = {row.told for row in rows if row.told}
    for one in rules.in_order(details):
        if one.key in known:
            continue
        if len(known) >= rules.MOST_KEPT:
            return True
        known[one.key] = one
        news = rules.news(list(known.values()), told) if rules.may_tell(one, told) else None
        told |= {news.milestone} if news else set()
        session.add(_row(parcel, one, source, news.milestone if news else ""))
        if news:
            _tell(session, parcel, news)
    _stand(session, parcel.id or 0, rules.standing(known.values()))
    return False


def _row(parcel: Parcel, one: Detail, source: str, told: str) -> ParcelMilestone:
    return ParcelMilestone(parcel_id=parcel.id or 0, key=one.key, milestone=one.milestone, at=one.at, place=one.place, say=one.say,
                           source=source, heard_at=clock.now(), told=told)  # fmt: skip


def _tell(session: Session, parcel: Parcel, news: rules.Standing) -> None:
    fact = MilestoneReached(parcel.order_id, parcel.id or 0, parcel.code, news.milestone, news.by.at.isoformat(), news.by.place, news.by.say)
    outbox.record(session, fact, subject=parcel.order_id)


def track_of(session: Session, parcel_id: int) -> ParcelTrack:
    """What is known of a parcel's way, made where nothing is yet. Its parcel is locked by the caller."""
    return session.get(ParcelTrack, parcel_id) or ParcelTrack(parcel_id=parcel_id)


def _stand(session: Session, parcel_id: int, stands: rules.Standing | None) -> None:
    if stands is None:
        return
    track = track_of(session, parcel_id)
    track.milestone, track.at, track.place = stands.milestone, stands.by.at, stands.by.place
    session.add(track)
    session.flush()


def _expect(session: Session, parcel_id: int, update: Update, post: TrackingPost) -> None:
    said_at = update.said_at or post.signed_at or post.received_at
    track = track_of(session, parcel_id)
    if rules.later_eta(track.eta, track.eta_said_at, update.eta, said_at):
        track.eta, track.eta_said_at = update.eta, said_at
        session.add(track)
        session.flush()


def note(session: Session, parcel_code: str, milestone: str, place: str = "") -> None:
    """A person notes what the carrier told them; it counts from now. Raises NotFound, Refused for no milestone of a
    carrier, Conflict where it cannot be.
    """
    if milestone not in rules.MOVES:
        raise Refused(f"There is no milestone {milestone[:40]}. There are: {', '.join(rules.MOVES)}.", where="milestone")
    parcel = packing.lock(session, packing.parcel_by_code(session, parcel_code).id or 0)
    one = Detail(milestone, clock.now(), rules.clean(place, 200))
    if why := _why_not(parcel, one):
        raise Conflict(why)
    add(session, parcel, [one], f"by hand, {author.current().who[:100]}")


# --- what waits for a person --------------------------------------------------------------------------------------------


def held(session: Session, ident: int) -> TrackingPost:
    """A post that waits for a person, locked. Raises NotFound, and Conflict for one that is settled."""
    post = _lock(session, ident)
    if post is None:
        raise NotFound("There is no such post.")
    if post.state != "held":
        raise Conflict("This is settled already. Nothing was changed.")
    return post


def try_again(session: Session, ident: int, *, anyway: bool = False) -> TrackingPost:
    """Work a held post once more, by what is known now; `anyway` takes what could not be as true. The post."""
    post = held(session, ident)
    _work(session, post, anyway=anyway)
    post.settled_by = author.current().who[:120] if post.state == "worked" else ""
    session.add(post)
    return post


def dismiss(session: Session, ident: int) -> None:
    """A person looked at it and lets it be."""
    post = held(session, ident)
    post.settled_by = author.current().who[:120]
    _settle(session, post, "dismissed", post.say)


def on_handed_over(session: Session, event: Happened) -> None:
    """A parcel left with its carrier: what was held of it may be true now."""
    ring(session, queries.numbers(session, event.values["parcel_id"]), event.values["parcel_id"])


def ring(session: Session, numbers: Sequence[str], parcel_id: int) -> None:
    """Have every held post about these numbers or this parcel worked again, in the order in which they came."""
    mine = sa.or_(col(TrackingPost.number).in_(list(numbers)), col(TrackingPost.parcel_id) == parcel_id)
    query = select(TrackingPost.id).where(col(TrackingPost.state).in_(["new", "held"]), mine)  # new: it may be at work now
    for ident in session.exec(query.order_by(col(TrackingPost.id)).limit(1000)):
        timers.set_timer(session, TIMER, str(ident), clock.now())


def sweep(session: Session, _ref: str) -> None:
    """Once a day: drop the bodies of posts that were settled long ago; what they said stands in the parcels' ways."""
    before = clock.now() - BODY_KEPT
    old = sa.select(_p.c.id).where(_p.c.received_at < before, _p.c.body.is_not(None), _p.c.state.not_in(["new", "held"]))
    swept = session.execute(sa.update(_p).where(_p.c.id.in_(old.limit(AT_ONCE))).values(body=None)).rowcount  # type: ignore[attr-defined]
    timers.set_timer(session, SWEEP, "", clock.now() + (timedelta(minutes=1) if swept == AT_ONCE else EVERY))


def forget(session: Session, parcel_ids: Sequence[int]) -> None:
    """Somebody is to be forgotten: drop what was posted about these parcels, and what the carrier said of places and people.
    Milestones and their times stay.
    """
    mine = _p.c.parcel_id.in_(list(parcel_ids))
    session.execute(sa.update(_p).where(mine, _p.c.state != "new").values(body=None, state=_over()))
    steps = ParcelMilestone.__table__  # type: ignore[attr-defined]
    session.execute(sa.update(steps).where(steps.c.parcel_id.in_(list(parcel_ids))).values(place="", say=""))
    tracks = ParcelTrack.__table__  # type: ignore[attr-defined]
    session.execute(sa.update(tracks).where(tracks.c.parcel_id.in_(list(parcel_ids))).values(place=""))


def _over() -> Any:  # noqa: ANN401  (an expression)
    """What is held without its body can only be let be."""
    return sa.case((_p.c.state == "held", "dismissed"), else_=_p.c.state)
