# SPDX-License-Identifier: Apache-2.0
"""Alembic's entry: run on the connection that `guiju.storage.migrate` hands over."""

from alembic import context

from guiju.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=False,
    compare_type=True,
    # Our column types are imported by name in each revision.
    user_module_prefix="",
)
context.run_migrations()
