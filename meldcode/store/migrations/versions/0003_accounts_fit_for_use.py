"""Accounts fit for use: links by mail to choose a password, counted attempts, mails about no case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("language", sa.String(length=10), nullable=True))
    op.add_column("sessions", sa.Column("device", sa.String(length=100), nullable=True))
    op.create_table(
        "password_links",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name="fk_password_links_organisation"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_links"),
        sa.UniqueConstraint("person", "purpose", name="uq_password_links_person_purpose"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempts",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("good_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_attempts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attempts_last_at", "attempts", ["last_at"], unique=False)
    with _mails() as mails:
        mails.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
        mails.alter_column("case", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    op.execute('DELETE FROM mails WHERE "case" IS NULL')
    with _mails() as mails:
        mails.alter_column("case", existing_type=sa.Uuid(), nullable=False)
        mails.drop_column("sealed")
    op.drop_index("ix_attempts_last_at", table_name="attempts")
    op.drop_table("attempts")
    op.drop_table("password_links")
    op.drop_column("sessions", "device")
    op.drop_column("accounts", "language")


@contextmanager
def _mails() -> Iterator[BatchOperations]:
    """The table of mails, to be altered.

    SQLite cannot alter a column: it gets a new table, and dropping the old one empties the outbox, whose
    rows go when their mails go. So what waits is kept aside meanwhile.
    """
    if op.get_bind().dialect.name != "sqlite":
        with op.batch_alter_table("mails") as mails:
            yield mails
        return
    op.execute("CREATE TEMPORARY TABLE kept_outbox AS SELECT mail, organisation, at FROM outbox")
    with op.batch_alter_table("mails", recreate="always") as mails:
        yield mails
    op.execute(
        "INSERT INTO outbox (mail, organisation, at) SELECT mail, organisation, at FROM kept_outbox"
        " WHERE mail IN (SELECT id FROM mails)"
    )
    op.execute("DROP TABLE kept_outbox")
