"""What a product's page in a shop shows of it, beside what the house itself needs to know: words, a price, photographs."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class ProductText(SQLModel, table=True):
    """A product in one language: what it is (`say`), how it is sold (`sold_as`: "box of 6"), how to get ready for it and to
    use it (`guide`), and `specs`, rows of [what, value].
    """

    __tablename__ = "product_text"

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    locale: str = Field(primary_key=True, max_length=12)
    say: str = Field(default="", sa_type=Text)
    sold_as: str = Field(default="", max_length=120)
    guide: str = Field(default="", sa_type=Text)
    specs: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ProductPrice(SQLModel, table=True):
    """What a store asks for one unit, in minor units of `currency`."""

    __tablename__ = "product_price"

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    store_id: int = Field(primary_key=True, foreign_key="store.id", index=True)
    minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ProductPhoto(SQLModel, table=True):
    """A photograph in two sizes, drawn anew when it came; each is named by the SHA-256 of its bytes, so it never changes."""

    __tablename__ = "product_photo"
    __table_args__ = (UniqueConstraint("product_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")
    position: int
    sha256: str = Field(max_length=64, index=True)
    small_sha256: str = Field(max_length=64, index=True)
    width: int
    height: int
    small_width: int
    small_height: int
    alt: str = Field(default="", max_length=200)
    content: bytes = Field(sa_type=LargeBinary)
    small: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime)
