# SPDX-License-Identifier: Apache-2.0
"""Entries may have a position before a checkpoint covers them: no earlier version may go on."""

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing changes in the tables; the new revision keeps earlier versions away."""
