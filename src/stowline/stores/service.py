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


UNITS_SHOWN = ("none", "few", "exact")
MOST_NOTICES = 20


def set_shop_page(session: Session, key: str, *, public: bool, units_shown: str, notices_per_unit: int) -> Store:
    """What the shop's pages may ask and show: whether anybody may ask, how many units are told, and how many people
    hear of each unit that is back. Raises Refused.
    """
    if units_shown not in UNITS_SHOWN:
        raise Refused(f"Units are shown as {', '.join(UNITS_SHOWN)}.", where="units_shown")
    if not 1 <= notices_per_unit <= MOST_NOTICES:
        raise Refused(f"Of each unit that is back, 1 to {MOST_NOTICES} people are told.", where="notices_per_unit")
    store = session.exec(select(Store).where(Store.key == key)).one_or_none()
    if store is None:
        raise Refused(f"There is no store {key}.", where="store", status=404, code="not_found")
    store.public_availability, store.units_shown, store.notices_per_unit = public, units_shown, notices_per_unit
    session.add(store)
    session.flush()
    return store


SELF_SERVICE = ("until_picked", "until_released", "off")
"""Until when shoppers cancel by themselves: the first unit is off the shelf, the order is on a pick list; or they ask."""


def set_self_service(session: Session, store: Store, until: str) -> None:
    """Say what shoppers of this store may change by themselves. Raises Refused for what there is not."""
    if until not in SELF_SERVICE:
        raise Refused(f"Shoppers change orders {', '.join(SELF_SERVICE)}.", where="self_service")
    store.self_service = until
    session.add(store)
    session.flush()


def set_policy(
    session: Session, store: Store, *, serves: str, ships: str, most_parcels: int | None, urgent_units_per_day: int
) -> None:
    """Keep how this store's orders are served and ship; orders knows what may be said."""
    store.serves, store.ships, store.most_parcels = serves, ships, most_parcels
    store.urgent_units_per_day = urgent_units_per_day
    session.add(store)
    session.flush()


def set_webhook_secret(session: Session, key: str, platform: str, secret: str) -> None:
    """Keep the secret with which a platform signs what it sends for this store. Raises Refused for an unknown store."""
    store = session.exec(select(Store).where(Store.key == key)).one_or_none()
    if store is None:
        raise Refused(f"There is no store {key}.", where="store")
    store.webhook_secrets = {**store.webhook_secrets, platform: secret}
    session.add(store)
