"""What an order's shopper was offered and chose, and what its shop was told, as the order page shows it."""

from typing import Any

from sqlmodel import Session

from stowline.backorders import consents, offers
from stowline.backorders.consents import Consent
from stowline.backorders.offers import Offer, Option
from stowline.core import money
from stowline.desk.queries import instructions
from stowline.orders import instruction_queries
from stowline.orders.queries import Order

Row = dict[str, Any]
WORDS = {
    "wait": "Keep waiting", "ship": "Send what is there", "swap": "Another product", "credit": "Store credit",
    "cancel": "Cancel what waits", "cancel_order": "Cancel the order",
}  # fmt: skip
BECAUSE = {"notice": "with the notice of the delay", "apology": "with the apology", "support": "by hand", "rule": "by the order rule"}
ENDED = {
    "expired": "nothing was chosen by its day", "replaced": "a newer one stands", "came": "what waited has come", "settled": "nothing waits any more",
    "cancelled": "the order was cancelled",
}  # fmt: skip


def card(session: Session, order: Order) -> Row | None:
    """The card of the order page; None where there was never an offer nor an instruction, and nothing waits."""
    made, owed = offers.of_order(session, order.id or 0), instruction_queries.of_order(session, order.id or 0)
    waits = order.ordered - order.cancelled > order.allocated and not order.held
    if not (made or owed or waits):
        return None
    options = offers.choices(session, made[0], order) if made else []
    return {
        "rows": [_row(one) for one in made], "told": instructions.rows(session, owed), "offer": made[0].id if options else None,
        "consents": [_consent(one) for one in consents.of_order(session, order.id or 0)], "options": [_option(one, order) for one in options], "may_offer": waits,
    }  # fmt: skip


def _row(one: Offer) -> Row:
    kind, word = {"open": ("wait", "open"), "chosen": ("ok", "chosen"), "ended": ("done", "ended")}[one.state]
    chosen = WORDS[one.answer["kind"]] + (f": {one.answer['goods']}" if one.answer["goods"] else "") if one.answer else ""
    return {"at": one.made_at, "because": BECAUSE.get(one.because, one.because), "by": one.made_by, "kind": kind, "word": word,
            "ends_at": one.ends_at if one.state == "open" else None, "chosen": chosen, "chosen_by": one.chosen_by,
            "chosen_at": one.chosen_at, "why": ENDED.get(one.why, "")}  # fmt: skip


CONSENT = {
    "asked": ("wait", "asked"), "consented": ("ok", "agreed"), "silent_consent": ("ok", "silence is consent"), "refused": ("bad", "not agreed"),
    "lapsed": ("bad", "nobody agreed"), "met": ("done", "over"), "replaced": ("done", "replaced"),
}  # fmt: skip


def _consent(one: Consent) -> Row:
    kind, word = CONSENT[one.state]
    return {"kind": kind, "word": word, "told": one.told, "due": one.due if one.state in ("asked", "lapsed") else None, "silence": one.silence,
            "text": one.text, "source": one.source, "at": one.settled_at or one.asked_at}  # fmt: skip


def _option(one: Option, order: Order) -> Row:
    due = one.amount_minor + one.bonus_minor
    label = WORDS[one.kind] + (f": {one.goods}" if one.goods else "")
    return {"value": one.name, "label": label + (f", {money.amount_text(due, order.currency)} {order.currency}" if due else ""), "chosen": False}
