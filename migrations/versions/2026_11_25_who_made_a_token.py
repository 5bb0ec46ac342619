"""Who made an API token: a program does not approve what its maker asked for."""

import sqlalchemy as sa
from alembic import op

revision = "token_maker"
down_revision = "replenishment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_token") as table:
        table.add_column(sa.Column("made_by", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_api_token_made_by", "user", ["made_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("api_token") as table:
        table.drop_constraint("fk_api_token_made_by", type_="foreignkey")
        table.drop_column("made_by")
