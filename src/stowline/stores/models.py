"""The shops whose goods we ship."""

from sqlalchemy import JSON, false, text
from sqlmodel import Field, SQLModel


class Store(SQLModel, table=True):
    """One shop: its name and brand on paper and mail, its money, language and time zone, its policies.

    `public_availability` lets anybody ask what is in stock, `units_shown` (none, few, exact) how many; at most
    `notices_per_unit` people are told of each unit that is back in stock.
    """

    __tablename__ = "store"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=40)
    name: str = Field(max_length=120)
    currency: str = Field(default="EUR", max_length=3)
    locale: str = Field(default="en", max_length=12)
    time_zone: str = Field(default="UTC", max_length=60)
    sender_email: str = Field(default="shop@example.test", max_length=254)
    reply_to: str = Field(default="", max_length=254)
    support_email: str = Field(default="", max_length=254)
    address_line: str = Field(default="", max_length=200)
    url: str = Field(default="", max_length=300)
    accent: str = Field(default="#0b5a6e", max_length=7)
    ship_within_days: int = Field(default=1, ge=0)
    urgent_units_per_day: int = Field(default=20, ge=0, sa_column_kwargs={"server_default": text("20")})
    serves: str = Field(default="placed", max_length=10, sa_column_kwargs={"server_default": text("'placed'")})
    ships: str = Field(default="complete", max_length=10, sa_column_kwargs={"server_default": text("'complete'")})
    most_parcels: int | None = None
    public_availability: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    units_shown: str = Field(default="none", max_length=8, sa_column_kwargs={"server_default": text("'none'")})
    notices_per_unit: int = Field(default=2, ge=1, sa_column_kwargs={"server_default": text("2")})
    webhook_secrets: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
