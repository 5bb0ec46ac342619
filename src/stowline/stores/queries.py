"""Reads of stores."""

from sqlmodel import Session, select

from stowline.core.errors import NotFound
from stowline.stores.models import Store


def store_by_key(session: Session, key: str) -> Store:
    """The store under this key. Raises NotFound."""
    store = session.exec(select(Store).where(Store.key == key)).one_or_none()
    if store is None:
        raise NotFound(f"There is no store {key}.", where="store")
    return store


def store(session: Session, store_id: int) -> Store:
    """A store by its id."""
    return session.get_one(Store, store_id)


def lock(session: Session, store_id: int) -> Store:
    """A store, read anew and locked until the transaction ends. Its key stays open: an order that is just being placed
    points at its store before it takes its levels, and would wait in a circle with whoever holds levels and wants the store.
    """
    query = select(Store).where(Store.id == store_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.exec(query).one()


def all_stores(session: Session) -> list[Store]:
    """Every store, by name (a house has dozens at the most; 500 are listed)."""
    return list(session.exec(select(Store).order_by(Store.name).limit(500)))


def webhook_secret(session: Session, key: str, platform: str) -> str:
    """The secret a platform signs with for this store; empty if the store or the secret is not known.

    Both answer alike, so that nobody learns from the webhook's address which stores there are.
    """
    store = session.exec(select(Store).where(Store.key == key)).one_or_none()
    return store.webhook_secrets.get(platform, "") if store else ""
