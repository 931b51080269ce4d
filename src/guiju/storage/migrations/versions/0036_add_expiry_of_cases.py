# SPDX-License-Identifier: Apache-2.0
"""Find closed cases by when they were closed."""

from alembic import op

revision = "0036"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_casework_case_closed", "casework_case", ["kind", "closed_at"], unique=False)
