"""A basket as a shop's programs tell of it."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from stowline.core import clock, fields, money
from stowline.core.fields import Bad
from stowline.notifications.baskets import BOUGHT, EMPTIED, Said

MOST_LINES = 200


class CartLine(msgspec.Struct):
    """Units of a product in a basket. `price` of one as decimal text."""

    sku: str
    name: str
    quantity: int
    price: str


class CartBody(msgspec.Struct):
    """A basket as it stands now."""

    store: str
    cart: str
    email: str
    updated_at: str
    name: str = ""
    lines: list[CartLine] = []
    currency: str = ""
    total: str = ""
    url: str = ""
    bought: bool = False


def read(asked: CartBody, store_currency: str) -> Said:
    """What a shop says of a basket. Raises Bad with the place of what cannot be taken."""
    ref = fields.text(asked.cart, "cart", what="The shop's name for the basket", longest=100, needed=True)
    email = fields.email(asked.email, "email")
    if not email:
        raise Bad("The e-mail address is missing.", "email")
    if len(asked.lines) > MOST_LINES:
        raise Bad(f"At most {MOST_LINES} lines fit.", "lines")
    currency = _money(lambda: money.currency(asked.currency or store_currency), "currency")
    lines = [_line(one, currency, f"lines[{n}]") for n, one in enumerate(asked.lines)]
    total = _money(lambda: money.minor(asked.total, currency), "total") if asked.total else sum(one["total_minor"] for one in lines)
    name = fields.text(asked.name, "name", what="The name", longest=300)
    over = BOUGHT if asked.bought else "" if lines else EMPTIED
    return Said(ref, email, name, lines, currency, total, _url(asked.url), _moment(asked.updated_at), over)


def _line(said: CartLine, currency: str, where: str) -> dict[str, Any]:
    price = _money(lambda: money.unit_price(said.price), f"{where}.price")
    quantity = fields.whole(said.quantity, f"{where}.quantity", what="The quantity", least=1)
    return {"sku": fields.text(said.sku, f"{where}.sku", what="The SKU", longest=100, needed=True),
            "name": fields.text(said.name, f"{where}.name", what="The name", longest=300, needed=True), "quantity": quantity,
            "total_minor": money.line_total(price, quantity, currency)}  # fmt: skip


def _money(read: Any, where: str) -> Any:  # noqa: ANN401  (a function without arguments, and what it gives)
    try:
        return read()
    except ValueError as why:
        raise Bad(str(why), where) from None


def _url(asked: str) -> str:
    url = fields.text(asked, "url", what="The address", longest=1000)
    try:
        fine = not url or (urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname) and not re.search(r"\s", url))
    except ValueError:
        fine = False
    if not fine:
        raise Bad(f"{fields.shown(url)} is no address such as https://shop.example/cart/1.", "url")
    return url


def _moment(asked: str) -> datetime:
    at = fields.moment(asked, "updated_at")
    if at is None:
        raise Bad("Say when the basket was touched last.", "updated_at")
    return min(at, clock.now())
