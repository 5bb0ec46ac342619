"""The second half of the return task: units that came are looked at. Steps: want product; want command, the grade out of
the `choices` of `next` (sent as `CMD:DONE` with its `kind`); want command, what becomes of it; want bin, where it goes to one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session

from stowline.inventory import fill
from stowline.inventory import queries as stock
from stowline.returns import arriving, inspecting, locks, queries
from stowline.returns.models import Rma
from stowline.returns.queries import DISPOSITIONS, GRADES, ToInspect
from stowline.returns.rules import ADVISED
from stowline.scanning import service as scanning
from stowline.scanning.service import Scan, Seen, Verdict, shown, wants

Hand = dict[str, Any]
Now = tuple[dict[str, Any], dict[str, Any]]
DONE = "CMD:DONE"


def hand_of(seen: Seen, scan: Scan) -> Hand:
    """What a product scan puts into the hand."""
    units = scan.units_of(seen)
    return {"product": seen.ref, "sku": seen.sku, "name": seen.label, "units": units, "lots": bool(seen.lots), "serials": bool(seen.serials),
            "lot": scan.lot if seen.lots else "", "serial": scan.serial if seen.serials and units == 1 else ""}  # fmt: skip


def of_number(hand: Hand, scan: Scan) -> Hand:
    """The hand with the lot or serial that was scanned or typed."""
    lacking = lacks(hand)
    said = (scan.lot if lacking == "lot" else scan.serial) or scan.number
    return {**hand, lacking: said[:20]} if lacking and said.isprintable() else hand


def lacks(hand: Hand) -> str:
    """What is to be said of the units: "lot", "serial", or nothing more."""
    if hand["lots"] and not hand["lot"]:
        return "lot"
    return "serial" if hand["serials"] and not hand["serial"] else ""


def named(hand: Hand) -> str:
    """ "3 Mug, lot L1"."""
    which = f", serial {hand['serial']}" if hand.get("serial") else f", lot {hand['lot']}" if hand.get("lot") else ""
    return f"{hand['units']:,} {hand['name']}{which}"


def begin(session: Session, scan: Scan, rma: Rma, step: Hand, seen: Seen | Verdict | None) -> Verdict:
    """Units of what waits to be looked at are taken into the hand."""
    if isinstance(seen, Verdict):
        return seen
    there = queries.to_inspect(session, rma.id or 0)
    if scan.command:
        return Verdict.refused("Look at each of them first: scan one.")
    fit = [one for one in there if (one.product_id == seen.ref if seen else scan.number in {one.serial, one.lot} - {""})]
    if seen is not None and (number := (scan.serial if seen.serials else scan.lot if seen.lots else "")):
        fit = [one for one in fit if number in {one.serial, one.lot}]
    if not fit:
        what = scan.what() if scan.things else shown(scan.code)
        return Verdict.refused(f"{what} does not wait to be looked at. {_waiting(there)}", seen=scan.things[0] if scan.things else None)
    kinds = {(one.lot, one.serial) for one in fit}
    if len(kinds) > 1:
        which = "serial number" if fit[0].serial else "lot"
        return Verdict.refused(f"{len(kinds)} {which}s of {fit[0].name} wait to be looked at. Scan the {which}.")
    row, units = fit[0], scan.units_of(seen) if seen else scan.quantity
    if units > row.units:
        return Verdict.refused(f"{row.units:,} {row.name} wait to be looked at, not {units:,}.", seen=seen)
    hand = {"line": row.line_id, "sku": row.sku, "name": row.name, "lot": row.lot, "serial": row.serial, "units": units}
    _keep(session, scan, {"rma": rma.ref, "hand": hand})
    return Verdict.accepted(f"{named(hand)} in hand", effect={"was": step})


def _waiting(there: Iterable[ToInspect]) -> str:
    names = list(dict.fromkeys(one.name for one in there))[:3]
    return f"Scan {' or '.join(names)}." if names else "Nothing does."


def go_on(session: Session, scan: Scan, order: Any, rma: Rma, step: Hand) -> Verdict:  # noqa: ANN401  (the order, locked)
    """The next thing that is said of the units in hand."""
    hand = step["hand"]
    if "disposition" in hand:
        return _into_bin(session, scan, order, rma, step)
    if scan.command != "DONE":
        return Verdict.refused(f"You hold {named(hand)}. {_question(hand)}", seen=scan.things[0] if scan.things else None)
    if "grade" not in hand:
        grade = scan.choice.removeprefix("grade ")
        if grade not in GRADES:
            return Verdict("refused", "Choose what it is.", choices=_choices("grade", GRADES))
        _keep(session, scan, {**step, "hand": {**hand, "grade": grade}})
        return Verdict.accepted(f"{named(hand)}: {GRADES[grade].lower()}", effect={"was": step})
    disposition = scan.choice.removeprefix("to ")
    if disposition not in DISPOSITIONS:
        return Verdict("refused", "Choose what becomes of it.", choices=_choices("to", _advised(hand["grade"])))
    if disposition in inspecting.INTO:
        _keep(session, scan, {**step, "hand": {**hand, "disposition": disposition}})
        return Verdict.accepted(f"{named(hand)}: {DISPOSITIONS[disposition].lower()}", effect={"was": step})
    return _inspect(session, scan, order, rma, step, disposition, None)


def _into_bin(session: Session, scan: Scan, order: Any, rma: Rma, step: Hand) -> Verdict:  # noqa: ANN401
    hand, seen = step["hand"], scan.one("bin") if not scan.command else None
    if isinstance(seen, Verdict):
        return seen
    kinds = inspecting.INTO[hand["disposition"]]
    if seen is None:
        return Verdict.refused(f"You hold {named(hand)}. Scan a {' or '.join(kinds)} bin.", seen=scan.things[0] if scan.things else None)
    place = stock.location(session, seen.ref)
    if place.kind not in kinds:
        return Verdict.refused(f"{place.code} is a {place.kind} bin. Scan a {' or '.join(kinds)} bin.", seen=seen)
    row = _row(session, rma, hand)
    fit = fill.room(session, seen.ref, row.product_id, row.lot, lock=True)
    if not fit.takes(hand["units"]):
        return Verdict.refused(f"{place.code} does not take them: {fit.why}. Scan another bin.", seen=seen)
    return _inspect(session, scan, order, rma, step, hand["disposition"], seen.ref)


def _row(session: Session, rma: Rma, hand: Hand) -> ToInspect:
    """The units in hand, as the books have them."""
    same = [one for one in queries.to_inspect(session, rma.id or 0) if (one.line_id, one.lot, one.serial) == (hand["line"], hand["lot"], hand["serial"])]
    if not same:
        line = next(one for one in queries.lines(session, rma.id or 0) if one.id == hand["line"])
        return ToInspect(line.id, line.product_id, line.sku, line.name, hand["lot"], hand["serial"], 0, 0, line.order_line_id is None)
    return same[0]


def _inspect(session: Session, scan: Scan, order: Any, rma: Rma, step: Hand, disposition: str, to_id: int | None) -> Verdict:  # noqa: ANN401
    hand = step["hand"]
    made, served = inspecting.inspect(session, rma, _row(session, rma, hand), hand["units"], grade=hand["grade"], disposition=disposition, to_id=to_id, scan_id=scan.id)
    _keep(session, scan, {**step, "hand": {}})
    arriving.look_if_inspected(session, order, rma)
    where = f" ({stock.location(session, to_id).code})" if to_id else ""
    say = f"{named(hand)}: {GRADES[hand['grade']].lower()}, {DISPOSITIONS[disposition].lower()}{where}"
    hint = f"Waited for: {', '.join(f'{units} for order {ref}' for ref, units in served)}." if served else None
    return Verdict.accepted(say, hint=hint, effect={"was": step, "inspection": made.id, "rma": rma.ref})


def undo(session: Session, effect: Mapping[str, Any]) -> str:
    """The units are in hand again, with what was said of them."""
    _, rma = locks.take(session, effect["rma"])
    inspecting.take_back(session, rma, effect["inspection"])
    return f"Taken back: {named(effect['was']['hand'])} in hand."


def _keep(session: Session, scan: Scan, step: Hand) -> None:
    kept = {key: value for key, value in step.items() if value and not (key == "rma" and scan.ref)}
    scanning.set_step(session, scan.task, scan.holder, kept)


# --- what is wanted -------------------------------------------------------------------------------------------------------


def wants_first(session: Session, rma: Rma) -> dict[str, Any]:
    """Units that wait to be looked at."""
    there, lines = queries.to_inspect(session, rma.id or 0), queries.lines(session, rma.id or 0)
    done, of = sum(one.inspected for one in lines), sum(one.arrived for one in lines)
    row = there[0]
    return wants("product", code=row.sku if not row.serial else row.serial, sku=row.sku, name=row.name, left=1, done=done, of=of, rma=rma.ref,
                 lot=row.lot or None, serial=row.serial or None, say=f"Look at each unit: scan {row.name}{', serial ' + row.serial if row.serial else ''}")


def wants_of(session: Session, rma: Rma, hand: Hand) -> dict[str, Any]:
    """What is still to be said of the units in hand."""
    about = {"sku": hand["sku"], "name": hand["name"], "left": hand["units"], "lot": hand["lot"] or None, "serial": hand["serial"] or None, "rma": rma.ref}
    if "disposition" in hand:
        row = _row(session, rma, hand)
        code = inspecting.suggested(session, row.product_id, hand["units"], row.lot, hand["disposition"])
        return wants("bin", code=code, bin=code, say=f"Put {named(hand)} into {code or 'a ' + ' or '.join(inspecting.INTO[hand['disposition']]) + ' bin'}", **about)
    if "grade" in hand:
        return wants("command", code=DONE, say=_question(hand), choices=list(_choices("to", _advised(hand["grade"]))), **about)
    return wants("command", code=DONE, say=_question(hand), choices=list(_choices("grade", GRADES)), **about)


def _question(hand: Hand) -> str:
    if "grade" not in hand:
        return f"What is {named(hand)}?"
    return f"What becomes of {named(hand)}?"


def _advised(grade: str) -> dict[str, str]:
    """What may become of it, the suggestion first."""
    first = ADVISED[grade]
    return {first: DISPOSITIONS[first], **DISPOSITIONS}


def _choices(kind: str, words: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    return tuple({"kind": f"{kind} {code}", "ref": DONE, "label": label} for code, label in words.items())
