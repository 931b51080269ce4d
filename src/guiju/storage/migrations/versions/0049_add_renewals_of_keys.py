# SPDX-License-Identifier: Apache-2.0
"""Add renewals of people's keys, and where the earlier key stays until all is sealed again."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import Instant

revision = "0049"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "subject_key_earlier",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_subject_key_earlier")),
        info={"guard": "attested"},
        sqlite_with_rowid=True,
    )
    op.create_table(
        "key_renewal",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("second", sa.String(length=80), nullable=True),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("settles_at", Instant(), nullable=True),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_renewal")),
        info={"guard": "attested"},
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_key_renewal_state"), "key_renewal", ["state"], unique=False)
    op.create_index(op.f("ix_key_renewal_subject"), "key_renewal", ["subject"], unique=False)
