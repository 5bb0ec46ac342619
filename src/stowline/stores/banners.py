"""What a store says across its site for a while, written by its manager."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, or_, select

from stowline.core import author, clock
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import text
from stowline.stores.banner_models import Banner
from stowline.stores.queries import Store

LONGEST, MOST_SHOWN = 300, 50


def write(session: Session, store: Store, texts: Mapping[str, str], begins_at: datetime | None, ends_at: datetime | None) -> Banner:
    """Say this from `begins_at` (None: now) to `ends_at` (None: until it is taken down); the same again is the one that is
    there. The one that began last is shown. Raises Refused, and fields.Bad, with the field.
    """
    now = clock.now()
    said = {locale: text(one, f"text_{locale}", what="The banner", longest=LONGEST, fold=True) for locale, one in texts.items()}
    said = {locale: one for locale, one in said.items() if one}
    if not said:
        raise Refused("Say what the banner says, in one language at least.", where="text")
    begins = begins_at or now
    if ends_at is not None and ends_at <= max(begins, now):
        raise Refused("The banner would have ended before anybody saw it. Say a later end.", where="ends_at")
    known = next((one for one in listed(session, store.id or 0) if one.texts == said and one.ends_at == ends_at and _goes_on(one, now)
                  and (begins_at is None or one.begins_at == begins)), None)  # fmt: skip
    if known is not None:
        return known
    banner = Banner(store_id=store.id or 0, texts=said, begins_at=begins, ends_at=ends_at, made_by=author.current().who[:120], made_at=now)
    session.add(banner)
    session.flush()
    return banner


def take_down(session: Session, store_id: int, banner_id: int) -> None:
    """Show a banner no more; one that has ended stays as it ended. Raises NotFound."""
    query = select(Banner).where(Banner.id == banner_id, Banner.store_id == store_id).with_for_update()
    banner = session.exec(query).one_or_none()
    if banner is None:
        raise NotFound("There is no such banner.", where="banner")
    now = clock.now()
    if _goes_on(banner, now):
        banner.begins_at, banner.ends_at = min(banner.begins_at, now), now
        session.add(banner)
        session.flush()


def standing(session: Session, store_id: int, now: datetime) -> Banner | None:
    """The banner that is shown now: of those that have begun and not ended, the one that began last."""
    query = select(Banner).where(Banner.store_id == store_id, col(Banner.begins_at) <= now, or_(col(Banner.ends_at).is_(None), col(Banner.ends_at) > now))
    return session.exec(query.order_by(col(Banner.begins_at).desc(), col(Banner.id).desc()).limit(1)).first()


def listed(session: Session, store_id: int) -> list[Banner]:
    """The newest banners of a store, the last to begin first."""
    query = select(Banner).where(Banner.store_id == store_id).order_by(col(Banner.begins_at).desc(), col(Banner.id).desc())
    return list(session.exec(query.limit(MOST_SHOWN)))


def _goes_on(banner: Banner, now: datetime) -> bool:
    return banner.ends_at is None or banner.ends_at > now
