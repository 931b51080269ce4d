# SPDX-License-Identifier: Apache-2.0
"""Statements from files and text boxes, and the one of the demonstration, which says it is one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from guiju.kernel import Invalid, Text, canonical, read_table
from guiju.profile.model import CODE, Statement

_DEMO = Path(__file__).parent / "demo.toml"


def read_file(path: Path) -> Statement:
    """The statement in the TOML or JSON file at `path`.

    Raises:
        Invalid: `statement-invalid`: file, place, what and remedy on one line.
    """
    return Statement.from_mapping(read_table(path, CODE), origin=path.name)


def read_text(text: str) -> Statement:
    """The statement in a text, JSON when it begins with a brace, else TOML.

    Raises:
        Invalid: `statement-invalid`.
    """
    try:
        if text.lstrip().startswith("{"):
            return Statement.from_mapping(msgspec.json.decode(text))
        return Statement.from_mapping(tomllib.loads(text))
    except (msgspec.DecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(
            CODE,
            Text(
                zh=f"服务说明无法读取：不是有效的 TOML 或 JSON（{error}）。",
                en=f"The statement cannot be read: it is neither TOML nor JSON ({error}).",
            ),
            Text(zh="请更正后再提出。", en="Correct it and propose again."),
            param="body",
        ) from error


def as_text(statement: Statement) -> str:
    """Text that reads as `statement`, to start the next version from."""
    return msgspec.json.format(canonical(statement.to_mapping()), indent=2).decode()


def demo_statement() -> Statement:
    """A whole statement of an invented service, fit to be published on an empty house."""
    return read_file(_DEMO)
