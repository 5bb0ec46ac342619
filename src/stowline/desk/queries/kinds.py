"""The catalogue of messages as managers see it: every kind, and one as it would read."""

from typing import Any

from sqlmodel import Session

from stowline.core import i18n
from stowline.desk.queries.messages import SUBJECTS
from stowline.desk.words import units
from stowline.notifications import policies, previews
from stowline.notifications.catalogue import CATALOGUE, GROUPS, is_sent
from stowline.notifications.catalogue import rule as rule_of
from stowline.notifications.policy_rules import DAY, HOUR, Policy
from stowline.notifications.render import Rendered, RenderFailed, mail_dir
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.stores.brand import LOOKS
from stowline.stores.queries import Store

LANGUAGES = {"en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文"}
WAYS = {"email": "e-mail", "sms": "SMS", "whatsapp": "WhatsApp", "push": "push", "in-app": "the shopper's page", "webhook": "the shop's webhook"}
ONCE = {"store": "", "order": "order", "parcel": "parcel", "revision": "change of its promise", "product": "product", "step": "step", "run": "run", "signup": "sign-up",
        "time": "time", "report": "report", "return": "return", "customer": "shopper", "cart": "basket", "entry": "entry of the calendar", "answer": "answer", "case": "time that its case closes", "first": "first message in it", "link": "link"}  # fmt: skip
Row = dict[str, Any]


def groups(session: Session, store: Store | None) -> list[tuple[str, list[Row]]]:
    """Every kind by its group, sent as this store sends it (the house's own way without one)."""
    found = {kind: policies.policy(session, store.id if store else None, kind) for kind in CATALOGUE}
    return [(group, [row(kind, found[kind]) for kind, entry in CATALOGUE.items() if entry.group == group]) for group in GROUPS]


def row(kind: str, policy: Policy) -> Row:
    """What the pages say of a kind, and how a store sends it."""
    entry, rule = CATALOGUE[kind], rule_of(kind)
    each = [ONCE[name] for name in rule.names if ONCE[name]]
    return {"kind": kind, "title": entry.title, "purpose": entry.purpose, "owed": rule.transactional, "scan": rule.scan_driven,
            "each": " and ".join(each), "looks": len(LOOKS) if "look" in entry.may_lack else 1,
            "on": policy.on and is_sent(kind), "unsent": not is_sent(kind), "ways": ", ".join(WAYS.get(way, way) for way in policy.channels), "after": _after(policy.delay_s)}  # fmt: skip


def _after(seconds: int) -> str:
    """How long after its event a message goes: "5 days"; '' for at once."""
    for size, word in ((DAY, "day"), (HOUR, "hour"), (60, "minute")):
        if seconds and seconds % size == 0:
            return units(seconds // size, word, f"{word}s")
    return f"{seconds} seconds" if seconds else ""


def one(session: Session, store: Store, kind: str) -> Row:
    """What the page of one kind says of it, and how this store sends it."""
    return row(kind, policies.policy(session, store.id, kind))


def locales() -> dict[str, str]:
    """The languages that mails are written in, by code."""
    return {code: LANGUAGES.get(code, code) for code in i18n.locales(mail_dir() / "words")}


def closest(locale: str) -> str:
    """The language in which a reader of this locale is written to."""
    return i18n.best_locale(locale, list(locales()))


def looks(kind: str) -> dict[str, str]:
    """The looks of a kind, by code; none where there is but one."""
    return dict(LOOKS) if "look" in CATALOGUE[kind].may_lack else {}


def found(session: Session, ref: str, store: Store) -> Order | None:
    """The order that is asked for, of this store; None where none is asked for. Raises NotFound."""
    return orders.by_ref(session, ref, store.key) if ref else None


def drawn(session: Session, kind: str, store: Store, order: Order | None, locale: str, look: str, *, test: bool = False) -> Rendered:
    """The kind as it would read. Raises RenderFailed."""
    if order is not None:
        return previews.of_order(session, kind, order, locale, look, test=test)
    return previews.of_sample(kind, store, locale, look, test=test)


def shown(session: Session, kind: str, store: Store, order: Order | None, locale: str, look: str) -> tuple[Rendered, str]:
    """(the rendering, why there is none)."""
    try:
        return drawn(session, kind, store, order, locale, look), ""
    except RenderFailed as why:
        return Rendered(SUBJECTS[kind], "", "", ""), str(why)
