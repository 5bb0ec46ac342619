"""What a mail says of an offer: each choice with the link that marks it on the shopper's page. A link never does it."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from stowline.backorders import consents, offers
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
    return {"until": offer.ends_at, "currency": order.currency, "swaps": swaps, "consent": _consent(session, offer), **links}


def _consent(session: Session, offer: offers.Offer) -> dict[str, Any] | None:
    """What the order rule has the mail say: by which day an answer is waited for, and what no answer means."""
    one = consents.latest(session, offer.order_id)
    if one is None or one.offer_id != offer.id or one.state != "asked":
        return None
    return {"until": one.due - timedelta(seconds=1), "silence": one.silence}


def _money(one: offers.Option) -> dict[str, int]:
    return {} if one.kind in ("wait", "ship") else {"minor": one.amount_minor + one.bonus_minor}
