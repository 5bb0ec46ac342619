"""What a store's messages say in its own voice."""

import sqlalchemy as sa
from alembic import op

revision = "store_voice"
down_revision = "suppressions"
branch_labels = None
depends_on = None

_COLUMNS = {
    "confirmation_look": (12, "plain"), "greeting": (60, ""), "sign_off": (200, ""), "welcome_code": (40, ""), "welcome_say": (200, ""),
    "coupon_code": (40, ""), "coupon_say": (200, ""), "referral_say": (300, ""), "referral_url": (300, ""),
    "win_back_code": (40, ""), "win_back_say": (200, ""), "win_back_news": (300, ""),
}  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("store") as store:
        for name, (longest, default) in _COLUMNS.items():
            store.add_column(sa.Column(name, sa.String(longest), nullable=False, server_default=sa.text(f"'{default}'")))


def downgrade() -> None:
    with op.batch_alter_table("store") as store:
        for name in _COLUMNS:
            store.drop_column(name)
