"""By which channels a store reaches its shoppers, and the channel that brings one message."""

from sqlmodel import Session, col, select

from stowline.core import clock, db
from stowline.core.config import settings
from stowline.core.errors import NotFound, Refused
from stowline.notifications import message_hooks
from stowline.notifications.channel_models import ChannelSetting
from stowline.notifications.channels import Channel, DeliveryFailed, for_settings
from stowline.notifications.channels.gateway import GatewayChannel, refuse_url, shown
from stowline.notifications.channels.in_app import InAppChannel
from stowline.notifications.models import Message
from stowline.stores import queries as stores

__all__ = ["available", "for_channel", "gateway", "gateways", "remove", "set_gateway", "shown", "switch", "try_gateway", "try_text"]
EMAIL, IN_APP, WEBHOOK = "email", "in-app", "webhook"
GATEWAYS = {"sms": "SMS", "whatsapp": "WhatsApp", "push": "Push"}
NAMES = {**GATEWAYS, WEBHOOK: "webhook"}
_IN_APP = InAppChannel()


def for_channel(session: Session, message: Message) -> Channel:
    """The channel that brings this message. Raises DeliveryFailed where its store has none of that kind now."""
    if message.channel == EMAIL:
        return for_settings(settings())
    if message.channel == IN_APP:
        return _IN_APP
    if message.channel == WEBHOOK:
        return _webhook(session, message)
    found = gateway(session, message.store_id or 0, message.channel)
    if found is None or not found.active:
        name = GATEWAYS.get(message.channel, message.channel)
        raise DeliveryFailed(f"This store has no {name} gateway that is switched on.", permanent=True)
    return GatewayChannel(message.channel, found.url, private=settings().webhook_private)


def _webhook(session: Session, message: Message) -> Channel:
    hook = message_hooks.of_store(session, message.store_id or 0)
    if hook is None or not hook.active:
        raise DeliveryFailed(f"This store's webhook is off. {hook.why if hook else ''}".strip(), permanent=True)
    return message_hooks.channel_of(session, hook, message)


def available(session: Session, store_id: int) -> frozenset[str]:
    """The channels this store can use now: mail and the portal always, others where they are set and switched on."""
    query = select(ChannelSetting.channel).where(ChannelSetting.store_id == store_id, col(ChannelSetting.active).is_(True))
    hook = message_hooks.of_store(session, store_id)
    return frozenset({EMAIL, IN_APP, *session.exec(query)} | ({WEBHOOK} if hook is not None and hook.active else set()))


def gateway(session: Session, store_id: int, channel: str) -> ChannelSetting | None:
    """The store's gateway for a channel, if it has one."""
    query = select(ChannelSetting).where(ChannelSetting.store_id == store_id, ChannelSetting.channel == channel)
    return session.exec(query).one_or_none()


def gateways(session: Session, store_id: int) -> dict[str, ChannelSetting]:
    """The store's gateways by channel."""
    query = select(ChannelSetting).where(ChannelSetting.store_id == store_id)
    return {one.channel: one for one in session.exec(query)}


def set_gateway(session: Session, store_id: int, channel: str, url: str, *, who: str) -> ChannelSetting:
    """Reach this store's shoppers by this Apprise URL from now on. Raises Refused, with a sentence."""
    if channel not in GATEWAYS:
        raise Refused("Gateways are for SMS, WhatsApp and push.", where="channel")
    refuse_url(url.strip(), channel, private=settings().webhook_private)
    found = gateway(session, store_id, channel) or ChannelSetting(store_id=store_id, channel=channel, url="", changed_at=clock.now())
    found.url, found.active, found.changed_at, found.changed_by = url.strip(), True, clock.now(), who[:120]
    session.add(found)
    session.flush()
    return found


def switch(session: Session, store_id: int, channel: str, *, active: bool, who: str) -> None:
    """Use it again, or no more. Raises NotFound."""
    found = _known(session, store_id, channel)
    found.active, found.changed_at, found.changed_by = active, clock.now(), who[:120]
    session.add(found)
    session.flush()


def remove(session: Session, store_id: int, channel: str) -> None:
    """Forget a gateway and its password. Raises NotFound."""
    session.delete(_known(session, store_id, channel))
    session.flush()


def _known(session: Session, store_id: int, channel: str) -> ChannelSetting:
    found = gateway(session, store_id, channel)
    if found is None:
        raise NotFound("This store has no such gateway.")
    return found


def try_gateway(store_id: int, channel: str, to: str) -> str:
    """Send a short text to a number, now: '' if the gateway took it, else why not."""
    with db.reading() as session:
        name = stores.store(session, store_id).name
    return try_text(store_id, channel, to, f"{name}: this is a test. Messages about orders will come this way.")


def try_text(store_id: int, channel: str, to: str, text: str) -> str:
    """Send this text to a number, now: '' if the gateway took it, else why not. Raises NotFound where there is none."""
    with db.reading() as session:
        found, name = _known(session, store_id, channel), stores.store(session, store_id).name
    line = GatewayChannel(channel, found.url, private=settings().webhook_private)
    try:
        line.send(line.addressed(name, to, text))
    except DeliveryFailed as failed:
        return failed.say
    return ""
