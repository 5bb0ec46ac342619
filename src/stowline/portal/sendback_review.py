"""A return before it is asked for: what is wanted, what is paid back for it, and what happens next."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from stowline.orders.queries import Order
from stowline.portal.reader import Reader
from stowline.portal.sendback import Pick, goods_when
from stowline.returns import policy_rules, preview
from stowline.returns.eligibility import Eligible
from stowline.returns.preview import GOODS, MONEY, Money, Wish

View = dict[str, Any]


def review(session: Session, order: Order, can: Eligible, chosen: Sequence[Pick], wanted: Sequence[Wish], names: dict[str, str], reader: Reader) -> View:
    """Everything the last page shows. `names` are those of the goods that may be exchanged for, by SKU."""
    found = preview.money_of(session, order, can.policy, wanted)
    rows = [_row(pick, wish, money, names, can, reader) for pick, wish, money in zip(chosen, wanted, found, strict=True)]
    photo = any(one.reason in can.policy.photos_for for one in wanted)
    return {"rows": rows, "money": breakdown([one for one in found if one], can.currency, reader),
            "next": _next(can, chosen, wanted, reader), "photo_needed": photo}  # fmt: skip


def _row(pick: Pick, wish: Wish, money: Money | None, names: dict[str, str], can: Eligible, reader: Reader) -> View:
    goods = names.get(wish.exchange_sku, pick.line.name)
    amount = reader.money(money.amount, can.currency) if money else ""
    return {"sku": pick.line.sku, "name": pick.line.name, "quantity": pick.units,
            "say": reader.say("sendback.row", reason=reader.say(f"sendback.reason_{wish.reason}"),
                              wish=reader.say(f"sendback.want_{wish.outcome}", amount=amount, goods=goods, n=pick.units))}  # fmt: skip


def breakdown(found: Sequence[Money], currency: str, reader: Reader) -> list[View]:
    """Paid, less what is kept, is what is paid back; no row for what is nothing."""
    if not found:
        return []
    sums = {name: sum(getattr(one, name) for one in found) for name in ("paid", "fee", "label", "cut", "amount")}
    rows = [{"label": reader.say("sendback.money_paid"), "amount": reader.money(sums["paid"], currency), "total": False}]
    rows += [{"label": reader.say(f"sendback.money_{name}"), "amount": "−" + reader.money(sums[name], currency), "total": False}
             for name in ("fee", "label", "cut") if sums[name]]  # fmt: skip
    return [*rows, {"label": reader.say("sendback.money_back"), "amount": reader.money(sums["amount"], currency), "total": True}]


def _next(can: Eligible, chosen: Sequence[Pick], wanted: Sequence[Wish], reader: Reader) -> list[str]:
    """What happens after it is sent, in the order in which it happens."""
    lost = [one for one in wanted if one.reason == "not_received"]
    doubted = any(one.line.delivered for one in chosen if one.reason.reason == "not_received")
    itself = policy_rules.decides_itself(can.policy, tuple({one.reason for one in wanted})) and not doubted
    said = [reader.say("sendback.next_at_once" if itself else "sendback.next_person")]
    if doubted:
        said.append(reader.say("sendback.next_doubted"))
    if lost:
        said.append(reader.say("sendback.next_claim"))
    comes = [one for one in chosen if one.reason.reason != "not_received" and not one.reason.keep]
    if not comes and len(lost) < len(wanted):
        said.append(reader.say("sendback.next_keep"))
    elif comes:
        free = all(policy_rules.is_free(can.policy, one.reason) for one in wanted)
        fee = reader.money(can.policy.label_fee_minor, can.currency)
        said.append(reader.say("sendback.next_send_free") if free else reader.say("sendback.next_send_paid", amount=fee))
    kept = {one.line.line_id: one.reason.keep for one in chosen}
    said += dict.fromkeys(goods_when(can, one.reason, one.outcome, kept=kept[one.line_id], reader=reader) for one in wanted if one.outcome in GOODS)
    if any(one.outcome in MONEY for one in wanted):
        said.append(reader.say("sendback.next_money" if comes else "sendback.next_money_soon"))
    return said
