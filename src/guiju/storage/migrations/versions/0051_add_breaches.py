# SPDX-License-Identifier: Apache-2.0
"""Add what was decided about breaches of personal information, and whom they concern."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import CanonicalJson, Instant

revision = "0051"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "breach",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("natures", CanonicalJson(), nullable=False),
        sa.Column("authority", sa.String(length=8), nullable=True),
        sa.Column("people", sa.String(length=8), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_breach")),
        info={"guard": "attested"},
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_breach_incident"), "breach", ["incident"], unique=False)
    op.create_table(
        "breach_person",
        sa.Column("breach", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("breach", "person", name=op.f("pk_breach_person")),
        info={"guard": "coded"},
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_breach_person_person"), "breach_person", ["person"], unique=False)
