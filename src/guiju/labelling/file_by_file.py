# SPDX-License-Identifier: Apache-2.0
"""Commands that take many files: one after the other, a bar on the terminal, the worst status."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import click
import msgspec

from guiju.kernel import GuijuError
from guiju.labelling import putting
from guiju.labelling.folders import Job
from guiju.labelling.lines import safe

_FEWEST = 2  # files that are worth a bar


def each(
    context: click.Context,
    found: Sequence[Job],
    work: Callable[[Job], putting.Put],
    *,
    as_json: bool,
) -> None:
    """Do it for every file; one that fails is said, and the exit status is that of the worst."""
    status = 0
    for job in shown(found):
        try:
            done = work(job)
        except GuijuError as error:
            if len(found) == 1:
                raise
            status = max(status, failed(job, error))
            continue
        if as_json:
            click.echo(msgspec.json.encode(done.as_json()))
        else:
            click.echo(f"{safe(str(job.source))}  {safe(str(done.target))}  {done.number}")
    context.exit(status)


def failed(job: Job, error: GuijuError) -> int:
    """Say what went wrong with one file; its exit status."""
    click.echo(f"{safe(str(job.source))}: {error.message('en')} ({error.code})", err=True)
    return error.exit_status


def shown(found: Sequence[Job]) -> Iterator[Job]:
    """The jobs, with a bar on the terminal where nothing else is written to it."""
    hidden = not sys.stderr.isatty() or sys.stdout.isatty() or len(found) < _FEWEST
    steps = max(1, len(found) // 200)
    with click.progressbar(
        found, file=sys.stderr, hidden=hidden, show_pos=True, update_min_steps=steps
    ) as bar:
        yield from bar
