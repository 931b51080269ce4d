# SPDX-License-Identifier: Apache-2.0
"""Add what falls due for the privacy officer."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import Instant

revision = "0052"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "privacy_duty",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("at", Instant(), nullable=True),
        sa.Column("held", sa.String(length=120), nullable=True),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_privacy_duty")),
        sa.UniqueConstraint("held", name=op.f("uq_privacy_duty_held")),
        info={"guard": "coded"},
        sqlite_with_rowid=True,
    )
