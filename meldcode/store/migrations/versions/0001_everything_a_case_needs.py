"""Everything a case needs: organisations, people, versions, cases, mails, audit, incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("key", name="uq_organisations_key"),
    )
    op.create_table(
        "accounts",
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_accounts_organisation"),
        sa.PrimaryKeyConstraint("username", name="pk_accounts"),
        sa.UniqueConstraint("person", name="uq_accounts_person"),
    )
    op.create_table(
        "audit",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("behalf", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=100), nullable=True),
        sa.Column("action", sa.String(length=100), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_audit_organisation"),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_audit"),
        sa.UniqueConstraint("organisation", "person", "key", name="uq_audit_organisation_person_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_organisation_case", "audit", ["organisation", "case"], unique=False)
    op.create_table(
        "audit_heads",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_audit_heads_organisation"),
        sa.PrimaryKeyConstraint("organisation", name="pk_audit_heads"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_people_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_organisation", "people", ["organisation"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_sessions_organisation"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sessions_person", "sessions", ["person"], unique=False)
    op.create_table(
        "versions",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_versions_organisation"),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_versions"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("joined", sa.JSON(), nullable=False),
        sa.Column("contributors", sa.JSON(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["people.id"], name="fk_cases_opened_by"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_cases_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("organisation", "reference", name="uq_cases_organisation_reference"),
    )
    op.create_index("ix_cases_opened_by", "cases", ["opened_by"], unique=False)
    op.create_index("ix_cases_organisation_status", "cases", ["organisation", "status"], unique=False)
    op.create_table(
        "role_holders",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_role_holders_organisation"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_role_holders_person"),
        sa.PrimaryKeyConstraint("organisation", "role", "person", name="pk_role_holders"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_role_holders_person", "role_holders", ["person"], unique=False)
    op.create_table(
        "version_files",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "version"],
            ["versions.organisation", "versions.id"],
            name="fk_version_files_version",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_version_files_organisation"),
        sa.PrimaryKeyConstraint("organisation", "version", "path", name="pk_version_files"),
    )
    op.create_table(
        "case_keys",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_case_keys_case", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_case_keys_organisation"),
        sa.PrimaryKeyConstraint("case", name="pk_case_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "due",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_due_case", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_due_organisation"),
        sa.PrimaryKeyConstraint("case", name="pk_due"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_due_at", "due", ["at"], unique=False)
    op.create_table(
        "entries",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Uuid(), nullable=False),
        sa.Column("node", sa.String(length=200), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_entries_case", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_entries_organisation"),
        sa.PrimaryKeyConstraint("case", "revision", name="pk_entries"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=True),
        sa.Column("mail", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("node", sa.String(length=200), nullable=True),
        sa.Column("text_nl", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_incidents_case", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_incidents_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index(
        "ix_incidents_organisation_resolved_at", "incidents", ["organisation", "resolved_at"], unique=False
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("timer", sa.String(length=200), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_mails_case", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_mails_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
        sa.UniqueConstraint(
            "case",
            "timer",
            "occurrence",
            "level",
            "person",
            name="uq_mails_case_timer_occurrence_level_person",
        ),
    )
    op.create_index("ix_mails_organisation_created_at", "mails", ["organisation", "created_at"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("node", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=True),
        sa.Column("assignee", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("steps", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_tasks_case", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_tasks_organisation"),
        sa.PrimaryKeyConstraint("case", "id", name="pk_tasks"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_tasks_assignee",
        "tasks",
        ["assignee"],
        unique=False,
        sqlite_where=sa.text("assignee IS NOT NULL"),
        postgresql_where=sa.text("assignee IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_pool",
        "tasks",
        ["organisation", "role"],
        unique=False,
        sqlite_where=sa.text("assignee IS NULL"),
        postgresql_where=sa.text("assignee IS NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("mail", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mail"], ["mails.id"], name="fk_outbox_mail", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_outbox_organisation"),
        sa.PrimaryKeyConstraint("mail", name="pk_outbox"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_outbox_at", "outbox", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_outbox_at", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(
        "ix_tasks_pool",
        table_name="tasks",
        sqlite_where=sa.text("assignee IS NULL"),
        postgresql_where=sa.text("assignee IS NULL"),
    )
    op.drop_index(
        "ix_tasks_assignee",
        table_name="tasks",
        sqlite_where=sa.text("assignee IS NOT NULL"),
        postgresql_where=sa.text("assignee IS NOT NULL"),
    )
    op.drop_table("tasks")
    op.drop_index("ix_mails_organisation_created_at", table_name="mails")
    op.drop_table("mails")
    op.drop_index("ix_incidents_organisation_resolved_at", table_name="incidents")
    op.drop_table("incidents")
    op.drop_table("entries")
    op.drop_index("ix_due_at", table_name="due")
    op.drop_table("due")
    op.drop_table("case_keys")
    op.drop_table("version_files")
    op.drop_index("ix_role_holders_person", table_name="role_holders")
    op.drop_table("role_holders")
    op.drop_index("ix_cases_organisation_status", table_name="cases")
    op.drop_index("ix_cases_opened_by", table_name="cases")
    op.drop_table("cases")
    op.drop_table("versions")
    op.drop_index("ix_sessions_person", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_people_organisation", table_name="people")
    op.drop_table("people")
    op.drop_table("audit_heads")
    op.drop_index("ix_audit_organisation_case", table_name="audit")
    op.drop_table("audit")
    op.drop_table("accounts")
    op.drop_table("organisations")
    op.drop_table("clock")
