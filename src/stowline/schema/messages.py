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


class NewMessageRun(Struct):
    """A word to many, each about their order. `whom` is "product" (who wait for `sku`), "filter" (what the list of orders
    finds by `view`, `state`, `tag`, `q`) or "refs"; of one `store` or of all. `{name}` and `{order}` stand for the reader's.
    """

    whom: str
    subject: str
    body: str
    per_minute: int = 60
    store: str = ""
    sku: str = ""
    view: str = "open"
    state: str = ""
    tag: str = ""
    q: str = ""
    refs: list[str] = []


class RunFate(Struct):
    """How many messages of a run stand so, and why."""

    state: str
    reason: str
    messages: int


class MessageRun(Struct):
    """A run: draft, running, paused, stopped or finished. `done` of `orders` were written to. Moments in RFC 3339."""

    id: int
    state: str
    subject: str
    body: str
    per_minute: int
    whom: str
    orders: int
    done: int
    made_by: str
    made_at: str
    started_at: str | None
    ended_at: str | None
    fates: list[RunFate]


class MessageRunPage(Struct):
    """Runs, newest first, and the id to go on after."""

    runs: list[MessageRun]
    after: int | None


class RunState(Struct):
    """What a run is to be: running, paused or stopped."""

    state: str
