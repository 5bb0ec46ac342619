"""What shoppers say to the house, and the mark by which a reply finds the message it answers."""

import hashlib

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "contacts"
down_revision = "message_metrics"
branch_labels = None
depends_on = None

MOMENT = stowline.core.db.UtcDateTime(timezone=True)
PORTION = 1000


def upgrade() -> None:
    op.add_column("message", sa.Column("mark", sa.String(32), nullable=False, server_default=sa.text("''")))
    _mark_messages()
    kept = sa.text("mark <> ''")
    op.create_index("ix_message_mark", "message", ["mark"], sqlite_where=kept, postgresql_where=kept)
    texts = [("key", 80), ("answers", 40), ("channel", 16), ("source", 12), ("ref", 100), ("address", 254), ("name", 200), ("subject", 300), ("about", 12), ("why", 300),
             ("about_by", 120), ("kept_by", 120), ("handled_by", 120), ("testimonial_by", 120), ("consent_note", 300)]  # fmt: skip
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in texts),
        sa.Column("text", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=True) for name, table in (("store_id", "store"), ("order_id", "orders"), ("message_id", "message"))),
        *(sa.Column(name, MOMENT, nullable=name not in ("at", "kept_at")) for name in ("at", "kept_at", "handled_at", "testimonial_at")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    loose, shown = sa.text("order_id IS NULL AND handled_at IS NULL"), sa.text("testimonial_at IS NOT NULL")
    op.create_index("ix_contact_order", "contact", ["order_id", "id"])
    op.create_index("ix_contact_address", "contact", ["address", "id"])
    op.create_index("ix_contact_about", "contact", ["about", "at"])
    op.create_index("ix_contact_loose", "contact", ["id"], sqlite_where=loose, postgresql_where=loose)
    op.create_index("ix_contact_testimonial", "contact", ["testimonial_at", "id"], sqlite_where=shown, postgresql_where=shown)


def _mark_messages() -> None:
    """Messages that went out before, so that answers to them are known, too; erased ones stay without."""
    line, last = op.get_bind(), 0
    some = sa.text("SELECT id, key FROM message WHERE id > :last AND key NOT LIKE 'erased:%' ORDER BY id LIMIT :n")
    put = sa.text("UPDATE message SET mark = :mark WHERE id = :id")
    while rows := line.execute(some, {"last": last, "n": PORTION}).all():
        line.execute(put, [{"id": ident, "mark": hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]} for ident, key in rows])
        last = rows[-1][0]


def downgrade() -> None:
    """Take it back: what shoppers said is lost, the mails themselves stand in the mailbox."""
    op.drop_table("contact")
    op.drop_index("ix_message_mark", "message")
    op.drop_column("message", "mark")
