"""Until when the reminders of a case wait, why, and who said so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meldcode.store.tables import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("reminders_from", Moment, nullable=True))
    op.add_column("cases", sa.Column("pause_reason", sa.String(20), nullable=True))
    op.add_column("cases", sa.Column("paused_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    for name in ("paused_by", "pause_reason", "reminders_from"):
        op.drop_column("cases", name)
