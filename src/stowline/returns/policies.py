"""The return policy of a store: read, and changed."""

from dataclasses import asdict, replace

from sqlmodel import Session, select

from stowline.core import author, clock, money, outbox
from stowline.core.errors import Refused
from stowline.returns import policy_rules as rules
from stowline.returns.events import ReturnPolicySet
from stowline.returns.models import ReturnPolicy
from stowline.returns.policy_rules import HOUSE, Policy, Said
from stowline.returns.rules import OUTCOMES, REASONS
from stowline.stores import queries as stores

__all__ = ["Policy", "Said"]
_LISTS = ("free_reasons", "outcomes", "photos_for")
_CHOICES = {"approve": ("auto", "person"), "lost": ("auto", "person"), "settle": ("auto", "person"), "exchange": ("at_once", "on_receipt")}
_MOST = {"days": 3650, "fault_days": 3650, "lost_after_days": 90, "restocking_percent": 100,
         "keep_below_minor": money.MOST_MINOR, "label_fee_minor": money.MOST_MINOR}  # fmt: skip


def of(session: Session, store_id: int) -> Policy:
    """What a store takes back; the house's rules where it has none of its own."""
    row = session.get(ReturnPolicy, store_id)
    if row is None:
        return HOUSE
    values = {name: getattr(row, name) for name in asdict(HOUSE)}
    return Policy(**(values | {name: tuple(values[name].split()) for name in _LISTS}))


def set_policy(session: Session, store_id: int, policy: Policy) -> bool:
    """Have a store take goods back by these rules from now on: whether that changed anything.

    Raises Refused, with the field, for what cannot be. Returns that are approved already keep what was promised for them.
    """
    _refuse(policy)
    store = stores.lock(session, store_id)
    if of(session, store_id) == policy:
        return False
    row = session.exec(select(ReturnPolicy).where(ReturnPolicy.store_id == store_id)).one_or_none()
    values = asdict(policy) | {name: " ".join(getattr(policy, name)) for name in _LISTS}
    values |= {"changed_by": author.current().who, "changed_at": clock.now()}
    if row is None:
        row = ReturnPolicy(store_id=store_id, **values)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    outbox.record(session, ReturnPolicySet(store.key, author.current().who))
    return True


def _refuse(policy: Policy) -> None:
    for name, most in _MOST.items():
        if not 0 <= getattr(policy, name) <= most:
            raise Refused(f"Give a whole number from 0 to {most:,}.", where=name)
    for name, known in (("free_reasons", REASONS), ("outcomes", OUTCOMES), ("photos_for", REASONS)):
        if any(one not in known for one in getattr(policy, name)):
            raise Refused(f"There are: {', '.join(known)}.", where=name)
    if not policy.outcomes:
        raise Refused("Offer at least one outcome.", where="outcomes")
    for name, words in _CHOICES.items():
        if getattr(policy, name) not in words:
            raise Refused(f"It is one of: {', '.join(words)}.", where=name)


def explained(policy: Policy) -> list[Said]:
    """The policy in plain sentences: a key and values each, for the shopper's pages to say in their language."""
    return rules.explained(policy)


def in_english(said: Said, currency: str) -> str:
    """A sentence as staff read it."""
    values = dict(said.values)
    for name in ("fee", "below"):
        if f"{name}_minor" in values:
            values[name] = f"{money.amount_text(values[f'{name}_minor'], currency)} {currency}"
    words = {"reasons": REASONS, "outcomes": OUTCOMES}
    for name, known in words.items():
        if name in values:
            values[name] = ", ".join(known[one].lower() for one in values[name]) or "nothing"
    if "reason" in values:
        values["reason"] = REASONS[values["reason"]].lower()
    if "on" in values:
        values["on"] = f"{values['on'].day} {values['on']:%B %Y}"
    return rules.ENGLISH[said.key].format(**values)


def with_changes(policy: Policy, **changes: object) -> Policy:
    """The policy with some rules changed."""
    return replace(policy, **changes)  # type: ignore[arg-type]
