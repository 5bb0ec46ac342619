"""The last steps of setting up what a store tells: how each message reads of real orders, and what going live means."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.desk import policy_forms as forms
from stowline.desk.queries import counts
from stowline.desk.queries import kinds as catalogue
from stowline.desk.queries.message_setup import hanging, way
from stowline.desk.queries.store_pages import UNSET
from stowline.notifications import policies, previews, setup_rules, setups
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.policy_rules import Policy
from stowline.notifications.presets import LEFT_ALONE
from stowline.notifications.render import Rendered, RenderFailed
from stowline.orders.models import Order
from stowline.shipping import carrier_feeds
from stowline.stores.queries import Store

Row = dict[str, Any]
NEWEST = 20
_o = Order.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Shown:
    """One kind as it reads: made up where the order has nothing of the kind to tell, or failed with `trouble`."""

    mail: Rendered
    made_up: bool
    trouble: str = ""


# -- preview ---------------------------------------------------------------------------------------------------------


def preview(session: Session, store: Store, kind: str, ref: str, locale: str) -> Row:
    """Every chosen kind of an order in one language: its subject and short text; one of them whole."""
    dressed, chosen = setups.dressed(session, store), sent(session, store)
    order = catalogue.found(session, ref, store) if ref else None
    said = locale or (order.locale if order else dressed.locale)
    real = previews.fitting(session, order) if order else frozenset()
    drawn = {name: draw(session, name, dressed, order if name in real else None, said) for name in chosen}
    kind = kind if kind in drawn else next(iter(drawn), "")
    return {
        "rows": [{"kind": name, "title": CATALOGUE[name].title, "subject": one.mail.subject, "short": one.mail.short, "made_up": one.made_up and order is not None,
                  "trouble": one.trouble, "current": name == kind} for name, one in drawn.items()],
        "mail": drawn[kind].mail if kind else None, "kind": kind, "kind_title": CATALOGUE[kind].title if kind else "", "ref": order.ref if order else "",
        "made_up": bool(kind) and drawn[kind].made_up, "orders": _newest(session, store, order.ref if order else ""), "locale": catalogue.closest(said),
        "locales": [{"value": key, "label": label, "chosen": key == catalogue.closest(said)} for key, label in catalogue.locales().items()],
    }  # fmt: skip


def sent(session: Session, store: Store) -> list[str]:
    """The kinds that will be sent, in the order of the catalogue."""
    return [kind for kind, policy in setups.wanted(session, store.id or 0).items() if policy.on]


def draw(session: Session, kind: str, dressed: Store, order: Order | None, locale: str, *, test: bool = False) -> Shown:
    """A kind with the facts of an order, else with made-up ones, in the brand that was chosen."""
    look = dressed.confirmation_look if catalogue.looks(kind) else ""
    if order is not None:
        try:
            return Shown(previews.of_order(session, kind, order, locale, look, test=test, store=dressed), made_up=False)
        except RenderFailed:
            pass  # it has nothing of the kind to tell yet: how it would read is worth seeing all the same
    try:
        return Shown(previews.of_sample(kind, dressed, locale, look, test=test), made_up=True)
    except RenderFailed as why:
        return Shown(Rendered(CATALOGUE[kind].title, "", "", ""), made_up=True, trouble=str(why))


def _newest(session: Session, store: Store, chosen: str) -> list[Row]:
    query = sa.select(_o.ref, _o.ship_name, _o.state).where(_o.store_id == store.id).order_by(_o.placed_at.desc(), _o.id.desc()).limit(NEWEST)
    found = [{"value": ref, "label": f"{ref}, {name or 'nobody named'} ({state.replace('_', ' ')})", "chosen": ref == chosen} for ref, name, state in session.execute(query)]
    missing = [{"value": chosen, "label": chosen, "chosen": True}] if chosen and not any(one["chosen"] for one in found) else []
    return [{"value": "", "label": "Made-up facts", "chosen": not chosen}, *missing, *found]


# -- going live ------------------------------------------------------------------------------------------------------


def summary(session: Session, store: Store) -> Row:
    """All that will be sent, what of it changes, who would hear, and whether it can go."""
    standing, dressed = policies.all_of(session, store.id or 0), setups.dressed(session, store)
    chosen = setups.drafted(session, store.id or 0)
    will = setup_rules.wanted(standing, chosen, LEFT_ALONE)
    checked = checks(session, store, dressed, will)
    return {
        "will": [_row(kind, standing[kind], policy) for kind, policy in will.items() if policy.on],
        "ends": [CATALOGUE[kind].title for kind, policy in will.items() if standing[kind].on and not policy.on],
        "brand_changes": len(chosen.brand), "checks": checked, "blocked": any(one["kind"] == "bad" for one in checked),
        "hear": counts.bounded(session, _open(store).where(_o.tell.is_(True))), "unheard": counts.bounded(session, _open(store).where(_o.tell.is_(False))),
        "seen": setups.mark(setups.of_store(session, store.id or 0)),
    }  # fmt: skip


def _row(kind: str, was: Policy, policy: Policy) -> Row:
    by = ", ".join(forms.CHANNEL_WORDS[one] for one in policy.channels)
    change = "new" if not was.on else "other ways" if setup_rules.in_order(was.channels) != policy.channels else ""
    return {"kind": kind, "title": CATALOGUE[kind].title, "by": by, "when": forms.said(policy.delay_s), "change": change}


def _open(store: Store) -> sa.Select[tuple[int]]:
    """Open orders of a store whose shopper has an address."""
    return sa.select(_o.id).where(_o.store_id == store.id, _o.state.in_(counts.OPEN), _o.email != "")


def checks(session: Session, store: Store, dressed: Store, will: dict[str, Policy]) -> list[Row]:
    """What must be so, or had better be, each with where to mend it. One that is `bad` keeps it from going live."""
    home = f"/stores/{store.key}/messages/setup"
    found = [_sender(session, store, dressed, home), *(_channel(session, store, dressed, name) for name in setup_rules.used(will) if name != "email")]
    if hang := hanging(will):
        heard = bool(carrier_feeds.all_feeds(session))
        say = f"Carriers' news may come in, for {_some(hang)}." if heard else f"No carrier's news can come in, so {_some(hang)} will not be sent."
        found.append(_check("ok" if heard else "warn", say, f"{home}/carriers", "Carriers"))
    broken = [shown.trouble for kind, policy in will.items() if policy.on and (shown := draw(session, kind, dressed, None, dressed.locale)).trouble]
    found.append(_check("bad", broken[0][:200], f"{home}/preview", "Preview") if broken else _check("ok", "Every message can be written.", f"{home}/preview", "Preview"))
    return found


def _sender(session: Session, store: Store, dressed: Store, home: str) -> Row:
    if dressed.sender_email == UNSET:
        return _check("bad", f"Mails would come from {UNSET}, which is nobody's address.", f"{home}/brand", "Brand")
    if not way(session, store, "email")["ready"]:
        return _check("warn", "No mail server is set: mails are kept on the Messages page and reach nobody.", f"/stores/{store.key}/channels", "Channels")
    if setups.test_of(setups.of_store(session, store.id or 0), "email", dressed.sender_email) is None:
        return _check("bad", f"No test has gone out from {dressed.sender_email} yet.", f"{home}/preview#test", "Send a test")
    return _check("ok", f"A test went out from {dressed.sender_email}.", f"{home}/preview#test", "Send another")


def _channel(session: Session, store: Store, dressed: Store, name: str) -> Row:
    one, home = way(session, dressed, name), f"/stores/{store.key}"
    if not one["ready"]:
        return _check("bad", f"{one['label']}: {one['word']}.", f"{home}/channels", "Channels")
    if name == "in-app":
        return _check("ok", "The order's own page shows them.", f"{home}/messages/setup/preview", "Preview")
    if setups.test_of(setups.of_store(session, store.id or 0), name, one["of"]) is None:
        return _check("warn", f"{one['label']}: it is on, and no test has gone this way.", f"{home}/messages/setup/preview#test", "Send a test")
    return _check("ok", f"{one['label']}: a test went this way.", f"{home}/messages/setup/preview#test", "Send another")


def _check(kind: str, say: str, href: str, fix: str) -> Row:
    return {"kind": kind, "word": {"ok": "Fine", "warn": "Look", "bad": "Missing"}[kind], "say": say, "href": href, "fix": fix}


def _some(titles: list[str]) -> str:
    return ", ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else "")
