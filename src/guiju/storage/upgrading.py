# SPDX-License-Identifier: Apache-2.0
"""Alembic itself: apart from `migrate`, because it takes long to load and is seldom needed."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def configuration(history: Path) -> Config:
    """Alembic's settings for a history; the caller puts a connection into `attributes`."""
    config = Config()
    # A percent sign in the path would read as interpolation.
    config.set_main_option("script_location", str(history).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def upgrade(connection: Connection, history: Path) -> None:
    """Take all steps of the history that the database has not taken yet."""
    config = configuration(history)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
