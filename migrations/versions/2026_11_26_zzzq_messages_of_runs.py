"""A message names the run that it belongs to."""

import json

import sqlalchemy as sa
from alembic import op

revision = "messages_of_runs"
down_revision = "parcels_that_left"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it so; messages that runs owed so far learn their run from their event."""
    op.execute("ALTER TABLE message ADD COLUMN run_id INTEGER REFERENCES note_run (id)")  # as text: no table is copied
    known = op.get_bind()
    query = "SELECT m.id, o.body FROM note_run_order w JOIN message m ON m.order_id = w.order_id JOIN outbox o ON o.id = m.event_id"
    for ident, body in known.execute(sa.text(f"{query} WHERE m.kind = 'note' AND m.copy_of_id IS NULL")).all():
        known.execute(sa.text("UPDATE message SET run_id = :run WHERE id = :id"), {"run": json.loads(body)["run_id"], "id": ident})
    has_one = sa.text("run_id IS NOT NULL")
    op.create_index("ix_message_run", "message", ["run_id", "order_id"], sqlite_where=has_one, postgresql_where=has_one)


def downgrade() -> None:
    """Take it back; their events still know."""
    op.drop_index("ix_message_run", "message")
    with op.batch_alter_table("message") as table:
        table.drop_column("run_id")
