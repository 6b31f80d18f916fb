"""What has to hold for a mail to leave: its task, whose that was, until when it means anything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meldcode.store.tables import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mails", sa.Column("task", sa.Uuid(), nullable=True))
    op.add_column("mails", sa.Column("holder", sa.Uuid(), nullable=True))
    op.add_column("mails", sa.Column("not_after", Moment, nullable=True))


def downgrade() -> None:
    for name in ("not_after", "holder", "task"):
        op.drop_column("mails", name)
