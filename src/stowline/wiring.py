"""Who reacts to what, on one page.

Four tables: an event and its reactions (later, by workers), a fact and its hooks (now, in the caller's session), a
task's kind and its workflow, a timer and its verb. Rooms know only those above them; what runs the other way is here.
"""

from collections.abc import Callable
from datetime import timedelta

from stowline.allocation import reserves, substitution
from stowline.allocation import service as allocation
from stowline.allocation.events import KeptApart
from stowline.backorders import holds, lapses, offers, outcomes, promises, shelf, sign_ups
from stowline.backorders import service as backorders
from stowline.backorders.events import CrossDock, CrossDockBack
from stowline.cases import casework
from stowline.catalog.events import KitMade, RecipeChanged, SubstitutesChanged, TrackingSet
from stowline.core import hooks, outbox, tidy, timers
from stowline.desk.integrity import runs as proofs
from stowline.desk.webhooks import delivery as webhook_delivery
from stowline.desk.webhooks import service as webhooks
from stowline.floor import look
from stowline.inventory import (
    count_plan,
    counting,
    feed,
    lots,
    moving,
    needs,
    quarantine,
    replenish,
    scrapping,
    tracking,
    velocity,
)
from stowline.inventory import kits as inventory_kits
from stowline.inventory.events import StockFreed, StockLeaving, UnitsMissing, UnitsNeeded
from stowline.notifications import (
    alarms,
    announcing,
    baskets,
    bounce_mailbox,
    communication,
    customers,
    delivery,
    metrics,
    replays,
    retention,
    runs,
    sequences,
    sign_in,
    win_back,
)
from stowline.notifications import service as notifications
from stowline.orders import instruction_post, instructions, policies, refunds, shop_doors, telling
from stowline.orders import kits as order_kits
from stowline.orders.events import (
    DemandDropped,
    OrderEntered,
    OrderSettled,
    PlacesChanged,
    PromiseLowered,
    UnitsUnlisted,
)
from stowline.packing import bench
from stowline.packing.events import ParcelEmptied
from stowline.picking import claims, from_shelf, walk
from stowline.picking import service as picking
from stowline.receiving import dock, outlook, putaway
from stowline.receiving import kits as receiving_kits
from stowline.receiving.events import SupplyChanged
from stowline.returns import dock as returns_dock
from stowline.returns import service as returns
from stowline.scanning import service as scanning
from stowline.scanning.service import Workflow
from stowline.shipping import lane
from stowline.shipping import service as shipping
from stowline.shipping import tracking as carriers
from stowline.shipping.events import TakingBack

# event -> reactions, by a worker, each exactly once
REACTIONS: dict[str, dict[str, outbox.Reaction]] = {
    "OrderPlaced": {"announce": announcing.announce, "sequences": baskets.on_ordered},
    "BackorderDue": {"announce": announcing.announce},
    "BackorderFilled": {"announce": announcing.announce, "end-offers": offers.on_news, "sequences": sequences.on_order_news},
    "PromiseTakenBack": {"withdraw": notifications.withdraw},
    "PromiseChanged": {"announce": announcing.announce},
    "ParcelHandedOver": {"announce": announcing.announce, "promise-kept": outcomes.on_handed_over, "tracking": carriers.on_handed_over},
    "ParcelPacked": {"announce": announcing.announce},
    "MilestoneReached": {"announce": announcing.announce},
    "HandoverUndone": {"withdraw": notifications.withdraw, "promise-open": outcomes.on_handover_undone},
    "BackInStock": {"announce": notifications.announce_back},
    **{name: {"announce": announcing.announce} for name in ("ReturnArrived", "ReturnSettled", "InstructionAcknowledged", "InstructionSettled")},
    "OrderCancelled": {"withdraw": notifications.withdraw, "end-offers": offers.on_news, "sequences": sequences.on_order_news},
    "OptionChosen": {"withdraw": notifications.withdraw, "sequences": sequences.on_order_news},
    "WaitGoesOn": {"announce": announcing.announce},
    "NoteWritten": {"announce": announcing.announce},
    **{name: {"announce": announcing.announce} for name in ("CaseAnswered", "CaseClosed")},
    "PointsEarned": {"announce": announcing.announce},
    "SignInAsked": {"sign-in": sign_in.announce},
    "CustomerRegistered": {"welcome": customers.welcome},
    "CalendarTurn": {"announce": communication.announce},
    "BasketLeft": {"announce": baskets.announce},
    "LongAway": {"announce": win_back.announce},
    "RestCancelled": {"withdraw": notifications.withdraw, "end-offers": offers.on_news, "sequences": sequences.on_order_news},
    "MergedInto": {"withdraw": notifications.withdraw, "end-offers": offers.on_news, "sequences": sequences.on_order_news},
    **{name: {"end-offers": offers.on_news, "sequences": sequences.on_order_news} for name in ("UnitsCancelled", "LineSwapped")},
    **{name: {"end-offers": offers.on_news} for name in ("HoldLifted", "StockTakenFor")},
    "DiscrepanciesReported": {"announce": notifications.announce_report},
}

# fact -> hooks, at once and in this order, in the caller's transaction
HOOKS: dict[type, list[Callable[..., None]]] = {
    OrderEntered: [allocation.on_entered, backorders.on_entered, outlook.on_entered, sign_ups.on_entered],
    OrderSettled: [substitution.on_settled],
    SubstitutesChanged: [substitution.on_changed],
    DemandDropped: [picking.on_dropped, shelf.on_dropped, allocation.on_dropped, outlook.on_dropped, sign_ups.on_freed],
    UnitsUnlisted: [picking.on_unlisted],
    PlacesChanged: [outlook.on_places_changed],
    PromiseLowered: [shelf.on_lowered],
    KeptApart: [shelf.on_asked],
    CrossDock: [from_shelf.on_cross],
    CrossDockBack: [from_shelf.on_cross_back],
    StockFreed: [allocation.on_freed, outlook.on_freed, sign_ups.on_freed],
    StockLeaving: [holds.on_leaving, allocation.on_leaving, outlook.on_leaving, sign_ups.on_leaving],
    SupplyChanged: [outlook.on_supply_changed],
    UnitsMissing: [shelf.on_missing, picking.on_missing],
    UnitsNeeded: [claims.on_needed, shelf.on_needed],
    ParcelEmptied: [shipping.on_emptied],
    TakingBack: [returns.on_taking_back],
    KitMade: [inventory_kits.on_kit_made, order_kits.on_kit_made, receiving_kits.on_kit_made],
    RecipeChanged: [inventory_kits.on_recipe_changed],
    TrackingSet: [tracking.on_tracking_set],
}

# kind of task -> what a scan does, what an undo does, what is wanted now
WORKFLOWS = {
    "receive": Workflow(dock.scan, dock.undo, dock.wanted, shared=True),
    "putaway": Workflow(putaway.scan, putaway.undo, putaway.wanted),
    "replenish": Workflow(replenish.scan, replenish.undo, replenish.wanted),
    "move": Workflow(moving.scan, moving.undo, moving.wanted),
    "pick": Workflow(walk.scan, walk.undo, walk.wanted),
    "pack": Workflow(bench.scan, bench.undo, bench.wanted),
    "handover": Workflow(lane.scan, lane.undo, lane.wanted),
    "count": Workflow(counting.scan, counting.undo, counting.wanted),
    "look": Workflow(look.scan, look.undo, look.wanted),
    "scrap": Workflow(scrapping.scan, scrapping.undo, scrapping.wanted),
    "quarantine": Workflow(quarantine.scan, quarantine.undo, quarantine.wanted_into),
    "release": Workflow(quarantine.scan, quarantine.undo, quarantine.wanted_back),
    "return": Workflow(returns_dock.scan, returns_dock.undo, returns_dock.wanted, shared=True),
}

# timer -> verb (in one transaction) or work (in transactions of its own)
VERBS = {
    backorders.TIMER: backorders.still_waiting, tidy.TIMER: tidy.tidy, lots.TIMER: lots.every_night, lots.SWEEP: lots.sweep,
    proofs.NIGHT: proofs.nightly, count_plan.TIMER: count_plan.every_hour,
    outlook.NIGHT: outlook.nightly,
    reserves.TIMER: reserves.on_time, substitution.TIMER: substitution.on_time, substitution.CHANGED: substitution.look, policies.TIMER: policies.rank, refunds.TIMER: refunds.look, telling.TIMER: telling.go_on,
    carriers.TIMER: carriers.work, carriers.SWEEP: carriers.sweep, replays.REST: replays.go_on, alarms.TIMER: alarms.look, runs.TIMER: runs.work, communication.TIMER: communication.work,
    casework.TIMER: casework.close_solved, retention.NIGHT: retention.nightly, retention.PORTION: retention.portion,
}  # fmt: skip
WORKS: dict[str, Callable[[str], None]] = {announcing.TIMER: delivery.deliver, metrics.TIMER: metrics.add_up, bounce_mailbox.TIMER: bounce_mailbox.poll, sequences.TIMER: sequences.work, sequences.NIGHT: sequences.night, proofs.RUN: proofs.carry_out, velocity.TIMER: velocity.catch_up, needs.TIMER: needs.look,
         feed.TIMER: feed.every_day, webhooks.TIMER: webhook_delivery.deliver,
         instructions.TIMER: instruction_post.deliver, shop_doors.TIMER: shop_doors.catch_up, offers.TIMER: offers.look, lapses.TIMER: lapses.look,
         promises.TIMER: outlook.catch_up, sign_ups.TIMER: sign_ups.look, sign_ups.SWEEP: sign_ups.sweep}


# timers that always stand, and how soon after the first start they run
STANDING = {tidy.TIMER: tidy.EVERY, bounce_mailbox.TIMER: timedelta(seconds=45), lots.TIMER: timedelta(minutes=1), proofs.NIGHT: timedelta(minutes=5), count_plan.TIMER: timedelta(minutes=15),
            velocity.TIMER: timedelta(seconds=30), needs.TIMER: timedelta(seconds=40), feed.TIMER: timedelta(hours=1), offers.TIMER: timedelta(minutes=3), lapses.TIMER: timedelta(minutes=4), promises.TIMER: timedelta(seconds=20), outlook.NIGHT: timedelta(minutes=10),
            sign_ups.SWEEP: timedelta(minutes=20), alarms.TIMER: timedelta(minutes=1), metrics.TIMER: timedelta(minutes=2), sequences.TIMER: timedelta(minutes=2), sequences.NIGHT: timedelta(minutes=25), carriers.SWEEP: timedelta(hours=2),
            casework.TIMER: timedelta(minutes=6), retention.NIGHT: timedelta(hours=3)}


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
    for kind, first in STANDING.items():
        timers.standing(kind, first)
    for kind, work in WORKS.items():
        timers.work(kind, work)
