# SPDX-License-Identifier: Apache-2.0
"""Statements from files, and the one of the demonstration, which says that it is one."""

from __future__ import annotations

from pathlib import Path

from guiju.kernel import read_table
from guiju.profile.model import CODE, Statement

_DEMO = Path(__file__).parent / "demo.toml"


def read_file(path: Path) -> Statement:
    """The statement in the TOML or JSON file at `path`.

    Raises:
        Invalid: `statement-invalid`: file, place, what and remedy on one line.
    """
    return Statement.from_mapping(read_table(path, CODE), origin=path.name)


def demo_statement() -> Statement:
    """A whole statement of an invented service, fit to be published on an empty house."""
    return read_file(_DEMO)
