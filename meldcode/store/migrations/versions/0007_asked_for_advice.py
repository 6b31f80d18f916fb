"""Whom the holder of a task asks for advice on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("adviser", sa.Uuid(), nullable=True))
    asked = sa.text("adviser IS NOT NULL")
    op.create_index("ix_tasks_adviser", "tasks", ["adviser"], sqlite_where=asked, postgresql_where=asked)


def downgrade() -> None:
    op.drop_index("ix_tasks_adviser", "tasks")
    op.drop_column("tasks", "adviser")
