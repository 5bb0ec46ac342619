"""What the looks of the order confirmation show beside the order: only what is known; the rest is left out."""

from typing import Any

from sqlmodel import Session

from stowline.backorders import sign_ups
from stowline.catalog import queries as catalog
from stowline.orders import queries as orders
from stowline.orders import shoppers, together
from stowline.orders.queries import Order
from stowline.stores.queries import Store

MOST_SIMILAR = 3


def facts(session: Session, order: Order, store: Store, look: str) -> dict[str, Any]:
    """A look (see `stores.brand.LOOKS`), and what it needs. Similar items are looked for only where they are shown."""
    return {
        "look": look,
        "first_order": look == "welcome" and shoppers.is_first(session, order),
        "coupon": code(store.coupon_code, store.coupon_say),
        "referral": {"say": store.referral_say, "url": store.referral_url} if store.referral_say else None,
        "similar": similar(session, order) if look == "similar" else [],
    }


def code(given: str, say: str) -> dict[str, Any] | None:
    """A code with what it is good for; None where there is none. A store's own codes have no last day here."""
    return {"code": given, "say": say, "until": None} if given else None


def similar(session: Session, order: Order) -> list[dict[str, str]]:
    """Products that were often ordered with what this order holds, and that a new order would get at once."""
    mine = [line.product_id for line in orders.lines(session, order.id or 0)]
    found = together.often(session, order.store_id, mine)
    free = sign_ups.free_for(session, order.store_id, found)
    products = catalog.by_ids(session, found)
    here = [products[one] for one in found if free.get(one, 0) > 0]
    return [{"name": product.name, "sku": product.sku} for product in here[:MOST_SIMILAR]]
