"""The page of a purchase order that might come later or short: who would be hit, and how far telling them is."""

from typing import Any

from sqlmodel import Session

from stowline.backorders import queries as backorders
from stowline.desk import words
from stowline.receiving import queries as receiving
from stowline.receiving import what_if
from stowline.receiving.models import PurchaseOrder
from stowline.receiving.what_if import Hit, Supposed
from stowline.stores import queries as stores

MOST_SHOWN = 200
Row = dict[str, Any]


def page(session: Session, order: PurchaseOrder, supposed: Supposed) -> Row:
    """What would be, and what is: the supposition, the lines that could be short, those hit."""
    lines = receiving.lines(session, order.id or 0, limit=100)
    view: Row = {
        "po": {"ref": order.ref, "supplier": order.supplier, "expected": words.window(order.expected_from, order.expected_to) or "no date"},
        "revision": receiving.revision_count(session, order.id or 0), "days": supposed.days, "hits": None, "begins": "", "cut": False,
        "lines": [{"sku": one.sku, "name": one.name, "left": one.left, "short": (supposed.short or {}).get(one.sku, 0)} for one in lines if one.left > 0],
    }  # fmt: skip
    if supposed.changes():
        found = what_if.hits(session, order, supposed)
        shops = {shop.id: shop for shop in stores.all_stores(session)}
        view |= {
            "hits": [_row(hit, shops[hit.line.store_id].key) for hit in found.hits[:MOST_SHOWN]], "n": len(found.hits),
            "told": found.told_orders, "begins": words.day(found.begins) if found.begins else "", "cut": found.cut,
        }  # fmt: skip
    return view


def _row(hit: Hit, store: str) -> Row:
    stands = hit.stands
    return {
        "ref": hit.line.order_ref, "store_key": store, "sku": hit.line.sku, "units": hit.line.units, "tell": hit.told,
        "told": words.window(stands.told_p50, stands.told_p90) if stands else "",
        "stands": words.window(stands.window.p50, stands.window.p90) if stands else "",
        "would": words.window(hit.would.p50, hit.would.p90) or "no date",
    }  # fmt: skip


def progress(session: Session, order: PurchaseOrder) -> Row:
    """How far promising anew, and telling, is since the last revision."""
    last = receiving.revisions(session, order.id or 0, limit=1)
    ids = sorted({line.product_id for line in receiving.lines(session, order.id or 0)})
    held, told = backorders.telling(session, ids, last[0].at) if last else (0, 0)
    return {"ref": order.ref, "products": len(ids), "due": backorders.due_count(session, ids), "held": held, "told": told}
