"""Verbs of the catalogue."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog.models import Barcode, Product
from stowline.catalog.rules import canonical
from stowline.core import clock
from stowline.core.errors import Conflict, Refused

LARGEST_PACK = 100_000
AT_ONCE = 400  # parameters of one statement that asks for many codes
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
    check(sku, name, detail, weight_g, dims_mm or ())
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
        check(sku, name or sku)
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


@dataclass(frozen=True, slots=True)
class New:
    """A product to be made. Weight in g, dims_mm length, width, height; barcodes (code, units); None is not known."""

    sku: str
    name: str = ""
    barcodes: Sequence[tuple[str, int]] = ()
    weight_g: int | None = None
    dims_mm: tuple[int, int, int] | None = None


@dataclass(slots=True)
class _Taken:
    """SKUs and barcodes that mean something already; barcodes with the SKU of their product and their units."""

    skus: set[str] = field(default_factory=set)
    codes: dict[str, tuple[str, int]] = field(default_factory=dict)


def add_many(session: Session, goods: Sequence[New]) -> list[bool | Refused]:
    """Make many products in few statements; for each, in order: True if it is new, False if its SKU is known, or why not.

    The same as `add_product` of each in turn, with the same sentences; a refused one changes nothing.
    """
    taken = _taken(session, goods)
    fates: list[bool | Refused] = []
    fresh: list[New] = []
    for one in goods:
        try:
            is_new = _admit(taken, one)
        except Refused as why:
            fates.append(why)
            continue
        fates.append(is_new)
        fresh += [one] if is_new else []
    _insert(session, fresh)
    return fates


def _taken(session: Session, goods: Sequence[New]) -> _Taken:
    taken = _Taken()
    for part in _portions(list(dict.fromkeys(one.sku for one in goods))):
        taken.skus.update(session.exec(select(Product.sku).where(Product.sku.in_(part))))  # type: ignore[attr-defined]
    for part in _portions(list(dict.fromkeys(canonical(code) for one in goods for code, _ in one.barcodes))):
        query = sa.select(Barcode.code, Product.sku, Barcode.quantity).join(Product, Product.id == Barcode.product_id)  # type: ignore[call-overload]
        for code, sku, units in session.execute(query.where(Barcode.kind == "barcode", Barcode.code.in_(part))):  # type: ignore[attr-defined]
            taken.codes[code] = (sku, units)
    return taken


def _portions(codes: Sequence[str]) -> Iterable[Sequence[str]]:
    return (codes[at : at + AT_ONCE] for at in range(0, len(codes), AT_ONCE))


def _admit(taken: _Taken, one: New) -> bool:
    """Whether a product is new; what it takes is taken from then on. Raises Refused or Conflict, having taken nothing."""
    check(one.sku, one.name, "", one.weight_g, one.dims_mm or ())
    if one.sku in taken.skus:
        return False
    codes: dict[str, tuple[str, int]] = {}
    for code, units in one.barcodes:
        _check_barcode(code, units)
        meaning = (one.sku, units)
        if (taken.codes.get(canonical(code)) or codes.setdefault(canonical(code), meaning)) != meaning:
            raise _means_another(code)
    taken.skus.add(one.sku)
    taken.codes.update(codes)
    return True


def _insert(session: Session, goods: Collection[New]) -> None:
    if not goods:
        return
    now, none = clock.now(), (None, None, None)
    rows = [
        {"sku": one.sku, "name": one.name or one.sku, "detail": "", "weight_g": one.weight_g, "created_at": now,
         **dict(zip(("length_mm", "width_mm", "height_mm"), one.dims_mm or none, strict=True))}
        for one in goods
    ]
    made = session.execute(sa.insert(Product).returning(Product.sku, Product.id), rows)  # type: ignore[call-overload]
    ids: dict[str, int] = dict(iter(made))
    session.execute(sa.insert(Barcode), [
        {"code": form, "kind": kind, "shown": code, "product_id": ids[one.sku], "quantity": units}
        for one in goods for (form, kind), (code, units) in _codes(one).items()
    ])  # fmt: skip


def _codes(one: New) -> dict[tuple[str, str], tuple[str, int]]:
    """(form, kind) -> (as printed, units) of all codes that mean a product: its SKU and its barcodes, each once."""
    codes = {(canonical(one.sku), "sku"): (one.sku, 1)}
    for code, units in one.barcodes:
        codes.setdefault((canonical(code), "barcode"), (code, units))
    return codes


def add_barcode(session: Session, product: Product, code: str, quantity: int = 1) -> None:
    """Have a code mean so many units of a product. Raises Refused or Conflict with a sentence."""
    _check_barcode(code, quantity)
    form = canonical(code)
    known = session.exec(select(Barcode).where(Barcode.code == form, Barcode.kind == "barcode")).one_or_none()
    if known is None:
        session.add(Barcode(code=form, kind="barcode", shown=code, product_id=product.id or 0, quantity=quantity))
        session.flush()
    elif known.product_id != product.id or known.quantity != quantity:
        raise _means_another(code)


def _check_barcode(code: str, quantity: int) -> None:
    if not code or len(code) > 100 or not code.isprintable():
        raise Refused("A barcode is 1 to 100 printable characters.", where="barcodes")
    if not 1 <= quantity <= LARGEST_PACK:
        raise Refused(f"A barcode stands for 1 to {LARGEST_PACK:,} units.", where="barcodes")


def _means_another(code: str) -> Conflict:
    return Conflict(f"Barcode {code} means another product or pack already.", where="barcodes")


def check(sku: str, name: str, detail: str = "", weight_g: int | None = None, sides_mm: Sequence[int] = ()) -> None:
    """Raises Refused, with the field, for what no product can be. Weight in g, sides in mm; None is not known."""
    if not sku or len(sku) > 100 or sku != sku.strip() or not sku.isprintable():
        raise Refused("A SKU is 1 to 100 printable characters, without spaces at its ends.", where="sku")
    if len(name) > 300 or _UNPRINTABLE.search(name):
        raise Refused("A product name has at most 300 characters and no control characters.", where="name")
    if len(detail) > 300 or _UNPRINTABLE.search(detail):
        raise Refused("A product's detail has at most 300 characters and no control characters.", where="detail")
    if weight_g is not None and not 1 <= weight_g <= 10_000_000:
        raise Refused("A weight is 1 g to 10,000,000 g.", where="weight_g")
    if not all(1 <= side <= 100_000 for side in sides_mm):
        raise Refused("Dimensions are 1 mm to 100,000 mm: length, width, height.", where="dims_mm")
