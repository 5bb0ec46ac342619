"""What a product's page in a shop shows, and what a store says across its site."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "product_pages"
down_revision = "returns"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Make it so."""
    op.create_table(
        "product_text",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("say", sa.Text(), nullable=False),
        sa.Column("sold_as", sa.String(120), nullable=False),
        sa.Column("guide", sa.Text(), nullable=False),
        sa.Column("specs", sa.JSON(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id", "locale"),
    )
    op.create_table(
        "product_price",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("product_id", "store_id"),
    )
    op.create_index("ix_product_price_store_id", "product_price", ["store_id"])
    _photos_and_banners()


def _photos_and_banners() -> None:
    op.create_table(
        "product_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("small_sha256", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("width", "height", "small_width", "small_height")),
        sa.Column("alt", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("product_id", "sha256"),
    )
    op.create_index("ix_product_photo_sha256", "product_photo", ["sha256"])
    op.create_index("ix_product_photo_small_sha256", "product_photo", ["small_sha256"])
    op.create_table(
        "store_banner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("begins_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=True),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_store_banner_store", "store_banner", ["store_id", "begins_at"])
    op.create_index("ix_promise_at", "promise", ["at"])


def downgrade() -> None:
    """Take it back: pages' words, prices, photographs and banners are forgotten."""
    op.drop_index("ix_promise_at", "promise")
    for table in ("store_banner", "product_photo", "product_price", "product_text"):
        op.drop_table(table)
