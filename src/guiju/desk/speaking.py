# SPDX-License-Identifier: Apache-2.0
"""How commands are asked and answer: by whom, as words or as one JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

by_staff = click.option("--as", "by", required=True, metavar="STAFF", help="Who does it, by name.")
with_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
file_type = click.Path(path_type=Path)


def put(value: object, lines: Sequence[str], *, as_json: bool) -> None:
    """Say `value` as one JSON document, or the lines."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    else:
        click.echo("\n".join(lines))
