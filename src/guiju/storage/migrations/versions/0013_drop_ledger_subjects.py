# SPDX-License-Identifier: Apache-2.0
"""Drop the index of the ledger by subject: it cost more than an append, and nobody asked it."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_ledger_entry_subject_position", table_name="ledger_entry")
