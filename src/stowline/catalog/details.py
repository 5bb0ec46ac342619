"""What is known of a product, completed and corrected: name, weight, size, barcodes, and what its units are told apart by."""

from typing import Any, TypedDict

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries, service
from stowline.catalog.events import ProductChanged, TrackingSet
from stowline.catalog.models import Barcode, Product
from stowline.catalog.rules import canonical
from stowline.core import author, hooks, outbox
from stowline.core.errors import NotFound, Refused

LONGEST_LIFE_DAYS = 3650
HIGHEST_LOW = 1_000_000
_SIDES = ("length_mm", "width_mm", "height_mm")
_APART = ("lots", "serials", "expires")


class Changes(TypedDict, total=False):
    """What to set; what is left out stays. None is not known; an empty name has the product called by its SKU."""

    name: str
    detail: str
    weight_g: int | None
    dims_mm: tuple[int, int, int] | None
    lots: bool
    serials: bool
    expires: bool
    fefo: bool
    min_days_left: int
    low_at: int | None
    backorderable: bool


def change(session: Session, sku: str, changes: Changes) -> Product:
    """Set what is known of a product and record what changed, and by whom; the same again changes nothing.

    Raises NotFound; Refused for what cannot be; Conflict where lots, serials or expiry would be switched while units of
    the product are in the house: the books could not tell which lot those are of.
    """
    product = queries.product_by_sku(session, sku)
    wanted = _columns(product, changes)
    fresh = {name: value for name, value in wanted.items() if getattr(product, name) != value}
    if not fresh:
        return product
    _check(product, fresh)
    if any(name in fresh for name in _APART):
        hooks.tell(session, TrackingSet(product.id or 0, sku))
    outbox.record(session, ProductChanged(
        sku, author.current().who, {name: (getattr(product, name), value) for name, value in fresh.items()}
    ))  # fmt: skip
    for name, value in fresh.items():
        setattr(product, name, value)
    session.flush()
    return product


def _columns(product: Product, changes: Changes) -> dict[str, Any]:
    wanted: dict[str, Any] = dict(changes)
    if "name" in wanted:
        wanted["name"] = wanted["name"].strip() or product.sku
    if "detail" in wanted:
        wanted["detail"] = wanted["detail"].strip()
    if "dims_mm" in wanted:
        wanted.update(zip(_SIDES, wanted.pop("dims_mm") or (None, None, None), strict=True))
    return wanted


def _check(product: Product, fresh: dict[str, Any]) -> None:
    """Raises Refused for a value that cannot be, or for a product that could not be as a whole."""
    whole = product.model_dump() | fresh
    dims = tuple(fresh.get(side) for side in _SIDES)
    service.check(product.sku, whole["name"], whole["detail"], fresh.get("weight_g"), tuple(d for d in dims if d is not None))
    if whole["low_at"] is not None and not 0 <= whole["low_at"] <= HIGHEST_LOW:
        raise Refused(f"A product may be low at 0 to {HIGHEST_LOW:,} units.", where="low_at")
    if whole["expires"] and not whole["lots"]:
        raise Refused("A last day stands on a lot. Switch lots on as well.", where="expires")
    if whole["fefo"] and not whole["expires"]:
        raise Refused("What ends first can go first only where a last day is known. Switch expiry on as well.", where="fefo")
    if not 0 <= whole["min_days_left"] <= LONGEST_LIFE_DAYS:
        raise Refused(f"The days left when sold are 0 to {LONGEST_LIFE_DAYS:,}.", where="min_days_left")
    if whole["min_days_left"] and not whole["expires"]:
        raise Refused("Days left can be asked for only where a last day is known. Switch expiry on as well.",
                      where="min_days_left")


def take_off(session: Session, sku: str, code: str) -> None:
    """Have a barcode mean this product no longer; a scan of it is then unknown. Raises NotFound if it means none of it."""
    product = queries.product_by_sku(session, sku)
    gone = sa.delete(Barcode).where(
        Barcode.code == canonical(code), Barcode.kind == "barcode", Barcode.product_id == product.id  # type: ignore[arg-type]
    )  # fmt: skip
    if not session.execute(gone).rowcount:  # type: ignore[attr-defined]
        raise NotFound(f"{sku} has no barcode {code[:40]}.", where="code")
