"""The pick task: one walk along bins.

Steps of `pick:CART-1`, for each line along the walk:
  bin      the bin's code; another bin is refused and changes nothing
  product  units of the product, until the line is full; more are refused "already 3 of 3"
  tote     the order's tote; another one is refused
Steps of `pick:ORDER-REF` (by hand): bin, product. Standing at the bin already, the bin step is left out.
Commands: SHORT (the bin has no more; `kind` says why, and "ask" answers with the reasons there are), UNDO. The first scan, or the lease, releases the work if nobody did.
"""

from typing import Any

from sqlmodel import Session

from stowline.core.errors import Conflict, NotFound
from stowline.orders.queries import marks
from stowline.picking import apart, queries, rules, service, waves
from stowline.picking.queries import OpenList
from stowline.picking.rules import Stop
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Seen, Verdict, wants

Now = tuple[dict[str, Any], dict[str, Any]]


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of a pick task."""
    pick_list = queries.open_list(session, scan.ref)
    if pick_list is None:
        return _nothing_released(session, scan)
    scanning.renew(session, scan, *pick_list.held)
    stop = queries.next_stop(session, pick_list.id)
    if stop is None:
        return Verdict.conflict("Nothing is left on this pick list.").then(*now(pick_list, None, pick_list.at_id))
    want = rules.want(stop, pick_list.at_id)
    if scan.command:
        return _command(session, scan, pick_list, stop)
    seen = scan.one(want)
    if isinstance(seen, Verdict):
        return seen.then(*now(pick_list, stop, pick_list.at_id))
    if want == "bin":
        return _bin(session, scan, pick_list, stop, seen)
    if want == "product":
        return _product(session, scan, pick_list, stop, seen)
    return _tote(session, scan, pick_list, stop, seen)


def _nothing_released(session: Session, scan: Scan) -> Verdict:
    if not queries.known_task(session, scan.ref):
        raise NotFound(f"There is no cart or order {scan.ref}.", where="task")
    return Verdict.conflict("Nothing is released here yet. Get work first.").then(*_idle(scan.ref))


def _bin(session: Session, scan: Scan, pick_list: OpenList, stop: Stop, seen: Seen | None) -> Verdict:
    if seen is None or seen.ref != stop.from_id:
        return _wrong(scan, f"Go to {stop.bin} and scan it.", "Wrong bin." if seen else "That is no bin.").then(
            *now(pick_list, stop, pick_list.at_id))
    service.reach(session, pick_list.id, pick_list.task, stop.from_id, stop.bin)
    return Verdict.accepted(f"Bin {stop.bin}", hint=f"Take {stop.left} {stop.name}.",
                            effect={"step": "bin", "list": pick_list.id, "was_at": pick_list.at_id}).then(
        *now(pick_list, stop, stop.from_id))


def _product(session: Session, scan: Scan, pick_list: OpenList, stop: Stop, seen: Seen | None) -> Verdict:
    if seen is None and stop.told_apart:
        seen = apart.by_number(session, scan, stop)
    if seen is None or seen.ref != stop.product_id:
        return _wrong(scan, f"Scan {stop.name} from {stop.bin}.", "Wrong item." if seen else "That is no product.").then(
            *now(pick_list, stop, pick_list.at_id))
    units = scan.units_of(seen)
    if units > stop.left:
        return Verdict.refused(
            f"{stop.name}: {stop.picked} of {stop.qty} are picked, {units} more are too many. Take {stop.left}.",
            seen=seen).then(*now(pick_list, stop, pick_list.at_id))
    if stop.told_apart:
        which = apart.identified(session, scan, seen, stop, units)
        if isinstance(which, Verdict):
            return which.then(*now(pick_list, stop, pick_list.at_id))
        stop = which
    after = service.take(session, stop, units)
    effect = {"step": "product", "line": stop.id, "units": units}
    say = f"{stop.name}: {after.picked} of {after.qty}"
    if after.left or after.tote_id is not None:
        return Verdict.accepted(say, hint=_hint(after), effect=effect).then(*now(pick_list, after, stop.from_id))
    service.finish_line(session, after, pick_list.task)
    return Verdict.accepted(say, effect=effect).then(*_next(session, scan.ref, pick_list))


def _tote(session: Session, scan: Scan, pick_list: OpenList, stop: Stop, seen: Seen | None) -> Verdict:
    if seen is None or seen.ref != stop.tote_id:
        want = f"Put {stop.name} into tote {stop.tote_number}, {stop.tote_color} ({stop.tote_code})."
        if scan.one("product") is not None:
            return _wrong(scan, want, f"{stop.name}: already {stop.picked} of {stop.qty}.").then(
                *now(pick_list, stop, pick_list.at_id))
        return _wrong(scan, want, "Wrong tote." if seen else "That is no tote.").then(*now(pick_list, stop, pick_list.at_id))
    service.finish_line(session, stop, pick_list.task, tote=stop.tote_code or "")
    return Verdict.accepted(f"Tote {stop.tote_number}, {stop.tote_color}: {stop.picked} {stop.name} for {stop.order_ref}",
                            effect={"step": "tote", "line": stop.id}).then(*_next(session, scan.ref, pick_list))


def _command(session: Session, scan: Scan, pick_list: OpenList, stop: Stop) -> Verdict:
    here = now(pick_list, stop, pick_list.at_id)
    if scan.command != "SHORT":
        return Verdict.no_use(*here)
    if rules.want(stop, pick_list.at_id) != "product":
        return Verdict.refused(f"Go to {stop.bin} and scan it first; then say it is short.").then(*here)
    if scan.choice and scan.choice not in rules.SHORT_BECAUSE:
        return Verdict("refused", f"Why are {stop.left} {stop.name} missing in {stop.bin}?", choices=_REASONS).then(*here)
    found = service.run_short(session, stop, pick_list.task, rules.SHORT_BECAUSE.get(scan.choice, ""))
    say = f"Short: {stop.left} {stop.name} are missing in {stop.bin}. The bin will be counted."
    hint = f"{found} are in other bins, they are on your list." if found else "The order waits for them."
    return Verdict.accepted(say, hint=hint, effect={"step": "short"}).then(*_next(session, scan.ref, pick_list))


_REASONS = tuple({"kind": kind, "ref": "CMD:SHORT", "label": label} for kind, label in rules.SHORT_BECAUSE.items())


def _wrong(scan: Scan, want: str, what: str) -> Verdict:
    named = f"You scanned {scan.what()}." if scan.things else f"Nobody knows the code {scan.what()}."
    return Verdict.refused(f"{what if scan.things else ''} {named} {want}".strip(),
                           seen=scan.things[0] if scan.things else None)


def _hint(stop: Stop) -> str:
    if stop.left:
        into = f", into tote {stop.tote_number}" if stop.tote_number else ""
        return f"{stop.left} more from {stop.bin}{into}."
    return f"Put them into tote {stop.tote_number}, {stop.tote_color}, and scan it."


# --- undo, and what is wanted now -------------------------------------------------------------------------------------


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """One step back along the walk."""
    step = effect["step"]
    if step == "short":
        raise Conflict("A short pick is settled by counting the bin, not by undo.")
    if step == "bin":
        service.reach(session, effect["list"], scan.ref, effect["was_at"], "")
        return Verdict.accepted("Bin taken back.").then(*_of(session, scan.ref))
    stop = queries.stop(session, effect["line"])
    if step == "tote":
        service.reopen_line(session, stop)
        say = f"Tote taken back for {stop.name}."
    else:
        service.put_back(session, stop, effect["units"])
        say = f"Taken back: {effect['units']} {stop.name}. Put {'it' if effect['units'] == 1 else 'them'} back into {stop.bin}."
    service.reach(session, stop.pick_list_id, scan.ref, stop.from_id, "")
    return Verdict.accepted(say).then(*_of(session, scan.ref))


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a pick task wants now. Raises NotFound for a cart or order nobody knows."""
    _ = holder
    next_, task = _of(session, ref)
    return {"next": next_, "task": task}


def lease(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """Claim a cart (or order), releasing work onto it if there is none yet. Raises Conflict if there is nothing."""
    scanning.lease(session, f"pick:{ref}", holder)
    if queries.open_list(session, ref) is None:
        if queries.is_cart(session, ref):
            waves.release_to_cart(session, ref)
        else:
            waves.release_order(session, ref)
    return wanted(session, ref, holder)


def _of(session: Session, ref: str) -> Now:
    pick_list = queries.open_list(session, ref)
    if pick_list is None:
        if not queries.known_task(session, ref):
            raise NotFound(f"There is no cart or order {ref}.", where="task")
        return _idle(ref)
    return now(pick_list, queries.next_stop(session, pick_list.id), pick_list.at_id)


def _next(session: Session, ref: str, before: OpenList) -> Now:
    """After a settled line: the list as it is now."""
    pick_list = queries.list_by_id(session, before.id)
    stop = queries.next_stop(session, before.id) if not pick_list.closed else None
    if stop is None:
        scanning.let_go(session, f"pick:{ref}")
    return now(pick_list, stop, pick_list.at_id)


def _idle(ref: str) -> Now:
    task = {"task": f"pick:{ref}", "kind": "pick", "title": ref, "finished": True}
    return wants("nothing", say="Nothing is released here."), task


def now(pick_list: OpenList, stop: Stop | None, at_id: int | None) -> Now:
    """What is wanted at this stop, and the task around it."""
    task = {"task": f"pick:{pick_list.task}", "kind": "pick", "title": pick_list.task + (marks(urgent=stop.urgent, fast=stop.fast) if stop else ""), "unit": "line",
            "stop": pick_list.lines_done, "stops": pick_list.lines, "finished": stop is None}
    if stop is None:
        return wants("nothing", say=f"{pick_list.task} is picked. Bring it to the pack bench."), task
    want = rules.want(stop, at_id)
    tote = None
    if stop.tote_id is not None:
        tote = {"code": stop.tote_code, "number": stop.tote_number, "color": stop.tote_color, "totes": len(rules.COLORS)}
    code = {"bin": stop.bin, "product": stop.serial or stop.lot or stop.sku, "tote": stop.tote_code}[want]
    return wants(want, code=code, bin=stop.bin, sku=stop.sku, name=stop.name, detail=stop.detail or None,
                 done=stop.picked, of=stop.qty, left=stop.left, tote=tote, order=stop.order_ref,
                 lot=stop.lot or None, serial=stop.serial or None, say=_say(stop, want)), task


def _say(stop: Stop, want: str) -> str:
    if want == "bin":
        return f"Go to {stop.bin}"
    if want == "product":
        which = f", serial {stop.serial}" if stop.serial else f", lot {stop.lot}" if stop.lot else ""
        return f"Take {stop.left} {stop.name} from {stop.bin}{which}"
    return f"Put {stop.name} into tote {stop.tote_number}, {stop.tote_color}"


def task_view(session: Session, ref: str, limit: int = 60) -> list[dict[str, Any]]:
    """The lines of the walk, for the screen's list."""
    pick_list = queries.open_list(session, ref)
    if pick_list is None:
        return []
    return [{"name": s.name, "sku": s.sku, "bin": s.bin, "done": s.picked, "of": s.qty, "state": state}
            for s, state in queries.stops(session, pick_list.id, limit)]
