"""Products and the codes on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

NO: dict[str, Any] = {"server_default": false()}


class Product(SQLModel, table=True):
    """One SKU. Weight in g, dimensions in mm, both unknown until somebody measured them.

    `lots` and `serials` say what its units are told apart by, `expires` that each lot has a last day, `fefo` that the
    lot that ends first is picked first; `min_days_left` days before that day a lot is sold no more. It is low when no more
    than `low_at` units are free (None: nobody asked). What is not `backorderable` is told as out of stock where none is free.
    """

    __tablename__ = "product"

    id: int | None = Field(default=None, primary_key=True)
    sku: str = Field(unique=True, max_length=100)
    name: str = Field(max_length=300)
    detail: str = Field(default="", max_length=300)
    weight_g: int | None = Field(default=None, ge=1)
    length_mm: int | None = Field(default=None, ge=1)
    width_mm: int | None = Field(default=None, ge=1)
    height_mm: int | None = Field(default=None, ge=1)
    lots: bool = Field(default=False, sa_column_kwargs=NO)
    serials: bool = Field(default=False, sa_column_kwargs=NO)
    expires: bool = Field(default=False, sa_column_kwargs=NO)
    fefo: bool = Field(default=False, sa_column_kwargs=NO)
    min_days_left: int = Field(default=0, ge=0, sa_column_kwargs={"server_default": text("0")})
    low_at: int | None = Field(default=None, ge=0)
    backorderable: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    created_at: datetime = Field(sa_type=UtcDateTime)


class Barcode(SQLModel, table=True):
    """A code that means a product: a barcode with the units it stands for (a case of 12), or the SKU itself.

    `code` is what is looked up (a valid GTIN in its 14-digit form, anything else as it is); `shown` is what is printed.
    A barcode means one product; a SKU may happen to look like another product's barcode, then the scan asks.
    """

    __tablename__ = "barcode"
    __table_args__ = (UniqueConstraint("code", "kind"), CheckConstraint("quantity > 0", name="ck_barcode_quantity"))

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=200)
    kind: str = Field(default="barcode", max_length=8)
    shown: str = Field(max_length=200)
    product_id: int = Field(foreign_key="product.id", index=True)
    quantity: int = 1


class KitPart(SQLModel, table=True):
    """So many units of a part are in one kit. A product with parts is a kit: sold as one, picked as them, never stocked."""

    __tablename__ = "kit_part"
    __table_args__ = (
        CheckConstraint("units > 0", name="ck_kit_part_units"),
        CheckConstraint("kit_id <> part_id", name="ck_kit_part_other"),
    )

    kit_id: int = Field(primary_key=True, foreign_key="product.id")
    part_id: int = Field(primary_key=True, foreign_key="product.id", index=True)
    position: int
    units: int


class Substitute(SQLModel, table=True):
    """A product that may take another's place, unit for unit, for a shopper who agreed: the lowest `position` first.

    With months it may only from `from_month` to `to_month` (1 to 12; 11 to 2 is November to February).
    """

    __tablename__ = "substitute"
    __table_args__ = (CheckConstraint("product_id <> substitute_id", name="ck_substitute_other"),)

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    substitute_id: int = Field(primary_key=True, foreign_key="product.id", index=True)
    position: int
    from_month: int | None = None
    to_month: int | None = None
    since: datetime = Field(sa_type=UtcDateTime)
