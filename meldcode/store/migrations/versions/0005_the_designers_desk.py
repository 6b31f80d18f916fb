"""The designer's desk: drafts with every revision, publications, comments, and who has read what."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MADE = (
    "desk_drafts",
    "desk_files",
    "desk_revisions",
    "desk_presence",
    "desk_comments",
    "desk_proofs",
    "publications",
    "readings",
    "desk_due",
)


def upgrade() -> None:
    _create(
        "desk_drafts",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", _moment(), nullable=False),
        key=("organisation",),
    )
    _create(
        "desk_files",
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        key=("organisation", "path"),
    )
    _create(
        "desk_revisions",
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        key=("organisation", "path", "revision"),
    )
    _create(
        "desk_presence",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("since", _moment(), nullable=False),
        sa.Column("seen_at", _moment(), nullable=False),
        key=("organisation", "person", "path"),
        sqlite_with_rowid=False,
    )
    _create(
        "desk_comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=True),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", _moment(), nullable=True),
        key=("id",),
    )
    op.create_index("ix_desk_comments_organisation", "desk_comments", ["organisation", "at"])
    _create(
        "desk_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("asked_at", _moment(), nullable=False),
        sa.Column("seen_at", _moment(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("states", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        key=("id",),
    )
    op.create_index("ix_desk_proofs_organisation_version", "desk_proofs", ["organisation", "version"])
    _create(
        "publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("effective_at", _moment(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", _moment(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", _moment(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("in_force_at", _moment(), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        key=("id",),
    )
    op.create_index("ix_publications_organisation", "publications", ["organisation", "asked_at"])
    _create(
        "readings",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        key=("organisation", "version", "person"),
        sqlite_with_rowid=False,
    )
    _create(
        "desk_due",
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        key=("organisation", "purpose"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_desk_due_at", "desk_due", ["at"])


def downgrade() -> None:
    for table in reversed(MADE):
        op.drop_table(table)


def _create(table: str, *columns: sa.Column[Any], key: tuple[str, ...], **options: Any) -> None:
    op.create_table(
        table,
        sa.Column("organisation", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=f"fk_{table}_organisation"),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"),
        **options,
    )


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)
