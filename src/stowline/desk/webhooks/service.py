"""Verbs of webhooks: add, pause, resume, remove; and what one try came to."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import author, callout, clock, db, timers
from stowline.core.config import settings
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.desk.webhooks import rules
from stowline.desk.webhooks.models import Webhook, WebhookTry
from stowline.inventory import feed
from stowline.stores import queries as stores

TIMER = "webhook"
EVERY = timedelta(seconds=5)
LEASE = timedelta(seconds=90)  # longer than one post may take, name look-up included
MOST_WEBHOOKS, KEPT_TRIES = 50, 50
_w, _t = Webhook.__table__, WebhookTry.__table__  # type: ignore[attr-defined]


def add(session: Session, url: str, *, store: str = "", all_stock: bool = True) -> Webhook:
    """Tell this address of changed stock from now on, with all stock there is first unless told otherwise. The secret is
    in the answer. Raises Refused for an address that may not be posted to, Conflict for one that is told already.
    """
    callout.refuse_address(url, private=settings().webhook_private)
    if session.exec(select(Webhook.id).where(Webhook.url == url)).first() is not None:
        raise Conflict("This address is told already. Resume it, or remove it first.", where="url")
    if session.execute(sa.select(sa.func.count()).select_from(_w)).scalar_one() >= MOST_WEBHOOKS:
        raise Refused(f"There are {MOST_WEBHOOKS} webhooks. Remove one that nobody needs.", where="url")
    store_id = stores.store_by_key(session, store).id if store else None
    start = 0 if all_stock else feed.end(session)
    made = Webhook(url=url, secret=rules.new_secret(), store_id=store_id, cursor=start, made_at=clock.now(),
                   made_by=author.current().who[:120])  # fmt: skip
    session.add(made)
    session.flush()
    timers.set_timer(session, TIMER, str(made.id), clock.now())
    return made


def by_id(session: Session, ident: int, *, lock: bool = False) -> Webhook:
    """A webhook. Raises NotFound."""
    query = select(Webhook).where(Webhook.id == ident)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound("There is no such webhook.")
    return found


def pause(session: Session, ident: int, why: str) -> None:
    """Post no more until somebody resumes it; its place in the feed stays."""
    hook = by_id(session, ident, lock=True)
    hook.active, hook.why, hook.next_at = False, why[:300], None
    session.add(hook)
    session.flush()
    timers.cancel(session, TIMER, str(ident))


def resume(session: Session, ident: int) -> None:
    """Post again, at once, from where it stopped."""
    hook = by_id(session, ident, lock=True)
    hook.active, hook.why, hook.tries, hook.failing_since, hook.next_at = True, "", 0, None, None
    session.add(hook)
    session.flush()
    timers.set_timer(session, TIMER, str(ident), clock.now())


def tell_all(session: Session, ident: int) -> None:
    """Begin anew: all stock there is, then what changes. For a shop that lost what it knew, or after a backup was
    brought back. A post that is under way ends first, and does not count. One that is paused stays so.
    """
    hook = by_id(session, ident, lock=True)
    hook.cursor = 0
    session.add(hook)
    session.flush()
    if hook.active:
        timers.set_timer(session, TIMER, str(ident), clock.now())


def remove(session: Session, ident: int) -> None:
    """Forget a webhook and its tries."""
    by_id(session, ident, lock=True)
    session.execute(sa.delete(_t).where(_t.c.webhook_id == ident))
    session.execute(sa.delete(_w).where(_w.c.id == ident))
    timers.cancel(session, TIMER, str(ident))


# --- what one worker does -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """A worker's right to post to one webhook, until `until`; `cursor` is how far it has been told."""

    id: int
    url: str
    secret: str
    store: str
    cursor: int
    until: datetime


def take_turn(session: Session, ident: int) -> Turn | None:
    """The right to post now; None where it is paused, rests, or another worker is at it (then it is looked at later)."""
    now = clock.now()
    hook = session.exec(select(Webhook).where(Webhook.id == ident).with_for_update()).one_or_none()
    if hook is None or not hook.active:
        return None
    later = max(filter(None, (hook.next_at, hook.busy_until)), default=now)
    if later > now:
        timers.set_timer(session, TIMER, str(ident), later)
        return None
    hook.busy_until = now + LEASE
    session.add(hook)
    session.flush()
    store = stores.store(session, hook.store_id).key if hook.store_id else ""
    return Turn(ident, hook.url, hook.secret, store, hook.cursor, hook.busy_until)


def rest(session: Session, turn: Turn, *, pause: timedelta = EVERY) -> None:
    """Nothing more to tell just now: look again after a pause."""
    if _still(session, turn) is not None:
        session.execute(sa.update(_w).where(_w.c.id == turn.id).values(busy_until=None))
        timers.set_timer(session, TIMER, str(turn.id), clock.now() + pause)


def went_well(session: Session, turn: Turn, cursor: int, tried: WebhookTry) -> Turn | None:
    """The address took the products up to `cursor`: the turn goes on from there, unless somebody ended it."""
    note(session, tried)
    hook = _still(session, turn)
    if hook is None:
        return None
    hook.cursor, hook.tries, hook.failing_since = cursor, 0, None
    hook.busy_until = clock.now() + LEASE
    session.add(hook)
    session.flush()
    if not hook.active:
        return None
    return Turn(turn.id, turn.url, turn.secret, turn.store, cursor, hook.busy_until)


def went_wrong(session: Session, turn: Turn, tried: WebhookTry, *, asked_s: int | None, rng: random.Random) -> None:
    """The address did not take them: try again after a longer pause; never, where it answered that it is gone."""
    note(session, tried)
    hook = _still(session, turn)
    if hook is None:
        return
    hook.busy_until, hook.tries, hook.failing_since = None, hook.tries + 1, hook.failing_since or tried.at
    session.add(hook)
    session.flush()
    if tried.status == 410:
        pause(session, turn.id, "The address answered that it is gone (410).")
    elif hook.active:
        hook.next_at = clock.now() + timedelta(seconds=rules.pause_s(hook.tries, rng, asked_s=asked_s))
        session.flush()
        timers.set_timer(session, TIMER, str(turn.id), hook.next_at)


def _still(session: Session, turn: Turn) -> Webhook | None:
    """The webhook, if the turn is still this worker's."""
    query = select(Webhook).where(Webhook.id == turn.id, Webhook.busy_until == turn.until, Webhook.cursor == turn.cursor)
    return session.exec(query.with_for_update()).one_or_none()


def note(session: Session, tried: WebhookTry) -> None:
    """Write a try down; the last 50 of each webhook are kept. One that was removed meanwhile gets none."""
    if session.exec(select(Webhook.id).where(Webhook.id == tried.webhook_id).with_for_update()).one_or_none() is None:
        return
    session.add(tried)
    session.flush()
    of_it = sa.select(_t.c.id).where(_t.c.webhook_id == tried.webhook_id)
    oldest_kept = of_it.order_by(_t.c.id.desc()).offset(KEPT_TRIES - 1).limit(1).scalar_subquery()
    session.execute(sa.delete(_t).where(_t.c.webhook_id == tried.webhook_id, _t.c.id < oldest_kept))


def let_go() -> None:
    """At the start of the one program that posts: nobody is at any webhook, whatever the rows say."""
    with db.transaction() as session:
        session.execute(sa.update(_w).where(_w.c.busy_until.is_not(None)).values(busy_until=None))


def all_of_them(session: Session) -> list[Webhook]:
    """Every webhook, oldest first."""
    return list(session.exec(select(Webhook).order_by(col(Webhook.id)).limit(MOST_WEBHOOKS)))


def tries(session: Session, ident: int) -> list[WebhookTry]:
    """The last tries of a webhook, newest first."""
    query = select(WebhookTry).where(WebhookTry.webhook_id == ident).order_by(col(WebhookTry.id).desc())
    return list(session.exec(query.limit(KEPT_TRIES)))
