"""What the shopper gets: an instruction to the shop to pay back or give credit, or a new order that costs nothing.

Nothing here moves stock that came back: a refund is money only, and goods that go out are ordered like any others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from stowline.core import author, clock, money
from stowline.core.errors import Conflict, Refused
from stowline.orders import instructions, refunds, replacing
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.returns import locks, paid, policies, policy_rules, queries, rules
from stowline.returns.events import LineSettled, ReturnSettled
from stowline.returns.models import Rma, RmaLine, RmaSettlement
from stowline.returns.policies import Policy
from stowline.returns.queries import LineView
from stowline.returns.rules import GOODS, MONEY, OUR_FAULT
from stowline.returns.steps import become, tell


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decides for a line: another outcome ('' for the one asked for), and what is cut from the money, and why."""

    outcome: str = ""
    cut_minor: int = 0
    cut_why: str = ""


AS_ASKED = Choice()


def worth_of(session: Session, order: Order) -> Callable[[int, int], int]:
    """What was paid for so many units of an order line, those after what was paid back already, by us or by the shop itself."""
    totals, lines = paid.line_totals(session, order), {one.id: one for one in orders.lines(session, order.id or 0)}

    def worth(line_id: int, units: int) -> int:
        before, total = queries.settled_units(session, line_id), totals[line_id]
        theirs = refunded_of(session, line_id, units)
        value = paid.for_units(total, lines[line_id], before + theirs, max(0, min(units - theirs, lines[line_id].ordered - before - theirs)))
        left = total - queries.paid_back(session, line_id) - paid.by_shop(session, line_id, total, lines[line_id].ordered)
        return max(0, min(value, left))

    return worth


def refunded_of(session: Session, line_id: int, units: int) -> int:
    """How many of so many units that come back now the shop paid for by itself: those it did come back first."""
    return min(units, max(0, refunds.gone_units(session, [line_id]).get(line_id, 0) - queries.settled_units(session, line_id)))


def on_approved(session: Session, order: Order, rma: Rma, policy: Policy) -> None:
    """What the policy gives without waiting for goods: what goes at once, and all for what need not come back."""
    due = []
    for line in queries.lines(session, rma.id or 0):
        if line.outcome in GOODS and (line.spared or policy_rules.goes_at_once(policy, line.reason, line.outcome)):
            due.append((line, line.units, AS_ASKED))
        elif line.spared and policy.settle == "auto":
            due.append((line, line.spared, AS_ASKED))
    _give(session, order, rma, policy, due)


def on_counted(session: Session, order: Order, rma: Rma) -> None:
    """What goes out on receipt, for the units that came."""
    policy = policies.of(session, order.store_id)
    due = [(line, line.arrived - line.settled, AS_ASKED) for line in queries.lines(session, rma.id or 0)
           if line.outcome in GOODS and line.order_line_id and line.arrived > line.settled]  # fmt: skip
    _give(session, order, rma, policy, due)


def on_inspected(session: Session, order: Order, rma: Rma) -> None:
    """Settle at once where the policy says so and nothing is odd; where nothing is owed, the return is done."""
    policy = policies.of(session, order.store_id)
    lines = queries.lines(session, rma.id or 0)
    if policy.settle == "auto" and not _odd(session, rma, lines):
        _give(session, order, rma, policy, [(one, one.to_settle, AS_ASKED) for one in lines if one.to_settle])
    _end(session, rma)


def _odd(session: Session, rma: Rma, lines: Sequence[LineView]) -> bool:
    """Whether a person must look at what was found before money is paid for it."""
    fine = {one.id for one in lines if one.reason not in OUR_FAULT}
    hints = any(one.hint for one in queries.arrivals(session, rma.id or 0))
    bad = any(one.grade == "other_item" or (one.line_id in fine and one.grade in {"worn", "damaged"}) for one in queries.inspections(session, rma.id or 0))
    return hints or bad or any(one.order_line_id is None for one in lines)


def settle(session: Session, ref: str, choices: Mapping[int, Choice] | None = None) -> Rma:
    """Give the shopper what is owed for all that was looked at or need not come back; a person may change it line by line.

    Repeated, nothing is given twice. Raises Refused for a choice that cannot be, Conflict while nothing is owed.
    """
    order, rma = locks.take(session, ref)
    if rma.state == "settled":
        return rma
    lines = queries.lines(session, rma.id or 0)
    due = [(one, one.to_settle, (choices or {}).get(one.id, AS_ASKED)) for one in lines if one.to_settle]
    if not due and rma.state != "inspected":
        raise Conflict(f"{ref}: nothing can be settled yet. It is {rules.WORDS[rma.state].lower()}.")
    if rma.state in {"requested", "refused", "withdrawn"}:
        raise Conflict(f"{ref} is {rules.WORDS[rma.state].lower()}: nothing is settled for it.")
    _give(session, order, rma, policies.of(session, order.store_id), due)
    _end(session, rma)
    return rma


Due = Sequence[tuple[LineView, int, Choice]]


def _give(session: Session, order: Order, rma: Rma, policy: Policy, due: Due) -> None:
    paid_back: list[tuple[LineView, int, Choice, str]] = []
    sent: list[tuple[LineView, int, Choice, str]] = []
    for line, units, choice in due:
        if units < 1 or line.order_line_id is None:
            continue
        outcome = choice.outcome or line.outcome
        if outcome not in (*MONEY, *GOODS):
            raise Refused(f"An outcome is one of: {', '.join((*MONEY, *GOODS))}.", where="outcome")
        (paid_back if outcome in MONEY else sent).append((line, units, choice, outcome))
    rows = [_row(session, rma, line, units, outcome, _money(session, order, rma, policy, line, units, choice), choice.cut_why)
            for line, units, choice, outcome in paid_back]  # fmt: skip
    for kind in MONEY:
        _instruct(session, order, rma, kind, [(row, line) for row, (line, *_) in zip(rows, paid_back, strict=True) if row.outcome == kind])
    if sent:
        _send(session, order, rma, sent)
    if due:
        _close_if_nothing_comes(session, rma)


def _money(session: Session, order: Order, rma: Rma, policy: Policy, line: LineView, units: int, choice: Choice) -> rules.Money:
    value = worth_of(session, order)(line.order_line_id or 0, units)
    if not 0 <= choice.cut_minor <= value:
        raise Refused(f"What is kept back is from 0 to {money.amount_text(value, order.currency)} {order.currency}.", where="cut")
    if choice.cut_minor and not choice.cut_why.strip():
        raise Refused("Say why less is paid back: the shopper reads it.", where="cut_why")
    charged = any(one.label_minor for one in queries.settlements(session, rma.id or 0))
    fee = 0 if rma.free_label or charged or line.spared else policy.label_fee_minor
    return rules.worth(value, fault=line.reason in OUR_FAULT or rma.kind == "brought_back", restocking_percent=policy.restocking_percent, label_fee=fee, cut=choice.cut_minor)


def _row(session: Session, rma: Rma, line: LineView, units: int, outcome: str, given: rules.Money, why: str, **more: int | None) -> RmaSettlement:
    row = RmaSettlement(
        rma_id=rma.id or 0, line_id=line.id, order_line_id=line.order_line_id or 0, units=units, outcome=outcome,
        refunded=refunded_of(session, line.order_line_id or 0, units) if outcome in MONEY else 0, paid_minor=given.paid,
        fee_minor=given.fee, label_minor=given.label, cut_minor=given.cut, cut_why=" ".join(why.split())[:300] if given.cut else "",
        amount_minor=given.amount, at=clock.now(), who=author.current().who, **more,
    )  # fmt: skip
    session.add(row)
    counted = session.get_one(RmaLine, line.id)
    counted.settled += units
    session.add(counted)
    session.flush()
    return row


def _instruct(session: Session, order: Order, rma: Rma, kind: str, rows: Sequence[tuple[RmaSettlement, LineView]]) -> None:
    """One instruction for all that is paid back now; where nothing is, none."""
    total = sum(row.amount_minor for row, _ in rows)
    if total:
        lines = [{"sku": line.sku, "name": line.name, "quantity": row.units, "amount_minor": row.amount_minor} for row, line in rows]
        made = instructions.owe(session, order, kind, key=f"{rma.ref}:{rows[0][0].id}", amount_minor=total, lines=lines,
                                why=f"{instructions.FOR_RETURN}{rma.ref}")  # fmt: skip
        for row, _ in rows:
            row.instruction_id = made.id
            session.add(row)
        session.flush()
    for row, line in rows:
        amount = f"{money.amount_text(row.amount_minor, order.currency)} {order.currency}"
        tell(session, rma, LineSettled, line.sku, line.name, row.units, row.outcome, amount, "")


def _send(session: Session, order: Order, rma: Rma, goods: Sequence[tuple[LineView, int, Choice, str]]) -> None:
    """One new order for all that goes out now."""
    fast = any(line.reason == "damaged" and outcome == "replacement" for line, _, _, outcome in goods)
    wanted: dict[int, int] = {}
    for line, units, _, outcome in goods:
        product = line.exchange_id if outcome == "exchange" and line.exchange_id else line.product_id
        wanted[product] = wanted.get(product, 0) + units
    n = len({one.new_order_id for one in queries.settlements(session, rma.id or 0) if one.new_order_id}) + 1
    made, _ = replacing.place_free(session, order, f"{rma.ref}-{n}", sorted(wanted.items()), note=f"Return {rma.ref} of order {order.ref}", fast=fast)
    for line, units, _, outcome in goods:
        _row(session, rma, line, units, outcome, rules.Money(0), "", new_order_id=made.id)
        tell(session, rma, LineSettled, line.sku, line.name, units, outcome, "", made.ref)


def _close_if_nothing_comes(session: Session, rma: Rma) -> None:
    if rma.state == "approved" and all(one.spared == one.units for one in queries.lines(session, rma.id or 0)):
        _end(session, rma)


def _end(session: Session, rma: Rma) -> None:
    """It is done when nothing is owed any more and nothing waits to be looked at."""
    lines = queries.lines(session, rma.id or 0)
    comes = any(one.to_come for one in lines) and rma.state != "inspected"
    if comes or any(one.to_settle or one.to_inspect for one in lines) or "settled" not in rules.AFTER[rma.state]:
        return
    become(session, rma, "settled")
    rows = queries.settlements(session, rma.id or 0)
    order = orders.order(session, rma.order_id)
    total = sum(one.amount_minor for one in rows)
    tell(session, rma, ReturnSettled, f"{money.amount_text(total, order.currency)} {order.currency}" if total else "")
