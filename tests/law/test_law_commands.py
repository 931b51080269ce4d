# SPDX-License-Identifier: Apache-2.0
"""Every command line that the pages show can be said as it stands there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.law.scan import ROOT

from guiju.app.cli import cli

PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(?:sh|bash|console)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def lines_of(page: Path) -> Iterator[str]:
    """The lines of a page's shell blocks that call guiju, without comments and redirections."""
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            told = re.split(r"\s[|<>]\s?", line.split("  #")[0])[0].removeprefix("$ ").strip()
            if told.startswith("guiju "):
                yield told


COMMANDS = [(page, line) for page in PAGES for line in lines_of(page)]


def parsed(words: list[str]) -> None:
    """Let click read the words, down to the command they mean; nothing is run."""
    group: click.Command = cli
    context = cli.make_context("guiju", words)
    while isinstance(group, click.Group):
        rest = [*context._protected_args, *context.args]  # where click keeps a group's words
        name, found, left = group.resolve_command(context, rest)
        if found is None:
            return
        group = found
        context = found.make_context(name, left, parent=context)


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[line for _, line in COMMANDS])
def test_a_command_on_a_page_can_be_said(page: Path, line: str) -> None:
    """With these options and so many arguments; a page that lags behind misleads."""
    try:
        parsed(shlex.split(line)[1:])
    except click.exceptions.Exit:
        pass  # a request for help is answered while it is read
    except click.ClickException as error:
        pytest.fail(f"{page.name}: {line}: {error.format_message()}")


def test_the_pages_show_commands() -> None:
    """Else the reader above reads nothing."""
    assert len(COMMANDS) > 20
