"""Verbs of feeds: the keys with which each provider signs what it posts, two at a time while one is being changed."""

from sqlmodel import Session, select

from stowline.core import author, clock, signing
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.shipping.feeds import easypost, signed
from stowline.shipping.tracking_models import CarrierFeed

FEEDS = {easypost.KEY: easypost, signed.KEY: signed}
SHORTEST, LONGEST = 6, 200


def known(provider: str) -> str:
    """The provider, if we read its posts. Raises NotFound."""
    if provider not in FEEDS:
        raise NotFound(f"There is no provider {provider[:40]}. There are: {', '.join(FEEDS)}.")
    return provider


def secrets(session: Session, provider: str) -> list[str]:
    """The keys that a post may be signed with; none where nobody set one."""
    feed = session.get(CarrierFeed, provider)
    return [one for one in (feed.secret, feed.old_secret) if one] if feed else []


def all_feeds(session: Session) -> dict[str, CarrierFeed]:
    """The feeds that have keys."""
    return {feed.provider: feed for feed in session.exec(select(CarrierFeed).limit(100))}


def set_secret(session: Session, provider: str, typed: str = "") -> str:
    """Accept posts signed with this key from now on, and with the one before, until `forget_old`; the key.

    Where the provider is the signed form and none is typed, one is made. Raises Refused for a key that is no key,
    Conflict while two are in use, NotFound for a provider.
    """
    secret = _fit(known(provider), typed.strip())
    query = select(CarrierFeed).where(CarrierFeed.provider == provider).with_for_update()
    feed = session.exec(query).one_or_none()
    if feed is None:
        feed = CarrierFeed(provider=provider, secret=secret, made_at=clock.now())
    elif feed.secret == secret:
        return secret
    elif feed.old_secret:
        raise Conflict("Two secrets are in use already. Forget the old one first.")
    else:
        feed.secret, feed.old_secret = secret, feed.secret
    feed.made_at, feed.made_by = clock.now(), author.current().who[:120]
    session.add(feed)
    session.flush()
    return secret


def _fit(provider: str, typed: str) -> str:
    if provider == signed.KEY:
        if typed and not signing.is_secret(typed):
            raise Refused("A secret of the signed form begins with whsec_ and goes on in base64, 24 to 64 bytes. Leave it empty and one is made.", where="secret")
        return typed or signing.new_secret()
    if not SHORTEST <= len(typed) <= LONGEST or not typed.isprintable():
        raise Refused(f"Give the secret that was entered at the provider, {SHORTEST} to {LONGEST} characters.", where="secret")
    return typed


def forget_old(session: Session, provider: str) -> None:
    """The provider signs with the new key: the old one counts no more. Raises NotFound."""
    feed = session.get(CarrierFeed, known(provider), with_for_update=True)
    if feed is None:
        raise NotFound("This provider has no secret yet.")
    feed.old_secret = ""
    session.add(feed)
    session.flush()


def close(session: Session, provider: str) -> None:
    """Take nothing from this provider any more: every post is refused until a key is set again."""
    feed = session.get(CarrierFeed, known(provider), with_for_update=True)
    if feed is not None:
        session.delete(feed)
        session.flush()
