"""Pick faces, how much each bin and product is picked a day, and put-aways into another bin than the suggested one."""

import sqlalchemy as sa
from alembic import op

from stowline.core.db import UtcDateTime

revision = "replenishment"
down_revision = "kits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _picks()
    op.create_table(
        "pick_face",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("min_units", sa.Integer(), nullable=False),
        sa.Column("max_units", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "min_units >= 0 AND max_units > 0 AND min_units <= max_units", name="ck_pick_face_units"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.PrimaryKeyConstraint("product_id", "location_id"),
    )
    op.create_index("ix_pick_face_location", "pick_face", ["location_id"])
    op.create_table(
        "refill_due",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id"),
    )
    _overrides()


def _picks() -> None:
    op.create_table(
        "daily_pick",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("picks", sa.Integer(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.PrimaryKeyConstraint("day", "product_id", "location_id"),
    )
    op.create_index("ix_daily_pick_product", "daily_pick", ["product_id", "day"])
    op.create_table(
        "pick_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("graded_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO pick_mark (id, counted, seen, number) VALUES (1, 0, 0, 0)")
    op.create_table(
        "velocity",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("picks", sa.Integer(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.String(length=1), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id"),
    )
    op.create_index("ix_velocity_grade", "velocity", ["grade", "product_id"])


def _overrides() -> None:
    op.create_table(
        "put_away_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=20), nullable=False),
        sa.Column("advised_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("scan_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["advised_id"], ["location.id"]),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scan_id"),
    )


def downgrade() -> None:
    for table in ("put_away_override", "refill_due", "pick_face", "velocity", "pick_mark", "daily_pick"):
        op.drop_table(table)
