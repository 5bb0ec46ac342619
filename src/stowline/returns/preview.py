"""What a return comes to if it is settled as asked: told to the shopper before they commit to it."""

from collections.abc import Sequence

from sqlmodel import Session

from stowline.orders.queries import Order
from stowline.returns import policy_rules, rules, settling
from stowline.returns.policies import Policy
from stowline.returns.rules import GOODS, MONEY, OUR_FAULT, Money, Wish

__all__ = ["GOODS", "MONEY", "Money", "Wish", "money_of", "need_not_come"]


def money_of(session: Session, order: Order, policy: Policy, wishes: Sequence[Wish]) -> list[Money | None]:
    """What is paid back for each wish as the policy stands now; None where goods are wanted. The label is paid for once."""
    worth = settling.worth_of(session, order)
    label = 0 if all(policy_rules.is_free(policy, one.reason) for one in wishes) else policy.label_fee_minor
    found: list[Money | None] = []
    for one in wishes:
        if one.outcome not in MONEY:
            found.append(None)
            continue
        value = worth(one.line_id, one.units)
        fee = 0 if need_not_come(policy, one, value) else label
        money = rules.worth(value, fault=one.reason in OUR_FAULT, restocking_percent=policy.restocking_percent, label_fee=fee)
        label = 0 if money.label else label
        found.append(money)
    return found


def need_not_come(policy: Policy, wish: Wish, worth_minor: int) -> bool:
    """Whether the goods of a wish stay where they are: lost, or faulty and of little worth."""
    return wish.reason == "not_received" or policy_rules.is_kept(policy, wish.reason, worth_minor)
