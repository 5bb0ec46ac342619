"""The work there is: for "get work" on a tablet, for robots, and the lease on a task."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

from sqlmodel import Session

from stowline.backorders import shelf_reads as shelf
from stowline.core.errors import BadRequest, Conflict, Refused
from stowline.inventory import counting, needs, quarantine, replenish, to_count
from stowline.inventory import queries as stock
from stowline.orders import queries as orders
from stowline.orders.queries import URGENT
from stowline.packing import bench
from stowline.packing import queries as packing
from stowline.picking import queries as picking
from stowline.picking import walk
from stowline.receiving import dock, putaway
from stowline.receiving import queries as receiving
from stowline.returns import dock as returns_dock
from stowline.returns import queries as returns
from stowline.scanning import queries as scans
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder
from stowline.shipping import lane
from stowline.shipping import queries as shipping
from stowline.shipping.service import carrier_name
from stowline.stores import queries as stores

Item = dict[str, Any]
SHARED = ("putaway", "look", "move", "scrap", "quarantine", "release", "return")  # nobody holds these; each has their own hand


def tasks(session: Session, kind: str, holder: Holder, after: str, limit: int) -> tuple[list[Item], str | None]:
    """Tasks of a kind with what each wants next, and the cursor of the next page. Raises BadRequest."""
    listed = partial(_count, holder) if kind == "count" else _LISTS.get(kind)
    if listed is None:
        known = ", ".join([*_LISTS, "count"])
        raise BadRequest(f"There is no kind of task {kind or 'without name'}. There are: {known}.", where="kind")
    items, following = listed(session, after, limit)
    held = scans.leases(session, [item["task"] for item in items])
    for item in items:
        lease = held.get(item["task"])
        item.setdefault("urgent", False)
        item["holder"], item["until"] = (lease.label, lease.until) if lease else (None, None)
        if "next" not in item:
            item["next"] = scanning.wanted(session, item["task"], holder)["next"]
    return items, following


def _receive(session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
    found = receiving.open_orders(session, after=_number(after), limit=limit)
    items = [{"task": f"receive:{order.ref}", "kind": "receive", "say": f"{order.ref} from {order.supplier}"}
             for order in found]
    return items, str(found[-1].id) if len(found) == limit else None


def _putaway(session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
    _ = after, limit
    if not (shelf.to_shelve(session, limit=1) or stock.at_dock(session, unfit=True, limit=1)):
        return [], None
    return [{"task": putaway.TASK, "kind": "putaway", "say": "Goods stand at the dock"}], None


def _urgent_first(listed: Callable[..., tuple[list[Item], str | None]]) -> Callable[[Session, str, int], tuple[list[Item], str | None]]:
    """The same work in two rounds: what is of an urgent order, then the rest. The page marker `urgent:…` is of the first."""

    def rounds(session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
        items: list[Item] = []
        if not after or after.startswith("urgent:"):
            items, following = listed(session, after.removeprefix("urgent:"), limit, urgent=True)
            items = [item | {"urgent": True} for item in items]
            if following:
                return items, f"urgent:{following}"
            after = ""
        rest, following = listed(session, after, limit - len(items), urgent=False)
        return [*items, *rest], following

    return rounds


def _pick(session: Session, after: str, limit: int, *, urgent: bool) -> tuple[list[Item], str | None]:
    """Open pick lists, then orders that are complete on the backorder shelf, then free carts; the page marker says in
    which of the three it stands (`shelf:ORDER`, `cart:CODE`).
    """
    part, _, mark = after.partition(":") if after.startswith(("shelf:", "cart:")) else ("", "", after)
    items: list[Item] = []
    if not part:
        lists = picking.open_lists(session, after=mark, limit=limit, urgent=urgent)
        items += [{"task": f"pick:{one.task}", "kind": "pick", "say": f"{one.task}: {counted(one.lines - one.lines_done, 'line')} to pick"}
                  for one in lists]
        if len(items) == limit:
            return items, lists[-1].task
    if part != "cart":
        whole = picking.ready_on_shelf(session, after=_number(mark) if part else 0, limit=limit - len(items), urgent=urgent)
        items += [{"task": f"pick:{one.task}", "kind": "pick", "say": f"Order {one.order} is complete in {one.slot}",
                   "next": {"want": "lease", "order": one.order, "bin": one.slot, "say": "Pick it by hand"}} for one in whole]
        if len(items) == limit:
            return items, f"shelf:{whole[-1].order_id}"
    first = picking.ready_orders(session, limit=1)
    if not first or (first[0].priority == URGENT) != urgent:
        return items, None
    return _carts(session, items, mark if part == "cart" else "", limit)


def _carts(session: Session, items: list[Item], after: str, limit: int) -> tuple[list[Item], str | None]:
    carts = picking.free_carts(session, after=after, limit=limit - len(items))
    items += [{"task": f"pick:{cart.code}", "kind": "pick", "say": f"{cart.code} is free: take a wave",
               "next": {"want": "lease", "say": "Take the cart"}} for cart in carts]
    return items, f"cart:{carts[-1].code}" if carts and len(items) == limit else None


def _pack(session: Session, after: str, limit: int, *, urgent: bool | None = None) -> tuple[list[Item], str | None]:
    found = packing.waiting(session, after=_number(after), limit=limit, urgent=urgent)
    keys = {store.id: store.key for store in stores.all_stores(session)}
    items = []
    for order in found:
        name = order.tote if order.tote and order.state == "picked" else f"{keys[order.store_id]}/{order.order_ref}"
        items.append({"task": f"pack:{name}", "kind": "pack", "say": f"Order {order.order_ref}", "since": order.placed_at})
    return items, str(found[-1].order_id) if len(found) == limit else None


def of_order(session: Session, ref: str) -> str | None:
    """The task that an order's code leads to: at the pack bench, or by hand from its slot of the shelf; None if neither.

    Raises NotFound, or Conflict where stores share the ref.
    """
    order_id = orders.by_ref(session, ref).id or 0
    at_bench, _ = _pack(session, str(order_id - 1), 1)
    if at_bench and packing.waiting(session, after=order_id - 1, limit=1)[0].order_id == order_id:
        return str(at_bench[0]["task"])
    whole = picking.ready_on_shelf(session, after=order_id - 1, limit=1)
    return f"pick:{whole[0].task}" if whole and whole[0].order_id == order_id else None


def _handover(session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
    manifests = shipping.open_manifests(session, after=_number(after), limit=limit)
    items: list[Item] = [{"task": f"handover:{m.ref}", "kind": "handover", "carrier": m.carrier,
                          "say": f"{m.ref}, {carrier_name(m.carrier)}"} for m in manifests]
    if not after:
        open_for = {m.carrier for m in manifests}
        items += [{"task": "handover:", "kind": "handover", "carrier": carrier,
                   "say": f"{counted(n, 'parcel')} for {carrier_name(carrier)}", "next": {"want": "manifest", "carrier": carrier}}
                  for carrier, n in shipping.ready_counts(session).items() if carrier not in open_for]
    return items, str(manifests[-1].id) if len(manifests) == limit else None


def _replenish(session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
    """Trips from storage to pick faces, the most urgent first. The page marker is urgency, missing units, product."""
    marks = [_number(part) for part in after.split(".")] if after else []
    if len(marks) not in (0, 3):
        raise BadRequest("That page marker cannot be read. Start again from the first page.", where="after")
    limit = min(limit, 20)  # each trip is planned by itself
    found = needs.needed(session, after=(marks[0], -marks[1], marks[2]) if marks else None, limit=limit)
    trips = [trip for trip in (needs.job(session, one) for one in found) if trip]
    items: list[Item] = [{"task": replenish.task_of(trip.sku), "kind": "replenish", "say": f"{trip.name} to {trip.refill.face.code}",
                          "next": replenish.first_step(trip)} for trip in trips]
    last = found[-1] if len(found) == limit else None
    return items, f"{last.urgency}.{-last.lacks}.{last.product_id}" if last else None


def _standing(kind: str, say: str) -> Callable[[Session, str, int], tuple[list[Item], str | None]]:
    """Work that is always there, because only a person sees that it is needed."""

    def listed(session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
        _ = session, after, limit
        return [{"task": f"{kind}:", "kind": kind, "say": say}], None

    return listed


def _release(session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
    _ = after, limit
    apart = stock.set_apart(session, limit=200)
    say = f"{counted(sum(row.qty for row in apart), 'unit')} in quarantine"
    return [{"task": "release:", "kind": "release", "say": say}] if apart else [], None


def _return(session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
    """Returns that are here, longest first; and the bench itself, where the next one is scanned."""
    here = returns.to_do(session, after=_number(after), limit=limit)
    items: list[Item] = [{"task": f"return:{one.ref}", "kind": "return", "say": f"{one.ref} of order {one.order_ref}", "since": one.received_at} for one in here]
    if not after and (here or returns.awaited_count(session, at_most=1)):
        items.insert(0, {"task": "return:", "kind": "return", "say": "Take in what came back"})
    return items, str(here[-1].id) if len(here) == limit else None


def _count(holder: Holder, session: Session, after: str, limit: int) -> tuple[list[Item], str | None]:
    """Bins to count, without those that this holder counted first. The page marker is urgency, place on the walk, bin."""
    marks = [_number(part) for part in after.split(".")] if after else []
    if len(marks) not in (0, 3):
        raise BadRequest("That page marker cannot be read. Start again from the first page.", where="after")
    found = to_count.bins(session, holder, (marks[0], marks[1], marks[2]) if marks else None, limit)
    items: list[Item] = [{"task": f"count:{row.code}", "kind": "count", "say": f"Count {row.code}",
                          "next": {"want": "bin", "code": row.code, "bin": row.code, "say": f"Zone {row.zone}" if row.zone else ""}}
                         for row in found]
    last = found[-1] if len(found) == limit else None
    return items, f"{last.priority}.{last.sequence}.{last.id}" if last else None


_LISTS: dict[str, Callable[[Session, str, int], tuple[list[Item], str | None]]] = {
    "receive": _receive, "putaway": _putaway, "replenish": _replenish, "pick": _urgent_first(_pick), "pack": _urgent_first(_pack), "handover": _handover,
    "scrap": _standing("scrap", "Scrap what nobody can sell"), "release": _release, "return": _return,
    "quarantine": _standing("quarantine", "Put units apart, so that nobody is sold them"),
}


def counted(n: int, what: str) -> str:
    """A number of things in words: "1 line", "1,200 lines"."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _number(after: str) -> int:
    if not after:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) < 18):
        raise BadRequest("That page marker cannot be read. Start again from the first page.", where="after")
    return int(after)


def lease(session: Session, task: str, holder: Holder) -> Item:
    """Claim a task: `{"task", "holder", "until", "next"}`. A free cart gets its wave now.

    Raises NotFound, Refused, or Conflict while another holder has it or if there is nothing to do.
    """
    kind, _, ref = task.partition(":")
    if kind == "pick":
        now = walk.lease(session, ref, holder)
    else:
        now = scanning.wanted(session, task, holder)
        if kind not in SHARED and task != counting.TASK:  # at the dock everybody works side by side
            with suppress(Conflict) if kind == "receive" else nullcontext():
                scanning.lease(session, task, holder)
    held = scans.holder_of(session, task)
    return {"task": task, "holder": held.label if held else holder.name, "until": held.until if held else None,
            "next": now["next"]}


def give_back(session: Session, task: str, holder: Holder) -> None:
    """Let a task go that this holder has, for anybody to take; what is done of it stays done. Of `count:` it is the bin
    that is being counted.
    """
    task = counting.at_hand(session, holder) if task == counting.TASK else task
    held = scans.holder_of(session, task)
    if held is not None and held.holder == holder.key:
        scanning.let_go(session, task)


_VIEWS = {"receive": dock.task_view, "putaway": putaway.task_view, "pick": walk.task_view,
          "pack": bench.task_view, "handover": lane.task_view,
          "release": lambda session, _ref: quarantine.apart_now(session), "return": returns_dock.task_view}


def lines(session: Session, task: str, holder: Holder) -> list[Item]:
    """The lines of a task, for the list on its screen; of a count those of this holder. None where the task is gone."""
    kind, _, ref = task.partition(":")
    view = partial(counting.task_view, holder=holder) if kind == "count" else _VIEWS.get(kind)
    try:
        return view(session, ref) if view else []
    except Refused:
        return []


def held_by(session: Session, holder: Holder) -> Item | None:
    """The task this holder has goods in hand of, else one claimed and not finished: `{"task", "kind", "title", "say"}`."""
    claimed = [lease_.task for lease_ in scans.leases_of(session, holder.key)]
    begun = [task for task in scans.begun_by(session, holder.key) if task not in claimed]
    taken = scans.leases(session, begun)
    for task in [task for task in begun if task not in taken] + claimed:
        try:
            now = scanning.wanted(session, task, holder)
        except Refused:
            continue
        if not now["task"]["finished"] and (task in claimed or now["next"].get("left")):
            return {"task": task, "kind": now["task"]["kind"], "title": now["task"]["title"],
                    "say": now["next"].get("say", "You have this task.")}
    return None
