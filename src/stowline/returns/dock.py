"""The return task: a parcel that came back, its units counted, each looked at and put where it belongs.

Steps of `return:`, each holder for themselves: want return (its code, the number it comes back under, or the parcel as it
left); then as `return:RMA`. Steps of `return:RMA`: want return, which is here with that scan (or with the first product);
want product, counted into the returns bin, until all that is awaited came or CMD:DONE says that no more does; then, unit by
unit (`look`), what it is and where it goes. Where units are not all alike, their lot or serial is wanted. A number that did
not leave with the order, and goods that are not on it, are refused with the offer to take them in apart: a hint that
something is wrong. CMD:DONE of a return that is done leads `return:` to the next one. UNDO takes back one scan.
"""

from typing import Any

from sqlmodel import Session

from stowline.receiving import cases
from stowline.returns import arriving, locks, look, queries
from stowline.returns.look import Hand, Now, of_number
from stowline.returns.models import Rma
from stowline.scanning import service as scanning
from stowline.scanning.service import LARGEST_QUANTITY, Holder, Scan, Seen, Verdict, shown, wants

TASK = "return:"
ASIDE, APPROVE, STRANGE = "units aside", "units approve", "units strange"
_ASK = "Scan the code of the return, its tracking number, or the parcel as it left."


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of the return task."""
    step = scanning.step(session, scan.task, scan.holder)
    ref = scan.ref or step.get("rma", "")
    if ref:
        queries.by_ref(session, ref)  # raises NotFound for a task there is not
    verdict = _which(session, scan, ref, step)
    if verdict is None:
        verdict = _of_rma(session, scan, ref, step)
    return verdict if verdict.next else verdict.then(*_now(session, scan.task, scan.ref, scan.holder))


# --- which return ---------------------------------------------------------------------------------------------------------


def _which(session: Session, scan: Scan, ref: str, step: Hand) -> Verdict | None:
    """A scan that says which return it is: its own code, its number, or a parcel; None for every other."""
    if scan.command:
        return None if ref else Verdict.no_use(*_now(session, scan.task, scan.ref, scan.holder))
    seen = scan.one("return", "parcel", *([] if not ref else ["product"]))
    if isinstance(seen, Verdict):
        return seen
    if seen is not None and seen.kind == "return":
        return _begin(session, scan, queries.by_id(session, seen.ref), step)
    if seen is not None and seen.kind == "parcel":
        return _parcel(session, scan, seen, ref, step)
    known = queries.by_tracking(session, scan.number) if not scan.things and not step.get("hand") else None
    if known is not None:
        return _begin(session, scan, known, step)
    if ref:
        return None
    return _unknown(session, scan)


def _parcel(session: Session, scan: Scan, seen: Seen, ref: str, step: Hand) -> Verdict:
    if ref and queries.by_ref(session, ref).parcel_id == seen.ref:
        return _begin(session, scan, queries.by_ref(session, ref), step)
    if scan.ref:
        return Verdict.refused(f"You scanned {seen.label}. This is {scan.ref}: scan what is in its box.", seen=seen)
    return _begin(session, scan, arriving.of_parcel(session, seen.ref), step)


def _unknown(session: Session, scan: Scan) -> Verdict:
    if scan.things:
        return Verdict.refused(f"You scanned {scan.what()}. {_ASK}", seen=scan.things[0])
    if scan.choice != ASIDE:
        return Verdict("refused", f"Nobody knows the code {shown(scan.code)}. {_ASK}", choices=({"kind": ASIDE, "ref": "", "label": "Set the box aside: open a case"},))
    case = cases.open_case(session, "unknown-box", note=f"Return without a code we know: {shown(scan.code)}", scan_id=scan.id)
    next_, task = _now(session, scan.task, scan.ref, scan.holder)
    verdict = Verdict.accepted(f"{case.ref} is open: the box is set aside.", hint=f"{case.owner} sees to it. Write {case.ref} on it.", effect={"case": case.id})
    return verdict.then({**next_, "case": case.ref}, task)


def _begin(session: Session, scan: Scan, rma: Rma, step: Hand) -> Verdict:
    """The parcel of this return is here; one that nobody approved is taken in only when somebody says so."""
    if scan.ref and rma.ref != scan.ref:
        return Verdict.refused(f"That is {rma.ref}. This is {scan.ref}: scan what is in its box.", seen=scan.things[0] if scan.things else None)
    if step.get("hand"):
        return Verdict.refused(f"You hold {look.named(step['hand'])}. Finish with that first, or press “Undo”.")
    if rma.state in {"refused", "withdrawn"}:
        return Verdict.conflict(f"{rma.ref} is {queries.WORDS[rma.state].lower()}{': ' + rma.why if rma.why else ''}. Set the box aside and ask the returns desk.")
    if rma.state == "requested" and scan.choice != APPROVE:
        say = f"{rma.ref} is not approved yet. Ask the returns desk, or take it in."
        return Verdict("refused", say, choices=({"kind": APPROVE, "ref": rma.ref, "label": "Take it in: approve it"},))
    before = rma.state
    if before not in {"received", "inspected", "settled"}:
        arriving.arrive(session, rma.ref, approve=True)
    _stand(session, scan, {"rma": rma.ref})
    say = f"{rma.ref} of order {rma.order_ref} is here" if before not in {"received", "inspected", "settled"} else f"{rma.ref} is {queries.WORDS[before].lower()}"
    return Verdict.accepted(say, hint=arriving.weight_hint(session, rma) or None, effect={"was": step, "arrived": rma.ref if before not in {"received", "inspected", "settled"} else "", "before": before})


def _stand(session: Session, scan: Scan, step: Hand) -> None:
    """Remember what is at hand; at `return:RMA` the task itself says which return it is."""
    kept = {key: value for key, value in step.items() if value and not (key == "rma" and scan.ref)}
    scanning.set_step(session, scan.task, scan.holder, kept)


# --- what is in it --------------------------------------------------------------------------------------------------------


def _of_rma(session: Session, scan: Scan, ref: str, step: Hand) -> Verdict:
    seen = scan.one("product") if not scan.command else None
    more = [seen.ref] if isinstance(seen, Seen) else []
    order, rma = locks.take(session, ref, more=more)
    hand = step.get("hand") or {}
    if rma.state in {"approved", "in_transit"} and not scan.command:
        arriving.arrive(session, ref)
        rma = queries.lock(session, ref)
    if rma.state != "received":
        return _over(session, scan, rma, step)
    if hand:
        return look.go_on(session, scan, order, rma, step)
    if rma.counted_at is None:
        return _count(session, scan, order, rma, step, seen)
    return look.begin(session, scan, rma, step, seen)


def _over(session: Session, scan: Scan, rma: Rma, step: Hand) -> Verdict:
    if scan.command == "DONE" and not scan.ref:
        _stand(session, scan, {})
        return Verdict.accepted("Scan the next return.", effect={"was": step})
    say = f"{rma.ref} is {queries.WORDS[rma.state].lower()}: nothing is left to count or to look at."
    return Verdict.conflict(say) if rma.state in {"inspected", "settled"} else Verdict.refused(f"{rma.ref} is {queries.WORDS[rma.state].lower()}. {_ASK}")


def _count(session: Session, scan: Scan, order: Any, rma: Rma, step: Hand, seen: Any) -> Verdict:  # noqa: ANN401
    if scan.command == "DONE":
        arriving.all_counted(session, order, rma)
        return Verdict.accepted(f"{rma.ref} is counted.", hint="Now look at each of them.", effect={"was": step, "counted": rma.ref})
    if scan.command:
        return Verdict.no_use(*_now(session, scan.task, scan.ref, scan.holder))
    if isinstance(seen, Verdict):
        return seen
    asked = step.get("counting") or {}
    if seen is None and not asked:
        return Verdict.refused(f"You scanned {scan.what()}. Scan what is in the box." if scan.things else f"Nobody knows the code {shown(scan.code)}. Scan what is in the box.")
    hand = asked if seen is None or seen.ref == asked.get("product") else look.hand_of(seen, scan)
    hand = of_number(hand, scan) if asked and hand is asked else hand
    if hand["units"] > LARGEST_QUANTITY:
        return Verdict.refused(f"{hand['units']:,} units in one scan are more than {LARGEST_QUANTITY:,}. Scan them in parts.", seen=seen)
    lacks = look.lacks(hand)
    if lacks:
        _stand(session, scan, {**step, "rma": rma.ref, "counting": hand})
        return Verdict.accepted(f"Scan or type the {lacks} of {hand['name']}", effect={"was": step})
    return _book(session, scan, order, rma, step, hand)


def _book(session: Session, scan: Scan, order: Any, rma: Rma, step: Hand, hand: Hand) -> Verdict:  # noqa: ANN401
    units = 1 if hand["serial"] else hand["units"]
    line = arriving.line_for(session, rma, hand["product"], units, lot=hand["lot"], serial=hand["serial"])
    hint = ""
    if line is None:
        hint = _strange(session, rma, hand, units)
        if scan.choice != STRANGE:
            label = f"Take {units:,} in apart: they go to quarantine"
            return Verdict("refused", f"{hint} Look again.", choices=({"kind": STRANGE, "ref": hand["serial"] or hand["sku"], "label": label},))
        line = arriving.stranger(session, rma, hand["product"], units)
    row = arriving.count(session, rma, line, units, lot=hand["lot"], serial=hand["serial"], hint=hint, scan_id=scan.id)
    left = {**hand, "units": hand["units"] - units, "serial": ""}
    _stand(session, scan, {"rma": rma.ref, "counting": left if left["units"] else {}})
    whole = all(one.to_come <= 0 for one in queries.lines(session, rma.id or 0))
    if whole:
        arriving.all_counted(session, order, rma)
    say = f"{look.named({**hand, 'units': units})}: counted"
    next_ = "All of it is here. Now look at each." if whole else None
    return Verdict.accepted(say, hint=hint or next_, effect={"was": step, "arrival": row.id, "rma": rma.ref, "whole": whole})


def _strange(session: Session, rma: Rma, hand: Hand, units: int) -> str:
    """Why goods do not belong to the return, in words for a person: it may be a mistake, or fraud."""
    mine = [one for one in queries.lines(session, rma.id or 0) if one.product_id == hand["product"] and one.order_line_id]
    if not mine:
        return f"{hand['name']} did not leave with order {rma.order_ref}."
    if hand["serial"]:
        return f"Serial {hand['serial']} of {hand['name']} did not leave with order {rma.order_ref}: it may be another one's."
    if hand["lot"] and not any(hand["lot"] in queries.lots_sent(session, one.order_line_id or 0) for one in mine):
        return f"Lot {hand['lot']} of {hand['name']} did not leave with order {rma.order_ref}."
    return f"{units:,} {hand['name']} are more than left with order {rma.order_ref} and are not back yet."


# --- undo, and what is wanted -----------------------------------------------------------------------------------------------


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """Take the last scan back. Raises Conflict where the goods went on since."""
    say = "One step back."
    if "case" in effect:
        cases.withdraw(session, effect["case"])
        return Verdict.accepted("The case is taken back.").then(*_now(session, scan.task, scan.ref, scan.holder))
    if effect.get("arrived"):
        arriving.go_back(session, effect["arrived"], effect["before"])
        say = f"{effect['arrived']} is not here."
    elif "counted" in effect:
        _, rma = locks.take(session, effect["counted"])
        arriving.count_on(session, rma)
        say = f"{rma.ref}: count on."
    elif "arrival" in effect:
        _, rma = locks.take(session, effect["rma"])
        if effect["whole"]:
            arriving.count_on(session, rma)
        arriving.uncount(session, rma, effect["arrival"])
        say = "Taken back: it is not counted."
    elif "inspection" in effect:
        say = look.undo(session, effect)
    scanning.set_step(session, scan.task, scan.holder, effect.get("was") or {})
    return Verdict.accepted(say).then(*_now(session, scan.task, scan.ref, scan.holder))


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a return task wants now. Raises NotFound for a return there is not."""
    next_, task = _now(session, f"return:{ref}", ref, holder)
    return {"next": next_, "task": task}


def _now(session: Session, task_name: str, ref: str, holder: Holder) -> Now:
    step = scanning.step(session, task_name, holder)
    ref = ref or step.get("rma", "")
    if not ref:
        return wants("return", say=_ASK), {"task": task_name, "kind": "return", "title": "Returns", "finished": False}
    rma = queries.by_ref(session, ref)
    over = rma.state in {"inspected", "settled", "refused", "withdrawn"}
    task = {"task": task_name, "kind": "return", "title": f"Return {ref}", "order": rma.order_ref, "finished": over and task_name != TASK}
    if over:
        say = f"{ref} is {queries.WORDS[rma.state].lower()}."
        if task_name == TASK:
            return wants("command", code="CMD:DONE", say=f"{say} Press “Done” for the next one", rma=ref), task
        return wants("nothing", say=say, rma=ref), task
    if rma.state != "received":
        return wants("return", code=ref, say=f"Scan the code {ref}, or what is in its box", rma=ref), task
    if step.get("hand"):
        return look.wants_of(session, rma, step["hand"]), task
    if rma.counted_at is None:
        return _to_count(session, rma, step), task
    return look.wants_first(session, rma), task


def _to_count(session: Session, rma: Rma, step: Hand) -> dict[str, Any]:
    lines = queries.lines(session, rma.id or 0)
    done, of = sum(one.arrived for one in lines), sum(one.units - one.spared for one in lines)
    counting = step.get("counting") or {}
    if counting:
        lacks = look.lacks(counting)
        return wants(lacks, sku=counting["sku"], name=counting["name"], left=counting["units"], done=done, of=of, rma=rma.ref,
                     say=f"Scan or type the {lacks} of {counting['name']}")
    line = next((one for one in lines if one.to_come > 0), None)
    if line is None:
        return wants("command", code="CMD:DONE", done=done, of=of, rma=rma.ref, say="All of it is here. Press “Done”")
    return wants("product", code=line.sku, sku=line.sku, name=line.name, left=line.to_come, done=done, of=of, rma=rma.ref,
                 detail=f"asked for: {queries.REASONS[line.reason].lower()}", say=f"Count what is in the box: {line.name}, {line.to_come:,} awaited")


def task_view(session: Session, ref: str) -> list[dict[str, Any]]:
    """The lines of a return, for the screen's list."""
    if not ref:
        return [{"name": f"{one.ref}, order {one.order_ref}", "sku": one.ref, "bin": None, "done": 0, "of": 1, "state": "open"}
                for one in queries.to_do(session, limit=30)]  # fmt: skip
    rma = queries.by_ref(session, ref)
    return [{"name": one.name, "sku": one.sku, "bin": None, "done": one.inspected if rma.counted_at else one.arrived, "of": max(1, one.arrived if rma.counted_at else one.units - one.spared),
             "state": "done" if one.inspected and one.inspected == one.arrived else "open"} for one in queries.lines(session, rma.id or 0)]  # fmt: skip

