"""What a shop says of its shoppers: an account, points, and baskets."""

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
    """Somebody opened an account. What a person has chosen by themselves is kept. `payment` is
    how they pay, in words for display ("Visa ending 4242"), never a number; told again, it replaces what was told.
    """

    store: str
    email: str
    name: str = ""
    locale: str = ""
    time_zone: str = ""
    phone: str = ""
    payment: str = ""
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


class NewCartLine(Struct):
    """Units of a product in a basket. `price` of one as decimal text."""

    sku: str
    name: str
    quantity: int
    price: str


class NewCart(Struct):
    """A basket as it stands since `updated_at` (RFC 3339); the newest counts. Without lines, or `bought`, it is over. `total`
    as decimal text (left out: the sum of the lines), `currency` the store's if left out; `url` is where it is gone on with.
    """

    store: str
    cart: str
    email: str
    updated_at: str
    name: str = ""
    lines: list[NewCartLine] = []
    currency: str = ""
    total: str = ""
    url: str = ""
    bought: bool = False


class CartTold(Struct):
    """The basket, whether it is open or over, and whether this changed anything."""

    store: str
    cart: str
    state: str
    changed: bool


class NewSequencePace(Struct):
    """How a store paces its sequences: a wait of more than `long_days` is long and told of every `every_from` to `every_to`
    days, a basket once more after `cart_again_h` hours (0: not), and who has not ordered for `away_days` is missed.
    """

    long_days: int
    every_from: int
    every_to: int
    cart_again_h: int
    away_days: int


class SequencePace(NewSequencePace):
    """The same with its store, and how many of each sequence are under way."""

    store: str
    under_way: dict[str, int]
