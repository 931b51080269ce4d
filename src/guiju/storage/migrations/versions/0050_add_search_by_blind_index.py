# SPDX-License-Identifier: Apache-2.0
"""Add keyed digests of terms in sealed inputs, and who searched by which kind of them."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import Instant

revision = "0050"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "record_term",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_term")),
        info={"guard": "coded"},
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_record_term_mark"), "record_term", ["mark"], unique=False)
    op.create_index(op.f("ix_record_term_person"), "record_term", ["person"], unique=False)
    op.create_table(
        "record_search",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_search")),
        info={"guard": "attested"},
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_record_search_at"), "record_search", ["at"], unique=False)
