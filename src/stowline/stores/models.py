"""The shops whose goods we ship."""

from sqlalchemy import JSON, false, text
from sqlmodel import Field, SQLModel

NONE = {"server_default": text("''")}


class Store(SQLModel, table=True):
    """One shop: its name and brand on paper and mail, its money, language and time zone, its policies.

    `self_service` says until when shoppers may cancel by themselves (see `service.SELF_SERVICE`). `public_availability` lets anybody ask what is in stock, `units_shown` (none, few, exact) how many; at most
    `notices_per_unit` people are told of each unit that is back in stock. What its mails say in its own voice: `confirmation_look`
    (see `brand.LOOKS`), `greeting` in place of "Hello", `sign_off`, and codes with what they are good for; "" for none.
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
    support_phone: str = Field(default="", max_length=40, sa_column_kwargs=NONE)
    support_hours: str = Field(default="", max_length=120, sa_column_kwargs=NONE)
    address_line: str = Field(default="", max_length=200)
    url: str = Field(default="", max_length=300)
    accent: str = Field(default="#0b5a6e", max_length=7)
    ship_within_days: int = Field(default=1, ge=0)
    urgent_units_per_day: int = Field(default=20, ge=0, sa_column_kwargs={"server_default": text("20")})
    serves: str = Field(default="placed", max_length=10, sa_column_kwargs={"server_default": text("'placed'")})
    ships: str = Field(default="complete", max_length=10, sa_column_kwargs={"server_default": text("'complete'")})
    most_parcels: int | None = None
    self_service: str = Field(default="until_picked", max_length=16, sa_column_kwargs={"server_default": text("'until_picked'")})
    public_availability: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    units_shown: str = Field(default="none", max_length=8, sa_column_kwargs={"server_default": text("'none'")})
    confirmation_look: str = Field(default="plain", max_length=12, sa_column_kwargs={"server_default": text("'plain'")})
    greeting: str = Field(default="", max_length=60, sa_column_kwargs=NONE)
    sign_off: str = Field(default="", max_length=200, sa_column_kwargs=NONE)
    welcome_code: str = Field(default="", max_length=40, sa_column_kwargs=NONE)
    welcome_say: str = Field(default="", max_length=200, sa_column_kwargs=NONE)
    coupon_code: str = Field(default="", max_length=40, sa_column_kwargs=NONE)
    coupon_say: str = Field(default="", max_length=200, sa_column_kwargs=NONE)
    referral_say: str = Field(default="", max_length=300, sa_column_kwargs=NONE)
    referral_url: str = Field(default="", max_length=300, sa_column_kwargs=NONE)
    win_back_code: str = Field(default="", max_length=40, sa_column_kwargs=NONE)
    win_back_say: str = Field(default="", max_length=200, sa_column_kwargs=NONE)
    win_back_news: str = Field(default="", max_length=300, sa_column_kwargs=NONE)
    notices_per_unit: int = Field(default=2, ge=1, sa_column_kwargs={"server_default": text("2")})
    webhook_secrets: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
