# SPDX-License-Identifier: Apache-2.0
"""Add digests of delivered content, and what is withdrawn by them from all answers."""

import sqlalchemy as sa
from alembic import op

from guiju.storage.columns import CanonicalJson, Instant

revision = "0041"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "content_digest",
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("request", "place", name=op.f("pk_content_digest")),
        info={"guard": "coded"},
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_content_digest_digest", "content_digest", ["digest", "request"], unique=False
    )
    op.create_table(
        "disposition_withdrawal",
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_disposition_withdrawal")),
        info={"guard": "attested"},
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_disposition_withdrawal_state"), "disposition_withdrawal", ["state"], unique=False
    )
    op.create_table(
        "disposition_withdrawn_digest",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("starts", CanonicalJson(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "case", name=op.f("pk_disposition_withdrawn_digest")),
        info={"guard": "attested"},
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_disposition_withdrawn_digest_stands"),
        "disposition_withdrawn_digest",
        ["stands"],
        unique=False,
    )
    op.create_table(
        "disposition_withdrawn_record",
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("is_file", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint(
            "case", "request", "place", name=op.f("pk_disposition_withdrawn_record")
        ),
        info={"guard": "coded"},
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_disposition_withdrawn_record_person"),
        "disposition_withdrawn_record",
        ["person"],
        unique=False,
    )
