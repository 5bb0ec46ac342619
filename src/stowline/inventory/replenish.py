"""The replenish task: units of one product from storage to its pick face, by scan.

Steps of `replenish:SKU`, leased by one person:

- want bin: the storage bin that the task names, or another one whose units may go first as well;
- want product: the product (its lot, its serial), until as many are in hand as are wanted; CMD:SHORT: the bin has fewer
  than the books say, it will be counted, and the rest is looked for elsewhere;
- want bin: the pick face; fewer units than wanted are taken there too. CMD:DONE: put back into the storage bin.

Nothing moves before the last scan. Then the next trip for the same product is wanted, or nothing. UNDO goes one scan
back.
"""

from datetime import date
from typing import Any

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import outbox
from stowline.core.errors import Refused
from stowline.inventory import fill, needs, queries, service, which
from stowline.inventory.events import StockMoved
from stowline.inventory.needs import Job
from stowline.inventory.queries import Lies
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Seen, Verdict, wants

Step = dict[str, Any]
Now = tuple[dict[str, Any], dict[str, Any]]


def task_of(sku: str) -> str:
    """The task that fills the pick faces of a product."""
    return f"replenish:{sku}"


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of a replenish task. Raises NotFound for a SKU nobody knows, Conflict while somebody else has the task."""
    product = catalog.product_by_sku(session, scan.ref)
    scanning.keep_lease(session, scan)
    step = scanning.step(session, scan.task, scan.holder)
    if scan.command:
        return _command(session, scan, step)
    job = None if step else needs.job_for(session, product.id or 0)
    if not step and job is None:
        return Verdict.conflict(f"The pick faces of {product.name} lack nothing now.").then(*_now(session, scan.ref, {}))
    seen = scan.one("bin", *(["product"] if step else []))
    if isinstance(seen, Verdict):
        return seen.then(*_now(session, scan.ref, step))
    if seen is None or seen.kind == "product":
        if job is not None:
            return _not(scan, f"Go to {job.source.code} and scan it first").then(*_now(session, scan.ref, {}))
        return _take(session, scan, step)
    if job is not None:
        return _stand(session, scan, job, seen)
    return _put(session, scan, step, seen)


# --- at the storage bin -----------------------------------------------------------------------------------------------


def _stand(session: Session, scan: Scan, job: Job, seen: Seen) -> Verdict:
    rows = needs.reserve_of(session, job.product_id)
    here = [row for row in rows if row.location_id == seen.ref]
    if not here:
        return Verdict.refused(f"No reserve of {job.name} lies in {seen.label}. Go to {job.source.code}.", seen=seen).then(
            *_now(session, scan.ref, {}))  # fmt: skip
    first = min((row.ends or date.max for row in rows), default=date.max)
    if min(row.ends or date.max for row in here) > first:
        return Verdict.refused(f"What lies in {seen.label} ends later. Take it from {job.source.code}: it ends {first}.",
                               seen=seen).then(*_now(session, scan.ref, {}))  # fmt: skip
    step = _step(job, seen, min(job.refill.units, sum(row.qty for row in here)))
    scanning.set_step(session, scan.task, scan.holder, step)
    return Verdict.accepted(f"You stand at {seen.label}", effect={"was": {}}).then(*_now(session, scan.ref, step))


def _step(job: Job, seen: Seen, units: int) -> Step:
    face = job.refill.face
    return {"product": job.product_id, "sku": job.sku, "name": job.name, "units": units, "from": seen.ref, "bin": seen.label,
            "to": face.location_id, "face": face.code, "why": job.refill.why, "hand": []}  # fmt: skip


def _take(session: Session, scan: Scan, step: Step) -> Verdict:
    seen = which.product(session, scan, step["from"])
    if isinstance(seen, Verdict):
        return seen.then(*_now(session, scan.ref, step))
    if seen is None or seen.ref != step["product"]:
        return _not(scan, f"Scan {step['name']} from {step['bin']}").then(*_now(session, scan.ref, step))
    units = scan.units_of(seen)
    row = which.units(session, scan, seen, step["from"], units)
    if isinstance(row, Verdict):
        return row.then(*_now(session, scan.ref, step))
    problem = _later(session, step, row) or _too_many(step, row, units)
    if problem:
        return Verdict.refused(problem, seen=seen).then(*_now(session, scan.ref, step))
    after = {**step, "hand": _with(step["hand"], row, units)}
    scanning.set_step(session, scan.task, scan.holder, after)
    return Verdict.accepted(f"{step['name']}: {_taken(after)} of {step['units']} in hand", effect={"was": step}).then(
        *_now(session, scan.ref, after))  # fmt: skip


def _taken(step: Step) -> int:
    return sum(item["units"] for item in step["hand"])


def _with(hand: list[Step], row: Lies, units: int) -> list[Step]:
    before = sum(item["units"] for item in hand if (item["lot"], item["serial"]) == (row.lot, row.serial))
    rest = [item for item in hand if (item["lot"], item["serial"]) != (row.lot, row.serial)]
    return [*rest, {"lot": row.lot, "serial": row.serial, "units": before + units}]


def _later(session: Session, step: Step, row: Lies) -> str:
    """Why other units must go first: they end sooner, where the product says so."""
    if not catalog.product(session, step["product"]).fefo:
        return ""
    mine = {(item["lot"], item["serial"]): item["units"] for item in step["hand"]}
    rows = [one for one in needs.reserve_of(session, step["product"])
            if one.location_id != step["from"] or one.qty > mine.get((one.lot, one.serial), 0)]  # fmt: skip
    first = min(rows, key=lambda one: one.ends or date.max, default=None)
    if first is None or (row.expires_on or date.max) <= (first.ends or date.max):
        return ""
    return f"Take {first.serial or f'lot {first.lot}'} from {first.code} first: it ends {first.ends}."


def _too_many(step: Step, row: Lies, units: int) -> str:
    mine = sum(item["units"] for item in step["hand"] if (item["lot"], item["serial"]) == (row.lot, row.serial))
    if mine + units > row.qty - row.bound:
        return f"{row.qty - row.bound:,} of {step['name']} are free in {step['bin']} by the books, not {mine + units:,}."
    if _taken(step) + units > step["units"]:
        return f"{step['name']}: {step['units']:,} are wanted, you hold {_taken(step):,}. Take them to {step['face']}."
    return ""


# --- at the pick face -------------------------------------------------------------------------------------------------


def _put(session: Session, scan: Scan, step: Step, seen: Seen) -> Verdict:
    if not step["hand"]:
        return Verdict.refused(f"Take {step['units']:,} {step['name']} from {step['bin']} first.", seen=seen).then(
            *_now(session, scan.ref, step))  # fmt: skip
    if seen.ref not in needs.faced(session, step["product"]):
        return Verdict.refused(f"{seen.label} is no pick face of {step['name']}. Put them into {step['face']}.", seen=seen).then(
            *_now(session, scan.ref, step))  # fmt: skip
    service.lock_levels(session, [step["product"]])
    goods = sorted(step["hand"], key=lambda item: (item["lot"], item["serial"]))
    for item in goods:
        there, bound = queries.quantity(session, step["product"], step["from"], "good", item["lot"], item["serial"])
        if there - bound < item["units"]:
            scanning.set_step(session, scan.task, scan.holder, {})
            return Verdict.conflict(f"{there - bound:,} free {step['name']} lie in {step['bin']} by now, not {item['units']:,}."
                                    " Put them back and begin again.").then(*_now(session, scan.ref, {}))  # fmt: skip
    for item in goods:
        fit = fill.room(session, seen.ref, step["product"], item["lot"], lock=True)
        fit_or_refuse(fit, item["units"], step["name"])
        _move(session, step, item, step["from"], seen.ref, "replenish")
    scanning.set_step(session, scan.task, scan.holder, {})
    units = _taken(step)
    outbox.record(session, StockMoved(step["sku"], step["name"], units, step["bin"], seen.label))
    next_, task = _now(session, scan.ref, {})
    if task["finished"]:
        scanning.let_go(session, scan.task)
    return Verdict.accepted(f"{units:,} {step['name']}: from {step['bin']} to {seen.label}",
                            effect={"was": step, "to": seen.ref}).then(next_, task)  # fmt: skip


def fit_or_refuse(fit: fill.Fit, units: int, name: str) -> None:
    """Raises Refused, so that nothing of the rest moves either, if the units do not fit."""
    if not fit.takes(units):
        raise Refused(f"{units:,} {name} cannot go there: {fit.why}. Take them to another pick face, or press “Put back”.")


def _move(session: Session, step: Step, item: Step, from_id: int, to_id: int, because: str) -> None:
    service.move(session, product_id=step["product"], from_id=from_id, to_id=to_id, qty=item["units"], because=because,
                 lot=item["lot"], serial=item["serial"])  # fmt: skip


# --- commands and undo ------------------------------------------------------------------------------------------------


def _command(session: Session, scan: Scan, step: Step) -> Verdict:
    if scan.command == "DONE" and step:
        scanning.set_step(session, scan.task, scan.holder, {})
        return Verdict.accepted(f"Put {_taken(step):,} back into {step['bin']}.", effect={"was": step}).then(
            *_now(session, scan.ref, {}))  # fmt: skip
    if scan.command == "SHORT" and step:
        return _short(session, scan, step)
    next_, task = _now(session, scan.ref, step)
    if scan.command == "SHORT" and next_["want"] == "bin":
        say = f"You do not stand at {next_['bin']} yet. Scan it first; if too few lie there, press “Short” then."
        return Verdict.refused(say).then(next_, task)
    return Verdict.no_use(next_, task)


def _short(session: Session, scan: Scan, step: Step) -> Verdict:
    """Fewer lie there than the books say: the bin is counted, what is in hand goes on, the rest comes from elsewhere."""
    taken = _taken(step)
    missing = step["units"] - taken
    if not missing:
        return Verdict.refused("All that is wanted is in your hand.").then(*_now(session, scan.ref, step))
    lots = sorted({row.lot for row in needs.reserve_of(session, step["product"]) if row.location_id == step["from"]})
    for lot in lots or [""]:
        service.ask_for_count(session, product_id=step["product"], location_id=step["from"], lot=lot,
                              why=f"Replenishing: {missing} of {step['units']} missing", kind="surprise")  # fmt: skip
    after = {**step, "units": taken} if taken else {}
    scanning.set_step(session, scan.task, scan.holder, after)
    return Verdict.accepted(f"{missing:,} {step['name']} are missing in {step['bin']}. The bin will be counted.").then(
        *_now(session, scan.ref, after))  # fmt: skip


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """One scan back: what was put into the face is in hand again, what was taken is back in storage."""
    was = effect["was"]
    if "to" in effect:
        for item in was["hand"]:
            _move(session, was, item, effect["to"], was["from"], "undo")
    scanning.set_step(session, scan.task, scan.holder, was)
    say = f"Taken out again: {_taken(was):,} {was['name']} in hand" if "to" in effect else "One step back"
    return Verdict.accepted(f"{say}.").then(*_now(session, scan.ref, was))


# --- what is wanted ---------------------------------------------------------------------------------------------------


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a replenish task wants from this holder. Raises NotFound for a SKU nobody knows."""
    next_, task = _now(session, ref, scanning.step(session, task_of(ref), holder))
    return {"next": next_, "task": task}


def _now(session: Session, sku: str, step: Step) -> Now:
    job = None if step else needs.job_for(session, catalog.product_by_sku(session, sku).id or 0)
    title = step["name"] if step else job.name if job else catalog.product_by_sku(session, sku).name
    task = {"task": task_of(sku), "kind": "replenish", "title": f"Replenish {title}", "finished": not step and job is None}
    if step:
        return _at(step), task
    if job is None:
        return wants("nothing", say=f"The pick faces of {title} have what they need, or storage has no more."), task
    return first_step(job), task


def first_step(job: Job) -> dict[str, Any]:
    """What a trip wants first: the storage bin."""
    bin_ = job.source.code
    return wants("bin", code=bin_, bin=bin_, sku=job.sku, name=job.name, left=job.units, lot=job.source.lot or None, say=say(job))


def say(job: Job) -> str:
    """The trip as a sentence without its full stop: "Take 24 Mug from S-01 to A-03-2: 30 are promised, …"."""
    source = job.source
    lot = f", serial {source.serial}" if source.serial else f", lot {source.lot}" if source.lot else ""
    return f"Take {job.units:,} {job.name}{lot} from {source.code} to {job.refill.face.code}: {job.refill.why}"


def _at(step: Step) -> dict[str, Any]:
    taken = _taken(step)
    what = {"sku": step["sku"], "name": step["name"], "done": taken, "of": step["units"]}
    if taken < step["units"]:
        left = step["units"] - taken
        some = f"{left:,} more" if taken else f"{left:,}"
        bring = f", or bring these to {step['face']}" if taken else ""
        return wants("product", code=step["sku"], bin=step["bin"], left=left, **what,
                     say=f"Take {some} {step['name']} from {step['bin']}{bring}")  # fmt: skip
    return wants("bin", code=step["face"], bin=step["face"], **what,
                 say=f"Put {taken:,} {step['name']} into {step['face']}: {step['why']}")  # fmt: skip


def task_view(session: Session, ref: str) -> list[dict[str, Any]]:
    """A trip has one line, which the screen shows as it is."""
    _ = session, ref
    return []


def _not(scan: Scan, want: str) -> Verdict:
    if scan.things:
        return Verdict.refused(f"You scanned {scan.what()}. {want}.", seen=scan.things[0])
    return Verdict.refused(f"Nobody knows the code {scan.what()}. {want}.")
