"""Who is there: absences, own working days, the organisation's own days, who is shut out of a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("organisations", sa.Column("days_revision", sa.Uuid(), nullable=True))
    op.add_column("people", sa.Column("weekdays", sa.String(length=20), nullable=True))
    op.add_column("cases", sa.Column("excluded", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("standin", sa.Uuid(), nullable=True),
        sa.Column("from_at", _MOMENT, nullable=False),
        sa.Column("until_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_absences_organisation"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_absences_person"),
        sa.ForeignKeyConstraint(["standin"], ["people.id"], name="fk_absences_standin"),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index("ix_absences_organisation_person", "absences", ["organisation", "person"])
    op.create_index("ix_absences_person", "absences", ["person"])
    op.create_index("ix_absences_standin", "absences", ["standin"])
    op.create_table(
        "organisation_days",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name="fk_organisation_days_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "day", name="pk_organisation_days"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_adjustments_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_adjustments"),
    )
    op.create_index("ix_adjustments_organisation_at", "adjustments", ["organisation", "at"])
    op.create_table(
        "chores",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", _MOMENT, nullable=True),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_chores_organisation"),
        sa.PrimaryKeyConstraint("organisation", "kind", name="pk_chores"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_chores_at", "chores", ["at"])


def downgrade() -> None:
    for table in ("chores", "adjustments", "organisation_days", "absences"):
        op.drop_table(table)
    op.drop_column("cases", "excluded")
    op.drop_column("people", "weekdays")
    op.drop_column("organisations", "days_revision")
