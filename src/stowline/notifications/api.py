"""What a shop's programs tell of its shoppers: accounts, points, and baskets."""

import re
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.params import RawBody
from sqlmodel import Session

from stowline.core import clock, fields, phones, web
from stowline.core.fields import Bad
from stowline.notifications import basket_forms, baskets, customers
from stowline.notifications.basket_forms import CartBody
from stowline.notifications.customer_events import PointsEarned
from stowline.notifications.customers import Consent
from stowline.notifications.preference_rules import CHOSEN
from stowline.notifications.preferences import Reader
from stowline.stores import queries as stores

AnyRequest = Request[Any, Any, Any]
WRITE = web.permission("orders.write")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
MOST_POINTS = 1_000_000_000
CLOCKS_APART = timedelta(minutes=10)


class ConsentBody(msgspec.Struct):
    """What a person said to marketing by a channel."""

    given: bool
    at: str
    text: str
    source: str
    channel: str = "email"


class CustomerBody(msgspec.Struct):
    """Somebody opened an account."""

    store: str
    email: str
    name: str = ""
    locale: str = ""
    time_zone: str = ""
    phone: str = ""
    payment: str = ""
    consents: list[ConsentBody] = []


class PointsBody(msgspec.Struct):
    """Points of an order."""

    store: str
    order: str
    earned: int
    balance: int
    next_at: int | None = None
    code: str = ""
    say: str = ""
    until: str | None = None


class Customers(Controller):
    """Shoppers' accounts."""

    path = "/api/v1/customers"

    @post("/", opt=WRITE, sync_to_thread=True)
    def register(self, request: AnyRequest, body: RawBody) -> Response[bytes]:
        """Somebody opened an account: 201, and a welcome is owed; told again: 200, and only newer consents count."""
        asked = web.read_as(body, CustomerBody)
        email = fields.email(asked.email, "email")
        if not email:
            raise Bad("The e-mail address is missing.", "email")
        name, reads = fields.text(asked.name, "name", what="The name", longest=300), _reader(asked)
        if len({one.channel for one in asked.consents}) < len(asked.consents):
            raise Bad("A channel stands twice. Tell of each only what was said last.", "consents")
        payment = _payment(asked.payment)
        said = [_consent(one, f"consents[{n}]") for n, one in enumerate(asked.consents)]

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            shop = stores.store_by_key(session, asked.store)
            ident, new, kept = customers.register(session, shop.id or 0, email, name, reads, said, payment)
            return (201 if new else 200), {"customer": ident, "store": shop.key, "email": email.lower(), "new": new, "consents": kept}

        return web.written(request, body, make)


class Points(Controller):
    """Points and rewards."""

    path = "/api/v1/points"

    @post("/", opt=WRITE, sync_to_thread=True)
    def earned(self, request: AnyRequest, body: RawBody) -> Response[bytes]:
        """Points that an order earned: 201; the same again: 200, nothing changed; others for the same order: 409."""
        asked = web.read_as(body, PointsBody)
        fact, ref = _points(asked), fields.text(asked.order, "order", what="The order", needed=True)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            new = customers.earned(session, stores.store_by_key(session, asked.store).key, ref, fact)
            told = {"store": asked.store, "order": ref, "earned": fact.earned, "balance": fact.balance, "new": new}
            return (201 if new else 200), told

        return web.written(request, body, make)


class Carts(Controller):
    """Baskets."""

    path = "/api/v1/carts"

    @post("/", opt=WRITE, sync_to_thread=True)
    def told(self, request: AnyRequest, body: RawBody) -> Response[bytes]:
        """A basket as it stands: 201 the first time, then 200. What is older than what is known changes nothing. One that is
        bought, or has no lines, is over.
        """
        asked = web.read_as(body, CartBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            shop = stores.store_by_key(session, asked.store)
            cart, new, changed = baskets.take(session, shop.id or 0, basket_forms.read(asked, shop.currency))
            told = {"store": shop.key, "cart": cart.ref, "state": "over" if cart.ended_at else "open", "changed": changed}
            return (201 if new else 200), told

        return web.written(request, body, make)


def _reader(asked: CustomerBody) -> Reader:
    zone = fields.text(asked.time_zone, "time_zone", what="The time zone", longest=60)
    if zone:
        try:
            fields.zone(zone)
        except Bad as bad:
            raise Bad(bad.say, "time_zone") from None
    return Reader(locale=_locale(asked.locale), time_zone=zone, phone=phones.e164(asked.phone, "phone"))


def _payment(asked: str) -> str:
    """How somebody pays, for display: "Visa ending 4242". What may be a number of a card or an account is refused."""
    said = fields.text(asked, "payment", what="The payment method", longest=80)
    if re.search(r"[0-9](?:[ .-]?[0-9]){4}", said):
        raise Bad("Give no numbers of cards or accounts, only words such as “Visa ending 4242”.", "payment")
    return said


def _locale(asked: str) -> str:
    said = fields.text(asked, "locale", what="The language", longest=12).replace("_", "-")
    if said and not _LANGUAGE.fullmatch(said):
        raise Bad(f"{fields.shown(said)} is not a language. Give a code such as en, de or zh-Hant.", "locale")
    return said


def _consent(said: ConsentBody, where: str) -> Consent:
    if said.channel not in CHOSEN:
        raise Bad(f"There is no consent for {fields.shown(said.channel)}. Give {', '.join(CHOSEN)}.", f"{where}.channel")
    at = fields.moment(said.at, f"{where}.at")
    if at is None:
        raise Bad("The moment of the consent is missing.", f"{where}.at")
    if at > clock.now() + CLOCKS_APART:
        raise Bad("The moment of the consent is yet to come.", f"{where}.at")
    text = fields.prose(said.text, f"{where}.text", longest=2000)
    if not text:
        raise Bad("The sentence that was agreed to is missing.", f"{where}.text")
    return Consent(said.channel, said.given, at, text,
                   fields.text(said.source, f"{where}.source", what="The source", longest=160, needed=True))


def _points(asked: PointsBody) -> PointsEarned:
    code = fields.text(asked.code, "code", what="The code", longest=40)
    say = fields.text(asked.say, "say", what="What the code is good for", longest=200, needed=bool(code))
    until = fields.day(asked.until, "until")
    return PointsEarned(
        0, "", fields.whole(asked.earned, "earned", what="The number of points", most=MOST_POINTS),
        fields.whole(asked.balance, "balance", what="The number of points", most=MOST_POINTS),
        None if asked.next_at is None else fields.whole(asked.next_at, "next_at", what="The number of points", least=1, most=MOST_POINTS),
        code, say, until.isoformat() if until else "",
    )  # fmt: skip
