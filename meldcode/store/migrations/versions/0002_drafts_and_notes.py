"""Drafts of tasks, and notes beside a case's steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case", "task"], ["tasks.case", "tasks.id"], name="fk_drafts_case", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_drafts_organisation"),
        sa.PrimaryKeyConstraint("case", "task", "person", name="pk_drafts"),
    )
    op.create_table(
        "notes",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_notes_case", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_notes_organisation"),
        sa.PrimaryKeyConstraint("case", "id", name="pk_notes"),
    )


def downgrade() -> None:
    op.drop_table("notes")
    op.drop_table("drafts")
