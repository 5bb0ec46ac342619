"""The overview: a tile for each place where orders, goods or messages may stand."""

from typing import Any

from sqlmodel import Session

from stowline.cases import case_reads
from stowline.desk import words
from stowline.desk.queries import counts, diary, orders
from stowline.inventory import queries as stock
from stowline.notifications import setups
from stowline.picking import queries as picking

MOST_OLDEST, MOST_TO_SET_UP = 8, 3
Tile = dict[str, Any]


def view(session: Session) -> dict[str, Any]:
    """Everything the page shows."""
    states = counts.states()
    n = sum(states[state] for state in counts.OPEN)
    return {"say": f"{counts.shown(n)} open {'order' if n == 1 else 'orders'}.",
            "tiles": [*_orders(states), *_floor(session, states), *_watch()], "trail": diary.latest(session),
            "oldest": orders.oldest(session, MOST_OLDEST)}


def to_set_up(session: Session) -> list[dict[str, str]]:
    """The first stores whose messages nobody has set up."""
    return [{"key": store.key, "name": store.name} for store in setups.waiting(session)[:MOST_TO_SET_UP]]


def _tile(title: str, n: int, unit: str, say: str, href: str, kind: str = "") -> Tile:
    return {"title": title, "n": n, "unit": unit if n == 1 else f"{unit}s", "say": say, "href": href, "kind": kind}


def _orders(states: dict[str, int]) -> list[Tile]:
    late = counts.kept("late", counts.late_orders)
    waiting = states["backordered"] + states["part_allocated"]
    lines = counts.kept("waiting", counts.waiting_lines)
    says = "past the day to ship by" if late else "every order is in time"
    return [
        _tile("Late", late, "order", says, "/orders?view=open", "bad"),
        _tile("Waiting", waiting, "order", _without_stock(waiting, lines), "/orders?view=waiting" if waiting else "/waiting", "warn"),
        _tile("On hold", states["on_hold"], "order", "nobody works on them" if states["on_hold"] else "nothing is held",
              "/orders?view=held", "warn"),
    ]  # fmt: skip


def _without_stock(orders: int, lines: int) -> str:
    if not lines:
        return "every line has its stock"
    return f"{words.units(lines, 'line')} without stock{'' if orders else ', of orders on hold or under way'}"


def _floor(session: Session, states: dict[str, int]) -> list[Tile]:
    walks = picking.open_lists(session, limit=50)
    left = sum(walk.lines - walk.lines_done for walk in walks)
    on_carts = f"{words.units(left, 'line')} left on {words.units(len(walks), 'pick list')}" if walks else "no pick list is open"
    dock = stock.at_dock(session, limit=200)
    sealed, lane = counts.kept("sealed", lambda s: counts.parcels(s, "sealed")), counts.kept("lane", lambda s: counts.parcels(s, "labelled"))
    picked = states["picked"]
    return [
        _tile("At the dock", len(dock), "product", f"{words.units(sum(one.qty for one in dock))} to put away" if dock else "the dock is clear",
              "/bins?kind=dock"),
        _tile("To pick", states["allocated"], "order", on_carts, "/orders?view=ready"),
        _tile("To pack", picked, "order", f"{words.units(sealed, 'parcel')} without label" if sealed else "no parcel lacks its label",
              "/orders?state=picked"),
        _tile("To hand over", lane, "parcel", "in the ship lane" if lane else "the lane is clear", "/orders?state=packed"),
    ]  # fmt: skip


def _watch() -> list[Tile]:
    asked = counts.kept("to approve", counts.to_approve)
    approve = [_tile("To approve", asked, "adjustment", "waits for a second person" if asked == 1 else "wait for a second person",
                     "/adjustments?view=waiting", "warn")] if asked else []  # fmt: skip
    mail = counts.kept("messages", counts.messages)
    open_cases, late_cases = counts.kept("cases", case_reads.open_count), counts.kept("late cases", case_reads.overdue_count)
    talk = [_tile("Overdue cases", late_cases, "case", f"{open_cases:,} to answer", "/cases?view=overdue" if late_cases else "/cases?view=open", "bad")] if open_cases else []
    expected = counts.kept("purchase orders", counts.purchase_orders)
    faults = counts.kept("intake", counts.intake_errors)
    stuck = mail["dead"] + mail["unknown"]
    due = f"{expected['open']:,} expected" if expected["open"] else "nothing is expected"
    gone = f"{mail['dead']:,} dead, {mail['unknown']:,} not certain" if stuck else f"{counts.shown(mail['sent'])} sent"
    where = "/messages/stuck" if mail["dead"] else "/messages?view=unknown" if mail["unknown"] else "/messages?view=all"
    return [
        _tile("Late deliveries", expected["late"], "purchase order", due, "/receiving?view=late", "warn"),
        _tile("Stuck messages", stuck, "message", gone, where, "bad"),
        _tile("Intake errors", faults, "order", "not taken, kept as they came" if faults else "every order was taken",
              "/intake-errors", "bad"),
        *talk,
        *approve,
    ]  # fmt: skip
