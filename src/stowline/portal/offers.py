"""An offer as its shopper sees it: the choices with their consequences, what was chosen, why one is over."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from stowline.backorders import consents, offers
from stowline.backorders.offers import Offer, Option
from stowline.core import clock, ids
from stowline.core.config import settings
from stowline.notifications import facts
from stowline.orders.queries import Order
from stowline.portal.reader import Reader

_LINK = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)
View = dict[str, Any]


def verified(link: str, order_id: int) -> int | None:
    """The offer a link was signed for, with its order; None for any other text. Compared in constant time."""
    found = _LINK.fullmatch(link)
    if found is None or found[1] != str(int(found[1])):
        return None
    wanted = ids.signature(settings().key(), "offer", found[1], str(order_id))
    return int(found[1]) if ids.same(found[2], wanted) else None


def path(offer: Offer) -> str:
    """Where a choice of this offer is sent, below the shopper's own page: with a signature of its own."""
    mark = ids.signature(settings().key(), "offer", str(offer.id), str(offer.order_id))
    return f"{facts.status_path(offer.order_id)}/offers/{offer.id}-{mark}"


def card(session: Session, order: Order, reader: Reader, *, chosen: str = "", said: str = "") -> View | None:
    """The card of the order's latest offer: what can be chosen now, and what was. `chosen`, which a mail's link names, is
    marked beforehand; whoever comes by such a link or after a click is told, too, that there is nothing to choose any more.
    """
    offer = offers.latest(session, order.id or 0)
    if offer is None:
        return None
    options = offers.choices(session, offer, order)
    if not options and offer.state != "chosen":
        return _over(offer, order, reader) if chosen or said else None
    there = any(one.name == chosen for one in options)
    if chosen and options and not there:
        said = "gone"
    marked = chosen if there else offer.choice or (options[0].name if options and not chosen else "")
    return {
        "title": reader.say("offer.title"), "action": path(offer), "legend": reader.say("offer.legend"),
        "said": reader.say(f"offer.said_{said}") if said in ("gone", "changed", "none") else "",
        "done": _done(offer, order, reader), "until": _until(session, offer, reader) if options else "",
        "options": [_shown(one, order, reader, checked=one.name == marked) for one in options],
        "button": reader.say("offer.again" if offer.state == "chosen" else "offer.button"),
    }  # fmt: skip


def _over(offer: Offer, order: Order, reader: Reader) -> View:
    """The card of an offer that nothing can be chosen of any more: why, and what that means."""
    title, say = _why_over(offer, order, reader)
    return {"title": reader.say("offer.title"), "said": "", "done": title, "say": say, "options": []}


def _why_over(offer: Offer, order: Order, reader: Reader) -> tuple[str, str]:
    """In words; of one that nobody has ended yet, too."""
    why = offer.why if offer.state == "ended" else "expired" if clock.now() >= offer.ends_at else _since(order)
    return reader.say(f"over.{why}", day=reader.day(_past(offer))), reader.say(f"over.{why}_say")


def _since(order: Order) -> str:
    """What became of the order since its offer was made."""
    if order.state == "cancelled":
        return "cancelled"
    if order.held or order.allocated < order.ordered - order.cancelled:
        return "closed"
    return "settled" if order.cancelled else "came"


def _until(session: Session, offer: Offer, reader: Reader) -> str:
    """How long it is open; and, where the store must ask for consent to the delay, what no answer means."""
    said, one = reader.say("offer.until", day=reader.day(offer.ends_at)), consents.latest(session, offer.order_id)
    if one is None or one.offer_id != offer.id or one.state != "asked":
        return said
    day = reader.day(one.due - timedelta(seconds=1))
    return reader.together(said, reader.say("offer.consent_silence" if one.silence else "offer.consent_needed", day=day))


def _shown(one: Option, order: Order, reader: Reader, *, checked: bool) -> View:
    due = one.amount_minor + one.bonus_minor
    return {"value": f"{one.name}:{due}", "checked": checked, **_words(one, order, reader)}


def _words(one: Option, order: Order, reader: Reader) -> View:
    money = {name: reader.money(minor, order.currency) for name, minor in (
        ("amount", one.amount_minor + one.bonus_minor), ("back", one.amount_minor), ("bonus", one.bonus_minor))}  # fmt: skip
    values = {"n": one.units, "goods": one.goods, "instead": one.instead_of, **money}
    how = "_fast" if one.fast else "_bonus" if one.bonus_minor else "_whole" if one.whole and one.kind == "credit" else ""
    return {"label": reader.say(f"offer.{one.kind}", **values), "say": reader.say(f"offer.{one.kind}_say{how}", **values)}


def _done(offer: Offer, order: Order, reader: Reader) -> str:
    if offer.state != "chosen":
        return ""
    return reader.say(f"chosen.{offer.answer['kind']}", **_answer(offer, order, reader))


def _answer(offer: Offer, order: Order, reader: Reader) -> View:
    due = int(offer.answer["amount_minor"]) + int(offer.answer["bonus_minor"])
    return {"amount": reader.money(due, order.currency), "goods": offer.answer["goods"]}


def outcome(session: Session, offer: Offer, order: Order, reader: Reader, fate: str = "") -> View:
    """The page after a click, or of a link that is over: what was chosen or why not, and what happens next."""
    if offer.state == "chosen":
        kind = offer.answer["kind"]
        again = bool(offers.choices(session, offer, order))
        title = reader.say(f"chosen.{kind}", **_answer(offer, order, reader))
        says = [reader.say(f"next.{kind}", **_answer(offer, order, reader))]
        says += [reader.say("next.think", day=reader.day(offer.ends_at))] if again else []
        says = [reader.say("next.used"), *says] if fate == "used" else says
    else:
        title, say = _why_over(offer, order, reader)
        says = [say]
    return {"title": title, "says": says, "back": reader.say("next.back"), "back_href": facts.status_path(offer.order_id)}


def _past(offer: Offer) -> datetime:
    return min(offer.ended_at or offer.ends_at, clock.now())


def parse(value: str) -> tuple[str, int | None]:
    """An option's name and the money that was shown with it, from what the form sent."""
    name, _, minor = value.partition(":")
    return name[:60], int(minor) if minor.isascii() and minor.isdigit() and len(minor) < 16 else None


def is_open(session: Session, offer: Offer, order: Order) -> bool:
    """Whether something can be chosen of it now."""
    return bool(offers.choices(session, offer, order))
