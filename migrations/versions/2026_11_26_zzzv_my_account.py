"""Shoppers sign in by a link, keep an address book, and see how the shop says that they pay."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "my_account"
down_revision = "product_pages"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Make it so."""
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sign_in_link_address", "sign_in_link", ["store_id", "address", "asked_at"])
    op.create_index("ix_sign_in_link_expires", "sign_in_link", ["expires_at"])
    op.create_table(
        "shopper_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        *(sa.Column(name, _MOMENT, nullable=False) for name in ("began_at", "rotated_at", "expires_at")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_index("ix_shopper_session_customer_id", "shopper_session", ["customer_id"])
    op.create_index("ix_shopper_session_expires_at", "shopper_session", ["expires_at"])
    _address_book()


def _address_book() -> None:
    longest = {"name": 300, "company": 300, "line1": 300, "line2": 300, "city": 200, "region": 200, "postcode": 40, "country": 2}
    op.create_table(
        "customer_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(n), nullable=False) for name, n in longest.items()),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_customer_address_customer_id", "customer_address", ["customer_id"])
    with op.batch_alter_table("customer") as batch:
        batch.add_column(sa.Column("payment", sa.String(80), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Take it back: everybody is signed out, and address books are forgotten."""
    with op.batch_alter_table("customer") as batch:
        batch.drop_column("payment")
    for table in ("customer_address", "shopper_session", "sign_in_link"):
        op.drop_table(table)
