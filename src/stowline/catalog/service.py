"""Verbs of the catalogue."""

import re
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog.models import Barcode, Product
from stowline.catalog.rules import canonical
from stowline.core import clock
from stowline.core.errors import Conflict, Refused

LARGEST_PACK = 100_000
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def add_product(
    session: Session,
    *,
    sku: str,
    name: str,
    detail: str = "",
    barcodes: Sequence[tuple[str, int]] = (),
    weight_g: int | None = None,
    dims_mm: tuple[int, int, int] | None = None,
) -> tuple[Product, bool]:
    """The product under this SKU, made if it is new: (product, whether it is new). A known one keeps what it has.

    `barcodes` are (code, units) pairs, `dims_mm` length, width, height. Raises Refused for what cannot be a product,
    Conflict where a barcode means another product already.
    """
    _check(sku, name, weight_g, dims_mm)
    if len(detail) > 300 or _UNPRINTABLE.search(detail):
        raise Refused("A product's detail has at most 300 characters and no control characters.", where="detail")
    known = session.exec(select(Product).where(Product.sku == sku)).one_or_none()
    if known is not None:
        return known, False
    length, width, height = dims_mm or (None, None, None)
    product = Product(sku=sku, name=name or sku, detail=detail, weight_g=weight_g, length_mm=length, width_mm=width,
                      height_mm=height, created_at=clock.now())
    session.add(product)
    session.flush()
    session.add(Barcode(code=canonical(sku), kind="sku", shown=sku, product_id=product.id or 0, quantity=1))
    for code, quantity in barcodes:
        add_barcode(session, product, code, quantity)
    session.flush()
    return product, True


def add_products(session: Session, goods: Iterable[tuple[str, str]]) -> int:
    """Make the products of (sku, name) pairs that are not known yet, in few statements: how many are new."""
    wanted = dict(goods)
    for sku, name in wanted.items():
        _check(sku, name or sku, None, None)
    have = set(session.exec(select(Product.sku).where(Product.sku.in_(list(wanted)))))  # type: ignore[attr-defined]
    fresh = [sku for sku in wanted if sku not in have]
    if not fresh:
        return 0
    now = clock.now()
    rows = session.execute(
        sa.insert(Product).returning(Product.id, Product.sku),  # type: ignore[call-overload]
        [{"sku": sku, "name": wanted[sku] or sku, "detail": "", "created_at": now} for sku in fresh],
    ).all()
    session.execute(
        sa.insert(Barcode),
        [{"code": canonical(sku), "kind": "sku", "shown": sku, "product_id": i, "quantity": 1} for i, sku in rows],
    )
    return len(rows)


def add_barcode(session: Session, product: Product, code: str, quantity: int = 1) -> None:
    """Have a code mean so many units of a product. Raises Refused or Conflict with a sentence."""
    if not code or len(code) > 100 or not code.isprintable():
        raise Refused("A barcode is 1 to 100 printable characters.", where="barcodes")
    if not 1 <= quantity <= LARGEST_PACK:
        raise Refused(f"A barcode stands for 1 to {LARGEST_PACK:,} units.", where="barcodes")
    form = canonical(code)
    known = session.exec(select(Barcode).where(Barcode.code == form, Barcode.kind == "barcode")).one_or_none()
    if known is None:
        session.add(Barcode(code=form, kind="barcode", shown=code, product_id=product.id or 0, quantity=quantity))
        session.flush()
    elif known.product_id != product.id or known.quantity != quantity:
        raise Conflict(f"Barcode {code} means another product or pack already.", where="barcodes")


def _check(sku: str, name: str, weight_g: int | None, dims_mm: tuple[int, int, int] | None) -> None:
    if not sku or len(sku) > 100 or sku != sku.strip() or not sku.isprintable():
        raise Refused("A SKU is 1 to 100 printable characters, without spaces at its ends.", where="sku")
    if len(name) > 300 or _UNPRINTABLE.search(name):
        raise Refused("A product name has at most 300 characters and no control characters.", where="name")
    if weight_g is not None and not 1 <= weight_g <= 10_000_000:
        raise Refused("A weight is 1 g to 10,000,000 g.", where="weight_g")
    if dims_mm is not None and not all(1 <= side <= 100_000 for side in dims_mm):
        raise Refused("Dimensions are 1 mm to 100,000 mm: length, width, height.", where="dims_mm")
