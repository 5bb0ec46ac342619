"""What the diary says of returns, in words for staff."""

from collections.abc import Callable
from typing import Any

from stowline.returns.queries import DISPOSITIONS, GRADES, OUTCOMES

Values = dict[str, Any]


def _n(units: int) -> str:
    return f"{units:,} unit{'' if units == 1 else 's'}"


def _settled(v: Values) -> str:
    what = f"{v['units']:,} {v['name']}: {OUTCOMES[v['outcome']].lower()}"
    return f"{v['rma']}, {what}, {v['amount']}" if v["amount"] else f"{v['rma']}, {what}, order {v['new_order']}"


WORDS: dict[str, Callable[[Values], str]] = {
    "ReturnRequested": lambda v: f"Return {v['rma']} asked for, {_n(v['units'])}: {v['why']}",
    "ReturnApproved": lambda v: f"Return {v['rma']} approved by {v['by']}" + (f", {_n(v['units'])} may come back" if v["units"] else ", nothing need come back"),
    "ReturnRefused": lambda v: f"Return {v['rma']} refused by {v['by']}: {v['why']}",
    "ReturnWithdrawn": lambda v: f"Return {v['rma']} withdrawn" + (f": {v['why']}" if v["why"] else ""),
    "ReturnSent": lambda v: f"Return {v['rma']} is on its way back" + (f" as {v['tracking']}" if v["tracking"] else ""),
    "ReturnArrived": lambda v: f"Return {v['rma']} has arrived",
    "ReturnCounted": lambda v: f"Return {v['rma']} counted: {_n(v['units'])} of {v['awaited']:,}",
    "UnitsInspected": lambda v: f"{v['rma']}, {v['units']:,} {v['name']}: {GRADES[v['grade']].lower()}, {DISPOSITIONS[v['disposition']].lower()}" + (f" ({v['bin']})" if v["bin"] else ""),
    "ReturnInspected": lambda v: f"Return {v['rma']} inspected, {_n(v['units'])}",
    "LineSettled": _settled,
    "ReturnSettled": lambda v: f"Return {v['rma']} settled" + (f", {v['amount']} in all" if v["amount"] else ""),
    "CarrierClaimNoted": lambda v: f"{v['rma']}: the carrier has our claim as {v['claim']}",
    "ReturnPolicySet": lambda v: f"Store {v['store']} takes returns by other rules from now on, by {v['by']}",
}
