"""Messages: how a store tells of a kind."""

from msgspec import Struct, field


class MessageConditions(Struct):
    """What an order must be like; what is left out always holds. `least` as decimal text in the store's money."""

    least: str | None = None
    countries: list[str] = []
    tags: list[str] = []
    not_tags: list[str] = []
    first_order: bool | None = None


class NewMessagePolicy(Struct):
    """The whole policy of a kind: it goes `delay_s` after its event by `channels`, and not after `expires_s` more."""

    on: bool
    channels: list[str]
    expires_s: int
    delay_s: int = 0
    grace_s: int | None = None
    capped: bool = False
    quiet: bool = False
    urgent: bool = False
    conditions: MessageConditions = field(default_factory=MessageConditions)


class MessagePolicy(NewMessagePolicy, kw_only=True):
    """A kind's policy as it stands. `otherwise`: the store said something of it; else it goes as the house does."""

    store: str
    kind: str
    currency: str
    otherwise: bool
