"""Stock by product: the list, one product with its bins, its ledger, its waiting lines and what is on its way."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.allocation import queries as allocation
from stowline.catalog import queries as catalog
from stowline.catalog.models import KitPart, Product
from stowline.core import db
from stowline.desk import words
from stowline.desk.queries import kits, products, waiting
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, walk
from stowline.inventory import queries as inventory
from stowline.inventory.models import Balance, Location, Move, StockLevel
from stowline.inventory.queries import Level
from stowline.orders import queries as orders
from stowline.orders.models import OrderLine
from stowline.receiving import queries as receiving
from stowline.receiving.queries import Incoming
from stowline.scanning import queries as scans

_p, _s = Product.__table__.c, StockLevel.__table__.c  # type: ignore[attr-defined]
_b = Balance.__table__.c  # type: ignore[attr-defined]
_l, _m, _k = OrderLine.__table__.c, Move.__table__.c, KitPart.__table__.c  # type: ignore[attr-defined]
VIEWS = {"all": "All", "waiting": "Waited for", "none": "None on hand"}
Row = dict[str, Any]


def page(session: Session, view: str, text: str, place: Place, size: int = SIZE) -> Page[Level]:
    """Stock by product in order of SKU."""
    on_hand, promised = sa.func.coalesce(_s.on_hand, 0), sa.func.coalesce(_s.promised, 0)
    query = sa.select(_p.id, _p.sku, _p.name, on_hand, promised, on_hand - promised).select_from(Product).outerjoin(
        StockLevel, _s.product_id == _p.id)  # fmt: skip
    if view == "waiting":
        query = query.where(sa.select(_l.id).where(_l.product_id == _p.id, _l.ordered - _l.cancelled > _l.allocated).exists())
    if view == "none":
        query = query.where(on_hand == 0, ~sa.select(_k.kit_id).where(_k.kit_id == _p.id).exists())  # a kit lies nowhere
    if text:
        query = query.where(_p.id.in_(products.found_by(session, text)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Level]:  # noqa: FBT001
        return [Level(*row) for row in session.execute(ordered(query, [_p.sku], after, descending=backwards, most=most))]

    return walk(place, fetch, lambda level: (level.sku,), size)


def rows(session: Session, levels: Sequence[Level]) -> list[Row]:
    """The rows of the sheet: with what waits and what is on its way."""
    ids = [level.product_id for level in levels]
    waits, due = orders.waiting_units(session, ids), receiving.incoming(session, ids, each=1)
    coming = receiving.incoming_units(session, ids)
    found = [
        {"sku": level.sku, "name": level.name, "on_hand": level.on_hand, "promised": level.promised, "free": level.free,
         "waiting": waits.get(level.product_id, 0), "incoming": coming.get(level.product_id, 0),
         "incoming_say": _first_due(due.get(level.product_id, [])), "next": next(iter(due.get(level.product_id, [])), None)}
        for level in levels
    ]
    return kits.kit_rows(session, levels, found)


def _first_due(due: Sequence[Incoming]) -> str:
    if not due:
        return ""
    when = words.due(due[0])
    return f"{when}, late" if due[0].late() else when or "no date"


def totals(session: Session) -> tuple[int, int]:
    """(products, good units on hand)."""
    units = session.execute(sa.select(sa.func.coalesce(sa.func.sum(_s.on_hand), 0))).scalar_one()
    return catalog.count(session), int(units)


def product(session: Session, sku: str, place: Place) -> tuple[Row, Page[Move]]:
    """One product with all that is known of its stock, and a page of its ledger. Raises NotFound."""
    one = catalog.product_by_sku(session, sku)
    level, product_id = inventory.level(session, sku), one.id or 0
    waits, due = orders.waiting_units(session, [product_id]), receiving.incoming(session, [product_id]).get(product_id, [])
    size = [one.length_mm, one.width_mm, one.height_mm]
    facts = {
        "sku": one.sku, "name": one.name, "lots": one.lots, "serials": one.serials, "weight_g": one.weight_g, "dims_mm": size if all(size) else None,
        "barcodes": [{"code": code.shown, "quantity": code.quantity} for code in catalog.barcodes_of(session, product_id)],
        "on_hand": level.on_hand, "promised": level.promised, "free": level.free, "waiting": waits.get(product_id, 0),
        "incoming": receiving.incoming_units(session, [product_id]).get(product_id, 0),
    }  # fmt: skip
    moves, kit = ledger(session, product_id, place), kits.of_product(session, product_id)
    lines = waiting.of_kit(session, product_id) if kit["parts"] else waiting.of_product(session, product_id)
    bins = [{"bin": here.bin, "kind": here.kind, "condition": here.condition, "on_hand": here.qty, "promised": here.bound,
             "lot": here.lot, "serial": here.serial, "expires_on": here.expires_on}
            for here in inventory.in_bins(session, product_id)]
    sums = (sa.func.count(sa.distinct(_b.location_id)), sa.func.count())
    places, there = session.execute(sa.select(*sums).where(_b.product_id == product_id, _b.qty > 0)).one()
    return {
        "product": kits.kit_rows(session, [level], [facts])[0], **kit, "bins": bins, "places": places, "there": there, "moves": move_rows(session, moves.rows),
        "waiting": lines, "stands": _stands(session, product_id), "kept": allocation.kept_by_store(session, product_id), "incoming": [_arrival(one) for one in due],
    }, moves  # fmt: skip


def _stands(session: Session, product_id: int) -> list[Row]:
    """What may take the product's place, the first choice first, and when."""
    return [{"sku": one.sku, "name": one.name, "months": f"{MONTHS[one.from_month - 1]} to {MONTHS[(one.to_month or 12) - 1]}"
             if one.from_month else ""} for one in catalog.substitutes(session, [product_id]).get(product_id, [])]  # fmt: skip


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def _arrival(due: Incoming) -> Row:
    return {"ref": due.ref, "supplier": due.supplier, "units": due.units, "when": words.due(due) or "no date", "late": due.late()}


def ledger(session: Session, product_id: int, place: Place) -> Page[Move]:
    """The moves of a product, newest first."""
    query = select(Move).where(Move.product_id == product_id)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Move]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_m.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda move: (move.id or 0,), size=30)


def move_rows(session: Session, moves: Sequence[Move]) -> list[Row]:
    """Moves with the codes of their bins and who scanned."""
    places = {i for move in moves for i in (move.from_id, move.to_id)}
    codes = {bin_.id: bin_.code for bin_ in session.exec(select(Location).where(col(Location.id).in_(places)))}
    logged = scans.scans(session, [move.scan_id for move in moves if move.scan_id])
    rows = []
    for move in moves:
        scan = logged.get(move.scan_id or "")
        changed = "" if move.from_condition == move.to_condition else f"{move.from_condition} to {move.to_condition}"
        rows.append({
            "at": move.at, "quantity": move.qty, "from_bin": codes.get(move.from_id, ""), "to_bin": codes.get(move.to_id, ""),
            "because": move.reason, "who": words.scanner(scan.holder, scan.who) if scan else move.who or None,
            "say": changed or _by_task(move, scan.task if scan else ""), "device": move.device, "scan_id": move.scan_id,
        })  # fmt: skip
    return rows


def _by_task(move: Move, task: str) -> str | None:
    """The task that a move belongs to, where that says more than its reason."""
    said = words.task(task)
    return said if said and said != move.reason else None


FIGURES = ("sku", "name", "on_hand", "promised", "free", "waiting", "incoming")
HEAD = (*FIGURES, "next_units", "next_from", "next_to", "next_late", "next_ref")


def _line(row: Row) -> tuple[Any, ...]:
    """A row of the spreadsheet: with the first delivery to come, its dates as such."""
    due: Incoming | None = row["next"]
    arrival = (due.units, due.expected_from, due.expected_to, due.late(), due.ref) if due else ("",) * 5
    return (*(row[name] for name in FIGURES), *arrival)


def exported(view: str, text: str) -> Iterator[list[tuple[Any, ...]]]:
    """Rows for a spreadsheet, in portions, each read by itself."""
    after: Key | None = None
    while True:
        with db.reading() as session:
            found = page(session, view, text, Place(after=after), SIZE * 10)
            portion = rows(session, found.rows)
        yield [_line(row) for row in portion]
        after = found.later
        if after is None:
            return
