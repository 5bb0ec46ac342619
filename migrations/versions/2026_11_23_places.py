"""Zones, coordinates, capacity and mixing rules of bins."""

import sqlalchemy as sa
from alembic import op

revision = "places"
down_revision = "lots"
branch_labels = None
depends_on = None

_NUMBERS = ("bay", "level", "x_mm", "y_mm", "max_units", "max_weight_g", "max_volume_cm3")


def upgrade() -> None:
    _describe_bins()
    op.create_table(
        "zone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("mixing", sa.String(length=12), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.execute(  # every zone that a bin names, in the order of the walk
        "INSERT INTO zone (code, name, mixing, sequence)"
        " SELECT zone, '', '', MIN(sequence) FROM location WHERE zone <> '' GROUP BY zone ORDER BY MIN(sequence), zone"
    )


def _describe_bins() -> None:
    """Columns are added in place: half of the other tables point at a bin."""
    for name, length in (("aisle", 12), ("mixing", 12)):
        op.add_column("location", sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False))
    for name in _NUMBERS:
        op.add_column("location", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("location", sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_index("ix_location_zone", "location", ["zone", "code"])


def downgrade() -> None:
    op.drop_index("ix_location_zone", "location")
    op.drop_table("zone")
    with op.batch_alter_table("location") as batch:
        for name in ("active", *_NUMBERS, "mixing", "aisle"):
            batch.drop_column(name)
