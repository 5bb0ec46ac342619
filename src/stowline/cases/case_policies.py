"""How a store keeps its cases: read and changed."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.cases import case_rules as rules
from stowline.cases.case_models import CasePolicy
from stowline.cases.case_rules import Policy
from stowline.core import author, clock
from stowline.core.errors import Refused
from stowline.stores import queries as stores


def of_store(session: Session, store_id: int) -> Policy:
    """A store's own policy, or the house's."""
    found = session.get(CasePolicy, store_id)
    return Policy(found.hours, found.close_after_h, found.busy, found.busy_words) if found else Policy()


def zone(session: Session, store_id: int) -> str:
    """The clock by which a store's working day goes."""
    return stores.store(session, store_id).time_zone


def shortest_close_h(session: Session) -> int:
    """The fewest hours after which any store closes what is solved."""
    least = session.execute(sa.select(sa.func.min(CasePolicy.__table__.c.close_after_h))).scalar_one()  # type: ignore[attr-defined]
    return min(rules.CLOSE_AFTER_H, least if least is not None else rules.CLOSE_AFTER_H)


def keep(session: Session, store_id: int, policy: Policy) -> None:
    """Say how a store keeps its cases. Raises Refused with the field."""
    for kind, hours in policy.hours.items():
        if kind not in rules.KINDS or not 1 <= hours <= rules.MOST_HOURS:
            raise Refused(f"A case is answered within 1 to {rules.MOST_HOURS} working hours.", where=f"hours.{kind}")
    if not 1 <= policy.close_after_h <= rules.LONGEST_OPEN_H:
        raise Refused(f"What is solved closes after 1 to {rules.LONGEST_OPEN_H} hours.", where="close_after_h")
    if policy.busy not in rules.BUSY:
        raise Refused(f"Shoppers' pages say it: {', '.join(rules.BUSY)}.", where="busy")
    for lang, said in policy.busy_words.items():
        if len(said) > rules.LONGEST_BUSY:
            raise Refused(f"One sentence of at most {rules.LONGEST_BUSY} characters.", where=f"busy_words.{lang}")
    values: dict[str, Any] = {"hours": dict(policy.hours), "close_after_h": policy.close_after_h, "busy": policy.busy,
                              "busy_words": {lang: said for lang, said in policy.busy_words.items() if said}}  # fmt: skip
    stores.store(session, store_id)
    found = session.get(CasePolicy, store_id, with_for_update=True) or CasePolicy(store_id=store_id, changed_at=clock.now(), **values)
    for name, value in values.items():
        setattr(found, name, value)
    found.changed_by, found.changed_at = author.current().who[:120], clock.now()
    session.add(found)
    session.flush()
