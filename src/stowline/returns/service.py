"""Verbs of returns: ask for one, decide it, take it back. What the floor does stands in `arriving`, the money in `settling`.

Every verb locks levels, the order and the return, in this order (`locks`), so that of two people who want the last unit of a
line exactly one gets it. All are safe to repeat: `request` by its key, the rest by the return's state.
"""

from collections.abc import Sequence

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import author, clock, ids
from stowline.core.errors import Conflict, Refused
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.returns import eligibility, locks, policies, policy_rules, queries, settling
from stowline.returns.eligibility import eligible
from stowline.returns.events import (
    CarrierClaimNoted,
    ReturnApproved,
    ReturnRefused,
    ReturnRequested,
    ReturnSent,
    ReturnWithdrawn,
)
from stowline.returns.models import Rma, RmaLine
from stowline.returns.rules import MOST_LINES, OUTCOMES, REASONS, Wish
from stowline.returns.steps import become, tell
from stowline.scanning import service as scanning
from stowline.shipping import service as shipping
from stowline.shipping.events import TakingBack

__all__ = ["Wish", "approve", "eligible", "note_claim", "refuse", "request", "sent", "withdraw"]
SHOPPER = "shopper"


def request(
    session: Session, order: Order, wishes: Sequence[Wish], *, key: str, by: str = SHOPPER, note: str = "", staff: bool = False,
    kind: str = "",
) -> Rma:  # fmt: skip
    """Ask to return units of an order: the return of this key, made if it is new, and approved at once where the store's
    policy says so. `staff` may go beyond the policy's days and outcomes, never beyond what is returnable.

    Raises Refused, with the field (`lines[0].units`), for what the policy does not allow, Conflict where the units are
    spoken for meanwhile.
    """
    known = queries.by_key(session, key)
    if known is not None:
        return known
    exchange = _exchange_ids(session, wishes)
    products = {line.id: line.product_id for line in orders.lines(session, order.id or 0)}
    order = locks.of_order(session, order.id or 0, [*products.values(), *exchange.values()])
    known = queries.by_key(session, key)  # a second click waited for the first one
    if known is not None:
        return known
    can = eligible(session, order)
    _look(can, wishes, staff=staff)
    rma = _write(session, order, wishes, exchange, key, (by, note, kind), products)
    tell(session, rma, ReturnRequested, sum(one.units for one in wishes), _why(wishes))
    if policy_rules.decides_itself(can.policy, tuple({one.reason for one in wishes})) and not staff and not _doubted(can, wishes):
        with author.acting(author.PROGRAM.who):
            decide(session, order, rma)
    return rma


def _exchange_ids(session: Session, wishes: Sequence[Wish]) -> dict[str, int]:
    if not wishes or len(wishes) > MOST_LINES:
        raise Refused(f"Choose what comes back: 1 to {MOST_LINES} lines.", where="lines")
    wanted = [(n, one.exchange_sku) for n, one in enumerate(wishes) if one.exchange_sku]
    known = catalog.ids_of(session, [sku for _, sku in wanted])
    for n, sku in wanted:
        if sku not in known:
            raise Refused(f"There is no product {scanning.shown(sku)} to exchange for.", where=f"lines[{n}].exchange_sku")
    return known


def _look(can: eligibility.Eligible, wishes: Sequence[Wish], *, staff: bool) -> None:
    """Check each wish against what may come back; units of one line add up, whatever their reasons."""
    lines, asked = {line.line_id: line for line in can.lines}, dict.fromkeys((line.line_id for line in can.lines), 0)
    for n, wish in enumerate(wishes):
        where = f"lines[{n}]"
        if wish.reason not in REASONS:
            raise Refused(f"A reason is one of: {', '.join(REASONS)}.", where=f"{where}.reason")
        if wish.outcome not in OUTCOMES:
            raise Refused(f"An outcome is one of: {', '.join(OUTCOMES)}.", where=f"{where}.outcome")
        if wish.units < 1:
            raise Refused("Return whole units, at least one.", where=f"{where}.units")
        line = lines.get(wish.line_id)
        if line is None:
            raise Refused("This has not left the warehouse, or is not on the order.", where=f"{where}.line")
        asked[wish.line_id] += wish.units
        if asked[wish.line_id] > line.units:
            left = f"{line.units:,} of {line.handed_over:,} may still come back" if line.units else "all of it is returned, or in a return already"
            raise Conflict(f"{line.name}: {left}.", where=f"{where}.units")
        if not staff:
            _fits(can, line, wish, where)


def _fits(can: eligibility.Eligible, line: eligibility.Line, wish: Wish, where: str) -> None:
    given = next((one for one in line.reasons if one.reason == wish.reason), None)
    if given is None:
        raise Refused(policies.in_english(line.not_now[wish.reason], can.currency), where=f"{where}.reason")
    if wish.outcome not in given.outcomes:
        said = ", ".join(OUTCOMES[one].lower() for one in given.outcomes)
        raise Refused(f"For this reason the store offers: {said}.", where=f"{where}.outcome")


def _doubted(can: eligibility.Eligible, wishes: Sequence[Wish]) -> bool:
    """Whether a person must look: goods that a carrier delivered are said not to have come."""
    delivered = {line.line_id for line in can.lines if line.delivered}
    return any(one.reason == "not_received" and one.line_id in delivered for one in wishes)


def _why(wishes: Sequence[Wish]) -> str:
    return ", ".join(dict.fromkeys(REASONS[one.reason].lower() for one in wishes))


def _write(
    session: Session, order: Order, wishes: Sequence[Wish], exchange: dict[str, int], key: str, said: tuple[str, str, str],
    products: dict[int, int],
) -> Rma:  # fmt: skip
    by, note, kind = said
    policy = policies.of(session, order.store_id)
    rma = Rma(
        ref=f"RMA-{ids.new_code(8)}", store_id=order.store_id, order_id=order.id or 0, order_ref=order.ref, key=key[:120],
        kind=kind or ("claim" if all(one.reason == "not_received" for one in wishes) else "return"), state="requested",
        note=note[:1000], asked_by=by[:120], asked_at=clock.now(),
        free_label=all(policy_rules.is_free(policy, one.reason) for one in wishes),
    )  # fmt: skip
    session.add(rma)
    session.flush()
    for one in wishes:
        session.add(RmaLine(
            rma_id=rma.id or 0, order_line_id=one.line_id, product_id=products[one.line_id], units=one.units, reason=one.reason,
            outcome=one.outcome, note=one.note[:500], exchange_id=exchange.get(one.exchange_sku) if one.outcome == "exchange" else None,
        ))  # fmt: skip
    session.flush()
    scanning.print_code(session, rma.ref, "return", rma.id or 0, f"return {rma.ref}")
    return rma


# --- decided ------------------------------------------------------------------------------------------------------------


def approve(session: Session, ref: str, *, free_label: bool | None = None) -> Rma:
    """The goods may come back (or, lost or worth little, need not); what the policy sends at once is ordered at once. The
    same again changes nothing. Raises Conflict where it was decided otherwise.
    """
    order, rma = locks.take(session, ref)
    if rma.decided_at is not None and rma.state not in {"refused", "withdrawn"}:
        return rma
    if free_label is not None:
        rma.free_label = free_label
    decide(session, order, rma)
    return rma


def decide(session: Session, order: Order, rma: Rma) -> None:
    """Approve a return whose order and levels are locked."""
    become(session, rma, "approved")
    policy = policies.of(session, order.store_id)
    _spare(session, order, rma, policy)
    awaited = sum(one.to_come for one in queries.lines(session, rma.id or 0))
    if awaited:
        _number(session, rma)
    tell(session, rma, ReturnApproved, awaited, author.current().who)
    settling.on_approved(session, order, rma, policy)


def _number(session: Session, rma: Rma) -> None:
    """What is awaited gets the numbers of its label, so that a scan of either finds it."""
    rma.tracking, sscc = shipping.numbers_of_return(rma.id or 0)
    rma.carrier = shipping.carrier_name("house")
    session.add(rma)
    session.flush()
    scanning.print_codes(session, [(code, "return", rma.id or 0, f"return {rma.ref}") for code in (rma.tracking, sscc)])


def _spare(session: Session, order: Order, rma: Rma, policy: policies.Policy) -> None:
    """Lost goods never come, and faulty ones of little worth need not."""
    worth = settling.worth_of(session, order)
    for line in queries.lines(session, rma.id or 0):
        value = worth(line.order_line_id or 0, line.units)
        if line.reason == "not_received" or policy_rules.is_kept(policy, line.reason, value):
            row = session.get_one(RmaLine, line.id)
            row.spared = row.units
            session.add(row)
    session.flush()


def refuse(session: Session, ref: str, why: str) -> Rma:
    """The goods are not taken back; the shopper is told why. Raises Refused without a reason, Conflict once it is decided."""
    said = " ".join(why.split())[:500]
    if not said:
        raise Refused("Say why it is refused: the shopper reads it.", where="why")
    _, rma = locks.take(session, ref)
    if (rma.state, rma.why) == ("refused", said):
        return rma
    become(session, rma, "refused")
    rma.why = said
    session.add(rma)
    tell(session, rma, ReturnRefused, said, author.current().who)
    return rma


def withdraw(session: Session, ref: str, why: str = "") -> Rma:
    """Nothing comes back after all. Raises Conflict once goods are here, or something was given for them."""
    _, rma = locks.take(session, ref)
    if rma.state == "withdrawn":
        return rma
    if any(one.settled for one in queries.lines(session, rma.id or 0)):
        raise Conflict(f"{rma.ref}: something was sent or paid for it already. It can only be settled.")
    become(session, rma, "withdrawn")
    rma.why = " ".join(why.split())[:500]
    session.add(rma)
    tell(session, rma, ReturnWithdrawn, rma.why)
    return rma


def sent(session: Session, ref: str, *, tracking: str = "", carrier: str = "") -> Rma:
    """The goods are on their way back, under this number; the same number again changes nothing. Raises Conflict where the
    return waits for nothing, or another open return has the number.
    """
    _, rma = locks.take(session, ref)
    number = tracking.strip()[:80]
    if rma.state == "in_transit" and number in {"", rma.tracking}:
        return rma
    other = queries.by_tracking(session, number) if number else None
    if other is not None and other.id != rma.id:
        raise Conflict(f"{scanning.shown(number)} is the number of another return.", where="tracking")
    if rma.state != "in_transit":
        become(session, rma, "in_transit")
    rma.tracking, rma.carrier = number or rma.tracking, carrier.strip()[:60] or rma.carrier
    session.add(rma)
    tell(session, rma, ReturnSent, rma.carrier, rma.tracking)
    return rma


def note_claim(session: Session, ref: str, claim: str) -> Rma:
    """What the carrier calls our claim for a lost parcel; the same again changes nothing."""
    _, rma = locks.take(session, ref)
    said = " ".join(claim.split())[:120]
    if not said:
        raise Refused("Give the number or name under which the carrier has the claim.", where="claim")
    if rma.claim == said:
        return rma
    rma.claim = said
    session.add(rma)
    tell(session, rma, CarrierClaimNoted, said)
    return rma


def on_taking_back(session: Session, fact: TakingBack) -> None:
    """A handover is about to be undone. Raises Conflict where a return speaks for units that would not have left then."""
    awaited, lines = queries.awaited(session, fact.order_id), {one.id: one for one in orders.lines(session, fact.order_id)}
    for line_id, units in fact.lines:
        if lines[line_id].returned + awaited.get(line_id, 0) > lines[line_id].handed_over - units:
            raise Conflict(f"A return speaks for {lines[line_id].name} in {fact.parcel}. Refuse or withdraw it first.")
