"""What `stowline import` does: files of products, orders, stock, purchase orders and bins into the books, row by row.

A row that cannot be taken is refused with its reason, the others stand. Everything is safe to repeat. A dry run does
the same work and throws it away.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session

from stowline.catalog import goods_csv, kits_csv, substitutes_csv
from stowline.catalog import kits as recipes
from stowline.catalog import page as pages
from stowline.catalog import queries as catalog
from stowline.catalog import service as goods
from stowline.catalog import substitutes as stand_ins
from stowline.catalog.goods_csv import Good
from stowline.core import author, db
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.inventory import bins_csv, faces, faces_csv, lots, places, stock_csv
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.orders import service as orders
from stowline.orders.intake import lines_csv, shopify, woocommerce
from stowline.orders.intake.shape import IncomingOrder, Read, Skipped, Unreadable
from stowline.people import service as people
from stowline.receiving import orders_csv
from stowline.receiving import service as receiving
from stowline.stores import queries as stores
from stowline.stores.queries import Store

AT_ONCE = 20
GOODS_AT_ONCE = 200  # products are made in few statements, so more of them hold the books no longer
Thing = TypeVar("Thing")


@dataclass(slots=True)
class Tally:
    """What an import did, or would do.

    `rows` and `rows_refused` count rows of the file; `accepted`, `duplicates` (known already) and `refused` count what
    the file is about (products, orders, rows of stock, purchase orders); `orders` and `products` are new ones;
    `would_tell` counts new orders whose shopper has an e-mail address. `reasons` has one for each row or order refused.
    """

    rows: int = 0
    rows_refused: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    orders: int = 0
    products: int = 0
    would_tell: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: object, say: str, rows: int = 1) -> None:
        """Note why something was not taken, and how many rows of the file it is."""
        self.refused += 1
        self.rows_refused += rows
        self.reasons.append({"row": row, "say": say})


class _DryRun(Exception):
    """Throws away what a dry run did."""


@dataclass(frozen=True, slots=True)
class Job:
    """How to import: into which store (the only one, if none is named), with which columns, whether shoppers are told, and whether it counts."""

    store: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    refuse: Sequence[tuple[str, str]] = ()
    create_products: bool = False
    notify: bool = False
    dry_run: bool = False


def _batches(
    job: Job, things: Iterable[Thing], take: Callable[[Session, Thing], None], *, at_once: int = AT_ONCE
) -> None:
    """Take things a few to a transaction, so that the program at work beside an import never waits long."""
    left = iter(things)
    while part := list(islice(left, at_once)):
        with suppress(_DryRun), db.transaction(bulk=True) as session:
            for thing in part:
                take(session, thing)
            if job.dry_run:
                raise _DryRun


def products(file: Path, job: Job) -> Tally:
    """Products from CSV."""
    batch = goods_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch, a_row_is_a_thing=True)
    seen: set[str] = set()  # a dry run keeps nothing, so the second row of a SKU would look new again

    def take(session: Session, part: Sequence[Good]) -> None:
        for good, fate in zip(part, goods.add_many(session, [_product(good) for good in part]), strict=True):
            if isinstance(fate, Refused):
                tally.refuse(good.row, fate.say)
                continue
            new = fate and good.sku not in seen
            seen.add(good.sku)
            tally.accepted += new
            tally.products += new
            tally.duplicates += not new
            _fill_in(session, job, good, tally)

    parts = [batch.things[at : at + GOODS_AT_ONCE] for at in range(0, len(batch.things), GOODS_AT_ONCE)]
    _batches(job, parts, take, at_once=1)
    return tally


def _fill_in(session: Session, job: Job, good: Good, tally: Tally) -> None:
    """What the product's page says, where the file has it: a price that is none is told, and the product stands."""
    if good.words.are_none and not good.price:
        return
    try:
        with session.begin_nested():
            pages.fill_in(session, good.sku, good.locale, good.words, _store(session, job) if good.price else None, good.price)
    except (Refused, Bad) as why:
        tally.reasons.append({"row": good.row, "say": why.say})


def _product(good: Good) -> goods.New:
    length, width, height = good.length_mm, good.width_mm, good.height_mm
    dims = (length, width, height) if length and width and height else None
    codes = [(good.barcode, 1)] if good.barcode else []
    return goods.New(good.sku, good.name, codes, good.weight_g, dims)


def order_lines(file: Path, job: Job) -> Tally:
    """Orders from a CSV with a row for each line. A row with a SKU nobody knows is refused, unless `create_products`."""
    with db.reading() as session:
        zone = _store(session, job).time_zone
        known = None if job.create_products else catalog.skus(session)
    batch = lines_csv.read(file, job.mapping, job.refuse, time_zone=zone, known=known)
    tally = _tally(batch)
    _place(job, batch.things, tally, a_line_is_a_row=True)
    return tally


def platform_orders(file: Path, job: Job, platform: str) -> Tally:
    """Orders from a file of a shop platform (JSON, or one object a line). A row is an order."""
    with db.reading() as session:
        _store(session, job)  # before anything is read
    read: Callable[[bytes], list[Read]] = {"shopify": shopify.read_file, "woocommerce": woocommerce.read_file}[platform]
    found = read(file.read_bytes())
    if len(found) == 1 and isinstance(found[0], Unreadable) and not found[0].where and not found[0].ref:
        raise Refused(found[0].say)
    tally = Tally(rows=len(found))
    fit = []
    for n, one in enumerate(found, 1):
        if isinstance(one, IncomingOrder):
            fit.append(one)
            continue
        tally.refuse(one.ref or n, one.say if isinstance(one, Skipped) else f"{one.where}: {one.say}".lstrip(": "))
    _place(job, fit, tally)
    return tally


def _place(job: Job, incoming: Iterable[IncomingOrder], tally: Tally, *, a_line_is_a_row: bool = False) -> None:
    made: set[str] = set()

    def take(session: Session, one: IncomingOrder) -> None:
        store = _store(session, job)
        fresh = _unknown(session, job, [line.sku for line in one.lines])
        try:
            with session.begin_nested():
                order, new = orders.place(session, store, one, tell=job.notify, create_products=job.create_products)
        except Refused as why:
            tally.refuse(one.ref, why.say, len(one.lines) if a_line_is_a_row else 1)
            return
        tally.accepted += new
        tally.orders += new
        tally.duplicates += not new
        tally.would_tell += bool(new and order.email)
        made.update(fresh if new else ())

    _batches(job, incoming, take)
    tally.products = len(made)


def _store(session: Session, job: Job) -> Store:
    if job.store:
        return stores.store_by_key(session, job.store)
    there = stores.all_stores(session)
    if not there:
        raise Refused("There is no store yet. `stowline init --store KEY` opens one.", where="store")
    if len(there) > 1:
        raise Refused(f"Say which store, with --store: {', '.join(store.key for store in there)}.", where="store")
    return there[0]


def _unknown(session: Session, job: Job, skus: Sequence[str]) -> set[str]:
    """Those of the SKUs that an import with `create_products` will make."""
    return set(skus) - catalog.ids_of(session, skus).keys() if job.create_products else set()


def stock_counts(file: Path, job: Job) -> Tally:
    """Opening stock from CSV: units of a SKU in a bin. The same file twice brings the units twice, and says so."""
    batch = stock_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch, a_row_is_a_thing=True)

    def take(session: Session, row: Any) -> None:  # noqa: ANN401
        try:
            with session.begin_nested():
                product = catalog.product_by_sku(session, row.sku)
                place = stock.location_by_code(session, row.bin)
                lots.named(session, product.id or 0, row.quantity, lot=row.lot, serial=row.serial, expires_on=row.expires_on)
                inventory.move(session, product_id=product.id or 0, from_id=stock.ADJUSTMENT, to_id=place.id or 0,
                               qty=row.quantity, because="import", condition=row.condition, lot=row.lot, serial=row.serial)
        except Refused as why:
            tally.refuse(row.row, why.say)
            return
        tally.accepted += 1

    _batches(job, batch.things, take)
    return tally


def bins(file: Path, job: Job) -> Tally:
    """Bins from CSV: new ones are made, known ones become as the file says (`accepted`); `duplicates` are so already."""
    batch = bins_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch, a_row_is_a_thing=True)

    def take(session: Session, row: Any) -> None:  # noqa: ANN401
        try:
            with session.begin_nested():
                outcome = places.put_bin(session, row.code, row.facts)
        except Refused as why:
            tally.refuse(row.row, why.say)
            return
        tally.accepted += outcome != "same"
        tally.duplicates += outcome == "same"

    _batches(job, batch.things, take)
    if tally.accepted and not job.dry_run:
        with db.transaction(bulk=True) as session:
            people.note(session, author.current().who, "Bins imported", f"{file.name}: {tally.accepted:,} new or changed")
    return tally


def pick_faces(file: Path, job: Job) -> Tally:
    """Pick faces from CSV: new ones, and known ones that are kept otherwise (`accepted`); `duplicates` are so already."""
    batch = faces_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch, a_row_is_a_thing=True)

    def take(session: Session, row: Any) -> None:  # noqa: ANN401
        try:
            with session.begin_nested():
                product = catalog.product_by_sku(session, row.sku)
                outcome = faces.put_face(session, product.id or 0, row.bin, row.least, row.most)
        except Refused as why:
            tally.refuse(row.row, why.say)
            return
        tally.accepted += outcome != "same"
        tally.duplicates += outcome == "same"

    _batches(job, batch.things, take)
    return tally


def purchase_orders(file: Path, job: Job) -> Tally:
    """Purchase orders from a CSV with a row for each line; SKUs nobody knows as in `order_lines`."""
    with db.reading() as session:
        known = None if job.create_products else catalog.skus(session)
    batch = orders_csv.read(file, job.mapping, job.refuse, known=known)
    tally = _tally(batch)
    made: set[str] = set()

    def take(session: Session, one: Any) -> None:  # noqa: ANN401
        fresh = _unknown(session, job, [line.sku for line in one.lines])
        try:
            with session.begin_nested():
                goods.add_products(session, [(sku, "") for sku in sorted(fresh)])
                _, new = receiving.enter(
                    session, ref=one.ref, supplier=one.supplier, lines=[(line.sku, line.quantity) for line in one.lines],
                    expected_from=one.expected_from, expected_to=one.expected_to,
                )
        except Refused as why:
            tally.refuse(one.ref, why.say, len(one.lines))
            return
        tally.accepted += new
        tally.duplicates += not new
        made.update(fresh)

    _batches(job, batch.things, take)
    tally.products = len(made)
    return tally


def kits(file: Path, job: Job) -> Tally:
    """Kits from a CSV with a row for each part: new orders are picked as these. SKUs nobody knows as in `order_lines`."""
    batch = kits_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch)
    made: set[str] = set()

    def take(session: Session, kit: kits_csv.IncomingKit) -> None:
        fresh = _unknown(session, job, [kit.sku, *(sku for sku, _ in kit.parts)])
        try:
            with session.begin_nested():
                goods.add_products(session, [(sku, "") for sku in sorted(fresh)])
                changed = recipes.set_parts(session, kit.sku, kit.parts)
        except Refused as why:
            tally.refuse(kit.sku, why.say, len(kit.rows))
            return
        tally.accepted += changed
        tally.duplicates += not changed
        made.update(fresh)

    _batches(job, batch.things, take)
    tally.products = len(made)
    return tally


def substitutes(file: Path, job: Job) -> Tally:
    """Substitutes from CSV: new ones come after those there are, known ones get the file's months (`accepted` both)."""
    batch = substitutes_csv.read(file, job.mapping, job.refuse)
    tally = _tally(batch, a_row_is_a_thing=True)

    def take(session: Session, row: substitutes_csv.IncomingSubstitute) -> None:
        try:
            with session.begin_nested():
                new = stand_ins.add(session, row.sku, row.substitute, from_month=row.from_month, to_month=row.to_month)
        except Refused as why:
            tally.refuse(row.row, why.say)
            return
        tally.accepted += new
        tally.duplicates += not new

    _batches(job, batch.things, take)
    return tally


def _tally(batch: Any, *, a_row_is_a_thing: bool = False) -> Tally:  # noqa: ANN401  (a Batch of any thing)
    reasons = [{"row": refusal.number, "say": refusal.say} for refusal in batch.refusals]
    refused = len(reasons)
    return Tally(rows=batch.rows, rows_refused=refused, refused=refused if a_row_is_a_thing else 0, reasons=reasons)


READERS: dict[str, Callable[[Path, Job], Tally]] = {
    "products": products, "orders": order_lines, "stock": stock_counts, "purchase-orders": purchase_orders,
    "bins": bins, "kits": kits, "faces": pick_faces, "substitutes": substitutes,
}


def fields_of(what: str) -> Sequence[str]:
    """The fields that `--map` may name for a kind of file."""
    readers = {"products": goods_csv, "orders": lines_csv, "stock": stock_csv, "purchase-orders": orders_csv, "bins": bins_csv,
               "kits": kits_csv, "faces": faces_csv, "substitutes": substitutes_csv}
    return tuple(readers[what].FIELDS)


def summary(tally: Tally, what: str, *, dry_run: bool, notify: bool = False) -> str:
    """The tally for people."""
    things = what.replace("-", " ").capitalize()
    new = f"{tally.accepted:,} {'would be taken' if dry_run else 'taken'}, {tally.duplicates:,} known already"
    lines = [f"{things}: {new}; {tally.rows_refused:,} of {tally.rows:,} rows refused."]
    if what in ("orders", "purchase-orders", "kits") and tally.products:
        lines.append(f"New products: {tally.products:,}.")
    if what == "orders" and tally.would_tell:
        hear = "They hear of it." if notify else "They hear of it with --notify only."
        lines.append(f"Shoppers with an e-mail address: {tally.would_tell:,}. {hear}")
    lines += [f"  {_place_of(reason['row'])}: {reason['say']}" for reason in tally.reasons[:50]]
    if len(tally.reasons) > 50:
        lines.append(f"  and {len(tally.reasons) - 50:,} more; --json tells all")
    return "\n".join(lines)


def _place_of(row: object) -> str:
    return f"row {row}" if isinstance(row, int) else str(row)
