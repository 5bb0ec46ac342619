"""What carriers tell us: their keys, their posts, and the way of each parcel."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "tracking"
down_revision = "store_voice"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=only, postgresql_where=only)


def upgrade() -> None:
    op.create_table(
        "carrier_feed",
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("old_secret", sa.String(200), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("provider"),
    )
    op.create_table(
        "tracking_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("event_id", sa.String(120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("signed_at", _MOMENT, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("carrier", sa.String(60), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=True),
        sa.Column("say", sa.String(500), nullable=False),
        sa.Column("worked_at", _MOMENT, nullable=True),
        sa.Column("settled_by", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "event_id"),
    )
    for name, columns in (("state", ["state", "id"]), ("number", ["number"]), ("parcel", ["parcel_id"]), ("last", ["provider", "id"])):
        op.create_index(f"ix_tracking_post_{name}", "tracking_post", columns)
    _partial("ix_tracking_post_kept", "tracking_post", ["received_at"], "body IS NOT NULL")
    op.create_table(
        "parcel_track",
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(60), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("milestone", sa.String(20), nullable=False),
        sa.Column("at", _MOMENT, nullable=True),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("eta", sa.Date(), nullable=True),
        sa.Column("eta_said_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"]),
        sa.PrimaryKeyConstraint("parcel_id"),
    )
    _partial("ix_parcel_track_number", "parcel_track", ["number"], "number <> ''", unique=True)
    op.create_table(
        "parcel_milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("milestone", sa.String(20), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("say", sa.String(300), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("heard_at", _MOMENT, nullable=False),
        sa.Column("told", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("parcel_id", "key"),
    )
    _partial("ix_parcel_milestone_told", "parcel_milestone", ["parcel_id", "told"], "told <> ''", unique=True)


def downgrade() -> None:
    """Take it back: what carriers said is forgotten; orders and parcels stay as they are."""
    op.execute("DELETE FROM timer WHERE kind IN ('tracking', 'tracking-sweep')")
    for table in ("parcel_milestone", "parcel_track", "tracking_post", "carrier_feed"):
        op.drop_table(table)
