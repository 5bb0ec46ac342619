"""Messages that are stuck: what they are dead of, what is sent again already, which providers rest."""

from typing import Any

from sqlmodel import Session

from stowline.desk.queries import counts
from stowline.notifications import breakers, replays
from stowline.stores import queries as stores

Row = dict[str, Any]
_WAYS = {"sms": "SMS gateway", "whatsapp": "WhatsApp gateway", "push": "Push gateway", "webhook": "Webhook"}


def view(session: Session) -> Row:
    """Everything the page shows."""
    found, going = replays.causes(session), replays.under_way(session)
    counted = counts.messages(session)
    return {
        "rows": [{"say": one.say, "n": one.messages, "going": one.say in going or "" in going} for one in found], "dead": counted["dead"],
        "unsure": counted["unknown"], "going": bool(going), "resting": resting(session),
    }  # fmt: skip


def resting(session: Session) -> list[Row]:
    """Providers that nobody tries now: which, until when, why."""
    shops = {str(shop.id): shop.name for shop in stores.all_stores(session)}
    return [{"name": _name(one.provider, shops), "until": one.open_until, "failures": one.failures, "why": one.say} for one in breakers.standing(session)]


def _name(provider: str, shops: dict[str, str]) -> str:
    """ "Mail server mail.example:587", "SMS gateway of Kiln & Cup"."""
    channel, _, whose = provider.partition(":")
    if channel == "email":
        return "Mailbox" if whose == "mailbox" else f"Mail server {whose}"
    return f"{_WAYS.get(channel, channel)} of {shops.get(whose, whose)}"
