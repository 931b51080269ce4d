# SPDX-License-Identifier: Apache-2.0
"""Add who has the words of a case open."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import Instant

revision = "0038"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "casework_reading",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("reader", sa.String(length=80), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_reading")),
        info={"guard": "coded"},
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_casework_reading_case",
        "casework_reading",
        ["case_id", "reader", "until"],
        unique=False,
    )
