"""What a shop says of its shoppers: an account, and points."""

from datetime import date

from msgspec import Struct


class ConsentSaid(Struct):
    """Whether a person agrees to marketing by a channel (email, sms, whatsapp, push), when they said so (RFC 3339), the
    sentence that they agreed to, word for word, and where it stood.
    """

    given: bool
    at: str
    text: str
    source: str
    channel: str = "email"


class NewCustomer(Struct):
    """Somebody opened an account. What a person has chosen by themselves is kept."""

    store: str
    email: str
    name: str = ""
    locale: str = ""
    time_zone: str = ""
    phone: str = ""
    consents: list[ConsentSaid] = []


class Registered(Struct):
    """The customer, whether the account is new here, and how many consents were new."""

    customer: int
    store: str
    email: str
    new: bool
    consents: int


class NewPoints(Struct):
    """Points that an order earned, and how many there are now; at `next_at` there is a reward. A reward is `code`, what it
    is good for (`say`), and its last day.
    """

    store: str
    order: str
    earned: int
    balance: int
    next_at: int | None = None
    code: str = ""
    say: str = ""
    until: date | None = None


class PointsTold(Struct):
    """What is told of an order's points, and whether that is new."""

    store: str
    order: str
    earned: int
    balance: int
    new: bool
