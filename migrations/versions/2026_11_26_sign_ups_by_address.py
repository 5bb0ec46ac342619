"""Sign-ups are counted by their address."""

from alembic import op

revision = "sign_up_email"
down_revision = "supplier_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sign_up_email", "sign_up", ["email"])


def downgrade() -> None:
    op.drop_index("ix_sign_up_email", "sign_up")
