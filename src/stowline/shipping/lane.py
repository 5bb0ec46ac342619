"""The handover task: parcels of one carrier, scanned onto its van.

Steps of `handover:MANIFEST`: want parcel (its code, tracking number or SSCC), one after another; CMD:DONE closes the
manifest. A parcel without label, of another carrier, or handed over already is refused.
"""

from typing import Any

from sqlmodel import Session

from stowline.core.errors import Conflict
from stowline.packing import queries as packing
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Verdict, wants
from stowline.shipping import queries, service
from stowline.shipping.models import Manifest

Now = tuple[dict[str, Any], dict[str, Any]]


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of a handover task."""
    manifest = queries.by_ref(session, scan.ref)
    scanning.keep_lease(session, scan)
    if manifest.closed_at is not None:
        return Verdict.conflict(f"Manifest {manifest.ref} is closed. Open a new one.").then(*now(session, manifest))
    if scan.command:
        return _command(session, scan, manifest)
    seen = scan.one("parcel")
    if isinstance(seen, Verdict):
        return seen.then(*now(session, manifest))
    if seen is None:
        named = f"You scanned {scan.what()}." if scan.things else f"Nobody knows the code {scan.what()}."
        return Verdict.refused(f"{named} Scan a parcel's label.", seen=scan.things[0] if scan.things else None).then(
            *now(session, manifest))
    parcel = packing.lock(session, seen.ref)
    label = queries.live_label(session, seen.ref)
    if parcel.state == "handed_over":
        return Verdict.refused(f"{parcel.code} is handed over already.", seen=seen).then(*now(session, manifest))
    if label is None:
        return Verdict.refused(f"{parcel.code} has no label yet. Bring it back to the pack bench.", seen=seen).then(
            *now(session, manifest))
    if label.carrier != manifest.carrier:
        return Verdict.refused(f"{parcel.code} goes with {label.carrier}, not with {manifest.carrier}.", seen=seen).then(
            *now(session, manifest))
    service.hand_over(session, manifest, parcel)
    next_, task = now(session, manifest)
    say = f"{parcel.code} handed over, {task['stop']} on {manifest.ref}"
    return Verdict.accepted(say, hint=next_["say"], effect={"parcel": parcel.id}).then(next_, task)


def _command(session: Session, scan: Scan, manifest: Manifest) -> Verdict:
    if scan.command != "DONE":
        return Verdict.no_use(*now(session, manifest))
    n = service.close_manifest(session, manifest)
    scanning.let_go(session, scan.task)
    return Verdict.accepted(f"{manifest.ref} is closed with {n} {'parcel' if n == 1 else 'parcels'}.", effect={"closed": manifest.id}).then(
        *now(session, manifest))


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """Take the last parcel off the van, or open the manifest again."""
    manifest = queries.by_ref(session, scan.ref)
    if "closed" in effect:
        service.reopen_manifest(session, manifest)
        return Verdict.accepted(f"{manifest.ref} is open again.").then(*now(session, manifest))
    if manifest.closed_at is not None:
        raise Conflict(f"{manifest.ref} is closed: the carrier has its parcels.")
    parcel = packing.lock(session, effect["parcel"])
    service.take_back(session, parcel)
    return Verdict.accepted(f"{parcel.code} is back in the ship lane.").then(*now(session, manifest))


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a handover task wants now. Raises NotFound for an unknown manifest."""
    _ = holder
    next_, task = now(session, queries.by_ref(session, ref))
    return {"next": next_, "task": task}


def now(session: Session, manifest: Manifest) -> Now:
    """What is wanted in the ship lane for this manifest."""
    done = queries.parcels_on(session, manifest.id or 0)
    waiting = [] if manifest.closed_at else queries.ready(session, manifest.carrier, limit=1)
    task = {"task": f"handover:{manifest.ref}", "kind": "handover", "title": f"Hand over {manifest.ref}", "stop": done,
            "stops": done + queries.ready_counts(session).get(manifest.carrier, 0), "unit": "parcel",
            "finished": manifest.closed_at is not None}
    if manifest.closed_at is not None:
        return wants("nothing", carrier=manifest.carrier, say=f"{manifest.ref} is closed."), task
    if not waiting:
        return wants("command", code="CMD:DONE", carrier=manifest.carrier, say="No more parcels wait. Press “All loaded”"), task
    return wants("parcel", code=waiting[0].code, parcel=waiting[0].code, carrier=manifest.carrier,
                 say=f"Scan the label of {waiting[0].code}, or of any other"), task


def task_view(session: Session, ref: str, limit: int = 60) -> list[dict[str, Any]]:
    """Parcels on the van and in the lane, for the screen's list."""
    manifest = queries.by_ref(session, ref)
    waiting = [] if manifest.closed_at else queries.ready(session, manifest.carrier, limit=limit)
    on = queries.parcels_of_manifest(session, manifest.id or 0, limit)
    rows = [(p, 0) for p in waiting] + [(p, 1) for p in on]
    return [{"name": f"Parcel {p.code}", "sku": p.code, "bin": None, "done": n, "of": 1,
             "state": "done" if n else "open"} for p, n in rows[:limit]]
