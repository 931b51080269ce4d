# SPDX-License-Identifier: Apache-2.0
"""Add what a mail address is confirmed by; those of before count once they are confirmed."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import Instant

revision = "0043"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "casework_contact_proof",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_contact_proof")),
        info={"guard": "coded"},
        sqlite_with_rowid=True,
    )
    for column in ("subject", "mark", "digest"):
        name = op.f(f"ix_casework_contact_proof_{column}")
        op.create_index(name, "casework_contact_proof", [column], unique=False)
