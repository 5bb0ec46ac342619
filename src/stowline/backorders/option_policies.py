"""What each store offers to those who wait: read and set."""

from sqlmodel import Session

from stowline.backorders.offer_models import OptionPolicy
from stowline.backorders.offer_rules import Policy
from stowline.core.errors import Refused

__all__ = ["Policy"]

LONGEST, MOST_BONUS = 60, 100


def of_store(session: Session, store_id: int) -> Policy:
    """What the store offers."""
    row = session.get(OptionPolicy, store_id)
    return Policy(row.active, row.days, row.bonus_percent, row.expedite, row.us_rule, row.lapse_cancels) if row else Policy()


def set_policy(session: Session, store_id: int, said: Policy) -> None:
    """Offer so from now on; offers that were made stay as they are. Raises Refused for figures that make no sense."""
    if not 1 <= said.days <= LONGEST:
        raise Refused(f"An offer lasts 1 to {LONGEST} days.", where="days")
    if not 0 <= said.bonus_percent <= MOST_BONUS:
        raise Refused(f"A bonus is 0 to {MOST_BONUS} percent.", where="bonus")
    session.merge(OptionPolicy(store_id=store_id, active=said.active, days=said.days, bonus_percent=said.bonus_percent,
                               expedite=said.expedite, us_rule=said.us_rule, lapse_cancels=said.lapse_cancels))  # fmt: skip
    session.flush()
