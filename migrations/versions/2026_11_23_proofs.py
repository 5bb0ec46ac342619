"""Runs of the integrity proof and what each invariant said."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "proofs"
down_revision = "stock_feed"
branch_labels = None
depends_on = None

_RUNS_NOW = sa.text("state = 'running'")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, stowline.core.db.UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "proof_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("nightly", sa.Boolean(), nullable=False),
        _moment("started_at"),
        _moment("taken_at", nullable=True),
        _moment("beat_at"),
        _moment("finished_at", nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'held', 'broken', 'failed', 'stopped')", name="ck_proof_run_state"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_proof_run_now", "proof_run", ["state"], unique=True, sqlite_where=_RUNS_NOW,
                    postgresql_where=_RUNS_NOW)  # fmt: skip
    op.create_index("ix_proof_run_started", "proof_run", ["started_at"])
    op.create_table(
        "proof_result",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("breaches", sa.JSON(), nullable=False),
        _moment("asked_at"),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        _moment("broken_since", nullable=True),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["proof_run.id"]),
        sa.PrimaryKeyConstraint("run_id", "name"),
    )
    op.create_index("ix_proof_result_name", "proof_result", ["name", "run_id"])


def downgrade() -> None:
    op.drop_table("proof_result")
    op.drop_table("proof_run")
