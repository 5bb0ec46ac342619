"""Who is signed in to their account in a store."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class ShopperSession(SQLModel, table=True):
    """A browser in which a shopper is signed in to one store; the secret of its cookie is kept as a digest."""

    __tablename__ = "shopper_session"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    store_id: int = Field(foreign_key="store.id")
    secret_hash: str = Field(unique=True, max_length=64)
    csrf: str = Field(max_length=64)
    began_at: datetime = Field(sa_type=UtcDateTime)
    rotated_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
