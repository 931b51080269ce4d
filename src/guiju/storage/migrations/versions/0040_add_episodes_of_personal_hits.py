# SPDX-License-Identifier: Apache-2.0
"""Add how often personal information was found in answers of late, and when that was last much."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import Instant

revision = "0040"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "personal_hit",
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_personal_hit")),
        info={"guard": "coded"},
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_personal_hit_at"), "personal_hit", ["at"], unique=False)
    op.create_table(
        "incident_episode",
        sa.Column("sign", sa.String(length=40), nullable=False),
        sa.Column("loud_at", Instant(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("sign", name=op.f("pk_incident_episode")),
        info={"guard": "coded"},
        sqlite_with_rowid=True,
    )
