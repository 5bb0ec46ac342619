"""Knowledge snippets, the first five of them, and tags."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "support"
down_revision = "consent"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)
FIRST = {
    "where-is-it": ("Where is my order", "Hello {{ customer }},\n\nyour order {{ order }} of {{ placed }} is with us. What still waits: {{ waiting }}. {{ when }} You can follow it at any time: {{ status_page }}"),
    "why-late": ("Why is it late", "Hello {{ customer }},\n\nI am sorry that order {{ order }} takes longer. There was not enough stock when you ordered, and the delivery that brings the rest is still on its way to us. {{ when }} {{ told }}"),
    "what-next": ("What happens next", "As soon as the missing goods of order {{ order }} reach our warehouse, they are set aside for you at once: whoever ordered first is served first. We pack the order then and write to you when the parcel leaves. There is nothing you have to do."),
    "when-told": ("When will I be told", "We write to you when goods for order {{ order }} arrive, when your parcel leaves, and at once if the date moves. {{ told }} Your own page always shows how it stands: {{ status_page }}"),
    "how-it-works": ("How waiting orders work", "Your place in line is kept from the moment you ordered, and nobody who ordered later is served before you. Days that we name come from what our suppliers promise and from how they kept it so far. Where we have no date that we could stand behind, we say so. You can cancel what waits at any time: answer this mail.\n\n{{ store }}"),
}


def upgrade() -> None:
    snippet = op.create_table(
        "snippet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", "locale"),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(16), nullable=False),
        sa.Column("noun_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("noun", "noun_id", "tag"),
    )
    op.create_index("ix_tag_tag", "tag", ["noun", "tag", "noun_id"])
    at = datetime(2026, 11, 25, tzinfo=UTC)
    op.bulk_insert(snippet, [
        {"key": key, "locale": "en", "title": title, "text": text, "changed_at": at, "changed_by": "Stowline"}
        for key, (title, text) in FIRST.items()
    ])  # fmt: skip


def downgrade() -> None:
    op.drop_table("tag")
    op.drop_table("snippet")
