# SPDX-License-Identifier: Apache-2.0
"""Keep digests of content in stretches of what was recorded together; older rows are in none."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and put it in front of the digest in the index."""
    op.add_column("content_digest", sa.Column("stretch", sa.BigInteger(), nullable=True))
    op.drop_index("ix_content_digest_digest", table_name="content_digest")
    op.create_index("ix_content_digest_stretch", "content_digest", ["stretch", "digest", "request"])
