"""What a product's page may say: in stock, backorder with its days, or out of stock. For one product or a hundred, in
the same few statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from stowline.allocation import queries as allocation
from stowline.backorders.forecast import Forecast
from stowline.catalog import queries as catalog
from stowline.inventory import queries as inventory
from stowline.inventory.queries import ForSale
from stowline.orders import queries as orders
from stowline.portal import rules
from stowline.portal.reader import Reader
from stowline.portal.rules import Window
from stowline.receiving import outlook
from stowline.stores.queries import Store

MOST_ASKED = 100


@dataclass(frozen=True, slots=True)
class Item:
    """A product for sale: how many a new order would get at once, and else when; `changed_at` is when that changed."""

    sku: str
    free: int
    backorderable: bool
    window: Window | None
    changed_at: datetime

    @property
    def state(self) -> str:
        """in_stock, backorder or out_of_stock."""
        return rules.state(self.free, backorderable=self.backorderable)


def windows_for_new_orders(session: Session, store_id: int, units: Mapping[int, int]) -> dict[int, Window]:
    """What so many units of each of these products would be told if they were ordered now, by product; one without a date
    is left out. A new order is served after all who wait; the days are learned as those of waiting orders are.
    """
    ids = list(units)
    if not ids:
        return {}
    waiting = orders.eligible_units(session, ids)
    forecast = Forecast.read(session, outlook.supply(session, ids), [store_id])
    found = {}
    for product_id in ids:
        window = forecast.window(product_id, store_id, waiting.get(product_id, 0), units[product_id])
        if window.p50 is not None and window.p90 is not None:
            found[product_id] = Window(window.p50.isoformat(), window.p90.isoformat())
    return found


def items(session: Session, store: Store, skus: Sequence[str]) -> dict[str, Item]:
    """What a store has for sale under these SKUs, by SKU; one that nobody knows is left out."""
    named = {row.sku: row for row in inventory.for_sale(session, skus=skus)}
    recipes = catalog.recipes(session, [row.id for row in named.values()])
    inside = {part.product_id for parts in recipes.values() for part in parts}
    there = {row.id: row for row in named.values()}
    if inside - there.keys():
        there |= {row.id: row for row in inventory.for_sale(session, ids=inside - there.keys())}
    there = _for_store(session, store.id or 0, there)
    needs = {row.id: {part.product_id: part.units for part in recipes.get(row.id, ())} or {row.id: 1} for row in named.values()}
    lacking: dict[int, int] = {}
    for parts in needs.values():
        for part, n in parts.items():
            if there[part].free < n:
                lacking[part] = max(lacking.get(part, 0), n - max(there[part].free, 0))
    windows = windows_for_new_orders(session, store.id or 0, lacking)
    return {sku: _item(there[row.id], {part: there[part] for part in needs[row.id]}, needs[row.id], windows) for sku, row in named.items()}


def _for_store(session: Session, store_id: int, rows: Mapping[int, ForSale]) -> dict[int, ForSale]:
    """The same without the units that are kept for other stores."""
    kept = allocation.kept(session, [row.id for row in rows.values() if row.free > 0])
    others = {i: sum(units for store, units in of.items() if store != store_id) for i, of in kept.items()}
    return {i: replace(row, free=row.free - others.get(i, 0)) for i, row in rows.items()}


def _item(row: ForSale, parts: Mapping[int, ForSale], needs: Mapping[int, int], windows: Mapping[int, Window]) -> Item:
    short = [part for part, n in needs.items() if parts[part].free < n]
    changed = max(part.at for part in (row, *parts.values()))
    free = catalog.whole_kits((max(parts[part].free, 0), n) for part, n in needs.items())
    late = row.backorderable and all(parts[part].backorderable for part in short)
    return Item(row.sku, free, late, rules.latest([windows.get(part) for part in short]) if short and late else None, changed)


def told(item: Item, store: Store, reader: Reader) -> dict[str, Any]:
    """An item as the API tells it, in the store's manner and the reader's language. `checked_at` is added when it goes."""
    kind = item.state
    if kind == "backorder":
        kind = "backorder_dated" if item.window else "backorder_undated"
    values = {"range": reader.window(item.window.told())} if item.window else {}
    few = item.state == "in_stock" and store.units_shown != "none" and item.free <= rules.FEW
    short = reader.say("availability.few", n=item.free) if few else reader.say(f"availability.{kind}", **values)
    return {
        "sku": item.sku, "state": item.state,
        "units": rules.units(item.free, store.units_shown),
        "window": item.window.told() if item.window else None,
        "wording": {"short": short, "long": reader.say(f"availability.{kind}_long", **values)},
    }  # fmt: skip
