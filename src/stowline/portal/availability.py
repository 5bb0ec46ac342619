"""What a product's page may say: in stock, backorder with its days, or out of stock. For one product or a hundred, in
the same few statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.inventory import queries as inventory
from stowline.inventory.queries import ForSale
from stowline.notifications import facts
from stowline.orders import queries as orders
from stowline.portal import rules
from stowline.portal.reader import Reader
from stowline.portal.rules import Window
from stowline.receiving import queries as receiving
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


def window_for_new_order(session: Session, product_id: int) -> Window | None:
    """What a unit that is ordered now would be told; None: no date yet."""
    return windows_for_new_orders(session, {product_id: 1}).get(product_id)


def windows_for_new_orders(session: Session, units: Mapping[int, int]) -> dict[int, Window]:
    """The same for so many units of each of these products, by product; one without a date is left out.

    A new order is served after all who wait, from the first delivery that is enough for them and for it.
    """
    ids = list(units)
    if not ids:
        return {}
    waiting, due = orders.waiting_units(session, ids), receiving.incoming(session, ids)
    found = {}
    for product_id in ids:
        window = facts.expected(due.get(product_id, []), waiting.get(product_id, 0) + units[product_id])
        if window is not None:
            found[product_id] = Window(window["from"], window["to"])
    return found


def items(session: Session, skus: Sequence[str]) -> dict[str, Item]:
    """What is for sale under these SKUs, by SKU; one that nobody knows is left out."""
    named = {row.sku: row for row in inventory.for_sale(session, skus=skus)}
    recipes = catalog.recipes(session, [row.id for row in named.values()])
    inside = {part.product_id for parts in recipes.values() for part in parts}
    there = {row.id: row for row in named.values()}
    if inside - there.keys():
        there |= {row.id: row for row in inventory.for_sale(session, ids=inside - there.keys())}
    needs = {row.id: {part.product_id: part.units for part in recipes.get(row.id, ())} or {row.id: 1} for row in named.values()}
    lacking: dict[int, int] = {}
    for parts in needs.values():
        for part, n in parts.items():
            if there[part].free < n:
                lacking[part] = max(lacking.get(part, 0), n - max(there[part].free, 0))
    windows = windows_for_new_orders(session, lacking)
    return {sku: _item(row, {part: there[part] for part in needs[row.id]}, needs[row.id], windows) for sku, row in named.items()}


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
