"""What `stowline import` does: files of products, orders, stock and purchase orders into the books, row by row.

A row that cannot be taken is refused with its reason, the others stand. Everything is safe to repeat. A dry run does
the same work and throws it away.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session

from stowline.catalog import goods_csv
from stowline.catalog import queries as catalog
from stowline.catalog import service as goods
from stowline.core import db
from stowline.core.errors import Refused
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory import stock_csv
from stowline.orders import service as orders
from stowline.orders.intake import lines_csv, shopify, woocommerce
from stowline.orders.intake.shape import IncomingOrder, Read, Skipped
from stowline.receiving import orders_csv
from stowline.receiving import service as receiving
from stowline.stores import queries as stores

AT_ONCE = 20
Thing = TypeVar("Thing")


@dataclass(slots=True)
class Tally:
    """What an import did. `accepted`, `duplicates` and `refused` count things, `orders` and `products` new ones."""

    rows: int = 0
    rows_refused: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    orders: int = 0
    products: int = 0
    would_tell: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: object, say: str) -> None:
        """Note why something was not taken."""
        self.refused += 1
        self.reasons.append({"row": row, "say": say})


class _DryRun(Exception):  # noqa: N818  (rolls back what a dry run did)
    pass


@dataclass(frozen=True, slots=True)
class Job:
    """How to import: into which store, with which columns, whether shoppers are told, and whether it counts."""

    store: str = "demo"
    mapping: dict[str, str] = field(default_factory=dict)
    refuse: Sequence[tuple[str, str]] = ()
    create_products: bool = False
    notify: bool = False
    dry_run: bool = False


def _batches(job: Job, things: Iterable[Thing], take: Callable[[Session, Thing], None]) -> None:
    """Take things a few to a transaction, so that the program at work beside an import never waits long."""
    left = iter(things)
    while part := list(islice(left, AT_ONCE)):
        try:
            with db.transaction(bulk=True) as session:
                for thing in part:
                    take(session, thing)
                if job.dry_run:
                    raise _DryRun
        except _DryRun:
            continue


def products(file: Path, job: Job) -> Tally:
    """Products from CSV."""
    batch = goods_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch)

    def take(session: Session, good: Any) -> None:  # noqa: ANN401
        dims = (good.length_mm, good.width_mm, good.height_mm)
        try:
            with session.begin_nested():
                _, new = goods.add_product(
                    session, sku=good.sku, name=good.name, weight_g=good.weight_g,
                    dims_mm=dims if all(dims) else None, barcodes=[(good.barcode, 1)] if good.barcode else [],
                )
        except Refused as why:
            tally.refuse(good.row, why.say)
            return
        tally.accepted += new
        tally.products += new
        tally.duplicates += not new

    _batches(job, batch.things, take)
    return tally


def order_lines(file: Path, job: Job) -> Tally:
    """Orders from a CSV with a row for each line."""
    with db.reading() as session:
        zone = stores.store_by_key(session, job.store).time_zone
    batch = lines_csv.read(file, job.mapping, job.refuse, time_zone=zone)
    tally = _tally(batch)
    _place(job, batch.things, tally)
    return tally


def platform_orders(file: Path, job: Job, platform: str) -> Tally:
    """Orders from a file of a shop platform (JSON, or one object a line)."""
    read: Callable[[bytes], list[Read]] = {"shopify": shopify.read_file, "woocommerce": woocommerce.read_file}[platform]
    found = read(file.read_bytes())
    tally = Tally(rows=len(found))
    fit = []
    for n, one in enumerate(found, 1):
        if isinstance(one, IncomingOrder):
            fit.append(one)
            continue
        tally.rows_refused += 1
        tally.refuse(one.ref or n, one.say if isinstance(one, Skipped) else f"{one.where}: {one.say}".lstrip(": "))
    _place(job, fit, tally)
    return tally


def _place(job: Job, incoming: Iterable[IncomingOrder], tally: Tally) -> None:
    before = _product_count()

    def take(session: Session, one: IncomingOrder) -> None:
        store = stores.store_by_key(session, job.store)
        try:
            with session.begin_nested():
                order, new = orders.place(session, store, one, tell=job.notify, create_products=job.create_products)
        except Refused as why:
            tally.refuse(one.ref, why.say)
            return
        tally.accepted += new
        tally.orders += new
        tally.duplicates += not new
        tally.would_tell += bool(new and order.email)

    _batches(job, incoming, take)
    tally.products = _product_count() - before


def _product_count() -> int:
    with db.reading() as session:
        return catalog.count(session)


def stock_counts(file: Path, job: Job) -> Tally:
    """Opening stock from CSV: units of a SKU in a bin. The same file twice brings the units twice, and says so."""
    batch = stock_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch)

    def take(session: Session, row: Any) -> None:  # noqa: ANN401
        try:
            with session.begin_nested():
                product = catalog.product_by_sku(session, row.sku)
                place = stock.location_by_code(session, row.bin)
                inventory.move(session, product_id=product.id or 0, from_id=stock.ADJUSTMENT, to_id=place.id or 0,
                               qty=row.quantity, because="import")
        except Refused as why:
            tally.refuse(row.row, why.say)
            return
        tally.accepted += 1

    _batches(job, batch.things, take)
    return tally


def purchase_orders(file: Path, job: Job) -> Tally:
    """Purchase orders from a CSV with a row for each line."""
    batch = orders_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch)

    def take(session: Session, one: Any) -> None:  # noqa: ANN401
        try:
            with session.begin_nested():
                if job.create_products:
                    tally.products += goods.add_products(session, [(line.sku, "") for line in one.lines])
                _, new = receiving.enter(
                    session, ref=one.ref, supplier=one.supplier, lines=[(line.sku, line.quantity) for line in one.lines],
                    expected_from=one.expected_from, expected_to=one.expected_to,
                )
        except Refused as why:
            tally.refuse(one.ref, why.say)
            return
        tally.accepted += new
        tally.duplicates += not new

    _batches(job, batch.things, take)
    return tally


def _tally(batch: Any) -> Tally:  # noqa: ANN401  (a Batch of any thing)
    reasons = [{"row": refusal.number, "say": refusal.say} for refusal in batch.refusals]
    return Tally(rows=batch.rows, rows_refused=len(reasons), reasons=reasons)


READERS: dict[str, Callable[[Path, Job], Tally]] = {
    "products": products, "orders": order_lines, "stock": stock_counts, "purchase-orders": purchase_orders,
}


def fields_of(what: str) -> Sequence[str]:
    """The fields that `--map` may name for a kind of file."""
    readers = {"products": goods_csv, "orders": lines_csv, "stock": stock_csv, "purchase-orders": orders_csv}
    return tuple(readers[what].FIELDS)  # type: ignore[attr-defined]


def summary(tally: Tally, what: str, *, dry_run: bool) -> str:
    """The tally for people."""
    lines = [f"{'Would take' if dry_run else 'Took'} {tally.accepted:,} {what}, {tally.duplicates:,} known already, "
             f"{tally.refused + tally.rows_refused:,} refused, of {tally.rows:,} rows.",
             f"{tally.would_tell:,} shoppers have an e-mail address." if what == "orders" else ""]
    lines += [f"  row {reason['row']}: {reason['say']}" for reason in tally.reasons[:50]]
    if len(tally.reasons) > 50:
        lines.append(f"  and {len(tally.reasons) - 50:,} more; --json tells all")
    return "\n".join(line for line in lines if line)
