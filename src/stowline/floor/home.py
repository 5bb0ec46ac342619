"""What "get work" shows: one suggestion, and a tile for each kind of work with its number."""

from typing import Any

from sqlmodel import Session

from stowline.backorders import shelf_reads as shelf
from stowline.core import clock, web
from stowline.core.access import Identity, may
from stowline.floor import scans, work
from stowline.inventory import needs, to_count
from stowline.inventory import queries as stock
from stowline.inventory.refill import PROMISED
from stowline.orders import queries as orders
from stowline.packing import queries as packing
from stowline.picking import queries as picking
from stowline.receiving import queries as receiving
from stowline.returns import queries as returns
from stowline.scanning.service import Holder
from stowline.shipping import queries as shipping

TITLES = {"pick": "Pick", "pack": "Pack", "receive": "Receive", "putaway": "Put away", "handover": "Hand over",
          "count": "Count", "replenish": "Replenish", "return": "Returns"}
LISTS = {"pick": "Carts to pick", "pack": "Totes to pack", "receive": "Goods at the dock", "putaway": "Put away",
         "handover": "Manifests", "count": "Bins to count", "replenish": "Pick faces to fill", "return": "Returns here"}
# kind: title, what it is, icon. Work that is done when it is seen to be needed; it stands behind one tile.
OTHER = {
    "move": ("Move", "Units from bin to bin", "moved"),
    "quarantine": ("Quarantine", "Put units apart, so that nobody is sold them", "hold"),
    "release": ("Release", "Units in quarantine are good after all", "tick"),
    "scrap": ("Scrap", "Units that nobody can sell leave the books", "cross"),
}
Tile = dict[str, Any]


def tiles(session: Session, who: Identity) -> list[Tile]:
    """A tile for each kind of work that this person may do."""
    made = [_pick(session), _pack(session), _receive(session), _putaway(session), _replenish(session), _handover(session),
            _count(session), _return(session)]
    allowed = [tile for tile in made if may(who, scans.PERMISSIONS[tile["kind"]])]
    rest = others(who)
    if rest:
        soft = ", ".join(row["say"].lower() for row in rest)
        allowed.append({"kind": "other", "title": "Other work", "n": None, "unit": "", "soft": soft, "href": "/floor/other",
                        "icon": "list"})  # fmt: skip
    return allowed


def others(who: Identity) -> list[Tile]:
    """The other kinds of work that this person may do, as rows of a list."""
    return [{"task": f"{kind}:", "say": title, "soft": soft, "icon": icon, "href": f"/floor/task/{kind}:", "holder": None,
             "mine": False, "lease": False}
            for kind, (title, soft, icon) in OTHER.items() if may(who, scans.PERMISSIONS[kind])]  # fmt: skip


def _tile(kind: str, n: int, unit: str, soft: str) -> Tile:
    href = "/floor/task/putaway:" if kind == "putaway" else f"/floor/tasks?kind={kind}"
    return {"kind": kind, "title": TITLES[kind], "n": n, "unit": unit, "soft": soft, "href": href, "icon": icon(kind)}


def _pick(session: Session) -> Tile:
    open_lists = picking.open_lists(session, limit=50)
    ready = orders.count_in_state(session, "allocated", 1000)
    lines = sum(one.lines - one.lines_done for one in open_lists)
    soft = f"{work.counted(lines, 'line')} released" if lines else ""
    waiting = f"{ready} {'order' if ready == 1 else 'orders'} ready for a cart" if ready else ""
    whole = len(picking.ready_on_shelf(session, limit=200)) if ready else 0
    waiting += f", {whole:,} complete on the shelf" if whole else ""
    carts = len(open_lists) + (len(picking.free_carts(session, limit=20)) if ready else 0)
    return _tile("pick", carts, "cart" if carts == 1 else "carts", ", ".join(filter(None, (soft, waiting))) or "nothing is ready")


def _pack(session: Session) -> Tile:
    waiting = packing.waiting(session, limit=200)
    n = len(waiting)
    oldest = min((order.placed_at for order in waiting), default=None)
    soft = f"oldest placed {_days(oldest)}" if oldest else "nothing is picked"
    return _tile("pack", n, "order" if n == 1 else "orders", soft)


def _days(since: Any) -> str:  # noqa: ANN401  (a moment)
    days = (clock.now() - since).days
    return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"


def _receive(session: Session) -> Tile:
    found = receiving.open_orders(session, limit=50)
    soft = f"next: {found[0].ref} from {found[0].supplier}" if found else "nothing is expected"
    return _tile("receive", len(found), "order" if len(found) == 1 else "orders", soft)


def _putaway(session: Session) -> Tile:
    found, kept = stock.at_dock(session, unfit=True, limit=200), shelf.to_shelve(session, limit=200)
    units, many = sum(item.qty for item in found) + sum(one.units for one in kept), len(found) + len({one.product_id for one in kept})
    soft = f"{work.counted(units, 'unit')} at the dock" if many else "the dock is clear"
    if kept:
        soft += f", {work.counted(sum(one.units for one in kept), 'unit')} for the shelf"
    return _tile("putaway", many, "product" if many == 1 else "products", soft)


def _replenish(session: Session) -> Tile:
    found = needs.needed(session, limit=50)
    urgent = sum(one.urgency == PROMISED for one in found)
    soft = f"{urgent} for promised orders" if urgent else "before they run out" if found else "every pick face has enough"
    return _tile("replenish", len(found), "product" if len(found) == 1 else "products", soft)


def _handover(session: Session) -> Tile:
    counts = shipping.ready_counts(session)
    n = sum(counts.values())
    return _tile("handover", n, "parcel" if n == 1 else "parcels", "in the ship lane" if n else "the lane is clear")


def _count(session: Session) -> Tile:
    n = to_count.waiting(session)
    return _tile("count", n, "bin" if n == 1 else "bins", "picking goes on meanwhile" if n else "no bin waits")


def _return(session: Session) -> Tile:
    here, coming = len(returns.to_do(session, limit=200)), returns.awaited_count(session)
    soft = f"{coming:,} on their way or approved" if coming else "none is on its way"
    tile = _tile("return", here, "return" if here == 1 else "returns", soft)
    return tile if here else {**tile, "href": "/floor/task/return:"}


def suggested(session: Session, who: Identity, holder: Holder) -> Tile | None:
    """What to do next: the task this person has in hand, else the work that is nearest to the shopper's door."""
    mine = work.held_by(session, holder)
    if mine is not None:
        return {"title": mine["title"], "say": mine["say"], "href": _href(mine), "icon": icon(mine["kind"]), "take": False, "urgent": False}
    for kind, urgent in _offers(session):
        if not may(who, scans.PERMISSIONS[kind]):
            continue
        items, _ = work.tasks(session, kind, holder, "", 10)
        free = next((item for item in items if not item["holder"] and item["urgent"] >= urgent), None)
        if free is not None:
            href = _href(free) if kind == "putaway" else _take(free)
            return {"title": TITLES[kind], "say": free["say"], "href": href, "icon": icon(kind), "take": kind != "putaway", "urgent": free["urgent"]}
    return None


def _offers(session: Session) -> list[tuple[str, bool]]:
    """Kinds of work to offer, first first; with True only what is of an urgent order."""
    urgent = [("pack", True), ("pick", True)] if orders.any_urgent(session) else []
    return [*urgent, *((kind, False) for kind in _nearest_first(session))]


def _nearest_first(session: Session) -> tuple[str, ...]:
    """Kinds of work, the nearest to the shopper's door first. Pick faces come before the dock if orders need them now."""
    faces = needs.needed(session, limit=1)
    early = ("replenish",) if faces and faces[0].urgency == PROMISED else ()
    return ("handover", "pack", "pick", *early, "putaway", "receive", "return", "replenish", "count")


def icon(kind: str) -> str:
    """The drawing of a kind of work."""
    return OTHER[kind][2] if kind in OTHER else {"replenish": "moved", "return": "receive"}.get(kind, kind)


def _href(item: Tile) -> str:
    return f"/floor/task/{web.segment(item['task'])}"


def _take(item: Tile) -> str:
    """Where a POST takes this work: a manifest is opened, anything else is claimed."""
    if item["task"] == "handover:":
        return f"/floor/manifests/{web.segment(item['carrier'])}"
    return f"{_href(item)}/lease"
