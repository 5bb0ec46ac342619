"""What a mail says of an offer: each choice with the link that marks it on the shopper's page. A link never does it."""

from typing import Any

from sqlmodel import Session

from stowline.backorders import offers
from stowline.orders.queries import Order

ONE_OF_A_KIND = ("wait", "ship", "credit", "cancel", "cancel_order")


def told(session: Session, order: Order, page: str) -> dict[str, Any] | None:
    """The choices of the order's open offer by kind (None where one is not possible), and its day; None without one."""
    offer = offers.latest(session, order.id or 0)
    if offer is None or offer.state != "open":
        return None
    found = offers.choices(session, offer, order)
    if not found:
        return None
    links: dict[str, Any] = dict.fromkeys(ONE_OF_A_KIND)
    for one in found:
        if one.kind in links:
            links[one.kind] = {"url": f"{page}?choose={one.name}#choice"} | _money(one)
    swaps = [{"url": f"{page}?choose={one.name}#choice", "goods": one.goods} for one in found if one.kind == "swap"]
    return {"until": offer.ends_at, "currency": order.currency, "swaps": swaps, **links}


def _money(one: offers.Option) -> dict[str, int]:
    return {} if one.kind in ("wait", "ship") else {"minor": one.amount_minor + one.bonus_minor}
