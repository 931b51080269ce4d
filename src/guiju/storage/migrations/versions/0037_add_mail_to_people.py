# SPDX-License-Identifier: Apache-2.0
"""Add addresses for mail, and find what did not arrive."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import Instant

revision = "0037"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "casework_contact",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_casework_contact")),
        info={"guard": "attested"},
        sqlite_with_rowid=True,
    )
    waits = sa.text("state IN ('pending', 'bounced')")
    op.create_index(
        "ix_casework_notice_undelivered",
        "casework_notice",
        ["written_at"],
        unique=False,
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_index("ix_casework_outbox_ref", "casework_outbox", ["ref"], unique=False)
