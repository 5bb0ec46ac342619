"""Where a shopper has things sent."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class CustomerAddress(SQLModel, table=True):
    """An address in a shopper's book; one of them is the default."""

    __tablename__ = "customer_address"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    name: str = Field(max_length=300)
    company: str = Field(default="", max_length=300)
    line1: str = Field(max_length=300)
    line2: str = Field(default="", max_length=300)
    city: str = Field(max_length=200)
    region: str = Field(default="", max_length=200)
    postcode: str = Field(default="", max_length=40)
    country: str = Field(max_length=2)
    is_default: bool = False
    changed_at: datetime = Field(sa_type=UtcDateTime)
