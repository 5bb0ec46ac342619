"""An order's diary in words: scan, event, message, in the order they caused one another."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from stowline.cases.case_rules import KINDS as CASES
from stowline.cases.case_rules import VERDICTS
from stowline.cases.contact_rules import ABOUT, CHANNELS
from stowline.core import outbox
from stowline.core.outbox import Happened
from stowline.desk import trail_returns
from stowline.desk import words as phrases
from stowline.notifications import queries as messages
from stowline.notifications.queries import Message
from stowline.shipping.tracking_queries import WORDS as MILESTONES

Item = dict[str, Any]


def timeline(session: Session, order_id: int, *, after: int = 0, limit: int = 200) -> tuple[list[Item], int | None]:
    """Events of an order, oldest first, each with the scan it came of and every message it owed; and the id to go on after."""
    events = outbox.diary(session, order_id, after=after, limit=limit)
    owed = messages.by_event(session, order_id, [e.id for e in events])
    items = [_item(event, owed.get(event.id, [])) for event in events]
    return items, events[-1].id if len(events) == limit else None


def _item(event: Happened, owed: Sequence[Message]) -> Item:
    return {
        "at": event.at, "event": event.name, "say": told(event), "scan_id": event.scan_id, "message_id": owed[0].id if owed else None,
        "messages": [{"id": one.id, "kind": one.kind, "channel": one.channel, "state": one.state, "reason": one.reason} for one in owed],
    }  # fmt: skip


def told(event: Happened) -> str:
    """An event as a sentence for staff."""
    words = _WORDS.get(event.name)
    return words(event.values) if words else event.name


def _n(units: int, word: str = "unit") -> str:
    return f"{units:,} {word}{'' if units == 1 else 's'}"


def _verb(units: int, one: str, many: str) -> str:
    return f"{units:,} {one if units == 1 else many}"


def _days(first: str | None, last: str | None) -> str:
    return phrases.window(date.fromisoformat(first), date.fromisoformat(last)) if first and last else "no date"


_CHOICE = {"wait": "wait", "ship": "send what is there", "swap": "another product", "credit": "store credit", "cancel": "cancel what waits",
           "cancel_order": "cancel the order"}  # fmt: skip
_ALARM_OVER = {"late": "Alarm over: messages are in time again", "dead": "Alarm over: few messages die", "asked": "Alarm over: no more ask where their order is than usual",
               "unwritten": "Alarm over: every message can be written"}  # fmt: skip
_CONSENT = {"consented": "the shopper agreed", "silent_consent": "the shopper's silence is consent", "refused": "the shopper did not agree",
            "lapsed": "nobody agreed to it", "met": "it is over", "replaced": "a further one is asked about"}  # fmt: skip
_OFFER_END = {"expired": "nothing was chosen by its day", "replaced": "a newer one stands", "came": "what waited has come", "settled": "nothing waits any more",
              "cancelled": "the order was cancelled"}  # fmt: skip


def _options(kinds: str) -> str:
    return "; ".join(_CHOICE[kind] for kind in kinds.split(", "))


_ASKED = {"refund": "pay back", "store_credit": "give store credit", "expedite": "send it faster", "swap": "note the swap"}


def _much(values: dict[str, Any]) -> str:
    return f", {values['amount']}" if values["amount"] else ""


def _when(made: str) -> str:
    at = datetime.fromisoformat(made)
    return f" on {at.day} {at:%B %Y} at {at:%H:%M} UTC"


def _became(values: dict[str, Any]) -> str:
    """What a refund meant for the goods: not sent, to be put back, or gone already."""
    off, back, gone = values["off"], values["put_back"], values["gone"]
    parts = [f"{_verb(off - back, 'is', 'are')} not sent" if off > back else "", f"{_verb(back, 'is', 'are')} to be put back at the pack bench" if back else "",
             f"{_verb(gone, 'had', 'had')} left already" if gone else ""]  # fmt: skip
    said = ", ".join(part for part in parts if part)
    return f": {said}" if said else ""


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    **trail_returns.WORDS,
    "OrderPlaced": lambda v: f"Order placed, {_n(v['units'])}" + (f"; {_verb(v['waits'], 'waits', 'wait')} for stock" if v["waits"] else ""),
    "OrderCancelled": lambda v: f"Order cancelled: {v['reason']}" if v["reason"] else "Order cancelled",
    "RestCancelled": lambda v: f"The rest cancelled, {_n(v['units'])}" + (f": {v['reason']}" if v["reason"] else ""),
    "OrderHeld": lambda v: f"Order held: {v['reason']}",
    "LineSwapped": lambda v: f"{v['units']:,} {v['name']} swapped for {v['new_name']}" + (f": {v['why']}" if v["why"] else ""),
    "UnitsCancelled": lambda v: f"{v['units']:,} {v['name']} cancelled: {v['reason']}" if v["reason"] else f"{v['units']:,} {v['name']} cancelled",
    "RefundedByShop": lambda v: f"{phrases.PLATFORMS.get(v['platform'], v['platform'])} refunded {v['goods'] or 'money only'}" + _much(v) + _when(v["made"]) + _became(v),
    "UnitsPutBack": lambda v: f"{v['units']:,} {v['name']} put back to the dock: refunded by the shop",
    "ShippingSet": lambda v: {"complete": "Ships complete from now on", "parts": "Ships in parts: what is there goes out"}.get(
        v["ships"], f"Ships in at most {v['most_parcels']} parcels"),
    "AddressChanged": lambda v: f"Address changed by {v['by']}: {v['changed']}",
    "OrdersMerged": lambda v: f"Order {v['other_ref']} goes with this one, {_n(v['units'])}, by {v['by']}",
    "MergedInto": lambda v: f"Goes with order {v['other_ref']}, {_n(v['units'])}, by {v['by']}",
    "PrioritySet": lambda v: f"Priority {v['priority']} from now on",
    "ExpediteSet": lambda v: ("Goes out by the fast way" if v["expedite"] else "Goes out by the usual way") + (f": {v['why']}" if v["why"] else ""),
    "HoldLifted": lambda _: "Hold lifted",
    "TellingBegan": lambda _: "The shopper hears of this order from now on",
    "BackorderFilled": lambda v: f"Stock came: {_n(v['units'])} of {v['sku']} promised to this order",
    "BackorderShelved": lambda v: f"{v['units']:,} {v['name']} put into slot {v['slot']}" + (": the order is complete" if v["complete"] else ""),
    "BackorderUnshelved": lambda v: f"{_n(v['units'])} of {v['sku']} in {v['place']} {'is' if v['units'] == 1 else 'are'} not for this order any more: {v['why']}",
    "OrderCrossedDock": lambda v: f"{_n(v['units'])} went from the dock straight to the pack bench ({v['place']})",
    "CrossingUndone": lambda v: f"{_n(v['units'])} {'stands' if v['units'] == 1 else 'stand'} at the dock again",
    "PromiseTakenBack": lambda v: f"{_n(v['units'])} of {v['sku']} {'is' if v['units'] == 1 else 'are'} not here any more: {v['why']}",
    "StockTaken": lambda v: f"{_n(v['units'])} of {v['name']} taken for urgent order {v['urgent_ref']} by {v['who']}: {v['why']}",
    "StockTakenFor": lambda v: f"Urgent: {_n(v['units'])} of {v['name']} taken from order {v['other_ref']} by {v['who']}: {v['why']}",
    "SlotTaken": lambda v: f"{_n(v['units'])} of {v['sku']} in {v['slot']} given to order {v['other_ref']} by {v['who']}: {v['why']}",
    "SlotGiven": lambda v: f"{_n(v['units'])} of {v['sku']} in {v['slot']} taken over from order {v['other_ref']} by {v['who']}: {v['why']}",
    "SubstitutesAllowed": lambda v: f"{v['name']}: the shopper takes " + ("a substitute" if v["allowed"] else "no substitute any more"),
    "ReserveSet": lambda v: f"{_n(v['units'])} of {v['sku']} kept for {v['store']} by {v['who']}",
    "ReserveEnded": lambda v: f"Nothing of {v['sku']} is kept for {v['store']} any more",
    "BackorderDue": lambda v: f"{_n(v['units'])} still {'waits' if v['units'] == 1 else 'wait'}: time to tell the shopper",
    "PromiseChanged": lambda v: f"{v['sku']} is promised {_days(v['p50'], v['p90'])}, {_days(v['told_p50'], v['told_p90'])} was told: {v['cause']}",
    "OrderReleased": lambda v: f"Released to {v['task']}" + (f", tote {v['tote']}" if v["tote"] else ", by hand"),
    "LinePicked": lambda v: f"Picked {v['units']:,} {v['name']} from {v['bin']} into {v['into']}",
    "ToteConfirmed": lambda v: f"Put into tote {v['tote']}",
    "LineRanShort": lambda v: f"Short: {v['missing']:,} {v['name']} missing in {v['bin']}{'. ' + v['why'] if v.get('why') else ''}",
    "ItemPacked": lambda v: f"Checked {v['units']:,} {v['name']} into {v['parcel']}",
    "ParcelPacked": lambda v: f"Parcel {v['parcel']} closed, {_n(v['units'])}",
    "LabelMade": lambda v: f"Label printed for {v['parcel']}, {v['tracking']}",
    "ParcelHandedOver": lambda v: f"Parcel {v['parcel']} handed over to {v['carrier']}, {_n(v['units'])}",
    "ReplyReceived": lambda v: f"The shopper wrote: {ABOUT[v['about']].lower()}",
    "ContactLogged": lambda v: f"The shopper got in touch ({CHANNELS[v['channel']].lower()}): {ABOUT[v['about']].lower()}",
    "CaseOpened": lambda v: f"{v['case']} opened by {v['by']}: {CASES[v['kind']].lower()}",
    "CaseReopened": lambda v: f"{v['case']} is open again",
    "CaseAnswered": lambda v: f"{v['case']} answered by {v['by']}",
    "CaseSolved": lambda v: f"{v['case']} solved by {v['by']}",
    "CaseClosed": lambda v: f"{v['case']} closed: its shopper is asked how it was",
    "CaseJudged": lambda v: f"{v['case']}: the shopper says that it was {VERDICTS[v['verdict']].lower()}",
    "ReviewWritten": lambda v: f"The shopper gave {v['sku']} {_n(v['stars'], 'star')}",
    "ReviewSettled": lambda v: f"The review of {v['sku']} was {v['state']} by {v['by']}",
    "MilestoneReached": lambda v: f"{MILESTONES[v['milestone']]}: parcel {v['parcel']}{', ' + v['place'] if v['place'] else ''}, {phrases.moment(v['at'])}" + (f". The carrier says: {v['say']}" if v["say"] else ""),
    "TrackingNumberNoted": lambda v: f"Parcel {v['parcel']} goes with {v['carrier']} as {v['tracking']}",
    "HandoverUndone": lambda v: f"Handover of {v['parcel']} taken back",
    "ManifestClosed": lambda v: f"Manifest {v['manifest']} closed with {_n(v['parcels'], 'parcel')}",
    "PurchaseOrderEntered": lambda v: f"Purchase order {v['ref']} from {v['supplier']}, {_n(v['units'])}",
    "PurchaseOrderClosed": lambda v: f"Purchase order {v['ref']} closed" + (f", {_n(v['units_short'])} short" if v["units_short"] else ""),
    "PurchaseOrderRevised": lambda v: f"{v['say']}: {v['why']}",
    "ArrivalAnnounced": lambda v: f"{v['supplier'] or 'A supplier'} announced {_n(v['units'])} in notice {v['ref']}",
    "ArrivalClosed": lambda v: f"Notice {v['ref']} closed" + (f", {_n(v['missing'], 'pallet or carton')} missing" if v["missing"] else ""),
    "DiscrepanciesReported": lambda v: f"Report {v['n']} of what was not as ordered on {v['ref']} goes to {v['supplier']}, {v['email']}, by {v['who']}",
    "PalletBuilt": lambda v: f"Pallet {v['sscc']} built, {_n(v['units'])}" + (f" of {v['purchase_order']}" if v["purchase_order"] else "") + f", by {v['who']}",
    "PalletTakenApart": lambda v: f"Pallet {v['sscc']} taken apart by {v['who']}",
    "DockCaseOpened": lambda v: f"{v['ref']} opened ({v['kind'].replace('-', ' ')}), {v['owner']} sees to it",
    "DockCaseSolved": lambda v: f"{v['ref']} solved: {v['outcome']}",
    "GoodsReceived": lambda v: f"Received {v['units']:,} {v['name']}{', damaged' if v.get('condition') == 'damaged' else ''}" + (f" on {v['purchase_order']}" if v["purchase_order"] else ""),
    "StockPutAway": lambda v: f"Put away {v['units']:,} {v['name']} into {v['bin']}",
    "StockMoved": lambda v: f"Moved {v['units']:,} {v['name']} from {v['from_bin']} to {v['to_bin']}",
    "BinReached": lambda v: f"{v['task']} stands at {v['bin']}",
    "PickListDone": lambda v: f"{v['task']} is picked, {_n(v['lines'], 'line')}",
    "OfferMade": lambda v: f"{'' if v['by'] == 'Stowline' else v['by'] + ': '}Choices offered to the shopper until {phrases.day(date.fromisoformat(v['ends_at'][:10]))}: {_options(v['options'])}",
    "OptionChosen": lambda v: f"Chosen by {v['by']}: {_CHOICE[v['kind']]}" + (f", {v['goods']}" if v["goods"] else "") + _much(v),
    "ConsentAsked": lambda v: f"Asked to agree to a delay{' until ' + v['told'] if v['told'] else ', no date yet'}, by {v['due']}"
    + ("; silence is consent" if v["silence"] else "; without an answer it is not agreed"),
    "ConsentSettled": lambda v: f"The delay: {_CONSENT[v['state']]} ({v['text']}; {v['source']})",
    "LongAway": lambda _: "No order since this one: time to say that they are missed",
    "WaitGoesOn": lambda v: f"Still waiting for {v['name']}: time to say how it stands, for the {v['step']}. time",
    "PointsEarned": lambda v: f"The shop says: {v['earned']:,} points earned, {v['balance']:,} in all",
    "NoteWritten": lambda v: f"A word to many who have an order: {v['subject']}",
    "OfferEnded": lambda v: f"The offer ended: {_OFFER_END[v['outcome']]}",
    "InstructionOwed": lambda v: f"The shop is to {_ASKED[v['kind']]}{_much(v)}",
    "InstructionAcknowledged": lambda v: f"The shop did it: {_ASKED[v['kind']]}{_much(v)}" + (f", {v['ref']}" if v["ref"] else ""),
    "InstructionRefused": lambda v: f"The shop will not {_ASKED[v['kind']]}{_much(v)}: {v['why']}",
    "InstructionDied": lambda v: f"The shop never answered whether it would {_ASKED[v['kind']]}{_much(v)}: {v['why']}",
    "InstructionSettled": lambda v: f"{v['by']} settled by hand: {_ASKED[v['kind']]}{_much(v)}. {v['note']}",
    "InstructionWithdrawn": lambda v: f"The shop need not {_ASKED[v['kind']]}{_much(v)}: {v['why']}",
    "OrderClosed": lambda v: f"Closed: {phrases.lasting(v['took_s'])} from the order to the door",
    "AlarmRaised": lambda v: f"Alarm: {v['say']}",
    "AlarmEnded": lambda v: _ALARM_OVER[v["name"]],
    "InvariantBroke": lambda v: f"Proof: “{v['name']}” does not hold, {_verb(v['breaches'], 'breach', 'breaches')}",
    "InvariantHeldAgain": lambda v: f"Proof: “{v['name']}” holds again",
    "AdjustmentAsked": lambda v: f"{v['ref']}: {v['by']} asks to book {v['units']:+,} {v['sku']} in {v['bin']} ({v['reason']}); it waits for approval",
    "AdjustmentPosted": lambda v: f"{v['ref']}: {v['units']:+,} {v['sku']} in {v['bin']} ({v['reason']})" + (f", approved by {v['approved_by']}" if v["approved_by"] else ""),
    "AdjustmentRefused": lambda v: f"{v['ref']} was refused by {v['by']}: {v['why']}",
    "AdjustmentWithdrawn": lambda v: f"{v['ref']} was {'taken back' if v['undone'] else 'withdrawn'} by {v['by']}",
    "StockQuarantined": lambda v: f"Put {v['units']:,} {v['sku']} from {v['from_bin']} into {v['to_bin']}: {v['why']}",
    "StockReleased": lambda v: f"Released {v['units']:,} {v['sku']} from {v['from_bin']} to {v['to_bin']}: {v['why']}",
    "CountRequested": lambda v: f"{v['bin']} is to be counted: {v['why']}",
    "BinCounted": lambda v: f"{v['bin']} counted by {v['by']}, {_n(v['products'], 'product')}"
    + (f", {v['differences']:,} not as the books said" if v["differences"] else ""),
    "StockCounted": lambda v: f"{v['bin']}: {v['units']:+,} {v['name']} by a count of {v['by']}",
}
