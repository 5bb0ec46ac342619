"""Who reacts to what, on one page.

Four tables: an event and its reactions (later, by workers), a fact and its hooks (now, in the caller's session), a
task's kind and its workflow, a timer and its verb. Rooms know only those above them; what runs the other way is here.
"""

from collections.abc import Callable

from stowline.allocation import service as allocation
from stowline.backorders import service as backorders
from stowline.core import hooks, outbox, tidy, timers
from stowline.floor import look
from stowline.inventory.events import StockFreed
from stowline.notifications import delivery
from stowline.notifications import service as notifications
from stowline.orders.events import DemandDropped, OrderEntered
from stowline.packing import bench
from stowline.picking import service as picking
from stowline.picking import walk
from stowline.receiving import dock, putaway
from stowline.scanning import service as scanning
from stowline.scanning.service import Workflow
from stowline.shipping import lane

# event -> reactions, by a worker, each exactly once
REACTIONS = {
    "OrderPlaced": {"announce": notifications.announce},
    "BackorderDue": {"announce": notifications.announce},
    "ParcelHandedOver": {"announce": notifications.announce},
    "HandoverUndone": {"withdraw": notifications.withdraw},
    "OrderCancelled": {"withdraw": notifications.withdraw},
}

# fact -> hooks, at once and in this order, in the caller's transaction
HOOKS: dict[type, list[Callable[..., None]]] = {
    OrderEntered: [allocation.on_entered, backorders.on_entered],
    DemandDropped: [picking.on_dropped, allocation.on_dropped],
    StockFreed: [allocation.on_freed],
}

# kind of task -> what a scan does, what an undo does, what is wanted now
WORKFLOWS = {
    "receive": Workflow(dock.scan, dock.undo, dock.wanted),
    "putaway": Workflow(putaway.scan, putaway.undo, putaway.wanted),
    "pick": Workflow(walk.scan, walk.undo, walk.wanted),
    "pack": Workflow(bench.scan, bench.undo, bench.wanted),
    "handover": Workflow(lane.scan, lane.undo, lane.wanted),
    "look": Workflow(look.scan, look.undo, look.wanted),
}

# timer -> verb (in one transaction) or work (in transactions of its own)
VERBS = {backorders.TIMER: backorders.still_waiting, tidy.TIMER: tidy.tidy}
WORKS = {notifications.TIMER: delivery.deliver}


def connect() -> None:
    """Fill the registries that core and scanning keep. Every entrance calls it once; again changes nothing."""
    for event, reactions in REACTIONS.items():
        outbox.react(event, reactions.items())
    for fact, calls in HOOKS.items():
        hooks.on(fact, *calls)
    for kind, workflow in WORKFLOWS.items():
        scanning.workflow(kind, workflow)
    for kind, verb in VERBS.items():
        timers.verb(kind, verb)
    for kind, work in WORKS.items():
        timers.work(kind, work)
