"""What a store says in its own words to whoever sends something back, in each language: where to hand it in, how to pack it."""

from sqlmodel import Session, col, select

from stowline.core import author, clock
from stowline.returns.models import ReturnText


def of(session: Session, store_id: int, locale: str) -> tuple[str, str]:
    """(places, packing) in this language; each '' where the store says nothing in it."""
    found = session.get(ReturnText, (store_id, locale))
    return (found.places, found.packing) if found else ("", "")


def all_of(session: Session, store_id: int) -> dict[str, tuple[str, str]]:
    """The same in every language there is, by locale."""
    query = select(ReturnText).where(ReturnText.store_id == store_id).order_by(col(ReturnText.locale)).limit(50)
    return {one.locale: (one.places, one.packing) for one in session.exec(query)}


def say(session: Session, store_id: int, locale: str, *, places: str, packing: str) -> bool:
    """Have a store say this from now on: whether that changed anything."""
    if of(session, store_id, locale) == (places, packing):
        return False
    row = session.get(ReturnText, (store_id, locale))
    if row is None:
        row = ReturnText(store_id=store_id, locale=locale, changed_by="", changed_at=clock.now())
    row.places, row.packing, row.changed_by, row.changed_at = places[:2000], packing[:2000], author.current().who, clock.now()
    session.add(row)
    session.flush()
    return True
