"""Verbs of stores."""

from typing import Any

from sqlmodel import Session, select

from stowline.core.errors import Refused
from stowline.stores.models import Store


def open_store(session: Session, key: str, name: str = "", **brand: Any) -> Store:  # noqa: ANN401  (the columns of a store)
    """The store under `key`, made if there is none; one that exists keeps what it has.

    Raises Refused for a key that is empty or does not fit into an address of a page.
    """
    if not key or len(key) > 40 or not all(c.isalnum() or c in "-_" for c in key):
        raise Refused("A store key is 1 to 40 letters, digits, hyphens or underscores.", where="store")
    store = session.exec(select(Store).where(Store.key == key)).one_or_none()
    if store is None:
        store = Store(key=key, name=name or key.replace("-", " ").replace("_", " ").title(), **brand)
        session.add(store)
        session.flush()
    return store


def set_webhook_secret(session: Session, key: str, platform: str, secret: str) -> None:
    """Keep the secret with which a platform signs what it sends for this store. Raises Refused for an unknown store."""
    store = session.exec(select(Store).where(Store.key == key)).one_or_none()
    if store is None:
        raise Refused(f"There is no store {key}.", where="store")
    store.webhook_secrets = {**store.webhook_secrets, platform: secret}
    session.add(store)
