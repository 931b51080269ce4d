# SPDX-License-Identifier: Apache-2.0
"""The command line. Groups load when they are called, so that `guiju --help` answers at once."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from guiju.app.command_desk import Desk
from guiju.app.command_list import CHAPTERS, COMMANDS
from guiju.kernel import GuijuError


class _Chapters(click.Group):
    """A group whose members load late and whose help follows the chapters of the Measures."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click hands it over
        cmd_name: str,
    ) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.place.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        return found if isinstance(found, click.Command) else None

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click hands it over
        formatter: click.HelpFormatter,
    ) -> None:
        for title, entries in CHAPTERS.items():
            with formatter.section(title):
                formatter.write_dl([(one.name, one.text) for one in entries])


@click.group(cls=_Chapters, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    metavar="DIR",
    envvar="GUIJU_DATA",
    help="The data folder (GUIJU_DATA); default ./var.",
)
@click.version_option(package_name="guiju", prog_name="guiju")
@click.pass_context
def cli(context: click.Context, data: str | None) -> None:
    """规矩 guiju: the Measures for generative AI services as running software."""
    context.obj = Desk(data)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command; an error of our tree is one line with its remedy and an exit status."""
    try:
        status = cli.main(args=_data_anywhere(arguments), prog_name="guiju", standalone_mode=False)
    except GuijuError as error:
        _report(error)
        sys.exit(error.exit_status)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output had seen enough; there is nothing left to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(status if isinstance(status, int) else 0)


def _data_anywhere(arguments: Sequence[str] | None) -> list[str]:
    """Let `--data DIR` stand after the command too: every command takes it."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for at, word in enumerate(given):
        if word == "--data" and at + 1 < len(given):
            return ["--data", given[at + 1], *given[:at], *given[at + 2 :]]
        if word.startswith("--data="):
            return [word, *given[:at], *given[at + 1 :]]
    return given


def _report(error: GuijuError) -> None:
    language = (
        "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"
    )
    if "--json" in sys.argv:
        shown = {"code": error.code, "what": error.what.to(language)}
        click.echo(json.dumps({"error": shown | {"remedy": error.remedy.to(language)}}), err=True)
    else:
        click.echo(f"guiju: {error.code}: {error.message(language)}", err=True)
